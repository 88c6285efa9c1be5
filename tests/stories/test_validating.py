"""After a failover people say whether it works: evidence for the record, and no vote."""

from tests.world import World, until

FAILOVER = "Failover of vm-web01"
COMMIT = "Commit of vm-web01"


async def failed_over(world: World) -> None:
    """Bring vm-web01 to the other region."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.done(FAILOVER, "Succeeded", "Does it work?", "Nobody has said so yet")


async def test_somebody_says_that_it_works_and_the_card_and_the_log_have_it(world: World) -> None:
    """Erin is in no group, and may look: her word is evidence, and stands on the card."""
    await failed_over(world)
    await world.erin.presses("It works", on=FAILOVER)
    await world.erin.fills(note="orders go through")
    await world.erin.submits()
    card = await world.alice.sees(FAILOVER, "@erin", "it works", "orders go through")
    assert "somebody said that it works" in card.words
    await world.alice.sees("erin says that it works: orders go through")
    last = (await world.entries())[-1]
    assert (last.type, last.data.reason) == ("dr.request.validate", "orders go through")


async def test_that_it_does_not_work_offers_another_recovery_point(world: World) -> None:
    """The note has to be there; the line is told to the channel, with the button."""
    await failed_over(world)
    await world.bo.presses("It does not", on=FAILOVER)
    await world.bo.fills(note="\u200b ")
    assert "Say what does not work" in str(await world.bo.submits())
    await world.bo.fills(note="the shop shows old prices")
    assert not await world.bo.submits()
    told = await world.alice.sees("bo says that it does not work: the shop shows old prices")
    assert told.broadcast
    await world.alice.presses("Change recovery point", on="bo says that it does not work")
    await world.told(world.alice, "Which recovery point shall vm-web01 be started from?")


async def test_of_two_words_the_later_counts_and_both_are_in_the_log(world: World) -> None:
    """Bo doubts it, Carla finds that it works after all."""
    await failed_over(world)
    await world.bo.presses("It does not", on=FAILOVER)
    await world.bo.fills(note="no answer")
    await world.bo.submits()
    await world.alice.sees(FAILOVER, "it does not work", "no answer")
    await world.carla.presses("It works", on=FAILOVER)
    await world.carla.fills(note="the firewall was it")
    await world.carla.submits()
    card = await world.alice.sees(FAILOVER, "the firewall was it", "and 1 more, in the thread")
    assert "no answer" not in card.words
    kinds = await world.kinds()
    assert kinds.count("request.validate") == 2
    request = await world.request()
    assert [one.works for one in request.validations] == [False, True]


async def test_a_guest_has_no_word_in_it(world: World) -> None:
    """Whoever may not look may not say it either, and the refusal is in the log."""
    await failed_over(world)
    gus = world.people.gus
    await gus.presses("It works", on=FAILOVER)
    await world.told(gus, "Guests of this workspace cannot use /dr")
    assert not (await world.request()).validations


async def test_of_what_is_committed_nobody_says_it_any_more(world: World) -> None:
    """A clear sentence, whoever committed it; nothing is put down as evidence."""
    await failed_over(world)
    await world.erin.presses("It works", on=FAILOVER)
    await world.alice.presses("Commit", on=FAILOVER)
    await world.approved(COMMIT)
    await world.started("CommitFailover")
    await world.done("Commit of vm-web01 succeeded")
    await world.erin.fills(note="late")
    await world.erin.submits()
    await world.told(world.erin, "It is too late to say whether it works", "DR-APPR-24")

    async def refused() -> bool:
        return "click.refused" in await world.kinds()

    await until(refused, "the refusal is not written down")
