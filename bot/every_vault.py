"""Reading something of all vaults at once: a vault in trouble does not hide the others."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from bot.domain.machines import segment
from bot.errors import DrError
from bot.runtime import Bot

Answer = TypeVar("Answer")

_AT_ONCE: Final = 50
"""So many vaults are read at the same time: the connections of a process are for others, too."""


async def of_every_vault(
    bot: Bot,
    reading: Callable[[str], Awaitable[Answer]],
    said: Callable[[DrError], str] = lambda error: error.sentence,
) -> tuple[dict[str, Answer], tuple[str, ...]]:
    """Return what each vault answered, and a sentence for each that could not be read.

    `said` puts an error into words; what is none of ours is raised.
    """
    places = asyncio.Semaphore(_AT_ONCE)

    async def read(vault: str) -> Answer:
        async with places:
            return await reading(vault)

    answers = await asyncio.gather(*map(read, bot.vaults), return_exceptions=True)
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
