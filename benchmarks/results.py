"""What a benchmark found, drawn as tables and written as JSON; the same for all of them.

A benchmark is a module with a `measure(rounds)` that returns a `Result`. Ratios carry from one
machine to another, absolute figures do not, so things are measured side by side and in turns.
"""

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

Cell = str | int | float


@dataclass(frozen=True)
class Target:
    """What a figure was to be, and what it is; reported, and nothing fails for it."""

    what: str
    found: float
    bar: float
    unit: str
    at_least: bool = False
    """Whether more is better."""

    @property
    def met(self) -> bool:
        """Whether the figure is as it was to be."""
        return self.found >= self.bar if self.at_least else self.found <= self.bar


@dataclass(frozen=True)
class Table:
    """Things measured in the same run, one a row."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Result:
    """Everything that one benchmark found."""

    tables: tuple[Table, ...]
    targets: tuple[Target, ...] = ()


def drawn(result: Result) -> str:
    """Draw the tables of a result."""
    return "\n\n".join(_drawn(table) for table in result.tables)


def summary(results: Iterable[Result]) -> str:
    """Say of each target whether it was met."""
    targets = [target for result in results for target in result.targets]
    rows = tuple(
        (
            one.what,
            _shown(one.found),
            f"{'at least' if one.at_least else 'at most'} {_shown(one.bar)}",
            one.unit,
            "met" if one.met else "MISSED",
        )
        for one in targets
    )
    title = f"Targets: {sum(one.met for one in targets)} of {len(targets)} met"
    return _drawn(Table(title, ("", "found", "wanted", "unit", ""), rows))


def write(folder: Path, name: str, result: Result) -> None:
    """Write a result where a program can read it."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "tables": [asdict(table) for table in result.tables],
        "targets": [asdict(target) | {"met": target.met} for target in result.targets],
    }
    text = json.dumps(content, indent=2, ensure_ascii=False)
    (folder / f"{name}.json").write_text(f"{text}\n", "utf-8")


def p99(times: Sequence[float]) -> float:
    """Return what all but one of a hundred stay under; of fewer, the longest."""
    return statistics.quantiles(times, n=100)[-1] if len(times) >= 100 else max(times)


def _drawn(table: Table) -> str:
    rows = [table.heads, *([_shown(cell) for cell in row] for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [table.title, *(_line(row, widths) for row in rows)]
    return "\n".join([*lines, table.note] if table.note else lines)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    """Put the first cell on the left, for it is a name, and the others on the right."""
    first, *others = (
        cell.rjust(width) if number else cell.ljust(width)
        for number, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "   ".join([first, *others]).rstrip()


def _shown(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    return f"{cell:,.0f}" if isinstance(cell, int) or cell >= 100 else f"{cell:.3g}"
