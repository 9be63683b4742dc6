"""Custodians keep drafts and key slips, and release slips against receipts (P01, P10, P11)."""
