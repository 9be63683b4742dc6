"""Fetches the sample patient summaries that the demo and some tests read.

The package's own npm dependencies do not resolve, so it cannot be installed: it is packed, checked
against the digest below and unpacked into .toolchain/samples/<package>/.
"""

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[2] / ".toolchain" / "samples"
# SHA-512 of the package file in base64, as npm prints it for `npm view <package> dist.integrity`.
PACKAGES = {
    "hl7.fhir.uv.ips@2.0.0": (
        "4PWToJ9b1FgXsm9DIvHiU6HO9Z5m75jxk0e0MXOmhFlf2m2slk/d6RoiSYIChKJlvmtJ7GbRftt7PphlwmZcbQ=="
    ),
}


def fetch(package: str, folder: Path) -> Path:
    """Downloads `package` (name@version) into `folder` and returns the package file."""
    command = ["npm", "pack", package, "--silent", "--pack-destination", str(folder)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return next(folder.glob("*.tgz"))


def verify(file: Path, digest: str) -> None:
    """Stops the program unless the SHA-512 of `file` is `digest` (base64)."""
    found = base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()
    if found != digest:
        sys.exit(f"{file.name} is not the package that was reviewed: its SHA-512 is {found}")


def unpack(file: Path, target: Path) -> None:
    """Unpacks the JSON resources of `file` into `target`, which is replaced as a whole."""
    shutil.rmtree(target, ignore_errors=True)
    with tarfile.open(file) as archive:
        wanted = [member for member in archive if member.name.endswith(".json")]
        archive.extractall(target, members=wanted, filter="data")


def main() -> None:
    """Fetches, checks and unpacks every package."""
    SAMPLES.mkdir(parents=True, exist_ok=True)
    for package, digest in PACKAGES.items():
        with tempfile.TemporaryDirectory() as folder:
            file = fetch(package, Path(folder))
            verify(file, digest)
            unpack(file, SAMPLES / package.rpartition("@")[0])


if __name__ == "__main__":
    main()
