"""Incidents: what is typed to declare one, what its channel is called, and what belongs to it."""

from typing import Any

import pytest

from bot.doctor.policy import lists_of
from bot.domain.incidents import (
    Incident,
    Update,
    belongs,
    channel_names,
    named_first,
    read_declaration,
    read_update,
    there_already,
)
from bot.domain.policy import Policy
from bot.domain.request import State
from bot.domain.situation import situation
from bot.errors import Misunderstood
from tests.bot.samples import ANN, NOW, in_state, request


def incident(**more: Any) -> Incident:
    """Make an incident."""
    given = {
        "id": "I-7K2M9P", "entry": 1, "title": "West Europe down", "by": ANN, "at": NOW,
        "until": NOW + 1, "channel": "C1", "place": "made",
    }  # fmt: skip
    return Incident.model_validate(given | more)


@pytest.mark.parametrize(
    ("line", "title", "region", "here"),
    [
        ('"West Europe down" region:westeurope', "West Europe down", "westeurope", False),
        ('region:"West Europe" "It is dark"', "It is dark", "West Europe", False),
        ("it is dark region:westeurope", "it is dark", "westeurope", False),
        ('"it is dark" here', "it is dark", "", True),
        ('"it is dark" channel:here', "it is dark", "", True),
        ('"region:x is down"', "is down", "x", False),
        ("nobody is here", "nobody is here", "", False),
    ],
)
def test_a_declaration(line: str, title: str, region: str, here: bool) -> None:
    """A title, with or without quotes, a region, and whether this channel is taken over."""
    said = read_declaration(line)
    assert (said.title, said.region, said.here) == (title, region, here)


@pytest.mark.parametrize(
    "line",
    ["", '""', "region:x", "x region:a region:b", '"x" y', "x channel:#ops", "x" * 121],
)
def test_no_declaration(line: str) -> None:
    """What has no title, or says something that cannot be told."""
    with pytest.raises(Misunderstood):
        read_declaration(line)


@pytest.mark.parametrize(
    ("line", "update"),
    [
        ("it is dark", Update(conditions="it is dark")),
        ("conditions: dark ACTIONS: torch", Update(conditions="dark", actions="torch")),
        ("needs: a torch needs: two", Update(needs="a torch two")),
        ("dark conditions: very", Update(conditions="dark very")),
    ],
)
def test_an_update(line: str, update: Update) -> None:
    """Its parts by their names, or all of it as conditions."""
    assert read_update(line) == update


def test_an_empty_update() -> None:
    """Names of parts alone say nothing."""
    with pytest.raises(Misunderstood):
        read_update("conditions: actions: needs:")


@pytest.mark.parametrize(
    ("title", "template", "name"),
    [
        ("West Europe down", "dr-{date}-{slug}", "dr-20260301-west-europe-down"),
        ("Überfall: Zürich!", "dr-{slug}", "dr-uberfall-zurich"),
        ("東京", "dr-{slug}", "dr-incident"),
        ("x", "inc-{region}-{id}", "inc-azure-7k2m9p"),
    ],
)
def test_the_name_of_a_channel(title: str, template: str, name: str) -> None:
    """By the template, in the letters that Slack takes."""
    at = 1_772_368_200_000  # a noon in March
    first, second = channel_names(template, incident(title=title, at=at))
    assert first == name
    assert second == f"{name}-7k2m9p"


def test_a_name_is_never_too_long() -> None:
    """Eighty characters are the most, also with the id behind it."""
    first, second = channel_names("dr-{date}-{slug}", incident(title="very long " * 12))
    assert len(second) <= 80
    assert second.startswith(first)


def test_an_id_comes_first() -> None:
    """A note may begin with which incident it is about."""
    assert named_first("i-7k2m9p it is up") == ("I-7K2M9P", "it is up")
    assert named_first("it is up") == ("", "it is up")


def test_what_is_there_already() -> None:
    """A region has one, and so has a channel that is its own; the default channel has many."""
    one = incident(region="westeurope")
    assert there_already([one], "westeurope", "x", "C9") is one
    assert there_already([one], "northeurope", "x", "C1") is one
    assert there_already([one], "northeurope", "x", "C9") is None
    shared = incident(region="westeurope", place="default")
    assert there_already([shared], "northeurope", "x", "C1") is None
    assert there_already([incident()], "", "west europe DOWN", "C9") == incident()


def test_what_belongs_to_an_incident() -> None:
    """What was asked for in its channel, while it was open; of two that share it, the later."""
    asked = request(channel="C1", asked_at=NOW + 5)
    first, later = incident(place="default"), incident(id="I-222222", at=NOW + 3, place="default")
    assert belongs(asked, first, [first])
    assert not belongs(asked, first, [first, later])
    assert belongs(asked, later, [first, later])
    assert not belongs(asked, incident(channel="C2"), [])
    assert not belongs(asked, incident(closed_at=NOW + 4), [])
    assert not belongs(request(channel="C1", asked_at=NOW - 1), first, [first])


def test_what_a_situation_is() -> None:
    """Failed over is unprotected until a reprotect is done; what waits is told from what runs."""
    waits = request(id="R-222222")
    runs = in_state(State.RUNNING, id="R-333333")
    over = in_state(State.SUCCEEDED, id="R-444444", closed_at=NOW + 100_000)
    failed = in_state(State.FAILED, id="R-555555", why="Azure could not.")
    seen = situation([waits, runs, over, failed], [], NOW - 60_000)
    assert [one.request for one in seen.waiting] == ["R-222222"]
    assert [one.request for one in seen.running] == ["R-333333"]
    assert [one.name for one in seen.moved] == [over.name]
    assert [one.name for one in seen.unprotected] == [over.name]
    assert [one.why for one in seen.failed] == ["Azure could not."]
    assert [one.name for one in seen.back] == [over.name]
    again = in_state(State.SUCCEEDED, id="R-666666", operation="reprotect", closed_at=NOW + 200_000)
    assert not situation([over, again], []).unprotected


def test_the_doctor_looks_at_everybody_whom_the_policy_names_for_incidents() -> None:
    """A group that is missing would leave nobody to close one."""
    said = {"may_declare": ["@a"], "may_close": ["@b"], "invite": ["@c"]}
    rule = {"name": "x", "may_ask": ["@d"], "may_approve": ["@e"]}
    policy = Policy.model_validate({"incident": said, "rule": [rule]})
    assert {"@a", "@b", "@c"} <= {one for some in lists_of(policy) for one in some}
    assert (policy.may_declare, policy.may_close, policy.invited) == (("@a",), ("@b",), ("@c",))


def test_who_may_when_the_policy_does_not_say() -> None:
    """Whoever may ask for anything declares and closes; those who may approve are invited, too."""
    rule = {"name": "x", "may_ask": ["@d", "everyone"], "may_approve": ["@e"]}
    policy = Policy.model_validate({"rule": [rule]})
    assert policy.may_declare == policy.may_close == ("@d", "everyone")
    assert policy.invited == ("@d", "@e")
    nobody = Policy.model_validate({"incident": {"may_declare": []}, "rule": [rule]})
    assert nobody.may_declare == nobody.may_close == ()
