"""The `kb` command, run in a folder of its own: in this process or as one of its own."""

import os
import subprocess
import sys
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from kb.cli.app import app

REPOSITORY = Path(__file__).parents[2]
KB = (sys.executable, "-m", "kb")

_SETTINGS = (
    *("KB_CORPUS", "KB_INDEX", "KB_CONFIG", "KB_MODEL", "KB_RERANK"),
    *("KB_DIMENSION", "KB_BATCH_SIZE", "KB_DEVICE"),
)
_TERMINAL = ("NO_COLOR", "COLUMNS", "LINES", "PYTHONIOENCODING", "PYTHONUTF8", "LC_ALL")

# Root may read and write anywhere by two capabilities. Given up, they do not come back with
# `exec`. Another user would not do: root's own Python may lie where that user cannot look.
_AS_ORDINARY_USER = """
import ctypes, os, sys
if os.geteuid() == 0:
    PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        if ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
            sys.exit("root cannot give up its capabilities here")
os.execv(sys.executable, (sys.executable, "-m", "kb", *sys.argv[1:]))
"""


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line that says what went wrong."""
        assert "Traceback" not in self.err
        assert self.err.count("\n") == 1, self.err
        assert self.err.startswith("kb: ")
        return self.err.strip()


class Kb:
    """`kb` with `folder` as its working directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.corpus = folder / "corpus"
        self.index = folder / "index"

    def __call__(
        self, *arguments: str | Path, stdin: str | bytes = "", **environment: str
    ) -> Outcome:
        """Run the command in this process; an unexpected error is raised here."""
        with chdir(self.folder):
            result = CliRunner().invoke(
                app,
                list(map(str, arguments)),
                input=stdin,
                env={**dict.fromkeys(_SETTINGS), **environment},
                prog_name="kb",
                catch_exceptions=False,
            )
        return Outcome(result.exit_code, result.stdout, result.stderr)

    def process(
        self,
        *arguments: str | Path,
        stdin: bytes = b"",
        as_ordinary_user: bool = False,
        **environ: str,
    ) -> Outcome:
        """Run the command as a process of its own, its output read as UTF-8."""
        command = (sys.executable, "-c", _AS_ORDINARY_USER) if as_ordinary_user else KB
        done = subprocess.run(
            (*command, *map(str, arguments)),
            cwd=self.folder,
            env=process_environment(**environ),
            input=stdin,
            capture_output=True,
            check=False,
        )
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def process_environment(**more: str) -> dict[str, str]:
    """Return the environment of this process without what changes how `kb` behaves."""
    kept = {key: value for key, value in os.environ.items() if key not in (*_SETTINGS, *_TERMINAL)}
    return {**kept, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1", **more}
