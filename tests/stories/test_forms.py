"""A form for every operation shows what would be asked while it is filled in."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.domain.operations import CATALOGUE
from sandbox.people import Person, View
from sandbox.workspace.delivery import Envelope
from tests.stories.test_choosing_in_a_form import offered, opened
from tests.world import World, inhabited, until

FAILOVER = "Failover of vm-web01"
NETWORK = (
    "/subscriptions/6f1c2a34-8d5e-4b7a-9c01-2e3f4a5b6c7d/resourceGroups/rg-net"
    "/providers/Microsoft.Network/virtualNetworks/vnet-test"
)


async def shows(person: Person, *words: str, gone: bool = False) -> View:
    """Wait until the form on top shows all the words; with `gone`, until it lacks one."""
    last: list[View] = []

    async def seen() -> bool:
        last[:] = [await person.modal()]
        return all(word in last[0].words for word in words) is not gone

    try:
        await until(seen, f"the form does not show {words}")
    except AssertionError as error:
        raise AssertionError(f"{error}: {last[0].words}") from None
    return last[0]


async def chooses(person: Person, label: str) -> None:
    """Choose a machine in the form on top."""
    await offered(person, label)
    await person.finds(label, of="target")


async def of(person: Person, option: str) -> str:
    """Return what the field of an option is called by now."""
    view = await person.modal()
    return next(block for block in view.values if block.partition("@")[0] == option)


async def test_the_form_shows_what_would_be_asked(world: World) -> None:
    """The moment a machine is chosen: the way, what is lost and destroyed, and who may approve."""
    await opened(world.alice)
    await shows(world.alice, "this shows what would be asked")
    await chooses(world.alice, "vm-web01")
    view = await shows(world.alice, "It would need 2")
    for said in (
        "West Europe",
        "North Europe",
        "Data lost",
        "What it destroys",
        "Votes",
        "default",
    ):
        assert said in view.words, said
    await chooses(world.alice, "vm-app01")
    await shows(world.alice, "vm-app01 (A2A)")
    await world.alice.closes()
    assert await world.bot.redis.requests.newest_ids(1) == []


async def test_it_is_the_text_of_the_preview_and_of_the_card(world: World) -> None:
    """What `/dr preview` says of the same is in the form, word by word."""
    await world.alice.types("/dr preview failover vm-web01")
    answer = await world.alice.sees(f"Preview: {FAILOVER}")
    await opened(world.alice)
    await chooses(world.alice, "vm-web01")
    form = await shows(world.alice, "It would need 2")
    said = [one for one in _texts(answer.blocks) if one.startswith(("It would", ":warning: *What"))]
    assert len(said) == 2
    for one in said:
        assert one in _texts(form.blocks)


async def test_a_command_without_its_reason_opens_the_form_filled_in(world: World) -> None:
    """The machine stands in it already, and all that was typed holds."""
    await world.alice.types("/dr failover vm-web01 --point app")
    form = await shows(world.alice, "It would need 2", "vm-web01 (A2A)")
    point = await of(world.alice, "point")
    assert form.values[point]["option"]["selected_option"]["value"] == "app"
    assert set(await world.alice.submits()) == {"reason"}
    await world.alice.fills(reason="West Europe is down")
    assert await world.alice.submits() == {}
    await world.bo.sees(FAILOVER, "0 of 2", "West Europe is down")
    assert (await world.request()).arguments["point"] == "app"


@pytest.mark.parametrize(
    "text", ["/dr failover vm-web01 because", "/dr `failover` vm-web01", "/dr FAILOVER “vm-web01”"]
)
async def test_however_it_is_typed_without_a_reason(quiet: World, text: str) -> None:
    """What keyboards make of a command still opens its form, with the machine in it."""
    await opened(quiet.alice, text)
    await shows(quiet.alice, "vm-web01 (A2A)")


async def test_a_window_comes_at_once_whatever_azure_does(quiet: World) -> None:
    """It says that the vaults are being looked at, and becomes the form."""
    quiet.vault.trouble.sometimes("/replicationProtectedItems", "unavailable", 1.0)
    await quiet.alice.types("/dr failover vm-web01")
    await shows(quiet.alice, "Looking at the vaults…")
    quiet.vault.trouble.calm()
    await shows(quiet.alice, "Looking at the vaults…", gone=True)


async def test_a_recovery_point_is_chosen_by_its_age(world: World) -> None:
    """Each says how old it is and what is lost with it; what is chosen changes what would be."""
    await opened(world.alice)
    await chooses(world.alice, "vm-web01")
    await shows(world.alice, "It would need 2")
    field = await of(world.alice, "point")
    options = _options(await world.alice.modal(), field)
    point = next(one for one in options if " old (" in one["text"]["text"])
    assert "loses what was written in the last" in point["description"]["text"]
    await world.alice.fills(**{field: point["value"]})
    await shows(world.alice, "before asking, and since")
    await world.alice.fills(shutdown="yes")
    await shows(world.alice, "is shut down first")
    await world.alice.fills(reason="the drill")
    assert await world.alice.submits() == {}
    await world.bo.sees(FAILOVER, "0 of 2", "before asking, and since")
    request = await world.request()
    assert (request.arguments["point"], request.arguments["shutdown"]) == (point["value"], "yes")


async def test_a_point_that_is_gone_is_said_under_its_field(quiet: World) -> None:
    """Nothing else is lost, and another one can be chosen."""
    await opened(quiet.alice)
    await chooses(quiet.alice, "vm-web01")
    await shows(quiet.alice, "It would need 2")
    field = await of(quiet.alice, "point")
    oldest = _options(await quiet.alice.modal(), field)[-1]
    await quiet.alice.fills(**{field: oldest["value"]})
    await shows(quiet.alice, "before asking, and since")
    await quiet.alice.fills(reason="the drill")
    quiet.clock.advance(7 * 24 * 3600)
    wrong = await quiet.alice.submits()
    assert list(wrong) == [field]
    assert "has no recovery point" in wrong[field]
    assert (await quiet.alice.modal()).values["reason"]["option"]["value"] == "the drill"


async def test_a_newer_choice_is_never_overwritten_by_an_older_answer(quiet: World) -> None:
    """What was chosen first and arrives last is left alone."""
    await opened(quiet.alice)
    await chooses(quiet.alice, "vm-web01")
    await shows(quiet.alice, "vm-web01 (A2A)")
    first = _newest_choice(quiet)
    await chooses(quiet.alice, "vm-app01")
    await shows(quiet.alice, "vm-app01 (A2A)")
    hash_before = (await quiet.alice.modal()).hash
    late = first | {"trigger_id": "late"}
    late["actions"] = [late["actions"][0] | {"action_ts": _earlier(late["actions"][0])}]
    await quiet.workspace.delivery.deliver(Envelope("interactive", late))
    await asyncio.gather(*(quiet.alice.searches("vm", of="target") for _ in range(3)))
    form = await quiet.alice.modal()
    assert "vm-app01 (A2A)" in form.words
    assert form.hash == hash_before


async def test_two_choices_at_once_end_with_the_newest(quiet: World) -> None:
    """However their answers overtake each other, the form says what is chosen in it."""
    await opened(quiet.alice)
    await offered(quiet.alice, "vm-web01")
    await quiet.alice.finds("vm-web01", of="target")
    await quiet.alice.fills(shutdown="yes")
    await quiet.alice.fills(shutdown="no")
    await quiet.alice.fills(shutdown="yes")
    await shows(quiet.alice, "vm-web01 (A2A)", "is shut down first")


async def test_what_is_asked_already_and_what_is_taken_is_said(world: World) -> None:
    """Whoever opens the form hears of the open request before they send it."""
    await world.asked()
    await opened(world.carla)
    await chooses(world.carla, "vm-web01")
    await shows(world.carla, "It is asked already", "is waiting")
    await world.carla.closes()
    await opened(world.carla, f"/dr test-failover --network {NETWORK}")
    await chooses(world.carla, "vm-web01")
    await shows(world.carla, "vm-web01 already has an open request")
    wrong = await world.carla.submits()
    assert "already has an open request" in wrong["target"]


async def test_a_lock_is_said_before_and_when_it_is_sent(world: World) -> None:
    """The sentence is the same, and nothing is asked."""
    await world.carla.types("/dr lock vm-web01 until 23:59 because of the audit")
    await opened(world.alice)
    await chooses(world.alice, "vm-web01")
    await shows(world.alice, "carla has locked vm-web01")
    await world.alice.fills(reason="the drill")
    assert "carla has locked vm-web01" in (await world.alice.submits())["target"]


async def test_a_test_network_is_chosen_by_name(whole: World) -> None:
    """Its own is chosen already, and Azure gets the id."""
    await opened(whole.alice, "/dr test-failover")
    await chooses(whole.alice, "vm-erp01")
    await shows(whole.alice, "Network of the copy")
    field = await of(whole.alice, "network")
    chosen = (await whole.alice.modal()).values[field]["option"]["selected_option"]
    assert chosen["value"].startswith("/subscriptions/")
    assert await whole.alice.submits() == {}
    await whole.bo.sees("Test failover of vm-erp01", "0 of 2")
    assert (await whole.request()).arguments["network"] == chosen["value"]


async def test_a_network_that_nobody_knows_is_typed(world: World) -> None:
    """What is lacking, and what is no network, is said under the field."""
    await opened(world.alice, "/dr test-failover")
    await chooses(world.alice, "vm-web01")
    await shows(world.alice, "needs a virtual network to start the copy in")
    assert set(await world.alice.submits()) == {"network"}
    await world.alice.fills(network="vnet-test")
    assert "not the resource id of a virtual network" in (await world.alice.submits())["network"]
    await world.alice.fills(network=NETWORK)
    assert await world.alice.submits() == {}
    await world.bo.sees("Test failover of vm-web01", "0 of 2", "vnet-test")


async def test_a_reason_is_chosen_and_added_to(redis_url: str, tmp_path: Path) -> None:
    """The policy offers reasons; what is typed beside one stands behind it."""
    path = tmp_path / "policy.toml"
    path.write_text(
        '[reasons]\ntemplates = ["Region down", "Drill"]\n'
        '[[rule]]\nname = "all"\nmay_ask = ["@dr-operators"]\nmay_approve = ["@dr-approvers"]\n',
        "utf-8",
    )
    async with inhabited(redis_url, {"DR_POLICY": str(path)}) as world:
        await opened(world.alice)
        await chooses(world.alice, "vm-web01")
        assert set(await world.alice.submits()) == {"reason"}
        await world.alice.fills(template="Drill", reason="number 12")
        assert await world.alice.submits() == {}
        await world.bo.sees(FAILOVER, "Drill: number 12")


async def test_every_operation_has_a_form(quiet: World) -> None:
    """Typed alone, each opens one with its own parameters."""
    for name, operation in CATALOGUE.items():
        await quiet.carla.types(f"/dr {name}")
        form = await quiet.carla.modal()
        assert form.title == operation.title[:24]
        assert "target" in form.values
        if operation.about == "machine" and len(operation.verb.options) <= 4:
            assert {one.name for one in operation.verb.options} <= set(form.values)
        await quiet.carla.closes()


async def test_what_one_asked_for_lately_comes_first(world: World) -> None:
    """It is remembered for a while, for that person alone."""
    await world.asked("vm-web02")
    await opened(world.alice, "/dr commit")
    everybody = [one.label for one in await offered(world.alice, "")]
    assert "vm-web02" in everybody
    await world.alice.closes()
    await opened(world.alice, "/dr test-failover")
    assert (await offered(world.alice, "vm-web"))[0].label == "vm-web02"
    key = f"{{dr}}:recent:{world.workspace.user('alice').id}"
    assert 0 < await world.bot.redis.client.ttl(key) <= 30 * 86400


async def test_what_is_found_out_too_late_is_whispered_with_the_form_kept(quiet: World) -> None:
    """Azure is away when it is sent: the form can be opened again, filled in."""
    await opened(quiet.alice)
    await chooses(quiet.alice, "vm-web01")
    await shows(quiet.alice, "vm-web01 (A2A)")
    await quiet.alice.fills(reason="West Europe is down")
    quiet.vault.trouble.sometimes("/replicationProtectedItems/*", "unavailable", 1.0)
    await quiet.alice.submits()
    await quiet.told(quiet.alice, "Open the form again")
    quiet.vault.trouble.calm()
    await quiet.alice.presses("Open the form again")
    form = await shows(quiet.alice, "vm-web01 (A2A)")
    assert form.values["reason"]["option"]["value"] == "West Europe is down"
    assert await quiet.alice.submits() == {}
    await quiet.told(quiet.alice, "Asked:", FAILOVER)


async def test_a_form_that_was_open_for_too_long_goes_on(quiet: World) -> None:
    """What it was opened with has expired; all that is filled in stays, and is sent again."""
    await opened(quiet.alice)
    await chooses(quiet.alice, "vm-web01")
    await shows(quiet.alice, "vm-web01 (A2A)")
    await quiet.alice.fills(reason="West Europe is down")
    async for key in quiet.bot.redis.client.scan_iter("{dr}:stash:*"):
        await quiet.bot.redis.client.delete(key)
    assert await quiet.alice.submits() == {}
    form = await shows(quiet.alice, "open for a long time", "vm-web01 (A2A)")
    assert form.values["reason"]["option"]["value"] == "West Europe is down"
    assert await quiet.alice.submits() == {}
    await quiet.told(quiet.alice, "Asked:", FAILOVER)


async def test_whoever_lost_their_rights_is_told_in_the_form(quiet: World) -> None:
    """They are asked about when it is sent; what was typed stays where it is."""
    await opened(quiet.alice)
    await chooses(quiet.alice, "vm-web01")
    await shows(quiet.alice, "vm-web01 (A2A)")
    await quiet.alice.fills(reason="West Europe is down")
    quiet.workspace.user("alice").is_restricted = True
    wrong = await quiet.alice.submits()
    assert "guest" in wrong["target"].casefold()
    assert (await quiet.alice.modal()).values["reason"]["option"]["value"] == "West Europe is down"
    assert "ask.refused" in await quiet.kinds()


async def test_a_form_sent_twice_asks_once(world: World) -> None:
    """The same delivery again has no effect, and another one leads to the same request."""
    await opened(world.alice)
    await chooses(world.alice, "vm-web01")
    await world.alice.fills(reason="West Europe is down")
    assert await world.alice.submits() == {}
    await world.bo.sees(FAILOVER, "0 of 2")
    newest = [
        one
        for one in world.workspace.delivery.delivered
        if one.payload.get("type") == "view_submission"
    ][-1]
    await world.workspace.delivery.deliver(Envelope("interactive", newest.payload | {"token": "x"}))
    assert len(await world.bot.redis.requests.newest_ids(5)) == 1


def _texts(blocks: list[dict[str, object]]) -> list[str]:
    found = [one.get("text") for one in blocks if one["type"] == "section"]
    return [str(one["text"]) for one in found if isinstance(one, dict)]


def _options(view: View, block_id: str) -> list[Any]:
    block = next(one for one in view.blocks if one.get("block_id") == block_id)
    options: list[Any] = block["element"]["options"]
    return options


def _newest_choice(world: World) -> dict[str, Any]:
    found = [
        one.payload
        for one in world.workspace.delivery.delivered
        if one.payload.get("type") == "block_actions"
    ]
    return dict(found[-1])


def _earlier(action: dict[str, str]) -> str:
    return f"{float(action['action_ts']) - 1:.6f}"
