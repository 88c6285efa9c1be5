"""The pages of help: what somebody may type, one command in full, and one code of a refusal."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.domain.break_glass import BREAK_GLASS
from bot.domain.operations import CATALOGUE
from bot.domain.verbs import Verb
from bot.messages.blocks import Message, context, esc, header, section, sections
from bot.refusals import Code

Others = Mapping[str, Sequence[str]]
"""The commands that somebody may not type, each with those whom the policy lets."""

_CHANGES: Final = frozenset({*CATALOGUE, BREAK_GLASS.name})


def help_page(verbs: Sequence[Verb], others: Others, *, whole: bool) -> Message:
    """The commands that somebody may type; of the `whole`, the others too, each marked."""
    shown = [verb for verb in verbs if whole or verb.name not in others]
    changing = [verb for verb in shown if verb.name in _CHANGES]
    arranging = [verb for verb in shown if verb.arranges]
    looking = [verb for verb in shown if verb.name not in _CHANGES and not verb.arranges]
    blocks = [header("Commands")]
    for title, some in (
        ("*Change something* (needs approval)", changing),
        ("*Arrange something* (at once, written down)", arranging),
        ("*Look*", looking),
    ):
        if some:
            blocks += sections([title, *(_line(verb, others) for verb in some)])
    if others and not whole:
        blocks.append(context(_more(others)))
    blocks.append(
        context("`/dr help &lt;command&gt;` says more. `/dr` alone shows what waits for you.")
    )
    listed = [_code(f"{verb.usage} — {verb.help}") for verb in shown]
    return Message(text="\n".join(["Commands", *listed]), blocks=blocks)


def help_on(verb: Verb, others: Others) -> Message:
    """One command in detail, and whether it is for whoever asks."""
    blocks = [header(f"/dr {verb.name}"), section(f"`{_code(verb.usage)}`\n{esc(verb.help)}")]
    if verb.name in others:
        may = "ask for it" if verb.name in _CHANGES else "use it"
        blocks.append(section(f":lock: You may not {may}: {_lets(others[verb.name])}."))
    if verb.details:
        blocks.append(section(esc(verb.details, 1500)))
    for option in (*verb.options, *verb.also):
        text = f"`--{option.name} {_code(option.argument.hint)}` — {esc(option.argument.help)}"
        default = f" (without it: {esc(option.default)})" if option.default else ""
        blocks.append(section(text + default))
    return Message(text=_code(f"{verb.usage} — {verb.help}"), blocks=blocks)


def help_with(refusal: Code) -> Message:
    """What a code stands for, what to do, and who can help."""
    return Message(
        text=f"{refusal.id}: {refusal.title}.",
        blocks=[
            header(refusal.id),
            section(f"*{esc(refusal.title)}.* {esc(refusal.means)}"),
            section(f"*What to do:* {esc(refusal.do)}\n*Who can help:* {esc(refusal.help)}"),
        ],
    )


def _more(others: Others) -> str:
    """Say in one line that there is more, and for whom."""
    lists = list(dict.fromkeys(tuple(one) for one in others.values()))
    whom = _lets(lists[0]) if len(lists) == 1 else "the policy lets others"
    are = "One more command is" if len(others) == 1 else f"{len(others)} more commands are"
    return f":lock: {are} not for you: {whom}. `/dr help all` shows everything."


def _lets(whom: Sequence[str]) -> str:
    return f"the policy lets {', '.join(esc(one) for one in whom) or 'nobody'}"


def _line(verb: Verb, others: Others) -> str:
    mark = f" :lock: Not for you: {_lets(others[verb.name])}." if verb.name in others else ""
    return f"`{_code(verb.brief)}`\n{esc(verb.help)}{mark}"


def _code(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
