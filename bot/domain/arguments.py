"""How the options of commands are typed and checked; each is declared once and used by name."""

import re
from typing import Annotated

from bot.domain.verbs import Argument, one_of
from bot.errors import Misunderstood

_GUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
_NETWORK = re.compile(
    r"^/subscriptions/[^/]+/resourceGroups/[^/]+"
    r"/providers/Microsoft\.Network/virtualNetworks/[^/]+$",
    re.IGNORECASE,
)
_STORAGE = re.compile(
    r"^/subscriptions/[^/]+/resourceGroups/[^/]+"
    r"/providers/Microsoft\.Storage/storageAccounts/[a-z0-9]{3,24}$",
    re.IGNORECASE,
)
_PAGES = 10_000


def _is_point(text: str) -> bool:
    return bool(_GUID.match(text))


def _storage_account(text: str) -> str:
    if text and not _STORAGE.match(text):
        raise Misunderstood(
            f"{text!r} is not the resource id of a storage account.",
            "It looks like /subscriptions/<id>/resourceGroups/<group>/providers/"
            "Microsoft.Storage/storageAccounts/<name>.",
        )
    return text


def _virtual_network(text: str) -> str:
    if not _NETWORK.match(text):
        raise Misunderstood(
            f"{text!r} is not the resource id of a virtual network.",
            "It looks like /subscriptions/<id>/resourceGroups/<group>/providers/"
            "Microsoft.Network/virtualNetworks/<name>.",
        )
    return text


PointChoice = Annotated[
    str,
    Argument(
        "Recovery point",
        "latest|processed|app|<id>",
        "the recovery point: latest (sends what is still pending first), processed (the newest "
        "one there is, fastest), app (the newest application-consistent one), or a point's id",
        one_of(
            "latest",
            "processed",
            "app",
            also=_is_point,
            hint="a recovery point: say latest, processed, app or the id of a point",
        ),
    ),
]
YesNo = Annotated[
    str,
    Argument(
        "Shut down", "yes|no", "whether to try to shut the source down first", one_of("yes", "no")
    ),
]
StorageAccount = Annotated[
    str,
    Argument(
        "Cache storage account",
        "<storage account id>",
        "the cache storage account in the region where the machine runs now, when it cannot be "
        "learnt from the vault",
        _storage_account,
    ),
]
ChosenPoint = Annotated[
    str,
    Argument(
        "Recovery point",
        "processed|app|<id>",
        "the recovery point to start from: processed (the newest one there is), app (the newest "
        "application-consistent one), or a point's id",
        one_of(
            "processed",
            "app",
            also=_is_point,
            hint="a recovery point: say processed, app or the id of a point",
        ),
    ),
]
Network = Annotated[
    str,
    Argument(
        "Virtual network",
        "<virtual network id>",
        "the virtual network for the copy, apart from production; without it, the one that the "
        "machine is set up to be tested in",
        _virtual_network,
    ),
]


def _number(text: str) -> str:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text[:9]) < _PAGES:
        raise Misunderstood(f"{text!r} is not the number of a page.", "The first one is 1.")
    return str(int(text))


Page = Annotated[str, Argument("Page", "<number>", "which page of a long list", _number)]
Severity = Annotated[
    str,
    Argument(
        "Severity",
        "all|critical|warning|info",
        "how bad the events are",
        one_of("all", "critical", "warning", "info"),
    ),
]
WhichJobs = Annotated[
    str,
    Argument(
        "Which jobs",
        "recent|active|failed",
        "recent (those that run, then the newest), active (those that run or wait for somebody) "
        "or failed",
        one_of("recent", "active", "failed"),
    ),
]
