"""`dr doctor`: is everything there that a bad night will need?

It looks, and changes nothing: all that it writes are keys of its own that are gone in a minute.
Each subject has its file; an examination gathers facts and lets pure functions judge them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bot.doctor.audit import examine_audit
from bot.doctor.azure import examine_azure
from bot.doctor.clocks import examine_clocks
from bot.doctor.places import examine_places
from bot.doctor.policy import examine_policy
from bot.doctor.redis import examine_redis
from bot.doctor.reviews import examine_reviews
from bot.doctor.slack import examine_slack
from bot.doctor.workers import examine_workers
from bot.domain.diagnosis import Diagnosis, Grade, Subject
from bot.errors import DrError
from bot.gateways.redis import NO_ANSWER
from bot.runtime import Bot

__all__ = ["EXAMINATIONS", "Diagnosis", "Grade", "examine"]

Examination = Callable[[Bot, Subject], Awaitable[list[Diagnosis]]]

EXAMINATIONS: Final[Mapping[str, Examination]] = {
    "Redis": examine_redis,
    "Workers": examine_workers,
    "Slack": examine_slack,
    "Policy": examine_policy,
    "Azure": examine_azure,
    "Places": examine_places,
    "Clocks": examine_clocks,
    "Audit": examine_audit,
    "Break-glass": examine_reviews,
}
"""What is looked at, subject by subject; the docstring of each says what of it."""


async def examine(bot: Bot) -> list[Diagnosis]:
    """Look at everything; a failure of one part is a finding, never the end of the others."""
    found = await asyncio.gather(
        *(_guarded(Subject(about), part, bot) for about, part in EXAMINATIONS.items())
    )
    return [one for part in found for one in part]


async def _guarded(subject: Subject, part: Examination, bot: Bot) -> list[Diagnosis]:
    try:
        return await part(bot, subject)
    except DrError as error:
        return [subject.bad(error.sentence, error.advice)]
    except NO_ANSWER as error:
        return [subject.bad(f"Redis does not answer ({type(error).__name__}).")]
