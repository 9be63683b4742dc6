"""Records, as a plugin of pytest, which instructions of the contracts the tests execute.

Every call (eth_call), on the state it found, and every transaction is traced once more by the
node. A refusal that a test only tries is so seen like one that is sent. Only the same call on the
same block is not traced again: its outcome alone would not tell that it took the same way. The
environment names the build files (COVERAGE_BUILD) and the folder that the sites reached go to
(COVERAGE_HITS).
"""

import json
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from coverage_sites import Project, Site, load, tail

# The steps tell no addresses and the frames no steps: together they tell which code a step is of.
STEPS = {"disableStack": True, "disableMemory": True, "disableStorage": True}
FRAMES = {"tracer": "callTracer"}
SENT = ("eth_sendTransaction", "eth_sendRawTransaction")
RECEIPT_SECONDS = 5.0
Ask = Callable[[str, list[Any]], dict[str, Any]]


def frames(call: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yields a call and the calls in it in the order they began."""
    yield call
    for inner in call.get("calls", []):
        yield from frames(inner)


def runs(steps: list[dict[str, Any]]) -> list[set[str]]:
    """Returns the marks of every run of code, in the order they began; see `Project.hit`."""
    found: list[set[str]] = []
    open_runs: list[set[str]] = []
    for at, step in enumerate(steps):
        depth, place = step["depth"], step["pc"]
        if depth > len(open_runs):
            found.append(set())
            open_runs.append(found[-1])
        del open_runs[depth:]
        if step["op"] != "JUMPI":
            open_runs[-1].add(str(place))
        elif at + 1 < len(steps):
            open_runs[-1].add(f"{place}{'f' if steps[at + 1]['pc'] == place + 1 else 't'}")
    return found


class Probe:
    """What the tests of this process reached so far."""

    def __init__(self, project: Project) -> None:
        """Starts with nothing."""
        self.project, self.reached = project, set[Site]()
        self.known: set[tuple[str, str]] = set()
        self.seen: set[tuple[str, str]] = set()
        self.codes: dict[str, str | None] = {}
        self.traces, self.seconds, self.unlike, self.failed = 0, 0.0, 0, 0
        self.name = uuid.uuid4().hex

    def called(self, ask: Ask, params: list[Any], answer: dict[str, Any]) -> None:
        """Traces a call again; whether the node refused it the first time is compared."""
        sent = params[0]
        latest = ask("eth_getBlockByNumber", ["latest", False])["result"]["hash"]
        key = (str(latest), json.dumps(params, sort_keys=True, default=str))
        if key in self.seen:
            return
        self.seen.add(key)
        block = params[1] if len(params) > 1 else "latest"
        root = self._take(ask, "debug_traceCall", [sent, block])
        if root:
            self.unlike += ("error" in root) != ("error" in answer)

    def mined(self, ask: Ask, hash: str) -> None:
        """Traces a transaction, which the node may know a moment later."""
        until = time.monotonic() + RECEIPT_SECONDS
        while not ask("eth_getTransactionReceipt", [hash]).get("result"):
            if time.monotonic() > until:
                self.failed += 1
                return
            time.sleep(0.002)
        self._take(ask, "debug_traceTransaction", [hash])

    def _take(self, ask: Ask, method: str, params: list[Any]) -> dict[str, Any] | None:
        started = time.monotonic()
        steps = ask(method, [*params, STEPS]).get("result", {}).get("structLogs", [])
        root: dict[str, Any] | None = ask(method, [*params, FRAMES]).get("result")
        self.traces += 1
        parts = runs(steps)
        codes = [code for frame in frames(root or {}) if (code := self._of(ask, frame)) is not None]
        if root is None or len(codes) != len(parts):
            self.failed += 1
        else:
            for code, marks in zip(codes, parts, strict=True):
                self._note(code, marks)
        self.seconds += time.monotonic() - started
        return root

    def _note(self, code: str, marks: set[str]) -> None:
        if code:
            fresh = {mark for mark in marks if (code, mark) not in self.known}
            self.known |= {(code, mark) for mark in fresh}
            self.reached |= self.project.hit(code, sorted(fresh))

    def _of(self, ask: Ask, frame: dict[str, Any]) -> str | None:
        """The code that a frame runs; none where there is no code, empty when not of ours."""
        if frame.get("type", "").startswith("CREATE"):
            return self._creation(frame["input"])
        return self._code(ask, frame.get("to") or "")

    def _code(self, ask: Ask, address: str) -> str | None:
        if address not in self.codes:
            code = str(ask("eth_getCode", [address, "latest"]).get("result") or "0x")
            known = tail(code)
            found = known if known in self.project.codes else ""
            self.codes[address] = found if code != "0x" else None
        return self.codes[address]

    def _creation(self, data: str) -> str:
        plain = data.removeprefix("0x")
        codes = self.project.creations.items()
        return next((name for code, name in codes if plain.startswith(code)), "")

    def forget(self) -> None:
        """Forgets which code lies where: after a step back another may lie there."""
        self.codes.clear()

    def write(self, folder: Path) -> None:
        """Writes what was reached into a file of its own."""
        folder.mkdir(parents=True, exist_ok=True)
        told = {
            "reached": [[s.path, s.start, s.length, s.kind] for s in sorted(self.reached)],
            "traces": self.traces,
            "seconds": round(self.seconds, 1),
            "unlike": self.unlike,
            "failed": self.failed,
        }
        (folder / f"{self.name}.json").write_text(json.dumps(told))


def install(probe: Probe) -> None:
    """Lets every request of web3's over HTTP pass the probe."""
    from web3 import HTTPProvider

    plain = HTTPProvider.make_request

    def make_request(self: Any, method: Any, params: Any) -> Any:
        def ask(method: str, params: list[Any]) -> dict[str, Any]:
            found: dict[str, Any] = plain(self, method, params)  # type: ignore[arg-type]
            return found

        answer = plain(self, method, params)
        if method == "eth_call":
            probe.called(ask, list(params), answer)
        elif method in SENT and "result" in answer:
            probe.mined(ask, str(answer["result"]))
        elif method == "evm_revert":
            probe.forget()
        return answer

    HTTPProvider.make_request = make_request  # type: ignore[method-assign,assignment]


def pytest_configure() -> None:
    """Begins to record."""
    global _probe
    _probe = Probe(load(Path(os.environ["COVERAGE_BUILD"])))
    install(_probe)


def pytest_runtest_teardown(nextitem: Any) -> None:
    """Writes at the end of each file: a worker that is killed has told the most of it."""
    if nextitem is None or getattr(nextitem, "path", None) != _last.get("path"):
        pytest_unconfigure()
    _last["path"] = getattr(nextitem, "path", None)


def pytest_unconfigure() -> None:
    """Writes what was recorded."""
    if _probe is not None and _probe.traces:
        _probe.write(Path(os.environ["COVERAGE_HITS"]))


_probe: Probe | None = None
_last: dict[str, Any] = {}
