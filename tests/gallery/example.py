"""What an example of the gallery is: a name, and the function that draws it."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.messages.blocks import Message

Drawn = Message | dict[str, Any]
"""A message, or a view: a form or a home tab."""

Examples = Mapping[str, Callable[[], Drawn]]
"""What is drawn for each name; a name is a file's, so it has small letters and dashes only."""
