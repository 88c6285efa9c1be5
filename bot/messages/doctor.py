"""How the bot itself is: what will not work first, what is well in a word."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from bot.domain.diagnosis import Diagnosis, Grade, of_grade, verdict
from bot.messages import lines
from bot.messages.blocks import Message, as_many, context, esc, header

_ICONS: Final = {Grade.BAD: ":red_circle:", Grade.CARE: ":large_yellow_circle:"}
_SECTIONS: Final = 12
"""So many of up to 3,000 characters each: nobody reads more in a message."""


def examined(found: Sequence[Diagnosis]) -> Message:
    """Draw the findings, the worst first."""
    worst = [*of_grade(found, Grade.BAD), *of_grade(found, Grade.CARE)]
    blocks = [header(verdict(found))]
    blocks += as_many(
        [_line(one) for one in worst],
        _SECTIONS,
        "There is more: `dr doctor`, where the bot runs, prints everything.",
    )
    well = Counter(one.about for one in of_grade(found, Grade.GOOD))
    if well:
        said = ", ".join(f"{esc(about)} {count}" for about, count in well.items())
        blocks.append(context(f":white_check_mark: Well: {said}"))
    return Message(text="\n".join([verdict(found), *map(_plain, worst)]), blocks=blocks)


def _line(one: Diagnosis) -> str:
    advice = f"\n{lines.INDENT}{esc(one.advice)}" if one.advice else ""
    return f"{_ICONS[one.grade]} *{esc(one.about)}* {esc(one.sentence)}{advice}"


def _plain(one: Diagnosis) -> str:
    return esc(f"{one.about}: {one.sentence}")
