"""What `dr policy check` finds: each way in which a policy can be less than it seems."""

from pathlib import Path

import pytest

from bot.domain.policy import Policy, load
from bot.domain.sanity import findings
from bot.settings import SHIPPED_POLICY

A, B, C = "U0AAA", "U0BBB", "U0CCC"
GOOD = 'may_ask = ["@dr-operators"]\nmay_approve = ["@dr-approvers"]\n'


def policy_of(text: str, folder: Path) -> Policy:
    """Read a policy from text."""
    path = folder / "policy.toml"
    path.write_text(text, "utf-8")
    return load(path)


def rule(name: str, more: str = GOOD) -> str:
    """Write a rule."""
    return f'[[rule]]\nname = "{name}"\n{more}'


def people(may_approve: list[str], approvals: int, may_ask: tuple[str, ...] = ("@ops",)) -> str:
    """Write whom a rule names."""
    return f"may_ask = {list(may_ask)}\nmay_approve = {may_approve}\napprovals = {approvals}\n"


def test_the_shipped_policy_is_sane() -> None:
    """By itself, and with as many people in its groups as two approvals take, and one."""
    policy = load(SHIPPED_POLICY)
    assert findings(policy) == ()
    ops = frozenset({A})
    assert findings(policy, {"@dr-operators": ops, "@dr-approvers": frozenset({A, B, C})}) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (people([], 2), "nobody can approve: an empty list is nobody"),
        (people([A, B], 3), "not enough people can approve: 1 of U0AAA, U0BBB"),
        (people([A, B], 2), "no more approvers than needed: without U0AAA"),
        (people([A], 1), "no more approvers than needed"),
        (people(["everyone"], 1), "whoever has a second account could do it alone"),
        (people([A, B], 1, (A,)), "U0AAA may both ask and approve"),
        ('may_ask = ["@ops"]\n[[rule.needs]]\nof = []\n', "nobody can approve"),
        (
            f'may_ask = ["@ops"]\n[[rule.needs]]\nof = ["{A}", "{B}"]\n'
            f'[[rule.needs]]\nof = ["{B}", "{C}"]\n[[rule.needs]]\nof = ["@big"]\n',
            "",
        ),
        (
            f'may_ask = ["@ops"]\n[[rule.needs]]\nof = ["{A}", "{B}"]\n'
            f'[[rule.needs]]\nof = ["{A}", "{B}"]\n',
            "no more approvers than needed",
        ),
        (people([], 2, ()), ""),
        (people([A, B, C], 2), ""),
        (people([A, "@big"], 2), ""),
        (people(["@ops"], 1), ""),
    ],
)
def test_whether_enough_people_can_approve(text: str, said: str, tmp_path: Path) -> None:
    """Empty lists, too few names, none to spare, or a second account; else nothing is found."""
    found = findings(policy_of(rule("x", text), tmp_path))
    assert [said in str(one) for one in found] == ([True] if said else []), found


def test_groups_are_counted_when_they_are_known(tmp_path: Path) -> None:
    """An empty one is nobody, and two people in two groups are two people."""
    policy = policy_of(rule("x"), tmp_path)
    for members, said in (
        (frozenset[str](), "nobody can approve: @dr-approvers is nobody"),
        (frozenset({A, B}), "without U0AAA"),
    ):
        [found] = findings(policy, {"@dr-approvers": members})
        assert said in str(found)


ONE, TWO = "3b0d7a7e-4f7c-4b86-9a63-0c6a5a1e2f10", "c8a1f0de-52f3-4d0b-8f0c-2a2b7c1d9e44"


def directory(people: dict[str, str], *, required: bool = False) -> str:
    """Write a directory."""
    lines = [f'"{account}" = "{human}"' for account, human in people.items()]
    return "\n".join(
        [f"[directory]\nrequired = {str(required).lower()}", "[directory.people]", *lines, ""]
    )


@pytest.mark.parametrize(
    ("rule_text", "people_text", "said"),
    [
        (people([A, B, C], 2), directory({A: ONE, B: ONE}), "without U0AAA, U0BBB, who may be"),
        (
            people([A, B], 2),
            directory({A: ONE, B: ONE}),
            "1 of U0AAA, U0BBB cannot be found; U0AAA and U0BBB are one human.",
        ),
        (people([A, B, C], 2), directory({A: ONE, B: TWO}), ""),
        (people([A, B, C], 2), directory({A: ONE, B: TWO}, required=True), "without U0AAA"),
        (people([C], 1), directory({A: ONE}, required=True), "nobody can approve: U0CCC is nobody"),
        (people(["everyone"], 1), directory({A: ONE, B: TWO}), "second account could do it alone"),
        (people(["everyone"], 1), directory({A: ONE, B: TWO}, required=True), ""),
        (people(["everyone"], 1), directory({A: ONE, B: ONE}, required=True), "without U0AAA, U0B"),
        (people([A, B], 1, (A,)), directory({A: ONE, B: TWO}), ""),
        (people([A, B], 1, (A,)), directory({B: TWO}), "U0AAA may both ask and approve"),
        (people([A, B], 1, (A,)), directory({"a@b.example": ONE}, required=True), ""),
    ],
)
def test_two_accounts_of_one_human_are_one_approver(
    rule_text: str, people_text: str, said: str, tmp_path: Path
) -> None:
    """As far as the directory knows; where everybody has to be in it, no account is unknown."""
    found = findings(policy_of(rule("x", rule_text) + people_text, tmp_path))
    assert [said in str(one) for one in found] == ([True] if said else []), found


def test_slack_says_whose_the_addresses_are(tmp_path: Path) -> None:
    """Until then an account that is in the directory by its address is a human of its own."""
    text = rule("x", people([A, B, C], 2)) + directory({A: ONE, "b@b.example": ONE})
    policy = policy_of(text, tmp_path)
    assert findings(policy) == ()
    [found] = findings(policy, None, {"b@b.example": B})
    assert "without U0AAA, U0BBB" in str(found)
    closed = policy_of(text.replace("required = false", "required = true"), tmp_path)
    assert findings(closed) == ()
    [found] = findings(closed, None, {"b@b.example": B})
    assert "not enough people can approve" in str(found)


@pytest.mark.parametrize(
    ("first", "second", "idle"),
    [
        ("", 'machines = ["vm-db*"]', True),
        ('machines = ["vm-*"]', 'machines = ["vm-db*", "VM-web??"]', True),
        ('machines = ["vm-?"]', 'machines = ["vm-*"]', False),
        ('machines = ["vm-db*"]', 'machines = ["vm-*"]', False),
        ('operations = ["failover"]', 'operations = ["failover", "commit"]', False),
        ('operations = ["failover", "commit"]', 'operations = ["commit"]', True),
        ('kinds = ["machine"]', 'operations = ["commit"]', False),
        ('kinds = ["machine", "plan"]', 'operations = ["commit"]', True),
        ('regions = ["westeurope"]', "", False),
        ('regions = ["westeurope"]', 'regions = ["westeurope"]', True),
        ("", 'regions = ["westeurope"]', True),
        ('tags = ["app=*"]', 'tags = ["app=shop"]', True),
        ('tags = ["app=shop"]', 'tags = ["app=shop", "tier"]', False),
        ('machines = ["*"]', 'plans = ["shop"]', False),
        ('plans = ["*"]', 'plans = ["shop"]', True),
        ("", 'operations = ["failover"]\nkinds = ["job"]', True),
        ('machines = ["vm-["]', 'machines = ["vm-[ab]"]', False),
    ],
)
def test_a_rule_that_can_never_match_is_found(
    first: str, second: str, idle: bool, tmp_path: Path
) -> None:
    """Whatever it matches, an earlier one matches; what only may overlap is not reported."""
    text = rule("first", f"{first}\n{GOOD}") + rule("second", f"{second}\n{GOOD}")
    found = findings(policy_of(text, tmp_path))
    assert [one.rule for one in found] == (["second"] if idle else [])
    assert all("it can never match" in one.sentence for one in found)


def test_two_rules_can_hide_a_third_together(tmp_path: Path) -> None:
    """Each takes one of its operations, and both are named."""
    text = (
        rule("a", f'operations = ["failover"]\n{GOOD}')
        + rule("b", f'operations = ["commit"]\n{GOOD}')
        + rule("c", f'operations = ["failover", "commit"]\n{GOOD}')
    )
    [found] = findings(policy_of(text, tmp_path))
    assert str(found) == (
        "rule “c”: it can never match: all that it matches is matched before, by “a”, “b”."
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('remind_after = "10m"', ""),
        ('remind_after = "1h"', "nobody is ever reminded: remind_after is 1h, and a request"),
        ('remind_after = "90s"\nrequest_lifetime = "1m"', "remind_after is 90s, and a request"),
        ('escalate_after = "30m"', "escalate_after without escalate_to"),
        ('escalate_to = ["@dr-owners"]', "escalate_to without escalate_after"),
        ('escalate_after = "30m"\nescalate_to = ["@dr-owners"]', ""),
        ('escalate_after = "2h"\nescalate_to = ["@dr-owners"]', "escalate_after is 2h"),
        ('escalate_after = "30m"\nescalate_to = ["@gone"]', "@gone is nobody"),
    ],
)
def test_reminders_that_come_to_nothing_are_found(more: str, said: str, tmp_path: Path) -> None:
    """Too late, without anybody to tell, or without a time."""
    known = {"@gone": frozenset[str](), "@dr-approvers": frozenset({A, B, C})}
    found = findings(policy_of(rule("x", f"{GOOD}{more}\n"), tmp_path), known)
    assert [said in str(one) for one in found] == ([True] if said else []), found
