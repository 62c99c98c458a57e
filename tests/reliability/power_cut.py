"""What a power cut may leave of an index folder: nothing is sure but what was synced.

The model is harsher than a real file system. Until a file is synced, any part of it may be
missing; until its folder is synced, each name in it may stand as before or as now, for itself.
SQLite is trusted to sync its own files when it commits, as `synchronous = FULL` promises.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, product
from pathlib import Path

from tests.reliability.processes import run
from tests.reliability.recording import Call, watch_calls
from tests.reliability.trials import Generation, Trials

State = tuple[tuple[str, bytes], ...]
"""The files of an index folder, by name."""

_NOT_KEPT = ("-shm", ".lock")  # Made anew by whoever opens the index first.
_SQLITE = ("kb.sqlite3", "kb.sqlite3-wal")
DURABLE = "wal 2"
"""The note of a COMMIT that is on disk when it returns: `synchronous` is FULL."""


@dataclass(frozen=True)
class Moment:
    """An index folder as programs see it before a call: names to inodes, inodes to contents."""

    call: Call
    inodes: Mapping[str, int]
    contents: Mapping[int, bytes]


@dataclass(frozen=True)
class PowerCut:
    """What a power cut left, and whether the command had already made its last commit."""

    state: State
    is_committed: bool


def power_cuts(trials: Trials) -> list[PowerCut]:
    """Return everything that power cuts may leave while the command runs, each once."""
    folder = trials.folder("recorded")
    log = folder.with_name("moments")
    outcome = run(folder, *trials.command, prepare=partial(_write_moments, log))
    assert outcome.code == 0, outcome.err
    moments = [*_read_moments(log), _moment(Call("end", ""), folder / "index")]
    commits = [n for n, moment in enumerate(moments) if moment.call.kind == "COMMIT"]
    cuts = (PowerCut(state, n > commits[-1]) for n, state in _states(moments))
    return list(dict.fromkeys(cuts))


def check_power_cut(trials: Trials, cut: PowerCut) -> Generation:
    """Assert that an index is whole after `cut`, and new if that was promised."""
    folder = trials.folder("cut")
    shutil.rmtree(folder / "index", ignore_errors=True)
    (folder / "index").mkdir()
    for name, content in cut.state:
        (folder / "index" / name).write_bytes(content)
    left = trials.check_left(folder)
    assert left is Generation.NEW or not cut.is_committed, "a commit that was made is lost"
    trials.check_next_run(folder)
    return left


def _write_moments(log: Path, folder: Path) -> None:
    """Prepare a process to copy its index folder to `log` before each of its calls."""
    log.mkdir()

    def see(call: Call) -> None:
        place = log / f"{len(list(log.iterdir())):05}"
        place.mkdir()
        moment = _moment(call, folder / "index")
        for inode, content in moment.contents.items():
            (place / str(inode)).write_bytes(content)
        record = [[call.kind, call.path, call.note], moment.inodes]
        (place / "moment").write_text(json.dumps(record), "utf-8")

    watch_calls(folder, see)


def _read_moments(log: Path) -> Iterator[Moment]:
    for place in sorted(log.iterdir()):
        call, inodes = json.loads((place / "moment").read_text("utf-8"))
        contents = {inode: (place / str(inode)).read_bytes() for inode in inodes.values()}
        yield Moment(Call(*call), inodes, contents)


def _moment(call: Call, index: Path) -> Moment:
    paths = list(index.iterdir()) if index.is_dir() else []
    inodes = {path.name: path.stat().st_ino for path in paths if not path.name.endswith(_NOT_KEPT)}
    return Moment(call, inodes, {inodes[name]: (index / name).read_bytes() for name in inodes})


def _states(moments: Sequence[Moment]) -> Iterator[tuple[int, State]]:
    """Yield what may be left by a power cut at each moment, with the moment's number."""
    disk = _Disk(moments[0])
    for number, (before, after) in enumerate(pairwise(moments)):
        yield from ((number, state) for state in disk.states(before))
        if before.call.kind == "COMMIT":  # While it runs, the log grows.
            yield from ((number, state) for state in disk.states(after))
        disk.pass_call(before, after)
    yield from ((len(moments) - 1, state) for state in disk.states(moments[-1]))


class _Disk:
    """What of a folder has reached the disk for sure."""

    def __init__(self, moment: Moment) -> None:
        self._names = dict(moment.inodes)
        self._contents = dict(moment.contents)

    def pass_call(self, before: Moment, after: Moment) -> None:
        """Learn what the call between two moments brought to the disk."""
        call = before.call
        if call.kind == "fsync" and call.path == "index":
            self._names = dict(after.inodes)
        elif call.kind == "fsync":
            inode = before.inodes.get(Path(call.path).name)
            if inode is not None:
                self._contents[inode] = before.contents[inode]
        elif call.kind in {"close", "JOURNAL"} or (call.kind, call.note) == ("COMMIT", DURABLE):
            self._sync_database(after)

    def _sync_database(self, moment: Moment) -> None:
        for name in _SQLITE:
            self._names.pop(name, None)
            if name in moment.inodes:
                inode = self._names[name] = moment.inodes[name]
                self._contents[inode] = moment.contents[inode]

    def states(self, moment: Moment) -> set[State]:
        """Return every folder that may be found after a power cut at `moment`."""
        names = sorted({*self._names, *moment.inodes})
        choices = [self._choices(name, moment) for name in names]
        return {
            tuple(
                (n, content)
                for n, content in zip(names, chosen, strict=True)
                if content is not None
            )
            for chosen in product(*choices)
        }

    def _choices(self, name: str, moment: Moment) -> list[bytes | None]:
        """Return what may stand under `name`: None for nothing."""
        choices: list[bytes | None] = []
        for inode in {self._names.get(name), moment.inodes.get(name)}:
            choices += [None] if inode is None else self._possible_contents(inode, moment)
        return choices

    def _possible_contents(self, inode: int, moment: Moment) -> list[bytes]:
        synced = self._contents.get(inode, b"")
        written = moment.contents.get(inode, synced)
        if written == synced:
            return [synced]
        quarters = (written[: len(written) * part // 4] for part in range(1, 4))
        return [synced, *quarters, written[:-1], written]
