"""When many machines will be through, as an estimate, and only while there is one."""

from bot.domain.forecast import Forecast, Pace, forecast, unsent_by_subscription
from bot.domain.request import Outcome, State
from tests.bot.samples import VAULT
from tests.gallery.several import fleet, member

NOW = 1_000_000
QUEUE = Pace(queued=0, last=0, free=0, per_second=10)


def running(*sent_at: int) -> dict[str, Outcome]:
    """Say when machines that run were sent."""
    return {
        f"R-7K2M9P.{number}": Outcome(name="vm", state=State.RUNNING, sent_at=at)
        for number, at in enumerate(sent_at, 1)
    }


def test_what_is_unsent_is_counted_by_subscription() -> None:
    """Each has a bucket of its own; what never started waits for a person and not for its turn."""
    other = member(4, vault=VAULT.replace("5ab1", "9CD2"))
    some = fleet(3).model_copy(update={"members": (*fleet(3).members, other)})
    stuck = Outcome(name="vm-web01", state=State.APPROVED, needs_nod=True)
    sent = Outcome(name="vm-web02", state=State.RUNNING)
    first, second, *_ = some.members
    known = {first.request: stuck, second.request: sent}
    assert unsent_by_subscription(some, known) == {"5ab1": 1, "9cd2": 1}


def test_those_without_a_place_come_behind_the_last_that_has_one() -> None:
    """A tenth of a second each, at ten a second."""
    pace = Pace(queued=100, last=10.0, free=0, per_second=10)
    found = forecast({}, {"a": 150}, {"a": pace}, None, NOW)
    assert found == Forecast(unsent=150, per_minute=600, last_sent=NOW + 15_000, end=0)


def test_what_goes_at_once_is_not_waited_for() -> None:
    """As long as there is something left of the burst."""
    pace = Pace(queued=0, last=0, free=120, per_second=10)
    assert forecast({}, {"a": 150}, {"a": pace}, None, NOW).last_sent == NOW + 3_000
    assert forecast({}, {"a": 100}, {"a": pace}, None, NOW).last_sent == NOW


def test_the_slower_of_two_subscriptions_decides() -> None:
    """They go on at the same time."""
    paces = {"a": QUEUE, "b": Pace(queued=0, last=0, free=0, per_second=1)}
    found = forecast({}, {"a": 100, "b": 20}, paces, None, NOW)
    assert (found.unsent, found.per_minute, found.last_sent) == (120, 660, NOW + 20_000)


def test_the_end_follows_from_the_last_that_is_sent() -> None:
    """The last of those that wait, or the last of those that run."""
    assert forecast(running(NOW - 5_000), {"a": 20}, {"a": QUEUE}, 60, NOW).end == NOW + 62_000
    found = forecast(running(NOW - 9_000, NOW - 5_000), {}, {}, 60, NOW)
    assert found == Forecast(end=NOW + 55_000)


def test_an_end_that_has_passed_is_not_named() -> None:
    """It takes longer than usual: nobody can tell how long."""
    assert forecast(running(NOW - 90_000), {}, {}, 60, NOW) == Forecast()


def test_without_experience_there_is_no_end() -> None:
    """Nothing of the sort was done before."""
    assert forecast(running(NOW), {}, {}, None, NOW) == Forecast()
