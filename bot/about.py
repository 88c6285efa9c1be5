"""What is being worked on at this moment, so that every line of the log can say so."""

from contextvars import ContextVar
from typing import Final

ABOUT: Final[ContextVar[str]] = ContextVar("about", default="")
"""The id of a request, or of the vault that is looked after; '' when it is neither. Each task has
its own."""
