"""Which address leads to which answer. Addresses are matched without regard to case."""

import re
from collections.abc import Callable

from sandbox.vault import faults, reads, writes
from sandbox.vault.calls import Answer, Call
from sandbox.vault.names import (
    RESOURCE_GROUP,
    SUBSCRIPTION,
    UNUSED_VAULT,
    VAULT_NAME,
    VAULT_TYPE,
    fold,
)
from sandbox.vault.polls import Results, result, status

Desk = Callable[[Call], Answer]

_FABRIC = "replicationFabrics/{fabric}"
_CONTAINER = f"{_FABRIC}/replicationProtectionContainers/{{container}}"
_ITEM = f"{_CONTAINER}/replicationProtectedItems/{{item}}"
_JOB = "replicationJobs/{job}"

_ROUTES: list[tuple[str, str, Desk]] = [
    ("GET", "replicationFabrics", reads.fabrics),
    ("GET", _FABRIC, reads.fabric),
    ("GET", "replicationProtectionContainers", reads.containers),
    ("GET", f"{_FABRIC}/replicationProtectionContainers", reads.containers),
    ("GET", _CONTAINER, reads.container),
    ("GET", "replicationProtectionContainerMappings", reads.mappings),
    ("GET", f"{_CONTAINER}/replicationProtectionContainerMappings", reads.mappings),
    ("GET", "replicationPolicies", reads.policies),
    ("GET", "replicationPolicies/{policy}", reads.policy),
    ("GET", "replicationProtectedItems", reads.all_items),
    ("GET", f"{_CONTAINER}/replicationProtectedItems", reads.items),
    ("GET", _ITEM, reads.item),
    ("GET", f"{_ITEM}/recoveryPoints", reads.recovery_points),
    ("GET", f"{_ITEM}/recoveryPoints/{{point}}", reads.recovery_point),
    ("GET", "replicationRecoveryPlans", reads.plans),
    ("GET", "replicationRecoveryPlans/{plan}", reads.plan),
    ("GET", "replicationJobs", reads.jobs),
    ("GET", _JOB, reads.job),
    ("GET", "replicationEvents", reads.events),
    ("GET", "replicationVaultHealth", reads.vault_health),
    ("GET", "replicationOperationStatus/{operation}", status),
    ("POST", f"{_JOB}/cancel", writes.cancel_job),
    ("POST", f"{_JOB}/restart", writes.restart_job),
    ("POST", f"{_JOB}/resume", writes.resume_job),
    ("POST", f"{_CONTAINER}/switchprotection", writes.switch_protection),
    ("POST", "replicationRecoveryPlans/{plan}/{operation}", writes.operate_plan),
    ("POST", f"{_ITEM}/{{operation}}", writes.operate),
]


def _compiled(template: str) -> re.Pattern[str]:
    pattern = re.sub(r"\\?\{(\w+)\\?\}", r"(?P<\1>[^/]+)", template.replace(".", r"\."))
    return re.compile(f"^{pattern}$", re.IGNORECASE)


_COMPILED = [(method, _compiled(template), desk) for method, template, desk in _ROUTES]
_IN_GROUP = r"subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)/providers"
_IN_VAULT = re.compile(
    rf"^/{_IN_GROUP}/{re.escape(VAULT_TYPE)}/(?P<vault>[^/]+)/(?P<rest>.+)$", re.IGNORECASE
)
_MACHINE = re.compile(
    rf"^/{_IN_GROUP}/Microsoft\.Compute/virtualMachines/(?P<vm>[^/]+)$", re.IGNORECASE
)
_RESULT = re.compile(r"^.+/operationresults/(?P<operation>[^/]+)$", re.IGNORECASE)
_VERSION = re.compile(r"^\d{4}-\d{2}-\d{2}(-preview)?$")


def answer(call: Call, results: Results) -> Answer:
    """Find who answers a call, and let them."""
    _check_version(call)
    machine = _MACHINE.match(call.path)
    if machine is not None and call.method == "GET":
        _check_group(machine)
        call.words.update(machine.groupdict())
        return reads.virtual_machine(call)
    inside = _IN_VAULT.match(call.path)
    if inside is None:
        raise _nowhere(call)
    _check_vault(inside)
    found = _RESULT.match(inside["rest"])
    if found is not None and call.method == "GET":
        call.words.update(found.groupdict())
        return result(call, results)
    for method, pattern, desk in _COMPILED:
        match = pattern.match(inside["rest"])
        if match is not None and method == call.method:
            call.words.update(match.groupdict())
            return desk(call)
    raise _nowhere(call)


def _check_version(call: Call) -> None:
    version = call.query.get("api-version", "")
    if not version:
        raise faults.Fault(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    if not _VERSION.match(version):
        raise faults.Fault(
            400, "InvalidApiVersionParameter", f"The api-version '{version}' is invalid."
        )


def _check_group(match: re.Match[str]) -> None:
    if fold(match["subscription"]) != fold(SUBSCRIPTION):
        raise faults.Fault(
            404,
            "SubscriptionNotFound",
            f"The subscription '{match['subscription']}' could not be found.",
        )


def _check_vault(match: re.Match[str]) -> None:
    _check_group(match)
    if fold(match["group"]) != fold(RESOURCE_GROUP):
        raise faults.Fault(
            404,
            "ResourceGroupNotFound",
            f"Resource group '{match['group']}' could not be found.",
        )
    name = fold(match["vault"])
    if name == fold(UNUSED_VAULT):
        raise faults.never_used_vault()
    if name != fold(VAULT_NAME):
        raise faults.no_vault(match["vault"], match["group"])


def _nowhere(call: Call) -> faults.Fault:
    return faults.Fault(
        404,
        "InvalidResourceType",
        f"The resource type could not be found: {call.method} {call.path}.",
    )
