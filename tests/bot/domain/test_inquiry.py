"""What the reprotect of a site's machine names, where it is learnt, and what Azure is then sent."""

from typing import Any

import pytest

from bot.domain.catalogue import Ground
from bot.domain.inquiry import Told, inquire, refuse_strangers
from bot.domain.machines import WayBack
from bot.domain.operations import CATALOGUE
from bot.domain.policy import ReprotectDefaults
from bot.domain.sites import ContainerMapping, Replica, Server, Site
from bot.errors import Missing, NotNow
from tests.bot.samples import CACHE, ITEM, POLICY, machine

AGENTS = (
    Server(id="agent-1", name="one", datastores=("ds-1", "ds-2")),
    Server(id="agent-2", name="two", datastores=("ds-3",)),
)


def mapped(provider: str, policy: str = POLICY) -> ContainerMapping:
    """Make a container mapping of a kind."""
    return ContainerMapping(source="c", target="Microsoft Azure", policy=policy, provider=provider)


def learnt(
    provider: str,
    *,
    said: dict[str, str] | None = None,
    says: dict[str, str] | None = None,
    others: tuple[Replica, ...] = (),
    site: dict[str, Any] | None = None,
    mappings: tuple[ContainerMapping, ...] = (),
    **told: Any,
) -> WayBack:
    """Find out about a machine of that kind."""
    return inquire(
        Told(
            replica=Replica(id=ITEM, name="vm-web01", provider=provider, **told),
            others=others,
            site=Site(name="site", **(site or {})),
            mappings=mappings,
        ),
        machine(provider=provider),
        said or {},
        ReprotectDefaults(**(says or {})),
    )


def body(provider: str, way: WayBack) -> Any:
    """Write what Azure would be sent."""
    call = CATALOGUE["reprotect"].call(Ground(target=machine(provider=provider), way_back=way), {})
    assert (call.action, call.resource) == ("reProtect", ITEM)
    assert call.body is not None
    return call.body["properties"]


def test_a_hyper_v_machine_tells_all_by_itself() -> None:
    """It has come home and is replicated to Azure again."""
    way = learnt("HyperVReplicaAzure", vm="vm-id", os="Windows", os_disk="disk-id", storage=CACHE)
    assert body("HyperVReplicaAzure", way) == {
        "failoverDirection": "PrimaryToRecovery",
        "providerSpecificDetails": {
            "instanceType": "HyperVReplicaAzure",
            "vmName": "vm-web01",
            "hvHostVmId": "vm-id",
            "osType": "Windows",
            "vHDId": "disk-id",
            "storageAccountId": CACHE,
        },
    }


def test_what_nobody_could_know_sends_people_to_the_portal() -> None:
    """No form asks for the id of a disk at the site."""
    with pytest.raises(NotNow, match="does not tell the system disk of vm-web01"):
        learnt("HyperVReplicaAzure", vm="vm-id", os="Windows", storage=CACHE)


def test_a_vmware_machine_in_azure_names_agent_datastore_and_log_storage() -> None:
    """As recorded clients send it; the policy comes from the mapping of the way home."""
    way = learnt(
        "InMageRcm",
        said={"agent": "TWO"},
        site={"agents": AGENTS},
        mappings=(mapped("InMageRcm", "other"), mapped("InMageRcmFailback")),
        datastores=("ds-3",),
        log_storage=CACHE,
    )
    assert body("InMageRcm", way) == {
        "failoverDirection": "RecoveryToPrimary",
        "providerSpecificDetails": {
            "instanceType": "InMageRcm",
            "reprotectAgentId": "agent-2",
            "datastoreName": "ds-3",
            "logStorageAccountId": CACHE,
            "policyId": POLICY,
        },
    }
    assert [one.source for one in way.learnt] == [
        "named by the asker",
        "where it lay",
        "from the machine",
        "from the container mapping",
    ]
    assert way.learnt[0].label == "two"


def test_a_vmware_machine_at_home_names_process_server_and_policy() -> None:
    """Without a direction, and with an account only when somebody named one."""
    other = Replica(id="x", name="vm-2", provider="InMageRcm", process_server="ps-1")
    way = learnt("InMageRcmFailback", others=(other,), mappings=(mapped("InMageRcm"),))
    details = {
        "instanceType": "InMageRcmFailback",
        "processServerId": "ps-1",
        "policyId": POLICY,
    }
    assert body("InMageRcmFailback", way) == {"providerSpecificDetails": details}
    assert way.learnt[0].source == "as other machines that replicate this way use"
    way = learnt(
        "InMageRcmFailback",
        said={"run-as": "root"},
        others=(other,),
        mappings=(mapped("InMageRcm"),),
    )
    assert way.value("runAsAccountId") == "root"


def test_a_classic_machine_is_sent_the_kind_that_it_becomes() -> None:
    """As published clients do it, in either direction with RecoveryToPrimary."""
    way = learnt(
        "InMageAzureV2",
        says={"retention_drive": "R"},
        master_target="mt-1",
        process_server="ps-1",
        mappings=(mapped("InMage"),),
    )
    assert body("InMageAzureV2", way) == {
        "failoverDirection": "RecoveryToPrimary",
        "providerSpecificDetails": {
            "instanceType": "InMage",
            "masterTargetId": "mt-1",
            "processServerId": "ps-1",
            "retentionDrive": "R",
            "profileId": POLICY,
        },
    }
    way = learnt(
        "InMage",
        said={"storage": CACHE},
        site={"accounts": (Server(id="account-1", name="root"),)},
        master_target="mt-1",
        process_server="ps-1",
        mappings=(mapped("InMageAzureV2"),),
    )
    assert body("InMage", way) == {
        "failoverDirection": "RecoveryToPrimary",
        "providerSpecificDetails": {
            "instanceType": "InMageAzureV2",
            "processServerId": "ps-1",
            "masterTargetId": "mt-1",
            "runAsAccountId": "account-1",
            "storageAccountId": CACHE,
            "policyId": POLICY,
        },
    }


OTHER = Replica(id="x", name="vm-2", provider="InMageRcmFailback", agent="agent-2")
BY_POLICY = {"agent": "one", "datastore": "ds-2", "log_storage_account": CACHE}


@pytest.mark.parametrize(
    ("said", "others", "says", "agents", "value", "source"),
    [
        ({"agent": "one"}, (OTHER,), BY_POLICY, AGENTS, "agent-1", "named by the asker"),
        ({"agent": "unheard"}, (OTHER,), BY_POLICY, AGENTS, "unheard", "named by the asker"),
        ({}, (OTHER,), BY_POLICY, AGENTS, "agent-2", "as other machines that replicate this way"),
        ({}, (), BY_POLICY, AGENTS, "agent-1", "from the policy"),
        ({}, (), BY_POLICY | {"agent": ""}, AGENTS[:1], "agent-1", "the only one of site"),
    ],
)
def test_the_nearest_to_a_person_s_word_counts(
    said: dict[str, str],
    others: tuple[Replica, ...],
    says: dict[str, str],
    agents: tuple[Server, ...],
    value: str,
    source: str,
) -> None:
    """The asker, then machines, then the policy, then a site that has only one."""
    way = learnt("InMageRcm", said=said, others=others, says=says, site={"agents": agents})
    assert way.value("reprotectAgentId") == value
    assert way.learnt[0].source.startswith(source)


def test_all_that_is_missing_is_asked_for_at_once() -> None:
    """With what there is to choose from; two of one name are told apart by their ids."""
    twin = Server(id="agent-3", name="One")
    with pytest.raises(Missing, match="reprotect agent, datastore and log storage") as caught:
        learnt("InMageRcm", site={"agents": (*AGENTS, twin)})
    assert caught.value.what == ("agent", "datastore", "log-storage")
    assert caught.value.choices == {
        "agent": (("agent-1", "one"), ("two", "two"), ("agent-3", "One")),
        "datastore": (("ds-1", "ds-1"), ("ds-2", "ds-2"), ("ds-3", "ds-3")),
    }
    assert "--agent (agent-1, two, agent-3), --datastore (ds-1, ds-2" in caught.value.advice
    assert caught.value.advice.endswith("ds-3), --log-storage.")


def test_a_chosen_agent_narrows_the_datastores() -> None:
    """Where the machine lay counts only when that agent can write there."""
    with pytest.raises(Missing) as caught:
        learnt(
            "InMageRcm",
            said={"agent": "one", "log-storage": CACHE},
            site={"agents": AGENTS},
            datastores=("ds-3",),
        )
    assert caught.value.choices == {"datastore": (("ds-1", "ds-1"), ("ds-2", "ds-2"))}


def test_several_policies_are_never_chosen_from() -> None:
    """Where one has to be named, a person names it; where none has to, none is sent."""
    home = (mapped("InMageRcmFailback", "a/one"), mapped("InMageRcmFailback", "a/two"))
    assert "policyId" not in body(
        "InMageRcm", learnt("InMageRcm", says=BY_POLICY, site={"agents": AGENTS}, mappings=home)
    )
    again = (mapped("InMageRcm", "a/one"), mapped("InMageRcm", "a/two"))
    with pytest.raises(Missing) as caught:
        learnt("InMageRcmFailback", said={"process-server": "ps"}, mappings=again)
    assert caught.value.choices == {"policy": (("one", "one"), ("two", "two"))}
    way = learnt(
        "InMageRcmFailback", said={"process-server": "ps", "policy": "two"}, mappings=again
    )
    assert way.value("policyId") == "a/two"


def test_an_option_of_another_kind_of_machine_is_refused() -> None:
    """It would say nothing, and whoever approves would think that it did."""
    with pytest.raises(
        NotNow, match="--agent means nothing for vm-web01, which is replicated by A2A"
    ) as caught:
        refuse_strangers(machine(), {"cache": "", "agent": "one"})
    assert "takes --cache." in caught.value.advice
    refuse_strangers(machine(), {"cache": CACHE, "agent": ""})
