"""The policy: the file as shipped, every way to get it wrong, and which rule decides."""

from pathlib import Path
from typing import Any

import pytest

from bot.domain.machines import Machine
from bot.domain.operations import CATALOGUE
from bot.domain.policy import (
    EVERYONE,
    Policy,
    ReprotectDefaults,
    Rule,
    Subject,
    handles,
    includes,
    load,
    read,
)
from bot.errors import Misconfigured, NotNow
from bot.settings import SHIPPED_POLICY
from tests.bot.samples import VAULT, hyper_v, machine

RULE = """
[[rule]]
name = "default"
may_ask = ["@dr-operators"]
may_approve = ["@dr-approvers"]
"""


NOBODY = "may_ask = []\nmay_approve = []\n"


def subject(one: Machine, **more: Any) -> Subject:
    """Make what a rule is compared with of a machine."""
    given: dict[str, Any] = {"kind": "machine", "name": one.name, "vault": one.vault}
    return Subject(**given | {"machine": one} | more)


def policy_of(text: str, folder: Path) -> Policy:
    """Read a policy from text."""
    path = folder / "policy.toml"
    path.write_text(text, "utf-8")
    return load(path)


def test_the_shipped_policy_asks_for_two_people() -> None:
    """Two approvals of dr-approvers, an hour to be approved, half an hour to be carried out."""
    policy = load(SHIPPED_POLICY)
    assert policy.may_look == (EVERYONE,)
    [rule] = policy.rules
    assert rule == Rule.model_validate(
        {
            "name": "default",
            "approvals": 2,
            "may_ask": ["@dr-operators"],
            "may_approve": ["@dr-approvers"],
            "request_lifetime": "1h",
            "remind_after": "10m",
            "approval_lifetime": "30m",
        }
    )


def test_a_rule_that_says_little_is_careful() -> None:
    """Whatever it leaves out is what the shipped policy says."""
    rule = Rule(name="x", may_ask=(), may_approve=())
    assert (rule.approvals, rule.request_lifetime, rule.approval_lifetime) == (2, 3600, 1800)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("rule = [", "not valid TOML"),
        ("", "at rule"),
        ("rule = []", "at rule"),
        ("rules = 3\n" + RULE, "at rules"),
        (RULE + 'colour = "red"', "at rule.0.colour"),
        (RULE + "approvals = 0", "at rule.0.approvals"),
        (RULE + "approvals = true", "at rule.0.approvals"),
        (RULE + 'approvals = "two"', "at rule.0.approvals"),
        (RULE + f"approvals = {10**30}", "at rule.0.approvals"),
        (RULE + 'operations = ["teleport"]', "at rule.0.operations.0"),
        (RULE + 'operations = [["failover"]]', "at rule.0.operations.0"),
        (RULE + 'operations = [{failover = "yes"}]', "at rule.0.operations.0"),
        (RULE + 'operations = "failover"', "at rule.0.operations"),
        (RULE + 'request_lifetime = "1 week"', "at rule.0.request_lifetime"),
        (RULE + 'request_lifetime = "0m"', "at rule.0.request_lifetime"),
        (RULE + "request_lifetime = 60", "at rule.0.request_lifetime"),
        (RULE + 'approval_lifetime = "99999999d"', "at rule.0.approval_lifetime"),
        (RULE + f'approval_lifetime = "{"9" * 5000}d"', "at rule.0.approval_lifetime"),
        (RULE.replace('"@dr-operators"', '"dr-operators"'), "at rule.0.may_ask.0"),
        (RULE.replace('"@dr-operators"', '"@DR Operators"'), "at rule.0.may_ask.0"),
        (RULE.replace('"@dr-operators"', "7"), "at rule.0.may_ask.0"),
        (RULE.replace('["@dr-operators"]', '"everyone"'), "at rule.0.may_ask"),
        (RULE.replace('name = "default"', 'name = ""'), "at rule.0.name"),
        (RULE.replace('may_approve = ["@dr-approvers"]', ""), "at rule.0.may_approve"),
        ('may_look = ["all"]\n' + RULE, "at may_look.0"),
        (RULE + "[reprotect.northeurope]\nstorage = 1", "at reprotect.northeurope"),
        (RULE + '[reprotect]\nnortheurope = "x"', "at reprotect.northeurope"),
    ],
)
def test_a_wrong_file_gets_one_sentence(text: str, key: str, tmp_path: Path) -> None:
    """It names the file and the key, and is short enough to be read."""
    with pytest.raises(Misconfigured) as caught:
        policy_of(text, tmp_path)
    sentence = caught.value.sentence
    assert str(tmp_path / "policy.toml") in sentence
    assert key in sentence
    assert "\n" not in sentence


def test_what_a_reprotect_takes_is_said_for_a_region_or_a_site(tmp_path: Path) -> None:
    """By the name of the option, whatever the casing of the place; nothing is said of others."""
    text = RULE + '[reprotect.Site-Delft]\nagent = "one"\nlog_storage_account = "x"\nrun_as = "me"'
    says = policy_of(text, tmp_path).reprotect_in("site-delft")
    assert [says.says(name) for name in ("agent", "log-storage", "run-as", "cache")] == [
        "one",
        "x",
        "me",
        "",
    ]
    assert not policy_of(text, tmp_path).reprotect_in("elsewhere").says("agent")


def test_every_option_of_a_reprotect_can_be_said_in_the_policy() -> None:
    """One that could not be looked up would fail on the night it is needed."""
    for option in CATALOGUE["reprotect"].verb.options:
        assert ReprotectDefaults().says(option.name) == ""


def test_a_file_that_cannot_be_read_gets_one_sentence(tmp_path: Path) -> None:
    """Missing, a folder, or no text at all."""
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00rule")
    for path, words in (
        (tmp_path / "none.toml", "No such file"),
        (tmp_path, "cannot be read"),
        (binary, "not valid TOML"),
    ):
        with pytest.raises(Misconfigured, match=words) as caught:
            load(path)
        assert str(path) in caught.value.sentence


def test_the_first_rule_that_matches_decides(tmp_path: Path) -> None:
    """By operation and by pattern of the machine's name, whatever its casing."""
    policy = policy_of(
        """
        [[rule]]
        name = "databases"
        operations = ["failover", "failback"]
        machines = ["vm-db*", "VM-SQL??"]
        approvals = 3
        may_ask = []
        may_approve = []
        [[rule]]
        name = "commits"
        operations = ["commit"]
        may_ask = []
        may_approve = []
        [[rule]]
        name = "web"
        machines = ["vm-web*"]
        may_ask = []
        may_approve = []
        """,
        tmp_path,
    )

    def decides(operation: str, name: str) -> str | None:
        rule = policy.rule_for(operation, subject(machine(name=name)))
        return rule.name if rule else None

    assert decides("failover", "VM-DB01") == "databases"
    assert decides("failover", "vm-sql07") == "databases"
    assert decides("commit", "vm-db01") == "commits"
    assert decides("commit", "vm-web01") == "commits"
    assert decides("failover", "vm-web01") == "web"
    assert decides("failover", "vm-app01") is None


@pytest.mark.parametrize(
    ("condition", "one", "decided"),
    [
        ('kinds = ["machine"]', machine(), "special"),
        ('kinds = ["job", "plan"]', machine(), "rest"),
        ('vaults = ["vault-d*"]', machine(), "special"),
        ('vaults = ["vault-other"]', machine(), "rest"),
        ('regions = ["westeurope"]', machine(), "special"),
        ('regions = ["West Europe", "north europe"]', machine(), "special"),
        ('regions = ["North Europe"]', machine(), "rest"),
        ('tags = ["app=shop"]', machine(tags={"App": "Shop"}), "special"),
        ('tags = ["tier", "app=shop"]', machine(tags={"tier": "gold"}), "special"),
        ('tags = ["app=sho"]', machine(tags={"app": "shop"}), "rest"),
        ('tags = ["app"]', machine(), "rest"),
        ('providers = ["a2a"]', machine(), "special"),
        ('providers = ["A2A"]', hyper_v(), "rest"),
        ('regions = ["westeurope"]\ntags = ["app"]', machine(), "rest"),
    ],
)
def test_rules_match_on_what_a_machine_is(
    condition: str, one: Machine, decided: str, tmp_path: Path
) -> None:
    """By sort, vault, region, tag and provider; of a list one has to fit, of all lists each."""
    special = f'[[rule]]\nname = "special"\n{condition}\n{NOBODY}'
    policy = policy_of(f'{special}[[rule]]\nname = "rest"\n{NOBODY}', tmp_path)
    found = policy.rule_for("failover", subject(one))
    assert found
    assert found.name == decided


def test_what_a_job_works_on_may_not_be_known(tmp_path: Path) -> None:
    """A rule that goes by the region is then not passed over, for it may be the stricter one."""
    special = f'[[rule]]\nname = "west"\nregions = ["westeurope"]\n{NOBODY}'
    policy = policy_of(f'{special}[[rule]]\nname = "rest"\n{NOBODY}', tmp_path)
    unknown = Subject(kind="job", name="vm-gone", vault=VAULT)
    with pytest.raises(NotNow, match="the machine vm-gone is not known"):
        policy.rule_for("cancel-job", unknown)


def test_a_rule_that_names_a_plan_comes_first(tmp_path: Path) -> None:
    """Wherever it stands; a plan that no rule names goes by the rules of its machines."""
    text = f'[[rule]]\nname = "all"\n{NOBODY}[[rule]]\nname = "shop"\nplans = ["shop"]\n{NOBODY}'
    policy = policy_of(text, tmp_path)
    for plan, decided in (("shop", "shop"), ("Shop", "shop"), ("other", "all")):
        found = policy.rule_for("failover", subject(machine(), kind="plan", plan=plan))
        assert found
        assert found.name == decided


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RULE + "\n\n# now\ncolour = 1", "rule.0.colour (line 9): there is no such key; there are"),
        (
            RULE + "aprovals = 3",
            "rule.0.aprovals (line 6): there is no such key; did you mean “app",
        ),
        (
            RULE + RULE + 'operations = [\n  "failover",\n  "faliover",\n]',
            "rule.1.operations.1 (li",
        ),
        (RULE + 'operations = ["reprotct"]', "did you mean “reprotect”?"),
        (RULE + 'providers = ["InMageRcn"]', "did you mean “InMageRcm”?"),
        (RULE + 'kinds = ["vm"]', "one of machine, plan, job."),
        (RULE + '[reprotect.west]\ndatstore = "x"', "reprotect.west.datstore (line 7)"),
        ('\n[[rule]]\nname = "x"\nmay_ask = []', "rule.0.may_approve (line 2): it is missing."),
        ("rules = 3\n" + RULE, "rules (line 1): there is no such key; did you mean “rule”?"),
        ("", "at rule: it is missing."),
    ],
)
def test_a_mistake_has_a_line_and_a_suggestion(text: str, said: str, tmp_path: Path) -> None:
    """The sentence leads to the spot, and says what may have been meant."""
    with pytest.raises(Misconfigured) as caught:
        policy_of(text, tmp_path)
    assert said in caught.value.sentence


NEEDS = """
[[rule]]
name = "two groups"
may_ask = []
[[rule.needs]]
of = ["@dr-approvers"]
[[rule.needs]]
count = 2
of = ["@owners", "U0BOSS00000"]
"""


def test_a_rule_may_need_several_lists(tmp_path: Path) -> None:
    """Together they are the approvers, and their counts the approvals."""
    [rule] = policy_of(NEEDS, tmp_path).rules
    assert rule.approvals == 3
    assert rule.may_approve == ("@dr-approvers", "@owners", "U0BOSS00000")
    assert [need.words for need in rule.needs] == [
        "1 of @dr-approvers",
        "2 of @owners, U0BOSS00000",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (NEEDS.replace("may_ask = []", "may_ask = []\napprovals = 2"), "say either needs, or app"),
        (NEEDS.replace("count = 2", "count = 0"), "at rule.0.needs.1.count (line 8)"),
        (NEEDS.replace('"U0BOSS00000"', '"boss"'), "at rule.0.needs.1.of.1 (line 9): a person is"),
        (NEEDS.replace("count", "cuont"), "cuont (line 8): there is no such key; did you mean “co"),
        ('[[rule]]\nname = "x"\nneeds = []\nmay_ask = []', "needs is empty"),
        ('[[rule]]\nname = "x"\nneeds = 3\nmay_ask = []', "at rule.0.needs"),
    ],
)
def test_a_wrong_need_is_named(text: str, said: str, tmp_path: Path) -> None:
    """By its place, its line and what is wrong with it."""
    with pytest.raises(Misconfigured) as caught:
        policy_of(text, tmp_path)
    assert said in caught.value.sentence


def test_every_mistake_is_found_at_once(tmp_path: Path) -> None:
    """Nobody has to start the bot once for each; what is missing comes last."""
    path = tmp_path / "policy.toml"
    path.write_text(RULE + 'approvals = 0\n\n[[rule]]\nname = "b"\ncolour = 1\nmay_ask = []\n')
    policy, wrong = read(path)
    assert policy is None
    assert [(one.key, one.line) for one in wrong] == [
        ("rule.0.approvals", 6),
        ("rule.1.colour", 10),
        ("rule.1.may_approve", 8),
    ]
    with pytest.raises(Misconfigured, match="And 2 more"):
        load(path)


def test_an_unknown_or_empty_group_is_nobody() -> None:
    """Only those who are named, by id, by a group that has them, or as everyone."""
    groups = {"@ops": frozenset({"U1"}), "@empty": frozenset[str]()}
    assert includes(("@ops",), "U1", groups)
    assert includes(("U2", "@ops"), "U2", groups)
    assert includes((EVERYONE,), "U3", groups)
    assert not includes(("@ops",), "U2", groups)
    assert not includes(("@empty", "@unknown"), "U1", groups)
    assert not includes((), "U1", groups)


def test_the_groups_to_ask_slack_for_are_those_that_are_named() -> None:
    """Ids and everyone need no question."""
    assert handles(("@a", "U1", EVERYONE), ("@b", "@a")) == {"@a", "@b"}


def test_the_version_follows_the_meaning_not_the_layout(tmp_path: Path) -> None:
    """Comments and order of keys do not matter; one more approval does."""
    plain = policy_of(RULE, tmp_path).version
    assert policy_of("# A comment\n" + RULE + "\napprovals = 2\n", tmp_path).version == plain
    assert policy_of(RULE + "approvals = 3", tmp_path).version != plain


def test_who_may_ask_at_all_stops_behind_a_rule_that_takes_everything(tmp_path: Path) -> None:
    """What a later rule says counts no more, but for plans, which it may name."""
    people = 'may_approve = ["everyone"]'
    rules = [
        f'name = "a"\noperations = ["commit"]\nmachines = ["vm-a*"]\nmay_ask = ["@a"]\n{people}',
        f'name = "b"\noperations = ["commit", "failover"]\nmay_ask = ["@b", "@a"]\n{people}',
        f'name = "c"\nplans = ["plan-*"]\nmay_ask = ["@c"]\n{people}',
        f'name = "d"\nmay_ask = ["@d"]\n{people}',
    ]
    policy = policy_of("".join(f"[[rule]]\n{rule}\n" for rule in rules), tmp_path)
    assert policy.who_may_ask("commit") == ("@a", "@b", "@c")
    assert policy.who_may_ask("failover") == ("@b", "@a", "@c")
    assert policy.who_may_ask("cleanup") == ("@c", "@d")
