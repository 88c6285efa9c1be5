"""Block Kit is checked as strictly as Slack checks it, and each complaint names the field."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.workspace.blocks import check_blocks, fill_in
from sandbox.workspace.view_rules import check_view
from sandbox.workspace.wire import SlackError
from tests.sandbox.workspace_app import CARD, FORM, button, mrkdwn, plain

Json = dict[str, Any]


def option(value: str) -> Json:
    """An option."""
    return {"text": plain(value), "value": value}


def section(text: str = "Text", **more: Any) -> Json:
    """A section."""
    return {"type": "section", "text": mrkdwn(text), **more}


def actions(*elements: Json, **more: Any) -> Json:
    """A row of elements."""
    return {"type": "actions", "elements": list(elements), **more}


def task(status: str = "complete") -> Json:
    """A task card."""
    return {"type": "task_card", "task_id": "t1", "title": "Stop", "status": status}


RICH: Json = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "vm-web01", "style": {"bold": True}},
                        {"type": "user", "user_id": "U0ALICE0000"},
                        {"type": "date", "timestamp": 1_800_000_000, "format": "{time}"},
                    ],
                }
            ],
        },
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "az login"}]},
    ],
}

GOOD: list[Json] = [
    {"type": "header", "text": plain("x" * 150)},
    section("x" * 3000, block_id="a"),
    {"type": "section", "fields": [mrkdwn("x" * 2000)] * 10},
    section(accessory={"type": "overflow", "action_id": "o", "options": [option("1")] * 5}),
    {"type": "divider"},
    {"type": "context", "elements": [mrkdwn("now"), plain("then")]},
    actions(
        button("x" * 75, "b", value="y" * 2000, style="danger"),
        {"type": "static_select", "action_id": "s", "options": [option("1")]},
        {"type": "users_select", "action_id": "u", "placeholder": plain("Who?")},
        {"type": "radio_buttons", "action_id": "r", "options": [option("1"), option("2")]},
        {"type": "checkboxes", "action_id": "c", "options": [option("1")]},
        {"type": "external_select", "action_id": "e", "min_query_length": 0},
    ),
    {"type": "image", "image_url": "https://example.com/x.png", "alt_text": "A picture"},
    {"type": "markdown", "text": "# Title"},
    {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}, RICH]]},
    {"type": "plan", "title": "Failover", "tasks": [task("pending"), task("in_progress")]},
    task("error"),
    RICH,
    {
        "type": "input",
        "label": plain("Reason"),
        "hint": plain("Why?"),
        "element": {"type": "plain_text_input", "action_id": "p", "multiline": True},
    },
]


@pytest.mark.parametrize("block", GOOD, ids=lambda block: str(block["type"]))
def test_good_blocks_pass(block: Json) -> None:
    """Right up to the limit."""
    assert check_blocks([block], "message") == []


BAD: list[tuple[Json, str]] = [
    ({"type": "nonsense"}, "unsupported type: nonsense (block) [json-pointer:/blocks/0/type]"),
    ({"type": "divider", "colour": "red"}, "unexpected field: colour"),
    ({"type": "header"}, "missing required field: text"),
    ({"type": "header", "text": mrkdwn("x")}, "must be one of: plain_text"),
    ({"type": "header", "text": plain("")}, "must be more than 0 characters"),
    ({"type": "header", "text": "Title"}, "must be an object"),
    (section("x" * 3001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ({"type": "section"}, "at least one of: text, fields"),
    ({"type": "section", "fields": [mrkdwn("x")] * 11}, "no more than 10 items"),
    ({"type": "section", "fields": [mrkdwn("x" * 2001)]}, "/blocks/0/fields/0/text"),
    (actions(), "must have at least 1 items"),
    (actions(*[button("x", f"b{n}") for n in range(26)]), "no more than 25 items"),
    (actions(button("x" * 76, "b")), "must be less than 76 characters"),
    (actions(button("x", "b", value="y" * 2001)), "/blocks/0/elements/0/value"),
    (actions(button("x", "b", style="green")), "must be one of: primary, danger"),
    (actions(button("x", "b", value=7)), "must be a string"),
    (actions(button("x", "b", confirm={"title": plain("?")})), "missing required field: deny"),
    (actions(button("x", "same"), button("y", "same")), "action_id same already exists"),
    (actions({"type": "plain_text_input", "action_id": "p"}), "unsupported type"),
    (actions({"type": "static_select", "action_id": "s"}), "exactly one of: options"),
    (
        actions({"type": "overflow", "action_id": "o", "options": [option("1")] * 6}),
        "no more than 5 items",
    ),
    (
        actions({"type": "static_select", "action_id": "s", "options": [option("x" * 76)]}),
        "/elements/0/options/0/text/text",
    ),
    (actions({"type": "radio_buttons", "options": [option("1")] * 11}), "no more than 10"),
    ({"type": "context", "elements": [mrkdwn("x")] * 11}, "no more than 10 items"),
    ({"type": "context", "elements": [button("x", "b")]}, "element in context"),
    ({"type": "image", "image_url": "https://example.com/x.png"}, "required field: alt_text"),
    (task("completed"), "must be one of: pending, in_progress, complete, error"),
    ({"type": "plan", "title": "x", "tasks": [task("done")]}, "/blocks/0/tasks/0/status"),
    ({"type": "alert", "text": plain("x")}, "not in a message"),
    ({"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]}, "no more than 20"),
    (
        {"type": "rich_text", "elements": [{"type": "rich_text_section"}]},
        "required field: elements",
    ),
    (section(block_id="x" * 256), "must be less than 256 characters"),
]


@pytest.mark.parametrize(("block", "words"), BAD, ids=lambda value: str(value)[:40])
def test_bad_blocks_are_named(block: Json, words: str) -> None:
    """The complaint says what is wrong and where."""
    complaints = check_blocks([block], "message")
    assert any(words in complaint for complaint in complaints), complaints


@pytest.mark.parametrize(
    ("blocks", "surface", "words"),
    [
        ([section()] * 51, "message", "no more than 50 items"),
        ([section()] * 101, "home", "no more than 100 items"),
        ([section(block_id="a"), section(block_id="a")], "message", "block_id already exists"),
        ([{"type": "markdown", "text": "x" * 7000}] * 2, "message", "12001 characters together"),
        ([GOOD[9], GOOD[9]], "message", "only one table"),
        ([GOOD[10], task()], "message", "cannot be used together"),
        ([GOOD[8]], "modal", "not in a modal"),
        ([GOOD[9]], "home", "not in a home"),
    ],
)
def test_blocks_are_also_checked_together(blocks: list[Json], surface: str, words: str) -> None:
    """Some rules concern several blocks, or the place."""
    assert any(words in complaint for complaint in check_blocks(blocks, surface))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": plain("x" * 25)}, "/view/title/text"),
        ({"submit": None}, "must be an object"),
        ({"private_metadata": "x" * 3001}, "/view/private_metadata"),
        ({"colour": "red"}, "unexpected field: colour"),
        ({"type": "window"}, "unsupported type: window"),
    ],
)
def test_views_are_checked(change: Json, words: str) -> None:
    """The frame as well as the blocks."""
    with pytest.raises(SlackError) as caught:
        check_view({**FORM, **change}, "modal")
    assert any(words in complaint for complaint in caught.value.messages)


def test_a_modal_with_inputs_needs_a_button_to_send_it() -> None:
    """Slack would not know how to end it."""
    view = {name: value for name, value in FORM.items() if name != "submit"}
    with pytest.raises(SlackError) as caught:
        check_view(view, "modal")
    assert "submit" in caught.value.messages[0]


def test_a_view_has_a_largest_size() -> None:
    """250 kB, however the blocks are divided."""
    view = {"type": "home", "blocks": [section("x" * 3000) for _ in range(90)]}
    with pytest.raises(SlackError, match="view_too_large"):
        check_view(view, "home")


def test_stored_blocks_have_ids_and_keep_their_own() -> None:
    """Slack makes up the ids an app left out."""
    stored = fill_in([section(), actions({"type": "button", "text": plain("Go")}), CARD[1]])
    assert all(block["block_id"] for block in stored)
    assert stored[1]["elements"][0]["action_id"]
    assert stored[1]["elements"][0]["text"]["emoji"] is True
    assert stored[2]["block_id"] == "vote"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "fields", "accessory", "element", "rows"]),
            inner | st.sampled_from(["section", "actions", "button", "rich_text", "table"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(anything)
def test_no_value_upsets_the_checks(value: Any) -> None:
    """Whatever an app sends is complained about, never stumbled over."""
    complaints = check_blocks(value, "message")
    assert complaints or isinstance(value, list)
    if not complaints:
        fill_in(value)
