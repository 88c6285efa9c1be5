"""Machines and jobs in our words, with the odd things that Azure says."""

import pytest

from bot.domain.machines import position, same_id, segment
from tests.bot.samples import ITEM, VAULT, failed_over, job, machine, turned_round


@pytest.mark.parametrize("change", [str.upper, str.lower, str.title])
def test_the_casing_of_an_id_says_nothing(change: object) -> None:
    """Azure returns ids in whatever casing it likes; names come back as they stand there."""
    assert callable(change)
    odd = change(ITEM)
    assert same_id(odd, ITEM)
    assert segment(odd, "replicationProtectedItems") == change("item-web01")
    assert segment(odd, "vaults").casefold() == "vault-dr"
    assert machine(id=odd).container == odd[: odd.casefold().index("/replicationprotecteditems/")]


def test_a_segment_is_found_by_its_name_alone() -> None:
    """Not by position; what is not there is empty, and a query is not part of a name."""
    assert segment(f"{VAULT}/replicationJobs/j1?api-version=1", "replicationJobs") == "j1"
    assert segment(VAULT, "replicationJobs") == ""
    assert segment("", "vaults") == ""


@pytest.mark.parametrize(
    ("one", "words", "here", "there", "away"),
    [
        (machine(), "at home", "West Europe", "North Europe", False),
        (failed_over(), "failed over", "North Europe", "West Europe", True),
        (turned_round(), "away, replicating back", "North Europe", "West Europe", True),
        (turned_round(active="Recovery"), "failed back", "West Europe", "North Europe", False),
    ],
)
def test_where_a_machine_stands(one: object, words: str, here: str, there: str, away: bool) -> None:
    """Around the whole circle: out, turned round, and home again."""
    assert isinstance(one, type(machine()))
    assert (position(one), one.here, one.there, one.away) == (words, here, there, away)
    assert one.home == "West Europe"


def test_a_region_without_a_name_is_called_by_its_code() -> None:
    """And one without either is unknown; neither is ever blank on a card."""
    nameless = machine(region_names={})
    assert (nameless.here, nameless.there) == ("westeurope", "northeurope")
    assert machine(primary_region="", region_names={}).here == "an unknown region"


@pytest.mark.parametrize(
    ("state", "ended", "running", "good", "cancelled"),
    [
        ("NotStarted", False, True, False, False),
        ("InProgress", False, True, False, False),
        ("Suspended", False, True, False, False),
        ("Cancelling", False, True, False, False),
        ("InProgress", True, True, False, False),
        ("Succeeded", True, False, True, False),
        ("Succeeded", False, False, True, False),
        ("CompletedWithInformation", True, False, True, False),
        ("CompletedWithWarnings", True, False, True, False),
        ("Failed", True, False, False, False),
        ("Failed", False, False, False, False),
        ("Cancelled", True, False, False, True),
        ("Canceled", True, False, False, True),
        ("HeldByOrbit", False, True, False, False),
        ("HeldByOrbit", True, False, False, False),
        ("", False, True, False, False),
    ],
)
def test_how_a_job_stands(
    state: str, ended: bool, running: bool, good: bool, cancelled: bool
) -> None:
    """An unknown state runs until it has an end, and is never taken for success."""
    one = job(state, ended=job("Succeeded").ended if ended else None)
    assert (one.running, one.good, one.cancelled) == (running, good, cancelled)


def test_a_job_is_ours_when_its_activity_begins_with_our_id() -> None:
    """In any casing; the correlation id behind it is Azure's."""
    one = job(activity="AAAA-1 ActivityId: bbbb-2")
    assert one.begun_by("aaaa-1")
    assert not one.begun_by("bbbb-2")
    assert not job().begun_by("aaaa-1")
