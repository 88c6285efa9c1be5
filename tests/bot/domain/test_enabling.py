"""What protecting a machine names, where it is learnt, and what Azure is then sent."""

from typing import Any

import pytest

from bot.domain.candidates import Candidate, Volume
from bot.domain.catalogue import Call, Ground
from bot.domain.enabling import Neighbours, agreed, choose_mapping, learn
from bot.domain.machines import Disk, WayBack
from bot.domain.offers import why_not
from bot.domain.operations import CATALOGUE
from bot.domain.policy import ReprotectDefaults
from bot.domain.sites import ContainerMapping, Replica
from bot.errors import Missing, Misunderstood, NotNow
from tests.bot.samples import (
    CACHE,
    ITEM,
    NETWORK,
    NORTH,
    POLICY,
    RECOVERY_GROUP,
    SOURCE,
    VAULT,
    VM,
    WEST,
    candidate,
    hyper_v_candidate,
    machine,
    request,
)

SOUTH = NORTH.replace("northeurope", "southeurope")


def mapping(**more: Any) -> ContainerMapping:
    """Make the mapping from West to North Europe."""
    given: dict[str, Any] = {
        "source": WEST,
        "target": NORTH,
        "policy": POLICY,
        "provider": "A2A",
        "name": "west-north",
        "there": "North Europe",
    }
    return ContainerMapping(**given | more)


def replica(**more: Any) -> Replica:
    """Make how vm-web01 replicates."""
    given: dict[str, Any] = {
        "id": ITEM,
        "name": "vm-web01",
        "provider": "A2A",
        "source_vm": SOURCE,
        "group": RECOVERY_GROUP,
    }
    return Replica(**given | more)


def learnt(
    one: Candidate | None = None,
    *,
    said: dict[str, str] | None = None,
    says: dict[str, str] | None = None,
    replicas: tuple[Replica, ...] = (),
    cache: str = "",
    network: str = "",
) -> WayBack:
    """Find out about a machine with these neighbours."""
    disks = (Disk(id="d", cache_account=cache),)
    around = Neighbours(
        mapping=mapping(),
        chosen_by="from the container mapping",
        machines=(machine(disks=disks),),
        replicas=replicas,
        network=network,
    )
    return learn(one or candidate(), around, said or {}, ReprotectDefaults(**(says or {})))


def call(one: Candidate, way: WayBack) -> Call:
    """Write what Azure would be sent."""
    return CATALOGUE["protect"].call(Ground(target=one, way_back=way), {})


def test_an_azure_machine_is_sent_with_all_its_disks() -> None:
    """To the letter: the machine, where it goes, under which policy, and each disk."""
    sent = request("protect").sends
    assert sent.action == "create"
    assert sent.resource.startswith(f"{WEST}/replicationProtectedItems/")
    disk = {"primaryStagingAzureStorageAccountId": CACHE, "recoveryResourceGroupId": RECOVERY_GROUP}
    kinds = ("recoveryReplicaDiskAccountType", "recoveryTargetDiskAccountType")
    assert sent.body == {
        "properties": {
            "policyId": POLICY,
            "providerSpecificDetails": {
                "instanceType": "A2A",
                "fabricObjectId": VM,
                "recoveryContainerId": NORTH,
                "recoveryResourceGroupId": RECOVERY_GROUP,
                "recoveryAzureNetworkId": NETWORK,
                "vmManagedDisks": [
                    {"diskId": f"{VM}-os", **disk, **dict.fromkeys(kinds, "Premium_LRS")},
                    {"diskId": f"{VM}-data", **disk},
                ],
            },
        }
    }


def test_a_hyper_v_machine_is_sent_by_what_its_site_calls_it() -> None:
    """With the protectable item, its id at the host and the disk that it starts from."""
    one = hyper_v_candidate()
    said = {"os": "Linux", "group": RECOVERY_GROUP, "storage": CACHE}
    assert call(one, learnt(one, said=said)).body == {
        "properties": {
            "policyId": POLICY,
            "protectableItemId": one.id,
            "providerSpecificDetails": {
                "instanceType": "HyperVReplicaAzure",
                "hvHostVmId": "vm-guid",
                "vmName": "hv-new01",
                "useManagedDisks": "true",
                "osType": "Linux",
                "vhdId": "vhd-guid",
                "targetStorageAccountId": CACHE,
                "targetAzureV2ResourceGroupId": RECOVERY_GROUP,
            },
        }
    }


def test_the_name_of_the_item_follows_from_vault_and_machine() -> None:
    """In whatever casing they are told, so that two of it cannot be made."""
    told_otherwise = candidate(id=VM.upper().replace("/SUBSCRIPTIONS", "/subscriptions"))
    way = learnt(said={"group": RECOVERY_GROUP, "cache": CACHE})
    assert call(candidate(), way).resource == call(told_otherwise, way).resource
    elsewhere = candidate(vault=VAULT.replace("vault-dr", "vault-2"))
    assert call(candidate(), way).resource != call(elsewhere, way).resource


def test_what_is_learnt_says_where() -> None:
    """From neighbours of the same group, from all that go the same way, from the mappings."""
    way = learnt(replicas=(replica(),), cache=CACHE, network=NETWORK)
    assert {one.title: (one.value, one.source) for one in way.learnt} == {
        "Replication policy": (POLICY, "from the container mapping"),
        "Recovery container": (NORTH, "from the container mapping"),
        "Recovery resource group": (RECOVERY_GROUP, "as other machines of rg-shop use"),
        "Cache storage account": (CACHE, "as other machines that replicate this way use"),
        "Recovery network": (NETWORK, "from the network mapping"),
    }


def test_what_nothing_tells_is_asked_for_at_once() -> None:
    """Neither the group of another group's machines nor the usual one is guessed."""
    others = (
        replica(source_vm=SOURCE.replace("rg-shop", "rg-erp")),
        replica(source_vm=SOURCE.replace("rg-shop", "rg-hr"), group=f"{RECOVERY_GROUP}-2"),
    )
    with pytest.raises(Missing) as caught:
        learnt(replicas=others)
    assert caught.value.what == ("group", "cache")
    assert "has to name the recovery resource group and cache storage account" in str(caught.value)
    assert caught.value.choices == {
        "group": (("rg-shop-asr", "rg-shop-asr"), ("rg-shop-asr-2", "rg-shop-asr-2"))
    }
    way = learnt(replicas=others, said={"group": "rg-shop-asr-2", "cache": CACHE})
    assert way.value("recoveryResourceGroupId") == f"{RECOVERY_GROUP}-2"


def test_machines_of_one_group_that_go_to_two_decide_nothing() -> None:
    """It is asked for, out of the two."""
    two = (replica(), replica(group=f"{RECOVERY_GROUP}-2"))
    with pytest.raises(Missing) as caught:
        learnt(replicas=two, cache=CACHE)
    assert caught.value.what == ("group",)


def test_the_policy_file_may_name_the_cache_account() -> None:
    """As for a reprotect in that region; what the asker names comes first."""
    way = learnt(replicas=(replica(),), says={"cache_storage_account": CACHE})
    assert way.learnt[3].source == "from the policy"
    way = learnt(replicas=(replica(),), says={"cache_storage_account": "x"}, said={"cache": CACHE})
    assert (way.learnt[3].value, way.learnt[3].source) == (CACHE, "named by the asker")


def test_a_network_that_nothing_names_is_left_to_azure() -> None:
    """The card says so, and nothing is sent for it."""
    way = learnt(replicas=(replica(),), cache=CACHE)
    assert (way.learnt[-1].title, way.learnt[-1].value) == ("Recovery network", "none")
    assert "Azure's network mapping decides" in way.learnt[-1].source
    body = call(candidate(), way).body
    assert body is not None
    assert "recoveryAzureNetworkId" not in body["properties"]["providerSpecificDetails"]


def test_of_several_disks_at_a_site_one_has_to_be_the_system_s() -> None:
    """Known, or chosen by name; the id is what is sent."""
    disks = (Volume(id="vhd-1", name="c.vhdx"), Volume(id="vhd-2", name="d.vhdx"))
    said = {"os": "Windows", "group": RECOVERY_GROUP, "storage": CACHE}
    with pytest.raises(Missing) as caught:
        learnt(hyper_v_candidate(volumes=disks), said=said)
    assert caught.value.choices == {"os-disk": (("c.vhdx", "c.vhdx"), ("d.vhdx", "d.vhdx"))}
    way = learnt(hyper_v_candidate(volumes=disks), said=said | {"os-disk": "D.vhdx"})
    assert way.value("vhdId") == "vhd-2"
    known = (disks[0], disks[1].model_copy(update={"system": True}))
    assert learnt(hyper_v_candidate(volumes=known), said=said).value("vhdId") == "vhd-2"


def test_of_several_mappings_one_is_chosen() -> None:
    """By the name of its policy, or by its own where two have the same policy."""
    gold = mapping(policy=f"{POLICY}-gold", name="gold")
    south = mapping(target=SOUTH, name="west-south", there="South Europe")
    back = mapping(source=NORTH, target=WEST, name="north-west")
    assert choose_mapping(candidate(), [mapping(), back], "")[0] == mapping()
    with pytest.raises(Missing) as caught:
        choose_mapping(candidate(), [mapping(), gold], "")
    assert caught.value.choices["policy"] == [
        ("24-hour-retention-policy", "24-hour-retention-policy → North Europe"),
        ("24-hour-retention-policy-gold", "24-hour-retention-policy-gold → North Europe"),
    ]
    both = [mapping(), gold]
    chosen = choose_mapping(candidate(), both, "24-hour-retention-policy-GOLD")
    assert chosen == (gold, "named by the asker")
    with pytest.raises(Missing) as caught:
        choose_mapping(candidate(), [mapping(), south], "24-hour-retention-policy")
    assert [word for word, _ in caught.value.choices["policy"]] == ["west-north", "west-south"]
    assert choose_mapping(candidate(), [mapping(), south], "west-south")[0] == south
    with pytest.raises(NotNow, match="is called silver"):
        choose_mapping(candidate(), both, "silver")
    with pytest.raises(NotNow, match="no container mapping in vault-dr any more"):
        choose_mapping(candidate(), [back], "")


def test_a_machine_that_cannot_be_replicated_as_it_is() -> None:
    """Azure's own reasons are said, and nobody is asked to approve it."""
    reason = why_not(CATALOGUE["protect"], candidate(unready=("It is a template.",)))
    assert "vm-new01 cannot be protected as it is: It is a template." in str(reason)
    assert why_not(CATALOGUE["protect"], candidate()) is None


def test_a_resource_group_and_an_operating_system_are_checked_as_typed() -> None:
    """Before anybody is asked to approve them."""
    checks = {one.name: one.argument.check for one in CATALOGUE["protect"].verb.options}
    assert checks["group"](RECOVERY_GROUP) == RECOVERY_GROUP
    assert checks["os"]("windows") == "Windows"
    for option, wrong in (("group", CACHE), ("group", "a b"), ("os", "DOS")):
        with pytest.raises(Misunderstood):
            checks[option](wrong)


def test_agreement_is_of_all_who_say_something() -> None:
    """Casing is no difference."""
    assert agreed(["", "/A", "/a"]) == "/a"
    assert agreed(["/a", "/b"]) == agreed([]) == ""
