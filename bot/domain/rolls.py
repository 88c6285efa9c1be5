"""The machines of a vault, entered under their names, so that no question walks all of them.

A roll is written once for each reading, page by page, and asked many times. What a word means is
said in `machines` and `matching`; here it is only found sooner.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from fnmatch import translate
from functools import cached_property, lru_cache
from heapq import merge, nlargest
from itertools import takewhile
from typing import Final

from bot.domain.machines import Machine, as_id, is_called, segment
from bot.domain.matching import FILTERS, ID, is_like, kind, split

_ALIKE: Final = 0.7
"""How much of two names has to agree for one to be taken for the other mistyped."""
_WILD: Final = re.compile(r"[*?]")


class Roll:
    """The machines of one reading, by name and by id."""

    def __init__(self, machines: Iterable[Machine] = ()) -> None:
        self._machines: list[Machine] = []
        self._by_name: dict[str, list[Machine]] = {}
        self._by_end: dict[str, list[Machine]] = {}
        self.enter(machines)

    def enter(self, machines: Iterable[Machine]) -> None:
        """Add machines; nothing is asked of a roll before it is complete."""
        by_name, by_end = self._by_name, self._by_end
        for machine in machines:
            self._machines.append(machine)
            name = machine.name.casefold()
            by_name.setdefault(name, []).append(machine)
            ends = {_end(machine.id), _end(machine.source_vm), _end(machine.failed_over_vm), name}
            for end in ends - {"", name}:  # most virtual machines end in their name
                by_end.setdefault(end, []).append(machine)

    @property
    def machines(self) -> tuple[Machine, ...]:
        """All of them, in the order in which they were entered."""
        return tuple(self._machines)

    @cached_property
    def by_name(self) -> tuple[Machine, ...]:
        """All of them, in the order of their names."""
        return tuple(machine for name in self.names for machine in self._by_name[name])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Their names in one casing, each once, in order."""
        return tuple(sorted(self._by_name))

    def named(self, name: str) -> Sequence[Machine]:
        """Return the machines of exactly this name, in whatever casing."""
        return self._by_name.get(name.casefold(), ())

    def called(self, resource_id: str) -> list[Machine]:
        """Return the machines that an id means."""
        end = _end(resource_id)
        some = (*self._by_name.get(end, ()), *self._by_end.get(end, ()))
        return [machine for machine in some if is_called(resource_id, machine)]

    def begun(self, beginning: str) -> Iterator[Machine]:
        """Go through the machines whose names begin so, in their order; it is casefolded."""
        at = bisect_left(self.names, beginning)
        found = takewhile(lambda name: name.startswith(beginning), self.names[at:])
        return (machine for name in found for machine in self._by_name[name])

    def within(self, part: str) -> Iterator[Machine]:
        """Go through those whose names have it elsewhere than at the beginning; casefolded, too."""
        found = (name for name in self.names if name.find(part) > 0)
        return (machine for name in found for machine in self._by_name[name])

    def meant(self, word: str) -> Iterable[Machine]:
        """Return the machines that a word means; raises `Misunderstood` for an unknown prefix."""
        prefix, value = split(word)
        if prefix == ID:
            return self.called(value)
        if prefix:
            fits = FILTERS[prefix]
            return (machine for machine in self.by_name if fits(value, machine))
        name, _, vault = value.partition("@")
        found = self._like(name) if _WILD.search(name) else self.named(name)
        return (m for m in found if not vault or is_like(vault, segment(m.vault, "vaults")))

    def _like(self, pattern: str) -> Iterator[Machine]:
        pattern = pattern.casefold()
        fits = _compiled(pattern).match
        found = (name for name in self._begin_like(pattern) if fits(name))
        return (machine for name in found for machine in self._by_name[name])

    def _begin_like(self, pattern: str) -> Iterable[str]:
        """Return the names that begin as a pattern does before it turns wild."""
        beginning = _WILD.split(pattern, maxsplit=1)[0]
        at = bisect_left(self.names, beginning)
        return takewhile(lambda name: name.startswith(beginning), self.names[at:])


Rolls = Sequence[Roll]


def everybody(rolls: Rolls) -> tuple[Machine, ...]:
    """Return all machines of some rolls in the order of their names."""
    if len(rolls) == 1:
        return rolls[0].by_name
    return _in_order(machine for roll in rolls for machine in roll.by_name)


def named(name: str, rolls: Rolls) -> tuple[Machine, ...]:
    """Return the machines of exactly this name.

    `name@vault` looks in one vault. A resource id, with or without `id:` before it, means a
    protected item, or the virtual machine that it protects.
    """
    if resource_id := as_id(name):
        return _in_order(machine for roll in rolls for machine in roll.called(resource_id))
    wanted, _, vault = name.casefold().partition("@")
    found = (machine for roll in rolls for machine in roll.named(wanted))
    return tuple(m for m in found if not vault or segment(m.vault, "vaults").casefold() == vault)


def select(words: Sequence[str], rolls: Rolls) -> tuple[tuple[Machine, ...], tuple[str, ...]]:
    """Return the machines that the words mean together, and the words that mean none at all.

    The machines come in the order of their names; no word means all of them.
    """
    if not words:
        return everybody(rolls), ()
    alternatives: dict[str, dict[int, Machine]] = {}
    strange = []
    for word in dict.fromkeys(words):
        found = {id(machine): machine for roll in rolls for machine in roll.meant(word)}
        alternatives.setdefault(kind(word), {}).update(found)
        if not found:
            strange.append(word)
    some, *others = sorted(alternatives.values(), key=len)
    meant = (one for known, one in some.items() if all(known in other for other in others))
    return _in_order(meant), tuple(strange)


def nearly_named(
    name: str, rolls: Rolls, alike: Sequence[str], most: int = 5
) -> tuple[Machine, ...]:
    """Return the machines that somebody who typed this may have meant, the likeliest first.

    Those that begin so come first, then those of the names that are most `alike`.
    """
    wanted = name.casefold()
    begun = [machine for roll in rolls for machine in roll.begun(wanted)] if wanted else []
    close = (machine for one in alike for roll in rolls for machine in roll.named(one))
    rest = (machine for machine in close if not machine.name.casefold().startswith(wanted))
    return (*sorted(begun, key=lambda machine: machine.name), *rest)[:most]


class Alike:
    """The names that are spelt most like a word, of all that were shown to it.

    To compare two names takes long, so whoever has many shows some of them at a time.
    """

    def __init__(self, word: str, most: int = 5) -> None:
        self._most = most
        self._best: list[tuple[float, str]] = []
        self._matcher = SequenceMatcher()
        self._matcher.set_seq2(word)

    def show(self, names: Iterable[str]) -> None:
        """Compare the word with some more names."""
        matcher, found = self._matcher, self._best
        least = found[-1][0] if len(found) == self._most else _ALIKE
        for name in names:
            matcher.set_seq1(name)
            if matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least:
                ratio = matcher.ratio()
                if ratio >= least:
                    found.append((ratio, name))
        self._best = nlargest(self._most, set(found))

    @property
    def names(self) -> tuple[str, ...]:
        """The names, the likeliest first."""
        return tuple(name for _, name in self._best)


def beginning_or_within(part: str, rolls: Rolls) -> Iterator[Machine]:
    """Go through the machines whose names begin so, then through those that have it elsewhere."""
    yield from _together(roll.begun(part) for roll in rolls)
    if part:
        yield from _together(roll.within(part) for roll in rolls)


def _together(some: Iterable[Iterable[Machine]]) -> Iterator[Machine]:
    """Go through what is in order already, in one order."""
    return merge(*some, key=_by_name)


def _in_order(machines: Iterable[Machine]) -> tuple[Machine, ...]:
    return tuple(sorted(machines, key=_by_name))


def _by_name(machine: Machine) -> str:
    return machine.name.casefold()


def _end(resource_id: str) -> str:
    return resource_id.rpartition("/")[2].casefold()


@lru_cache(maxsize=128)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern.replace("[", "[[]")))
