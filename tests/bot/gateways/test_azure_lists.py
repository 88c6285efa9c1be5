"""Long lists are read quickly, by twins, and never otherwise than one machine is read alone."""

import copy
import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.machines import Machine
from bot.errors import Unavailable
from bot.gateways.azure import Azure
from bot.gateways.azure.wire import read
from bot.gateways.azure.wire_items import ItemShape
from sandbox.vault import Vault
from tests.bot.gateways.recorded import lists_of_items
from tests.bot.gateways.test_replay import each_file
from tests.bot.samples import ITEM, VAULT
from tests.replay import load

DATE: Final = "2026-03-01T12:00:00.1234567Z"
SAYS_ALL: Final[dict[str, Any]] = {
    "friendlyName": "vm-web01",
    "protectionState": "Protected",
    "protectionStateDescription": "Protected",
    "activeLocation": "Primary",
    "testFailoverState": "None",
    "lastSuccessfulTestFailoverTime": DATE,
    "allowedOperations": ["UnplannedFailover"],
    "replicationHealth": "Normal",
    "healthErrors": [{"errorCode": "1", "errorMessage": "m", "possibleCauses": "c"}],
    "policyId": "p",
    "primaryFabricFriendlyName": "West",
    "recoveryFabricFriendlyName": "North",
    "recoveryContainerId": "c",
    "currentScenario": {"scenarioName": "TestFailover", "jobId": "j"},
    "providerSpecificDetails": {
        "instanceType": "A2A",
        "fabricObjectId": "vm",
        "primaryFabricLocation": "west",
        "recoveryFabricLocation": "north",
        "lastHeartbeat": DATE,
        "agentVersion": "9",
        "agentExpiryDate": "9999-12-31T23:59:59.9999999",
        "mobilityAgentDetails": {"version": "8", "lastHeartbeatUtc": DATE},
        "unprotectedDisks": [{"diskLunId": 1}],
        "rpoInSeconds": 78,
        "lastRpoInSeconds": 90,
        "lastRpoCalculatedTime": DATE,
        "monitoringPercentageCompletion": 5,
        "protectedManagedDisks": [{"diskId": "/disks/d", "diskName": "d"}],
        "vmSyncedConfigDetails": {"tags": {"role": "web", "none": None}},
        "multiVmGroupName": "g",
        "protectionClusterId": "/replicationProtectionClusters/c",
    },
}


def alone(items: list[dict[str, Any]]) -> list[Machine]:
    """Read items one by one, as the gateway reads a single machine."""
    return [read(ItemShape, json.dumps(one).encode()).machine(VAULT) for one in items]


def listed(items: list[dict[str, Any]]) -> list[Machine]:
    """Read items as a page of a list."""
    shapes, _ = ItemShape.page(json.dumps({"value": items}).encode())
    return [one.machine(VAULT) for one in shapes]


def item(properties: dict[str, Any]) -> dict[str, Any]:
    """Write an item of a list."""
    return {"id": ITEM, "name": "item", "properties": properties}


async def test_a_vault_is_listed_as_its_machines_are_read(azure: Azure, vault: Vault) -> None:
    """Whatever their provider and state; the vault is spelt as it was asked for."""
    vault.admit_stranger()
    for machine in await azure.machines(vault.resource_id):
        again = await azure.machine(machine.id)
        assert machine == again.model_copy(update={"vault": machine.vault})


@each_file
def test_recorded_lists_are_read_as_their_items(file: Path) -> None:
    """Nothing of a recorded list is read otherwise for being listed."""
    for exchange in lists_of_items(load(file)):
        assert listed(exchange.body["value"]) == alone(exchange.body["value"])


def test_an_ordinary_page_is_read_by_twins() -> None:
    """Nulls, missing fields, strange fields and odd dates are ordinary."""
    odd = {"friendlyName": None, "orbit": [1], "lastSuccessfulTestFailoverTime": "soon"}
    items = [item(SAYS_ALL), item(odd), item({})]
    shapes, link = ItemShape.page(json.dumps({"value": items, "nextLink": "l"}).encode())
    assert link == "l"
    assert not any(isinstance(one, ItemShape) for one in shapes)
    assert [one.machine(VAULT) for one in shapes] == alone(items)
    assert [Machine.model_validate(one.model_dump()) for one in alone(items)] == listed(items)


def test_one_odd_item_hides_nothing() -> None:
    """Its page is read patiently, and loses no more of it than what is odd."""
    odd = copy.deepcopy(SAYS_ALL) | {"friendlyName": {"en": "x"}}
    odd["providerSpecificDetails"]["protectedManagedDisks"] = 7
    seen = listed([item(SAYS_ALL), item(odd)])
    assert [one.name for one in seen] == ["vm-web01", "item"]
    assert [one.agent for one in seen] == ["9", "9"]
    assert [len(one.disks) for one in seen] == [1, 0]


@pytest.mark.parametrize(
    "body", [b"", b'{"value": [', b'{"value": [{"name": "x"}]}', b"[]", b"\xff"]
)
def test_what_cannot_be_read_is_no_empty_list(body: bytes) -> None:
    """An answer that breaks off, or lacks what everything has, is refused."""
    with pytest.raises(Unavailable, match="could not be read"):
        ItemShape.page(body)


def test_a_page_without_a_list_is_empty() -> None:
    """Azure writes null, or nothing, for none."""
    assert ItemShape.page(b'{"value": null, "nextLink": null}') == ([], "")
    assert ItemShape.page(b"{}") == ([], "")


ODD: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from([[], {}, [None], {"a": 1}, ["x"], [{}], "78", DATE, "2026-03-01", "20260301"]),
)
PLACES: Final = [
    *((name,) for name in SAYS_ALL),
    *(("providerSpecificDetails", name) for name in SAYS_ALL["providerSpecificDetails"]),
    *(("currentScenario", name) for name in SAYS_ALL["currentScenario"]),
    *(("healthErrors", 0, name) for name in SAYS_ALL["healthErrors"][0]),
    ("providerSpecificDetails", "mobilityAgentDetails", "version"),
    ("providerSpecificDetails", "mobilityAgentDetails", "lastHeartbeatUtc"),
    ("providerSpecificDetails", "protectedManagedDisks", 0, "diskId"),
    ("providerSpecificDetails", "protectedManagedDisks", 0, "diskName"),
    ("providerSpecificDetails", "vmSyncedConfigDetails", "tags", "role"),
    ("providerSpecificDetails", "unprotectedDisks", 0),
]


@given(st.dictionaries(st.sampled_from(PLACES), ODD, max_size=4))
def test_odd_values_are_read_as_the_items_alone_are(odd: dict[tuple[Any, ...], Any]) -> None:
    """Wherever they are, they take away what they stand for, and nothing else."""
    properties = copy.deepcopy(SAYS_ALL)
    for place in sorted(odd, key=len, reverse=True):
        part: Any = properties
        for name in place[:-1]:
            part = part[name]
        part[place[-1]] = odd[place]
    items = [item(SAYS_ALL), item(properties)]
    assert listed(items) == alone(items)
