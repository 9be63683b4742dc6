"""The manifest is checked before anything in it is used."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chartkey.chain.codec import CONTRACTS
from chartkey.chain.manifest import Deployed, InstitutionEntry, Manifest
from chartkey.errors import AddressInvalid, ManifestInvalid

HOUSE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
MANIFEST = Manifest(
    chain_id=1337,
    deployment_block=4,
    contracts={
        name: Deployed(f"0x{i:040d}", bytes([i]) * 32) for i, name in enumerate(CONTRACTS, 1)
    },
    confirmations=3,
    max_head_age=60,
    institutions=(InstitutionEntry(HOUSE, "协和医院", "custody/a", "store/a", "keys/a.json"),),
)

SEGMENTS = [
    "..",
    "a/b/../..",
    "...//../",
    "../..",
    "a/../..",
    "../a",
    "a/../../b",
    "./..",
    "a/b/../../..",
    "..//",
]
ENDINGS = ["", "/", "/etc/passwd", "/keys.json", "/.", "/ ", "/a b"]
ROOTED = ["/", "//", "/etc/shadow", "/a/..", "//host/share", "/proc/self/environ"]
FOREIGN = ["C:\\keys", "C:/keys", "c:keys", "\\\\host\\share", "..\\keys", "a\\..\\b", "a\\b"]
FOREIGN += ["~", "~root", "~/keys", "file:///etc/passwd", "ftp://a/b", "javascript:x", "a:b"]
CONTROL = [f"a{chr(n)}b" for n in (*range(11), 13, 27, 127, 0x202E, 0x2028, 0xFEFF)]
TRAVERSALS = [s + e for s in SEGMENTS for e in ENDINGS] + ROOTED + FOREIGN + CONTROL + [""]


def written(tmp_path: Path, **changes: Any) -> Path:
    """Write the manifest with fields changed, or left out where the value is ``...``."""
    document = json.loads(MANIFEST.save(tmp_path / "m.json").path.read_text("utf-8"))  # type: ignore[union-attr]
    document |= changes
    kept = {name: value for name, value in document.items() if value is not ...}
    path = tmp_path / "alliance.json"
    path.write_text(json.dumps(kept), "utf-8")
    return path


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    saved = MANIFEST.save(tmp_path / "deep" / "alliance.json")
    assert Manifest.load(tmp_path / "deep" / "alliance.json") == saved == MANIFEST


def test_keys_are_in_camel_case_and_names_readable(tmp_path: Path) -> None:
    MANIFEST.save(tmp_path / "alliance.json")
    text = (tmp_path / "alliance.json").read_text("utf-8")
    document = json.loads(text)
    assert document["chainId"] == 1337
    assert document["contracts"]["Summary"]["codeHash"] == "0x" + "04" * 32
    assert "协和医院" in text


def test_a_failed_save_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "alliance.json").mkdir()
    with pytest.raises(ManifestInvalid, match="cannot be written"):
        MANIFEST.save(tmp_path / "alliance.json")
    assert [file.name for file in tmp_path.iterdir()] == ["alliance.json"]


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"schema": ...},
        {"chainId": 0},
        {"chainId": True},
        {"chainId": "1337"},
        {"chainId": 1 << 64},
        {"deploymentBlock": -1},
        {"contracts": {}},
        {"contracts": []},
        {"confirmations": 0},
        {"confirmations": 2.5},
        {"maxHeadAge": 0},
        {"maxHeadAge": ...},
        {"maxheadage": 60},
        {"developmentChains": 1337},
        {"institutions": [{"address": HOUSE}]},
        {"institutions": ["x"]},
    ],
    ids=str,
)
def test_a_field_out_of_order_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(ManifestInvalid):
        Manifest.load(written(tmp_path, **change))


@pytest.mark.parametrize("change", [{"confirmations": 1}, {"maxHeadAge": None}], ids=str)
def test_leniency_is_only_for_named_development_chains(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    with pytest.raises(ManifestInvalid, match="developmentChains"):
        Manifest.load(written(tmp_path, **change, developmentChains=[31337]))
    lenient = Manifest.load(written(tmp_path, **change, developmentChains=[31337, 1337]))
    assert lenient.development


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100_000, "NaN", '{"schema": NaN}'])
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "alliance.json").write_text(text)
    with pytest.raises(ManifestInvalid):
        Manifest.load(tmp_path / "alliance.json")


def test_a_missing_or_huge_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestInvalid, match="cannot be read"):
        Manifest.load(tmp_path / "alliance.json")
    (tmp_path / "alliance.json").write_bytes(b" " * (1 << 21))
    with pytest.raises(ManifestInvalid, match="larger"):
        Manifest.load(tmp_path / "alliance.json")


def test_two_contracts_at_one_address_are_refused() -> None:
    same = {**MANIFEST.contracts, "Summary": MANIFEST.contracts["Registrar"]}
    with pytest.raises(ManifestInvalid, match="one address"):
        replace(MANIFEST, contracts=same)


def test_an_institution_is_found_by_its_address() -> None:
    entry = MANIFEST.institution(HOUSE.lower())
    assert entry is not None
    assert entry.name == "协和医院"
    assert MANIFEST.institution("0x" + "9" * 40) is None
    with pytest.raises(AddressInvalid):
        MANIFEST.institution("协和医院")


def test_t13_a_hundred_traversals_are_refused_in_every_path() -> None:
    assert len(TRAVERSALS) >= 100
    entry = MANIFEST.institutions[0]
    for name in TRAVERSALS:
        for field in ("custodian", "store", "keyfile"):
            with pytest.raises(ManifestInvalid):
                replace(MANIFEST, institutions=(replace(entry, **{field: name}),))


def test_t13_a_path_is_found_inside_the_manifests_folder(tmp_path: Path) -> None:
    manifest = MANIFEST.save(tmp_path / "alliance.json")
    assert manifest.locate("custody/a") == tmp_path.resolve() / "custody" / "a"


def test_t13_a_symbolic_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "keys").symlink_to("/etc")
    manifest = MANIFEST.save(tmp_path / "inside" / "alliance.json")
    with pytest.raises(ManifestInvalid, match="leads out"):
        manifest.locate("keys/passwd")


def test_t13_no_path_is_found_without_a_file(tmp_path: Path) -> None:
    with pytest.raises(ManifestInvalid):
        MANIFEST.locate("custody/a")
    for name in TRAVERSALS:
        with pytest.raises(ManifestInvalid):
            MANIFEST.save(tmp_path / "alliance.json").locate(name)


@pytest.mark.parametrize("url", ["https://custody.example:8443/v1", "http://127.0.0.1:9000"])
def test_a_custodian_may_be_a_web_address(url: str) -> None:
    entry = replace(MANIFEST.institutions[0], custodian=url, store=url)
    assert replace(MANIFEST, institutions=(entry,)).institutions[0].store == url


@pytest.mark.parametrize("url", ["http://", "https://[", "http://a\nb"])
def test_a_malformed_web_address_is_refused(url: str) -> None:
    entry = replace(MANIFEST.institutions[0], custodian=url)
    with pytest.raises(ManifestInvalid):
        replace(MANIFEST, institutions=(entry,))


def zoned(zone: str) -> Manifest:
    """The manifest with a zone for its institution."""
    return replace(MANIFEST, institutions=(replace(MANIFEST.institutions[0], zone=zone),))


def test_an_institutions_zone_is_kept(tmp_path: Path) -> None:
    zoned("Asia/Urumqi").save(tmp_path / "alliance.json")
    assert Manifest.load(tmp_path / "alliance.json").institutions[0].zone == "Asia/Urumqi"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "/etc/localtime", "../localtime", "+08:00"])
def test_a_zone_that_is_none_is_refused(zone: str) -> None:
    with pytest.raises(ManifestInvalid, match="time zone"):
        zoned(zone)
