"""FHIR R4, CDA and DICOM, on their way into a record and out of it.

``read_document`` checks a file once and describes it; ``open_container`` turns
it into the plaintext that is sealed; ``open_record`` gives a reader what was
sealed. The plaintext's byte layout is in ``chartkey.records.container``.
"""

from chartkey.records.container import open_container
from chartkey.records.disk import scratch_file
from chartkey.records.document import CDA, DICOM, FHIR, SERIES, Document
from chartkey.records.intake import read_document
from chartkey.records.limits import LIMITS, Limits
from chartkey.records.moment import Moment
from chartkey.records.opened import Opened
from chartkey.records.opening import open_record

__all__ = [
    "CDA",
    "DICOM",
    "FHIR",
    "LIMITS",
    "SERIES",
    "Document",
    "Limits",
    "Moment",
    "Opened",
    "open_container",
    "open_record",
    "read_document",
    "scratch_file",
]
