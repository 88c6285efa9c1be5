"""Telling people again that a request waits for them, and how it ended.

Who should have which message follows from the request, its rounds and the people as they are now;
what they have is remembered. Each run brings the two together, one message after the other, so that
it can be broken off anywhere: what Slack did not take comes later, and nothing comes twice.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.access import actor
from bot.domain.audit import BOT
from bot.domain.lists import EVERYONE
from bot.domain.quorum import still_open
from bot.domain.reminders import (
    CALLS,
    Kept,
    Kind,
    Letter,
    Round,
    due,
    next_due,
    next_reminder,
    waits,
)
from bot.domain.request import Request, State
from bot.electors import Circle, circle, electors
from bot.errors import SlackRefused, Tampered, Unavailable
from bot.gateways.redis.cards import CardRecord
from bot.gateways.redis.reminders import Still
from bot.lifecycle import fact_of, note
from bot.messages import reminders as looks
from bot.runtime import Bot

_BUSY: Final = 1.0
"""Seconds to wait when somebody else tells people about this request."""
_NO_CARD: Final = 5.0
"""Seconds to wait for the card: without it there is nothing that people could press."""
_CALL, _ESCALATION = "thread", "thread, escalated"
"""The addresses of what stands in the thread."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Audience:
    """Whom some rounds concern: people, or the lists that are mentioned in the thread."""

    rounds: tuple[Round, ...]
    """From the first to the latest."""
    circle: Circle
    lists: tuple[str, ...]

    @property
    def latest(self) -> Round:
        """The round that its people should know of."""
        return self.rounds[-1]

    @property
    def addresses(self) -> dict[str, str]:
        """Where the messages go, each with the name of who has it."""
        if self.circle.large:
            address = _CALL if self.latest.kind in CALLS else _ESCALATION
            return {address: f"{', '.join(self.lists)} (in the thread)"}
        return {one.id: one.name for one in self.circle.people}


async def remind(bot: Bot, request_id: str) -> float | None:
    """Begin the rounds that are due, and bring the messages about a request up to date.

    Returns the seconds after which it wants to be called again. Rounds to come are on the agenda,
    where the sweeper finds them.
    """
    async with bot.redis.reminders.alone(request_id) as still:
        if still is None:
            return _BUSY
        try:
            return await _look_after(bot, request_id, still)
        except Tampered:  # whoever shows or decides it finds out, and writes that down
            await bot.redis.reminders.look_again(request_id, None)
            return None


async def _look_after(bot: Bot, request_id: str, still: Still) -> float | None:
    before = await bot.redis.requests.snapshot(request_id)
    request, now = before.request, before.now
    if request is None or request.parent:
        await bot.redis.reminders.leave(request_id)
        return None
    if request.state is State.WAITING and not waits(request, now):
        return None  # in a moment it has expired, which is what people are told then
    kept = await _with_due(bot, request, now)
    if kept.rounds:
        card = await bot.redis.cards.record(request_id)
        if waits(request, now) and not card.ts:
            return _NO_CARD
        if wait := await _bring_up_to_date(_Desk(bot, request, now, card, still), kept):
            return wait
    if not request.open:
        await bot.redis.reminders.leave(request_id)
        return None
    await bot.redis.reminders.look_again(request_id, next_due(request, now))
    return _BUSY if await _changed(bot, request, kept) else None


async def _changed(bot: Bot, request: Request, kept: Kept) -> bool:
    """Whether somebody voted or nudged while we were at it.

    Whoever does so from here on puts it on the agenda again, behind us.
    """
    now = await bot.redis.requests.load(request.id)
    rounds = (await bot.redis.reminders.kept(request.id)).rounds
    return now is None or now.rev != request.rev or len(rounds) > len(kept.rounds)


async def _with_due(bot: Bot, request: Request, now: int) -> Kept:
    """Begin the rounds that time has come for; returns all rounds with what is remembered."""
    kept = await bot.redis.reminders.kept(request.id)
    new = due(request, now, {one.mark for one in kept.rounds})
    for one in new:
        await bot.redis.reminders.begin(request.id, one, request.expires_at)
    return kept.model_copy(update={"rounds": (*kept.rounds, *new)})


async def _bring_up_to_date(desk: "_Desk", kept: Kept) -> float:
    """Let everybody have the message that they should; returns the seconds to wait, 0 for done."""
    letters = dict(kept.letters)
    audiences = await _audiences(desk, kept.rounds) if waits(desk.request, desk.now) else []
    names = {address: name for one in audiences for address, name in one.addresses.items()}
    for address, name in names.items():
        theirs = [one for one in audiences if address in one.addresses]
        had = letters.get(address, Letter(name=name))
        if any(had.at < one.latest.at for one in theirs):
            letters[address] = await desk.deliver(address, had, theirs)
    for one in kept.rounds:
        if one.mark not in kept.noted:
            await desk.write_down(one, letters.values())
    for address, letter in letters.items():
        letters[address] = await desk.clear(address, letter)
    for address, letter in letters.items():
        if address not in names and (wait := await desk.end(address, letter)):
            return wait
    return 0


async def _audiences(desk: "_Desk", rounds: Iterable[Round]) -> list[_Audience]:
    """Say whom the rounds concern, as people are now."""
    terms = desk.request.terms
    ordered = sorted(rounds, key=lambda one: one.at)
    calls = tuple(one for one in ordered if one.kind in CALLS)
    escalations = tuple(one for one in ordered if one.kind is Kind.ESCALATION)
    found: list[_Audience] = []
    if calls:
        found.append(_Audience(calls, await desk.electors(), desk.lists))
    if escalations:
        asker = frozenset({desk.request.asker.id})
        others = await circle(desk.bot, terms.escalate_to, without=asker)
        found.append(_Audience(escalations, others, terms.escalate_to))
    return found


class _Desk:
    """Where the messages about one request are written, sent, replaced and ended."""

    def __init__(
        self, bot: Bot, request: Request, now: int, card: CardRecord, still: Still
    ) -> None:
        self.bot = bot
        self.request = request
        self.now = now
        self._card = card
        self._still = still
        self._link: str | None = None
        self._electors: Circle | None = None

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists of what is still needed."""
        missing = still_open(self.request.terms.quorum, self.request.filled)
        return tuple(dict.fromkeys(one for need in missing for one in need.of))

    async def electors(self) -> Circle:
        """Look up those who can still approve, once."""
        if self._electors is None:
            self._electors = await electors(self.bot, self.request)
        return self._electors

    async def deliver(self, address: str, had: Letter, theirs: Sequence[_Audience]) -> Letter:
        """Send somebody the message that takes the place of the one they had.

        One that Slack does not take is not to hold up the others; when Slack is away or asks us to
        slow down, all of them wait.
        """
        if not await self._still():
            raise Unavailable("Another worker goes on with these reminders.")
        newest = max(theirs, key=lambda one: one.latest.at)
        letter = had.model_copy(
            update={
                "at": newest.latest.at,
                "marks": tuple(
                    one.mark for some in theirs for one in some.rounds if one.at > had.at
                ),
                "taken": True,
                "ended": False,
            }
        )
        try:
            channel, ts = await self._post(address, newest)
        except SlackRefused as error:
            log.warning("Slack does not take a reminder for %s: %s", had.name, error.code)
            letter = letter.model_copy(update={"taken": False})
        else:
            old = (had.channel, had.ts)
            letter = letter.model_copy(update={"channel": channel, "ts": ts, "old": old})
        return await self._keep(address, letter)

    async def write_down(self, one: Round, letters: Iterable[Letter]) -> None:
        """Write the entry about a round: who was told, and who could not be."""
        request = self.request
        theirs = [letter for letter in letters if one.mark in letter.marks]
        told = ", ".join(letter.name for letter in theirs if letter.taken) or "nobody"
        lacks = sum(need.count for need in still_open(request.terms.quorum, request.filled))
        who = actor(one.by) if one.by else BOT
        kind, words = {
            Kind.REMINDER: ("remind", f"Reminded {told}"),
            Kind.NUDGE: ("nudge", f"{who.name} nudged {told}"),
            Kind.ESCALATION: ("escalate", f"Escalated to {told}"),
        }[one.kind]
        words += f"; missing: {lacks} of {request.terms.approvals} approvals."
        if refused := ", ".join(letter.name for letter in theirs if not letter.taken):
            words += f" Slack did not take the message to {refused}."
        fact = fact_of(kind, request, request, who, words)
        await note(self.bot, fact, f"{request.id}:{one.mark}")
        await self.bot.redis.reminders.note(request.id, one.mark, request.expires_at)

    async def clear(self, address: str, letter: Letter) -> Letter:
        """Delete the message that was replaced."""
        channel, ts = letter.old
        if not ts:
            return letter
        await self.bot.slack.delete(channel, ts)
        return await self._keep(address, letter.model_copy(update={"old": ("", "")}))

    async def end(self, address: str, letter: Letter) -> float:
        """Say in a message how things ended for who has it; returns the seconds to wait."""
        if letter.ended or not letter.ts:
            return 0
        if wait := await self.bot.redis.cards.wait_before_letter(self.request.id):
            return wait
        message = looks.ended(self.request, address, await self._link_to_card())
        try:
            await self.bot.slack.update(letter.channel, letter.ts, message)
        except SlackRefused as error:
            log.warning("a reminder for %s cannot be ended: %s", letter.name, error.code)
        await self._keep(address, letter.model_copy(update={"ended": True}))
        return 0

    async def _post(self, address: str, audience: _Audience) -> tuple[str, str]:
        slack, request, latest = self.bot.slack, self.request, audience.latest
        able = await self.electors()
        if address in {_CALL, _ESCALATION}:
            whom = await slack.mentionable(one for one in audience.lists if one != EVERYONE)
            everyone = audience.circle.everyone
            message = looks.in_thread(request, whom, latest, everyone=everyone)
            card = self._card
            return await slack.post(card.channel, message, thread=card.ts, broadcast=True)
        link = await self._link_to_card()
        if able.everyone or address in able.ids:
            coming = next_reminder(request, self.now)
            return await slack.post(address, looks.asked_for(request, latest, link, coming))
        names = self.lists if able.large else able.names
        return await slack.post(address, looks.escalated(request, names, link))

    async def _link_to_card(self) -> str:
        if self._link is None:
            card = self._card
            self._link = await self.bot.slack.link(card.channel, card.ts) if card.ts else ""
        return self._link

    async def _keep(self, address: str, letter: Letter) -> Letter:
        request = self.request
        await self.bot.redis.reminders.keep(request.id, address, letter, request.expires_at)
        return letter
