"""The audit: rebuild everything from events, compare it with the chain, tell what happened.

Reads events and contracts, holds no keys (R40, R41, P50, P51).
"""

from __future__ import annotations

from chartkey.audit.answers import Answer, Reader
from chartkey.audit.auditor import Auditor
from chartkey.audit.export import to_csv, to_html, to_json
from chartkey.audit.replay import apply, replay
from chartkey.audit.state import State
from chartkey.audit.table import print_table
from chartkey.audit.timeline import Row
from chartkey.audit.verify import Report, verify

__all__ = [
    "Answer",
    "Auditor",
    "Reader",
    "Report",
    "Row",
    "State",
    "apply",
    "print_table",
    "replay",
    "to_csv",
    "to_html",
    "to_json",
    "verify",
]
