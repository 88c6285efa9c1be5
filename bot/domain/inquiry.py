"""What the reprotect of a site's machine has to name, and where it is learnt: never guessed.

Looked for in this order: what the asker named, the machine and others that replicate the same way,
the policy's `[reprotect.<region or site>]`, and the site itself where it has only one of a kind.
What then is still missing is asked for, all of it at once.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from bot.domain.candidates import Candidate
from bot.domain.data import Data
from bot.domain.machines import (
    A2A,
    CLASSIC,
    CLASSIC_BACK,
    HYPER_V,
    RCM,
    RCM_BACK,
    Learnt,
    Machine,
    WayBack,
    same_id,
)
from bot.domain.operations import CATALOGUE
from bot.domain.policy import ReprotectDefaults
from bot.domain.sites import ContainerMapping, Replica, Server, Site
from bot.errors import Missing, NotNow
from bot.refusals import Now


def titles_of(operation: str) -> dict[str, str]:
    """Return what people call the options of an operation."""
    return {option.name: option.argument.title for option in CATALOGUE[operation].verb.options}


TITLES: Final = titles_of("reprotect")
BY_ASKER: Final = "named by the asker"
BY_POLICY: Final = "from the policy"
BY_MACHINE: Final = "from the machine"
BY_OTHERS: Final = "as other machines that replicate this way use"

_SHOWN: Final = 5

Hint = tuple[str, str]
"""A value and where it was learnt; '' when it was not."""


class Told(Data):
    """What Azure tells of a site's machine and of what is around it."""

    replica: Replica
    others: tuple[Replica, ...]
    """The other machines of the site."""
    site: Site
    mappings: tuple[ContainerMapping, ...]


class Inquiry:
    """What was learnt so far for one machine and operation, and what is still missing."""

    def __init__(
        self,
        operation: str,
        machine: Machine | Candidate,
        arguments: Mapping[str, str],
        defaults: ReprotectDefaults,
        place: str,
    ) -> None:
        self._title = CATALOGUE[operation].title.lower()
        self._titles = titles_of(operation)
        self._machine = machine
        self._arguments = arguments
        self._defaults = defaults
        self._place = place
        self._learnt: list[Learnt] = []
        self._missing: dict[str, tuple[tuple[str, str], ...]] = {}

    def learn(
        self,
        option: str,
        field: str,
        *hints: Hint,
        choices: Sequence[Server] = (),
        needed: bool = True,
    ) -> str:
        """Find the value of an option for one of Azure's fields; returns it, or ''."""
        twins = Counter(one.name.casefold() for one in choices)
        known = {name: one for one in choices if twins[name := one.name.casefold()] == 1}
        only = choices[0].id if len(choices) == 1 else ""
        for value, source in (
            (self._arguments.get(option, ""), BY_ASKER),
            *hints,
            (self._defaults.says(option), BY_POLICY),
            (only, f"the only one of {self._place}"),
        ):
            if value:
                found = known.get(value.casefold())
                return self.take(
                    field, self._titles[option], found.id if found else value, source, choices
                )
        if needed:
            self._missing[option] = tuple(
                (one.name if one.name.casefold() in known and one.name else one.id, one.name)
                for one in choices
            )
        return ""

    def take(
        self, field: str, title: str, value: str, source: str, choices: Sequence[Server] = ()
    ) -> str:
        """Write down what was learnt; raises `NotNow` when it is nothing."""
        if not value:
            raise NotNow(
                Now.NOT_TOLD,
                f"Azure does not tell the {title.lower()} of {self._machine.name}, which its "
                f"{self._title} has to name.",
                "Do it in the portal.",
            )
        label = next((one.name for one in choices if same_id(one.id, value)), "")
        self._learnt.append(
            Learnt(field=field, title=title, value=value, label=label, source=source)
        )
        return value

    def way_back(self) -> WayBack:
        """Return what was learnt; raises `Missing` when a person has to say more."""
        if not self._missing:
            return WayBack(learnt=tuple(self._learnt))
        titles = [self._titles[option].lower() for option in self._missing]
        named = " and ".join(filter(None, [", ".join(titles[:-1]), titles[-1]]))
        each = ", ".join(_typed(option, found) for option, found in self._missing.items())
        raise Missing(
            f"A {self._title} of {self._machine.name} has to name the {named}. Neither the machine "
            f"nor {self._place} nor the policy says which.",
            tuple(self._missing),
            target=self._machine.id,
            name=self._machine.name,
            advice=f"Name {'it' if len(titles) == 1 else 'them'} with {each}.",
            choices={option: found for option, found in self._missing.items() if found},
        )


def _typed(option: str, choices: Sequence[tuple[str, str]]) -> str:
    """Write how an option is typed, with the first of what there is to choose from."""
    shown = ", ".join(value for value, _ in choices[:_SHOWN])
    more = ", …" if len(choices) > _SHOWN else ""
    return f"--{option}" + (f" ({shown}{more})" if shown else "")


def _hyper_v(asked: Inquiry, told: Told) -> None:
    """A Hyper-V machine, after its failback: it is replicated to Azure again."""
    asked.take("vmName", "Name at the site", told.replica.name, BY_MACHINE)
    asked.take("hvHostVmId", "Id at the host", told.replica.vm, BY_MACHINE)
    asked.take("osType", "Operating system", told.replica.os, BY_MACHINE)
    asked.take("vHDId", "System disk", told.replica.os_disk, BY_MACHINE)
    asked.learn("storage", "storageAccountId", (told.replica.storage, BY_MACHINE))
    asked.learn(
        "log-storage", "logStorageAccountId", (told.replica.log_storage, BY_MACHINE), needed=False
    )


def _vmware_home(asked: Inquiry, told: Told) -> None:
    """A modern VMware machine that runs in Azure: it is to be replicated home."""
    same_way = [one for one in told.others if one.provider == RCM_BACK]
    agent = asked.learn(
        "agent",
        "reprotectAgentId",
        (usual(one.agent for one in same_way), BY_OTHERS),
        choices=told.site.agents,
    )
    reachable = _datastores(told.site, agent)
    lay_on = told.replica.datastores if len(told.replica.datastores) == 1 else ()
    asked.learn(
        "datastore",
        "datastoreName",
        (next((one for one in lay_on if not reachable or one in reachable), ""), "where it lay"),
        choices=[Server(id=one, name=one) for one in reachable],
    )
    asked.learn(
        "log-storage",
        "logStorageAccountId",
        (told.replica.log_storage, BY_MACHINE),
        (usual(one.log_storage for one in same_way), BY_OTHERS),
    )
    _policy(asked, told.mappings, RCM_BACK, needed=False)


def _vmware_again(asked: Inquiry, told: Told) -> None:
    """A modern VMware machine that came home: it is replicated to Azure again."""
    same_way = [one for one in told.others if one.provider == RCM]
    asked.learn(
        "process-server",
        "processServerId",
        (usual(one.process_server for one in same_way), BY_OTHERS),
        choices=told.site.process_servers,
    )
    _policy(asked, told.mappings, RCM)
    asked.learn("run-as", "runAsAccountId", needed=False)


def _classic_home(asked: Inquiry, told: Told) -> None:
    """A classic VMware machine that runs in Azure: it is to be replicated home."""
    same_way = [one for one in told.others if one.provider == CLASSIC_BACK]
    asked.learn(
        "master-target",
        "masterTargetId",
        (usual(one.master_target for one in same_way), BY_OTHERS),
        (told.replica.master_target, BY_MACHINE),
        choices=told.site.master_targets,
    )
    asked.learn(
        "process-server",
        "processServerId",
        (told.replica.process_server, BY_MACHINE),
        choices=told.site.process_servers,
    )
    asked.learn("retention-drive", "retentionDrive")
    asked.learn("datastore", "datastoreName", needed=False)
    asked.learn("run-as", "runAsAccountId", choices=told.site.accounts, needed=False)
    _policy(asked, told.mappings, CLASSIC_BACK, field="profileId")


def _classic_again(asked: Inquiry, told: Told) -> None:
    """A classic VMware machine that came home: it is replicated to Azure again."""
    same_way = [one for one in told.others if one.provider == CLASSIC]
    asked.learn(
        "process-server",
        "processServerId",
        (told.replica.process_server, BY_MACHINE),
        choices=told.site.process_servers,
    )
    asked.learn(
        "master-target",
        "masterTargetId",
        (told.replica.master_target, BY_MACHINE),
        choices=told.site.master_targets,
    )
    asked.learn("run-as", "runAsAccountId", choices=told.site.accounts)
    asked.learn("storage", "storageAccountId", (usual(one.storage for one in same_way), BY_OTHERS))
    asked.learn("log-storage", "logStorageAccountId", needed=False)
    _policy(asked, told.mappings, CLASSIC)


_INQUIRIES: Final[Mapping[str, Callable[[Inquiry, Told], None]]] = {
    HYPER_V: _hyper_v,
    RCM: _vmware_home,
    RCM_BACK: _vmware_again,
    CLASSIC: _classic_home,
    CLASSIC_BACK: _classic_again,
}
_TAKES: Final[Mapping[str, frozenset[str]]] = {
    A2A: frozenset({"cache"}),
    HYPER_V: frozenset({"storage", "log-storage"}),
    RCM: frozenset({"agent", "datastore", "log-storage", "policy"}),
    RCM_BACK: frozenset({"process-server", "run-as", "policy"}),
    CLASSIC: frozenset(
        {"master-target", "process-server", "retention-drive", "datastore", "run-as", "policy"}
    ),
    CLASSIC_BACK: frozenset(
        {"process-server", "master-target", "run-as", "storage", "log-storage", "policy"}
    ),
}
"""The options that mean something for each kind of machine."""


def refuse_strangers(machine: Machine, arguments: Mapping[str, str]) -> None:
    """Refuse an option that would say nothing about this kind of machine."""
    takes = _TAKES[machine.provider]
    for option, value in arguments.items():
        if value and option not in takes:
            known = ", ".join(f"--{one}" for one in TITLES if one in takes)
            raise NotNow(
                Now.NO_SUCH_OPTION,
                f"--{option} means nothing for {machine.name}, which is replicated by "
                f"{machine.provider}.",
                f"Its reprotect takes {known}.",
            )


def inquire(
    told: Told, machine: Machine, said: Mapping[str, str], says: ReprotectDefaults
) -> WayBack:
    """Find what the reprotect of a site's machine names; raises `NotNow` or `Missing`."""
    asked = Inquiry("reprotect", machine, said, says, told.site.name)
    _INQUIRIES[machine.provider](asked, told)
    return asked.way_back()


def _policy(
    asked: Inquiry,
    mappings: tuple[ContainerMapping, ...],
    provider: str,
    *,
    field: str = "policyId",
    needed: bool = True,
) -> None:
    """Learn the replication policy from the site's container mappings of a kind."""
    ids = dict.fromkeys(one.policy for one in mappings if one.provider == provider and one.policy)
    policies = [Server(id=one, name=one.rpartition("/")[2]) for one in ids]
    mapped = policies[0].id if len(policies) == 1 else ""
    asked.learn(
        "policy", field, (mapped, "from the container mapping"), choices=policies, needed=needed
    )


def _datastores(site: Site, agent: str) -> tuple[str, ...]:
    """Return the datastores that an agent can write to, or any of them while none is chosen."""
    agents = [one for one in site.agents if not agent or same_id(one.id, agent)]
    return tuple(dict.fromkeys(name for one in agents for name in one.datastores))


def usual(values: Iterable[str]) -> str:
    """Return what most say; '' when nobody says anything."""
    found = Counter(value for value in values if value).most_common(1)
    return found[0][0] if found else ""
