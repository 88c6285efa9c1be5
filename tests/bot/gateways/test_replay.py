"""Answers that nobody here wrote, or as if: every recording is read, and its changes sent again.

The recordings are in `tests/recordings`, or in the folder that `DR_RECORDINGS` names.
"""

import os
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from bot.domain.catalogue import Call
from bot.domain.machines import same_id, vault_of
from tests.bot.gateways.recorded import is_refused, is_true_to, lists_of_items, reader_of
from tests.bot.gateways.resent import changes_of, keys, machine_before, our_call
from tests.replay import load, replayed

FOLDER: Final = Path(os.environ.get("DR_RECORDINGS") or Path(__file__).parents[2] / "recordings")
FILES: Final = sorted(FOLDER.glob("*.json"))
CLIENT_REQUEST_ID: Final = "3f0c6f0e-7a51-4b8b-9d38-0c6b7a3f2d11"

each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def test_there_are_recordings() -> None:
    """A folder that is empty, or was mistyped, proves nothing."""
    assert FILES, f"no recordings in {FOLDER}"


@each_file
async def test_what_was_recorded_can_be_read(file: Path) -> None:
    """Every answer, through the gateway's own methods, with nothing lost of what it says."""
    recording = load(file)
    read = set()
    async with replayed(recording) as azure:
        for exchange in recording.exchanges:
            reader = reader_of(exchange)
            if reader is None:
                continue
            if exchange.status < 400:
                await reader(azure, exchange)
            else:
                await is_refused(reader(azure, exchange), exchange)
            read.add(exchange.path)
    further = [one for one in recording.exchanges if one.page and one.path in read]
    assert all(one in recording.served for one in further), "a page was left out"


@each_file
async def test_all_machines_of_a_recorded_vault_are_listed(file: Path) -> None:
    """Whether their list was recorded for the vault or for containers, and in pages or not."""
    recording = load(file)
    told = [one for exchange in lists_of_items(recording) for one in exchange.body["value"]]
    vaults = {
        vault_of(one.path).casefold(): vault_of(one.path) for one in lists_of_items(recording)
    }
    async with replayed(recording) as azure:
        listed = [one for vault in vaults.values() for one in await azure.machines(vault)]
    expected = {one["id"].casefold(): one for one in told}
    assert {one.id.casefold() for one in listed} == set(expected)
    for machine in listed:
        is_true_to(machine, expected[machine.id.casefold()])


@each_file
async def test_what_was_sent_can_be_sent_again(file: Path) -> None:
    """Each change arrives as it was recorded, and its job is the one that Azure named."""
    recording = load(file)
    async with replayed(recording) as azure:
        for exchange in changes_of(recording):
            recording.asked.clear()
            resource, _, action = exchange.path.rpartition("/")
            call = Call(action=action, resource=resource, body=exchange.sent)
            accepted = await azure.submit(call, CLIENT_REQUEST_ID)
            named = urlsplit(exchange.header("Azure-AsyncOperation")).path.rpartition("/")[2]
            assert accepted.job == named
            assert accepted.pace == int(exchange.header("Retry-After") or 20)
            [(method, path, body)] = recording.asked
            assert (method, path.casefold()) == ("POST", exchange.path.casefold())
            assert body == exchange.sent


@each_file
async def test_we_would_send_what_others_sent(file: Path) -> None:
    """Of a machine that the recording shows, our own call has all that the recorded one has."""
    recording = load(file)
    async with replayed(recording) as azure:
        for place, exchange in enumerate(recording.exchanges):
            shown = machine_before(recording, place)
            if exchange not in changes_of(recording) or shown is None:
                continue
            machine = await azure.machine(shown.path)
            call = our_call(machine, exchange)
            if call is None:
                continue
            assert same_id(f"{call.resource}/{call.action}", exchange.path)
            assert keys(exchange.sent) <= keys(call.body), exchange.url
