"""Many machines in one request: one card that says how far they are, and a thread of milestones."""

from collections.abc import AsyncIterator

import pytest

from bot.cards import draw
from bot.domain.machines import segment
from sandbox.people import Message
from tests.world import World, inhabited, until

THIRTY = "Failover of 30 machines"


@pytest.fixture
async def farm(redis_url: str) -> AsyncIterator[World]:
    """A vault with thirty machines more."""
    async with inhabited(redis_url, machines=30) as world:
        yield world


async def asked(world: World, title: str) -> Message:
    """Have Alice ask for the whole farm; returns the card."""
    await world.alice.types("/dr failover vm-0* because West Europe is down")
    return await world.alice.sees(title, "0 of 2")


async def replies(world: World, card: Message) -> list[str]:
    """Read the thread under a card, without its first message."""
    return [one.words for one in await world.alice.thread(card)]


async def told(world: World, card: Message, words: str) -> None:
    """Wait until the thread says something."""

    async def said() -> bool:
        return any(words in one for one in await replies(world, card))

    await until(said, f"the thread does not say: {words}")


async def all_sent(world: World) -> None:
    """Wait until Azure has got all thirty."""
    said = "not all of them were sent"
    await until(lambda: world.posts("unplannedFailover") == 30, said, within=60)


async def test_people_decide_on_sixty_machines_with_one_look(redis_url: str) -> None:
    """The card counts them and says where every one of them is to be read."""
    async with inhabited(redis_url, machines=60, worker=False) as world:
        card = await asked(world, "Failover of 60 machines")
        request = await world.request()
        assert "60 :large_green_circle: Normal" in card.words
        assert "60 in vault-dr, West Europe → North Europe" in card.words
        assert "vm-0001" not in card.words
        await told(world, card, "The 60 machines, in the order of submission")
        await world.erin.types(f"/dr request {request.id}")
        await world.told(world.erin, "1. vm-0001 — Protected", "Page 1 of 2", "--page 2")
        await world.erin.types(f"/dr request {request.id} --page 2")
        await world.told(world.erin, "60. vm-0060 — Protected", "Page 2 of 2")


async def test_thirty_machines_are_one_message_and_a_few_lines(farm: World) -> None:
    """What fails is told at once and by reason; of the others the thread hears at milestones."""
    for number in range(1, 8):
        farm.vault.fail_next_job(f"vm-{number:04}", "UnplannedFailover")
    card = await asked(farm, THIRTY)
    await farm.approved(THIRTY)
    await all_sent(farm)
    await told(farm, card, "All 30 are submitted to Azure.")
    request = await farm.request()
    await farm.bo.types("/dr requests")
    await farm.told(farm.bo, request.id, "0 of 30 have ended", "30 running")
    ended = await farm.done(THIRTY, "Failed", "23 of 30 machines succeeded")
    assert ended.words.index(":x: 7 failed") < ended.words.index("23 succeeded", 200)
    assert "vm-0001, vm-0002" in ended.words
    await told(farm, card, "has ended: 23 succeeded, 7 failed.")
    thread = await replies(farm, card)
    assert len(thread) < 20, "the thread has a line for each machine"
    assert not [one for one in thread if "vm-0008 succeeded" in one]
    await farm.bo.types(f"/dr request {request.id} --which failed")
    await farm.told(farm.bo, ":x: 1. vm-0001 failed", "no capacity left")


async def test_each_milestone_is_told_once(farm: World) -> None:
    """Whoever looks, and however often: it is a step of the request like any other."""
    card = await asked(farm, THIRTY)
    await farm.approved(THIRTY)
    await all_sent(farm)
    await farm.done(THIRTY, "Succeeded for all 30 machines")
    await told(farm, card, "has ended: 30 succeeded.")
    request = await farm.request()
    for _ in range(3):
        await farm.bot.redis.cards.redraw(request.id, request.closed_at + 60_000)
        await until(lambda: _drawn(farm, request.id), "the card is not drawn")
    steps = [e for e in await farm.entries() if e.subject == request.id]
    marked = [e.data.words for e in steps if e.type == "dr.request.progress"]
    assert len(request.passed) == len(set(request.passed))
    thread = await replies(farm, card)
    for words in marked:
        assert sum(words in one for one in thread) == 1, words


async def _drawn(world: World, request_id: str) -> bool:
    return await draw(world.bot, request_id) is None


async def test_the_card_says_when_azure_will_have_taken_all(farm: World) -> None:
    """Azure asked us to wait, so they go ten a second from then on: the card has an estimate."""
    subscription = segment(farm.vault.resource_id, "subscriptions")
    await farm.bot.redis.pacing.hold(subscription, 5)
    await farm.bot.redis.shelf.took("failover", "A2A", 140)
    await asked(farm, THIRTY)
    await farm.approved(THIRTY)
    card = await farm.alice.sees(THIRTY, "Azure takes about 600 submissions a minute")
    assert "The last should end at about" in card.words
    assert "if each takes 2 min 20 s as lately" in card.words
    await all_sent(farm)
    await farm.done(THIRTY, "Succeeded for all 30 machines")
    edits = [seen for seen in farm.workspace.journal if seen.method == "chat.update"]
    assert len(edits) < 30, "a card is drawn for every step of every machine"


async def test_the_end_is_shown_however_busy_the_other_cards_are(world: World) -> None:
    """They may use up what shows that work goes on; a card that waits for that has an end, too."""
    title = "Failover of vm-web01, vm-web02"
    await world.alice.types("/dr failover vm-web01 vm-web02 because West Europe is down")
    await world.alice.sees(title, "0 of 2")
    await world.approved(title)
    await world.alice.sees(title, "2 running")
    cards = world.bot.redis.cards
    others = 0
    while not await cards.wait_before_edit(f"R-{others:06}", pause=60, milestone=False):
        others += 1
    await world.done(title, "Succeeded for all 2 machines")
