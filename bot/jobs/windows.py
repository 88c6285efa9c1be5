"""The reminder card of the commit window: one at a time, replaced by the next, ended in the end."""

import logging
from collections.abc import Sequence
from typing import Final

from bot.domain.audit import BOT
from bot.domain.machines import Machine
from bot.domain.measures import FAILS_OVER, commit_open_since
from bot.domain.objectives import objective_of
from bot.domain.reminders import Letter, Round
from bot.domain.request import Request
from bot.domain.validating import to_be_committed
from bot.domain.windows import reminder_due
from bot.errors import SlackRefused
from bot.lifecycle import fact_of, note
from bot.messages import windows as looks
from bot.messages.blocks import duration
from bot.runtime import Bot

_ADDRESS: Final = "window"
_LIFE: Final = 90 * 24 * 3600 * 1000
"""Milliseconds for which what was told is remembered: longer than anybody looks after it."""

log = logging.getLogger(__name__)


def window_id(request_id: str) -> str:
    """Return the name under which the rounds of a commit window are remembered."""
    return f"{request_id}:window"


class Window:
    """The commit window of one request."""

    def __init__(self, bot: Bot, request: Request, now: int) -> None:
        self._bot = bot
        self._request = request
        self._now = now
        self._until = now + _LIFE

    async def tend(self, machines: Sequence[Machine]) -> bool:
        """Remind people when it is time, or end the reminder; returns whether it is open."""
        request = self._request
        since = commit_open_since(request)
        if request.operation not in FAILS_OVER or not since:
            return False
        stands = [(one, to_be_committed(one)) for one in machines]
        open_ones = [one for one, can in stands if can]
        if not open_ones and any(can is None for _, can in stands):
            return True  # Azure works on it; what comes of that is seen later
        kept = await self._bot.redis.reminders.kept(window_id(request.id))
        letter = kept.letters.get(_ADDRESS, Letter(name="the thread"))
        if not open_ones:
            await self._end(letter, machines)
            return False
        due = reminder_due(since, self._now, kept.rounds, self._bot.policy.commit)
        if due:
            await self._remind(due, letter, open_ones, since)
        return True

    async def _remind(
        self, due: Round, had: Letter, machines: Sequence[Machine], since: int
    ) -> None:
        bot, request = self._bot, self._request
        card = await bot.redis.cards.record(request.id)
        if not card.ts:
            return
        message = looks.reminder(
            request,
            machines,
            now=self._now,
            aim=objective_of(bot.policy.objectives, request),
            hold=bot.policy.commit.hold,
        )
        try:
            channel, ts = await bot.slack.post(
                card.channel, message, thread=card.ts, broadcast=True
            )
        except SlackRefused as error:
            log.warning("Slack does not take a reminder of %s: %s", request.id, error.code)
            return
        name = window_id(request.id)
        await bot.redis.reminders.begin(name, due, self._until)
        letter = had.model_copy(update={"channel": channel, "ts": ts, "ended": False})
        await bot.redis.reminders.keep(name, _ADDRESS, letter, self._until)
        if had.ts:
            await self._delete(had)
        names = ", ".join(one.name for one in machines[:5])
        ago = duration((self._now - since) / 1000)
        words = f"Reminded the channel that {names} can still be committed, {ago} after."
        await note(bot, fact_of("remind", request, request, BOT, words), f"{name}:{due.mark}")

    async def _delete(self, letter: Letter) -> None:
        try:
            await self._bot.slack.delete(letter.channel, letter.ts)
        except SlackRefused as error:
            log.warning("an old reminder cannot be deleted: %s", error.code)

    async def _end(self, letter: Letter, machines: Sequence[Machine]) -> None:
        """Say in the last reminder that there is nothing left to decide."""
        if not letter.ts or letter.ended:
            return
        bot, request = self._bot, self._request
        if await bot.redis.cards.wait_before_letter(request.id):
            return  # the next look does it
        try:
            await bot.slack.update(letter.channel, letter.ts, looks.ended(request, machines))
        except SlackRefused as error:
            log.warning("a reminder of %s cannot be ended: %s", request.id, error.code)
        done = letter.model_copy(update={"ended": True})
        await bot.redis.reminders.keep(window_id(request.id), _ADDRESS, done, self._until)
