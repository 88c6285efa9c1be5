"""Reading what is around the machines: where the vault is, how it is, and what happened there."""

import pytest

from bot.domain.vaults import same_region, severity_of
from bot.errors import AzureRefused
from bot.gateways.azure import Azure
from sandbox.vault import Vault


async def test_where_a_vault_is(azure: Azure, vault: Vault) -> None:
    """Site Recovery does not say it: the vault itself does."""
    assert await azure.around.location(vault.resource_id) == "northeurope"
    assert await azure.around.location(vault.second.resource_id) == "uksouth"


async def test_how_a_vault_is(azure: Azure, vault: Vault) -> None:
    """Machines are counted by their health, and what ails several is said once."""
    health = await azure.around.health(vault.resource_id)
    assert sum(health.counts.values()) == len(vault.machines)
    assert health.counts["Critical"] == 2
    assert {one.code: one.count for one in health.issues}["78026"] == 2


async def test_events_come_newest_first(azure: Azure, vault: Vault) -> None:
    """Each with what it happened to and why."""
    events = await azure.around.events(vault.resource_id)
    assert [one.at for one in events] == sorted((e.at for e in events if e.at), reverse=True)
    slow = next(one for one in events if one.about == "vm-db01")
    assert (severity_of(slow), slow.code) == ("critical", "SRSVMHealthChanged")
    assert slow.findings[0].action


async def test_an_operator_reads_the_surroundings_too(azure: Azure, vault: Vault) -> None:
    """Network mappings are read region by region; the health of the vault needs another right."""
    vault.role = "operator"
    around = await azure.around.surroundings(vault.resource_id)
    assert around.location == "northeurope"
    assert around.mappings
    assert any(same_region(one.source, "West Europe") for one in around.mappings)
    with pytest.raises(AzureRefused, match="replicationVaultHealth/read"):
        await azure.around.health(vault.resource_id)


async def test_what_cannot_be_read_is_not_known(azure: Azure, vault: Vault) -> None:
    """And is not taken for missing."""
    vault.trouble.next("vaults/vault-dr", "forbidden")
    vault.trouble.next("replicationFabrics", "forbidden")
    around = await azure.around.surroundings(vault.resource_id)
    assert (around.location, around.mappings) == ("", None)
