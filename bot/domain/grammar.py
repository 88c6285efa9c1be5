"""The grammar of `/dr`: from what was typed to a `Command`, or to a sentence that helps.

    /dr <verb> [<target>…] [until <time>] [--option value]… [because <reason>]

Phones and desktops turn quotes and dashes into others, and Slack turns names into links: all that
is undone here, once. Nothing typed is ever interpreted as markup.
"""

import difflib
import html
import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from bot.domain.data import Data
from bot.domain.times import check_until
from bot.domain.unseen import unseen
from bot.domain.verbs import WORDED, Option, Verb
from bot.errors import Misunderstood
from bot.refusals import Inc, Type

LONGEST_REASON: Final = 500
OVERRIDE: Final = "override-freeze"
"""The option by which a freeze is overridden."""
OVERRIDE_LOCK: Final = "override-lock"
"""The option by which a lock is."""
LONGEST_NAME: Final = 400
"""Long enough for a resource id."""

_LINK = re.compile(r"<([@#!]?)([^<>|\s]*)(?:\|([^<>]*))?>")
_LAYERS: Final = 4
_ENTITY = re.compile("&(amp;|lt;|gt;)")
"""All that Slack escapes: `&copy` and its like were typed so."""
_DASHES = re.compile(r"^[-‐-―−]{1,2}(?=[A-Za-z])")
_OF_EMOJI: Final = frozenset("\u200d\ufe0f")
"""Without these an emoji is another one."""
_QUOTES: Final = str.maketrans("“”„‟«»‘’‚‛`´", '""""""' + "''''" + "''")
_WORD = re.compile(r'"[^"]*"|\S+')
_UNTIL: Final = "until"
_BECAUSE = re.compile(r"(?:^|\s)because(?:\s+|$)", re.IGNORECASE)


class Command(Data):
    """What somebody wants, read but not yet looked up."""

    verb: str
    targets: tuple[str, ...] = ()
    """The words that name what it is about."""
    options: dict[str, str] = {}
    """Every option of the verb, in canonical form, defaults included."""
    reason: str = ""
    until: str = ""
    """Until when, as it was typed: it names a time, and a clock has to say which."""
    also: dict[str, str] = {}
    """What was said beside the options: whether a freeze or a lock is overridden."""
    line: str = ""
    """Another command, for the verbs that take one."""
    glass: bool = False
    """Whether the glass is broken for it."""

    @property
    def target(self) -> str:
        """The words that name what it is about, as one."""
        return " ".join(self.targets)


def parse(text: str, verbs: Mapping[str, Verb]) -> Command:
    """Read what was typed after `/dr`; raises `Misunderstood` with what to type instead.

    Nothing typed at all is the verb `''`.
    """
    head, reason = _split_reason(tidy(text))
    words = _WORD.findall(head.translate(_QUOTES))
    if not words:
        if reason:
            raise Misunderstood(Type.NO_COMMAND, "There is a reason but no command.", _help())
        return Command(verb="")
    verb = _verb(words[0], verbs)
    if verb.target in {"line", "explain"}:
        return Command(verb=verb.name, line=_rest(tidy(text), verb))
    if verb.target in WORDED:
        return Command(verb=verb.name, line=_worded(tidy(text), verb))
    if verb.target == "person":  # of whom Slack says the id, which a name is not
        head, _ = _split_reason(tidy(text, ids=True))
        words = _WORD.findall(head.translate(_QUOTES))
    rest, until = _split_until(words[1:], verb)
    targets, options = _arguments(rest, verb)
    _check_targets(targets, verb)
    also = {one.name: options.pop(one.name) for one in verb.also if one.name in options}
    return Command(
        verb=verb.name,
        targets=targets,
        options=options,
        also=also,
        reason=_reason(reason, verb),
        until=until,
    )


def reason_of(text: str, verb: Verb) -> str:
    """Read a reason that was given by itself; raises `Misunderstood` like `parse`."""
    return _reason(tidy(text), verb)


def tidy(text: str, *, ids: bool = False) -> str:
    """Undo what keyboards and Slack did to a typed text, and drop what cannot be seen.

    With `ids`, who and what is mentioned is called by its id in place of its name.
    """
    text = _unlinked(text, ids)
    if _escaped(text):
        text = _unlinked(_ENTITY.sub(lambda found: html.unescape(found.group()), text), ids)
    visible = (" " if c.isspace() else c for c in text if c.isspace() or not _hidden(c))
    return " ".join(unicodedata.normalize("NFC", "".join(visible)).split())


def _unlinked(text: str, ids: bool) -> str:
    """Turn links into words, those inside of others too; nobody types more than a few layers."""
    for _ in range(_LAYERS):
        words = _LINK.sub(_named if ids else _unlink, text)
        if words == text:
            return text
        text = words
    return text.replace("<", " ").replace(">", " ")


def _unlink(found: re.Match[str]) -> str:
    """Turn `<@U1|ann>`, `<#C1|ops>`, `<http://vm.local|vm.local>` and `<!here>` into words."""
    sign, body, label = found.groups()
    if sign in {"@", "#"}:
        return sign + (label or body)
    if sign == "!":
        return "@" + (label or body).lstrip("@")
    return str(label or body)


def _named(found: re.Match[str]) -> str:
    """Turn `<@U1|ann>` into `@U1`, and everything else as usual."""
    return f"@{found[2]}" if found[1] == "@" else _unlink(found)


def _escaped(text: str) -> bool:
    """Whether Slack escaped the text: a bare `<` or `>` says that it did not."""
    return "<" not in text and ">" not in text


def _hidden(character: str) -> bool:
    return unseen(character) and character not in _OF_EMOJI


def _split_reason(text: str) -> tuple[str, str | None]:
    found = _BECAUSE.search(text)
    if not found:
        return text, None
    return text[: found.start()], text[found.end() :].strip()


def _split_until(words: list[str], verb: Verb) -> tuple[list[str], str]:
    """Take `until <time>` out of the words, for the verbs that know it; elsewhere it is a name."""
    if verb.until == "none":
        return words, ""
    places = [at for at, word in enumerate(words) if word.casefold() == _UNTIL]
    if not places:
        if verb.until == "optional":
            return words, ""
        raise Misunderstood(Type.WANTS_END, "Say until when.", f"Type: {verb.usage}")
    if len(places) > 1:
        raise Misunderstood(Type.WANTS_END, "It is said twice until when.", f"Type: {verb.usage}")
    said = words[places[0] + 1 : places[0] + 2]
    if not said:
        raise Misunderstood(
            Type.WANTS_END, "Behind “until” a time is missing.", f"Type: {verb.usage}"
        )
    return words[: places[0]] + words[places[0] + 2 :], check_until(_plain(said[0]))


def _rest(text: str, verb: Verb) -> str:
    """Return what stands behind the verb, which is a command again."""
    line = text.partition(" ")[2].strip()
    if not line:
        raise Misunderstood(
            Type.WANTS_COMMAND, f"/dr {verb.name} needs a command.", f"Type: {verb.usage}"
        )
    return line


def _worded(text: str, verb: Verb) -> str:
    """Return what somebody says in their own words; quotes mean something in a declaration only."""
    line = text.partition(" ")[2].strip()
    if not line and verb.target_required:
        raise Misunderstood(
            Inc.NOTHING_SAID, f"/dr {verb.name} needs some words.", f"Type: {verb.usage}"
        )
    return line.translate(_QUOTES) if verb.target == "declaration" else line


def _verb(word: str, verbs: Mapping[str, Verb]) -> Verb:
    name = _plain(word).casefold()
    if name in verbs:
        return verbs[name]
    close = difflib.get_close_matches(name, [v for v in verbs if v], n=2, cutoff=0.6)
    hint = " or ".join(f"/dr {one}" for one in close)
    raise Misunderstood(
        Type.NO_COMMAND,
        f"There is no command {_shown(word)}.",
        f"Did you mean {hint}?" if close else _help(),
    )


def _arguments(words: list[str], verb: Verb) -> tuple[tuple[str, ...], dict[str, str]]:
    options = {option.name: option for option in (*verb.options, *verb.also)}
    given: dict[str, str] = {}
    targets: list[str] = []
    rest = iter(words)
    for word in rest:
        if not _DASHES.match(word):
            targets += [plain for part in _parts(word, verb) if (plain := _plain(part))]
            continue
        name, equals, value = _DASHES.sub("", word).partition("=")
        option = _option(name, options, verb)
        if option.name in given:
            raise Misunderstood(
                Type.OPTION_TWICE, f"--{option.name} is given twice.", f"Type: {verb.usage}"
            )
        given[option.name] = _value(option, value if equals else next(rest, ""), verb)
    if len(targets) > 1 and not verb.several:
        raise Misunderstood(
            Type.ONE_NAME,
            f"/dr {verb.name} takes one name, and this reads like {len(targets)}: "
            f"{', '.join(_shown(one) for one in targets[:3])}.",
            f"Type: {verb.usage}",
        )
    defaults = {option.name: option.default for option in verb.options}
    return tuple(dict.fromkeys(targets)), defaults | given


def _parts(word: str, verb: Verb) -> list[str]:
    """Split `vm-a,vm-b`, where several may be named and no quotes keep them together."""
    return word.split(",") if verb.several and not word.startswith('"') else [word]


def _option(name: str, options: Mapping[str, Option], verb: Verb) -> Option:
    if name.casefold() in options:
        return options[name.casefold()]
    known = ", ".join(f"--{one}" for one in options)
    raise Misunderstood(
        Type.NO_OPTION,
        f"/dr {verb.name} has no option --{_short(name)}.",
        f"It has {known}." if known else f"Type: {verb.usage}",
    )


def _value(option: Option, text: str, verb: Verb) -> str:
    text = _plain(text)
    if not text or _DASHES.match(text):
        raise Misunderstood(
            Type.WANTS_VALUE,
            f"--{option.name} needs a value: {option.argument.hint}.",
            f"Type: {verb.usage}",
        )
    return option.argument.check(text)


def _check_targets(targets: tuple[str, ...], verb: Verb) -> None:
    if targets and not verb.target:
        raise Misunderstood(Type.NO_NAME, f"/dr {verb.name} takes no name.", f"Type: {verb.usage}")
    if verb.target and verb.target_required and not targets:
        what = "machine" if verb.several else verb.target
        raise Misunderstood(
            Type.WANTS_NAME, f"/dr {verb.name} needs a {what}.", f"Type: {verb.usage}"
        )
    for target in targets:
        if len(target) > LONGEST_NAME:
            raise Misunderstood(
                Type.NAME_TOO_LONG,
                f"{_shown(target)} is too long to be a name.",
                f"Type: {verb.usage}",
            )


def _reason(reason: str | None, verb: Verb) -> str:
    if verb.reason == "none":
        if reason:
            raise Misunderstood(
                Type.NO_REASON, f"/dr {verb.name} takes no reason.", f"Type: {verb.usage}"
            )
        return ""
    if not reason and verb.reason == "optional":
        return ""
    if not reason:
        raise Misunderstood(
            Type.WANTS_REASON,
            "Say why: the approvers and the audit log need the reason.",
            f"Type: {verb.usage}",
        )
    if len(reason) > LONGEST_REASON:
        raise Misunderstood(
            Type.REASON_TOO_LONG,
            f"The reason is {len(reason)} characters long; {LONGEST_REASON} is the most.",
            "Shorten it and put the rest into the incident channel.",
        )
    return reason


def _plain(word: str) -> str:
    return word.translate(_QUOTES).strip("\"'")


def _short(text: str, most: int = 40) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _shown(word: str) -> str:
    return f"“{_short(word)}”"


def _help() -> str:
    return "Type /dr help to see every command."
