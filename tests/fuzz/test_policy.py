"""Policies that nobody would write: read, or wrong in places that are named."""

import random
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import SHIPPED_POLICY
from tests.fuzz.mutation import examples
from tests.fuzz.targets import a_policy
from tests.hostile import HOSTILE

_FENCED = re.compile(r"```toml\n(.*?)```", re.DOTALL)
_DOCUMENTED = _FENCED.findall((Path(__file__).parents[2] / "docs/policy.md").read_text("utf-8"))
EXAMPLES = [SHIPPED_POLICY.read_text("utf-8"), *_DOCUMENTED]
_VALUES = [
    *("true", "0", "-1", "1e400", "inf", "nan", "2026-12-24", "18:00:00", "2026-12-24T18:00:00Z"),
    *("[]", "[[]]", "{}", "{ a = 1 }", "'x'", '""', '"everyone"', '["everyone"]', '"@a"', '"1h"'),
    *('["*"]', '"**"', "[1, 2]", '["@dr-approvers", "U0BO"]', "1" * 5000, "[" * 2000, '"é\\u0000"'),
]
_LINE = re.compile(r"^(\s*[\w\".-]+\s*=\s*)(.*)$")


def mutated(text: str, chance: random.Random) -> str:
    """Change a few lines of a file: their value, their place, their number."""
    lines = text.splitlines()
    for _ in range(chance.randint(1, 4)):
        if not lines:
            break
        at = chance.randrange(len(lines))
        match chance.randrange(6):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, chance.choice(lines))
            case 2:
                lines[at] = chance.choice([*HOSTILE.values()])[:300]
            case 3:
                cut = chance.randint(0, len(lines[at]))
                lines[at] = lines[at][:cut] + chance.choice("[]{}\"'=.#\\,\n") + lines[at][cut:]
            case _:
                value = chance.choice(_VALUES)
                found = _LINE.match(lines[at])
                lines[at] = found[1] + value if found else value
    return "\n".join(lines)


def test_the_examples_are_policies() -> None:
    """Otherwise their copies would try nothing but the reader of TOML."""
    assert all(a_policy(text) for text in EXAMPLES)


@examples(300)
@given(st.sampled_from(EXAMPLES), st.randoms(use_true_random=False))
def test_a_changed_example_is_read_or_named_wrong(text: str, chance: random.Random) -> None:
    """Whatever somebody's finger did to it."""
    a_policy(mutated(text, chance))


_KEYS = st.sampled_from(
    [*set(re.findall(r"^(\w+) *=", "\n".join(EXAMPLES), re.MULTILINE)), "rule", "freeze", "x y", ""]
)
_TABLES = st.sampled_from(
    [
        "[[rule]]",
        "[[freeze]]",
        "[rule]",
        "[reprotect.x]",
        "[directory]",
        "[rule.break_glass]",
        "[x]",
    ]
)
_ANY = st.lists(
    _TABLES | st.builds(lambda key, value: f"{key} = {value}", _KEYS, st.sampled_from(_VALUES)),
    max_size=25,
).map("\n".join)


@examples(200)
@given(_ANY | st.text(max_size=300))
def test_any_file_is_read_or_named_wrong(text: str) -> None:
    """Whoever wrote it, and of whatever it is made."""
    a_policy(text)


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 60_000,
        "x = " + "{a=" * 20_000,
        "x = " + "1" * 60_000,
        "a." * 3_000 + "b = 1",
        "[[rule]]\nx = 1\n" * 400,
        "".join(f"x{n} = 1\n" for n in range(1000)),
        '[[rule]]\nname = """' + "\n" * 30_000 + '"""\ncolour = 1',
        "\x00" * 100,
        "\ud800",
    ],
    ids=lambda text: text[:12],
)
def test_a_file_that_is_made_to_hurt_is_named_wrong(text: str) -> None:
    """Deep, long, or wrong in thousands of places; and soon."""
    assert not a_policy(text)
    with pytest.raises((ValueError, RecursionError, AssertionError)):
        assert tomllib.loads(text) == {}
