"""The attached form: who opens it, and stanzas stripped, multiplied, exchanged."""

from __future__ import annotations

import io
import itertools

import pytest
from chartkey.crypto import rsa
from chartkey.crypto.draft import open_draft, seal_draft
from chartkey.errors import ContextInvalid, DecryptionFailed, FormatUnknown, KeyUnsuitable
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

PATIENT, GATEWAY, AUTHOR, STRANGER = (bytes([n]) * 20 for n in range(1, 5))
TEXT = "现病史：咳嗽三天，无发热。".encode()
CONTEXT = b"the record that is to be"
Keys = dict[bytes, RSAPrivateKey]


@pytest.fixture
def keys(patient_key: RSAPrivateKey, gateway_key: RSAPrivateKey, author_key: RSAPrivateKey) -> Keys:
    return {PATIENT: patient_key, GATEWAY: gateway_key, AUTHOR: author_key}


def sealed(keys: Keys, plain: bytes = TEXT, context: bytes = CONTEXT) -> bytes:
    target = io.BytesIO()
    recipients = [(address, rsa.public_der(key)) for address, key in keys.items()]
    assert seal_draft(io.BytesIO(plain), target, recipients, context).size == target.tell()
    return target.getvalue()


def opened(file: bytes, address: bytes, key: RSAPrivateKey, context: bytes = CONTEXT) -> bytes:
    target = io.BytesIO()
    open_draft(io.BytesIO(file), target, address, key, context)
    return target.getvalue()


def stanzas(file: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Return prelude, stanzas, and all from the MAC on."""
    place, found = 16, []
    for _ in range(file[11]):
        end = place + 22 + int.from_bytes(file[place + 20 : place + 22], "big")
        found.append(file[place:end])
        place = end
    return file[:16], found, file[place:]


def rebuilt(prelude: bytes, parts: list[bytes], rest: bytes) -> bytes:
    return prelude[:11] + bytes([len(parts)]) + prelude[12:] + b"".join(parts) + rest


def test_every_recipient_opens_it(keys: Keys) -> None:
    file = sealed(keys)
    for address, key in keys.items():
        assert opened(file, address, key) == TEXT


def test_a_draft_of_many_chunks_opens(keys: Keys) -> None:
    plain = bytes(range(256)) * 4096
    assert opened(sealed(keys, plain), PATIENT, keys[PATIENT]) == plain


def test_who_is_not_named_cannot_open_it(keys: Keys) -> None:
    file = sealed({PATIENT: keys[PATIENT]})
    with pytest.raises(DecryptionFailed):
        opened(file, STRANGER, keys[GATEWAY])
    with pytest.raises(DecryptionFailed):
        opened(file, PATIENT, keys[GATEWAY])


def test_T07_no_selection_or_order_of_stanzas_opens_but_the_right_one(keys: Keys) -> None:
    prelude, parts, rest = stanzas(sealed(keys))
    for count in range(1, 4):
        for chosen in itertools.permutations(parts, count):
            if list(chosen) != parts:
                with pytest.raises(DecryptionFailed):
                    opened(rebuilt(prelude, list(chosen), rest), PATIENT, keys[PATIENT])


def test_T07_a_stanza_repeated_is_refused(keys: Keys) -> None:
    prelude, parts, rest = stanzas(sealed(keys))
    for part in parts:
        with pytest.raises(DecryptionFailed):
            opened(rebuilt(prelude, [*parts, part], rest), PATIENT, keys[PATIENT])


def test_T07_a_stanza_from_another_draft_is_refused(keys: Keys) -> None:
    prelude, parts, rest = stanzas(sealed(keys))
    _, others, _ = stanzas(sealed(keys))
    with pytest.raises(DecryptionFailed):
        opened(rebuilt(prelude, [parts[0], others[1], parts[2]], rest), PATIENT, keys[PATIENT])
    with pytest.raises(DecryptionFailed):
        opened(rebuilt(prelude, [others[0], *parts[1:]], rest), PATIENT, keys[PATIENT])


def test_T07_wraps_exchanged_between_recipients_are_refused(keys: Keys) -> None:
    prelude, parts, rest = stanzas(sealed(keys))
    exchanged = [parts[0][:20] + parts[1][20:], parts[1][:20] + parts[0][20:], parts[2]]
    with pytest.raises(DecryptionFailed):
        opened(rebuilt(prelude, exchanged, rest), GATEWAY, keys[PATIENT])


def test_T07_a_payload_from_another_draft_is_refused(keys: Keys) -> None:
    prelude, parts, rest = stanzas(sealed(keys))
    _, _, other = stanzas(sealed(keys))
    with pytest.raises(DecryptionFailed):
        opened(rebuilt(prelude, parts, rest[:32] + other[32:]), PATIENT, keys[PATIENT])


def test_T07_one_recipient_over_the_cap_is_refused(keys: Keys) -> None:
    public = rsa.public_der(keys[PATIENT])
    crowd = [(bytes([n]) * 20, public) for n in range(17)]
    seal_draft(io.BytesIO(TEXT), io.BytesIO(), crowd[:16], CONTEXT)
    with pytest.raises(ContextInvalid):
        seal_draft(io.BytesIO(TEXT), io.BytesIO(), crowd, CONTEXT)


def test_T07_one_stanza_over_the_cap_is_refused_before_any_is_read(keys: Keys) -> None:
    prelude, parts, rest = stanzas(sealed(keys))
    source = io.BytesIO(rebuilt(prelude, parts * 6, rest)[:11] + b"\x11" + bytes(9000))
    with pytest.raises(DecryptionFailed):
        open_draft(source, io.BytesIO(), PATIENT, keys[PATIENT], CONTEXT)
    assert source.tell() == 16


def test_nobody_and_twice_the_same_are_refused(keys: Keys) -> None:
    twice = [(PATIENT, rsa.public_der(keys[PATIENT]))] * 2
    for recipients in ([], twice):
        with pytest.raises(ContextInvalid):
            seal_draft(io.BytesIO(TEXT), io.BytesIO(), recipients, CONTEXT)


def test_an_unsuitable_key_is_refused_before_anything_is_written(keys: Keys) -> None:
    target = io.BytesIO()
    people = [(PATIENT, rsa.public_der(keys[PATIENT])), (GATEWAY, b"no key")]
    with pytest.raises(KeyUnsuitable):
        seal_draft(io.BytesIO(TEXT), target, people, CONTEXT)
    assert target.getvalue() == b""


def test_T06_a_draft_moved_to_another_record_is_refused(keys: Keys) -> None:
    with pytest.raises(DecryptionFailed):
        opened(sealed(keys), PATIENT, keys[PATIENT], b"another record")


def test_T03_a_draft_cut_anywhere_is_refused(keys: Keys) -> None:
    file = sealed({PATIENT: keys[PATIENT]})
    for length in range(0, len(file), 3):
        with pytest.raises(DecryptionFailed):
            opened(file[:length], PATIENT, keys[PATIENT])


def test_a_payload_does_not_pass_for_a_draft(keys: Keys) -> None:
    _, _, rest = stanzas(sealed(keys))
    with pytest.raises(FormatUnknown, match="form"):
        opened(rest[32:], PATIENT, keys[PATIENT])


def test_T08_stranger_wrong_key_and_damage_give_one_error(keys: Keys) -> None:
    file = sealed({PATIENT: keys[PATIENT]})
    tries = [
        (file, STRANGER, PATIENT, CONTEXT),
        (file, PATIENT, GATEWAY, CONTEXT),
        (file, PATIENT, PATIENT, b""),
        (file[:100] + bytes([file[100] ^ 1]) + file[101:], PATIENT, PATIENT, CONTEXT),
        (file[:-1], PATIENT, PATIENT, CONTEXT),
    ]
    texts = set()
    for damaged, address, holder, context in tries:
        with pytest.raises(DecryptionFailed) as caught:
            opened(damaged, address, keys[holder], context)
        texts.add((str(caught.value), str(caught.value.values)))
    assert len(texts) == 1
