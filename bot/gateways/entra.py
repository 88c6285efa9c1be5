"""Signing in to Redis with Microsoft Entra, as Azure Managed Redis wants it.

The token is that of the bot's own identity, found as azure-identity finds it for Azure, and is
renewed before it expires; open connections are signed in anew with it.
"""

import asyncio
from typing import Final

from redis.auth.err import RequestTokenErr
from redis.auth.token import TokenResponse
from redis.auth.token_manager import RetryPolicy, TokenManager, TokenManagerConfig
from redis.credentials import CredentialProvider
from redis.exceptions import ConnectionError as NoConnection

from bot.errors import Misconfigured

_SCOPE: Final = "https://redis.azure.com/.default"
_RENEWED_AT: Final = 0.7
"""The part of a token's life after which a new one is fetched."""
_PATIENCE: Final = 10_000
"""Milliseconds that the token endpoint is given."""
_TRIES: Final = 5
_PAUSE: Final = 1000


class _OffTheLoop(TokenManager):
    """Fetches tokens in a thread: redis-py's own would hold up everything else meanwhile."""

    async def acquire_token_async(self, force_refresh: bool = False) -> TokenResponse:
        try:
            return await asyncio.to_thread(self.acquire_token, force_refresh)
        except RequestTokenErr as error:
            raise NoConnection("Entra gave no token for Redis.") from error


def credentials() -> CredentialProvider:
    """Make what gives a client its tokens; each client needs one of its own.

    Raises `Misconfigured` when the package for it is not installed.
    """
    try:
        from redis_entraid.cred_provider import (  # type: ignore[import-untyped]  # no py.typed
            create_from_default_azure_credential,
        )
    except ImportError as error:
        raise Misconfigured(
            "DR_REDIS_ENTRA needs the package redis-entraid.",
            "Install the bot with its extra: dr-bot[entra].",
        ) from error
    renewal = TokenManagerConfig(_RENEWED_AT, 0, _PATIENCE, RetryPolicy(_TRIES, _PAUSE))
    provider = create_from_default_azure_credential((_SCOPE,), token_manager_config=renewal)
    provider._token_mgr = _OffTheLoop(provider._idp, renewal)  # there is no other way in
    found: CredentialProvider = provider
    return found
