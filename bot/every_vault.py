"""Reading something of all vaults at once: a vault in trouble does not hide the others."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.domain.machines import segment
from bot.errors import DrError
from bot.runtime import Bot

Answer = TypeVar("Answer")


async def of_every_vault(
    bot: Bot,
    reading: Callable[[str], Awaitable[Answer]],
    said: Callable[[DrError], str] = lambda error: error.sentence,
) -> tuple[dict[str, Answer], tuple[str, ...]]:
    """Return what each vault answered, and a sentence for each that could not be read.

    `said` puts an error into words; what is none of ours is raised.
    """
    answers = await asyncio.gather(*(reading(one) for one in bot.vaults), return_exceptions=True)
    found: dict[str, Answer] = {}
    troubles: list[str] = []
    for vault, answer in zip(bot.vaults, answers, strict=True):
        if isinstance(answer, DrError):
            troubles.append(f"{segment(vault, 'vaults')} could not be read: {said(answer)}")
        elif isinstance(answer, BaseException):
            raise answer
        else:
            found[vault] = answer
    return found, tuple(troubles)
