"""The board of many machines: how far they are, what went wrong first, and when they are through.

It says what fits into one message and where the rest is; of a few machines each has a line of its
own instead (see `tables`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from bot.domain.fleets import Fleet, Member, root
from bot.domain.forecast import Forecast
from bot.domain.machines import segment
from bot.domain.progress import Progress, progress, stands
from bot.domain.request import Outcome, State
from bot.messages import lines
from bot.messages.blocks import Block, clock, code, duration, esc, many, section, sections
from bot.messages.reasons import by_reason, names

ORDER: Final = (
    State.FAILED,
    State.UNKNOWN,
    State.CANCELLED,
    State.VOID,
    State.WITHDRAWN,
    State.EXPIRED,
    State.RUNNING,
    State.SUBMITTING,
    State.APPROVED,
    State.SUCCEEDED,
)
"""Those first that somebody has to look at."""
_WORDS: Final = {State.APPROVED: "to be submitted"}
_ICONS: Final = {State.APPROVED: ":hourglass_flowing_sand:"}
Place = tuple[str, str, str]
"""A vault, where machines run, and where they go."""
_CELLS: Final = 20
_COLOURS: Final = (
    (":large_red_square:", (State.FAILED,)),
    (":large_yellow_square:", (State.UNKNOWN,)),
    (":black_large_square:", (State.CANCELLED, State.VOID, State.WITHDRAWN, State.EXPIRED)),
    (":large_green_square:", (State.SUCCEEDED,)),
    (":large_blue_square:", (State.RUNNING, State.SUBMITTING)),
    (":white_large_square:", (State.APPROVED,)),
)
_REASONS: Final = {State.FAILED: 8}
_FEWER: Final = 4
"""So many reasons are given for what went otherwise."""
_RUNNING: Final = 10
"""So many that run are named."""
_PLACES: Final = 8
"""So many vaults have a line."""


def icon(state: State) -> str:
    """The icon of a machine that stands so."""
    return _ICONS.get(state, lines.STATE_ICONS[state])


def word(state: State) -> str:
    """What is said of a machine that stands so."""
    return _WORDS.get(state, state)


def stand_of(one: Outcome, name: str) -> str:
    """One machine, under a name that is escaped, with how it stands or what it waits for."""
    if one.needs_nod:
        return f"{lines.WAITS_FOR_SOMEBODY} *{name}* never started and waits for *Submit again*"
    return f"{icon(one.state)} *{name}* {word(one.state)}"


def counts(far: Progress) -> str:
    """How many stand where, on one line."""
    said = [
        f"{icon(state)} {far.states[state]:,} {word(state)}"
        for state in ORDER
        if far.states.get(state)
    ]
    return " · ".join(said)


def bar(far: Progress) -> str:
    """How far they are, as a row of squares; whatever there is has one at least."""
    parts = [(colour, far.of(*states)) for colour, states in _COLOURS if far.of(*states)]
    cells = [max(1, count * _CELLS // far.total) for _, count in parts]
    cells[max(range(len(cells)), key=cells.__getitem__)] += _CELLS - sum(cells)
    return "".join(colour * count for (colour, _), count in zip(parts, cells, strict=True))


def board(
    fleet: Fleet,
    outcomes: Mapping[str, Outcome],
    ahead: Forecast | None = None,
    expected: int | None = None,
    *,
    ended: bool = False,
) -> list[Block]:
    """How machines stand: a bar, counts, what is to be expected, then what went wrong."""
    stand = stands(fleet.members, outcomes, ended=ended)
    far = progress(one for _, one in stand)
    percent = "" if ended else f" *{far.percent} %*"
    head = [f"{bar(far)}{percent}", counts(far), *_expected(ahead, expected)]
    groups = [_group(state, stand, whole(fleet)) for state in (None, *ORDER[:6])]
    return [
        section("\n".join(head)),
        *(block for group in groups for block in sections(group)),
        *sections([*_running(stand), *_places(stand)]),
    ]


def whole(fleet: Fleet) -> str:
    """Where every machine is to be seen."""
    return code(f"/dr request {root(fleet.members[0].request)}")


def _expected(ahead: Forecast | None, expected: int | None) -> list[str]:
    if ahead is None:
        return []
    said = []
    if ahead.unsent:
        said.append(
            f"Azure takes about {ahead.per_minute:,} submissions a minute: the last of "
            f"{ahead.unsent:,} is sent at about {clock(ahead.last_sent)}."
        )
    if ahead.end and expected:
        said.append(
            f"The last should end at about {clock(ahead.end)}, if each takes "
            f"{duration(expected)} as lately."
        )
    return [f":stopwatch: {' '.join(said)}"] if said else []


def _group(state: State | None, stand: Sequence[tuple[Member, Outcome]], where: str) -> list[str]:
    """Name those that went wrong in one way, by reason; None are those that never started."""
    if state is None:
        found = [(one.name, one.why) for _, one in stand if one.needs_nod]
        title = f":raised_hand: *{len(found):,} never started* and wait for *Submit again*"
    else:
        found = [(one.name, one.why) for _, one in stand if one.state is state]
        title = f"{icon(state)} *{len(found):,} {word(state)}*"
    most = _REASONS.get(state, _FEWER) if state else _FEWER
    return [title, *by_reason(found, most, where)] if found else []


def _running(stand: Sequence[tuple[Member, Outcome]]) -> list[str]:
    found = [one.name for _, one in stand if one.state is State.RUNNING]
    if not 0 < len(found) <= _RUNNING:
        return []
    return [f"{icon(State.RUNNING)} *Still running:* {names(found)}"]


def _places(stand: Sequence[tuple[Member, Outcome]]) -> list[str]:
    """Count them by vault and way, where there are several."""
    places: dict[Place, list[Outcome]] = defaultdict(list)
    for member, one in stand:
        places[place_of(member)].append(one)
    if len(places) < 2:
        return []
    said = [
        f"• *{len(found):,}* {place(where)} — {counts(progress(found))}"
        for where, found in sorted(places.items(), key=lambda one: -len(one[1]))
    ]
    rest = [f"• and {many(len(said) - _PLACES, 'more place')}"] if len(said) > _PLACES else []
    return ["*Where*", *said[:_PLACES], *rest]


def place_of(member: Member) -> Place:
    """Return where a machine is, and the way that it goes."""
    return member.vault, member.here, member.there


def place(where: Place) -> str:
    """The vault of machines and the way that they go."""
    vault, here, there = where
    return f"in {esc(segment(vault, 'vaults'), 60)}, {esc(here, 60)} → {esc(there, 60)}"
