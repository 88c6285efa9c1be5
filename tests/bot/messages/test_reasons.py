"""Machines that have the same to say are named together."""

from bot.messages.reasons import by_reason, names

QUOTA = "The region has no room left for {name} (QuotaExceeded)"


def test_what_differs_by_the_name_alone_is_one_reason() -> None:
    """Their own names, ids and times are left out of it."""
    some = [(name, QUOTA.format(name=name)) for name in ("vm-1", "vm-2")]
    assert by_reason(some, 5, "") == [
        "• *vm-1*, *vm-2* — The region has no room left for … (QuotaExceeded)"
    ]
    ids = ["3b0d7a7e-4f7c-4b86-9a63-0c6a5a1e2f10", "7c9e6679-7425-40de-944b-e07fc1f90ae7"]
    lost = [(f"vm-{at}", f"Lost {one} at 2026-03-01T12:0{at}:00Z.") for at, one in enumerate(ids)]
    assert by_reason(lost, 5, "") == ["• *vm-0*, *vm-1* — Lost … at …"]


def test_a_reason_of_one_machine_stays_as_it_is() -> None:
    """There is nothing to leave out."""
    assert by_reason([("vm-1", QUOTA.format(name="vm-1"))], 5, "") == [
        "• *vm-1* — The region has no room left for vm-1 (QuotaExceeded)"
    ]


def test_a_name_within_another_is_another() -> None:
    """vm-1 is not vm-10."""
    some = [("vm-1", "vm-10 is in the way"), ("vm-2", "vm-10 is in the way")]
    assert by_reason(some, 5, "") == ["• *vm-1*, *vm-2* — vm-10 is in the way"]


def test_the_reason_of_the_most_comes_first_and_the_rest_is_counted() -> None:
    """Where all are to be seen is said, where there is such a place."""
    some = [("vm-1", "a"), ("vm-2", "b"), ("vm-3", "b"), ("vm-4", "c")]
    assert by_reason(some, 1, "`/dr request R-7K2M9P`") == [
        "• *vm-2*, *vm-3* — b",
        "• and 2 more for other reasons: `/dr request R-7K2M9P`",
    ]
    assert by_reason(some, 2, "")[-1] == "• and 1 more for other reasons"


def test_many_names_are_counted() -> None:
    """A dozen are named."""
    said = names([f"vm-{number}" for number in range(1, 2_000)])
    assert said.startswith("*vm-1*, *vm-2*, ")
    assert said.endswith("*vm-12* and 1,987 more")
