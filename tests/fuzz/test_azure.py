"""Azure's answers with parts that are not what they should be: values of ours, or a clear error."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from bot.domain.catalogue import Ground
from bot.domain.data import Data
from bot.domain.jobs import Job
from bot.domain.machines import Machine, vault_of
from bot.domain.offers import offered_on
from bot.domain.plans import Plan
from bot.errors import AzureRefused, Unavailable
from bot.gateways.azure import Azure
from bot.messages import machines, plans, readiness, work
from bot.messages.blocks import Message
from sandbox.workspace.blocks import check_blocks
from tests.fuzz.mutation import mutated, rounds
from tests.hostile import inert
from tests.replay import Exchange, Recording, load, replayed

FILES: Final = sorted((Path(__file__).parents[1] / "recordings").glob("*.json"))
NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
_EACH: Final = 3
"""So many times every recorded answer is changed in the suite."""

Read = Callable[[Azure, Exchange], Awaitable[Any]]

_OF_ONE: Final[dict[str, Read]] = {
    "replicationprotecteditems": lambda azure, one: azure.machine(one.path),
    "replicationrecoveryplans": lambda azure, one: azure.plan(one.path),
    "replicationjobs": lambda azure, one: azure.job(vault_of(one.path), _last(one.path)),
    "virtualmachines": lambda azure, one: azure.vm_disks(one.path),
    "vaults": lambda azure, one: azure.around.location(one.path),
}
_OF_ALL: Final[dict[str, Read]] = {
    "recoverypoints": lambda azure, one: azure.points(_above(one.path)),
    "replicationrecoveryplans": lambda azure, one: azure.plans(vault_of(one.path)),
    "replicationjobs": lambda azure, one: azure.jobs(vault_of(one.path)),
    "replicationprotecteditems": lambda azure, one: azure.machines(vault_of(one.path)),
    "replicationevents": lambda azure, one: azure.around.events(vault_of(one.path)),
    "replicationprotectioncontainermappings": lambda azure, one: azure.mappings(_above(one.path)),
    "replicationvaulthealth": lambda azure, one: azure.around.health(vault_of(one.path)),
}


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _above(path: str) -> str:
    return path.rpartition("/")[0]


def reader_of(one: Exchange) -> Read | None:
    """Return what the gateway reads an answer with; None for what it has no use for."""
    if one.method != "GET" or one.page or one.body is None:
        return None
    kind, name = one.path.casefold().split("/")[-2:]
    return _OF_ALL.get(name) or _OF_ONE.get(kind)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_a_changed_answer_is_read_or_refused(file: Path) -> None:
    """Nothing else gets out of the gateway, and what was read can be drawn."""
    recording = load(file)
    whole = list(recording.exchanges)
    read = 0
    async with replayed(recording) as azure:
        for number, chance in rounds(_EACH):
            for at, one in enumerate(whole):
                reader = reader_of(one)
                if reader is None:
                    continue
                changed = dataclasses.replace(one, body=mutated(one.body, chance))
                recording.exchanges[:] = [*whole[:at], changed, *whole[at + 1 :]]
                try:
                    found = await reader(azure, changed)
                except (AzureRefused, Unavailable):
                    continue
                except Exception as error:
                    error.add_note(f"round {number}, {changed.path}: {changed.body}")
                    raise
                read += 1
                for value in found if isinstance(found, tuple) else [found]:
                    _is_ours(value)
    assert read > 3, "everything was refused: nothing was tried"


def _is_ours(value: Any) -> None:
    if isinstance(value, Data):
        assert type(value).model_validate(dict(value)) == value, "made of what it may not hold"
    for message in _drawn(value):
        assert check_blocks(message.blocks, "message") == []
        inert(message.text)


def _drawn(value: Any) -> list[Message]:
    match value:
        case Machine():
            offers = [one.name for one in offered_on(Ground(target=value))]
            given: dict[str, Any] = {"points": None, "job": None, "request": None}
            return [
                machines.machine_status(value, **given, offers=offers, now=NOW),
                machines.fleet([value], [], detailed=True),
                readiness.of_machine(value, [], NOW),
            ]
        case Plan():
            return [plans.plan_view(value, [], offers=[]), plans.plan_list([value], [])]
        case Job():
            return [work.job_view(value, NOW), work.job_list([value], NOW)]
    return []


async def test_one_odd_machine_does_not_hide_the_others() -> None:
    """Without properties, without a name, called with half a pair; without an id the list is said
    to be unreadable, for nobody may think that it is whole."""
    recording = load(next(file for file in FILES if file.stem == "a2a-cycle"))
    [at, *_] = [n for n, one in enumerate(recording.exchanges) if _of_items(one)]
    listed = recording.exchanges[at]
    vault = vault_of(listed.path)
    good = listed.body["value"][0]
    path = (
        f"{vault}/replicationFabrics/f/replicationProtectionContainers/c/replicationProtectedItems"
    )
    odd = [
        {"id": f"{path}/bare"},
        {"id": f"{path}/null", "name": None, "properties": None},
        {"id": f"{path}/half", "name": "half", "properties": {"friendlyName": "vm\ud800"}},
    ]
    for strange, seen in (
        (odd, {"bare", "null", "vm?", good["properties"]["friendlyName"]}),
        ([*odd, {"name": "nobody"}], None),
    ):
        body = listed.body | {"value": [good, *strange], "nextLink": None}
        one = dataclasses.replace(listed, body=body)
        async with replayed(Recording([one])) as azure:
            if seen is None:
                with pytest.raises(Unavailable):
                    await azure.machines(vault)
            else:
                assert {machine.name for machine in await azure.machines(vault)} == seen


def _of_items(one: Exchange) -> bool:
    listed = one.path.casefold().endswith("/replicationprotecteditems")
    return listed and one.status == 200 and bool(one.body.get("value"))


@pytest.mark.parametrize(
    "link", ["https://management.azure.com{0}", "https://[x/", "https://x.example{0}?a={{b}}"]
)
async def test_a_link_to_the_next_page_leads_nowhere_odd(link: str) -> None:
    """In a circle, to no address at all, or with braces in it: refused, and not for ever."""
    recording = load(next(file for file in FILES if file.stem == "a2a-cycle"))
    listed = next(one for one in recording.exchanges if _of_items(one))
    body = listed.body | {"nextLink": link.format(listed.path)}
    recording = Recording([dataclasses.replace(listed, body=body)])
    async with replayed(recording) as azure, asyncio.timeout(10):
        with pytest.raises((Unavailable, AzureRefused)):
            await azure.machines(vault_of(listed.path))
