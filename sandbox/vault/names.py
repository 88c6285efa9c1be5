"""How the vault names and dates things: resource ids, guids and the service's odd dates.

Ids are kept the way the service tells them (`/Subscriptions/...`) and compared through `fold`,
never letter by letter. There are three ways to say "no date", and all of them are used.
"""

import base64
import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeAlias

JsonObject: TypeAlias = dict[str, object]

PROVIDER = "Microsoft.RecoveryServices"
VAULT_TYPE = f"{PROVIDER}/vaults"
UNUSED_VAULT = "vault-unused"

NO_TASK_DATE = "0001-01-01T00:00:00"
NO_SCENARIO_DATE = "1753-01-01T01:01:01Z"
NEVER = "9999-12-31T23:59:59.9999999"


@dataclass(frozen=True)
class VaultName:
    """Which vault: everything said about it begins with these three words, and where it is."""

    subscription: str
    resource_group: str
    name: str
    location: str

    @cached_property
    def id(self) -> str:
        """The vault's id as a client would write it."""
        return f"{self.group_id(self.resource_group)}/providers/{VAULT_TYPE}/{self.name}"

    def told(self, *segments: str) -> str:
        """Say the id of something in the vault the way the service says it."""
        return "/".join((self._told, *segments))

    @cached_property
    def _told(self) -> str:
        return "/S" + self.id[2:]

    def group_id(self, resource_group: str) -> str:
        """Say the id of a resource group of the subscription."""
        return f"/subscriptions/{self.subscription}/resourceGroups/{resource_group}"

    def resource(self, resource_group: str, kind: str, name: str) -> str:
        """Say the id of something outside the vault, such as a machine, a disk or a network."""
        return f"{self.group_id(resource_group)}/providers/{kind}/{name}"


FIRST = VaultName("6f1c2a34-8d5e-4b7a-9c01-2e3f4a5b6c7d", "rg-dr", "vault-dr", "northeurope")
SECOND = VaultName("c4d9e0b7-31f8-4a62-8e5d-70b1a9c2d3e4", "rg-dr-uk", "vault-dr-2", "uksouth")


def fold(resource_id: str) -> str:
    """Bring an id into the one form in which two ids may be compared."""
    return resource_id.strip("/").casefold()


def guid(*parts: str) -> str:
    """Make the guid that always belongs to these words, in whichever vault they are said."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join((FIRST.id, *parts))))


def opaque(*parts: str) -> str:
    """Make a name such as the portal gives to protected items: 43 letters that tell nothing."""
    digest = hashlib.sha256("/".join(parts).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=").replace("-", "x").replace("_", "y")


def stamp(when: datetime) -> str:
    """Write a date with seven digits after the second, as the service does."""
    return when.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def stamp_or_none(when: datetime | None) -> str | None:
    """Write a date, or nothing where there is none."""
    return None if when is None else stamp(when)


def whole_seconds(when: datetime) -> str:
    """Write a date cut to the second: the form of a job's end."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
