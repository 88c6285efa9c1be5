"""Every refusal has a code, every code is used, and none stands for two things."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from bot.refusals import AREAS, CODES
from tests.documents.redraw import CHECKOUT

_KINDS = {"Refused", "Misunderstood", "NotAllowed", "NotNow"}
_REGISTRY = CHECKOUT / "bot/refusals"


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """Read whatever may refuse something."""
    for folder in ("bot", "handlers"):
        for path in sorted((CHECKOUT / folder).rglob("*.py")):
            if not path.is_relative_to(_REGISTRY):
                yield path.relative_to(CHECKOUT), ast.parse(path.read_text("utf-8"))


def named(node: ast.expr) -> str:
    """Return `Area.NAME` for a member of an area, '' for anything else."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return ""


MEMBERS = {f"{type(code).__name__}.{code.name}" for code in CODES}


def test_every_refusal_names_its_code() -> None:
    """Literally, and first: so it can be found from the code, and the code from it."""
    calls = [
        (path, node)
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _KINDS
    ]
    assert calls
    without = [
        f"{path}:{call.lineno}"
        for path, call in calls
        if not call.args or named(call.args[0]) not in MEMBERS
    ]
    assert not without, "These refusals name no code of bot/refusals first."


def test_every_code_is_used() -> None:
    """A code that nothing names explains what cannot happen."""
    used = {
        named(node)
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
    }
    assert used >= MEMBERS, f"Nothing is refused with {sorted(MEMBERS - used)}."


def test_no_code_stands_for_two_things() -> None:
    """Neither a number nor a title is there twice, and each number is of its own area."""
    ids, titles = [code.id for code in CODES], [code.title for code in CODES]
    assert sorted(set(ids)) == sorted(ids)
    assert sorted(set(titles)) == sorted(titles)
    for area in AREAS:
        assert {code.area for code in area} == {area.__name__.upper()}
        numbers = [int(code.id.rpartition("-")[2]) for code in area]
        assert numbers == sorted(numbers), "A new one goes to the end, with the next number."


def test_every_code_is_explained_in_whole_sentences() -> None:
    """What a person reads on the page begins and ends like a sentence; a title is none."""
    for code in CODES:
        assert re.fullmatch(r"DR-[A-Z]{3,4}-\d\d", code.id)
        assert code.title[0].isupper()
        assert not code.title.endswith(".")
        for text in (code.means, code.do, code.help):
            assert text[0].isupper()
            assert text.endswith(".")
            assert len(text) > len("Wait.")
