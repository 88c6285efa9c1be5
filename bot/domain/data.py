"""The base of every value we keep: frozen, complete, and the same bytes for the same content.

Only strings, whole numbers, booleans, lists and maps are stored, so that the canonical form (RFC
8785) is stable: it is what seals, fingerprints and the audit chain are computed over.
"""

import hashlib
from typing import Any

import rfc8785
from pydantic import BaseModel, ConfigDict


class Data(BaseModel):
    """A frozen value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def canonical(content: Any) -> bytes:
    """Return the RFC 8785 bytes of plain content; raises `rfc8785.CanonicalizationError`."""
    return rfc8785.dumps(content)


def digest(content: Any) -> str:
    """Return the SHA-256 of the canonical bytes, in hex."""
    return hashlib.sha256(canonical(content)).hexdigest()
