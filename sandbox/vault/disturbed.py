"""What troubled answers look like: refusals on purpose, bodies that break off, unheard-of words."""

from collections.abc import Mapping
from typing import Final

from sandbox.vault import faults
from sandbox.vault.calls import Call
from sandbox.vault.jobs import Fate
from sandbox.vault.polls import retry_after
from sandbox.vault.trouble import Kind

FATES: Final[Mapping[Kind, Fate]] = {
    "fail_job": "fail_job",
    "cancel_job": "cancel_job",
    "suspend_job": "suspend_job",
    "warn_job": "warn_job",
    "slow_job": "slow_job",
    "forget_job": "forget_job",
}
"""The trouble that meets not the request but the job that it starts."""

BROKEN_OFF: Final = '{"value": [{"id": '

_WORDS: Final = frozenset(
    {
        "activeLocation",
        "errorLevel",
        "instanceType",
        "protectionState",
        "replicationHealth",
        "scenarioName",
        "severity",
        "state",
        "testFailoverState",
    }
)
"""The fields whose values clients like to take for a closed list."""


def refuse_on_purpose(trouble: Kind | None, call: Call) -> None:
    """Refuse before anything was accepted, where that is the trouble."""
    if trouble == "throttle":
        raise throttled(retry_after(call))
    if trouble == "throttle_silently":
        raise faults.throttled()
    if trouble == "throttle_behind":
        raise faults.overrun()
    if trouble == "broken":
        raise faults.broken()
    if trouble == "unavailable":
        raise faults.unavailable()
    if trouble == "unauthorized":
        raise faults.unauthenticated()
    if trouble == "forbidden":
        raise faults.forbidden("Microsoft.RecoveryServices/vaults/action", call.path)
    if trouble == "missing":
        raise faults.no_such_thing(call.path)
    if trouble == "conflict":
        raise faults.busy("the vault", "another operation")


def refuse_after_all(trouble: Kind | None) -> None:
    """Refuse although it was accepted, where that is the trouble."""
    if trouble == "broken_after_accept":
        raise faults.broken()
    if trouble == "unavailable_after_accept":
        raise faults.unavailable()


def throttled(seconds: str) -> faults.Fault:
    """Refuse because of the allowance, and say how long to wait."""
    fault = faults.throttled()
    fault.headers["Retry-After"] = seconds
    return fault


def strange(body: object) -> object:
    """Say the same in words that nobody has heard of, with a field more in each object."""
    if isinstance(body, list):
        return [strange(one) for one in body]
    if not isinstance(body, dict):
        return body
    told = {name: _strange(name, value) for name, value in body.items()}
    return told | {"unheardOf": {"since": "tomorrow"}} if told else told


def _strange(name: str, value: object) -> object:
    if name in _WORDS and isinstance(value, str) and value:
        return f"Unheard{value}"
    return strange(value)
