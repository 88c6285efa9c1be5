"""What a thread is told: one message for each entry, and one for many machines at once."""

import pytest

from bot.domain.audit import START, Entry, chain
from bot.domain.request import Request, State
from bot.messages.telling import Said, tell
from tests.bot.messages.test_cards import fits
from tests.bot.messages.test_cards_of_several import TEXTS, behind_glass, huge
from tests.bot.samples import NOON, fact
from tests.gallery.several import WHOLE, fleet, several

ENDED = {"failed": "request.fail", "succeeded": "request.succeed", "unknown": "request.lose"}


def entry(subject: str, target: str, after: str, words: str) -> Entry:
    """Write an entry about one of several machines, or about the whole."""
    said = fact(
        ENDED[after], subject=subject, target=target, before="running", after=after, words=words
    )
    return chain(said, sequence=1, prevhash=START, time="2026-03-01T12:00:00.000+00:00")


def part(number: int, after: str, words: str = "No room for {name}.") -> Entry:
    """Write an entry about one machine."""
    name = f"vm-{number:04}"
    return entry(f"{WHOLE}.{number}", name, after, words.format(name=name))


def told(request: Request, *entries: Entry) -> list[Said]:
    """Tell a thread, and make sure that Slack takes it and that nothing is forgotten."""
    found = list(tell(entries, request))
    assert sum(one.entries for one in found) == len(entries)
    for one in found:
        if one.message:
            fits(one.message)
    return found


def texts(some: list[Said]) -> list[str]:
    """Read what is said."""
    return [one.message.text for one in some if one.message]


def test_a_mass_failure_is_one_message() -> None:
    """By reason, with names, and the rest counted."""
    whole = several(State.RUNNING, fleet(1000))
    entries = [part(number, "failed") for number in range(1, 301)]
    (only,) = told(whole, *entries, part(301, "unknown", "Azure did not answer."))
    assert only.message
    said = only.message.blocks[0]["text"]["text"].split("\n")
    assert only.message.text.startswith(f"{WHOLE}: 300 failed, 1 unknown (")
    assert said[1] == ":x: *300 failed*"
    assert said[2].endswith("*vm-0012* and 288 more — No room for …")
    assert said[3:] == [":question: *1 unknown*", "• *vm-0301* — Azure did not answer."]
    assert not only.loud


def test_one_alone_is_told_as_ever() -> None:
    """There is nothing to gather."""
    (only,) = told(several(State.RUNNING, fleet(1000)), part(7, "failed"))
    assert texts([only]) == [f":x: *vm-0007*: No room for vm-0007. ({WHOLE})"]


def test_what_is_about_all_of_them_keeps_its_place() -> None:
    """The thread tells things in their order."""
    whole = several(State.FAILED, fleet(1000))
    end = entry(WHOLE, "1000 machines", "failed", "It has ended.")
    found = told(whole, part(1, "failed"), part(2, "failed"), end, part(3, "failed"))
    assert [one.entries for one in found] == [2, 1, 1]
    assert [one.loud for one in found] == [False, True, False]


def test_of_a_few_each_is_told() -> None:
    """As many as people can read one by one."""
    whole = several(State.RUNNING, fleet(20))
    assert len(told(whole, *(part(number, "succeeded") for number in range(1, 21)))) == 20


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_thousand_machines_are_named_as_far_as_there_is_room(text: str) -> None:
    """However long their names are, and when the glass was broken and everybody is called, too."""
    request = several(State.WAITING, huge(text))
    asked = chain(
        fact("request.ask", subject=WHOLE), sequence=1, prevhash=START, time=NOON.isoformat()
    )
    for one in (request, behind_glass(request, text)):
        (only,) = told(one, asked)
        assert "… and more: `/dr request R-7K2M9P` shows every one." in str(only.message)


def test_a_thousand_machines_of_ordinary_names_are_all_named() -> None:
    """In one message, in the order of submission."""
    asked = chain(
        fact("request.ask", subject=WHOLE), sequence=1, prevhash=START, time=NOON.isoformat()
    )
    (only,) = told(several(State.WAITING, fleet(1000, "vm-")), asked)
    assert "vm-1, vm-2, " in str(only.message)
    assert "vm-999, vm-1000" in str(only.message)


def test_hundreds_of_reasons_have_an_end() -> None:
    """Slack takes it, and it says where the others are."""
    whole = several(State.RUNNING, fleet(1000))
    many = [part(n, "failed", f"{'x' * 600} {n} {'y' * 900}") for n in range(1, 500)]
    (only,) = told(whole, *many)
    assert only.message
    assert "`/dr request R-7K2M9P`" in str(only.message.blocks)
