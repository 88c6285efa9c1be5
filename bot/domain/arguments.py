"""How the options of commands are typed and checked; each is declared once and used by name."""

import re
from typing import Annotated, Final

from bot.domain.machines import is_guid
from bot.domain.points import is_before
from bot.domain.unseen import quoted
from bot.domain.verbs import Argument, one_of
from bot.errors import Misunderstood
from bot.refusals import Type

_LONGEST_NAME = 300
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
_GROUP = re.compile(r"^(/subscriptions/[^/]+/resourceGroups/)?[-\w.()]{1,90}$", re.IGNORECASE)
_PAGES = 10_000
LONGEST_NOTES: Final = 500


def _is_point(text: str) -> bool:
    return is_before(text) or is_guid(text)


def _storage_account(text: str) -> str:
    if text and not _STORAGE.match(text):
        raise Misunderstood(
            Type.WRONG_VALUE,
            f"{quoted(text)} is not the resource id of a storage account.",
            "It looks like /subscriptions/<id>/resourceGroups/<group>/providers/"
            "Microsoft.Storage/storageAccounts/<name>.",
        )
    return text


def _name(text: str) -> str:
    if len(text) > _LONGEST_NAME or not text.isprintable():
        raise Misunderstood(
            Type.WRONG_VALUE, f"A name has at most {_LONGEST_NAME} characters, all of them visible."
        )
    return text


def _notes(text: str) -> str:
    if len(text) > LONGEST_NOTES:
        raise Misunderstood(
            Type.WRONG_VALUE,
            f"The notes are longer than {LONGEST_NOTES} characters.",
            "Shorten them.",
        )
    return text


def _virtual_network(text: str) -> str:
    if not _NETWORK.match(text):
        raise Misunderstood(
            Type.WRONG_VALUE,
            f"{quoted(text)} is not the resource id of a virtual network.",
            "It looks like /subscriptions/<id>/resourceGroups/<group>/providers/"
            "Microsoft.Network/virtualNetworks/<name>.",
        )
    return text


def _resource_group(text: str) -> str:
    if not _GROUP.match(text):
        raise Misunderstood(
            Type.WRONG_VALUE,
            f"{quoted(text)} is not the resource id of a resource group.",
            "It looks like /subscriptions/<id>/resourceGroups/<name>.",
        )
    return text


def _system(text: str) -> str:
    if text.casefold() not in {"windows", "linux"}:
        raise Misunderstood(Type.WRONG_VALUE, f"{quoted(text)} is not Windows or Linux.")
    return text.capitalize()


_POINT_WORDS = ("processed", "app", "multivm")
_POINTS = (
    "processed (the newest one there is, fastest), app (the newest application-consistent one), "
    "multivm (the newest that a whole consistency group shares), before:13:55 (the newest one of "
    "that time or earlier; UTC, unless a zone such as +02:00 is said), or a point's id"
)


def _no_point(more: str = "") -> str:
    return f"a recovery point: say {more}processed, app, multivm, before:13:55 or the id of a point"


PointChoice = Annotated[
    str,
    Argument(
        "Recovery point",
        "latest|processed|app|multivm|before:<time>|<id>",
        f"the recovery point: latest (sends what is still pending first), {_POINTS}",
        one_of("latest", *_POINT_WORDS, also=_is_point, hint=_no_point("latest, ")),
    ),
]
OverrideFreeze = Argument(
    "Override the freeze",
    "yes",
    "during a freeze, for those whom the policy lets override it: ask all the same",
    one_of("yes", "no"),
)
OverrideLock = Argument(
    "Override the lock",
    "yes",
    "on what somebody has locked, for those whom the policy lets override it: ask all the same",
    one_of("yes", "no"),
)
YesNo = Annotated[
    str,
    Argument(
        "Shut down", "yes|no", "whether to try to shut the source down first", one_of("yes", "no")
    ),
]
Synchronisation = Annotated[
    str,
    Argument(
        "Synchronisation",
        "downtime|before",
        "for Hyper-V machines, when the data is sent home: downtime (the machine is shut down at "
        "once; less to send), or before (it runs on meanwhile; a shorter downtime)",
        one_of("downtime", "before"),
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
LogStorage = Annotated[
    str,
    Argument(
        "Log storage account",
        "<storage account id>",
        "for VMware machines: the storage account for what is on its way, when neither the machine "
        "nor others tell it",
        _storage_account,
    ),
]
Storage = Annotated[
    str,
    Argument(
        "Storage account",
        "<storage account id>",
        "for Hyper-V and classic VMware machines: the storage account in Azure to replicate to, "
        "when the machine does not tell it",
        _storage_account,
    ),
]
Agent = Annotated[
    str,
    Argument(
        "Reprotect agent",
        "<name>",
        "for VMware machines in Azure: the agent at the site that receives the data",
        _name,
    ),
]
Datastore = Annotated[
    str,
    Argument(
        "Datastore",
        "<name>",
        "for VMware machines in Azure: the datastore that the machine goes to",
        _name,
    ),
]
ProcessServer = Annotated[
    str,
    Argument(
        "Process server",
        "<name>",
        "for VMware machines: the process server that sends the data",
        _name,
    ),
]
MasterTarget = Annotated[
    str,
    Argument(
        "Master target server",
        "<name>",
        "for classic VMware machines: the server that receives the data at the site",
        _name,
    ),
]
RunAs = Annotated[
    str,
    Argument(
        "Run-as account",
        "<name>",
        "for VMware machines: the account that the site logs on to the machine with",
        _name,
    ),
]
RetentionDrive = Annotated[
    str,
    Argument(
        "Retention drive",
        "<drive>",
        "for classic VMware machines in Azure: the drive of the master target server that keeps "
        "older data",
        _name,
    ),
]
ReplicationPolicy = Annotated[
    str,
    Argument(
        "Replication policy",
        "<name>",
        "for VMware machines: the replication policy, when the site has several of the kind",
        _name,
    ),
]
ChosenPoint = Annotated[
    str,
    Argument(
        "Recovery point",
        "processed|app|multivm|before:<time>|<id>",
        f"the recovery point to start from: {_POINTS}",
        one_of(*_POINT_WORDS, also=_is_point, hint=_no_point()),
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
VaultName = Annotated[
    str,
    Argument("Vault", "<name>", "the vault to protect it in, when several cover its region", _name),
]
MappedPolicy = Annotated[
    str,
    Argument(
        "Replication policy",
        "<name>",
        "the replication policy, or the container mapping, when there are several",
        _name,
    ),
]
RecoveryGroup = Annotated[
    str,
    Argument(
        "Recovery resource group",
        "<resource group id>",
        "the resource group that it is to run in after a failover, when those of other machines do "
        "not tell it",
        _resource_group,
    ),
]
RecoveryNetwork = Annotated[
    str,
    Argument(
        "Recovery network",
        "<virtual network id>",
        "the virtual network that it is to run in after a failover, when the vault's network "
        "mapping does not tell it; it may be left out",
        _virtual_network,
    ),
]
System = Annotated[
    str,
    Argument(
        "Operating system",
        "Windows|Linux",
        "for Hyper-V machines: the operating system, when the site does not tell it",
        _system,
    ),
]
SystemDisk = Annotated[
    str,
    Argument(
        "System disk",
        "<name>",
        "for Hyper-V machines: the disk that it starts from, when the site does not tell it",
        _name,
    ),
]


def _number(text: str) -> str:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text[:9]) < _PAGES:
        raise Misunderstood(
            Type.WRONG_VALUE, f"{quoted(text)} is not the number of a page.", "The first one is 1."
        )
    return str(int(text))


Page = Annotated[str, Argument("Page", "<number>", "which page of a long list", _number)]
WhichMachines = Annotated[
    str,
    Argument(
        "Which",
        "all|failed|unknown|running|waiting|succeeded",
        "how the machines stand",
        one_of("all", "failed", "unknown", "running", "waiting", "succeeded"),
    ),
]
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
Notes = Annotated[
    str,
    Argument(
        "Notes",
        '"<what the test showed>"',
        "what the test showed, in quotation marks; Azure keeps it with the job",
        _notes,
    ),
]
