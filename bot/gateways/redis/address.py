"""Where Redis is: one server, the master behind some Sentinels, or a cluster.

The addresses are those that docket reads, so that one setting serves both:

    redis://…  rediss://…  unix://…
    redis+sentinel://[user:password@]host[:port][,host…]/service[/db][?sentinel_password=…]
    redis+cluster://[user:password@]host:port

`rediss` means TLS everywhere. What stands behind `?` are options of redis-py's connections, such as
`ssl_ca_certs`. In a cluster all our keys are in one slot, so all of them are on one node.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import ExponentialWithJitterBackoff
from redis.credentials import CredentialProvider, StreamingCredentialProvider
from redis.driver_info import DriverInfo
from redis.exceptions import ReadOnlyError

from bot.errors import Misconfigured

Client = Redis | RedisCluster

log = logging.getLogger(__name__)

_SENTINEL_PORT: Final = 26379
_TRIES: Final = 3
"""A connection that died meanwhile is replaced; a write that was done already does no harm."""


@asynccontextmanager
async def connected(url: str, credentials: CredentialProvider | None) -> AsyncIterator[Client]:
    """Make a client, which connects when it is used, and close it at the end.

    Raises `Misconfigured` for an address that cannot be read.
    """
    how: dict[str, Any] = {
        "decode_responses": True,
        "encoding_errors": "replace",  # what is not text is not ours: no seal fits it
        "max_connections": 500,
        "health_check_interval": 15,
        "driver_info": DriverInfo(),  # else each connection reads redis-py's metadata from the disk
        "retry": Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), _TRIES),
        **({"credential_provider": credentials} if credentials else {}),
    }
    async with AsyncExitStack() as stack:
        try:
            client = _client(url, how, stack)
        except (TypeError, ValueError) as error:
            raise Misconfigured(
                "REDIS_URL cannot be read.", "docs/redis.md shows what it looks like."
            ) from error
        stack.push_async_callback(client.aclose)
        if isinstance(client, Redis) and isinstance(credentials, StreamingCredentialProvider):
            _sign_in_anew(client, credentials)
        yield client


def _client(url: str, how: dict[str, Any], stack: AsyncExitStack) -> Client:
    scheme, _, rest = url.partition("://")
    plain, _, kind = scheme.partition("+")
    if kind == "cluster":
        return RedisCluster.from_url(f"{plain}://{rest}", **how)
    # Who says "read-only" is the primary no more: a new connection leads to where the name leads.
    how = how | {"retry_on_error": [ReadOnlyError]}
    if kind == "sentinel":
        return _behind_sentinels(rest, plain == "rediss", how, stack)
    return Redis.from_url(url, **how)


def _behind_sentinels(rest: str, tls: bool, how: dict[str, Any], stack: AsyncExitStack) -> Redis:
    authority, _, path = rest.partition("/")
    service, _, query = path.partition("?")
    service, _, db = service.partition("/")
    if not service:
        raise ValueError("no service")
    options = dict(parse_qsl(query))
    asked = {
        name.removeprefix("sentinel_"): options.pop(name)
        for name in ("sentinel_username", "sentinel_password")
        if name in options
    }
    given: dict[str, Any] = dict(parse_url(f"redis:///?{urlencode(options)}"))
    login, _, hosts = authority.rpartition("@")
    user, _, password = login.partition(":")
    named = {"username": unquote(user), "password": unquote(password), "db": int(db or 0)}
    secure = {name: value for name, value in given.items() if name.startswith("ssl_")}
    encrypted = {"ssl": True, **secure} if tls else {}
    sentinel = Sentinel(  # type: ignore[no-untyped-call]  # redis-py's own
        [_host(one) for one in hosts.split(",")], sentinel_kwargs={**asked, **encrypted}
    )
    for one in sentinel.sentinels:
        stack.push_async_callback(one.aclose)
    more = given | encrypted | {name: value for name, value in named.items() if value}
    found: Redis = sentinel.master_for(service, **(how | more))
    return found


def _sign_in_anew(client: Redis, credentials: StreamingCredentialProvider) -> None:
    """Let open connections have each new token; a cluster's client sees to that by itself."""

    async def failed(error: Exception) -> None:
        log.warning("the sign-in to Redis could not be renewed: %s", type(error).__name__)

    credentials.on_next(client.connection_pool.re_auth_callback)  # type: ignore[arg-type]  # awaited
    credentials.on_error(failed)  # type: ignore[arg-type]  # awaited, too


def _host(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text.strip()}")
    if not parts.hostname:
        raise ValueError("no host")
    return parts.hostname, parts.port or _SENTINEL_PORT
