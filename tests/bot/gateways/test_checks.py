"""Checks go where the policy says, and never where secrets are told to whoever asks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from pydantic import ValidationError

from bot.domain.checks import Check, refused
from bot.gateways.checks import attempt
from sandbox.server import serve
from tests.ports import free_port


def http(address: str, **more: object) -> Check:
    """Make a check of an address."""
    return Check.model_validate({"name": "shop", "http": address} | more)


def tcp(address: str, **more: object) -> Check:
    """Make a check of a port."""
    return Check.model_validate({"name": "shop", "tcp": address} | more)


@asynccontextmanager
async def mute() -> AsyncIterator[str]:
    """Run what takes connections and says nothing."""
    open_ones: list[asyncio.StreamWriter] = []

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.append(writer)
        await asyncio.sleep(30)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        for writer in open_ones:
            writer.close()
        server.close()


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "fd00:ec2::254",
        "168.63.129.16",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "0.0.0.0",  # noqa: S104  # it is refused
        "::",
        "224.0.0.1",
    ],
)
def test_such_an_address_is_refused_always_in_whatever_form(address: str) -> None:
    """By name or written out, in the sandbox too; beside good ones as well."""
    assert refused((address,), loopback=True)
    assert refused(("10.0.0.4", address), loopback=True)
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(ValidationError, match="the bot never goes there"):
        tcp(f"{host}:80")
    with pytest.raises(ValidationError, match="the bot never goes there"):
        http(f"http://{host}/latest")


def test_this_host_is_checked_in_the_sandbox_alone() -> None:
    """Private addresses are what checks are for."""
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        assert refused((address,), loopback=False)
        assert not refused((address,), loopback=True)
    assert not refused(("10.0.0.4", "192.168.1.9", "fd12::4", "2001:db8::1"), loopback=False)


@pytest.mark.parametrize(
    "says",
    [
        {"tcp": "shop.example.com"},
        {"tcp": "shop.example.com:0"},
        {"tcp": "shop.example.com:99999"},
        {"tcp": "a b:80"},
        {"http": "ftp://shop.example.com"},
        {"http": "http://user:word@shop.example.com/"},
        {"http": "http://shop.example.com/\r\nHost: x"},
        {"http": "shop.example.com"},
        {"http": "http://a/", "tcp": "a:80"},
        {},
        {"tcp": "a:80", "timeout": "10"},
        {"tcp": "a:80", "timeout": "5m"},
    ],
)
def test_what_is_no_address_is_a_mistake_of_the_policy(says: dict[str, str]) -> None:
    """Long before anybody goes there."""
    with pytest.raises(ValidationError):
        Check.model_validate({"name": "shop"} | says)


async def test_outside_the_sandbox_this_host_is_not_tried() -> None:
    """Nothing is connected to, whatever listens there."""
    async with mute() as address:
        found = await attempt(tcp(address), sandbox=False)
        assert (found.good, found.words) == (False, "not tried: its address is this host itself")
        assert (await attempt(tcp(address), sandbox=True)).good
        port = address.rpartition(":")[2]
        named = await attempt(tcp(f"localhost:{port}"), sandbox=False)
        assert named.words == "not tried: its address is this host itself"


async def test_what_does_not_answer_is_given_up_in_time() -> None:
    """And what is no HTTP, what is not there, and what has no name."""
    async with mute() as address:
        slow = await attempt(http(f"http://{address}/", timeout="1s"), sandbox=True)
        assert slow.words == "no answer within 1 s"
    nobody = await attempt(tcp(f"127.0.0.1:{free_port()}"), sandbox=True)
    assert nobody.words.startswith("no connection, after ")
    nameless = await attempt(tcp("no-such-host.invalid:80"), sandbox=True)
    assert not nameless.good


async def test_tls_that_nobody_vouches_for_is_bad() -> None:
    """A server that speaks plainly where TLS is wanted."""
    application = web.Application()
    async with serve(application) as address:
        found = await attempt(http(address.replace("http://", "https://")), sandbox=True)
    assert not found.good
    assert found.words.startswith("TLS failed")


async def test_the_status_alone_decides() -> None:
    """The one that is wanted is good, whichever it is; the headers and the body are not read."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=401, text="x" * 100_000, headers={"Set-Cookie": "a=b"})

    application = web.Application()
    application.router.add_get("/", answer)
    async with serve(application) as address:
        assert (await attempt(http(address, status=401), sandbox=True)).good
        bad = await attempt(http(address), sandbox=True)
    assert not bad.good
    assert bad.words.endswith(", not 200")
