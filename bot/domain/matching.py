"""Which machines a typed word means: a name, a pattern, or what machines have in common.

    vm-web01  vm-web*  vm-web01@vault-dr  id:/subscriptions/…
    tag:app=shop  region:westeurope  vault:vault-dr  state:protected  health:critical  provider:a2a

`*` stands for any characters and `?` for one, in names and in values; the casing says nothing.
Names add up, and the words with a prefix narrow down: `vm-web* vm-app* region:westeurope` are the
web and app machines that run in West Europe. Two values of one prefix are alternatives.
"""

import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from bot.domain.machines import Machine, is_called, position, segment
from bot.errors import Misunderstood
from bot.refusals import Name

_PREFIX = re.compile(r"^([a-z]+):(.*)$", re.IGNORECASE)
ID: Final = "id"
_ADVICE: Final = (
    "A machine is meant by its name, a pattern such as vm-web*, or by tag:<name>=<value>, "
    "region:<region>, vault:<name>, state:<word>, health:<word> or provider:<word>."
)


def matches(word: str, machine: Machine) -> bool:
    """Whether a word means this machine; raises `Misunderstood` for an unknown prefix."""
    prefix, value = split(word)
    if prefix == ID:
        return is_called(value, machine)
    if prefix:
        return FILTERS[prefix](value, machine)
    name, _, vault = value.partition("@")
    return is_like(name, machine.name) and (not vault or _in_vault(vault, machine))


def is_pattern(word: str) -> bool:
    """Whether a word may well mean several machines, and is no plain name or id."""
    prefix, value = split(word)
    return bool(prefix and prefix != ID) or (not prefix and ("*" in value or "?" in value))


def split(word: str) -> tuple[str, str]:
    """Split a word into its known prefix, '' for a name, and the rest.

    Raises `Misunderstood` for an unknown prefix, and for one without a value.
    """
    if word.casefold().startswith("/subscriptions/"):
        return ID, word
    found = _PREFIX.match(word)
    if not found:
        return "", word
    prefix, value = found.group(1).casefold(), found.group(2)
    if prefix not in {ID, *FILTERS}:
        raise Misunderstood(Name.BAD_FILTER, f"Machines cannot be chosen by “{prefix}:”.", _ADVICE)
    if not value:
        raise Misunderstood(Name.BAD_FILTER, f"“{prefix}:” needs a value.", _ADVICE)
    return prefix, value


def kind(word: str) -> str:
    """Say which words are alternatives of each other: tags are, when they name the same tag."""
    prefix, value = split(word)
    if prefix == "tag":
        return f"tag:{value.partition('=')[0].casefold()}"
    return "" if prefix == ID else prefix


def is_like(pattern: str, text: str) -> bool:
    """Whether a text is like a pattern, whatever the casing."""
    return fnmatchcase(text.casefold(), pattern.casefold().replace("[", "[[]"))


@lru_cache(maxsize=1024)  # thousands of machines have few regions, states and kinds of health
def _loosely(pattern: str, *texts: str) -> bool:
    """Compare words as people write them: `westeurope`, `West Europe` and `west-europe` agree."""
    wanted = re.sub(r"[^\w*?]|_", "", pattern)
    return any(is_like(wanted, re.sub(r"[\W_]", "", text)) for text in texts if text)


def _has_tag(value: str, machine: Machine) -> bool:
    name, equals, wanted = value.partition("=")
    return any(
        is_like(name, tag) and (not equals or is_like(wanted, said))
        for tag, said in machine.tags.items()
    )


def _in_region(value: str, machine: Machine) -> bool:
    return _loosely(value, machine.runs_in, machine.here)


def _in_vault(value: str, machine: Machine) -> bool:
    return is_like(value, segment(machine.vault, "vaults"))


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


FILTERS: Final[Mapping[str, Callable[[str, Machine], bool]]] = {
    "tag": _has_tag,
    "region": _in_region,
    "vault": _in_vault,
    "state": _in_state,
    "health": _in_health,
    "provider": _of_provider,
}
