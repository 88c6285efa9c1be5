"""The canonical form: the same bytes as RFC 8785 asks for, by whichever way they are written."""

from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.data import canonical
from tests.bot.samples import request

TEXT = st.text(st.characters(codec="utf-8"))
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


@given(content=JSON)
def test_anything_is_written_as_the_rfc_says(content: Any) -> None:
    """Also control characters, fractions, and names that UTF-16 sorts in its own way."""
    assert canonical(content) == rfc8785.dumps(content)


def test_a_request_is_written_as_the_rfc_says() -> None:
    """As it stands under its seal."""
    content = request().model_dump(mode="json")
    assert canonical(content) == rfc8785.dumps(content)


@pytest.mark.parametrize(
    "content", [2**53, {"at": [-(2**53)]}, "\ud800", {1: "one"}, {"x": {1, 2}}]
)
def test_what_is_no_plain_content_is_refused(content: Any) -> None:
    """Whole numbers that a reader could not hold, half a character, and names that are no text."""
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical(content)


def test_names_are_sorted_as_utf_16_does() -> None:
    """A name beyond the first plane comes before one at its end."""
    assert canonical({"\uffff": 1, "🙂": 2}) == '{"🙂":2,"\uffff":1}'.encode()
