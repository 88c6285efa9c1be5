"""Checks that the policy names for machines that were failed over, and what may be checked at all.

A worker goes where the policy says, and nowhere else. Link-local addresses, where clouds tell
secrets to whoever asks from within, are never gone to, whatever a name resolves to.
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Annotated, Final

from pydantic import Field, model_validator

from bot.domain.data import Data
from bot.domain.lifetimes import Lifetime
from bot.domain.objectives import Reach

_HOST: Final = r"(?P<host>[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
_TCP: Final = re.compile(rf"{_HOST}:(?P<port>\d{{1,5}})")
_HTTP: Final = re.compile(
    rf"(?P<scheme>https?)://{_HOST}(:(?P<port>\d{{1,5}}))?(?P<path>/[!-~]*)?", re.IGNORECASE
)
_NEVER: Final = tuple(
    ip_network(one)
    for one in (
        "169.254.0.0/16",  # link-local: the metadata of most clouds
        "fe80::/10",
        "fd00:ec2::254/128",
        "fd20:ce::254/128",
        "168.63.129.16/32",  # Azure's own, within every virtual network
        "100.100.100.200/32",
        "192.0.0.192/32",
        "0.0.0.0/8",
        "::/128",
        "224.0.0.0/4",
        "ff00::/8",
        "255.255.255.255/32",
    )
)
_WITHIN_SIX: Final = tuple(ip_network(one) for one in ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96"))
"""Where an address of four parts is the end of one of eight."""


class Place(Data):
    """Where a check goes."""

    scheme: str
    """`tcp`, `http` or `https`."""
    host: str
    port: int
    url: str = ""


class Check(Reach):
    """What a worker tries on a machine that was failed over: a `[[check]]`."""

    name: str = Field(min_length=1, max_length=80)
    """What people call it; it stands on the card and in the audit log."""
    tcp: str = ""
    """A host and a port that take a connection: `shop.example.com:443`."""
    http: str = ""
    """An address that answers with the `status`: `https://shop.example.com/health`. Redirects are
    not followed, and of the answer nothing but the status is read."""
    status: Annotated[int, Field(ge=100, le=599, strict=True)] = 200
    """The status that is a good one."""
    timeout: Annotated[Lifetime, Field(le=60)] = 5
    """How long one try may take, such as `5s`; `60s` is the most."""
    within: Annotated[Lifetime, Field(le=3600)] = 300
    """How long after the failover it is tried again before it counts as bad, such as `5m`."""

    @model_validator(mode="after")
    def _goes_somewhere(self) -> "Check":
        if bool(self.tcp) == bool(self.http):
            raise ValueError("a check says either tcp or http")
        if reason := why_never(_address(self.place.host), loopback=True):
            raise ValueError(f"{self.place.host} is {reason}; the bot never goes there")
        return self

    @property
    def place(self) -> Place:
        """Where it goes; raises `ValueError` for what is no address."""
        found = (_TCP if self.tcp else _HTTP).fullmatch(self.tcp or self.http)
        if found is None and self.tcp:
            raise ValueError("tcp is a host and a port, such as 'shop.example.com:443'")
        if found is None:
            raise ValueError("http is an address, such as 'https://shop.example.com/health'")
        scheme = found["scheme"].lower() if self.http else "tcp"
        port = int(found["port"] or {"http": 80}.get(scheme, 443))
        if not 0 < port < 65536:
            raise ValueError(f"there is no port {port}")
        return Place(scheme=scheme, host=found["host"].strip("[]"), port=port, url=self.http)


def why_never(address: IPv4Address | IPv6Address | None, *, loopback: bool) -> str:
    """Say why nobody goes to an address; '' where the policy may send us.

    `loopback` lets this machine itself be checked, as in the sandbox.
    """
    if address is None:
        return ""
    plain = _plain(address)
    if any(plain in one for one in _NEVER if one.version == plain.version):
        return "a link-local, metadata, multicast or unspecified address"
    if plain.is_loopback and not loopback:
        return "this host itself"
    return ""


def refused(addresses: tuple[str, ...], *, loopback: bool) -> str:
    """Say why none of the addresses of a name is gone to: one bad one is enough."""
    reasons = (why_never(_address(one), loopback=loopback) for one in addresses)
    return next(filter(None, reasons), "")


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None  # a name


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Take an address of four parts out of the one of eight that it hides in."""
    if isinstance(address, IPv4Address):
        return address
    hidden = address.ipv4_mapped or address.sixtofour
    if hidden is None and any(address in one for one in _WITHIN_SIX) and int(address) > 1:
        hidden = IPv4Address(int(address) & 0xFFFFFFFF)
    return hidden or address
