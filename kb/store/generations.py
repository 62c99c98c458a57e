"""A generation: its FAISS file and the row that makes it current, written in this order."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path

from kb.domain import LanguageCode, PassageId
from kb.durable import write_durably
from kb.errors import IndexUnusable
from kb.store.database import database_path, vectors_path
from kb.store.reader import IndexState, read_tokens, read_vectors
from kb.vectors import Matrix, TokenIds

SerializeVectors = Callable[[Sequence[PassageId], Matrix], bytes]
SerializeWords = Callable[
    [Sequence[PassageId], Sequence[LanguageCode | None], Sequence[TokenIds]], bytes
]


def publish_vectors(
    connection: sqlite3.Connection,
    folder: Path,
    state: IndexState,
    serialize_vectors: SerializeVectors,
) -> IndexState:
    """Make `state` the current one, with the FAISS file of the vectors stored now.

    To be run at the end of a transaction: the file is complete on disk before the commit, so a
    crash on either side of it leaves a generation whose files agree.
    """
    content = serialize_vectors(*read_vectors(connection, state.fingerprint, state.dimension))
    write_durably(vectors_path(folder, state.generation), content)
    published = replace(
        state, vectors_size=len(content), vectors_sha256=sha256(content).hexdigest()
    )
    columns = asdict(published)
    names = ", ".join(columns)
    values = ", ".join(f":{name}" for name in columns)
    connection.execute(
        f"INSERT OR REPLACE INTO state (only_row, {names}) VALUES (1, {values})",  # noqa: S608
        columns,
    )
    return published


def store_words(
    connection: sqlite3.Connection,
    folder: Path,
    fingerprint: str,
    serialize_words: SerializeWords | None,
) -> None:
    """Store the index of the words that passages have now; none without `serialize_words`.

    To be run in the transaction that changes what passages there are. Raises: `IndexUnusable`
    when what is stored are no words of the model.
    """
    connection.execute("DELETE FROM words")
    if serialize_words is not None:
        try:
            content = serialize_words(*read_tokens(connection, fingerprint))
        except (IndexError, ValueError) as error:
            raise IndexUnusable(database_path(folder), "its words are not the model's") from error
        connection.execute("INSERT INTO words VALUES (1, ?)", (content,))


def remove_old_files(folder: Path, generation: int) -> None:
    """Keep this generation's FAISS file and the one before, which a reader may be opening."""
    kept = {vectors_path(folder, generation - age).name for age in (0, 1)}
    with suppress(OSError):  # What cannot be listed or removed now is left to the next build.
        for path in folder.glob("vectors-*.faiss*"):
            if path.name not in kept:
                path.unlink()
