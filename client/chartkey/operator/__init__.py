"""For whoever operates a node: its description, keys and settings, and its health.

Nothing here is needed to read or write a record.
"""
