"""Bringing an alliance into being: contracts, first votes, and a sandbox to try it in."""
