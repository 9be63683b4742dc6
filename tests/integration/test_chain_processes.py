"""Processes that send for one account with one journal: every nonce once, though one is killed."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from collections import Counter
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from chartkey.chain import FileJournal, Manifest, Sender, connect
from chartkey.chain.events import events
from chartkey.models import Standing

from tests.chains import HOUSES, engines, person, start_chain
from tests.world import World

pytestmark = pytest.mark.skipif("anvil" not in engines(), reason="Anvil is not installed")

WORKERS, EACH = 4, 25
SECONDS = 120.0


def work(worker: int, rpc: str, manifest: Manifest, journal: Path) -> None:
    """Open departments under keys of this worker's own: begun again, it goes on."""
    network = connect(rpc, manifest)
    sender = Sender(network, person(HOUSES[0]), FileJournal(journal))
    for number in range(EACH):
        department = bytes([1, worker, number]) + bytes(29)
        call = network.registrar.set_department(department, Standing.ACTIVE)
        sender.send(call, key=f"worker {worker}, department {number}", wait=number % 5 == 4)
    sender.resume()


def started(worker: int, world: World, journal: Path) -> BaseProcess:
    process = multiprocessing.get_context("spawn").Process(
        target=work, args=(worker, world.chain.rpc, world.manifest, journal)
    )
    process.start()
    return process


def lines_of(journal: Path, worker: int) -> int:
    if not journal.exists():
        return 0
    return sum(f"worker {worker}," in line for line in journal.read_text().splitlines())


def kill_midway(process: BaseProcess, journal: Path) -> None:
    until = time.monotonic() + SECONDS
    while lines_of(journal, 0) < 8:
        assert time.monotonic() < until, "the first worker sends nothing"
        time.sleep(0.005)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join(SECONDS)
    assert process.exitcode == -signal.SIGKILL


def nonces(world: World, first_block: int) -> list[int]:
    """Return the nonces of everything that the account had mined since, in order."""
    found = []
    for number in range(first_block, world.network.head().number + 1):
        block = world.chain.request("eth_getBlockByNumber", hex(number), True)
        sent = (t for t in block["transactions"] if t["from"] == world.house.address.lower())
        found += [int(transaction["nonce"], 16) for transaction in sent]
    return found


def test_four_processes_and_a_kill_leave_no_gap_and_nothing_twice(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with start_chain("anvil", "--order", "fifo") as chain:
        world = World(chain)
        before = int(chain.request("eth_getTransactionCount", world.house.address, "latest"), 16)
        begun = world.network.head().number + 1
        chain.request("evm_setIntervalMining", 1)
        workers = [started(worker, world, journal) for worker in range(WORKERS)]
        try:
            kill_midway(workers[0], journal)
            workers[0] = started(0, world, journal)
            for worker in workers:
                worker.join(SECONDS)
        finally:
            for worker in workers:
                worker.kill()
        assert [worker.exitcode for worker in workers] == [0] * WORKERS
        changed = [
            event.args["department"] for event in events(world.network, names=["DepartmentChanged"])
        ]
        mined = nonces(world, begun)
    assert Counter(changed) == Counter(
        bytes([1, worker, number]) + bytes(29)
        for worker in range(WORKERS)
        for number in range(EACH)
    )
    assert mined == list(range(before, before + WORKERS * EACH))
    entries = [json.loads(line) for line in journal.read_text().splitlines()]
    keys = {entry["key"]: entry["raw"] for entry in entries if entry["state"] == "open"}
    assert len(keys) == len(set(keys.values())) == WORKERS * EACH
