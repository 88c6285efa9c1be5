"""Checkpoints: at intervals the log says how far it is, signed where a key is configured.

A checkpoint is an entry like any other, and it is posted to Slack. Whoever has Redis and not the
key cannot make one: a log that was rewritten lacks them, or their signatures are wrong.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from bot.domain.audit import BOT, Entry, Fact
from bot.domain.data import Data, canonical
from bot.errors import Misconfigured

KIND: Final = "audit.checkpoint"
EVERY: Final = 100
"""So many entries at most lie behind the newest checkpoint,"""
AT_LEAST_EVERY: Final = 15 * 60 * 1000
"""and an entry at most so many milliseconds."""
_KEY_DIGITS: Final = 16


class Checkpoint(Data):
    """How far the log was at some time."""

    sequence: int
    hash: str
    key: str = ""
    """The digest of the public key; '' when it is not signed."""
    signature: str = ""
    """Ed25519 over the rest, in base64."""


def due(sequence: int, now: int, last: int, last_at: int) -> bool:
    """Whether it is time for one: enough has happened, or something has and enough time passed.

    `last` is the number of the entry that holds the checkpoint before, `last_at` its time.
    """
    since = sequence - last
    return since >= EVERY or (since > 0 and now - last_at >= AT_LEAST_EVERY)


def made(sequence: int, hash_: str, key: Ed25519PrivateKey | None) -> Checkpoint:
    """Make a checkpoint, signed when there is a key."""
    if key is None:
        return Checkpoint(sequence=sequence, hash=hash_)
    name = key_name(key.public_key())
    bare = Checkpoint(sequence=sequence, hash=hash_, key=name)
    signature = base64.b64encode(key.sign(_signed(bare))).decode()
    return bare.model_copy(update={"signature": signature})


def fact_of(checkpoint: Checkpoint, policy: str) -> Fact:
    """Write a checkpoint down for the audit log."""
    signed = f", signed by the key {checkpoint.key}" if checkpoint.key else ", not signed"
    return Fact(
        type=KIND,
        subject="audit",
        actor=BOT,
        policy=policy,
        correlation={name: str(value) for name, value in checkpoint.model_dump().items()},
        words=f"The log stands at entry {checkpoint.sequence}, hash {checkpoint.hash}{signed}.",
    )


def checkpoint_of(entry: Entry) -> Checkpoint | None:
    """Read the checkpoint that an entry holds; None when it holds none."""
    if entry.type != f"dr.{KIND}":
        return None
    return Checkpoint.model_validate(entry.data.correlation)


def first_unsigned(
    entries: Sequence[Entry], keys: Mapping[str, Ed25519PublicKey]
) -> tuple[str | None, int]:
    """Name the first checkpoint that is not what it should be, and the entry they vouch up to.

    Without keys only the hashes are compared. Those from before there was a key are not signed.
    """
    hashes = {entry.sequence: entry.hash for entry in entries}
    covered = 0
    for entry in entries:
        try:
            checkpoint = checkpoint_of(entry)
        except ValueError:
            return f"The checkpoint in entry {entry.sequence} cannot be read.", covered
        if checkpoint is None:
            continue
        if hashes.get(checkpoint.sequence) != checkpoint.hash:
            return (
                f"The checkpoint in entry {entry.sequence} names another entry "
                f"{checkpoint.sequence} than there is: the log was rewritten before it.",
                covered,
            )
        if not keys or not (checkpoint.signature or covered):
            continue
        if trouble := _why_not_signed(checkpoint, keys):
            return f"The checkpoint in entry {entry.sequence} {trouble}", covered
        covered = checkpoint.sequence
    if keys and not covered:
        return (
            "No checkpoint is signed: the log was rewritten by somebody without the key, or it "
            "has none yet.",
            0,
        )
    return None, covered


def key_name(key: Ed25519PublicKey) -> str:
    """Name a public key by its digest."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:_KEY_DIGITS]


def private_key(pem: bytes, name: str) -> Ed25519PrivateKey:
    """Read the key that signs; raises `Misconfigured`, which shows nothing of it."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise Misconfigured(
            f"{name} is not an Ed25519 private key without a password.",
            "Make one: openssl genpkey -algorithm ed25519 -out audit-key.pem",
        )
    return key


def public_key(pem: bytes, name: str) -> Ed25519PublicKey:
    """Read a key to check with; raises `Misconfigured`."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise Misconfigured(
            f"{name} is not an Ed25519 public key.",
            "Make it of the private one: openssl pkey -in audit-key.pem -pubout",
        )
    return key


def _why_not_signed(checkpoint: Checkpoint, keys: Mapping[str, Ed25519PublicKey]) -> str | None:
    if not checkpoint.signature:
        return "is not signed, although one before it is: somebody without the key wrote it."
    key = keys.get(checkpoint.key)
    if key is None:
        return f"is signed by another key ({checkpoint.key}); give that one too if it is yours."
    try:
        key.verify(base64.b64decode(checkpoint.signature, validate=True), _signed(checkpoint))
    except (InvalidSignature, binascii.Error, ValueError):
        return "has a wrong signature: somebody without the key wrote it."
    return None


def _signed(checkpoint: Checkpoint) -> bytes:
    content = checkpoint.model_dump(exclude={"signature"})
    return canonical({"type": f"dr.{KIND}", **content})
