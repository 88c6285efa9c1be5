"""A verb: what one command is called, takes and does, read from the function that is the command.

A command is written once, as a typed function. Its keyword-only parameters become the options of
the grammar and the fields of a form, its docstring the help; `describe` reads them, and nothing
else has to be told.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal, get_args, get_origin, get_type_hints

from bot.domain.unseen import quoted
from bot.errors import Misunderstood
from bot.refusals import Type

TargetKind = Literal[
    "machine",
    "machines",
    "machine or request",
    "machine or job",
    "machine, plan:<name> or all",
    "filters",
    "plan",
    "job",
    "request",
    "command",
    "explain",
    "line",
    "machines, plan:<name> or all",
    "lock",
    "person",
    "declaration",
    "note",
    "update",
    "closing",
    "incident",
]
ReasonKind = Literal["required", "optional", "none"]
_FEW: Final = 4
_HINTS: Final = {
    "machines": "<machine>…",
    "machine or request": "<machine>|<request>",
    "machine or job": "<machine>|<job id>",
    "machine, plan:<name> or all": "<machine>|plan:<name>|all",
    "filters": "<filter>…",
    "command": "<command>|<code>|all",
    "job": "<job>|<request>|<machine>",
    "explain": "explain <any command>",
    "line": "<any command>",
    "machines, plan:<name> or all": "<machine>…|plan:<name>|all",
    "lock": "<lock>|<machine>…|plan:<name>|all",
    "person": "@<person>",
    "declaration": '"<what is down>" [region:<region>] [channel:here]',
    "note": "<what happened>",
    "update": "conditions: … actions: … needs: …",
    "closing": "<how it ended>",
}
WORDED: Final = frozenset({"declaration", "note", "update", "closing"})
"""What is not names and options but somebody's own words, all the way to the end."""
_SEVERAL: Final = frozenset({"machines", "filters", "machines, plan:<name> or all", "lock"})


@dataclass(frozen=True)
class Argument:
    """How an option is typed: its title, its hint in the usage line, its check, a line of help."""

    title: str
    hint: str
    help: str
    check: Callable[[str], str]
    """Returns the text in its one canonical form; raises `Misunderstood`."""


@dataclass(frozen=True)
class Option:
    """One `--name value` of a verb."""

    name: str
    argument: Argument
    default: str


@dataclass(frozen=True)
class Verb:
    """One command, as everybody needs to know it."""

    name: str
    help: str
    """One sentence in the imperative."""
    details: str
    target: TargetKind | None
    target_required: bool
    options: tuple[Option, ...] = ()
    reason: ReasonKind = "none"
    """Whether `because …` must be, may be, or cannot be said."""
    function: Callable[..., Any] = field(default=lambda: None, compare=False)
    also: tuple[Option, ...] = ()
    """Options that are no arguments of the function, and that the usage line leaves out."""
    before: str = ""
    """The word that stands before it, when it is typed behind another command."""
    until: ReasonKind = "none"
    """Whether `until …` must be, may be, or cannot be said."""
    arranges: bool = False
    """Whether it changes something of ours, at once and without anybody's approval."""
    here: bool = False
    """Whether it looks at something that belongs to the channel in which it is typed."""

    @property
    def several(self) -> bool:
        """Whether more than one word may name what it is about."""
        return self.target in _SEVERAL

    @property
    def usage(self) -> str:
        """The line that shows how it is typed."""
        return self._line([f"[--{one.name} {one.argument.hint}]" for one in self.options])

    @property
    def brief(self) -> str:
        """The same for a list of many, where it does not name more options than a few."""
        return self.usage if len(self.options) <= _FEW else self._line(["[options]"])

    def _line(self, options: Sequence[str]) -> str:
        parts = [" ".join(filter(None, ("/dr", self.before, self.name)))]
        if self.target:
            hint = _HINTS.get(self.target, f"<{self.target}>")
            parts.append(hint if self.target_required else f"[{hint}]")
        if self.until != "none":
            parts.append("until <time>" if self.until == "required" else "[until <time>]")
        parts += options
        if self.reason != "none":
            parts.append("because <reason>" if self.reason == "required" else "[because <reason>]")
        return " ".join(parts)


def describe(
    function: Callable[..., Any],
    *,
    target: TargetKind | None,
    target_required: bool = True,
    reason: ReasonKind = "none",
    until: ReasonKind = "none",
    arranges: bool = False,
    here: bool = False,
) -> Verb:
    """Read a verb from a function: keyword-only `Annotated[…, Argument]` parameters are options."""
    first, _, rest = inspect.cleandoc(function.__doc__ or "").partition("\n")
    hints = get_type_hints(function, include_extras=True)
    options = [
        Option(name.replace("_", "-"), _argument(hints[name]), str(parameter.default))
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    return Verb(
        name=function.__name__.strip("_").replace("_", "-"),
        help=first,
        details=rest.strip(),
        target=target,
        target_required=target_required,
        options=tuple(options),
        reason=reason,
        function=function,
        until=until,
        arranges=arranges,
        here=here,
    )


def one_of(
    *choices: str, also: Callable[[str], bool] | None = None, hint: str = ""
) -> Callable[[str], str]:
    """Make a check that takes one of some words (and whatever `also` takes)."""

    def check(text: str) -> str:
        word = text.casefold()
        if word in choices:
            return word
        if also and also(text):
            return text
        raise Misunderstood(Type.WRONG_VALUE, f"{quoted(text)} is not {hint or _either(choices)}.")

    return check


def _either(choices: tuple[str, ...]) -> str:
    return " or ".join([", ".join(choices[:-1]), choices[-1]]) if len(choices) > 1 else choices[0]


def _argument(hint: Any) -> Argument:
    if get_origin(hint) is Annotated:
        for extra in get_args(hint)[1:]:
            if isinstance(extra, Argument):
                return extra
    raise TypeError(f"{hint!r} is not Annotated with an Argument")
