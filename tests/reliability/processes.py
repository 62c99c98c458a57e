"""The `kb` command in processes that are quick to start, and that may be killed.

A process of its own costs a third of a second, most of it for imports. So a server imports once
and each command is a fork of it: 300 builds can be killed in a minute.
"""

import itertools
import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.cli.command import Outcome, process_environment

Prepare = Callable[[Path], None]
"""What a process does before its command, given the command's folder: limits, watches."""

_PATIENCE_S = 120.0  # A command that is not done by then never will be.
_context = multiprocessing.get_context("forkserver")
_numbers = itertools.count()


@dataclass(frozen=True)
class Running:
    """A command that was started; what it prints goes to files."""

    process: ForkServerProcess
    out: Path
    err: Path

    def wait(self) -> Outcome:
        """Return what the command left behind; `code` is negative for one that was killed."""
        self.process.join(_PATIENCE_S)
        assert self.process.exitcode is not None, "the command hangs"
        code = self.process.exitcode
        self.process.close()
        outcome = Outcome(code, *(path.read_text("utf-8") for path in (self.out, self.err)))
        for path in (self.out, self.err):
            path.unlink()
        return outcome

    def kill(self) -> Outcome:
        """Send SIGKILL, which no process can see coming, and wait."""
        self.process.kill()
        return self.wait()


def nothing(_folder: Path) -> None:
    """The `Prepare` that does nothing."""


def start(folder: Path, *arguments: str, prepare: Prepare = nothing) -> Running:
    """Start `kb` with `folder` as its working directory."""
    number = next(_numbers)
    out, err = (folder / f"{os.getpid()}-{number}.{name}" for name in ("out", "err"))
    for path in (out, err):
        path.touch()
    process = fork(_run_command, folder, arguments, prepare, out, err)
    return Running(process, out, err)


def run(folder: Path, *arguments: str, prepare: Prepare = nothing) -> Outcome:
    """Run `kb` with `folder` as its working directory and return what it left behind."""
    return start(folder, *arguments, prepare=prepare).wait()


def fork(function: Callable[..., None], *arguments: Any) -> ForkServerProcess:
    """Run `function` in a fork of the server. What is sent to it is pickled."""
    _ensure_server(process_environment())
    process = _context.Process(target=function, args=arguments, daemon=True)
    process.start()
    return process


def _ensure_server(environment: Mapping[str, str]) -> None:
    _context.set_forkserver_preload(["tests.reliability.preloaded"])
    with patch.dict(os.environ, environment, clear=True):
        forkserver.ensure_running()


def _run_command(
    folder: Path, arguments: tuple[str, ...], prepare: Prepare, out: Path, err: Path
) -> None:
    from kb.cli import main

    os.chdir(folder)
    for descriptor, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY), descriptor)
    sys.argv = ["kb", *arguments]
    prepare(folder)
    main()
