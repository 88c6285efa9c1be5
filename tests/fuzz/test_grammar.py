"""What people type, and what nobody would: a command or a refusal, and soon."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.queries import VERBS
from tests.fuzz.mutation import examples
from tests.fuzz.targets import a_command
from tests.hostile import HOSTILE

_OPTIONS = sorted({one.name for verb in VERBS.values() for one in (*verb.options, *verb.also)})
_WORDS = st.sampled_from(
    [
        *VERBS,
        *(f"--{name}" for name in _OPTIONS),
        *(f"—{name}=" for name in _OPTIONS),
        *("because", "vm-web01", "vm-*", "plan:shop", "job:0a3b", "id:/subscriptions/1/x", "yes"),
        *(
            "latest",
            "before:13:55",
            '"a b"',
            '"',
            "'",
            ",",
            "=",
            "--",
            "vm-a,vm-b",
            "region:x",
            "2",
        ),
        *("<@U1|ann>", "<#C1|ops>", "<!here>", "&amp;", "&lt;", "&gt;", "\n", "\u200b", "\ufe0f"),
        *(text[:200] for text in HOSTILE.values()),
    ]
)
_LINES = st.lists(_WORDS | st.text(max_size=12), max_size=14).map(" ".join)
_COMMANDS = st.builds(
    lambda verb, words, reason: f"{verb} {words} because {reason}",
    st.sampled_from([*VERBS]),
    _LINES,
    st.text(min_size=1, max_size=80),
)


@examples(500)
@given(_LINES | _COMMANDS | st.text(max_size=400))
def test_any_line_is_a_command_or_a_refusal(text: str) -> None:
    """And a command, typed as it was read, is the same one."""
    a_command(text)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
@pytest.mark.parametrize("verb", VERBS)
def test_hostile_words_are_only_words(verb: str, text: str) -> None:
    """As a name, as a value of every option and as a reason."""
    a_command(f"{verb} {text}")
    a_command(f'{verb} "{text}" because {text[:300]}')
    for option in VERBS[verb].options:
        a_command(f'{verb} vm-web01 --{option.name} "{text}" because of it')


_LONG = 65536
_REPEATED = ["because ", "<", ">", "<a|", "&amp;", '"', "-", "—a=", "--point ", "x", "a,", "\u0301"]


@pytest.mark.parametrize("piece", [*_REPEATED, *HOSTILE.values()])
@pytest.mark.parametrize("before", ["", "failover ", "failover vm-web01 because ", "list ", '"'])
def test_what_is_very_long_is_read_as_soon(before: str, piece: str) -> None:
    """64 kB of anything, so that one line does not hold up the front."""
    a_command(before + (piece * (_LONG // len(piece) + 1))[:_LONG])
