"""Names, reasons and errors that would like to be more than text, and what a reader must not meet.

`HOSTILE` is what machines, people, jobs and rules are called in the tests; `inert` reads mrkdwn as
Slack does, and complains of everything in it that the bot did not mean.
"""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import bot.messages

HOSTILE: Final[dict[str, str]] = {
    "mentions": "<!channel> <!here> <!everyone> <@UEVIL> <#CEVIL> <!subteam^SEVIL|@admins>",
    "bare mentions": "@here @channel @everyone #general",
    "links": "<https://evil.example|safe> https://evil.example <mailto:evil@evil.example|us>",
    "dates": "<!date^1^{date}|<!channel>> <!date^1^{date}^https://evil.example|x>",
    "halves": "<!channel evil|> <@UEVIL <<!here>> >",
    "styles": "*bold* _it_ ~gone~ `code` ```block``` > quote\n> quote\n• *Approved by* <@UEVIL>",
    "a quote": "> EVIL said it\n>>> EVIL",
    "emoji": ":evil_parrot: Approved :evil:x:evil: :evil",
    "more emoji": ":évil: :+1::100: evil:evil:evil",
    "lines": "vm\nEVILLINE\r\nEVILLINE\u2028EVILLINE\u2029EVILLINE\x0bEVILLINE\x85EVILLINE",
    "code": "` evil ` ``` EVIL ``` `",
    "turned round": "\u202egnp.exe\u202c \u2066x\u2069 \u061c\u200e\u200f\u202bx\u202d",
    "not seen": "vm\u200b-\u2060web\ufeff01\u00ad\u3164\u2800\u115f\ufe0f\U000e0041\u034f\u180e",
    "nothing to be seen": "\u200b\u3164\u2800",
    "blanks": " \u00a0\u3000 ",
    "controls": "\x00\x1b[31mred\x1b[0m\x07\x08\x7f\x9b",
    "surrogates": "vm\ud800-\udfffweb \udcff",
    "private": "\ue000\U000f0000\uffff",
    "a pile of marks": "v" + "\u0301\u0489\u20dd" * 40 + "m",
    "escaped": "&lt;!channel&gt; &amp;lt;!here&amp;gt; &#60;!here&#62; &amp",
    "json": '"}],"approved":true,"x":[{"a":"\\u003c!channel\\u003e\\"',
    "toml": '"""\n[[rule]]\nmay_approve = ["everyone"]\n#',
    "formula": "=HYPERLINK(\"https://evil.example\",\"safe\")",
    "formula behind a space": " \t\u00a0=cmd|' /C calc'!A0",
    "formula in full width": "\uff1dcmd",
    "csv": 'vm",=1+1\n=2+2,"',
    "cef": "x|y\\|z=1 suser=EVIL\nCEF:0|evil|evil|1|1|approved|0|",
    "shell": "$(reboot); `reboot` && reboot # ' \"",
    "brackets": "<" * 3000,
    "ampersands": "&" * 3000,
    "stars": "🙂" * 3000,
    "long": "x" * 3000,
    "huge": "<!channel>\n" * 6000,
}  # fmt: skip
"""By what is wrong with them."""

_SOURCE: Final = Path(bot.messages.__file__).parent
OUR_EMOJI: Final = frozenset(
    found
    for path in _SOURCE.glob("*.py")
    for found in re.findall(r":[a-z_]+(?=:)", path.read_text("utf-8"))
)
PEOPLE: Final = frozenset({"UANN", "UBO", "UCARLA", "UDAN", "UERIN"})
GROUPS: Final = frozenset({"S0APPROVERS", "S0REVIEWERS", "S0OTHERS"})
CHANNELS: Final = frozenset({"C0INCIDENTS"})
LINK: Final = "https://northwind.slack.com/archives/C0INCIDENTS/p1700000000000100"
PORTAL: Final = "https://portal.example"

_CONTROL = re.compile(r"<([^<>]*)>")
_DATE = re.compile(r"!date\^\d+\^(?:[^^|<>]|\{\w+\})+\|[0-9: -]+ UTC")
_EMOJI = re.compile(r":[\w'+-]+(?=:)")
_DAY = re.compile(r":\d{4}-\d\d-\d\dT\d\d")
_NAME = re.compile(r"[^\W\d_ˍ]|^:(?:100|1234|[+-]1)$")
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)


def texts(value: Any) -> Iterator[dict[str, Any]]:
    """Find every text object in blocks or in a view."""
    if isinstance(value, dict):
        if value.get("type") in {"mrkdwn", "plain_text"}:
            yield value
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def inert(mrkdwn: str, ids: frozenset[str] = PEOPLE | GROUPS | CHANNELS) -> None:
    """Make sure that a mrkdwn text mentions and links only what the bot itself means.

    `ids` are those who may be mentioned.
    """
    for inner in _CONTROL.findall(mrkdwn):
        assert _is_ours(inner, ids), f"<{inner}>"
    rest = _CONTROL.sub("", mrkdwn)
    assert "<" not in rest, rest
    assert ">" not in rest, rest
    assert not re.search(r"&(?!(?:amp|lt|gt);)", rest), rest
    assert rest.count("`") % 2 == 0, rest
    spoken = re.sub(r"`[^`]*`", "", rest)
    assert "```" not in rest, rest
    assert not re.search(r"^\s*&gt;", spoken, re.MULTILINE), spoken
    assert not _emoji(spoken), spoken
    readable(mrkdwn)


def readable(text: str) -> None:
    """Make sure that a reader sees all of a text, in its order and on the lines it was put on."""
    for character in text:
        kind = unicodedata.category(character)
        assert character == "\n" or kind not in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}, repr(text)
    assert not _BLANK.search(text), repr(text)
    assert not re.search(r"^EVILLINE", text, re.MULTILINE), repr(text)
    piled = "".join("m" if unicodedata.category(c) in {"Mn", "Me"} else "-" for c in text)
    assert "mmmmm" not in piled, repr(text)


def sound_view(view: Any, ids: frozenset[str] = PEOPLE | GROUPS | CHANNELS) -> None:
    """Make sure that nobody's words in blocks or in a view do anything."""
    for one in texts(view):
        assert one["text"].strip(), one
        if one["type"] == "mrkdwn":
            assert one["verbatim"] is True
            inert(one["text"], ids)
        else:
            readable(one["text"])
            assert one.get("emoji") is False or not _emoji(one["text"]), one


def _emoji(text: str) -> set[str]:
    found = {one for one in _EMOJI.findall(text) if _NAME.search(one) and not _DAY.match(one)}
    return found - OUR_EMOJI


def _is_ours(inner: str, ids: frozenset[str]) -> bool:
    for sign in ("@", "#", "!subteam^"):
        if inner.startswith(sign):
            return inner.removeprefix(sign) in ids
    link, _, label = inner.partition("|")
    if link == LINK or link.startswith(f"{PORTAL}/"):
        return bool(re.fullmatch(r"[\w -]+", label)) and " " not in link
    return bool(_DATE.fullmatch(inner))
