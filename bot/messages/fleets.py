"""Several machines, as people see them who decide on them: a line each, or what matters of many."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from bot.domain.fleets import Fleet, Member
from bot.messages import lines
from bot.messages.blocks import duration, esc
from bot.messages.board import place, place_of, whole
from bot.messages.reasons import by_reason

Kind = TypeVar("Kind")

MEMBERS: Final = 24
"""So many machines are listed on a card; of more it says what matters, and the thread names all."""
NOTES: Final = 8
"""So many notes on machines that belong together are."""
_LEFT_OUT: Final = 8
_REASONS: Final = 8
_KINDS: Final = 8
"""So many states, providers or places are counted one by one."""


def members(fleet: Fleet, *, stored: bool = True) -> list[str]:
    """Return the machines of a few, a line each, or what matters of many; and who is left out.

    What is not `stored` cannot be looked up.
    """
    if len(fleet.members) > MEMBERS:
        return _many(fleet, whole(fleet) if stored else "")
    listed = [member_line(one) for one in fleet.members]
    listed += [f":no_entry: left out: {esc(one.why, 200)}" for one in fleet.left_out[:_LEFT_OUT]]
    if len(fleet.left_out) > _LEFT_OUT:
        more = len(fleet.left_out) - _LEFT_OUT
        listed.append(f":no_entry: and {more} more left out, in the thread")
    return listed + _notes(fleet)


def member_line(one: Member) -> str:
    """One machine as it was when the request was asked."""
    icon = lines.HEALTH_ICONS.get(one.health, ":white_circle:")
    rpo = f" · RPO {duration(one.rpo_seconds)}" if one.rpo_seconds is not None else ""
    where = f"runs in {esc(one.here)}"
    risk = f"\n:warning: {esc(one.risk, 200)}" if one.risk else ""
    return f"{icon} *{esc(one.name)}* — {esc(one.state_words)} · {where}{rpo}{risk}"


def _many(fleet: Fleet, where: str) -> list[str]:
    """Return what matters of many: what speaks against it first, then how many are how."""
    said = []
    if risks := [(one.name, one.risk) for one in fleet.members if one.risk]:
        count = f"{len(risks):,} of {len(fleet.members):,} machines"
        said.append(f":warning: *Something speaks against it for {count}*")
        said += by_reason(risks, _REASONS, where)
    if fleet.left_out:
        said.append(f":no_entry: *{len(fleet.left_out):,} are left out*")
        said += by_reason(((one.name, one.why) for one in fleet.left_out), _REASONS, "")
    said += _notes(fleet)
    said.append(f"*The {len(fleet.members):,} machines*")
    said.append(f"• {' · '.join(_counted((m.health for m in fleet.members), _health))}")
    said.append(f"• {' · '.join(_counted((m.state_words for m in fleet.members), _short))}")
    said.append(f"• {' · '.join(_counted((m.provider for m in fleet.members), _short))}")
    said += [f"• {one}" for one in _counted(map(place_of, fleet.members), place)]
    if where:
        said.append(f"Every one of them, in the order of submission: {where}, and in the thread.")
    return said


def _health(health: str) -> str:
    icon = lines.HEALTH_ICONS.get(health, ":white_circle:")
    return f"{icon} {esc(health or 'unknown', 40)}"


def _short(word: str) -> str:
    return esc(word, 80)


def _counted(some: Iterable[Kind], said_of: Callable[[Kind], str]) -> list[str]:
    """Count what there is of each kind, the most first."""
    found = Counter(some).most_common()
    said = [f"*{count:,}* {said_of(kind)}" for kind, count in found[:_KINDS]]
    if rest := sum(count for _, count in found[_KINDS:]):
        said.append(f"*{rest:,}* others")
    return said


def _notes(fleet: Fleet) -> list[str]:
    said = [f":link: {esc(note, 300)}" for note in fleet.notes[:NOTES]]
    if len(fleet.notes) > NOTES:
        said.append(f":link: and {len(fleet.notes) - NOTES} more such groups, in the thread")
    return said
