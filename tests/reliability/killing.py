"""Killing a command at one of its calls, or at any moment, and looking at what is left."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from subprocess import PIPE

from tests.cli.command import Outcome, process_environment
from tests.reliability.processes import Prepare, Running, nothing, run, start
from tests.reliability.recording import Call, watch_calls
from tests.reliability.trials import Trials

PROTOCOL = {"write", "fsync", "rename", "remove", "COMMIT", "backup", "backed up"}
"""Where a commit can go wrong. The statements between BEGIN and COMMIT are undone as one."""

SYSTEM_CALLS = ("pwrite64", "fsync", "fdatasync", "rename", "unlink", "ftruncate")
"""How SQLite and `kb` change what is on disk."""


@cache
def record_calls(trials: Trials) -> list[Call]:
    """Return what the command does when nothing stops it."""
    folder = trials.folder("recorded")
    log = folder.with_name("calls")
    outcome = run(folder, *trials.command, prepare=partial(write_calls, log))
    assert outcome.code == 0, outcome.err
    return [Call(*json.loads(line)) for line in log.read_text("utf-8").splitlines()]


def kill_before(trials: Trials, number: int) -> Counter[str]:
    """Let the command die before its call `number`, from 0, and check what it leaves."""
    outcome, left = _kill(trials, partial(die_before, number), Running.wait)
    assert outcome.code == -signal.SIGKILL, outcome
    return Counter({"killed at a call": 1, left: 1})


def kill_after(trials: Trials, share: float) -> Counter[str]:
    """Kill the command after a share of the time that it takes, and check what it leaves."""

    def kill(victim: Running) -> Outcome:
        time.sleep(share * trials.seconds)
        return victim.kill()

    outcome, left = _kill(trials, nothing, kill)
    return Counter({"killed at any moment" if outcome.code else "done before the kill": 1, left: 1})


def count_system_calls(trials: Trials) -> Counter[str]:
    """Return how often the command makes each system call that changes what is on disk."""
    folder = trials.folder("traced")
    log = folder.with_name("strace")
    traced = _traced(trials, "-o", str(log), "-e", f"trace={','.join(SYSTEM_CALLS)}")
    done = subprocess.run(traced, cwd=folder, env=process_environment(), check=True, stdout=PIPE)
    assert done.returncode == 0
    lines = log.read_text("utf-8", errors="replace").splitlines()
    return Counter(line.split(maxsplit=1)[1].partition("(")[0] for line in lines if "(" in line)


def kill_at_system_call(trials: Trials, name: str, number: int) -> Counter[str]:
    """Kill the command on its way into a system call, from 1, and check what it leaves.

    While a reader has the index open, SQLite makes a few calls fewer; then there is no kill.
    """
    folder = trials.folder("victim")
    inject = f"inject={name}:signal=KILL:when={number}"
    traced = _traced(trials, "-o", os.devnull, "-e", f"trace={name}", "-e", inject)
    with trials.reader.asking(folder) as seen:
        done = subprocess.run(
            traced, cwd=folder, env=process_environment(), check=False, capture_output=True
        )
    assert done.returncode in {0, -signal.SIGKILL}, done
    left = trials.check_left(folder, frozenset(seen))
    trials.check_next_run(folder)
    end = "killed at a system call" if done.returncode else "done before the kill"
    return Counter({end: 1, f"{left.value} generation left": 1})


def _traced(trials: Trials, *options: str) -> tuple[str, ...]:
    return ("strace", "-f", "-qq", *options, sys.executable, "-m", "kb", *trials.command)


def _kill(
    trials: Trials, prepare: Prepare, end: Callable[[Running], Outcome]
) -> tuple[Outcome, str]:
    """Return what a command left that was started and ended so, while a reader asks."""
    folder = trials.folder("victim")
    with trials.reader.asking(folder) as seen:
        outcome = end(start(folder, *trials.command, prepare=prepare))
    left = trials.check_left(folder, frozenset(seen))
    trials.check_next_run(folder)
    return outcome, f"{left.value} generation left"


def write_calls(log: Path, folder: Path) -> None:
    """Let the command write down its calls in `log`."""

    def see(call: Call) -> None:
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps([call.kind, call.path, call.note]) + "\n")

    watch_calls(folder, see)


def die_before(number: int, folder: Path) -> None:
    left = number

    def see(_: Call) -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    watch_calls(folder, see)
