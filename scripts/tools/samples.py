"""Makes the sample records in build/samples/, which the demo, the tour and some tests read.

They come from two npm packages and from pydicom. The packages' own npm dependencies do not resolve,
so they cannot be installed: each is packed, checked against the digest below, and what is needed of
it is kept in .toolchain/samples/. From there build/samples/ is made again without a network.

The records that people see are put into Chinese by the table in samples.json: a patient, her clinic
and her doctor, all invented. They stay valid FHIR R4, and every run makes the same bytes.
"""

import base64
import copy
import hashlib
import html
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".toolchain" / "samples"
SAMPLES = ROOT / "build" / "samples"
TABLE = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))

SUMMARY = "Bundle-IPS-examples-Bundle-01.json"
DISCHARGE = "Bundle-father.json"
STUDY = "ImagingStudy-example.json"
# What is kept of each, and its SHA-512 in base64, as `npm view <package> dist.integrity` prints it.
PACKAGES = {
    "hl7.fhir.uv.ips@2.0.0": (
        "4PWToJ9b1FgXsm9DIvHiU6HO9Z5m75jxk0e0MXOmhFlf2m2slk/d6RoiSYIChKJlvmtJ7GbRftt7PphlwmZcbQ==",
        (
            SUMMARY,
            "Bundle-IPS-examples-Bundle-with-immunization.json",
            "Bundle-bundle-ips-all-sections.json",
            "Bundle-bundle-minimal.json",
            "Bundle-bundle-no-info-required-sections.json",
        ),
    ),
    "hl7.fhir.r4.examples@4.0.1": (
        "DXBdIZOeQaSKIgCU7w6HOC7sw/6BzylmipLkBW4f//pT+Bc94x+8LImwTdvaNThPJoOzpBzvxAzNqjeu3X/zLw==",
        (DISCHARGE, STUDY),
    ),
}
DATE = re.compile(r"(\d{4})(-\d\d(?:-\d\d(?:T[\d:.]+)?)?)?(Z|[+-]\d\d:\d\d)?")
XHTML = '<div xmlns="http://www.w3.org/1999/xhtml" xml:lang="zh-CN" lang="zh-CN">{}</div>'


def fetch(package: str, folder: Path) -> Path:
    """Downloads `package` (name@version) into `folder` and returns the package file."""
    command = ["npm", "pack", package, "--silent", "--pack-destination", str(folder)]
    try:
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=300)
    except (OSError, subprocess.SubprocessError) as err:
        sys.exit(f"npm could not fetch {package}: {err}. Is the npm registry reachable?")
    return next(folder.glob("*.tgz"))


def verify(file: Path, digest: str) -> None:
    """Stops the program unless the SHA-512 of `file` is `digest` (base64)."""
    found = base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()
    if found != digest:
        sys.exit(f"{file.name} is not the package that was reviewed: its SHA-512 is {found}")


def keep(package: str) -> Path:
    """Returns the folder with what is needed of `package`, fetching it the first time."""
    digest, wanted = PACKAGES[package]
    target = KEPT / package
    if all((target / name).is_file() for name in wanted):
        return target
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT) as folder:
        file = fetch(package, Path(folder))
        verify(file, digest)
        fresh = Path(folder) / "fresh"
        fresh.mkdir()
        with tarfile.open(file) as archive:
            for member in archive:
                if (name := member.name.rpartition("/")[2]) in wanted:
                    (fresh / name).write_bytes(archive.extractfile(member).read())
        # Renamed when whole: what an interruption left is never taken for a package.
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    return target


def localise(node, years: int):
    """Returns a copy of parsed FHIR in Chinese, with its dates moved by `years` to UTC+8."""
    if isinstance(node, list):
        return [localise(item, years) for item in node]
    if isinstance(node, str):
        return moved(TABLE["texts"].get(node, node), years)
    if not isinstance(node, dict):
        return node
    fresh = {}
    for name, value in node.items():
        if name == "resourceType":
            fresh[name] = value
        elif name != "_display" and not is_narrative(name, value):
            fresh[name] = localise(value, years)
    for coding in node.get("coding", []):
        if coding.get("code") in TABLE["concepts"]:
            fresh.setdefault("text", TABLE["concepts"][coding["code"]])
    return person(fresh)


def is_narrative(name: str, value) -> bool:
    """Whether a member is a resource's generated narrative, which would keep the old language."""
    return name == "text" and isinstance(value, dict)


def moved(text: str, years: int) -> str:
    """Returns a date some years later and in China's zone; any other text as it is."""
    match = DATE.fullmatch(text)
    if match is None or not text.startswith(("19", "20")) or not (match[2] or len(text) == 4):
        return text
    zone = "+08:00" if match[3] else ""
    return f"{int(match[1]) + years}{match[2] or ''}{zone}"


def person(resource: dict) -> dict:
    """Returns a resource with the invented people and places in it."""
    kind = resource.get("resourceType")
    identity = {name: resource[name] for name in ("resourceType", "id") if name in resource}
    if kind in ("Patient", "Practitioner"):
        return identity | copy.deepcopy(TABLE[kind.lower()])
    if kind == "Organization":
        name = TABLE["organisations"].get(resource.get("name"), resource.get("name"))
        return identity | {"active": True, "name": name}
    return resource


def narrated(bundle: dict) -> dict:
    """Gives each section of a document a narrative made from its entries (in place)."""
    names = {entry.get("fullUrl"): label(entry["resource"]) for entry in bundle["entry"]}
    for section in bundle["entry"][0]["resource"].get("section", []):
        lines = [names.get(one["reference"], "") for one in section.get("entry", [])]
        lines = [line for line in lines if line] or ["无记录"]
        items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
        section["text"] = {"status": "generated", "div": XHTML.format(f"<ul>{items}</ul>")}
    return bundle


def label(resource: dict) -> str:
    """Returns what a resource is about, in a few words."""
    concept = resource.get("code") or resource.get("medicationCodeableConcept") or {}
    return concept.get("text") or resource.get("valueString") or ""


def with_medication_names(bundle: dict) -> dict:
    """Copies each medication's name to the statements that refer to it (in place)."""
    names = {entry["fullUrl"]: label(entry["resource"]) for entry in bundle["entry"]}
    for entry in bundle["entry"]:
        reference = entry["resource"].get("medicationReference")
        if reference:
            reference["display"] = names[reference["reference"]]
    return bundle


def corrected(summary: dict) -> dict:
    """Returns the summary with an allergy that the first version lacked, replacing it."""
    change, bundle = copy.deepcopy(TABLE["correction"]), copy.deepcopy(summary)
    composition = bundle["entry"][0]["resource"]
    allergy = change["allergy"]
    allergy["resource"]["patient"] = composition["subject"]
    composition |= {"date": change["date"], "title": change["title"]}
    composition["relatesTo"] = [{"code": "replaces", "targetIdentifier": composition["identifier"]}]
    composition["identifier"] = composition["identifier"] | {"value": change["identifier"]}
    for section in composition["section"]:
        if section["title"] == "过敏史":
            section["entry"].insert(0, {"reference": allergy["fullUrl"]})
    bundle |= {"id": change["identifier"], "timestamp": change["date"]}
    bundle["identifier"] = bundle["identifier"] | {"value": change["identifier"]}
    bundle["entry"].append(allergy)
    return narrated(bundle)


def discharge_summary(source: dict) -> dict:
    """Returns the discharge summary in Chinese, without the signature that covered the original."""
    bundle = localise(source, years=11)
    del bundle["signature"]
    return narrated(bundle)


def imaging_study(source: dict) -> dict:
    """Returns the study in Chinese; its patient is named, as nothing else says who it is."""
    study = localise(source, years=13)
    study["subject"] = {"display": TABLE["patient"]["name"][0]["text"]}
    return study | {"description": TABLE["image"]["StudyDescription"]}


def write_image(target: Path) -> None:
    """Writes pydicom's small CT under the invented patient's name, in UTF-8."""
    import pydicom
    from pydicom.data import get_testdata_file

    # download=False: both files are part of the package as it was installed.
    image = pydicom.dcmread(get_testdata_file("CT_small.dcm", download=False))
    image.SpecificCharacterSet = "ISO_IR 192"
    for name, value in TABLE["image"].items():
        setattr(image, name, value)
    image.save_as(target, enforce_file_format=True)
    shutil.copyfile(get_testdata_file("MR_small.dcm", download=False), target.with_name("mr.dcm"))


def write_json(target: Path, resource: dict) -> None:
    """Writes a resource as people read it."""
    target.write_text(json.dumps(resource, ensure_ascii=False, indent=2) + "\n", "utf-8")


def main() -> None:
    """Fetches what is missing and writes build/samples/."""
    ips, examples = (keep(package) for package in PACKAGES)
    SAMPLES.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ips, SAMPLES / "ips", dirs_exist_ok=True)
    bundle = json.loads((ips / SUMMARY).read_text("utf-8"))
    summary = narrated(with_medication_names(localise(bundle, years=7) | {"language": "zh-CN"}))
    write_json(SAMPLES / "summary.json", summary)
    write_json(SAMPLES / "summary-corrected.json", corrected(summary))
    father = json.loads((examples / DISCHARGE).read_text("utf-8"))
    write_json(SAMPLES / "discharge-summary.json", discharge_summary(father))
    study = json.loads((examples / STUDY).read_text("utf-8"))
    write_json(SAMPLES / "imaging-study.json", imaging_study(study))
    write_image(SAMPLES / "chest-ct.dcm")


if __name__ == "__main__":
    main()
