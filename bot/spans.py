"""Spans around what takes time, for whoever traces; without a tracer they cost nothing.

A span carries the id of a request and Azure's client request id, and nothing else. What went wrong
in it is told by its kind alone, for our sentences name machines and people.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Final

REQUEST: Final = "dr.request"
CLIENT_REQUEST: Final = "az.client_request_id"

Open = Callable[[str, Mapping[str, str]], AbstractContextManager[None]]
"""Opens a span of a name, with attributes."""

_nothing: Final[AbstractContextManager[None]] = nullcontext()
_tracers: Final[list[Open]] = []


def span(name: str, **attributes: str) -> AbstractContextManager[None]:
    """Open a span; `request` and `client_request` are its attributes."""
    if not _tracers:
        return _nothing
    named = {"request": REQUEST, "client_request": CLIENT_REQUEST}
    return _tracers[-1](name, {named[key]: value for key, value in attributes.items()})


def trace_with(tracer: Open | None) -> None:
    """Have spans opened by a tracer from now on; None ends that."""
    _tracers[:] = [tracer] if tracer else []
