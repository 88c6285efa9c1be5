"""What is looked after since it was failed over: the requests, and which machines are unprotected.

A request is put on the agenda by the script that ends it, and taken off when all of it is settled.
A machine's record goes when it is protected again, and the whole by itself when nothing was failed
over for a long time. It is sealed: what it says stands on cards.
"""

import hmac
from collections.abc import Iterable
from typing import Any, Final

from pydantic import ValidationError

from bot.domain.machines import Machine
from bot.domain.windows import Exposed
from bot.gateways.redis.address import Client
from bot.gateways.redis.answers import run
from bot.gateways.redis.keys import TENDED

_EXPOSED: Final = "{dr}:unprotected"
_LIFE: Final = 400 * 24 * 3600


class Tending:
    """The agenda of what was failed over, and the machines that are not protected since."""

    def __init__(self, client: Client, seal_key: bytes) -> None:
        self._client: Any = client
        self._key = seal_key

    async def agenda(self, now: int) -> list[str]:
        """Return the requests to look at now, in milliseconds."""
        found: list[str] = await run(self._client.zrange(TENDED, 0, now, byscore=True))
        return found

    async def look_again(self, request_id: str, at: int) -> None:
        """Have a request looked at again then, in milliseconds, if it is on the agenda still."""
        await run(self._client.zadd(TENDED, {request_id: at}, xx=True))

    async def leave(self, request_id: str) -> None:
        """Look after a request no longer."""
        await run(self._client.zrem(TENDED, request_id))

    async def exposed(self, machine: Machine) -> Exposed | None:
        """Say since when a machine is unprotected; None when it is not, or nobody knows."""
        place = _place(machine)
        return self._read(place, await run(self._client.hget(_EXPOSED, place)))

    async def all_exposed(self, machines: Iterable[Machine]) -> dict[str, Exposed]:
        """Say the same of several machines, by their ids; those that are protected are left out."""
        found: dict[str, str] = await run(self._client.hgetall(_EXPOSED))
        known = {one.id: self._read(_place(one), found.get(_place(one))) for one in machines}
        return {machine: said for machine, said in known.items() if said}

    def _read(self, place: str, found: str | None) -> Exposed | None:
        seal, _, text = (found or "").partition(" ")
        if not hmac.compare_digest(self._seal(place, text).encode(), seal.encode()):
            return None
        try:
            return Exposed.model_validate_json(text)
        except ValidationError:
            return None  # of another version

    async def expose(self, machine: Machine, said: Exposed) -> None:
        """Remember since when a machine is unprotected."""
        place, text = _place(machine), said.model_dump_json()
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.hset(_EXPOSED, place, f"{self._seal(place, text)} {text}")
            pipe.expire(_EXPOSED, _LIFE)
            await run(pipe.execute())

    async def cover(self, machine: Machine) -> None:
        """Forget that: it is protected again, or gone."""
        await run(self._client.hdel(_EXPOSED, _place(machine)))

    def _seal(self, place: str, text: str) -> str:
        return hmac.digest(self._key, f"unprotected {place}\n{text}".encode(), "sha256").hex()


def _place(machine: Machine) -> str:
    """Name a machine wherever a reprotect has moved it: the name of its item stays."""
    return f"{machine.vault}|{machine.item}".casefold()
