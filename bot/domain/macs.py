"""Macs: each entry of the audit log vouched for by a key that Redis does not hold.

The chain shows that a log is whole in itself, and whoever has Redis can write another one that is
whole too. Without the key nobody can make the mac of an entry that the bot did not write. A mac is
over the hash, which covers all the rest and everything before.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.domain.audit import Entry
from bot.errors import Misconfigured

SHORTEST: Final = 32
"""A key has so many bytes at least."""
_NAME_DIGITS: Final = 16


@dataclass(frozen=True)
class MacKey:
    """A secret, and the name that it goes by in entries; only the name is ever shown."""

    name: str
    secret: bytes = field(repr=False)


def mac_key(content: bytes, name: str) -> MacKey:
    """Read a key: the content of a file, without the end of its line.

    Raises `Misconfigured`, which shows nothing of it.
    """
    secret = content.removesuffix(b"\n").removesuffix(b"\r")
    if len(secret) < SHORTEST:
        raise Misconfigured(
            f"{name} holds {len(secret)} bytes; a key has at least {SHORTEST}.",
            "Make one: openssl rand -hex 32 > audit-hmac.key",
        )
    return MacKey(name=_digest(secret, "the name of this key")[:_NAME_DIGITS], secret=secret)


def vouched(entry: Entry, key: MacKey) -> Entry:
    """Give an entry its mac."""
    return entry.model_copy(update={"mac": _mac(entry, key), "mackey": key.name})


def first_unvouched(
    entries: Sequence[Entry], keys: Mapping[str, MacKey], since: int = 1
) -> tuple[str | None, int]:
    """Name the first entry whose mac is wrong or missing, and say how many have a good one.

    `keys` are by name. All have to have one from the entry `since` on, which is for the auditor to
    know and not for the log to say: the bot would go on behind a log that was rewritten without
    macs, and all that was rewritten would look like what was there before the key.
    """
    if not any(entry.mac for entry in entries):
        return (
            "No entry carries a mac: the log was rewritten by somebody without the key, or none "
            "was written with it yet."
        ), 0
    good = 0
    for entry in entries:
        if not entry.mac and entry.sequence < since:
            continue
        if trouble := _why_not(entry, keys):
            begun = "" if good else _beginning(entry, entries)
            return f"Entry {entry.sequence} {trouble}{begun}", good
        good += 1
    return None, good


def _beginning(entry: Entry, entries: Sequence[Entry]) -> str:
    """Say from which entry on there are macs, when this one is from before."""
    first = next(one.sequence for one in entries if one.mac)
    if entry.mac or first < entry.sequence:
        return ""
    return (
        f" The first that carries one is entry {first}. If you know that there was no key before, "
        f"say --hmac-since {first}."
    )


def _why_not(entry: Entry, keys: Mapping[str, MacKey]) -> str | None:
    if not entry.mac:
        return (
            "carries no mac: somebody without the key wrote it, or a process that was not given "
            "DR_AUDIT_HMAC_KEY."
        )
    key = keys.get(entry.mackey)
    if key is None:
        return f"carries the mac of another key ({entry.mackey}); give that one too if it is yours."
    if not hmac.compare_digest(_mac(entry, key).encode(), entry.mac.encode()):
        return "carries a wrong mac: somebody without the key wrote it."
    return None


def _mac(entry: Entry, key: MacKey) -> str:
    return _digest(key.secret, f"dr.audit.entry {entry.hash}")


def _digest(secret: bytes, text: str) -> str:
    return hmac.digest(secret, text.encode(), "sha256").hex()
