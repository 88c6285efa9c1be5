"""What is wrong with a TOML file: every mistake with its line, its key and what to write instead.

The TOML reader keeps no positions, so a line is found by reading ever shorter beginnings of the
file: a key stands behind the longest beginning that can be read and does not have it yet.
"""

import tomllib
from collections.abc import Sequence
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel, ValidationError

from bot.domain.data import Data
from bot.domain.nearest import meant

Path = tuple[int | str, ...]
_MISSING: Final = "it is missing."
_NAMED: Final = 40
"""So many mistakes are looked for in the file."""
_CLOSERS: Final = ("]", "}", '"""', "'''")
"""What the last line holds of a statement that takes several."""
_OF_A_KEY: Final = "[key]"
"""What pydantic puts behind a key that is itself wrong."""


class Mistake(Data):
    """One thing that is wrong."""

    key: str
    line: int
    """Counted from 1; 0 when it is nowhere, such as a key that is missing everywhere."""
    sentence: str

    def __str__(self) -> str:
        """`at rule.0.colour (line 7): there is no such key; did you mean “color”?`."""
        line = f" (line {self.line})" if self.line else ""
        return f"at {self.key}{line}: {self.sentence}"


def mistakes(text: str, error: ValidationError, model: type[BaseModel]) -> tuple[Mistake, ...]:
    """Put into words everything that a model found wrong with a file, what is missing last."""
    errors = [
        (tuple(part for part in one["loc"] if part != _OF_A_KEY), one)
        for one in error.errors(include_url=False, include_input=False)
    ]
    around = {path[:length] for path, _ in errors for length in range(len(path))}
    inner = [(path, one) for path, one in errors if path not in around]  # others follow from them
    found = {
        Mistake(
            key=".".join(str(part) for part in path) or "the file",
            line=line_of(text, path),
            sentence=_sentence(one["type"], one["msg"], path, model),
        )
        for path, one in inner[:_NAMED]
    }
    named = sorted(found, key=lambda one: (one.sentence == _MISSING, one.line, one.key))
    if len(inner) > _NAMED:
        sentence = f"there are {len(inner) - _NAMED} more mistakes; mend these first."
        named.append(Mistake(key="the file", line=named[-1].line, sentence=sentence))
    return tuple(named)


def line_of(text: str, path: Path) -> int:
    """Return the line on which a key is written, or the nearest table around it; 0 for none."""
    lines = text.splitlines()
    while path and not _has(tomllib.loads(text), path):
        path = path[:-1]
    if not path:
        return 0
    absent, there = 0, len(lines)
    while there - absent > 1:
        middle = (absent + there) // 2
        end, content = _readable(lines, middle, there)
        if content is not None and not _has(content, path):
            absent = end
        else:
            there = middle
    return there


def _readable(lines: Sequence[str], begin: int, end: int) -> tuple[int, Any]:
    """Read the shortest beginning of at least so many lines; None when it ends in a statement."""
    for length in range(begin, end):
        if length > begin and not any(one in lines[length - 1] for one in _CLOSERS):
            continue
        try:
            return length, tomllib.loads("\n".join(lines[:length]))
        except ValueError:
            continue
    return end, None


def _has(content: Any, path: Path) -> bool:
    for part in path:
        try:
            content = content[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _sentence(kind: str, said: str, path: Path, model: type[BaseModel]) -> str:
    if kind == "extra_forbidden":
        known = _keys(_model_at(model, path[:-1]))
        return f"there is no such key; {meant(str(path[-1]), known)}"
    if kind == "missing":
        return _MISSING
    words = said.removeprefix("Value error, ").strip()
    return words if words.endswith((".", "?")) else f"{words}."


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel]:
    """Find the model that reads the table at a path."""
    rest = list(path)
    while rest:
        part = rest.pop(0)
        if isinstance(part, int):
            continue
        for name, field in model.model_fields.items():
            if part == (field.alias or name) and (inner := _inner(field.annotation)):
                model = inner
                if get_origin(field.annotation) is dict and rest:
                    rest.pop(0)
    return model


def _inner(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((one for arg in get_args(annotation) if (one := _inner(arg))), None)
