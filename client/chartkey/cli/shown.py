"""A disclosure that was checked, as the command line tells it."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from chartkey.cli.output import tamed

if TYPE_CHECKING:
    from chartkey.actors.disclosure import Anchored, Disclosure
    from chartkey.cli.session import Session
    from chartkey.crypto.commitment import Proof
    from chartkey.models import RecordFlags

__all__ = ["disclosed", "told"]


def disclosed(found: Disclosure, anchored: Anchored | None, session: Session) -> dict[str, Any]:
    """Return a checked disclosure as JSON has it; ``anchored`` is None where no node was asked."""
    said = found.statement
    answer = {
        "chainId": found.chain_id,
        "relationship": said.relationship,
        "owner": said.owner,
        "record": said.record,
        "root": said.root,
        "audience": said.audience,
        "disclosedAt": said.disclosed_at,
        "elements": [_element(proof) for proof in found.proofs],
        "onChain": None,
    }
    if anchored is not None:
        answer["onChain"] = {
            "institution": session.named(anchored.institution),
            "author": anchored.state.author,
            "status": anchored.state.status.name.lower(),
            "current": not anchored.state.superseded,
            "anchoredAt": anchored.state.anchored_at,
            "said": _said(anchored.flags),
        }
    return answer


def told(found: Disclosure, anchored: Anchored | None, session: Session) -> str:
    """Return a checked disclosure for people."""
    from chartkey.audit.wording import moment
    from chartkey.records.elements import describe_element

    said = found.statement
    lines = [
        f"Disclosed {moment(said.disclosed_at)} by {said.owner}"
        + (f" for {tamed(said.audience)}" if said.audience else ""),
        f"Record 0x{said.record.hex()}",
        *(f"  {proof.index}. {describe_element(proof.value)}" for proof in found.proofs),
    ]
    if anchored is None:
        lines += ["Signature and proofs hold. Whether the chain anchors this root was not asked:"]
        return "\n".join([*lines, f"  0x{said.root.hex()}"])
    state = anchored.state
    notes = [state.status.name.lower(), *_said(anchored.flags)]
    notes += ["replaced by a later version"] if state.superseded else []
    lines.append(f"Anchored {moment(state.anchored_at)} at {session.named(anchored.institution)}")
    return "\n".join([*lines, f"Standing: {', '.join(notes)}"])


def _element(proof: Proof) -> dict[str, Any]:
    from chartkey.records.elements import describe_element, element_content

    content = element_content(proof.value)
    shown = {"index": proof.index, "what": describe_element(proof.value)}
    if content is not None:
        return shown | {"content": content}
    return shown | {"base64": b64encode(proof.value).decode()}


def _said(flags: RecordFlags) -> list[str]:
    names = {
        "owner_disputes": "disputed by its owner",
        "institution_disputes": "disputed by its institution",
        "owner_withdrew": "withdrawn by its owner",
        "institution_withdrew": "withdrawn by its institution",
        "owner_sealed": "sealed by its owner",
        "institution_sealed": "sealed by its institution",
        "erased": "erased",
    }
    return [text for name, text in names.items() if getattr(flags, name)]
