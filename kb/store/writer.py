"""Making the next generation of an index: everything new becomes visible in one commit."""

import json
import os
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from kb.changes import FileStamp
from kb.domain import Document, DocumentId, Passage, PassageId
from kb.errors import IndexOvertaken
from kb.store.database import (
    closed_on_error,
    open_for_writing,
    transaction,
    translated,
    vectors_path,
)
from kb.store.reader import (
    IndexedDocument,
    IndexState,
    SkippedFile,
    read_documents,
    read_skipped,
    read_state,
    read_vectors,
)
from kb.vectors import Matrix, TokenIds

SerializeVectors = Callable[[Sequence[PassageId], Matrix], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A document to publish, with its passages and the digest of what was embedded for each."""

    document: Document
    digest: str
    stamp: FileStamp
    passages: tuple[Passage, ...]
    embedding_digests: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if len(self.passages) != len(self.embedding_digests):
            raise ValueError("every passage needs the digest of its embedding")


class IndexWriter:
    """Writes in the index folder. Raises `IndexUnwritable`, `IndexUnusable`, `IndexTooNew`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connection = open_for_writing(folder)
        with closed_on_error(self._connection), translated(folder, writing=False):
            self.state = read_state(self._connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def documents(self) -> tuple[IndexedDocument, ...]:
        """Return the published documents."""
        with translated(self._folder, writing=False):
            return read_documents(self._connection)

    def skipped(self) -> tuple[SkippedFile, ...]:
        """Return the files that the last build left out."""
        with translated(self._folder, writing=False):
            return read_skipped(self._connection)

    def not_embedded(self, digests: Collection[bytes], fingerprint: str) -> frozenset[bytes]:
        """Return those of `digests` that have no stored vector of this model."""
        with translated(self._folder, writing=False):
            rows = self._connection.execute(
                "SELECT digest FROM embeddings WHERE fingerprint = ?", (fingerprint,)
            ).fetchall()
        return frozenset(digests) - {row["digest"] for row in rows}

    def keep_embeddings(
        self,
        digests: Sequence[bytes],
        fingerprint: str,
        vectors: Matrix,
        tokens: Sequence[TokenIds] | None,
    ) -> None:
        """Store vectors at once, so that an interrupted build does not lose them.

        What was stored under the same digests is replaced.
        """
        token_blobs = [None] * len(digests) if tokens is None else [ids.tobytes() for ids in tokens]
        rows = (
            (digest, fingerprint, vector.astype(np.float32).tobytes(), blob)
            for digest, vector, blob in zip(digests, vectors, token_blobs, strict=True)
        )
        with translated(self._folder, writing=True), transaction(self._connection):
            self._connection.executemany(
                "INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?, ?)", rows
            )

    def publish(
        self,
        *,
        removed: Collection[DocumentId],
        added: Sequence[NewDocument],
        restamped: Mapping[DocumentId, FileStamp],
        skipped: Collection[SkippedFile],
        model: str,
        fingerprint: str,
        dimension: int,
        chunker_version: int,
        serialize_vectors: SerializeVectors,
    ) -> IndexState:
        """Make the next generation current in a single commit and return its state.

        The FAISS file is complete on disk before the commit, so a crash on either side of it
        leaves a generation whose files agree. Raises `IndexOvertaken` when another build
        published since this writer was opened.
        """
        with translated(self._folder, writing=True), transaction(self._connection):
            if read_state(self._connection) != self.state:
                raise IndexOvertaken(self._folder)
            self._replace_documents(removed, added, restamped)
            self._replace_skipped(skipped)
            ids, vectors = read_vectors(self._connection, fingerprint, dimension)
            content = serialize_vectors(ids, vectors)
            state = IndexState(
                generation=self.state.generation + 1 if self.state else 1,
                model=model,
                fingerprint=fingerprint,
                dimension=dimension,
                chunker_version=chunker_version,
                built_at=datetime.now(UTC).isoformat(timespec="seconds"),
                vectors_size=len(content),
                vectors_sha256=sha256(content).hexdigest(),
            )
            _write_durably(vectors_path(self._folder, state.generation), content)
            _write_state(self._connection, state)
        self.state = state
        self._remove_old_files()
        return state

    def _replace_documents(
        self,
        removed: Collection[DocumentId],
        added: Sequence[NewDocument],
        restamped: Mapping[DocumentId, FileStamp],
    ) -> None:
        self._connection.executemany(
            "DELETE FROM documents WHERE id = ?", [(document_id,) for document_id in removed]
        )
        self._connection.executemany(
            "UPDATE documents SET size_bytes = ?, modified_ns = ? WHERE id = ?",
            [(stamp.size_bytes, stamp.modified_ns, id_) for id_, stamp in restamped.items()],
        )
        for new in added:
            _insert_document(self._connection, new)

    def _replace_skipped(self, skipped: Collection[SkippedFile]) -> None:
        self._connection.execute("DELETE FROM skipped")
        self._connection.executemany(
            "INSERT INTO skipped VALUES (?, ?, ?, ?)",
            [
                (file.id, file.stamp.size_bytes, file.stamp.modified_ns, file.reason)
                for file in skipped
            ],
        )

    def _remove_old_files(self) -> None:
        """Keep this generation's FAISS file and the one before, which a reader may be opening."""
        if self.state is None:
            return
        kept = {vectors_path(self._folder, self.state.generation - age).name for age in (0, 1)}
        for path in self._folder.glob("vectors-*.faiss*"):
            if path.name not in kept:
                path.unlink(missing_ok=True)


def _insert_document(connection: sqlite3.Connection, new: NewDocument) -> None:
    document = new.document
    connection.execute(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            document.id,
            new.digest,
            new.stamp.size_bytes,
            new.stamp.modified_ns,
            document.language,
            document.title,
            document.date,
            document.source,
            document.body_start,
            document.text,
        ),
    )
    connection.executemany(
        "INSERT INTO passages"
        " (document_id, start, end, first_line, last_line, headings, embedding_digest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                document.id,
                passage.start,
                passage.end,
                passage.first_line,
                passage.last_line,
                json.dumps(passage.headings, ensure_ascii=False),
                digest,
            )
            for passage, digest in zip(new.passages, new.embedding_digests, strict=True)
        ],
    )


def _write_state(connection: sqlite3.Connection, state: IndexState) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            state.generation,
            state.model,
            state.fingerprint,
            state.dimension,
            state.chunker_version,
            state.built_at,
            state.vectors_size,
            state.vectors_sha256,
        ),
    )


def _write_durably(path: Path, content: bytes) -> None:
    """Write a file that is either whole under its name or not there, even after a power cut."""
    temporary = path.with_suffix(".faiss.new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    if os.name == "posix":  # Elsewhere a folder cannot be opened to be synced.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
