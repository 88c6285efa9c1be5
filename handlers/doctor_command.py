"""`dr doctor` on the command line: a line for each thing looked at, and what to do about it.

It ends with 0 when everything will work, with 1 when something will not, and with 2 when a setting
is wrong, so that it could not look.
"""

import json
import sys
from collections.abc import Mapping
from itertools import groupby
from typing import Final, TextIO

from bot.doctor import examine
from bot.domain.diagnosis import Diagnosis, Grade, of_grade, verdict
from bot.gateways.azure.rights import role
from bot.messages.blocks import visible
from bot.runtime import opened
from bot.settings import Settings, subscriptions

_MARKS: Final = {Grade.GOOD: "ok  ", Grade.CARE: "note", Grade.BAD: "BAD "}


def print_role(environ: Mapping[str, str], out: TextIO = sys.stdout) -> int:
    """Print the least role that the bot needs, for the subscriptions of its vaults."""
    out.write(role(subscriptions(environ)))
    return 0


async def report(settings: Settings, out: TextIO = sys.stdout, *, as_json: bool = False) -> int:
    """Print the findings; returns 1 when something will not work."""
    async with opened(settings) as bot:
        found = await examine(bot)
    out.write(_json(found) if as_json else _text(found))
    return 1 if of_grade(found, Grade.BAD) else 0


def _text(found: list[Diagnosis]) -> str:
    lines = []
    for about, some in groupby(found, key=lambda one: one.about):
        lines.append(about)
        for one in some:
            lines.append(f"  {_MARKS[one.grade]}  {visible(one.sentence)}")
            if one.advice:
                lines.append(f"        {visible(one.advice)}")
    return "\n".join([*lines, "", verdict(found), ""])


def _json(found: list[Diagnosis]) -> str:
    findings = [one.model_dump(mode="json") for one in found]
    content = {"will_work": not of_grade(found, Grade.BAD), "findings": findings}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
