"""What operators do in a soak: ask, approve, deny, withdraw, press twice, press what is not theirs.

They do it by chance, from what they see; whoever gets no answer shrugs and goes on.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random
from typing import Final

from sandbox.people import PersonError
from sandbox.screen import Message
from sandbox.vault.machines import Machine
from sandbox.vault.states import COMMITTED, PENDING, PROTECTED
from tests.soak.stage import Stage

_ASKERS: Final = ("alice", "carla")
_APPROVERS: Final = ("bo", "carla", "dmitri")
_STRANGERS: Final = ("erin", "alice")
_NEXT: Final = {PROTECTED: "failover", PENDING: "commit", COMMITTED: "reprotect"}
_LOOKS: Final = ("/dr", "/dr requests", "/dr status", "/dr list", "/dr audit", "/dr jobs")

_LOOKED_AT: Final = 6
"""People look at the oldest cards first."""

Act = Callable[[], Awaitable[None]]


class Operators:
    """Some people who keep the bot busy; `done` counts what they did."""

    def __init__(self, stage: Stage, names: list[str], hands: int) -> None:
        self.done: Counter[str] = Counter()
        self._stage = stage
        self._names = names
        self._dice = Random(stage.dice.random())
        self._hands = hands

    async def work(self, over: asyncio.Event) -> None:
        """Keep so many hands busy until it is over."""
        await asyncio.gather(*(self._hand(over) for _ in range(self._hands)))

    async def _hand(self, over: asyncio.Event) -> None:
        acts: dict[str, tuple[float, Act]] = {
            "asked": (2, self._ask),
            "pressed Approve": (10, self._approve),
            "pressed Approve twice": (1, self._approve_twice),
            "pressed what is not theirs": (0.5, self._intrude),
            "denied": (0.2, lambda: self._press_one(_APPROVERS, "Deny")),
            "withdrew": (0.2, lambda: self._press_one(_ASKERS, "Withdraw")),
            "submitted again": (2, lambda: self._press_one(_APPROVERS, "Submit again")),
            "looked": (0.5, self._look),
        }
        weights = [weight for weight, _ in acts.values()]
        while not over.is_set():
            [name] = self._dice.choices(list(acts), weights)
            try:
                await acts[name][1]()
                self.done[name] += 1
            except _NothingThere:
                pass
            except PersonError:
                self.done["got no answer"] += 1
            await asyncio.sleep(self._dice.uniform(0.0, 0.3))

    async def _ask(self) -> None:
        name = self._dice.choice(self._names)
        machine = self._stage.world.vault.machine(name)
        operation = _next_for(machine)
        if operation is None:
            raise _NothingThere
        who = self._stage.world.people.named(self._dice.choice(_ASKERS))
        await who.types(f"/dr {operation} {name} because somebody has to")

    async def _approve(self) -> None:
        await self._press_one(_APPROVERS, "Approve")

    async def _approve_twice(self) -> None:
        """The same person twice, or two at the same instant."""
        card = self._one_of("Approve")
        people = [self._dice.choice(_APPROVERS) for _ in range(2)]
        await asyncio.gather(*(self._stage.press(one, "Approve", card) for one in people))

    async def _intrude(self) -> None:
        label = self._dice.choice(["Approve", "Deny", "Withdraw"])
        await self._press_one(_STRANGERS if label != "Withdraw" else _APPROVERS, label)

    async def _press_one(self, people: tuple[str, ...], label: str) -> None:
        card = self._one_of(label)
        await self._stage.press(self._dice.choice(people), label, card)

    async def _look(self) -> None:
        await self._stage.world.people.erin.types(self._dice.choice(_LOOKS))

    def _one_of(self, label: str) -> Message:
        cards = self._stage.cards(label)
        if not cards:
            raise _NothingThere
        return self._dice.choice(cards[:_LOOKED_AT])


def _next_for(machine: Machine) -> str | None:
    if machine.current_job is not None:
        return None
    return _NEXT.get(machine.protection_state)


class _NothingThere(Exception):
    """There is nothing on the screen to do that with."""
