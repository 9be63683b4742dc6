"""Records made here: FHIR R4 from data/, DICOM written byte by byte. No network, no package."""

import io
import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from chartkey.records import open_container, open_record, read_document

DATA = Path(__file__).parent / "data"
SHARED = Path(__file__).resolve().parents[4] / "shared" / "fhir"
SEED = bytes(range(32))
LONG = (b"OB", b"OW", b"SQ", b"UN", b"UT")


def element(tag, vr, value):
    """One explicit little-endian element, padded to an even length."""
    value += (b"\0" if vr in (b"OB", b"UI") else b" ") * (len(value) % 2)
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr)
    size = struct.pack("<xxL" if vr in LONG else "<H", len(value))
    return head + size + value


HEADER = b"".join(
    (
        element(0x00080005, b"CS", b"ISO_IR 192"),
        element(0x00080016, b"UI", b"1.2.840.10008.5.1.4.1.1.2"),
        element(0x00080018, b"UI", b"2.999.86.7.1"),
        element(0x00080020, b"DA", b"20241210"),
        element(0x00080030, b"TM", b"091500"),
        element(0x00080060, b"CS", b"CT"),
        element(0x00080201, b"SH", b"+0800"),
        element(0x00081030, b"LO", "胸部 CT 平扫".encode()),
        element(0x00100010, b"PN", "王^秀英".encode()),
        element(0x00100020, b"LO", b"LQ-2024-000317"),
        element(0x0020000D, b"UI", b"2.999.86.7"),
        element(0x00280002, b"US", struct.pack("<H", 1)),
        element(0x00280010, b"US", struct.pack("<H", 16)),
        element(0x00280011, b"US", struct.pack("<H", 16)),
        element(0x00280100, b"US", struct.pack("<H", 16)),
    )
)
PIXELS = element(0x7FE00010, b"OW", bytes(range(256)) * 2)


def dicom(body, syntax=b"1.2.840.10008.1.2.1"):
    """A DICOM file with this data set."""
    meta = element(0x00020010, b"UI", syntax)
    return (
        bytes(128)
        + b"DICM"
        + element(0x00020000, b"UL", struct.pack("<L", len(meta)))
        + meta
        + body
    )


@pytest.fixture
def data():
    """The folder with small valid documents in Chinese."""
    return DATA


@pytest.fixture
def summary():
    """The patient summary as parsed JSON, a fresh copy."""
    return json.loads((DATA / "summary.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def make_dicom():
    return dicom


@pytest.fixture(scope="session")
def make_element():
    return element


@pytest.fixture(scope="session")
def ct_header():
    """The data set of a 16 × 16 CT without its pixels."""
    return HEADER


@pytest.fixture(scope="session")
def ct():
    """A whole DICOM file: 16 × 16 pixels of 16 bits."""
    return dicom(HEADER + PIXELS)


@pytest.fixture(scope="session")
def round_trip():
    """Reads, packs and opens a record the way a sealed one travels."""

    def travel(source, *, wrap=io.BytesIO, **options):
        with open_container(read_document(source), SEED) as stream:
            return open_record(wrap(stream.read()), **options)

    return travel


@pytest.fixture
def shared():
    """The records of ../shared, where that folder is there."""
    if not SHARED.is_dir():
        pytest.skip("../shared/fhir is not there: its records are not tried")
    return SHARED


PEAK = """
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.fixture(scope="session")
def peak_mib():
    """Runs Python code in a process of its own; returns its peak memory (MiB) and its output."""
    if not Path("/proc/self/status").exists():
        pytest.skip("peak memory is read from /proc")

    def run(code, *arguments):
        # getrusage would report the parent's memory at the fork: VmHWM starts anew with exec.
        command = [sys.executable, "-c", code + PEAK, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        *lines, peak = done.stdout.splitlines()
        return int(peak) // 1024, lines

    return run
