"""The managed identity of an App Service, as far as a client asks it for a token.

Tokens say nothing by themselves; the vault knows the ones it gave out. They expire by the
computer's clock and not the vault's, because that is the clock a client compares them with.
"""

import base64
import json
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus

from aiohttp import web

RESOURCE = "https://management.azure.com"
REDIS = "https://redis.azure.com"
OBJECT_ID = "7d1f0c55-2f0a-4b5e-8f6e-0c7c1c0f9b21"
"""What a Redis knows the identity by."""
_LIFETIME_SECONDS = 24 * 60 * 60
_VERSION = "2019-08-01"


class Tokens:
    """The tokens given out, and the header that must come with the wish for one."""

    def __init__(self) -> None:
        self.identity_header = secrets.token_hex(16)
        self._expires: dict[str, float] = {}
        self.for_redis: list[str] = []
        """The tokens given out to sign in to Redis with, the newest last."""
        self.redis_lifetime = _LIFETIME_SECONDS
        self.tell_redis: Callable[[str], object] = lambda _token: None
        """Lets a Redis know of a token, as Azure's own do by themselves."""

    def issue_for_redis(self) -> tuple[str, int]:
        """Give out a token that a Redis would take as a password; a client reads what is in it."""
        now = int(time.time())
        says = {"oid": OBJECT_ID, "iat": now, "exp": now + self.redis_lifetime}
        parts = (_encoded({"alg": "none", "typ": "JWT"}), _encoded(says), secrets.token_hex(16))
        self.for_redis.append(".".join(parts))
        self.tell_redis(self.for_redis[-1])
        return self.for_redis[-1], now + self.redis_lifetime

    def issue(self) -> tuple[str, int]:
        """Give out a new token, with the time at which it expires."""
        token = f"sandbox-{secrets.token_urlsafe(32)}"
        expires = int(time.time()) + _LIFETIME_SECONDS
        self._expires[token] = expires
        return token, expires

    def knows(self, authorization: str) -> bool:
        """Tell whether an `Authorization` header carries one of the tokens, still good."""
        kind, _, token = authorization.partition(" ")
        return kind.casefold() == "bearer" and self._expires.get(token, 0) > time.time()

    @property
    def given(self) -> tuple[str, ...]:
        """Every token that is known."""
        return (*self._expires, *self.for_redis)

    def revoke_all(self) -> None:
        """Make every token worthless."""
        self._expires.clear()


def token_answer(tokens: Tokens, request: web.Request) -> web.Response:
    """Answer a wish for a token."""
    if request.headers.get("X-IDENTITY-HEADER") != tokens.identity_header:
        return _refused(HTTPStatus.UNAUTHORIZED, "The X-IDENTITY-HEADER is missing or wrong.")
    if request.query.get("api-version") != _VERSION:
        return _refused(HTTPStatus.BAD_REQUEST, f"The api-version must be {_VERSION}.")
    resource = request.query.get("resource", "")
    if resource.rstrip("/") not in {RESOURCE, REDIS}:
        return _refused(HTTPStatus.BAD_REQUEST, f"There are no tokens for '{resource}'.")
    for_redis = resource.rstrip("/") == REDIS
    token, expires = tokens.issue_for_redis() if for_redis else tokens.issue()
    return web.json_response(
        {
            "access_token": token,
            "expires_on": str(expires),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": "b7a1d0c2-4e55-4c8e-9a3f-6d0f2b1c7e91",
        }
    )


def _refused(status: HTTPStatus, message: str) -> web.Response:
    return web.json_response({"statusCode": status.value, "message": message}, status=status.value)


def _encoded(part: dict[str, object]) -> str:
    text = json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()
