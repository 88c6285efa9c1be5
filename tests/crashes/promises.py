"""What has to be true of a request when all is over, whoever died meanwhile."""

from dataclasses import dataclass
from typing import Any, Final

from bot.domain.audit import START, Entry, first_broken
from bot.domain.request import Request, State
from bot.messages.blocks import Block
from bot.messages.card import card
from bot.runtime import Bot
from sandbox.screen import Message
from tests.conftest import _LASTING, _OPEN
from tests.world import World

_STEP: Final = "dr.request."
_FOR_EVER: Final = -1
"""What Redis says of a key that does not expire."""
_ONCE: Final = ("ask", "approve", "succeed")


@dataclass(frozen=True)
class Mark:
    """How far the audit log was when a run began."""

    sequence: int
    head: str


async def mark(world: World) -> Mark:
    """Remember where the audit log ends."""
    before = await world.bot.redis.requests.snapshot()
    return Mark(before.sequence, before.head or START)


async def broken_log(world: World, since: Mark, request: Request) -> list[str]:
    """Say what is wrong with the log: one entry for each change, each following the last."""
    audit = world.bot.redis.audit
    entries = [entry async for entry in audit.behind(since.sequence)]
    wrong = first_broken(
        entries, await audit.head(), before=since.head, expected=since.sequence + 1
    )
    found = [wrong] if wrong else []
    mine = [one for one in entries if one.subject == request.id and one.type.startswith(_STEP)]
    if len(mine) != request.rev:
        found.append(f"{request.rev} changes have {len(mine)} entries")
    if mine != await audit.of_request(request.id):
        found.append("the request's own list of entries is not that of the log")
    states = ["", *(one.data.after for one in mine)]
    if [one.data.before for one in mine] != states[:-1] or states[-1] != request.state:
        found.append(f"the entries do not follow each other: {states}")
    people = [one.person.id for one in request.approvals]
    if len(set(people)) != len(people):
        found.append(f"somebody's vote counts twice: {people}")
    return found


async def kinds(world: World, request: Request) -> list[str]:
    """Name what happened to a request, in order."""
    entries: list[Entry] = await world.bot.redis.audit.of_request(request.id)
    return [one.type.removeprefix(_STEP) for one in entries]


async def broken_execution(world: World, request: Request) -> list[str]:
    """Say what is wrong with what Azure did: one start, and the request ends as its job did."""
    name, vault = request.name, world.vault
    jobs = [job for job in vault.jobs if job.target_name == name]
    found = [] if len(jobs) == 1 else [f"Azure started {len(jobs)} jobs"]
    ours = {one.client_request_id for one in request.attempts}
    if any(job.client_request_id not in ours for job in jobs):
        found.append("a job carries an id that no intent has")
    if request.job is None or request.job.name not in {job.job_id for job in jobs}:
        found.append("the request names another job")
    if vault.machine(name).region != "northeurope":
        found.append(f"{name} is not where it should be")
    happened = await kinds(world, request)
    if twice := [kind for kind in _ONCE if happened.count(kind) > 1]:
        found.append(f"it happened twice: {twice}")
    if happened.count("accept") + happened.count("find") != 1:
        found.append(f"its job was taken up more than once: {happened}")
    return found


async def untrue_card(world: World, request: Request) -> list[str]:
    """Say where the card differs from what it should say now."""
    told = await shown(world, request)
    should = card(request, now=0, expected=None)
    found = []
    if told.text != should.text:
        found.append(f"the card says {told.text!r}, not {should.text!r}")
    if request.state is not State.RUNNING and _body(told.blocks) != _body(should.blocks):
        found.append("the card looks other than it should")
    return found


async def shown(world: World, request: Request) -> Message:
    """What the card of a request says at this moment in the channel."""
    record = await world.bot.redis.cards.record(request.id)
    post = world.workspace.core.state.find_post(record.channel, record.ts)
    assert post is not None, f"{request.id} has no card"
    return Message(post.ts, record.channel, None, False, False, "", post.text, post.blocks)


def cards_of(world: World, request: Request) -> int:
    """Count the messages in the channel that are cards of a request."""
    posts = world.workspace.core.state.posts.values()
    return sum(
        post.text.startswith(f"{request.id}: ") and not post.is_reply and post.only_for is None
        for channel in posts
        for post in channel.values()
    )


async def lines_told_twice(world: World, request: Request) -> int:
    """Count the lines of the thread that were said again: allowed, but to be known."""
    record = await world.bot.redis.cards.record(request.id)
    posts = world.workspace.core.state.posts[record.channel].values()
    said = [post.text for post in posts if post.thread_ts == record.ts and post.is_reply]
    return len(said) - len(set(said))


async def left_over(bot: Bot) -> list[str]:
    """Name what stays in Redis for ever although nothing open needs it."""
    client: Any = bot.redis.client
    found = []
    kept = [key async for key in client.scan_iter("{dr}:*") if await client.ttl(key) == _FOR_EVER]
    for key in kept:
        if key.startswith("{dr}:target:"):
            holder = str(await client.get(key))
            found += [] if await _is_open(bot, holder) else [f"{key} is kept for {holder}"]
        elif not key.startswith((*_LASTING, *_OPEN)):
            found.append(f"{key} stays for ever")
    requests = bot.redis.requests
    lists = {
        "the outbox": await requests.outbox_ids(),
        "the open ones": await client.zrange("{dr}:requests:open", 0, -1),
    }
    for name, ids in lists.items():
        found += [f"{one} is on the list of {name}" for one in ids if not await _is_open(bot, one)]
    return found


async def _is_open(bot: Bot, request_id: str) -> bool:
    request = await bot.redis.requests.load(request_id)
    return request is not None and request.open


def _body(blocks: list[Block]) -> object:
    """Everything but the small print, which says when it was drawn."""
    return _plain([block for block in blocks if block["type"] != "context"])


def _plain(content: object) -> object:
    """Leave out what the workspace adds to a message by itself."""
    if isinstance(content, dict):
        added = {"block_id", "emoji"}
        return {key: _plain(value) for key, value in content.items() if key not in added}
    return [_plain(one) for one in content] if isinstance(content, list) else content
