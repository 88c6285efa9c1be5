"""When people are reminded to commit, and when a machine should be protected again."""

from bot.domain.reminders import Kind, Round
from bot.domain.windows import Committing, Exposed, held_until, reminder_due

HOUR = 3_600_000
SINCE = 1_000 * HOUR
HOURLY = Committing.model_construct(remind_every=3600, hold=4 * 3600)


def reminded(number: int) -> Round:
    """Have been reminded so often."""
    return Round(mark=f"window:{number}", kind=Kind.WINDOW, at=SINCE, number=number)


def held(until: int) -> Round:
    """Be held until then."""
    return Round(mark="hold:1", kind=Kind.HOLD, at=until)


def test_a_reminder_is_due_once_in_each_interval() -> None:
    """Of those that were missed only the latest comes."""
    assert reminder_due(SINCE, SINCE + HOUR - 1, (), HOURLY) is None
    first = reminder_due(SINCE, SINCE + HOUR, (), HOURLY)
    assert first is not None
    assert first.number == 1
    assert reminder_due(SINCE, SINCE + HOUR, (first,), HOURLY) is None
    late = reminder_due(SINCE, SINCE + 5 * HOUR, (first,), HOURLY)
    assert late is not None
    assert (late.mark, late.number) == ("window:5", 5)


def test_nobody_is_reminded_while_somebody_holds_it() -> None:
    """The latest hold counts; when it is over, the reminder that was kept back comes at once."""
    rounds = (reminded(1), held(SINCE + 4 * HOUR), held(SINCE + 6 * HOUR))
    assert held_until(rounds) == SINCE + 6 * HOUR
    assert reminder_due(SINCE, SINCE + 5 * HOUR, rounds, HOURLY) is None
    assert reminder_due(SINCE, SINCE + 6 * HOUR, rounds, HOURLY) is not None


def test_without_an_interval_or_a_failover_nobody_is_reminded() -> None:
    """As it is when the policy says nothing."""
    assert reminder_due(SINCE, SINCE + 99 * HOUR, (), Committing()) is None
    assert reminder_due(0, SINCE, (), HOURLY) is None


def test_the_end_is_expected_where_there_is_a_history_and_a_reprotect() -> None:
    """And nobody names one otherwise."""
    bare = Exposed(since=SINCE, request="R-7K2M9P")
    assert bare.ends == 0
    begun = bare.model_copy(update={"reprotect": "R-2B8H4T", "reprotect_at": SINCE + HOUR})
    assert begun.ends == 0
    assert begun.model_copy(update={"expected": 1800}).ends == SINCE + HOUR + HOUR // 2
