"""Two people say yes, or nothing happens: who counts, who does not, and when it is too late."""

import asyncio
import copy
from typing import Any

from bot.domain.request import State
from sandbox.people import PersonError
from sandbox.workspace.delivery import Envelope
from sandbox.workspace.state import User
from tests.world import World, until

FAILOVER = "Failover of vm-web01"
UNTOUCHED = 0


def sent(world: World) -> int:
    """Count the failovers that reached Azure."""
    return world.posts("unplannedFailover")


async def test_the_asker_s_own_approval_does_not_count(world: World) -> None:
    """Carla may ask and approve, but not approve what she asked for, and only she is told so."""
    await world.carla.types("/dr failover vm-web01 because West Europe is down")
    await world.carla.presses("Approve", on=FAILOVER)
    await world.told(world.carla, "You asked for this yourself; somebody else has to approve it.")
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    assert sent(world) == UNTOUCHED
    assert "click.refused" in await world.kinds()


async def test_one_person_counts_once(world: World) -> None:
    """Bo presses twice; his second click is refused in private and adds nothing."""
    await world.asked()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    await world.bo.presses("Approve", on=FAILOVER)
    await world.told(world.bo, "You have approved this already; every person counts once.")
    assert (await world.request()).state is State.WAITING
    assert sent(world) == UNTOUCHED


async def test_people_in_no_group_cannot_decide(world: World) -> None:
    """Erin is in no group: she can neither approve nor deny, and is told who may."""
    await world.asked()
    await world.erin.presses("Approve", on=FAILOVER)
    await world.told(world.erin, "not among those who may approve this (@dr-approvers)")
    await world.erin.presses("Deny", on=FAILOVER)
    await world.told(world.erin, "not among those who may deny this (@dr-approvers)")
    assert (await world.request()).votes == ()


async def test_people_in_no_group_cannot_ask(world: World) -> None:
    """Erin may look, but nothing becomes of what she asks for; the log has it."""
    await world.erin.types("/dr failover vm-web01 because I feel like it")
    await world.told(world.erin, "The policy does not let you ask for this", "@dr-operators")
    assert await world.kinds() == ["ask.refused"]


async def test_a_guest_can_do_nothing(world: World) -> None:
    """Gus is a guest of the workspace: neither his command nor his click counts."""
    await world.asked()
    await world.people.gus.presses("Approve", on=FAILOVER)
    await world.told(world.people.gus, "Guests of this workspace cannot use /dr")
    await world.people.gus.types("/dr status vm-web01")
    await until(
        lambda: _refused(world, "entry.refused"), "the guest's command was not written down"
    )
    assert (await world.request()).votes == ()


async def test_a_stranger_can_do_nothing(world: World) -> None:
    """Xavier of Contoso sees the channel because it is shared; his click does not count."""
    await world.asked()
    world.workspace.channel("incidents").members.append(world.workspace.user("xavier").id)
    world.workspace.usergroup_members("dr-approvers").append(world.workspace.user("xavier").id)
    await world.people.xavier.presses("Approve", on=FAILOVER)
    await world.told(world.people.xavier, "You belong to another organisation")
    assert (await world.request()).votes == ()


async def test_a_deactivated_account_can_do_nothing(world: World) -> None:
    """A click that carries the id of somebody who left the company is refused and written down."""
    await world.asked()
    await world.erin.presses("Approve", on=FAILOVER)
    await _clicks_again(world, user={"id": world.workspace.user("hana").id})
    await until(lambda: _said(world, "This Slack account is deactivated."), "nobody was refused")
    assert (await world.request()).votes == ()


async def test_a_denial_ends_it(world: World) -> None:
    """One denial is enough, whatever others said before, and no button is left."""
    await world.asked()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    await world.carla.presses("Deny", on=FAILOVER)
    card = await world.alice.sees(FAILOVER, "Denied", "carla denied it")
    assert not card.buttons
    told = await world.alice.sees("carla denied it", "@alice", "audit entry")
    assert told.broadcast
    assert sent(world) == UNTOUCHED


async def test_only_the_asker_withdraws(world: World) -> None:
    """Bo cannot take back what Alice asked for; Alice can."""
    await world.asked()
    await world.bo.presses("Withdraw", on=FAILOVER)
    await world.told(world.bo, "Only alice, who asked, can withdraw this. You can deny it.")
    await world.alice.presses("Withdraw", on=FAILOVER)
    card = await world.bo.sees(FAILOVER, "Withdrawn")
    assert not card.buttons
    await world.asked()


async def test_the_asker_does_not_deny(world: World) -> None:
    """Somebody who asked and changed their mind withdraws: a denial is another's word."""
    await world.asked()
    await world.alice.presses("Deny", on=FAILOVER)
    await world.told(world.alice, "You asked for this yourself: press Withdraw instead.")
    assert (await world.request()).state is State.WAITING


async def test_a_confirmation_that_is_dismissed_sends_nothing(world: World) -> None:
    """Approve asks first, in words that name the operation; no is no."""
    card = await world.asked()
    approve = next(button for button in card.buttons if button.label == "Approve")
    assert approve.confirm is not None
    assert approve.confirm["title"]["text"] == f"Approve: {FAILOVER}?"
    before = len(world.workspace.delivered)
    await world.bo.presses("Approve", on=FAILOVER, yes=False)
    assert len(world.workspace.delivered) == before
    assert (await world.request()).votes == ()


async def test_the_same_question_gets_the_same_request(world: World) -> None:
    """Asking again, also by another operator, leads to the request that is open."""
    await world.asked()
    first = await world.request()
    await world.alice.types("/dr failover VM-WEB01 because hurry")
    await world.told(world.alice, "This is asked already", first.id, "#incidents")
    await world.carla.types("/dr failover vm-web01 --point processed because it is down")
    await world.told(world.carla, "This is asked already", first.id)
    assert (await world.request()).id == first.id
    assert (await world.kinds()).count("request.ask") == 1


async def test_one_request_for_a_machine_at_a_time(world: World) -> None:
    """A commit cannot be asked for while a failover of the same machine is open."""
    await world.asked()
    first = await world.request()
    await world.carla.types("/dr commit vm-web01")
    await world.told(world.carla, "vm-web01 already has an open request", first.id, "waiting")
    await world.asked("vm-web02")


async def test_askers_at_the_same_instant_make_one_request(world: World) -> None:
    """Two operators ask for the same at the same time: one card, one request."""
    await asyncio.gather(
        *(
            person.types("/dr failover vm-web01 because West Europe is down")
            for person in (world.alice, world.carla) * 3
        )
    )
    for person in (world.alice, world.carla):
        await person.sees("asked already")
    assert (await world.kinds()).count("request.ask") == 1
    cards = [m for m in await world.bo.messages() if "0 of 2" in m.words]
    assert len(cards) == 1


async def test_many_clicks_at_the_same_instant_approve_once(world: World) -> None:
    """A dozen approvers press together: two of them count, and Azure sees one POST."""
    crowd = [_newcomer(world, number) for number in range(9)]
    await world.asked()
    people = [world.bo, world.carla, world.dmitri, *map(world.people.named, crowd)]
    await asyncio.gather(
        *(p.presses("Approve", on=FAILOVER, within=1.0) for p in people), return_exceptions=True
    )
    await world.started("UnplannedFailover")
    await world.done("Failover of vm-web01 succeeded")
    request = await world.request()
    assert len({vote.person.id for vote in request.approvals}) == len(request.votes) == 2
    assert (await world.kinds()).count("request.approve") == 1
    assert sent(world) == 1


async def test_a_vote_of_somebody_who_left_the_group_is_void(world: World) -> None:
    """Bo approves and is then taken out of the group: when Carla approves, nothing is sent."""
    await world.asked()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    world.workspace.usergroup_members("dr-approvers").remove(world.workspace.user("bo").id)
    await world.carla.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "Void", "bo may no longer approve this", "Nothing was sent")
    assert sent(world) == UNTOUCHED


async def test_an_asker_who_left_the_group_voids_the_request(world: World) -> None:
    """Alice's account is closed after she asked: what she asked for is not carried out."""
    await world.asked()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    world.workspace.user("alice").deleted = True
    await world.carla.presses("Approve", on=FAILOVER)
    await world.bo.sees(FAILOVER, "Void", "alice may no longer ask for this")
    assert sent(world) == UNTOUCHED


async def test_an_empty_group_is_nobody(world: World) -> None:
    """With nobody in the group nobody can approve."""
    world.workspace.usergroup_members("dr-approvers").clear()
    await world.asked()
    for person in (world.bo, world.carla, world.dmitri):
        await person.presses("Approve", on=FAILOVER)
        await world.told(person, "not among those who may approve this")
    assert (await world.request()).votes == ()


async def test_without_user_groups_nobody_may_ask(world: World) -> None:
    """A workspace whose plan has no user groups has nobody in them."""
    world.workspace.usergroups_available = False
    await world.alice.types("/dr failover vm-web01 because West Europe is down")
    await world.told(world.alice, "The policy does not let you ask for this")


async def test_a_stale_button_changes_nothing(world: World) -> None:
    """A click from a screen that still showed the old card is refused with the state as it is."""
    await world.asked()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    await world.carla.presses("Deny", on=FAILOVER)
    await world.alice.sees(FAILOVER, "Denied")
    await _clicks_again(world, action="dr.approve")
    await world.told(world.bo, "This request is denied; it is too late to approve.")
    assert (await world.request()).state is State.DENIED
    assert sent(world) == UNTOUCHED


async def test_the_same_click_delivered_again_counts_once(world: World) -> None:
    """Slack delivers a click twice: one vote, and nobody is scolded for it."""
    await world.asked()
    world.workspace.trouble.duplicate_envelopes()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    await world.dmitri.presses("Approve", on=FAILOVER)
    await world.started("UnplannedFailover")
    assert len((await world.request()).votes) == 2
    assert "click.refused" not in await world.kinds()


async def test_a_button_of_an_unknown_kind_is_answered(world: World) -> None:
    """A button of another version of the bot says so instead of doing something else."""
    await world.asked()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    await _clicks_again(world, becomes="dr.obliterate")
    await world.told(world.bo, "This button is of an older version of the bot.")


async def test_a_withdrawn_request_has_no_button_to_press(world: World) -> None:
    """The card that everybody sees loses its buttons with the end of the request."""
    await world.asked()
    await world.alice.presses("Withdraw", on=FAILOVER)
    await world.bo.sees(FAILOVER, "Withdrawn")
    try:
        await world.bo.presses("Approve", on=FAILOVER, within=0.1)
    except PersonError:
        return
    raise AssertionError("Bo could still press Approve.")


def _newcomer(world: World, number: int) -> str:
    """Hire somebody who may approve."""
    user = User(f"U0NEW{number:06}", f"new{number}", f"New {number}", "Approver", "T0DRSANDBOX")
    world.workspace.core.state.users[user.id] = user
    world.workspace.usergroup_members("dr-approvers").append(user.id)
    world.workspace.channel("incidents").members.append(user.id)
    return user.name


async def _clicks_again(
    world: World, *, action: str = "dr.approve", becomes: str = "", **changes: Any
) -> None:
    """Deliver the last such click once more, as if it had been made anew, changed as asked."""
    last = next(
        one.payload
        for one in reversed(world.workspace.delivered)
        if one.kind == "interactive" and one.payload["actions"][0]["action_id"] == action
    )
    payload = copy.deepcopy(last) | changes
    payload["actions"][0] |= {"action_ts": "1.5", "action_id": becomes or action}
    answer = await world.workspace.delivery.deliver(Envelope("interactive", payload))
    assert not answer.problem


async def _refused(world: World, kind: str) -> bool:
    return kind in await world.kinds()


async def _said(world: World, words: str) -> bool:
    return any(entry.data.words.endswith(words) for entry in await world.entries())
