"""Several machines in one request: one card, one vote, and a result for each."""

from pathlib import Path

from bot.cards import draw
from bot.jobs.gather import gather
from sandbox.people import Message
from tests.world import World, inhabited, until

BOTH = "Failover of vm-web01, vm-web02"
TWO_RULES = """
may_look = ["everyone"]
[[rule]]
name = "web"
machines = ["vm-web*"]
may_ask = ["everyone"]
may_approve = ["everyone"]
[[rule]]
name = "others"
may_ask = ["everyone"]
may_approve = ["everyone"]
"""


async def said_in_thread(world: World, card: Message, words: str) -> bool:
    """Whether the thread under a card says something."""
    return any(words in one.words for one in await world.alice.thread(card))


async def ask_for_both(world: World) -> None:
    """Have Alice ask for two machines, and two others approve."""
    await world.alice.types("/dr failover vm-web01 vm-web02 because West Europe is down")
    await world.alice.sees(BOTH, "0 of 2")
    await world.approved(BOTH)


async def test_two_machines_go_with_one_vote(world: World) -> None:
    """Each is sent to Azure once, each has its own result, and the whole ends with the last."""
    await ask_for_both(world)
    await world.started("UnplannedFailover", 2)
    card = await world.done(BOTH, "Succeeded for all 2 machines", minutes=10)
    assert world.posts("unplannedFailover") == 2
    assert {world.vault.machine(name).region for name in ("vm-web01", "vm-web02")} == {
        "northeurope"
    }
    for name in ("vm-web01", "vm-web02"):
        await until(
            lambda name=name: said_in_thread(world, card, f"Failover of {name} succeeded in"),
            f"the thread does not tell how {name} ended",
        )
    await world.alice.presses("Commit", on=BOTH)
    await world.alice.sees("Commit of vm-web01, vm-web02", "0 of 2")


async def test_a_part_never_has_a_card_of_its_own(quiet: World) -> None:
    """However long it runs in silence, and whoever asks for a drawing."""
    await ask_for_both(quiet)
    await until(quiet.bot.redis.requests.outbox_ids, "it was not approved")
    whole = await quiet.request()
    await gather(quiet.bot, whole.id)
    part = f"{whole.id}.1"
    await quiet.bot.redis.cards.touch(part, whole.asked_at + 60_000, after=0)
    assert await draw(quiet.bot, part) is None
    assert (await quiet.bot.redis.cards.record(part)).ts == ""
    assert part not in await quiet.bot.redis.cards.dirty()


async def test_a_pattern_is_frozen_into_names(world: World) -> None:
    """The card lists every machine that is meant, with how each stands."""
    await world.alice.types("/dr failover vm-web* because West Europe is down")
    card = await world.alice.sees("Failover of vm-web01, vm-web02, vm-web03", "0 of 2", "vm-web*")
    assert "vm-web01 — Protected · runs in West Europe" in card.words
    request = await world.request()
    assert request.fleet
    assert [one.name for one in request.fleet.members] == ["vm-web01", "vm-web02", "vm-web03"]


async def test_machines_that_cannot_are_named_and_left_out(world: World) -> None:
    """Before anybody is asked to approve, with why."""
    world.vault.machine("vm-web02").test_state = "WaitingForCompletion"
    await world.alice.types("/dr failover vm-web01 vm-web02 because West Europe is down")
    card = await world.alice.sees("Failover of vm-web01", "left out")
    assert "a test failover of it was not cleaned up" in card.words


async def test_machines_that_another_request_keeps_are_left_out(world: World) -> None:
    """No machine has two open requests, whichever way it was asked for."""
    await world.asked("vm-web02")
    await world.alice.types("/dr failover vm-web* because West Europe is down")
    card = await world.alice.sees("Failover of vm-web01, vm-web03", "left out")
    assert "vm-web02 already has an open request" in card.words
    await world.alice.types("/dr failover vm-web03 because West Europe is down")
    await world.told(
        world.alice, "vm-web03 already has an open request", "a failover that is waiting"
    )


async def test_the_same_machines_again_lead_to_the_open_request(world: World) -> None:
    """Asking twice makes one request."""
    await world.alice.types("/dr failover vm-web01 vm-web02 because West Europe is down")
    await world.alice.sees(BOTH, "0 of 2")
    await world.alice.types("/dr failover vm-web02 vm-web01 because West Europe is down")
    await world.told(world.alice, "This is asked already", "is waiting")


async def test_one_that_fails_does_not_hold_up_the_others(world: World) -> None:
    """The whole has failed then, and says which and why; the others are where they should be."""
    world.vault.fail_next_job("vm-web01", "UnplannedFailover")
    await ask_for_both(world)
    await world.started("UnplannedFailover", 2)
    card = await world.done(BOTH, "Failed", "1 of 2 machines succeeded", minutes=10)
    assert card.words.index("vm-web01 failed") < card.words.index("vm-web02 succeeded")
    assert world.vault.machine("vm-web02").region == "northeurope"


async def test_a_machine_that_changed_is_void_and_the_others_go(world: World) -> None:
    """What was approved for one machine is compared with that machine alone."""
    await world.alice.types("/dr failover vm-web01 vm-web02 because West Europe is down")
    await world.alice.sees(BOTH, "0 of 2")
    await world.bo.presses("Approve", on=BOTH)
    world.vault.machine("vm-web01").test_state = "WaitingForCompletion"
    await world.carla.presses("Approve", on=BOTH)
    await world.started("UnplannedFailover")
    card = await world.done(BOTH, "Failed", "1 of 2 machines succeeded", minutes=10)
    assert "vm-web01 void" in card.words
    assert world.posts("unplannedFailover") == 1


async def test_the_rest_is_withdrawn_by_whoever_may(quiet: World) -> None:
    """What has not been sent stays as it is; nobody needs the one who asked for that."""
    await ask_for_both(quiet)
    await until(quiet.bot.redis.requests.outbox_ids, "it was not approved")
    whole = await quiet.request()
    await gather(quiet.bot, whole.id)
    await until(lambda: is_drawn(quiet, whole.id), "the card is not drawn")
    await quiet.erin.presses("Withdraw the rest", on=BOTH)
    await quiet.told(quiet.erin, "You are not among those who may ask for or approve this.")
    await quiet.bo.presses("Withdraw the rest", on=BOTH)
    await until(lambda: has_ended(quiet, f"{whole.id}.2"), "the rest is not withdrawn")
    await gather(quiet.bot, whole.id)
    await until(lambda: is_drawn(quiet, whole.id), "the card is not drawn")
    await quiet.alice.sees(BOTH, "Failed", "bo withdrew what had not been sent yet")
    assert quiet.posts("unplannedFailover") == 0


async def is_drawn(world: World, request_id: str) -> bool:
    """Draw a card; whether it needs no more drawing."""
    return await draw(world.bot, request_id) is None


async def has_ended(world: World, part: str) -> bool:
    """Whether the request of one machine is closed."""
    request = await world.bot.redis.requests.load(part)
    return request is not None and not request.open


async def test_a_denied_request_frees_every_machine(world: World) -> None:
    """Nothing of it is left over that would keep a machine."""
    await world.alice.types("/dr failover vm-web01 vm-web02 because West Europe is down")
    await world.alice.sees(BOTH, "0 of 2")
    await world.bo.presses("Deny", on=BOTH)
    await world.alice.sees(BOTH, "Denied")
    await world.asked("vm-web01")
    await world.asked("vm-web02")


async def test_a_lost_answer_of_one_is_found_out_about(world: World) -> None:
    """The others do not wait for it, and it is sent once."""
    world.vault.trouble.next("/unplannedFailover", "drop_after_accept")
    await ask_for_both(world)
    await world.started("UnplannedFailover", 2)
    await world.done(BOTH, "Succeeded for all 2 machines", minutes=10)
    assert world.posts("unplannedFailover") == 2


async def test_machines_of_different_rules_are_asked_for_apart(
    redis_url: str, tmp_path: Path
) -> None:
    """Whose approval would count for which?"""
    policy = tmp_path / "policy.toml"
    policy.write_text(TWO_RULES)
    async with inhabited(redis_url, {"DR_POLICY": str(policy)}) as world:
        await world.alice.types("/dr failover vm-web01 vm-app01 because it is down")
        await world.told(
            world.alice, "different rules of the policy", "vm-app01 under “others”", "by themselves"
        )


async def test_a_preview_shows_the_call_for_each(world: World) -> None:
    """Nothing is asked by it."""
    await world.alice.types("/dr preview failover vm-web* because it is down")
    await world.told(world.alice, "Preview: Failover of vm-web01", "for each of them; for vm-web01")
    assert not await world.bot.redis.requests.newest_ids(1)


async def test_what_means_no_machine_is_named(world: World) -> None:
    """A pattern without a match, and a word that is nothing we know."""
    await world.alice.types("/dr failover vm-web01 vm-nothing* because it is down")
    await world.told(world.alice, "No machine is meant by vm-nothing", "/dr list")
    await world.alice.types("/dr failover colour:red because it is down")
    await world.told(world.alice, "Machines cannot be chosen by “colour:”", "region:")
