"""What the protocol lets somebody do, a row of the table each."""

from __future__ import annotations

from tests.functional.roles.care import CARE
from tests.functional.roles.persons import PERSONS
from tests.functional.roles.records import RECORDS

ACTS = (*PERSONS, *RECORDS, *CARE)
