"""Keeping Slack true: the card of a request, its thread, and how often either may be touched.

A card is drawn from the request as it is now, never from what happened: drawing late or twice
does no harm. The thread tells the audit entries in order and remembers how far it got.
"""

import logging
import uuid
from typing import Final

from bot import arranged, forecasts, incidents
from bot.domain.delegations import Delegation
from bot.domain.lists import handles
from bot.domain.locks import holding
from bot.domain.machines import Machine
from bot.domain.objectives import objective_of
from bot.domain.places import may_still
from bot.domain.request import Request, State
from bot.domain.windows import Exposed
from bot.errors import SlackRefused, Unavailable
from bot.gateways.redis.cards import CardRecord
from bot.messages.blocks import Message
from bot.messages.card import card
from bot.messages.telling import tell
from bot.runtime import Bot

_CHANNEL_GONE: Final = frozenset(
    {"channel_not_found", "is_archived", "not_in_channel", "restricted_action"}
)
_CARD_GONE: Final = frozenset({"message_not_found", "thread_not_found"})
_BUSY: Final = 0.5
"""Seconds to wait when somebody else draws this card."""
_SLACK_AWAY: Final = 5.0
_LOOK_AGAIN: Final = 2.0
"""Seconds after which a card that has to wait is looked at again, however long that is: by then it
may have something to show that does not wait."""
_A_STEP: Final = 60
"""With each so many machines, an edit that only shows that they go on waits one pause longer."""
_SLOWEST: Final = 5
"""So many pauses are the most."""
_NOWHERE: Final = 60.0
"""Seconds until a card that no channel takes is tried again."""

log = logging.getLogger(__name__)


async def draw(bot: Bot, request_id: str) -> float | None:
    """Bring a card and its thread up to date.

    Returns the seconds after which it wants to be called again, None when all is told.
    """
    holder = uuid.uuid4().hex
    if not await bot.redis.cards.lock(request_id, holder):
        return _BUSY
    try:
        return await _draw(bot, request_id, holder)
    except Unavailable as error:
        log.warning("the card of %s waits: %s", request_id, error.sentence)
        return error.retry_after or _SLACK_AWAY
    except SlackRefused as error:
        log.error("the card of %s cannot be shown: %s", request_id, error.sentence)  # noqa: TRY400
        return _NOWHERE
    finally:
        await bot.redis.cards.unlock(request_id, holder)


async def place_for(bot: Bot, channel_id: str, wanted: str = "") -> str:
    """Return the id of the channel that gets a card asked for in `channel_id`.

    That is the one that the policy wants, else the channel itself, where the bot is in it and
    nobody from outside is; else the incident channel. Raises `SlackRefused` when that one cannot
    be used either.
    """
    for one in filter(None, (wanted, channel_id)):
        found = await bot.slack.channel(one)
        if found and found.member and not found.shared and not found.archived:
            return found.id
        if one == wanted:
            log.warning("the channel %s of the policy cannot be used: is the bot in it?", wanted)
    default = await bot.slack.channel(bot.settings.channel)
    if default is None or not default.member:
        raise SlackRefused("incident_channel_not_joined")
    if default.shared:
        raise SlackRefused("incident_channel_shared_with_others")
    return default.id


async def _draw(bot: Bot, request_id: str, holder: str) -> float | None:
    dirty = await bot.redis.cards.became_dirty(request_id)
    seen = await bot.redis.requests.snapshot(request_id)
    request, now = seen.request, seen.now
    if request is None or request.parent:  # one of several machines is shown by the whole
        await bot.redis.cards.clean(request_id, dirty)
        return None
    if not dirty:
        return None
    await incidents.stir(bot, request.channel)
    record = await bot.redis.cards.record(request_id)
    if not record.ts:
        await _tell(bot, request, await _post(bot, request, record, now), holder)
    elif wait := await _renew(bot, request, record, now, holder):
        return min(wait, max(_LOOK_AGAIN, bot.settings.card_pause))
    await bot.redis.cards.clean(request_id, dirty)
    return _BUSY if await bot.redis.cards.became_dirty(request_id) else None


async def _renew(bot: Bot, request: Request, record: CardRecord, now: int, holder: str) -> float:
    """Tell the thread and edit the card, or post both anew when they or their channel are gone.

    Returns the seconds to wait until the budget lets us edit.
    """
    wait = 0.0
    try:
        wait = await _edit(bot, request, record, now)
        await _tell(bot, request, record, holder)
    except SlackRefused as error:
        if error.code not in _CHANNEL_GONE | _CARD_GONE:
            raise
        log.warning("%s gets a new card, for the old one is gone: %s", request.id, error.code)
        await _tell(bot, request, await _post(bot, request, record, now), holder)
        return 0
    return wait


async def _post(bot: Bot, request: Request, before: CardRecord, now: int) -> CardRecord:
    """Post a card, and take it away again if somebody else posted one meanwhile."""
    message = await drawn(bot, request, now)
    try:
        channel_id, ts = await bot.slack.post(request.channel, message)
    except SlackRefused as error:
        if error.code not in _CHANNEL_GONE:
            raise
        channel_id, ts = await bot.slack.post(await place_for(bot, ""), message)
    if not await bot.redis.cards.posted(request.id, before, channel_id, ts):
        await bot.slack.delete(channel_id, ts)
    return await bot.redis.cards.record(request.id)


async def _edit(bot: Bot, request: Request, record: CardRecord, now: int) -> float:
    """Edit the card, or return the seconds to wait until the budget lets us."""
    matters = _matters(request, record)
    wait = await bot.redis.cards.wait_before_edit(
        request.id,
        pause=bot.settings.card_pause * (1 if matters else _pauses(request)),
        milestone=matters,
    )
    if wait:
        return wait
    message = await drawn(bot, request, now)
    await bot.slack.update(record.channel, record.ts, message)
    await bot.redis.cards.shown(request.id, record, request.rev)
    return 0


def _matters(request: Request, record: CardRecord) -> bool:
    """Whether there is more to show than that a job goes on.

    That is a job that waits for somebody, who cannot know it but from the card; and of several
    machines a milestone, for else what is about all of them does not change.
    """
    if request.state is not State.RUNNING:
        return True
    return bool(request.job and request.job.asks) or (
        request.fleet is not None and request.rev != record.rev
    )


def _pauses(request: Request) -> int:
    """How many pauses are between two edits that only show that machines go on."""
    count = len(request.fleet.members) if request.fleet else 1
    return min(_SLOWEST, 1 + count // _A_STEP)


async def _tell(bot: Bot, request: Request, record: CardRecord, holder: str) -> None:
    """Tell the thread what it has not been told yet, in order.

    However long that takes, nobody else tells the same meanwhile.
    """
    told = record.told
    for said in tell(await bot.redis.audit.of_request(request.id, skip=told), request):
        if said.message:
            if not await bot.redis.cards.hold_on(request.id, holder):
                raise Unavailable("Somebody else draws it meanwhile.")
            await _say(bot, record, said.message, said.loud)
        told += said.entries
        await bot.redis.cards.told(request.id, record, told)


async def _say(bot: Bot, record: CardRecord, message: Message, loud: bool) -> None:
    """Say one line; one that Slack does not take is not to hold up those behind it."""
    try:
        await bot.slack.post(record.channel, message, thread=record.ts, broadcast=loud)
    except SlackRefused as error:
        if error.code in _CHANNEL_GONE | _CARD_GONE:
            raise
        log.error("Slack does not take a line of a thread: %s", error.code)  # noqa: TRY400


async def drawn(bot: Bot, request: Request, now: int) -> Message:
    """Draw the card of a request as it is now."""
    outcomes = await bot.redis.requests.results(request.id) if request.fleet else {}
    expected = await forecasts.expected(bot, request)
    if request.state is not State.WAITING:
        going = request.fleet if request.state is State.RUNNING else None
        ahead = await forecasts.ahead(bot, going, outcomes, expected, now) if going else None
        return card(
            request, now=now, expected=expected, outcomes=outcomes, ahead=ahead,
            aim=objective_of(bot.policy.objectives, request),
            unprotected=await _exposed(bot, request),
            declared_at=await incidents.declared_at(bot, request),
        )  # fmt: skip
    found = (await arranged.locks(bot)).holding
    held = holding(found, request.operation, request.target, request.ground.machines)
    known = {one.id for one in request.terms.locks}
    return card(
        request,
        now=now,
        expected=expected,
        locks=[one for one in held if one.id not in known],
        delegated=await _delegated(bot, request, now),
    )


async def _exposed(bot: Bot, request: Request) -> Exposed | None:
    """Say since when a machine is unprotected that is being reprotected."""
    going = request.operation == "reprotect" and (request.open or request.watching)
    machine = (request.after or request.ground).target
    return await forecasts.exposed(bot, machine) if going and isinstance(machine, Machine) else None


async def _delegated(bot: Bot, request: Request, now: int) -> list[Delegation]:
    """Return by which delegations somebody may still vote in an approver's place."""
    found = (await arranged.delegations(bot)).holding
    if not found:
        return []
    home = await bot.slack.home()
    try:
        groups = await bot.slack.groups(handles(request.terms.may_approve))
    except SlackRefused:
        return []  # the card is worth more than this line
    return [one for one in found if may_still(request, one, home.teams, groups, now)]
