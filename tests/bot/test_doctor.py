"""What the doctor concludes from what it sees: pure, with the borders between the grades."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from bot.doctor.azure import beside, groups_of, rights, speed
from bot.doctor.clocks import clocks
from bot.doctor.places import together
from bot.doctor.redis import copies, lasting, promptness, room
from bot.doctor.slack import incidents, of_rule, scopes
from bot.doctor.workers import alive
from bot.domain.clocks import skews
from bot.domain.diagnosis import Diagnosis, Grade, Subject, verdict
from bot.domain.exposure import exposure, region_of_redis
from bot.domain.grants import Grant, allows
from bot.domain.scopes import NEEDED
from bot.gateways.azure.rights import ACTIONS, lacks
from bot.gateways.dates import ahead
from bot.gateways.redis import Facts
from bot.gateways.redis.server import COMMANDS
from bot.gateways.slack import Channel
from bot.settings import Settings
from tests.bot.samples import machine

IT = Subject("It")
RG = "/subscriptions/s/resourceGroups/"
SOUND = Facts(
    server="Valkey", version="9.1", append_only=True, eviction="noeviction", confirms=True
)


def grades(found: Iterable[Diagnosis]) -> list[str]:
    """Return the grades alone."""
    return [one.grade.value for one in found]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, ["good", "good"]),
        ({"too_old": True, "confirms": False}, ["good", "bad", "good", "care"]),
        ({"append_only": False}, ["good", "bad"]),
        ({"failing": ("a snapshot", "the file")}, ["good", "good", "bad", "bad"]),
    ],
)
def test_what_lasts(facts: dict[str, object], expected: list[str]) -> None:
    """A server that is old, forgets, or whose disk is full."""
    assert grades(lasting(SOUND.model_copy(update=facts), IT)) == expected


@pytest.mark.parametrize(
    ("used", "most", "expected"),
    [(79, 100, []), (80, 100, ["care"]), (95, 100, ["bad"]), (99, 0, [])],
)
def test_room_is_left(used: int, most: int, expected: list[str]) -> None:
    """Without a limit there is always some."""
    facts = SOUND.model_copy(update={"used": used, "most": most})
    assert grades(room(facts, IT)) == expected


def test_replicas_are_as_many_as_have_to_confirm() -> None:
    """None wanted and none there is not worth a word."""
    two = SOUND.model_copy(update={"replicas": 2})
    assert grades(copies(SOUND, 0, IT)) == []
    assert grades(copies(two, 2, IT)) == ["good"]
    assert grades(copies(two, 3, IT)) == ["bad"]


def test_a_write_is_prompt_or_not() -> None:
    """The server's policy says so, and trying it where that may not be asked."""
    for policy, tried, grade in (
        ("always", True, "good"),
        ("always", False, "good"),
        ("everysec", True, "care"),
        ("", True, "good"),
        ("", False, "care"),
    ):
        assert promptness(policy, tried, IT).grade == grade


@pytest.mark.parametrize(
    ("count", "since", "grade", "words"),
    [
        (2, 1.0, "good", "2 workers at work"),
        (0, 1.0, "good", "1 worker at work"),
        (0, None, "bad", "No worker runs: what is approved is not sent."),
        (0, 3600.0, "bad", "The last one did 1 h ago."),
        (1, None, "bad", "1 worker can be heard, and none looks after what waits."),
        (1, 31.0, "bad", "The last one did 31 s ago."),
    ],
)
def test_workers_are_alive(count: int, since: float | None, grade: str, words: str) -> None:
    """To be heard is not enough: they have to do their work."""
    said = alive(count, since, IT)
    assert (said.grade.value, words in said.sentence) == (grade, True), said.sentence


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"Redis": 1.0, "Slack": 4.0, "Azure": 0.5}, []),
        ({"Redis": 7.0, "Slack": 7.0, "Azure": 7.0}, [("this host", "care")]),
        ({"Redis": 0.0, "Slack": 61.0, "Azure": 62.0}, [("this host", "bad"), ("Redis", "bad")]),
        ({"Redis": 120.0, "Slack": 0.0, "Azure": 0.0}, [("Redis", "bad")]),
        ({"Redis": 0.0, "Slack": 0.0, "Azure": -30.0}, [("Azure", "care")]),
        ({"Redis": 9.0}, [("Redis", "care")]),
    ],
)
def test_the_clock_that_stands_alone_is_wrong(
    told: dict[str, float], said: list[tuple[str, str]]
) -> None:
    """Slack and Azure are right when they agree."""
    found = [one for one in clocks(told, IT) if one.grade is not Grade.GOOD]
    assert [(one.sentence[13:].partition(" is ")[0], one.grade.value) for one in found] == said
    assert all(one.advice for one in found)
    assert len(skews(told, "this host")) == len(told) + 1


def test_a_date_says_how_far_a_clock_is_ahead() -> None:
    """Half of the second that a header cuts off is given back; nonsense says nothing."""
    assert ahead("Thu, 01 Jan 1970 00:00:10 GMT", 10.5) == 0
    assert ahead("Thu, 01 Jan 1970 00:01:10 GMT", 10.0) == 60.5
    assert ahead("yesterday", 0) is None
    assert ahead(None, 0) is None


@pytest.mark.parametrize(
    ("pattern", "action", "given"),
    [
        ("*", "Microsoft.Compute/virtualMachines/read", True),
        ("*/read", "microsoft.compute/VIRTUALMACHINES/read", True),
        ("*/read", "Microsoft.Compute/virtualMachines/write", False),
        ("Microsoft.Compute/*/read", "Microsoft.Compute/virtualMachines/read", True),
        ("Microsoft.Compute/*", "Microsoft.ComputeX/virtualMachines/read", False),
        ("Microsoft.Compute/virtualMachines/read", "Microsoft-Compute/virtualMachines/read", False),
    ],
)
def test_a_star_stands_for_anything(pattern: str, action: str, given: bool) -> None:
    """And a dot for a dot."""
    assert allows([Grant(actions=(pattern,))], action) is given


def test_what_one_role_takes_out_another_may_give() -> None:
    """As in Azure, where `NotActions` is no ban."""
    reader = Grant(actions=("*",), not_actions=("*/write",))
    assert not allows([reader], "A/b/write")
    assert allows([reader, Grant(actions=("A/*",))], "A/b/write")
    assert not allows([], "A/b/read")


def test_each_action_of_the_role_has_its_consequence() -> None:
    """What is missing is named, each with what will not work; with all of them, nothing is."""
    assert lacks([Grant(actions=ACTIONS)], ACTIONS) == ()
    named = lacks([], ACTIONS)
    assert [one.action for one in named] == list(ACTIONS)
    assert all(one.without and not one.without.endswith(".") for one in named)
    assert {one.action for one in named if one.minor} & {
        one for one in ACTIONS if not one.endswith("/read")
    } == set()


def test_rights_are_said_one_by_one_or_all_at_once() -> None:
    """Forty lines of the same say less than one."""
    every = lacks([], ACTIONS)
    assert grades(rights("v", (), 3, IT)) == ["good"]
    assert grades(rights("v", every, len(ACTIONS), IT)) == ["bad"]
    assert len(list(rights("v", every[:5], len(ACTIONS), IT))) == 5
    assert speed("v", 6.0, IT).grade is Grade.CARE


def test_what_is_lacking_beside_is_said_once_for_all_groups() -> None:
    """Twenty groups of the same lack are one line."""
    everything = Grant(actions=("*",))
    assert grades(beside({}, IT)) == []
    assert grades(beside({f"{RG}rg-a": [everything]}, IT)) == ["good"]
    found = list(beside({f"{RG}rg-{n}": [] for n in range(9)} | {f"{RG}rg-x": [everything]}, IT))
    assert grades(found) == ["bad", "care", "care"]
    assert found[0].sentence.startswith("resource groups rg-0, rg-1, rg-2, rg-3, rg-4 and 4 more: ")


def test_resource_groups_of_machines_are_looked_at_once() -> None:
    """Whatever the casing of the ids; machines on premises have none."""
    here = "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/vm"
    one = machine(source_vm=here, failed_over_vm=here.lower())
    site = machine(source_vm=here.replace("RG", "other"), provider="HyperVReplicaAzure")
    assert groups_of([one, one, site]) == ["/subscriptions/S/resourceGroups/RG"]


def test_who_burns_together() -> None:
    """What is in two regions outlives each; away from home it is the rule, and only said."""
    home = machine(name="vm-a")
    away = machine(name="vm-b", active="Recovery")
    assert home.runs_in == "westeurope"
    assert exposure([], [home]) == exposure(["swedencentral"], [home, away]) == ()
    assert exposure(["West Europe", "northeurope"], [home]) == ()
    (both,) = exposure(["West Europe"], [home, away])
    assert (both.home, both.away) == (("vm-a",), ())
    assert grades(together("It", [both], "", IT)) == ["bad"]
    assert grades(together("It", exposure(["northeurope"], [away]), "", IT)) == ["care"]
    assert exposure(["westeurope"], [home.model_copy(update={"provider": "InMageRcm"})]) == ()
    many = exposure(["westeurope"], [machine(name=f"vm-{n}") for n in range(5)])[0]
    assert many.words.endswith("where vm-0, vm-1, vm-2 and 2 more run")


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("dr.westeurope.redis.azure.net", "westeurope"),
        ("DR.NorthEurope.redisenterprise.cache.azure.net", "northeurope"),
        ("dr.redis.cache.windows.net", ""),
        ("dr.westeurope.redis.azure.net.evil.example", ""),
        ("", ""),
    ],
)
def test_the_name_of_a_managed_redis_tells_its_region(host: str, region: str) -> None:
    """Others tell nothing."""
    assert region_of_redis(host) == region


@pytest.mark.parametrize(
    ("environ", "regions"),
    [
        ({}, ()),
        ({"DR_REGION": "westeurope, northeurope,"}, ("westeurope", "northeurope")),
        ({"REGION_NAME": "West Europe"}, ("West Europe",)),
        ({"DR_REGION": "uksouth", "REGION_NAME": "West Europe"}, ("uksouth",)),
    ],
)
def test_where_the_bot_runs(environ: dict[str, str], regions: tuple[str, ...]) -> None:
    """What is set comes before what App Service says."""
    needed = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "REDIS_URL": "redis://localhost",
        "DR_CHANNEL": "#x",
        "DR_VAULTS": "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices"
        "/vaults/v",
    }
    assert Settings.read(needed | environ).regions == regions


def test_scopes_are_judged_both_ways() -> None:
    """The optional one is never needless; without a word from Slack nothing is claimed."""
    all_of_them = frozenset(NEEDED)

    def judged(granted: frozenset[str] | None, by_address: bool = False) -> list[str]:
        return grades(scopes(granted, by_address=by_address, subject=IT))

    assert judged(all_of_them) == judged(all_of_them | {"users:read.email"}) == ["good"]
    assert judged(all_of_them, by_address=True) == ["bad"]
    assert judged(frozenset()) == ["bad"] * len(NEEDED)
    assert judged(all_of_them | {"groups:history", "reactions:write"}) == ["care", "care"]
    assert judged(None) == ["care"]


def test_channels_are_judged() -> None:
    """Missing, archived, not joined, shared; public and private are said."""
    fine = Channel(id="C1", name="x", member=True, shared=False, archived=False, private=True)
    for changes in ({"archived": True}, {"member": False}, {"shared": True}):
        wrong = fine.model_copy(update=changes)
        assert incidents("#x", wrong, IT).grade is Grade.BAD
        assert grades(of_rule("#x", "r", wrong, IT)) == ["bad"]
    assert incidents("#x", None, IT).grade is Grade.BAD
    assert grades(of_rule("#x", "r", None, IT)) == ["bad"]
    assert "which is private" in incidents("#x", fine, IT).sentence
    assert grades(of_rule("#x", "r", fine, IT)) == []


def test_every_command_of_our_scripts_is_tried(checkout: Path) -> None:
    """A script that calls another command has to have it looked for."""
    sources = [*(checkout / "bot").rglob("*.lua"), *(checkout / "bot/gateways/redis").glob("*.py")]
    text = "".join(one.read_text("utf-8") for one in sources)
    called = set(re.findall(r"redis\.call\('(\w+)'", text))
    assert len(called) > 8
    assert called - {*COMMANDS, "TIME"} == set()


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([IT.good("x")], "All is well."),
        ([IT.good("x"), IT.care("y")], "Everything will work; 1 of 2 things should be known."),
        ([IT.bad("x"), IT.care("y")], "1 of 2 things looked at will not work."),
    ],
)
def test_the_verdict(found: list[Diagnosis], said: str) -> None:
    """The worst decides."""
    assert verdict(found) == said
