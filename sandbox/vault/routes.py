"""Which address leads to which answer. Addresses are matched without regard to case."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from sandbox.vault import faults, reads, reads_around, writes
from sandbox.vault.calls import Answer, Call
from sandbox.vault.estate import groups_of
from sandbox.vault.names import FIRST, UNUSED_VAULT, VAULT_TYPE, fold
from sandbox.vault.polls import Results, result, status
from sandbox.vault.roles import Rights
from sandbox.vault.world import World

Desk = Callable[[Call], Answer]

_FABRIC = "replicationFabrics/{fabric}"
_CONTAINER = f"{_FABRIC}/replicationProtectionContainers/{{container}}"
_ITEM = f"{_CONTAINER}/replicationProtectedItems/{{item}}"
_NETWORKS = f"{_FABRIC}/replicationNetworks"
_NETWORK_MAPPINGS = f"{_NETWORKS}/{{network}}/replicationNetworkMappings"
_JOB = "replicationJobs/{job}"

_ROUTES: list[tuple[str, str, Desk]] = [
    ("GET", "", reads.vault),
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
    ("PUT", _ITEM, writes.enable),
    ("GET", f"{_CONTAINER}/replicationProtectableItems", reads.protectable_items),
    ("GET", f"{_CONTAINER}/replicationProtectableItems/{{protectable}}", reads.protectable_item),
    ("GET", "replicationNetworks", reads_around.networks),
    ("GET", _NETWORKS, reads_around.networks),
    ("GET", "replicationNetworkMappings", reads_around.network_mappings),
    ("GET", _NETWORK_MAPPINGS, reads_around.network_mappings),
    ("GET", f"{_NETWORK_MAPPINGS}/{{mapping}}", reads_around.network_mapping),
    ("GET", f"{_ITEM}/recoveryPoints", reads.recovery_points),
    ("GET", f"{_ITEM}/recoveryPoints/{{point}}", reads.recovery_point),
    ("GET", "replicationRecoveryPlans", reads.plans),
    ("GET", "replicationRecoveryPlans/{plan}", reads.plan),
    ("GET", "replicationJobs", reads.jobs),
    ("GET", _JOB, reads.job),
    ("GET", "replicationEvents", reads.events),
    ("GET", "replicationEvents/{event}", reads.event),
    ("GET", "replicationVaultHealth", reads.vault_health),
    ("POST", "replicationVaultHealth/default/refresh", writes.refresh_health),
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
_SUBSCRIPTION = r"subscriptions/(?P<subscription>[^/]+)"
_IN_GROUP = rf"{_SUBSCRIPTION}/resourceGroups/(?P<group>[^/]+)/providers"
_IN_VAULT = re.compile(
    rf"^/{_IN_GROUP}/{re.escape(VAULT_TYPE)}/(?P<vault>[^/]+)(?:/(?P<rest>.+))?$", re.IGNORECASE
)
_NETWORK_TYPE = r"Microsoft\.Network/virtualNetworks"
_AROUND: list[tuple[re.Pattern[str], Desk]] = [
    (re.compile(f"^/{pattern}$", re.IGNORECASE), desk)
    for pattern, desk in (
        (
            rf"{_IN_GROUP}/Microsoft\.Compute/virtualMachines/(?P<vm>[^/]+)",
            reads_around.virtual_machine,
        ),
        (
            rf"{_SUBSCRIPTION}/providers/Microsoft\.Compute/virtualMachines",
            reads_around.virtual_machines,
        ),
        (
            rf"{_IN_GROUP}/Microsoft\.Network/networkInterfaces/(?P<card>[^/]+)",
            reads_around.network_interface,
        ),
        (rf"{_SUBSCRIPTION}/providers/{_NETWORK_TYPE}", reads_around.virtual_networks),
        (rf"{_IN_GROUP}/{_NETWORK_TYPE}", reads_around.virtual_networks),
        (rf"{_IN_GROUP}/{_NETWORK_TYPE}/(?P<network>[^/]+)", reads_around.virtual_network),
    )
]
_PERMISSIONS = re.compile(
    rf"^(?P<place>/{_SUBSCRIPTION}(/resourceGroups/(?P<group>[^/]+)(/.+)?)?)"
    r"/providers/Microsoft\.Authorization/permissions$",
    re.IGNORECASE,
)
_PERMISSION_VERSIONS = ("2015-07-01", "2018-07-01", "2022-04-01")
_RESULT = re.compile(r"^.+/operationresults/(?P<operation>[^/]+)$", re.IGNORECASE)
_VERSION = re.compile(r"^\d{4}-\d{2}-\d{2}(-preview)?$")


def answer(call: Call, worlds: Sequence[World], results: Results, rights: Rights) -> Answer:
    """Find who answers a call, and let them; the call's own world is that of the first vault."""
    _check_version(call)
    asked = _PERMISSIONS.match(call.path)
    if asked is not None and call.method == "GET":
        return _permissions(call, asked, worlds, rights)
    for pattern, desk in _AROUND:
        match = pattern.match(call.path)
        if match is not None and call.method == "GET":
            call.words.update(match.groupdict())
            return desk(replace(call, world=_of_subscription(match, worlds)))
    inside = _IN_VAULT.match(call.path)
    if inside is None:
        raise _nowhere(call)
    call = replace(call, world=_of_vault(inside, worlds))
    rest = inside["rest"] or ""
    found = _RESULT.match(rest)
    if found is not None and call.method == "GET":
        call.words.update(found.groupdict())
        return result(call, results)
    for method, compiled, desk in _COMPILED:
        match = compiled.match(rest)
        if match is not None and method == call.method:
            call.words.update(match.groupdict())
            return desk(call)
    raise _nowhere(call)


def _permissions(
    call: Call, asked: re.Match[str], worlds: Sequence[World], rights: Rights
) -> Answer:
    """What the caller may do at a vault or in a resource group that is there."""
    if call.query["api-version"] not in _PERMISSION_VERSIONS:
        raise faults.Fault(
            400,
            "NoRegisteredProviderFound",
            f"No registered resource provider found for API version '{call.query['api-version']}' "
            f"and type 'permissions'. The supported api-versions are "
            f"'{', '.join(_PERMISSION_VERSIONS)}'.",
        )
    inside = _IN_VAULT.match(asked["place"])
    if inside is not None:
        _of_vault(inside, worlds)
    elif asked["group"] is not None:
        world = _of_subscription(asked, worlds)
        if fold(asked["group"]) not in groups_of(world.estate):
            raise faults.no_group(asked["group"])
    return Answer(body=rights.told())


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


def _of_subscription(match: re.Match[str], worlds: Sequence[World]) -> World:
    for world in worlds:
        if fold(match["subscription"]) == fold(world.vault.subscription):
            return world
    raise faults.Fault(
        404,
        "SubscriptionNotFound",
        f"The subscription '{match['subscription']}' could not be found.",
    )


def _of_vault(match: re.Match[str], worlds: Sequence[World]) -> World:
    world = _of_subscription(match, worlds)
    if fold(match["group"]) != fold(world.vault.resource_group):
        raise faults.no_group(match["group"])
    name = fold(match["vault"])
    if name == fold(UNUSED_VAULT) and world.vault == FIRST:
        raise faults.never_used_vault()
    if name != fold(world.vault.name):
        raise faults.no_vault(match["vault"], match["group"])
    return world


def _nowhere(call: Call) -> faults.Fault:
    return faults.Fault(
        404,
        "InvalidResourceType",
        f"The resource type could not be found: {call.method} {call.path}.",
    )
