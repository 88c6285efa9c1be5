"""The registry of refusals, and the errors that carry its codes."""

import pytest

from bot.errors import (
    AnswerLost,
    AzureRefused,
    DrError,
    Misconfigured,
    NotAllowed,
    NotNow,
    OtherVersion,
    SlackRefused,
    Tampered,
    Unavailable,
)
from bot.messages.answers import sorry
from bot.refusals import CODES, Appr, Code, Far, Now
from handlers.command_line import main


def test_a_refusal_carries_its_code_its_sentence_and_its_advice() -> None:
    """What a decision returns is what is raised, told and written down."""
    reason = NotAllowed(Appr.OWN, "You asked for this yourself.", "Ask somebody else.")
    assert (reason.refusal, reason.sentence) == (Appr.OWN, "You asked for this yourself.")
    assert str(reason) == "You asked for this yourself. Ask somebody else."


def test_a_code_knows_its_area() -> None:
    """It is the word between the dashes."""
    assert Appr.TWICE.id == "DR-APPR-02"
    assert Appr.TWICE.area == "APPR"
    assert len({code.area for code in CODES}) < len(CODES)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AzureRefused("No.", status=409, code="Conflict"), Far.AZURE_SAID_NO),
        (SlackRefused("channel_not_found"), Far.SLACK_SAID_NO),
        (Unavailable("Nobody answers."), Far.NO_ANSWER),
        (AnswerLost("Nobody knows."), Far.ANSWER_LOST),
        (OtherVersion("Too new."), Far.OTHER_VERSION),
        (Tampered("Not ours."), Far.TAMPERED),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, DrError) else "",
)
def test_the_far_end_has_codes_too(error: DrError, code: Code) -> None:
    """One for each kind of failure; what the far end itself said stays beside it."""
    assert error.refusal is code
    assert code.id in sorry(error).text


def test_the_code_stands_small_under_the_sentence() -> None:
    """In a block of its own, so that the sentence is read first."""
    message = sorry(NotNow(Now.BUSY, "Azure is at work.", "Wait."))
    assert [block["type"] for block in message.blocks] == ["section", "context"]
    assert message.blocks[1]["elements"][0]["text"] == "`DR-NOW-02`"
    assert message.text == "Azure is at work. Wait. (DR-NOW-02)"


def test_without_a_code_none_is_shown() -> None:
    """A setting that is wrong names itself."""
    message = sorry(Misconfigured("PORT is not a number."))
    assert message.text == "PORT is not a number."
    assert len(message.blocks) == 1


def test_the_command_line_prints_the_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind the sentence, on the one line that a process ends with."""
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    assert main(["audit", "export", "--since", "yesterday"]) == 2
    said = capsys.readouterr().err
    assert "'yesterday' is not a date." in said
    assert said.endswith(" (DR-TYPE-07)\n")
