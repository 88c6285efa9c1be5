"""Looking at one machine, at some of them, and at what Azure did; only whoever asks sees it."""

from tests.world import World


async def test_a_list_is_narrowed_down(whole: World) -> None:
    """By pattern, tag, region, health and provider; a word that means nothing is named."""
    await whole.alice.types("/dr list vm-web* region:westeurope")
    web = await whole.told(whole.alice, "Machines", "3 machines", "vm-web01", "vm-web03")
    assert "vm-db01" not in web.words
    await whole.alice.types("/dr list tag:app=erp,health:warning")
    erp = await whole.told(whole.alice, "Machines", "1 machine,", "vm-erpapp01")
    assert "vm-mv01" not in erp.words
    await whole.alice.types("/dr list state:failed-over")
    await whole.told(whole.alice, "vm-mail01", "vm-crm01", "2 machines")
    await whole.alice.types("/dr list provider:inmage* vm-nothing*")
    await whole.told(whole.alice, "No machine is meant by vm-nothing*", "There is none.")
    await whole.alice.types("/dr list colour:red")
    await whole.told(whole.alice, "Machines cannot be chosen by “colour:”", "tag:<name>=<value>")


async def test_a_long_list_has_pages(whole: World) -> None:
    """Each says how to see the next; one after the last says so."""
    await whole.alice.types("/dr list --page 2")
    await whole.told(whole.alice, "There is no page 2")
    await whole.alice.types("/dr list --page two")
    await whole.told(whole.alice, "'two' is not the number of a page")


async def test_a_machine_is_shown_in_full(whole: World) -> None:
    """Its place in the cycle, its ills with causes and advice, its agent and its points."""
    await whole.alice.types("/dr status vm-legacy01")
    ill = await whole.told(whole.alice, "vm-legacy01", "Health errors", "at home → failed over")
    for words in (
        "Replication data upload blocked",
        "Possible causes: The process server can't reach",
        "What to do: Check the firewall",
        "9.62.7178.1",
        "Last test",
        "app-consistent",  # the newest of all may be one, at some times of day
        "Oldest:",
    ):
        assert words in ill.words, words
    assert "None is app-consistent" not in ill.words
    await whole.alice.types("/dr status vm-mv01")
    await whole.told(whole.alice, "shares recovery points with vm-mv02", "consistency group erp-db")
    await whole.alice.types("/dr status vm-erp01")
    modern = await whole.told(whole.alice, "vm-erp01", "InMageRcm", "9.66.7643.1")
    assert "RPO: how much data would be lost is unknown" not in modern.words
    assert "No network is chosen" not in modern.words
    await whole.alice.types("/dr status vm-crm01")
    await whole.told(whole.alice, "vm-crm01", "until then it is replicated nowhere")


async def test_a_machine_that_replicates_home_is_so_far_on_its_way(world: World) -> None:
    """The side that runs is not enough to tell: where it came from counts."""
    await world.alice.types("/dr status vm-files01")
    await world.told(world.alice, "vm-files01", "Fail it back to West Europe")


async def test_one_job_is_shown_with_what_went_wrong(world: World) -> None:
    """All its steps, Azure's causes and advice, and what Azure lets one do with it."""
    await world.alice.types("/dr failover vm-app01 because it is down")
    world.vault.fail_next_job("vm-app01", "UnplannedFailover")
    await world.approved("Failover of vm-app01")
    await world.started("UnplannedFailover")
    await world.done("Failover of vm-app01 failed")
    job = world.vault.jobs[-1]
    await world.alice.types(f"/dr jobs {job.job_id}")
    shown = await world.told(world.alice, "vm-app01 Failover", "What went wrong", job.job_id)
    for words in ("Start failover", "Possible causes:", "What to do:", "Azure offers for it:"):
        assert words in shown.words, words
    await world.alice.types("/dr jobs --which failed")
    await world.told(world.alice, "Failed jobs", "vm-app01 Failover")
    await world.alice.types("/dr jobs --which active")
    await world.told(world.alice, "Running jobs", "There is none.")
    await world.alice.types(f"/dr jobs {job.job_id[:-1]}{'0' if job.job_id[-1] != '0' else '1'}")
    await world.told(world.alice, "No vault has a job", "/dr jobs lists the jobs.")


async def test_the_events_are_listed(world: World) -> None:
    """The newest first, of all or one machine, of any severity or one."""
    await world.alice.types("/dr events")
    every = await world.told(world.alice, "Events", "vm-db01", "vm-db02", "vm-batch01")
    assert "Possible causes:" in every.words
    await world.alice.types("/dr events vm-db01 --severity critical")
    one = await world.told(world.alice, "Events of vm-db01", "SRSVMHealthChanged", "Critical")
    assert "vm-batch01" not in one.words
    await world.alice.types("/dr events vm-db01 --severity info")
    await world.told(world.alice, "Events of vm-db01", "There is none.")
