"""The clocks that matter, in words: what was measured, beside what was aimed at."""

from typing import Final

from bot.domain.measures import (
    Against,
    Clocks,
    Loss,
    data_lost,
    may_be_validated,
    true_rto,
    works_since,
)
from bot.domain.objectives import Aim
from bot.domain.request import Request
from bot.domain.validations import Validation, latest
from bot.messages.blocks import Block, clock, esc, mention, section

_NOTE: Final = 300
_CHECKS: Final = 8
"""So many checks are on a card; the thread has all."""
_SHORT: Final = 7200


def span(seconds: int) -> str:
    """A length of time in whole minutes where it has any: `40 s`, `14 min`, `4 h`, `4 h 05 min`."""
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    if seconds < _SHORT:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d} min" if rest else f"{hours} h"


def against(measured: Against) -> str:
    """`14 min of 60 min`, and by how much it is too long."""
    if measured.objective is None:
        return f"{span(measured.seconds)}; the policy names no objective"
    said = f"{span(measured.seconds)} of {span(measured.objective)}"
    if measured.met:
        return said
    return f":red_circle: {said}, *{span(measured.seconds - measured.objective)} too long*"


def lost(loss: Loss | None, aim: Aim | None) -> str:
    """How much data was lost, as far as that is known."""
    if loss is None:
        return "unknown: Azure reported no RPO"
    rpo = aim.rpo if aim else None
    most = "" if loss.exact else "at most "
    if rpo is None:
        return f"{most}{span(loss.seconds)}"
    late = ":red_circle: " if loss.seconds > rpo else ""
    over = f", *{span(loss.seconds - rpo)} too much*" if loss.seconds > rpo else ""
    return f"{late}{most}{span(loss.seconds)} of {span(rpo)}{over}"


def measured(request: Request, aim: Aim | None, declared_at: int = 0) -> list[tuple[str, str]]:
    """Return the fields of a failover that has succeeded: data lost, and the time it took.

    That counts from `declared_at`, in milliseconds, when it belongs to what was declared then.
    """
    rto = true_rto(request, declared_at)
    if rto is None:
        return []
    until = "somebody said that it works" if works_since(request) else "Azure was done"
    took = against(Against(seconds=rto, objective=aim.rto if aim else None))
    since = "the declaration" if declared_at else "asking"
    pairs = [("Time it took", f"{took}\nfrom {since} until {until}")]
    if not request.fleet and request.operation != "planned-failover":
        pairs.insert(0, ("Data lost", lost(data_lost(request), aim)))
    return pairs


def ticking(clocks: Clocks) -> str:
    """`deciding 3 min · approving 4 min · *executing 10 min so far*`; '' when none ever ran."""
    parts = []
    for name in ("deciding", "approving", "executing", "validating"):
        seconds = getattr(clocks, name)
        if seconds is not None:
            said = f"{name} {span(seconds)}"
            parts.append(f"*{said} so far*" if name == clocks.running else said)
    return " · ".join(parts)


def validations(request: Request) -> list[Block]:
    """Say what people and checks said of whether it works; nothing when it cannot be said."""
    if not may_be_validated(request) or request.parent:
        return []
    counted = latest(request.validations)
    if not counted:
        return [section("*Does it work?* Nobody has said so yet.")]
    said = [said_by(one) for one in counted[:_CHECKS]]
    more = len(request.validations) - len(said)
    if more > 0:
        said.append(f"… and {more} more, in the thread; of what people say the later counts")
    return [section("\n".join(["*Does it work?*", *said]))]


def said_by(one: Validation) -> str:
    """One word on whether it works, a line."""
    icon = ":white_check_mark:" if one.works else ":x:"
    who = mention(one.person.id) if one.person else f"check “{esc(one.check, 80)}”"
    note = f" — “{esc(one.note, _NOTE)}”" if one.note and one.person else ""
    note = f" — {esc(one.note, _NOTE)}" if one.note and not one.person else note
    return f"{icon} {who} at {clock(one.at)}: *{one.verdict}*{note}"
