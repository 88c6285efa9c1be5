"""Documents with an HMAC by a key that Redis does not hold.

Who can write to Redis can therefore destroy a request but neither make one nor approve one. A
document of one kind can stand for none of another.
"""

import hmac
from typing import Final

from pydantic import ValidationError

from bot.domain.data import canonical
from bot.domain.request import Outcome, Request
from bot.errors import OtherVersion, Tampered

_DRAFT: Final = " draft"
_RESULT: Final = " result"


class Seals:
    """Seals what is written, and opens what is read."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, name: str, document: str) -> str:
        """Return the seal of a document that is kept under a name."""
        return hmac.digest(self._key, f"{name}\n{document}".encode(), "sha256").hex()

    def request(self, request: Request) -> tuple[str, str]:
        """Return the document of a request, and its seal."""
        document = _document(request)
        return document, self.seal(request.id, document)

    def draft(self, request: Request) -> str:
        """Return what is kept of a request that was not made yet, with its seal before it."""
        document = _document(request)
        return f"{self.seal(request.id + _DRAFT, document)} {document}"

    def outcome(self, request: Request) -> str:
        """Return how one machine of several stands, with its seal before it."""
        text = canonical(request.outcome.model_dump(mode="json")).decode()
        return f"{self.seal(request.id + _RESULT, text)} {text}"

    def open_request(self, request_id: str, document: str, seal: str) -> Request:
        """Read a document; raises `Tampered` when it is not ours, or `OtherVersion`."""
        return self._opened(request_id, document, seal, "")

    def open_draft(self, request_id: str, sealed: str) -> Request:
        """Read a draft; raises `Tampered` when it is not ours, or `OtherVersion`."""
        seal, _, document = sealed.partition(" ")
        return self._opened(request_id, document, seal, _DRAFT)

    def open_outcome(self, request_id: str, sealed: str) -> Outcome | None:
        """Read how a machine stands; None when it is not ours, or of another version."""
        seal, _, text = sealed.partition(" ")
        if not _same(self.seal(request_id + _RESULT, text), seal):
            return None
        try:
            return Outcome.model_validate_json(text)
        except ValidationError:
            return None

    def _opened(self, request_id: str, document: str, seal: str, kind: str) -> Request:
        if not _same(self.seal(request_id + kind, document), seal):
            raise Tampered(
                f"The record of {request_id} was altered outside the bot, or the bot's token was "
                "renewed since.",
                "Nothing will be done with it; ask again.",
            )
        try:
            return Request.model_validate_json(document)
        except ValidationError as error:
            raise OtherVersion(
                f"The record of {request_id} was written by another version of the bot."
            ) from error


def _same(seal: str, found: str) -> bool:
    """Compare seals; one that somebody else wrote may hold any characters."""
    return hmac.compare_digest(seal.encode(), found.encode())


def _document(request: Request) -> str:
    return canonical(request.model_dump(mode="json")).decode()
