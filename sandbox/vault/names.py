"""How the vault names and dates things: resource ids, guids and the service's odd dates.

Ids are kept the way the service tells them (`/Subscriptions/...`) and compared through `fold`,
never letter by letter. There are three ways to say "no date", and all of them are used.
"""

import base64
import hashlib
import uuid
from datetime import datetime
from typing import TypeAlias

JsonObject: TypeAlias = dict[str, object]

SUBSCRIPTION = "6f1c2a34-8d5e-4b7a-9c01-2e3f4a5b6c7d"
RESOURCE_GROUP = "rg-dr"
VAULT_NAME = "vault-dr"
UNUSED_VAULT = "vault-unused"
PROVIDER = "Microsoft.RecoveryServices"
VAULT_TYPE = f"{PROVIDER}/vaults"

NO_TASK_DATE = "0001-01-01T00:00:00"
NO_SCENARIO_DATE = "1753-01-01T01:01:01Z"
NEVER = "9999-12-31T23:59:59.9999999"

_VAULT_PATH = (
    f"subscriptions/{SUBSCRIPTION}/resourceGroups/{RESOURCE_GROUP}"
    f"/providers/{VAULT_TYPE}/{VAULT_NAME}"
)
VAULT_ID = f"/{_VAULT_PATH}"
TOLD_VAULT_ID = "/S" + _VAULT_PATH[1:]


def fold(resource_id: str) -> str:
    """Bring an id into the one form in which two ids may be compared."""
    return resource_id.strip("/").casefold()


def told(*segments: str) -> str:
    """Say the id of something in the vault the way the service says it."""
    return "/".join((TOLD_VAULT_ID, *segments))


def group_id(resource_group: str) -> str:
    """Say the id of a resource group of the subscription."""
    return f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{resource_group}"


def resource(resource_group: str, kind: str, name: str) -> str:
    """Say the id of something outside the vault, such as a machine, a disk or a network."""
    return f"{group_id(resource_group)}/providers/{kind}/{name}"


def guid(*parts: str) -> str:
    """Make the guid that always belongs to these words."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join((VAULT_ID, *parts))))


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
