"""What Slack's answers mean: a no is a no, and what may pass is not taken for one."""

from types import SimpleNamespace

import pytest

from bot.errors import SlackRefused, Unavailable
from bot.gateways.slack import refusal
from bot.messages.blocks import Message, actions, bare, section


def answer(status: int, data: object, **headers: str) -> SimpleNamespace:
    """Make an answer as slack_sdk hands it on."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return SimpleNamespace(status_code=status, data=data, headers=named)


@pytest.mark.parametrize(
    ("status", "data"),
    [
        (500, {}),
        (502, "Bad Gateway"),
        (200, {}),
        (200, "<h1>Please sign in</h1>"),
        (408, {}),
        (200, {"ok": False, "error": "internal_error"}),
        (200, {"ok": False, "error": "service_unavailable"}),
        (200, {"ok": False, "error": "request_timeout"}),
        (200, {"ok": False, "error": "team_added_to_org"}),
    ],
)
def test_what_may_pass_is_unavailable(status: int, data: object) -> None:
    """It would be wrong to give up, or to say that somebody may not."""
    assert isinstance(refusal(answer(status, data)), Unavailable)


@pytest.mark.parametrize("code", ["token_revoked", "is_archived", "channel_not_found"])
def test_a_no_is_a_no(code: str) -> None:
    """With Slack's own word for it."""
    error = refusal(answer(200, {"ok": False, "error": code}))
    assert isinstance(error, SlackRefused)
    assert error.code == code


@pytest.mark.parametrize(("given", "seconds"), [("30", 30.0), ("soon", 1.0), ("", 1.0)])
def test_a_wait_is_read_if_it_can_be(given: str, seconds: float) -> None:
    """What is no number is a second."""
    error = refusal(answer(429, {"ok": False, "error": "ratelimited"}, Retry_After=given))
    assert isinstance(error, Unavailable)
    assert error.retry_after == seconds


def test_an_answer_that_broke_off_comes_without_data() -> None:
    """Then slack_sdk hands on the client's own answer, which is of another shape."""
    assert isinstance(refusal(SimpleNamespace(status=200, headers={})), Unavailable)


def test_a_bare_message_has_words_and_buttons() -> None:
    """Nothing else can be what Slack did not take."""
    row = actions([{"type": "button"}])
    message = Message("Failover of vm-web01", [section("x"), {"type": "table"}, row])
    assert bare(message).blocks == [section("Failover of vm-web01"), row]
