"""`dr doctor` on the command line: a line for each thing looked at, and what to do about it."""

import sys
from collections.abc import Mapping
from typing import Final, TextIO

from bot.doctor import Grade, examine
from bot.gateways.azure.rights import role
from bot.runtime import opened
from bot.settings import Settings, subscriptions

_MARKS: Final = {Grade.GOOD: "ok  ", Grade.CARE: "note", Grade.BAD: "BAD "}


def print_role(environ: Mapping[str, str], out: TextIO = sys.stdout) -> int:
    """Print the least role that the bot needs, for the subscriptions of its vaults."""
    out.write(role(subscriptions(environ)))
    return 0


async def report(settings: Settings, out: TextIO = sys.stdout) -> int:
    """Print the findings; returns 1 when something will not work."""
    async with opened(settings) as bot:
        found = await examine(bot)
    for one in found:
        out.write(f"{_MARKS[one.grade]}  {one.about}: {one.sentence}\n")
        if one.advice:
            out.write(f"      {one.advice}\n")
    bad = sum(one.grade is Grade.BAD for one in found)
    out.write(f"\n{bad} of {len(found)} will not work.\n" if bad else "\nAll is well.\n")
    return 1 if bad else 0
