"""One published generation of an index, seen whole for as long as the reader is open."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from kb.changes import FileStamp
from kb.domain import (
    EVERY_ARTICLE,
    ArticleFilter,
    DocumentId,
    LanguageCode,
    Passage,
    PassageId,
    SourceText,
)
from kb.errors import IndexMissing, IndexUnusable
from kb.selection import choose_articles
from kb.store.database import (
    Closing,
    closed_on_error,
    database_path,
    open_for_reading,
    translated,
    vectors_path,
)
from kb.vectors import Matrix, TokenIds

_PARAMETERS = 500  # Values bound to one statement; SQLite's own limit may be as low as 999.


PassageTokens = tuple[tuple[PassageId, ...], tuple[LanguageCode | None, ...], tuple[TokenIds, ...]]
"""The numbers of passages, their languages and their tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexState:
    """What a generation was built with."""

    generation: int
    model: str
    fingerprint: str
    dimension: int
    chunker_version: int
    built_at: str
    scanned_ns: int = 0
    """When the articles were last compared with the index, nanoseconds since 1970."""
    vectors_size: int
    vectors_sha256: str
    calibration: str | None = None
    """JSON: from which score on a question of this collection is answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedDocument:
    """What the index knows of an article, without its text."""

    id: DocumentId
    digest: str
    stamp: FileStamp
    language: LanguageCode | None
    title: str
    date: str | None
    source: str | None
    tags: tuple[str, ...]
    languages: frozenset[LanguageCode | None]
    """Its own language and those of its passages."""
    passages: int


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """An article that the last build could not read."""

    id: DocumentId
    stamp: FileStamp
    reason: str


class IndexReader(Closing):
    """Reads the generation that was current when it was opened.

    Raises: `IndexMissing` when nothing was ever published, `IndexUnusable`, `IndexTooNew`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connection = open_for_reading(folder)
        with closed_on_error(self._connection), self._translated():
            # The transaction stays open: SQLite shows this connection one state of the file.
            self._connection.execute("BEGIN")
            state = read_state(self._connection)
            if state is None:
                raise IndexMissing(folder)
        self.state = state

    def close(self) -> None:
        self._connection.close()

    def documents(self) -> tuple[IndexedDocument, ...]:
        """Return all documents, sorted by path."""
        with self._translated():
            return read_documents(self._connection)

    def skipped(self) -> tuple[SkippedFile, ...]:
        """Return the files that the last build left out, sorted by path."""
        with self._translated():
            return read_skipped(self._connection)

    def passage_ids(
        self,
        wanted: ArticleFilter = EVERY_ARTICLE,
        *,
        without_documents: Collection[DocumentId] = (),
    ) -> tuple[PassageId, ...]:
        """Return the passages of articles that are meant, outside some documents.

        Where languages are wanted, of an article in several only the passages in these.
        Raises what `choose_articles` raises.
        """
        documents = [
            document.id
            for document in choose_articles(self.documents(), wanted)
            if document.id not in without_documents
        ]
        rows = self._select(
            "SELECT id, language FROM passages WHERE document_id IN ({})", documents
        )
        return tuple(
            sorted(
                PassageId(row["id"])
                for row in rows
                if not wanted.languages or row["language"] in wanted.languages
            )
        )

    def passages(self, ids: Sequence[PassageId]) -> tuple[Passage, ...]:
        """Return the passages with these numbers, in the order of `ids`."""
        rows = {
            row["id"]: row for row in self._select("SELECT * FROM passages WHERE id IN ({})", ids)
        }
        documents = sorted({row["document_id"] for row in rows.values()})
        found: dict[int, Passage] = {}
        with self._translated():
            for document in self._select("SELECT * FROM documents WHERE id IN ({})", documents):
                for id_, row in rows.items():
                    if row["document_id"] == document["id"]:
                        found[id_] = _passage(row, document)
            return tuple(found[id_] for id_ in ids)

    def bodies(self) -> Iterator[tuple[DocumentId, str]]:
        """Yield each document with its text after the front matter, sorted by path."""
        with self._translated():
            for row in self._connection.execute(
                "SELECT id, substr(text, body_start + 1) AS body FROM documents ORDER BY id"
            ):
                yield DocumentId(row["id"]), row["body"]

    def passages_by_document(self) -> Mapping[DocumentId, tuple[PassageId, ...]]:
        """Return the passages of each document that has some."""
        found: defaultdict[DocumentId, tuple[PassageId, ...]] = defaultdict(tuple)
        with self._translated():
            for row in self._connection.execute("SELECT id, document_id FROM passages ORDER BY id"):
                found[DocumentId(row["document_id"])] += (PassageId(row["id"]),)
        return found

    def text(self, document_id: DocumentId, *, digest: str) -> SourceText | None:
        """Return the text of a document when it was made of the bytes that have this digest."""
        with self._translated():
            row = self._connection.execute(
                "SELECT text, lines FROM documents WHERE id = ? AND digest = ?",
                (document_id, digest),
            ).fetchone()
            if row is None:
                return None
            return SourceText(row["text"], row["lines"] and tuple(json.loads(row["lines"])))

    def tokens(self, ids: Sequence[PassageId]) -> tuple[TokenIds, ...]:
        """Return the words, as tokens, of the texts embedded for these passages.

        In the order of `ids`. Empty for a model without token vectors.
        """
        rows = self._select(
            "SELECT p.id, e.tokens FROM passages p JOIN embeddings e"
            " ON e.digest = p.embedding_digest AND e.fingerprint = ? WHERE p.id IN ({})",
            ids,
            before=(self.state.fingerprint,),
        )
        with self._translated():
            tokens = {row["id"]: _token_ids(row["tokens"]) for row in rows}
            return tuple(tokens[id_] for id_ in ids)

    def all_tokens(self) -> PassageTokens:
        """Return all passages in order of number, their languages and their tokens."""
        with self._translated():
            return read_tokens(self._connection, self.state.fingerprint)

    def word_index(self) -> bytes | None:
        """Return the stored index of the words of all passages, or None when there is none."""
        with self._translated():
            return read_word_index(self._connection)

    def vectors(self) -> tuple[tuple[PassageId, ...], Matrix]:
        """Return all passages and their vectors, float32, shape `(passages, dimension)`."""
        with self._translated():
            return read_vectors(self._connection, self.state.fingerprint, self.state.dimension)

    def vectors_file(self) -> bytes | None:
        """Return this generation's FAISS file, or None when it is missing or damaged."""
        return read_vectors_file(self._folder, self.state)

    def misfit(self) -> IndexUnusable:
        """Return the error that says so of what is stored: a row is gone, or is none of kb's."""
        reason = "what is stored in it does not fit together"
        return IndexUnusable(database_path(self._folder), reason)

    def _select(
        self, sql: str, values: Iterable[object], *, before: tuple[object, ...] = ()
    ) -> Iterator[sqlite3.Row]:
        """Run `sql` with its `{}` as a list of parameters, in as many parts as SQLite wants."""
        values = list(values)
        for start in range(0, len(values), _PARAMETERS):
            part = values[start : start + _PARAMETERS]
            statement = sql.format(", ".join("?" * len(part)))
            with self._translated():
                found = self._connection.execute(statement, (*before, *part)).fetchall()
            yield from found

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            with translated(self._folder, writing=False):
                yield
        except (KeyError, ValueError) as error:
            raise self.misfit() from error


def read_state(connection: sqlite3.Connection) -> IndexState | None:
    """Return the published state, or None before the first publish."""
    row = connection.execute("SELECT * FROM state").fetchone()
    if row is None:
        return None
    return IndexState(**{key: row[key] for key in row.keys() if key != "only_row"})  # noqa: SIM118


def read_vectors_file(folder: Path, state: IndexState) -> bytes | None:
    """Return the FAISS file of a generation, or None when it is missing or damaged.

    The bytes that are checked are those returned, so the file is read once.
    """
    path = vectors_path(folder, state.generation)
    try:
        if path.stat().st_size != state.vectors_size:
            return None
        content = path.read_bytes()
    except OSError:
        return None
    return content if sha256(content).hexdigest() == state.vectors_sha256 else None


def read_documents(connection: sqlite3.Connection) -> tuple[IndexedDocument, ...]:
    """Return all documents without their text, sorted by path."""
    languages: defaultdict[str, dict[LanguageCode | None, int]] = defaultdict(dict)
    for row in connection.execute(
        "SELECT document_id, language, count(*) AS passages FROM passages"
        " GROUP BY document_id, language"
    ):
        languages[row["document_id"]][row["language"]] = row["passages"]
    rows = connection.execute(
        "SELECT id, digest, size_bytes, modified_ns, inode, language, title, date, source, tags"
        " FROM documents ORDER BY id"
    )
    return tuple(
        IndexedDocument(
            id=row["id"],
            digest=row["digest"],
            stamp=_stamp(row),
            language=row["language"],
            title=row["title"],
            date=row["date"],
            source=row["source"],
            tags=_tags(row["tags"]),
            languages=frozenset((row["language"], *languages[row["id"]])),
            passages=sum(languages[row["id"]].values()),
        )
        for row in rows
    )


def read_skipped(connection: sqlite3.Connection) -> tuple[SkippedFile, ...]:
    """Return the files left out, sorted by path."""
    return tuple(
        SkippedFile(row["id"], _stamp(row), row["reason"])
        for row in connection.execute("SELECT * FROM skipped ORDER BY id")
    )


def read_vectors(
    connection: sqlite3.Connection, fingerprint: str, dimension: int
) -> tuple[tuple[PassageId, ...], Matrix]:
    """Return every passage's number and its vector, in order of number."""
    rows = connection.execute(
        "SELECT p.id, e.vector FROM passages p JOIN embeddings e"
        " ON e.digest = p.embedding_digest AND e.fingerprint = ? ORDER BY p.id",
        (fingerprint,),
    ).fetchall()
    matrix = np.frombuffer(b"".join(row["vector"] for row in rows), dtype=np.float32)
    return tuple(PassageId(row["id"]) for row in rows), matrix.reshape(len(rows), dimension)


def read_tokens(connection: sqlite3.Connection, fingerprint: str) -> PassageTokens:
    """Return every passage's number, language and tokens, in order of number.

    Raises `ValueError` for odd tokens.
    """
    rows = connection.execute(
        "SELECT p.id, p.language, e.tokens FROM passages p JOIN embeddings e"
        " ON e.digest = p.embedding_digest AND e.fingerprint = ? ORDER BY p.id",
        (fingerprint,),
    ).fetchall()
    return (
        tuple(PassageId(row["id"]) for row in rows),
        tuple(row["language"] for row in rows),
        tuple(_token_ids(row["tokens"]) for row in rows),
    )


def _token_ids(stored: object) -> TokenIds:
    """Return stored tokens; none for a model without words. Raises `ValueError` for odd ones."""
    # SQLite keeps what kind of value it is beside the value: a flipped bit makes text of bytes.
    if stored is not None and not isinstance(stored, bytes):
        kind = type(stored).__name__
        raise ValueError(f"tokens are bytes, not {kind}")
    return np.frombuffer(stored or b"", np.int32)


def read_word_index(connection: sqlite3.Connection) -> bytes | None:
    """Return the stored index of words, as it is."""
    row = connection.execute("SELECT content FROM words").fetchone()
    return None if row is None else row["content"]


def _tags(stored: str) -> tuple[str, ...]:
    """Return an article's tags; those that cannot be read do not stand in the way of its text."""
    if stored == "[]":  # Most have none, and each question reads all of them.
        return ()
    try:
        return tuple(map(str, json.loads(stored)))
    except (TypeError, ValueError):  # `kb doctor` names it.
        return ()


def _stamp(row: sqlite3.Row) -> FileStamp:
    return FileStamp(row["size_bytes"], row["modified_ns"], row["inode"])


def _passage(row: sqlite3.Row, document: sqlite3.Row) -> Passage:
    return Passage(
        document_id=DocumentId(document["id"]),
        title=document["title"],
        language=row["language"],
        date=document["date"],
        tags=_tags(document["tags"]),
        headings=tuple(json.loads(row["headings"])),
        start=row["start"],
        end=row["end"],
        first_line=row["first_line"],
        last_line=row["last_line"],
        text=document["text"][row["start"] : row["end"]],
    )
