"""What is aimed at is found as rules are, and a mistake in it is told with its line."""

from pathlib import Path

import pytest

from bot.domain.catalogue import Ground
from bot.domain.objectives import Aim, objective_of
from bot.domain.policy import read
from tests.bot import samples

RULE = """
[[rule]]
name = "all"
may_ask = ["@dr-operators"]
may_approve = ["@dr-approvers"]
"""


def test_the_first_objective_that_matches_a_machine_counts(tmp_path: Path) -> None:
    """By its name, where it ran, or a tag."""
    path = tmp_path / "policy.toml"
    path.write_text(
        RULE + '[[objective]]\nmachines = ["vm-web*"]\nregions = ["West Europe"]\nrto = "60m"\n'
        '[[objective]]\ntags = ["tier=1"]\nrto = "2h"\nrpo = "15m"\n'
    )
    policy, wrong = read(path)
    assert policy is not None, wrong
    web = samples.request()
    assert objective_of(policy.objectives, web) == Aim(rto=3600)
    tagged = samples.machine(name="vm-db01", tags={"tier": "1"})
    request = samples.request(ground=Ground(target=tagged))
    assert objective_of(policy.objectives, request) == Aim(rto=7200, rpo=900)
    other = samples.request(ground=Ground(target=samples.machine(name="vm-db02")))
    assert objective_of(policy.objectives, other) is None


@pytest.mark.parametrize(
    ("says", "sentence"),
    [
        ('rto = "60"', "a duration is a number and a unit, such as '30m' or '2h'."),
        ("rto = 60", "a duration is a number and a unit, such as '30m' or '2h'."),
        ('machines = ["vm-*"]', "an objective says rto, rpo or both, such as rto = '60m'."),
        ('rtp = "60m"', "there is no such key; did you mean “rto”?"),
    ],
)
def test_an_objective_without_a_unit_is_a_clear_sentence(
    tmp_path: Path, says: str, sentence: str
) -> None:
    """As it is for one that says nothing."""
    path = tmp_path / "policy.toml"
    path.write_text(f"{RULE}[[objective]]\n{says}\n")
    policy, wrong = read(path)
    assert policy is None
    assert sentence in [one.sentence for one in wrong]
