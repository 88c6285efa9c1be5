"""Where a machine is on its way out and home, and what Azure's words for it mean."""

import pytest

from bot.domain.cycle import STAGES, next_step, stage
from bot.domain.machines import Machine
from bot.domain.scenarios import offer_words, scenario_words
from tests.bot.samples import failed_over, hyper_v, machine, turned_round

HOME = turned_round(active="Recovery", allowed=("Commit",))


@pytest.mark.parametrize(
    ("one", "where", "words"),
    [
        (machine(), "at home", "a failover starts it in North Europe"),
        (failed_over(), "failed over", "then commit"),
        (failed_over(allowed=("SwitchProtection",)), "failed over", "Reprotect it"),
        (turned_round(), "away, replicating back", "Fail it back to West Europe"),
        (HOME, "failed back", "Commit, then reprotect"),
        (HOME.model_copy(update={"allowed": ()}), "failed back", "Reprotect it"),
        (hyper_v(state="RestoreFinalized"), "failed back", "Reprotect it"),
        (hyper_v(provider="InMageRcmFailback"), "away, replicating back", "Fail it back"),
        (hyper_v(provider="InMageRcmFailback", active="Recovery"), "failed back", "Reprotect it"),
        (machine(state="Orbiting"), "at home", "It is not protected as it stands"),
        (machine(scenario="TestFailover"), "at home", "Azure is working on it"),
        (machine(state="InitialReplicationInProgress", progress=43), "at home", "(43 %)"),
    ],
)
def test_a_machine_has_a_place_and_a_next_step(one: Machine, where: str, words: str) -> None:
    """Told by the side that runs and by where it came from."""
    assert STAGES[stage(one)] == where
    assert words in next_step(one)


def test_a_word_that_we_do_not_know_stays_as_it_is() -> None:
    """And what nobody can ask the bot for is not offered."""
    assert scenario_words("SwitchReplicationGroupProtection") == "Reprotect"
    assert scenario_words("Teleport") == "Teleport"
    assert offer_words(("Commit", "DisableProtection", "Teleport", "Commit")) == (
        "commit",
        "Teleport",
    )
