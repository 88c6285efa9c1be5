"""The messages about one request: who should have one, sending, replacing and ending it.

One that Slack does not take is not to hold up the others; when Slack is away, or asks us to slow
down, all of them wait.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.access import actor
from bot.domain.audit import BOT
from bot.domain.lists import EVERYONE
from bot.domain.quorum import still_open
from bot.domain.reminders import CALLS, Kind, Letter, Round, next_reminder, waits
from bot.domain.request import Request
from bot.electors import Circle, circle, electors, open_lists
from bot.errors import SlackRefused
from bot.gateways.redis.cards import CardRecord
from bot.lifecycle import fact_of, note
from bot.messages import reminders as looks
from bot.metrics import REMINDERS
from bot.runtime import Bot

_CALL, _ESCALATION = "thread", "thread, escalated"
"""The addresses of what stands in the thread."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Audience:
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


class Desk:
    """Where the messages about one request are written, sent, replaced and ended."""

    def __init__(self, bot: Bot, request: Request, now: int, card: CardRecord) -> None:
        self.request = request
        self._bot = bot
        self._now = now
        self._card = card
        self._link: str | None = None
        self._electors: Circle | None = None

    async def audiences(self, rounds: Iterable[Round]) -> list[Audience]:
        """Say whom the rounds concern, as people are now; nobody once the request is decided."""
        if not waits(self.request, self._now):
            return []
        terms = self.request.terms
        ordered = sorted(rounds, key=lambda one: one.at)
        calls = tuple(one for one in ordered if one.kind in CALLS)
        escalations = tuple(one for one in ordered if one.kind is Kind.ESCALATION)
        found: list[Audience] = []
        if calls:
            found.append(Audience(calls, await self._able(), open_lists(self.request)))
        if escalations:
            others = await circle(self._bot, terms.escalate_to, without=(self.request.asker,))
            found.append(Audience(escalations, others, terms.escalate_to))
        return found

    async def deliver(self, address: str, had: Letter, theirs: Sequence[Audience]) -> Letter:
        """Send somebody the message that takes the place of the one they had."""
        had = await self.clear(address, had)
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
            REMINDERS.labels("refused").inc()
            log.warning("Slack does not take a reminder for %s: %s", had.name, error.code)
            letter = letter.model_copy(update={"taken": False})
        else:
            REMINDERS.labels("sent").inc()
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
        if theirs or waits(request, self._now):
            words += f"; missing: {lacks} of {request.terms.approvals} approvals."
        else:
            words += ", for it was over before Slack took a message."
        if refused := ", ".join(letter.name for letter in theirs if not letter.taken):
            words += f" Slack did not take the message to {refused}."
        fact = fact_of(kind, request, request, who, words)
        await note(self._bot, fact, f"{request.id}:{one.mark}")
        await self._bot.redis.reminders.note(request.id, one.mark, request.expires_at)

    async def clear(self, address: str, letter: Letter) -> Letter:
        """Delete the message that was replaced."""
        channel, ts = letter.old
        if not ts:
            return letter
        try:
            await self._bot.slack.delete(channel, ts)
        except SlackRefused as error:
            log.warning("a reminder for %s cannot be deleted: %s", letter.name, error.code)
        return await self._keep(address, letter.model_copy(update={"old": ("", "")}))

    async def end(self, address: str, letter: Letter) -> float:
        """Say in a message how things ended for who has it; returns the seconds to wait."""
        if letter.ended or not letter.ts:
            return 0
        if wait := await self._bot.redis.cards.wait_before_letter(self.request.id):
            return wait
        message = looks.ended(self.request, address, await self._link_to_card())
        try:
            await self._bot.slack.update(letter.channel, letter.ts, message)
        except SlackRefused as error:
            log.warning("a reminder for %s cannot be ended: %s", letter.name, error.code)
        await self._keep(address, letter.model_copy(update={"ended": True}))
        return 0

    async def _able(self) -> Circle:
        """Look up those who can still approve, once."""
        if self._electors is None:
            self._electors = await electors(self._bot, self.request, self._now)
        return self._electors

    async def _post(self, address: str, audience: Audience) -> tuple[str, str]:
        slack, request, latest = self._bot.slack, self.request, audience.latest
        able = await self._able()
        if address in {_CALL, _ESCALATION}:
            whom = await slack.mentionable(one for one in audience.lists if one != EVERYONE)
            whom = (*whom, *(one.id for one in audience.circle.delegates))
            everyone = audience.circle.everyone
            message = looks.in_thread(request, whom, latest, everyone=everyone)
            card = self._card
            return await slack.post(card.channel, message, thread=card.ts, broadcast=True)
        link = await self._link_to_card()
        if able.everyone or address in able.ids:
            coming = next_reminder(request, self._now)
            return await slack.post(address, looks.asked_for(request, latest, link, coming))
        names = open_lists(self.request) if able.large else able.names
        return await slack.post(address, looks.escalated(request, names, link))

    async def _link_to_card(self) -> str:
        if self._link is None:
            card = self._card
            self._link = await self._bot.slack.link(card.channel, card.ts) if card.ts else ""
        return self._link

    async def _keep(self, address: str, letter: Letter) -> Letter:
        request = self.request
        await self._bot.redis.reminders.keep(request.id, address, letter, request.expires_at)
        return letter
