"""Checking the audit log against everything that is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bot.domain.anchors import Anchor, first_difference, first_false
from bot.domain.audit import Entry, first_broken
from bot.domain.checkpoints import EVERY, first_unsigned
from bot.domain.data import Data
from bot.domain.macs import MacKey, first_unvouched


@dataclass(frozen=True)
class Evidence:
    """What is known of the log besides itself."""

    anchors: Sequence[Anchor] = ()
    sink: Sequence[Entry] | None = None
    keys: Mapping[str, Ed25519PublicKey] = field(default_factory=dict)
    """What checkpoints are signed with, by name."""
    secrets: Mapping[str, MacKey] = field(default_factory=dict)
    """What entries are vouched for with, by name."""
    since: int = 1
    """The entry from which on all of them have to be."""


class Finding(Data):
    """What came of checking."""

    broken: str = ""
    """What is wrong with the first broken entry; '' when the log is whole."""
    notes: tuple[str, ...] = ()
    """What was compared, one sentence each."""


def verify(entries: Sequence[Entry], head: str, evidence: Evidence) -> Finding:
    """Walk the chain, then compare it with the macs, checkpoints, anchors and the sink."""
    wrong, vouched = None, 0
    if evidence.secrets:
        wrong, vouched = first_unvouched(entries, evidence.secrets, evidence.since)
    signs, covered = first_unsigned(entries, evidence.keys)
    broken = (
        first_broken(entries, head)
        or wrong
        or signs
        or first_false(entries, evidence.anchors)
        or (first_difference(evidence.sink, entries) if evidence.sink is not None else None)
    )
    if broken:
        return Finding(broken=broken)
    notes = []
    if evidence.secrets:
        early = len(entries) - vouched
        bare = f"; {early} before entry {evidence.since} have none" if early else ""
        notes.append(f"The macs of {vouched} entries are right{bare}.")
    elif unchecked := sum(bool(entry.mac) for entry in entries):
        notes.append(f"{unchecked} entries carry macs, which were not checked: give --hmac-key.")
    if evidence.keys:
        rest = len(entries) - covered
        more = " That is more than there should be." if rest > 2 * EVERY else ""
        notes.append(f"It is signed up to entry {covered}; {rest} came after.{more}")
    if evidence.anchors:
        notes.append(f"All of {len(evidence.anchors)} anchors agree with it.")
    if evidence.sink is not None:
        behind = len(entries) - len(evidence.sink)
        late = f"; the newest {behind} are not there yet" if behind else ""
        notes.append(f"The sink agrees with it in {len(evidence.sink)} entries{late}.")
    return Finding(notes=tuple(notes))
