"""What protecting a machine has to name, and where it is learnt: never guessed.

Looked for in this order: what the asker named, the vault's own mappings, what other machines that
replicate the same way use, the policy's `[reprotect.<region or site>]`. What then is still missing
is asked for, all of it at once; where several mappings lead away, that is asked first.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.domain.bodies_protect import GROUP, NETWORK, POLICY, SITE_GROUP, SITE_NETWORK
from bot.domain.bodies_reprotect import CACHE
from bot.domain.candidates import Candidate
from bot.domain.data import Data
from bot.domain.inquiry import BY_ASKER, BY_MACHINE, BY_OTHERS, Inquiry, titles_of, usual
from bot.domain.machines import A2A, HYPER_V, Learnt, Machine, WayBack, same_id, segment
from bot.domain.policy import ReprotectDefaults
from bot.domain.sites import ContainerMapping, Replica, Server
from bot.errors import Missing, NotNow
from bot.refusals import Name, Now

_BY_MAPPING: Final = "from the container mapping"
_BY_NETWORKS: Final = "from the network mapping"
_NOBODY: Final = "nothing names one: Azure's network mapping decides, where there is one"
_TAKES: Final[Mapping[str, frozenset[str]]] = {
    A2A: frozenset({"vault", "policy", "group", "cache", "network"}),
    HYPER_V: frozenset({"vault", "policy", "group", "storage", "network", "os", "os-disk"}),
}
"""The options that mean something for each kind of machine."""


class Neighbours(Data):
    """What Azure tells of what is around a machine that is to be protected."""

    mapping: ContainerMapping
    chosen_by: str
    """Who chose that mapping."""
    machines: tuple[Machine, ...]
    """Those that replicate the same way."""
    replicas: tuple[Replica, ...]
    """How those replicate."""
    network: str = ""
    """Where the vault's network mapping leads."""


def refuse_strangers(candidate: Candidate, arguments: Mapping[str, str]) -> None:
    """Refuse an option that would say nothing about this kind of machine."""
    takes = _TAKES[candidate.provider]
    for option, value in arguments.items():
        if value and option not in takes:
            known = ", ".join(f"--{one}" for one in titles_of("protect") if one in takes)
            raise NotNow(
                Now.NO_SUCH_OPTION,
                f"--{option} means nothing for {candidate.name}, which would be replicated by "
                f"{candidate.provider}.",
                f"Its protection takes {known}.",
            )


def choose_mapping(
    candidate: Candidate, mappings: Sequence[ContainerMapping], said: str
) -> tuple[ContainerMapping, str]:
    """Choose the mapping that a machine is protected under, and say who chose it.

    Raises `Missing` when there are several, `NotNow` when there is none of that name.
    """
    away = [
        one
        for one in mappings
        if one.provider == candidate.provider and same_id(one.source, candidate.container)
    ]
    if not away:
        raise NotNow(
            Now.NO_MAPPING,
            f"{candidate.here} has no container mapping in {segment(candidate.vault, 'vaults')} "
            "any more.",
            "Create it in the portal (Site Recovery infrastructure), then ask again.",
        )
    called = [one for one in away if said.casefold() in _names(one)] if said else away
    if len(called) == 1:
        return called[0], BY_ASKER if said else _BY_MAPPING
    known = [(_word(one, away), _label(one)) for one in away]
    listed = ", ".join(word for word, _ in known)
    if not called:
        raise NotNow(
            Name.NO_SUCH_SETTING,
            f"No mapping from {candidate.here} is called {said}.",
            f"There are: {listed}.",
        )
    raise Missing(
        f"{candidate.name} can be protected in several ways: {listed}. Which one?",
        ("policy",),
        target=candidate.id,
        name=candidate.name,
        advice="Name it with --policy.",
        choices={"policy": known},
    )


def learn(
    candidate: Candidate,
    around: Neighbours,
    said: Mapping[str, str],
    says: ReprotectDefaults,
) -> WayBack:
    """Find what protecting a machine names; raises `NotNow` or `Missing`."""
    place = segment(candidate.vault, "vaults")
    asked = Inquiry("protect", candidate, said, says, place)
    asked.take(POLICY, "Replication policy", around.mapping.policy, around.chosen_by)
    if candidate.provider == A2A:
        _azure(asked, candidate, around)
    else:
        _site(asked, candidate, around)
    way = asked.way_back()
    _refuse_bare_names(way)
    if way.value(NETWORK) or way.value(SITE_NETWORK):
        return way
    network = Learnt(field="", title="Recovery network", value="none", source=_NOBODY)
    return way.model_copy(update={"learnt": (*way.learnt, network)})


def _azure(asked: Inquiry, candidate: Candidate, around: Neighbours) -> None:
    asked.take("recoveryContainerId", "Recovery container", around.mapping.target, _BY_MAPPING)
    same_group = [
        one.group
        for one in around.replicas
        if segment(one.source_vm, "resourceGroups").casefold() == candidate.group.casefold()
    ]
    with_it = f"as other machines of {candidate.group} use"
    asked.learn("group", GROUP, (agreed(same_group), with_it), choices=_groups(around.replicas))
    used = usual(disk.cache_account for one in around.machines for disk in one.disks)
    asked.learn("cache", CACHE, (used, BY_OTHERS))
    asked.learn("network", NETWORK, (around.network, _BY_NETWORKS), needed=False)


def _site(asked: Inquiry, candidate: Candidate, around: Neighbours) -> None:
    systems = [Server(id=one, name=one) for one in ("Windows", "Linux")]
    asked.learn("os", "osType", (candidate.os, BY_MACHINE), choices=systems)
    disks = [Server(id=one.id, name=one.name) for one in candidate.volumes]
    asked.learn("os-disk", "vhdId", (_system_disk(candidate), BY_MACHINE), choices=disks)
    asked.learn(
        "storage",
        "targetStorageAccountId",
        (usual(one.storage for one in around.replicas), BY_OTHERS),
    )
    asked.learn(
        "group",
        SITE_GROUP,
        (agreed(one.group for one in around.replicas), BY_OTHERS),
        choices=_groups(around.replicas),
    )
    asked.learn(
        "network",
        SITE_NETWORK,
        (agreed(one.network for one in around.replicas), BY_OTHERS),
        needed=False,
    )


def agreed(values: Iterable[str]) -> str:
    """Return what all say who say something; '' when they differ or nobody does."""
    found = {value.casefold(): value for value in values if value}
    return next(iter(found.values())) if len(found) == 1 else ""


def _system_disk(candidate: Candidate) -> str:
    """Return the one disk that a machine has, or that is known to be the one it starts from."""
    system = [one.id for one in candidate.volumes if one.system]
    found = [one.id for one in candidate.volumes] if len(candidate.volumes) == 1 else system
    return found[0] if len(found) == 1 else ""


def _groups(replicas: Iterable[Replica]) -> list[Server]:
    ids = {one.group.casefold(): one.group for one in replicas if one.group}
    found = [Server(id=one, name=segment(one, "resourceGroups")) for one in ids.values()]
    return found if len(found) > 1 else []


def _refuse_bare_names(way: WayBack) -> None:
    """Refuse a resource group that is no id and that no other machine uses."""
    group = way.value(GROUP) or way.value(SITE_GROUP)
    if not group.startswith("/"):
        raise NotNow(
            Name.NO_SUCH_SETTING,
            f"No other machine of this kind goes to a resource group {group}.",
            "Give its whole id: --group /subscriptions/<id>/resourceGroups/<name>.",
        )


def _names(mapping: ContainerMapping) -> set[str]:
    return {_policy(mapping).casefold(), mapping.name.casefold()}


def _policy(mapping: ContainerMapping) -> str:
    return mapping.policy.rpartition("/")[2]


def _word(mapping: ContainerMapping, among: Sequence[ContainerMapping]) -> str:
    """Return the name of its policy, or its own where another has the same policy."""
    twins = [one for one in among if same_id(one.policy, mapping.policy)]
    return _policy(mapping) if len(twins) == 1 else mapping.name


def _label(mapping: ContainerMapping) -> str:
    return f"{_policy(mapping)} → {mapping.there}" if mapping.there else _policy(mapping)
