"""Trying what the policy has checked: one connection, or one request, and nothing of the answer.

A name is resolved once, its addresses are judged, and only those are connected to, so that it
cannot lead elsewhere between the judgement and the connection.
"""

import asyncio
import socket
import ssl
import time
from typing import Any, Final

from bot.domain.checks import Check, Place, refused
from bot.domain.data import Data

_ADDRESSES: Final = 4
"""So many addresses of a name are tried."""


class Found(Data):
    """What a try found."""

    good: bool
    words: str
    """The status and how long it took, or why there was none."""


async def attempt(check: Check, *, sandbox: bool) -> Found:
    """Try a check once; it never takes much longer than its timeout, and never raises.

    In the sandbox, and there alone, this host itself may be checked.
    """
    place, began = check.place, time.monotonic()
    try:
        async with asyncio.timeout(check.timeout):
            addresses = await _resolved(place)
            if reason := refused(addresses, loopback=sandbox):
                return Found(good=False, words=f"not tried: its address is {reason}")
            if place.scheme == "tcp":
                await _connect(place, addresses)
                return Found(good=True, words=f"connected in {_since(began)}")
            status = await _status(place, addresses)
    except TimeoutError:
        return Found(good=False, words=f"no answer within {check.timeout} s")
    except ssl.SSLError:
        return Found(good=False, words=f"TLS failed after {_since(began)}")
    except socket.gaierror:
        return Found(good=False, words="its name cannot be resolved")
    except OSError:
        return Found(good=False, words=f"no connection, after {_since(began)}")
    if status is None:
        return Found(good=False, words=f"no answer of HTTP, after {_since(began)}")
    said = f"HTTP {status} in {_since(began)}"
    return Found(
        good=status == check.status,
        words=said if status == check.status else f"{said}, not {check.status}",
    )


async def _resolved(place: Place) -> tuple[str, ...]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(one[4][0]) for one in found))


async def _connect(place: Place, addresses: tuple[str, ...]) -> None:
    """Open a connection to the first address that takes one; raises `OSError` when none does."""
    last: OSError | None = None
    for address in addresses[:_ADDRESSES]:
        try:
            _, writer = await asyncio.open_connection(address, place.port)
        except OSError as error:
            last = error
            continue
        writer.close()
        return
    raise last or OSError("no address")


async def _status(place: Place, addresses: tuple[str, ...]) -> int | None:
    """Ask for an address, at these addresses of its host; None when what answers is no HTTP."""
    import aiohttp
    from aiohttp.abc import AbstractResolver, ResolveResult

    class Pinned(AbstractResolver):
        """Knows what was judged, and nothing else."""

        async def resolve(
            self, host: str, port: int = 0, family: Any = socket.AF_UNSPEC
        ) -> list[ResolveResult]:
            return [
                ResolveResult(
                    hostname=host,
                    host=one,
                    port=port,
                    family=socket.AF_INET6 if ":" in one else socket.AF_INET,
                    proto=0,
                    flags=0,
                )
                for one in addresses[:_ADDRESSES]
            ]

        async def close(self) -> None:
            return

    connector = aiohttp.TCPConnector(resolver=Pinned(), force_close=True, use_dns_cache=False)
    jar = aiohttp.DummyCookieJar()
    try:
        async with (
            aiohttp.ClientSession(connector=connector, cookie_jar=jar, trust_env=False) as session,
            session.get(place.url, allow_redirects=False, headers={"User-Agent": "dr-bot"}) as got,
        ):
            return got.status
    except aiohttp.ClientSSLError as error:
        raise ssl.SSLError("TLS failed") from error
    except aiohttp.ClientOSError:
        raise
    except aiohttp.ClientError:
        return None


def _since(began: float) -> str:
    return f"{time.monotonic() - began:.2f} s"
