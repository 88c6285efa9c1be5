"""The places of both vaults: regions, sites on premises, and Azure as seen from a site."""

from sandbox.vault.machines import Place, PlaceKind
from sandbox.vault.names import FIRST, SECOND, VaultName, guid


def _region(title: str, vault: VaultName = FIRST) -> Place:
    code = title.casefold().replace(" ", "")
    fabric = f"asr-a2a-default-{code}"
    return Place(title, code, fabric, f"{fabric}-container", "Azure", vault)


def _site(name: str, kind: PlaceKind) -> Place:
    return Place(name, name, name, f"cloud_{guid('cloud', name)}", kind)


WEST = _region("West Europe")
NORTH = _region("North Europe")
SITE = _site("site-amsterdam", "HyperVSite")
RCM_SITE = _site("vmware-rotterdam", "InMageRcm")
CLASSIC_SITE = _site("vmware-utrecht", "VMware")
AZURE = Place(  # where machines on premises go; no fabric of the vault, and never listed as one
    "Microsoft Azure",
    "northeurope",
    "d49858f157601230a6ac5862fbbc6e63bf38d23ecd96cf953767945d457fe9d5",
    guid("container", "Microsoft Azure"),
)
UK_SOUTH = _region("UK South", SECOND)
UK_WEST = _region("UK West", SECOND)


def _cache(vault: VaultName, accounts: dict[str, str]) -> dict[str, str]:
    kind, group = "Microsoft.Storage/storageAccounts", vault.resource_group
    return {region: vault.resource(group, kind, name) for region, name in accounts.items()}


CACHE_ACCOUNTS = _cache(FIRST, {"westeurope": "stcachewesteu", "northeurope": "stcachenortheu"})
SECOND_CACHE_ACCOUNTS = _cache(SECOND, {"uksouth": "stcacheuksouth", "ukwest": "stcacheukwest"})
