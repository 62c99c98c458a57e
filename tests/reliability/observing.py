"""What an index tells whoever asks: the answers it gives and all that it holds."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from kb.errors import IndexMissing
from kb.store import IndexReader, load_answers
from tests.cli.articles import QUESTIONS
from tests.cli.command import Kb
from tests.reliability.processes import fork, run

Answers = tuple[str, ...] | None
"""The hits for one question in each language, as `kb search --json` prints them; None without an
index."""

# What an index folder may hold when nothing is going on.
_TIDY = re.compile(r"kb\.sqlite3(-wal|-shm)?|kb\.lock|vectors-\d{8}\.faiss")


class Reader:
    """A process that asks, on demand or all the time. It opens the index anew for each round."""

    def __init__(self) -> None:
        self._connection, theirs = Pipe()
        self._process = fork(_answer_requests, theirs)
        theirs.close()

    def close(self) -> None:
        self._connection.close()
        self._process.join()
        self._process.close()

    def answers(self, folder: Path) -> Answers:
        """Return what the index says now. Raises `AssertionError` when it cannot be asked."""
        (answers,) = self._request(folder, again=False)
        return answers

    @contextmanager
    def asking(self, folder: Path) -> Iterator[set[Answers]]:
        """Ask until the block ends. Then the set yielded holds the different answers got."""
        seen: set[Answers] = set()
        self._connection.send((folder, True))
        try:
            yield seen
        finally:
            self._connection.send(None)
            seen |= self._received()

    def _request(self, folder: Path, *, again: bool) -> set[Answers]:
        self._connection.send((folder, again))
        return self._received()

    def _received(self) -> set[Answers]:
        received = self._connection.recv()
        assert not isinstance(received, str), received
        return set(received)


def _answer_requests(connection: Connection) -> None:
    with connection:
        while True:
            try:
                folder, again = connection.recv()
            except EOFError:
                return
            seen = set()
            try:
                seen.add(_ask(folder))
                while again and not connection.poll():
                    seen.add(_ask(folder))
                reply: object = seen
            except Exception as error:  # noqa: BLE001  # Whatever it is, the test shall hear of it.
                reply = f"a reader failed: {error!r}"
            if again:
                connection.recv()
            connection.send(reply)


def _ask(folder: Path) -> Answers:
    try:
        IndexReader(folder / "index").close()
    except IndexMissing:
        return None
    questions = folder / "questions"
    outcome = Kb(folder)("search", "--json", "--batch", questions)
    assert outcome.code == 0, outcome.err
    return tuple(outcome.out.splitlines())


def write_questions(folder: Path) -> None:
    """Write the questions that a `Reader` asks in `folder`."""
    questions = (question for question, *_ in QUESTIONS.values())
    (folder / "questions").write_text("\n".join(questions), "utf-8")


def contents(folder: Path) -> object:
    """Return all that an index holds, apart from numbers and times that depend on its history."""
    try:
        reader = IndexReader(folder / "index")
    except IndexMissing:
        return None
    with reader:
        documents = [(d.id, d.digest, d.language, d.title, d.passages) for d in reader.documents()]
        skipped = [(file.id, file.reason) for file in reader.skipped()]
        ids, vectors = reader.vectors()
        assert ids == reader.passage_ids()
        passages = {
            passage: (vector.tobytes(), tokens.tobytes())
            for passage, vector, tokens in zip(
                reader.passages(ids), vectors, reader.tokens(ids), strict=True
            )
        }
    return documents, skipped, passages, _saved_answers(folder)


def _saved_answers(folder: Path) -> set[str]:
    """Return the answers saved, each once, without the time and generation of asking."""
    answers = [json.loads(answer.content) for answer in load_answers(folder / "index")]
    return {
        json.dumps({key: answer[key] for key in answer.keys() - {"asked_at", "generation"}})
        for answer in answers
    }


def check_health(folder: Path) -> None:
    """Assert that `kb doctor` finds no problem in an index."""
    outcome = run(folder, "doctor")
    assert outcome.code == 0, outcome.out + outcome.err


def check_tidiness(folder: Path) -> None:
    """Assert that a finished build left no litter, and its FAISS file whole."""
    names = {path.name for path in (folder / "index").iterdir()}
    assert not {name for name in names if not _TIDY.fullmatch(name)}
    assert len([name for name in names if name.startswith("vectors-")]) <= 2
    with IndexReader(folder / "index") as reader:
        assert reader.vectors_file() is not None
