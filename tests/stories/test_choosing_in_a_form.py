"""A command without its target opens a form, which knows the machines while one types."""

from pathlib import Path

import pytest

from bot.domain.machines import Machine
from bot.refusals import Who
from sandbox.people import Choice, Person, PersonError
from sandbox.vault import Vault
from sandbox.workspace.delivery import Envelope
from tests.stories.test_two_vaults import ELSEWHERE
from tests.world import World, inhabited, until

FAILOVER = "Failover of vm-web01"
ONLY_WEB = """
may_look = ["everyone"]

[[rule]]
name = "web"
machines = ["vm-web*"]
may_ask = ["@dr-operators"]
may_approve = ["@dr-approvers"]

[[rule]]
name = "rest"
may_ask = ["@dr-approvers"]
may_approve = ["@dr-approvers"]
"""


async def opened(person: Person, text: str = "/dr failover") -> None:
    """Have somebody type a command, and wait for its form."""
    await person.types(text)

    async def filled() -> bool:
        return await person.has_modal() and "target" in (await person.modal()).values

    await until(filled, "the form does not open")


async def offered(person: Person, typing: str) -> list[Choice]:
    """Have somebody type into the form; waits until what they type is known."""
    found: list[Choice] = []

    async def known() -> bool:
        found[:] = await person.searches(typing, of="target")
        return bool(found) and not any("is not read yet" in one.label for one in found)

    await until(known, f"nothing is offered for {typing!r}")
    return found


async def test_a_machine_is_found_while_one_types(world: World) -> None:
    """What is chosen and said in the form becomes a request as if it had been typed."""
    await opened(world.alice)
    form = await world.alice.modal()
    fields = ["Machine or recovery plan", "Recovery point", "Shut down", "Why?"]
    assert (form.title, form.inputs) == ("Failover", fields)
    assert [one.label for one in await offered(world.alice, "WEB0")] == [
        "vm-web01",
        "vm-web02",
        "vm-web03",
    ]
    await world.alice.finds("vm-web01", of="target")
    await world.alice.fills(reason="West Europe is down")
    assert await world.alice.submits() == {}
    card = await world.bo.sees(FAILOVER, "0 of 2", "West Europe is down")
    assert "at home" not in card.words
    await world.told(world.alice, "Asked:", FAILOVER)
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")


async def test_what_was_typed_is_kept(world: World) -> None:
    """A reason stands in the form already, and an option holds for what is chosen."""
    await opened(world.alice, "/dr failover --shutdown no because West Europe is down")
    form = await world.alice.modal()
    assert form.values["reason"]["option"]["value"] == "West Europe is down"
    await offered(world.alice, "vm-web01")
    await world.alice.finds("vm-web01", of="target")
    await world.alice.submits()
    await world.bo.sees(FAILOVER, "0 of 2", "West Europe is down")
    assert (await world.request()).arguments["shutdown"] == "no"


async def test_those_that_can_come_first_and_twins_are_told_apart(world: World) -> None:
    """What cannot be done now is said below the name; two of a name say where they are from."""
    await opened(world.alice)
    everybody = await offered(world.alice, "")
    machines = [one for one in everybody if not one.label.startswith("plan-")]
    able = ["not possible" not in one.about for one in machines]
    assert able == sorted(able, reverse=True)
    assert any(not one for one in able)
    labels = [one.label for one in machines]
    assert {"vm-jump01 (rg-shop)", "vm-jump01 (rg-erp)"} <= set(labels)
    assert len(set(labels)) == len(labels)
    await world.alice.finds("vm-jump01 (rg-erp)", of="target", typing="jump")
    await world.alice.fills(reason="the drill")
    await world.alice.submits()
    await world.bo.sees("Failover of vm-jump01", "0 of 2")
    target = (await world.request()).target
    assert isinstance(target, Machine)
    assert target.source_group.casefold() == "rg-erp"


async def test_a_name_that_is_only_near_is_found(world: World) -> None:
    """A slip of the finger still leads to the machine."""
    await opened(world.alice)
    assert "vm-mail01" in [one.label for one in await offered(world.alice, "vm-mial01")]
    assert await world.alice.searches("zzzzzz", of="target") == []


async def test_a_recovery_plan_can_be_chosen_too(whole: World) -> None:
    """It stands behind the machines, and is asked for as a whole."""
    await opened(whole.alice)
    await until(lambda: _offers(whole.alice, "plan-shop"), "the plan is not offered")
    await whole.alice.finds("plan-shop", of="target", typing="plan:shop")
    await whole.alice.fills(reason="the drill")
    await whole.alice.submits()
    await whole.bo.sees("Failover of plan-shop", "0 of 2")


async def test_who_may_not_ask_sees_no_form(world: World) -> None:
    """Erin is told what she would be told of a whole command, and it is written down."""
    await world.erin.types("/dr failover")
    await world.told(world.erin, "The policy does not let you ask for this")
    assert not await world.erin.has_modal()
    assert "ask.refused" in await world.kinds()


async def test_only_what_one_may_ask_for_is_offered(redis_url: str, tmp_path: Path) -> None:
    """The policy lets Alice fail web machines over, and those alone."""
    path = tmp_path / "policy.toml"
    path.write_text(ONLY_WEB, "utf-8")
    async with inhabited(redis_url, {"DR_POLICY": str(path)}, worker=False) as world:
        await opened(world.alice)
        labels = [one.label for one in await offered(world.alice, "")]
        assert labels == ["vm-web01", "vm-web02", "vm-web03"]
        assert await world.alice.searches("vm-app", of="target") == []


async def test_a_form_that_does_not_open_leaves_it_at_the_sentence(quiet: World) -> None:
    """Slack lets it be opened for three seconds only; then the command is to be typed whole."""
    quiet.workspace.trouble.next("views.open", "expired_trigger_id")
    await quiet.alice.types("/dr failover")
    await quiet.told(quiet.alice, "/dr failover needs a machine.", "Type: /dr failover <machine>")


async def test_nobody_types_faster_than_a_person_can(quiet: World) -> None:
    """Over the limit nothing is offered any more, and nothing is written down."""
    await opened(quiet.alice)
    await offered(quiet.alice, "vm-web")
    key = f"{{dr}}:often:suggestions:{quiet.workspace.user('alice').id}"
    await quiet.bot.redis.client.set(key, 120, ex=60)
    assert await quiet.alice.searches("vm-web", of="target") == []
    assert await quiet.kinds() == []


async def test_without_a_reason_nothing_is_asked(quiet: World) -> None:
    """A failover needs one, in a form as well; without a machine nothing is sent either."""
    await opened(quiet.alice)
    wrong = await quiet.alice.submits()
    assert set(wrong) == {"target", "reason"}
    assert await quiet.bot.redis.requests.newest_ids(1) == []


async def test_breaking_the_glass_goes_the_same_way(redis_url: str, tmp_path: Path) -> None:
    """The form keeps that it was asked for so."""
    path = tmp_path / "policy.toml"
    glass = '[rule.break_glass]\nmay_review = ["@dr-approvers"]\nreviews = 1\n'
    path.write_text(
        ONLY_WEB.replace('[[rule]]\nname = "rest"', f'{glass}\n[[rule]]\nname = "rest"'), "utf-8"
    )
    async with inhabited(redis_url, {"DR_POLICY": str(path)}) as world:
        await opened(world.alice, "/dr breakglass failover")
        await offered(world.alice, "vm-web01")
        await world.alice.finds("vm-web01", of="target")
        await world.alice.fills(reason="nobody is awake")
        await world.alice.submits()
        await world.bo.sees("Break-glass failover of vm-web01", "nobody is awake")
        assert (await world.request()).terms.glass


async def test_azure_that_is_silent_keeps_nobody_waiting(redis_url: str) -> None:
    """One vault answers and one does not: what is known is offered, and the other one named."""
    both = {"DR_VAULTS": f"{Vault.resource_id},{ELSEWHERE}"}
    async with inhabited(redis_url, both, worker=False) as world:
        world.vault.trouble.sometimes("vault-elsewhere/replicationProtectedItems", "drop", 1.0)
        await opened(world.alice)
        await until(lambda: _offers(world.alice, "vm-web01"), "what is known is not offered")
        silent = (await world.alice.searches("vm-web", of="target"))[-1]
        assert silent.label == "vault-elsewhere is not read yet; keep typing"
        await world.alice.fills(target=silent.value, reason="the drill")
        assert "Choose a machine" in (await world.alice.submits())["target"]


async def test_what_is_known_is_offered_while_azure_is_away(quiet: World) -> None:
    """A list that was read before will do for a choice; what is chosen is read afresh."""
    await opened(quiet.alice)
    await offered(quiet.alice, "vm-web")
    await quiet.alice.finds("vm-web01", of="target")
    quiet.vault.trouble.sometimes("/replicationProtectedItems", "unavailable", 1.0)
    assert await quiet.alice.searches("vm-web", of="target")
    await quiet.alice.fills(reason="the drill")
    quiet.vault.lose("vm-web01")
    quiet.vault.trouble.calm()
    assert "in no vault any more" in (await quiet.alice.submits())["target"]
    assert (await quiet.alice.modal()).values["reason"]["option"]["value"] == "the drill"
    assert await quiet.bot.redis.requests.newest_ids(1) == []


async def test_what_is_typed_into_a_form_is_its_owner_s_alone(world: World) -> None:
    """Whoever else sends it sees nothing; a stranger is written down."""
    await opened(world.alice)
    await offered(world.alice, "vm-web")
    xavier = world.workspace.user("xavier").id
    for user in (xavier, world.workspace.user("carla").id):
        assert await _suggested(world, user={"id": user}) == {"options": []}
    await until(lambda: _refused(world, xavier), "it is not written down")


async def test_over_socket_mode_it_is_the_same(redis_url: str) -> None:
    """The options go back with the acknowledgement."""
    async with inhabited(redis_url, worker=False, socket=True) as world:
        await opened(world.alice)
        assert "vm-web01" in [one.label for one in await offered(world.alice, "web")]
        with pytest.raises(PersonError, match="cannot be chosen"):
            await world.alice.fills(target="machine:0")


async def _offers(person: Person, label: str) -> bool:
    part = label.removeprefix("plan-")
    return label in [one.label for one in await person.searches(part, of="target")]


async def _suggested(world: World, **changed: object) -> object:
    """Send the newest suggestion again, with some of it changed."""
    newest = [
        one
        for one in world.workspace.delivery.delivered
        if one.payload.get("type") == "block_suggestion"
    ][-1]
    answer = await world.workspace.delivery.deliver(
        Envelope("interactive", newest.payload | changed)
    )
    return answer.body


async def _refused(world: World, user: str) -> bool:
    entries = [one.data for one in await world.entries()]
    return [one.correlation["code"] for one in entries if one.actor.id == user] == [Who.OUTSIDER.id]
