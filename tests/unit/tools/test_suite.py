"""The test runner forwards what happened and leaves no chain behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import suite

ROOT = Path(__file__).resolve().parents[3]
# Leaves a process behind, as a killed Brownie leaves its Ganache, and writes its id.
LEAVE_ONE = "sleep 300 & echo $! >left; "


def is_running(process: int) -> bool:
    answer = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, timeout=10
    )
    return answer.stdout.strip()[:1] not in ("", "Z")


def is_chain_left(folder: Path) -> bool:
    """Whether the process left behind still runs; one that was killed has a moment to go."""
    process = int((folder / "left").read_text())
    for _ in range(40):
        if not is_running(process):
            return False
        time.sleep(0.05)
    return True


def wait_for(file: Path) -> None:
    for _ in range(200):
        if file.exists() and file.read_text().strip():
            return
        time.sleep(0.05)
    raise AssertionError(f"{file.name} was never written")


def test_the_exit_status_of_the_tests_is_forwarded(tmp_path: Path) -> None:
    assert suite.run(["sh", "-c", "exit 3"], tmp_path, timeout=20) == 3


def test_a_chain_that_outlives_the_tests_is_ended(tmp_path: Path) -> None:
    assert suite.run(["sh", "-c", LEAVE_ONE + "exit 0"], tmp_path, timeout=20) == 0
    assert not is_chain_left(tmp_path)


def test_a_run_that_takes_too_long_is_ended_with_its_chain(tmp_path: Path) -> None:
    status = suite.run(["sh", "-c", LEAVE_ONE + "wait"], tmp_path, timeout=1)
    assert status == suite.TIMED_OUT
    assert not is_chain_left(tmp_path)


def interrupted_by(sent: signal.Signals, folder: Path) -> int:
    command = ["sh", "-c", LEAVE_ONE + "wait"]
    program = f"import pathlib, suite; exit(suite.run({command}, pathlib.Path(), timeout=60))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts" / "tools")}
    process = subprocess.Popen([sys.executable, "-c", program], cwd=folder, env=environment)
    wait_for(folder / "left")
    process.send_signal(sent)
    return process.wait(30)


def test_ctrl_c_ends_tests_and_chain(tmp_path: Path) -> None:
    assert interrupted_by(signal.SIGINT, tmp_path) == 130
    assert not is_chain_left(tmp_path)


def test_a_terminated_run_ends_tests_and_chain(tmp_path: Path) -> None:
    assert interrupted_by(signal.SIGTERM, tmp_path) == 130
    assert not is_chain_left(tmp_path)


def test_every_worker_gets_a_port_that_nothing_listens_on() -> None:
    port = suite.free_port()
    for following in range(suite.WORKERS):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port + following)) != 0


def test_a_port_whose_neighbour_is_taken_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    asked = iter([taken.getsockname()[1] - 1, 0])

    class Socket(socket.socket):
        def bind(self, address: tuple[str, int]) -> None:
            super().bind((address[0], address[1] or next(asked)))

    monkeypatch.setattr(suite.socket, "socket", Socket)
    assert suite.free_port() != taken.getsockname()[1] - 1
    taken.close()


@pytest.mark.parametrize(
    ("files", "paths", "options"),
    [
        (["a/test_1.py", "b/test_2.py"], ["a", "b"], ["-n", "2"]),
        (["a/test_1.py", "b/test_2.py"], ["a"], []),
        (["a/test_1.py"], ["a/test_1.py"], []),
    ],
)
def test_several_files_are_shared_out_between_two_workers(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: list[str],
    paths: list[str],
    options: list[str],
) -> None:
    monkeypatch.setattr(suite.os, "cpu_count", lambda: 2)
    for file in files:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    assert suite.workers(paths, tmp_path) == options


def test_the_tests_do_not_see_the_users_home(tmp_path: Path) -> None:
    command = ["sh", "-c", 'echo "$HOME" >home; echo "$CHAIN_PORT" >port']
    suite.run(command, tmp_path, timeout=20)
    assert (tmp_path / "home").read_text().strip() == str(tmp_path / ".toolchain" / "home")
    assert int((tmp_path / "port").read_text()) > 1024


def test_only_suites_with_tests_are_run(tmp_path: Path) -> None:
    (tmp_path / "tests" / "unit" / "deep").mkdir(parents=True)
    (tmp_path / "tests" / "stateful").mkdir()
    (tmp_path / "tests" / "unit" / "deep" / "test_one.py").touch()
    assert suite.default_paths(tmp_path) == ["tests/unit"]
