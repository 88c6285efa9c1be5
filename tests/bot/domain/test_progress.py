"""How far several machines are: counted, and told at milestones, each once."""

from bot.domain.fleets import Fleet, Member
from bot.domain.progress import (
    FEW,
    Progress,
    milestone_words,
    milestones,
    progress_of,
    stands,
    which,
)
from bot.domain.request import FINAL, Outcome, State
from tests.gallery.several import fleet


def far(**states: int) -> Progress:
    """Say how many are in which state."""
    known = {State(state): count for state, count in states.items()}
    return Progress(total=sum(known.values()), states=known)


def known(some: Fleet, *states: State) -> dict[str, Outcome]:
    """Say how the first machines stand."""
    pairs = zip(some.members, states, strict=False)
    return {one.request: Outcome(name=one.name, state=state) for one, state in pairs}


def names(some: list[tuple[Member, Outcome]], state: State) -> list[str]:
    """Name those that are in a state."""
    return [member.name for member, one in some if one.state is state]


def test_what_was_not_begun_waits_to_be_submitted() -> None:
    """Its request does not exist yet, so nothing is known of how it stands."""
    some = fleet(3)
    now = progress_of(some, known(some, State.SUCCEEDED, State.RUNNING))
    assert (now.total, now.unsent, now.ended, now.percent) == (3, 1, 1, 33)


def test_what_never_started_is_not_on_its_way() -> None:
    """It waits for a person, not for its turn."""
    some = fleet(2)
    stuck = Outcome(name="vm-web01", state=State.APPROVED, needs_nod=True)
    now = progress_of(some, {some.members[0].request: stuck})
    assert (now.stuck, now.unsent) == (1, 1)


def test_what_is_still_open_when_all_has_ended_was_lost() -> None:
    """Its record is gone or not ours: a person has to look in the portal."""
    some = fleet(2)
    found = stands(some.members, known(some, State.SUCCEEDED), ended=True)
    assert names(found, State.UNKNOWN) == ["vm-web02"]
    assert "look in the portal" in found[1][1].why


def test_milestones_are_passed_one_after_the_other() -> None:
    """All are submitted, a quarter has ended, and so on; the end is told by itself."""
    assert milestones(far(approved=1, running=99)) == ()
    assert milestones(far(running=100)) == ("sent",)
    assert milestones(far(approved=10, running=65, succeeded=20, failed=5)) == ("25",)
    assert milestones(far(running=20, succeeded=80)) == ("sent", "25", "50", "75")
    assert milestones(far(succeeded=99, failed=1)) == ()


def test_a_few_machines_have_no_milestones() -> None:
    """Each of them is told by itself."""
    assert milestones(far(running=10, succeeded=FEW - 10)) == ()
    assert milestones(far(running=10, succeeded=FEW - 9)) == ("sent", "25", "50")


def test_of_several_milestones_at_once_the_highest_is_said() -> None:
    """With how those that ended did, the worst first."""
    now = far(running=500, succeeded=480, failed=15, void=5)
    assert milestone_words(now, ["sent", "25", "50"]) == (
        "All 1,000 are submitted to Azure. 50 %: 500 of 1,000 have ended: 15 failed, 5 void, "
        "480 succeeded."
    )
    assert milestone_words(now, ["sent"]) == "All 1,000 are submitted to Azure."


def test_every_machine_can_be_chosen_by_how_it_stands() -> None:
    """Whatever ended otherwise than well is found among the failed."""
    words = {state: which(Outcome(name="vm", state=state)) for state in State}
    assert {state for state, word in words.items() if word == "failed"} == FINAL - {State.SUCCEEDED}
    assert set(words.values()) == {"failed", "unknown", "running", "waiting", "succeeded"}
