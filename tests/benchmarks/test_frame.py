"""What a benchmark found is drawn, written and judged in the same way for all of them."""

import importlib
import json
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.results import Result, Table, Target, drawn, p99, summary, write

FOUND = Result(
    tables=(
        Table("How long", ("", "ms", "ratio"), (("ours", 0.5, "1.0x"), ("theirs", 1234.5, "2k"))),
    ),
    targets=(
        Target("as fast as wanted", 0.5, 0.8, "ms"),
        Target("too few", 49.2, 500, "votes/s", at_least=True),
    ),
)


def test_a_table_has_names_on_the_left_and_figures_on_the_right() -> None:
    """Each column as wide as it has to be."""
    assert drawn(FOUND) == (
        "How long\n"
        "            ms   ratio\n"
        "ours       0.5    1.0x\n"
        "theirs   1,234      2k"
    )  # fmt: skip


def test_the_summary_says_what_was_met_and_what_was_missed() -> None:
    """With the figure and what it was to be."""
    first, _, met, missed = summary([FOUND]).splitlines()
    assert first == "Targets: 1 of 2 met"
    assert met.split() == ["as", "fast", "as", "wanted", "0.5", "at", "most", "0.8", "ms", "met"]
    assert missed.split() == ["too", "few", "49.2", "at", "least", "500", "votes/s", "MISSED"]


def test_a_program_can_read_it_too(tmp_path: Path) -> None:
    """One file for each benchmark, with the verdict on each target."""
    write(tmp_path / "new", "some", FOUND)
    read = json.loads((tmp_path / "new" / "some.json").read_text("utf-8"))
    assert [one["met"] for one in read["targets"]] == [True, False]
    assert read["tables"][0]["rows"] == [["ours", 0.5, "1.0x"], ["theirs", 1234.5, "2k"]]


def test_of_few_times_the_longest_stands_for_the_slowest_hundredth() -> None:
    """Nothing is made up beyond what was measured."""
    assert p99([1.0, 3.0, 2.0]) == 3.0
    assert 98 <= p99([float(n) for n in range(100)]) <= 100


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_that_is_listed_can_be_run(name: str) -> None:
    """It is a module that measures."""
    assert callable(importlib.import_module(f"benchmarks.{name}").measure)


def test_every_benchmark_is_explained() -> None:
    """The page about speed names each of them."""
    page = (Path(__file__).parents[2] / "docs" / "performance.md").read_text("utf-8")
    assert [name for name in BENCHMARKS if f"`{name}`" not in page] == []


def test_a_benchmark_that_does_not_exist_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is measured then."""
    with pytest.raises(SystemExit) as left:
        main(["guesses"])
    assert left.value.code == 2
    assert "there is no benchmark guesses" in capsys.readouterr().err
