"""What the served page withstands: memory, and the wait of a normal request, during each of some attacks.

`python -m tests.benchmarks.page_attacks` starts `visitsim app` and attacks it in turn. It prints what the
attacker was answered, the longest wait of a normal request meanwhile [s], the memory of the server with its
workers before and after, and at most [MiB].
"""

from __future__ import annotations

import contextlib
import gzip
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

VISITSIM = str(Path(sys.executable).with_name("visitsim"))
CONNECTIONS = 60
SESSIONS = 50
SECONDS = 10
UPDATE = "POST /_dash-update-component HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
PATHS = (
    "/../../etc/passwd",
    "/assets/..%2f..%2fserver.py",
    "/export.csv/../../../etc/passwd",
    "/assets//etc/passwd",
)
FOREIGN = (
    "Host: evil.example",
    "Host: localhost\r\nSec-Fetch-Site: cross-site\r\nOrigin: http://evil.example",
)
type Attack = Callable[[int], str]


def talk(port: int, *parts: bytes, wait: float = 60) -> str:
    """Send parts of a request and return the status line of the answer, or how the connection ended."""
    with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), wait) as line:
        with contextlib.suppress(ConnectionError):
            for part in parts:
                line.sendall(part)
        answer = line.recv(1 << 16)
        if b"root:" in answer or b"import " in answer:
            return "a file of the machine"
        return answer.split(b"\r\n")[0].decode(errors="replace") or "closed"
    return "cut"


def get(path: str, headers: str = "Host: localhost") -> bytes:
    return f"GET {path} HTTP/1.1\r\n{headers}\r\n\r\n".encode()


def large_body(port: int) -> str:
    head = f"{UPDATE}Content-Length: {100 << 20}\r\n\r\n".encode()
    return talk(port, head, *([b"x" * (1 << 20)] * 100))


def lying_length(port: int) -> str:
    more = talk(port, f"{UPDATE}Content-Length: 2\r\n\r\n".encode(), b"x" * 100_000)
    negative = talk(port, f"{UPDATE}Content-Length: -5\r\n\r\nxxxxx".encode())
    with socket.create_connection(("127.0.0.1", port), 60) as line:  # and one that never sends the rest
        line.sendall(f"{UPDATE}Content-Length: 200000\r\n\r\n{{".encode())
        time.sleep(1)
    return f"{more}; {negative}"


def endless_chunks(port: int) -> str:
    head = f"{UPDATE}Transfer-Encoding: chunked\r\n\r\n".encode()
    return talk(port, head, *([b"10000\r\n" + b"x" * 0x10000 + b"\r\n"] * 1_600))


def unpacked_bomb(port: int) -> str:
    body = gzip.compress(b"[" * (100 << 20))
    head = f"{UPDATE}Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return talk(port, head, body)


def huge_link(port: int) -> str:
    return f"{talk(port, get('/?x=' + 'y' * 60_000))}; {talk(port, get('/?x=' + 'y' * 50_000_000))}"


def paths(port: int) -> str:
    return "; ".join(sorted({talk(port, get(path)) for path in PATHS}))


def foreign(port: int) -> str:
    return "; ".join(talk(port, get("/export.csv", headers)) for headers in FOREIGN)


def slow(port: int) -> str:
    """Open connections that send a letter a second."""
    with contextlib.ExitStack() as stack:
        lines = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), 60)) for _ in range(CONNECTIONS)
        ]
        for _ in range(SECONDS):
            for line in lines:
                with contextlib.suppress(ConnectionError):
                    line.sendall(b"G")
            time.sleep(1)
    return f"{CONNECTIONS} connections for {SECONDS} s"


def many_states(port: int) -> str:
    """Ask for the numbers of fifty states at once, each of which has to be played."""
    told: list[str] = []

    def ask(number: int) -> None:
        link = f"/export.csv?staffing.officials.lahti_kela.count={number + 1}"
        told.append(talk(port, get(link), wait=300))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(SESSIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return "; ".join(f"{told.count(answer)} × {answer}" for answer in sorted(set(told)))


ATTACKS: tuple[Attack, ...] = (
    large_body, lying_length, endless_chunks, unpacked_bomb, huge_link, paths, foreign, slow, many_states,
)  # fmt: skip


def memory(process: int) -> float:
    """Return the resident memory of a process and its children [MiB]."""
    folder = Path(f"/proc/{process}")
    with contextlib.suppress(OSError):
        children = (folder / "task" / str(process) / "children").read_text().split()
        status = (folder / "status").read_text()
        own = re.search(r"VmRSS:\s+(\d+)", status)
        return (int(own[1]) / 1024 if own else 0.0) + sum(memory(int(child)) for child in children)
    return 0.0


@contextlib.contextmanager
def watched(port: int, process: int) -> Iterator[dict[str, float]]:
    """Ask for the page every half second, and keep the longest wait [s] and the largest memory [MiB]."""
    seen, over = {"wait": 0.0, "most": 0.0}, threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            begun = time.monotonic()
            if " 200 " not in talk(port, get("/"), wait=300):
                seen["wait"] = float("inf")
            seen["wait"] = max(seen["wait"], time.monotonic() - begun)
            seen["most"] = max(seen["most"], memory(process))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        time.sleep(1)
        over.set()
        thread.join()


def main() -> None:
    """Attack, and print a line an attack."""
    words = [VISITSIM, "app", "--port", "0", "--workers", "1"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        found = re.search(r":(\d+)/", process.stderr.readline())
        assert found
        port = int(found[1])
        talk(port, get("/export.csv"), wait=300)  # compiles
        print(f"{'attack':<16}{'wait':>7}{'before':>8}{'after':>8}{'most':>8}  answered")
        for attack in ATTACKS:
            before = memory(process.pid)
            with watched(port, process.pid) as seen:
                told = attack(port)
            numbers = f"{seen['wait']:>7.2f}{before:>8.0f}{memory(process.pid):>8.0f}{seen['most']:>8.0f}"
            print(f"{attack.__name__:<16}{numbers}  {told}", flush=True)
        process.send_signal(signal.SIGINT)
        left = process.stderr.read()
        print(f"exit code {process.wait(60)}; {'a traceback' if 'Traceback' in left else 'no traceback'}")


if __name__ == "__main__":
    main()
