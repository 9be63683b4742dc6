"""The manual's steps, typed as they stand there: from nothing to a chain, joining, backup, TLS."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import yaml
from chartkey.chain.rpc import Rpc
from chartkey.errors import NodeRefused, NodeUnavailable
from chartkey.operator.socket import NodeSocket

from scripts.hosts.geth import ABSENT, GETH
from scripts.hosts.ground import free_ports
from scripts.hosts.process import Process, spawn
from tests.chains import ROOT, person
from tests.network import await_true

PRODUCTION = ROOT / "scripts" / "production"
needs_geth = pytest.mark.skipif(not GETH.exists(), reason=ABSENT)


def chartkey(*arguments: str | Path, status: int = 0) -> str:
    """Run the command line as a shell does; return what it prints."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "chartkey"), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


class House:
    """One house's machine: a folder, ports, and the nodes that its scripts start."""

    def __init__(self, folder: Path, label: str, *options: str) -> None:
        self.label, self.folder = label, folder / label
        self.running: dict[str, Process] = {}
        # Of two adjoining ports: the second node has the next one.
        self.port = adjoining()
        self.http = free_ports(1)[0]
        chartkey(
            *("network", "keys", self.folder, "--label", label, "--name", f"{label} 医院"),
            *("--host", "127.0.0.1", "--port", str(self.port)),
            *("--account", person(label).address, *options),
        )

    def start(self, network: Path, use: str) -> NodeSocket:
        """Prepare a node and run its script, as the unit does."""
        port = self.port + (use == "answering")
        chartkey(
            *("network", "node", network, self.folder / use, "--geth", GETH),
            *("--listen", f"127.0.0.1:{port}", "--http-port", str(self.http), "--cache", "128"),
        )
        environment = {**os.environ, "GETH": str(GETH)}
        script = [str(self.folder / use / "start.sh")]
        self.running[use] = spawn(script, self.folder / f"{use}.log", environment)
        socket = NodeSocket(self.folder / use / "geth.ipc")
        await_true(lambda: _answers(socket))
        return socket

    def stop(self) -> None:
        for process in self.running.values():
            process.stop()


def adjoining() -> int:
    """The first of two ports that follow one another: a house's second node has the next one."""
    first, second = free_ports(2)
    return first if second == first + 1 else adjoining()


def _answers(socket: NodeSocket) -> bool:
    try:
        return bool(socket.ask("eth_chainId"))
    except (NodeUnavailable, NodeRefused):
        return False


def height(socket: NodeSocket) -> int:
    return int(socket.ask("eth_blockNumber"), 16)


@pytest.fixture
def short(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a short path: sockets allow a hundred characters."""
    folder = Path("/tmp") / f"ck{os.getpid()}"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


@contextmanager
def ended(*houses: House) -> Iterator[None]:
    try:
        yield
    finally:
        for house in houses:
            house.stop()


@needs_geth
def test_from_nothing_to_a_chain_and_a_hospital_joins(short: Path) -> None:
    houses = [House(short, label) for label in ("lead", "clinic", "hospital")]
    network = short / "network.json"
    entries = [house.folder / "house.json" for house in houses]
    chartkey("network", "describe", network, *entries, "--chain-id", "20262", "--period", "1")
    with ended(*houses):
        sockets = [house.start(network, "sealing") for house in houses]
        sockets.append(houses[0].start(network, "answering"))
        await_true(lambda: min(map(height, sockets)) >= 3)
        newcomer = House(short, "county")
        chartkey("network", "join", network, newcomer.folder / "house.json")
        for socket in sockets:
            told = chartkey("network", "peers", network, "--ipc", socket.path)
            assert "added" in told
        with ended(newcomer):
            joined = newcomer.start(network, "sealing")
            await_true(lambda: height(joined) >= 3)
            peers = {peer["enode"].split("@")[0] for peer in joined.ask("admin_peers")}
            assert len(peers) == 4
            rpc = f"http://127.0.0.1:{houses[0].http}"
            assert "Nothing is wrong" in chartkey("network", "status", "--rpc", rpc)
            # It leaves: nobody's peer any more.
            chartkey("network", "leave", network, "county")
            for socket in sockets:
                assert "dropped" in chartkey("network", "peers", network, "--ipc", socket.path)
            await_true(lambda: joined.ask("admin_peers") == [])


@needs_geth
def test_a_node_comes_back_from_its_backup_with_its_chain(short: Path) -> None:
    house = House(short, "lead")
    network = short / "network.json"
    chartkey(
        *("network", "describe", network, house.folder / "house.json"),
        *("--chain-id", "20263", "--period", "1"),
    )
    folder = house.folder / "sealing"
    with ended(house):
        socket = house.start(network, "sealing")
        await_true(lambda: height(socket) >= 3)
        refused = chartkey("network", "backup", folder, short / "a.tar", "--chain", status=1)
        assert "the node runs; stop it first" in refused
        chartkey("network", "backup", folder, short / "keys.tar.gz")
        house.running.pop("sealing").stop()
        chartkey("network", "backup", folder, short / "all.tar", "--chain")
        for archive in ("keys.tar.gz", "all.tar"):
            assert (short / archive).stat().st_mode & 0o777 == 0o600
        assert "already" in chartkey("network", "backup", folder, short / "all.tar", status=1)
        before = folder.rename(short / "gone")
        chartkey("network", "restore", short / "all.tar", folder)
        for name in ("nodekey", "sealer.password", "keystore/sealer.json"):
            assert (folder / name).read_bytes() == (before / name).read_bytes()
            assert (folder / name).stat().st_mode & 0o077 == 0
        socket = house.start(network, "sealing")
        kept = height(socket)
        assert kept >= 3
        await_true(lambda: height(socket) > kept)
    with tarfile.open(short / "keys.tar.gz") as archive:
        assert not [name for name in archive.getnames() if name.startswith("data")]


def test_what_is_no_backup_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.tar"
    (tmp_path / "nodekey").write_text("x")
    with tarfile.open(foreign, "w") as archive:
        archive.add(tmp_path / "nodekey", "nodekey")
        archive.add(tmp_path / "nodekey", "../escaped")
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(b"\x1f\x8b\x08\x00")
    with tarfile.open(tmp_path / "other.tar", "w") as archive:
        archive.add(tmp_path / "nodekey", "something")
    for source in (foreign, cut, tmp_path / "other.tar", tmp_path / "missing.tar"):
        told = chartkey("network", "restore", source, tmp_path / "inside" / "node", status=1)
        assert "backup" in told
    assert not (tmp_path / "inside" / "node").exists()
    assert not (tmp_path / "escaped").exists()
    assert not (tmp_path / "inside" / "escaped").exists()
    assert "no node's folder" in chartkey("network", "backup", tmp_path / "x", cut, status=1)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_the_units_are_what_systemd_understands(tmp_path: Path) -> None:
    units = []
    for unit in sorted(PRODUCTION.glob("chartkey-*")):
        # systemd-analyze wants the programs to be there.
        text = unit.read_text()
        for program in ("/srv/chartkey/%i/start.sh", "/usr/local/bin/ipfs"):
            text = text.replace(program, "/bin/true")
        text = text.replace("/srv/chartkey/venv/bin/chartkey", "/bin/true")
        name = unit.name.replace("@", "@sealing")
        (tmp_path / name).write_text(text.replace("User=chartkey", "User=root"))
        units.append(str(tmp_path / name))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "chartkey" in line]
    assert ours == []


def test_the_compose_file_names_what_the_commands_write() -> None:
    compose: dict[str, Any] = yaml.safe_load((PRODUCTION / "compose.yaml").read_text())
    services = compose["services"]
    assert set(services) == {"sealing", "answering", "tls", "ipfs"}
    for use in ("sealing", "answering"):
        assert services[use]["entrypoint"] == [f"/srv/chartkey/{use}/start.sh"]
        assert services[use]["image"].endswith(":v1.13.15")
        # RPC is on the container's loopback, and no port leads there.
        assert not [port for port in services[use]["ports"] if "8545" in port]
    assert services["sealing"]["ports"] == ["30303:30303"]
    assert services["tls"]["network_mode"] == "service:answering"
    assert services["ipfs"]["environment"]["LIBP2P_FORCE_PNET"] == "1"


@needs_geth
@pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx here; `make nginx` installs it")
def test_a_node_behind_tls_answers_to_the_password_alone(
    short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(short, "lead")
    network = short / "network.json"
    chartkey("network", "describe", network, house.folder / "house.json", "--chain-id", "20264")
    port = free_ports(1)[0]
    certificate = _certificate(short)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with ended(house), _nginx(short, house.http, port):
        house.start(network, "answering")
        inside = Rpc(f"https://reader:open-sesame@localhost:{port}")
        await_true(lambda: _reached(inside))
        assert inside.call("eth_chainId", []) == hex(20264)
        with pytest.raises(NodeUnavailable):
            Rpc(f"https://reader:wrong@localhost:{port}").call("eth_chainId", [])
        with pytest.raises(NodeUnavailable):
            Rpc(f"https://localhost:{port}").call("eth_chainId", [])
        for path, method in (("/", "GET"), ("/other", "POST")):
            assert _status(port, path, method, certificate) in (403, 404)


def _reached(rpc: Rpc) -> bool:
    try:
        return bool(rpc.call("eth_chainId", []))
    except (NodeUnavailable, NodeRefused):
        return False


def _status(port: int, path: str, method: str, certificate: Path) -> int:
    import base64

    login = base64.b64encode(b"reader:open-sesame").decode()
    request = Request(f"https://localhost:{port}{path}", b"{}" if method == "POST" else None)
    request.add_header("Authorization", f"Basic {login}")
    try:
        with urlopen(request, context=ssl.create_default_context(cafile=certificate)) as reply:
            return int(reply.status)
    except HTTPError as err:
        err.close()
        return err.code


def _certificate(folder: Path) -> Path:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(folder / "node.key"), "-out", str(folder / "node.pem")),
        ],
        check=True,
        capture_output=True,
    )
    hashed = subprocess.run(
        ["openssl", "passwd", "-apr1", "open-sesame"], check=True, capture_output=True, text=True
    )
    (folder / "users").write_text(f"reader:{hashed.stdout.strip()}\n")
    return folder / "node.pem"


@contextmanager
def _nginx(folder: Path, inner: int, port: int) -> Iterator[None]:
    """Run nginx with the project's own file, only its ports and paths changed."""
    text = (PRODUCTION / "nginx.conf").read_text()
    for old, new in (
        ("listen 8546", f"listen 127.0.0.1:{port}"),
        ("127.0.0.1:8545", f"127.0.0.1:{inner}"),
        ("node.hospital.example", "localhost"),
        ("/etc/chartkey/tls", str(folder)),
    ):
        assert old in text
        text = text.replace(old, new)
    # The workers read the file of passwords under another name than root's.
    head = (
        f"user root;\ndaemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
    )
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(f"{head}http {{\naccess_log off;\n{places}{text}\n}}\n")
    subprocess.run(["nginx", "-t", "-c", str(path)], check=True, capture_output=True)
    process = spawn(["nginx", "-c", str(path)], folder / "nginx.log")
    try:
        time.sleep(0.2)
        yield
    finally:
        process.stop()


def test_the_brownie_network_is_the_chain_of_the_environment() -> None:
    live = yaml.safe_load((ROOT / "scripts" / "networks.yaml").read_text())["live"]
    (network,) = live[0]["networks"]
    assert (network["id"], network["host"]) == ("chartkey", "$CHARTKEY_NODE")
    assert json.dumps(network["chainid"]) == "20261"
