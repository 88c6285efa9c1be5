"""The wire body of the vault itself, a resource of Recovery Services and not of Site Recovery."""

from sandbox.vault.names import VAULT_TYPE, JsonObject, VaultName, guid


def vault(name: VaultName) -> JsonObject:
    """Write a vault, as Azure Resource Manager tells of it."""
    return {
        "location": name.location,
        "name": name.name,
        "etag": f"W/\"datetime'{guid('etag', name.name)}'\"",
        "tags": {},
        "properties": {
            "provisioningState": "Succeeded",
            "privateEndpointStateForBackup": "None",
            "privateEndpointStateForSiteRecovery": "None",
            "publicNetworkAccess": "Enabled",
            "securitySettings": {
                "softDeleteSettings": {
                    "softDeleteState": "Enabled",
                    "softDeleteRetentionPeriodInDays": 14,
                }
            },
            "redundancySettings": {
                "standardTierStorageRedundancy": "GeoRedundant",
                "crossRegionRestore": "Disabled",
            },
            "secureScore": "Adequate",
        },
        "id": name.id,
        "type": VAULT_TYPE,
        "sku": {"name": "RS0", "tier": "Standard"},
    }
