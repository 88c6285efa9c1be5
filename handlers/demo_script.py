"""The main story, unattended: out of West Europe and back, each step asked for and approved.

It acts through the page as people do, and believes only the vault about where the machine ended.
"""

import time
from typing import Any, Final

import aiohttp

from sandbox.people import Message, People, PersonError

MACHINE: Final = "vm-web01"
HOME: Final = "westeurope"
_PATIENCE: Final = 45.0


class _Play:
    """The people, and a line for each thing that happens."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._start = time.monotonic()

    def line(self, text: str) -> None:
        """Print one event."""
        print(f"{time.monotonic() - self._start:6.1f} s  {text}", flush=True)  # noqa: T201

    async def ask(self, command: str, title: str) -> None:
        """Alice types a command."""
        self.line(f"alice types   {command}")
        await self._people.alice.types(command)
        await self._approve(title)

    async def press(self, label: str, on: str, title: str) -> None:
        """Alice presses a button that the bot offers."""
        self.line(f"alice presses {label}")
        await self._people.alice.presses(label, on=on, within=_PATIENCE)
        await self._approve(title)

    async def done(self, *words: str) -> Message:
        """Wait until the channel says so."""
        message = await self._people.alice.sees(*words, within=_PATIENCE)
        self.line(f"the bot says  {' '.join(message.words.split())[:110]}")
        return message

    async def _approve(self, title: str) -> None:
        for person in (self._people.bo, self._people.carla):
            await person.presses("Approve", on=title, within=_PATIENCE)
            self.line(f"{person.name} approves")


async def play(page: str, *, vault: str, vault_id: str, identity: tuple[str, str]) -> int:
    """Play it; returns 0 only if the vault says that the machine came home."""
    try:
        async with People(page) as people:
            await _story(_Play(people))
    except PersonError as error:
        print(f"The story broke off: {error}")  # noqa: T201
        return 1
    return await _check(vault, vault_id, identity)


async def _story(play: _Play) -> None:
    away = f"Failover of {MACHINE}"
    await play.ask(f"/dr failover {MACHINE} because West Europe is down", away)
    await play.done(away, "succeeded", "It runs in North Europe")
    await play.press("Commit", away, f"Commit of {MACHINE}")
    await play.done(f"Commit of {MACHINE} succeeded")
    await play.press("Reprotect", f"Commit of {MACHINE}", f"Reprotect of {MACHINE}")
    await play.done(f"Reprotect of {MACHINE} succeeded")
    await play.done(f"{MACHINE} is protected again", "North Europe → West Europe")
    back = f"Failback of {MACHINE}"
    await play.ask(f"/dr failback {MACHINE} because West Europe is back", back)
    await play.done(back, "succeeded", "It runs in West Europe")
    await play.press("Commit", back, f"Commit of {MACHINE}")
    await play.done(f"Commit of {MACHINE} succeeded", "It runs in West Europe")


async def _check(vault: str, vault_id: str, identity: tuple[str, str]) -> int:
    """Ask the vault itself, over the wire, where the machine is."""
    machine = await _ask_vault(vault, vault_id, identity)
    details = machine["providerSpecificDetails"]
    recovered = machine["activeLocation"] == "Recovery"
    region = details["recoveryFabricLocation" if recovered else "primaryFabricLocation"]
    state = machine["protectionState"]
    home = region == HOME and state == "UnplannedFailoverCommitted"
    verdict = "as it should be" if home else "NOT where it should be"
    print(f"The vault says: {MACHINE} runs in {region}, {state}: {verdict}.")  # noqa: T201
    return 0 if home else 1


async def _ask_vault(vault: str, vault_id: str, identity: tuple[str, str]) -> dict[str, Any]:
    endpoint, header = identity
    async with aiohttp.ClientSession() as session:
        query = {"api-version": "2019-08-01", "resource": "https://management.azure.com/"}
        async with session.get(
            endpoint, params=query, headers={"X-IDENTITY-HEADER": header}
        ) as answer:
            token = (await answer.json())["access_token"]
        link = f"{vault}{vault_id}/replicationProtectedItems?api-version=2025-08-01"
        while link:
            headers = {"Authorization": f"Bearer {token}"}
            async with session.get(link, headers=headers) as answer:
                page = await answer.json()
            for item in page["value"]:
                if item["properties"]["friendlyName"] == MACHINE:
                    found: dict[str, Any] = item["properties"]
                    return found
            link = page.get("nextLink") or ""
    raise PersonError(f"The vault has no {MACHINE}.")
