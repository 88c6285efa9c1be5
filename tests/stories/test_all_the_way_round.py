"""Machines of every kind, all the way round: out, home, and protected again."""

from sandbox.people import Message
from tests.world import World

ERP, HYPER_V, LEGACY = "vm-erp01", "hv-app01", "vm-legacy01"


async def carried_out(
    world: World, title: str, scenario: str, count: int = 1, minutes: float = 30
) -> Message:
    """Have a request approved, let the vault finish it, and return its card."""
    await world.alice.sees(title, "0 of 2")
    request = await world.request()
    await world.approved(title)
    await world.started(scenario, count)
    return await world.done(title, "Succeeded", request.id, minutes=minutes)


def sent(world: World, action: str) -> dict[str, object]:
    """Return the properties of the last POST of an action."""
    body = [s.body for s in world.vault.journal if s.path.endswith(f"/{action}")][-1]
    assert isinstance(body, dict)
    found = body["properties"]
    assert isinstance(found, dict)
    return found


async def gone_to_azure(world: World, name: str) -> Message:
    """Fail a machine over and commit that; returns the card of the commit."""
    await world.alice.types(f"/dr failover {name} because the site burns")
    card = await carried_out(world, f"Failover of {name}", "UnplannedFailover")
    await world.alice.presses("Commit", on=card)
    return await carried_out(world, f"Commit of {name}", "CommitFailover")


async def come_home(world: World, name: str, on: Message) -> Message:
    """Fail a machine back and commit that; returns the card of the commit."""
    await world.alice.presses("Failback", on=on)
    card = await carried_out(world, f"Failback of {name}", "PlannedFailover")
    await world.alice.presses("Commit", on=card)
    return await carried_out(world, f"Commit of {name}", "CommitFailover", 2)


async def test_a_vmware_machine_goes_all_the_way_round(whole: World) -> None:
    """To Azure, reprotected through a form, home again, and reprotected from there."""
    committed = await gone_to_azure(whole, ERP)
    reprotect = f"Reprotect of {ERP}"
    await whole.alice.presses("Reprotect", on=committed)
    await whole.told(whole.alice, f"A reprotect of {ERP} has to name the reprotect agent.")
    await whole.alice.presses("Name the reprotect agent")
    form = await whole.alice.modal()
    agent = "appliance-vmware-rotterdam-2"
    await whole.alice.chooses(agent, of="agent", on=form)
    assert await whole.alice.submits() == {}
    card = await whole.alice.sees(reprotect, "0 of 2", "Overwrites the disks")
    assert f"Reprotect agent: {agent} (named by the asker)" in card.words
    assert "Datastore: datastore-01 (where it lay)" in card.words
    assert "Log storage account: stcachenortheu (from the machine)" in card.words
    assert "Replication policy: vmware-failback-policy (from the container mapping)" in card.words
    card = await carried_out(whole, reprotect, "ReprotectReplicationGroup", minutes=13)
    assert "Not protected yet" in card.words
    await whole.done(f"{ERP} is protected again")
    assert whole.vault.machine(ERP).provider == "InMageRcmFailback"
    assert whole.vault.machine(ERP).datastores == ("datastore-01",)

    await whole.alice.sees(reprotect, "runs in Microsoft Azure (away, replicating back)")

    home = await come_home(whole, ERP, card)
    assert sent(whole, "plannedFailover") == {
        "providerSpecificDetails": {
            "instanceType": "InMageRcmFailback",
            "recoveryPointType": "CrashConsistent",
        }
    }
    assert whole.vault.machine(ERP).region == "vmware-rotterdam"
    await whole.alice.presses("Reprotect", on=home)
    card = await whole.alice.sees(reprotect, "0 of 2", "appliance-vmware-rotterdam")
    assert "(the only one of vmware-rotterdam)" in card.words
    await carried_out(whole, reprotect, "ReprotectReplicationGroup", 2)
    await whole.alice.sees(f"{ERP} is protected again")
    machine = whole.vault.machine(ERP)
    assert (machine.provider, machine.protection_state) == ("InMageRcm", "Protected")


async def test_a_form_asks_for_everything_that_is_missing_at_once(whole: World) -> None:
    """A machine of which vCenter does not say where it lay: agent and datastore in one form."""
    await gone_to_azure(whole, ERP)
    whole.vault.machine(ERP).datastores = ()
    await whole.alice.types(f"/dr reprotect {ERP} because the site stands again")
    await whole.told(whole.alice, "has to name the reprotect agent and datastore.")
    await whole.alice.presses("Fill in what is missing")
    form = await whole.alice.modal()
    assert form.title == "Reprotect"
    await whole.alice.chooses("appliance-vmware-rotterdam", of="agent", on=form)
    await whole.alice.chooses("datastore-02", of="datastore", on=form)
    assert await whole.alice.submits() == {}
    card = await whole.alice.sees(f"Reprotect of {ERP}", "0 of 2", "datastore-02")
    assert card.words.count("named by the asker") == 2
    await carried_out(whole, f"Reprotect of {ERP}", "ReprotectReplicationGroup", minutes=13)
    assert whole.vault.machine(ERP).datastores == ("datastore-02",)


async def test_everything_can_be_named_at_once(whole: World) -> None:
    """And what an option names is checked as it is typed, or refused by Azure in its words."""
    await gone_to_azure(whole, ERP)
    await whole.alice.types(f"/dr reprotect {ERP} --log-storage here --agent one")
    await whole.told(whole.alice, "is not the resource id of a storage account")
    await whole.alice.types(
        f"/dr reprotect {ERP} --cache {whole.vault.cache_accounts['westeurope']}"
    )
    await whole.told(whole.alice, f"--cache means nothing for {ERP}", "--agent, --datastore")
    await whole.alice.types(
        f"/dr reprotect {ERP} --agent appliance-vmware-rotterdam --datastore datastore-99"
    )
    await whole.alice.sees(f"Reprotect of {ERP}", "0 of 2", "datastore-99")
    await whole.approved(f"Reprotect of {ERP}")
    await whole.alice.sees(f"Reprotect of {ERP}", "Failed", "isn't accessible to the reprotect")


async def test_a_hyper_v_machine_goes_all_the_way_round(whole: World) -> None:
    """To Azure, home, and reprotected with what the machine itself tells."""
    home = await come_home(whole, HYPER_V, await gone_to_azure(whole, HYPER_V))
    reprotect = f"Reprotect of {HYPER_V}"
    await whole.alice.presses("Reprotect", on=home)
    card = await whole.alice.sees(reprotect, "0 of 2", "replicates site-amsterdam")
    assert "Storage account: stcachenortheu (from the machine)" in card.words
    assert f"Name at the site: {HYPER_V} (from the machine)" in card.words
    await carried_out(whole, reprotect, "ReprotectReplicationGroup")
    details = sent(whole, "reProtect")["providerSpecificDetails"]
    assert isinstance(details, dict)
    assert set(details) == {
        "instanceType", "hvHostVmId", "vmName", "osType", "vHDId", "storageAccountId"
    }  # fmt: skip
    machine = whole.vault.machine(HYPER_V)
    assert (machine.protection_state, machine.region) == ("Protected", "site-amsterdam")


async def test_a_hyper_v_machine_runs_on_while_its_data_is_sent(whole: World) -> None:
    """`--sync before` is shown as what it means, and sent in Azure's word for it."""
    await gone_to_azure(whole, HYPER_V)
    await whole.alice.types(f"/dr failback {HYPER_V} --point app because the site stands again")
    await whole.told(whole.alice, "has no --point app: everything is sent")
    await whole.alice.types(f"/dr failback {HYPER_V} --sync before because the site stands again")
    card = await whole.alice.sees(f"Failback of {HYPER_V}", "0 of 2", "while it runs on")
    assert "Data lost" not in card.words
    await carried_out(whole, f"Failback of {HYPER_V}", "PlannedFailover")
    details = sent(whole, "plannedFailover")["providerSpecificDetails"]
    assert isinstance(details, dict)
    assert details["dataSyncOption"] == "ForDownTime"


async def test_a_classic_machine_goes_as_far_as_azure_offers(whole: World) -> None:
    """Out and committed; what Azure does not offer then is refused with what it does offer."""
    await gone_to_azure(whole, LEGACY)
    await whole.alice.types(f"/dr reprotect {LEGACY}")
    await whole.told(whole.alice, f"Reprotect is not possible for {LEGACY} now", "see the portal")
    await whole.alice.types(f"/dr failback {LEGACY} because the site stands again")
    await whole.told(whole.alice, "replicated by InMageAzureV2", "failback is offered for A2A")


async def test_a_combination_that_azure_does_not_offer_says_what_it_does(whole: World) -> None:
    """A modern VMware machine has no planned failover, and no failback before its reprotect."""
    await whole.alice.types(f"/dr planned-failover {ERP} because of the maintenance")
    await whole.told(whole.alice, "replicated by InMageRcm;", "It offers now: /dr failover")
    await whole.alice.types(f"/dr failback {ERP} because of the maintenance")
    await whole.told(whole.alice, "replicated by InMageRcm;", "/dr test-failover")
