"""Which machines a typed word means: a name, a pattern, or what machines have in common.

    vm-web01  vm-web*  vm-web01@vault-dr  id:/subscriptions/…
    tag:app=shop  region:westeurope  vault:vault-dr  state:protected  health:critical  provider:a2a

`*` stands for any characters and `?` for one, in names and in values; the casing says nothing.
Names add up, and the words with a prefix narrow down: `vm-web* vm-app* region:westeurope` are the
web and app machines that run in West Europe. Two values of one prefix are alternatives.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final

from bot.domain.machines import Machine, is_called, position, segment
from bot.errors import Misunderstood
from bot.refusals import Name

_PREFIX = re.compile(r"^([a-z]+):(.*)$", re.IGNORECASE)
_ID: Final = "id"
_ADVICE: Final = (
    "A machine is meant by its name, a pattern such as vm-web*, or by tag:<name>=<value>, "
    "region:<region>, vault:<name>, state:<word>, health:<word> or provider:<word>."
)


def matches(word: str, machine: Machine) -> bool:
    """Whether a word means this machine; raises `Misunderstood` for an unknown prefix."""
    prefix, value = _split(word)
    if prefix == _ID:
        return is_called(value, machine)
    if prefix:
        return _FILTERS[prefix](value, machine)
    name, _, vault = value.partition("@")
    return _like(name, machine.name) and (not vault or _in_vault(vault, machine))


def select(words: Sequence[str], machines: Iterable[Machine]) -> tuple[Machine, ...]:
    """Return the machines that the words mean together, in their order; no word means all."""
    alternatives: dict[str, list[str]] = {}
    for word in words:
        alternatives.setdefault(_kind(word), []).append(word)
    return tuple(
        machine
        for machine in machines
        if all(any(matches(word, machine) for word in some) for some in alternatives.values())
    )


def unmatched(words: Sequence[str], machines: Sequence[Machine]) -> tuple[str, ...]:
    """Return the words that mean none of the machines, each taken by itself."""
    return tuple(word for word in words if not any(matches(word, one) for one in machines))


def is_pattern(word: str) -> bool:
    """Whether a word may well mean several machines, and is no plain name or id."""
    prefix, value = _split(word)
    return bool(prefix and prefix != _ID) or (not prefix and ("*" in value or "?" in value))


def _split(word: str) -> tuple[str, str]:
    """Split a word into its known prefix, '' for a name, and the rest."""
    if word.casefold().startswith("/subscriptions/"):
        return _ID, word
    found = _PREFIX.match(word)
    if not found:
        return "", word
    prefix, value = found.group(1).casefold(), found.group(2)
    if prefix not in {_ID, *_FILTERS}:
        raise Misunderstood(Name.BAD_FILTER, f"Machines cannot be chosen by “{prefix}:”.", _ADVICE)
    if not value:
        raise Misunderstood(Name.BAD_FILTER, f"“{prefix}:” needs a value.", _ADVICE)
    return prefix, value


def _kind(word: str) -> str:
    """Say which words are alternatives of each other: tags are, when they name the same tag."""
    prefix, value = _split(word)
    if prefix == "tag":
        return f"tag:{value.partition('=')[0].casefold()}"
    return "" if prefix == _ID else prefix


def _like(pattern: str, text: str) -> bool:
    return fnmatchcase(text.casefold(), pattern.casefold().replace("[", "[[]"))


def _loosely(pattern: str, *texts: str) -> bool:
    """Compare words as people write them: `westeurope`, `West Europe` and `west-europe` agree."""
    wanted = re.sub(r"[^\w*?]|_", "", pattern)
    return any(_like(wanted, re.sub(r"[\W_]", "", text)) for text in texts if text)


def _has_tag(value: str, machine: Machine) -> bool:
    name, equals, wanted = value.partition("=")
    return any(
        _like(name, tag) and (not equals or _like(wanted, said))
        for tag, said in machine.tags.items()
    )


def _in_region(value: str, machine: Machine) -> bool:
    return _loosely(value, machine.runs_in, machine.here)


def _in_vault(value: str, machine: Machine) -> bool:
    return _like(value, segment(machine.vault, "vaults"))


def _in_state(value: str, machine: Machine) -> bool:
    """Compare with Azure's state and its words, where it stands, and what goes on with it."""
    ours = [position(machine)]
    ours += ["away"] if machine.away else ["home"]
    ours += ["testing"] if machine.testing else []
    ours += ["busy", machine.scenario] if machine.scenario else []
    return _loosely(value, machine.state, machine.state_words, *ours)


def _in_health(value: str, machine: Machine) -> bool:
    return _loosely(value, machine.health or "unknown")


def _of_provider(value: str, machine: Machine) -> bool:
    return _loosely(value, machine.provider)


_FILTERS: Final[Mapping[str, Callable[[str, Machine], bool]]] = {
    "tag": _has_tag,
    "region": _in_region,
    "vault": _in_vault,
    "state": _in_state,
    "health": _in_health,
    "provider": _of_provider,
}
