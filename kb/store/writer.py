"""Making the next generation of an index: everything new becomes visible in one commit."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from kb.changes import FileStamp
from kb.domain import Document, DocumentId, Passage
from kb.store.database import Closing, open_for_writing, transaction, translated
from kb.store.generations import (
    SerializeVectors,
    SerializeWords,
    publish_vectors,
    remove_old_files,
    store_words,
)
from kb.store.lock import OnWait, writer_lock
from kb.store.reader import (
    IndexedDocument,
    IndexState,
    SkippedFile,
    read_documents,
    read_state,
    read_vectors_file,
    read_word_index,
)
from kb.vectors import Matrix, TokenIds
from kb.word_index import is_word_index


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


class IndexWriter(Closing):
    """The one that writes in the index folder, from when it is opened until it is closed.

    While another one is open, tells `on_wait` and waits; without `on_wait`, raises.
    Raises: `IndexBusy`, `IndexUnwritable`, `IndexUnusable`, `IndexTooNew`, `TooManyOpenFiles`.
    """

    def __init__(
        self, folder: Path, *, command: str = "kb build", on_wait: OnWait | None = None
    ) -> None:
        self._folder = folder
        with ExitStack() as opened:
            opened.enter_context(writer_lock(folder, command=command, on_wait=on_wait))
            self._connection = opened.enter_context(closing(open_for_writing(folder)))
            with translated(folder, writing=False):
                self.state = read_state(self._connection)
            self._remove_leftovers()
            self._opened = opened.pop_all()

    def close(self) -> None:
        self._opened.close()

    def documents(self) -> tuple[IndexedDocument, ...]:
        """Return the published documents."""
        with translated(self._folder, writing=False):
            return read_documents(self._connection)

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
        scanned_ns: int,
        serialize_vectors: SerializeVectors,
        serialize_words: SerializeWords | None = None,
    ) -> IndexState:
        """Make the next generation current in a single commit and return its state.

        `serialize_words` is for a model that has vectors for words. The FAISS file is complete on disk before the commit, so a crash on either side of it
        leaves a generation whose files agree.
        """
        with translated(self._folder, writing=True), transaction(self._connection):
            self._replace_documents(removed, added)
            self._restamp(restamped)
            self._replace_skipped(skipped)
            state = IndexState(
                generation=self.state.generation + 1 if self.state else 1,
                model=model,
                fingerprint=fingerprint,
                dimension=dimension,
                chunker_version=chunker_version,
                built_at=datetime.now(UTC).isoformat(timespec="seconds"),
                scanned_ns=scanned_ns,
                vectors_size=0,
                vectors_sha256="",
            )
            store_words(self._connection, self._folder, fingerprint, serialize_words)
            state = publish_vectors(self._connection, self._folder, state, serialize_vectors)
        self.state = state
        self._remove_leftovers()
        return state

    def confirm(
        self,
        restamped: Mapping[DocumentId, FileStamp],
        skipped: Collection[SkippedFile],
        *,
        scanned_ns: int,
    ) -> IndexState:
        """Note that the articles were found to be as they are indexed, and return the state.

        What a question is answered from stays the same, and so does the generation.
        """
        assert self.state is not None
        with translated(self._folder, writing=True), transaction(self._connection):
            self._restamp(restamped)
            self._replace_skipped(skipped)
            self._connection.execute("UPDATE state SET scanned_ns = ?", (scanned_ns,))
        self.state = replace(self.state, scanned_ns=scanned_ns)
        return self.state

    def keep_calibration(self, calibration: str) -> IndexState:
        """Store with the published generation how its scores are to be taken; return the state."""
        assert self.state is not None
        with translated(self._folder, writing=True), transaction(self._connection):
            self._connection.execute("UPDATE state SET calibration = ?", (calibration,))
        self.state = replace(self.state, calibration=calibration)
        return self.state

    def mend_vectors_file(
        self, serialize_vectors: SerializeVectors, *, is_damaged: bool = False
    ) -> bool:
        """Make this generation's FAISS file again from the stored vectors when it is not whole.

        It may be what was published and still not be readable: then the caller says `is_damaged`.
        Returns whether that was needed. Without the model, and in the same generation.
        """
        state = self.state
        if state is None:
            return False
        if not is_damaged and read_vectors_file(self._folder, state) is not None:
            return False
        with translated(self._folder, writing=True), transaction(self._connection):
            # Another version of FAISS may write it otherwise: its digest is published too.
            mended = publish_vectors(self._connection, self._folder, state, serialize_vectors)
        self.state = mended
        return True

    def mend_words(self, serialize_words: SerializeWords) -> bool:
        """Make this generation's index of words again from the tokens when it is not whole.

        Returns whether that was needed. In the same generation.
        """
        state = self.state
        if state is None:
            return False
        with translated(self._folder, writing=False):
            if is_word_index(read_word_index(self._connection)):
                return False
        with translated(self._folder, writing=True), transaction(self._connection):
            store_words(self._connection, self._folder, state.fingerprint, serialize_words)
        return True

    def drop_stray_passages(self, serialize_vectors: SerializeVectors) -> int:
        """Publish the next generation without the passages that belong to no document.

        Returns how many there were; without any, nothing is published.
        """
        state = self.state
        assert state is not None
        with translated(self._folder, writing=True), transaction(self._connection):
            dropped = self._connection.execute(
                "DELETE FROM passages WHERE document_id NOT IN (SELECT id FROM documents)"
            ).rowcount
            if dropped:
                # Without the model it cannot be made again: the next one who has it does.
                store_words(self._connection, self._folder, state.fingerprint, None)
                following = replace(state, generation=state.generation + 1)
                self.state = publish_vectors(
                    self._connection, self._folder, following, serialize_vectors
                )
        return dropped

    def forget_unused_embeddings(self) -> int:
        """Remove the vectors that no published passage uses and return how many there were."""
        assert self.state is not None
        with translated(self._folder, writing=True), transaction(self._connection):
            return self._connection.execute(
                "DELETE FROM embeddings WHERE fingerprint != ?"
                " OR digest NOT IN (SELECT embedding_digest FROM passages)",
                (self.state.fingerprint,),
            ).rowcount

    def _replace_documents(
        self, removed: Collection[DocumentId], added: Sequence[NewDocument]
    ) -> None:
        self._connection.executemany(
            "DELETE FROM documents WHERE id = ?", [(document_id,) for document_id in removed]
        )
        for new in added:
            _insert_document(self._connection, new)

    def _restamp(self, restamped: Mapping[DocumentId, FileStamp]) -> None:
        self._connection.executemany(
            "UPDATE documents SET size_bytes = :size_bytes, modified_ns = :modified_ns,"
            " inode = :inode WHERE id = :id",
            [{"id": id_, **asdict(stamp)} for id_, stamp in restamped.items()],
        )

    def _replace_skipped(self, skipped: Collection[SkippedFile]) -> None:
        self._connection.execute("DELETE FROM skipped")
        self._connection.executemany(
            "INSERT INTO skipped VALUES (:id, :size_bytes, :modified_ns, :inode, :reason)",
            [{"id": file.id, "reason": file.reason, **asdict(file.stamp)} for file in skipped],
        )

    def _remove_leftovers(self) -> None:
        remove_old_files(self._folder, self.state.generation if self.state else 0)


def _insert_document(connection: sqlite3.Connection, new: NewDocument) -> None:
    document = new.document
    connection.execute(
        "INSERT INTO documents VALUES (:id, :digest, :size_bytes, :modified_ns, :inode, :language,"
        " :title, :date, :source, :tags, :body_start, :lines, :text)",
        {
            "id": document.id,
            "digest": new.digest,
            **asdict(new.stamp),
            "language": document.language,
            "title": document.title,
            "date": document.date,
            "source": document.source,
            "tags": json.dumps(document.tags, ensure_ascii=False),
            "body_start": document.body_start,
            "lines": document.lines and json.dumps(document.lines),
            "text": document.text,
        },
    )
    connection.executemany(
        "INSERT INTO passages"
        " (document_id, language, start, end, first_line, last_line, headings, embedding_digest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                document.id,
                passage.language,
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
