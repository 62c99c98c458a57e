"""Wires adapters into use cases. Imports what is heavy only when a command needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.cli.terminal import progress, say
from kb.config import Settings
from kb.errors import IndexMissing, ModelMismatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.corpus import Corpus
    from kb.domain import PassageId
    from kb.embedding import Embedder
    from kb.freshness import Freshness
    from kb.indexing import BuildReport
    from kb.rendering import Locate
    from kb.retrieval import Retriever
    from kb.store import IndexReader
    from kb.vector_index import VectorIndex
    from kb.vectors import Matrix

_SHOWN = 3  # Articles named in a notice; `kb status` is there for more.


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """One generation of the index, ready for questions."""

    reader: "IndexReader"
    vectors: "VectorIndex"
    retriever: "Retriever"
    corpus: "Corpus"
    freshness: "Freshness"


def run_build(settings: Settings, *, full: bool, quiet: bool) -> "BuildReport":
    """Bring the index in step with the corpus, with the model asked for or the index's own."""
    from kb.corpus import Corpus
    from kb.embedding import EMBEDDED, open_embedder
    from kb.indexing import build_index
    from kb.language import document_language
    from kb.store import IndexWriter

    corpus = Corpus(settings.corpus_folder)
    with IndexWriter(settings.index_folder) as writer:
        model = settings.model.value if settings.model else None
        embedder = open_embedder(model or (writer.state.model if writer.state else EMBEDDED))
        with progress("Embedding", quiet=quiet) as track:
            return build_index(
                corpus,
                writer,
                embedder,
                detect_language=document_language,
                serialize_vectors=_serialize,
                full=full,
                track=track,
            )


@contextmanager
def open_index(settings: Settings, *, quiet: bool) -> Iterator[OpenIndex]:
    """Open the index for questions; built first when there is none yet.

    Says on stderr when articles changed since the build. Raises: `ModelMismatch` when another
    model is asked for than the one that the index was built with.
    """
    from kb.corpus import Corpus
    from kb.freshness import check_freshness
    from kb.retrieval import Retriever

    corpus = Corpus(settings.corpus_folder)
    with _reader_or_first_build(settings, quiet=quiet) as reader:
        freshness = check_freshness(corpus, reader.documents(), reader.skipped())
        if not freshness.is_fresh:
            say(describe(freshness) + "; run `kb build`", quiet=quiet)
        embedder = _index_embedder(settings, reader)
        vectors = _vectors(reader)
        yield OpenIndex(reader, vectors, Retriever(reader, vectors, embedder), corpus, freshness)


def locator(settings: Settings) -> "Locate":
    """Return where each document lies, below the corpus folder as the user named it."""
    return lambda document_id: (settings.corpus_folder / document_id).as_posix()


def describe(freshness: "Freshness") -> str:
    """Return which articles changed since the last build, as a short list."""
    parts = []
    for kind, ids in (
        ("new", freshness.new),
        ("changed", freshness.changed),
        ("removed", freshness.removed),
    ):
        if ids:
            shown = ", ".join(repr(str(id_)) for id_ in sorted(ids)[:_SHOWN])
            more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
            parts.append(f"{len(ids)} {kind} ({shown}{more})")
    return "articles differ from the index: " + ", ".join(parts)


def _reader_or_first_build(settings: Settings, *, quiet: bool) -> "IndexReader":
    from kb.store import IndexReader

    try:
        return IndexReader(settings.index_folder)
    except IndexMissing:
        say(f"building the index in {str(settings.index_folder)!r} first", quiet=quiet)
        report = run_build(settings, full=False, quiet=quiet)
        for file in report.skipped:
            say(f"skipped {file.id!r}: {file.reason}")
        return IndexReader(settings.index_folder)


def _index_embedder(settings: Settings, reader: "IndexReader") -> "Embedder":
    from kb.embedding import open_embedder

    indexed = reader.state.model
    asked = settings.model.value if settings.model else indexed
    embedder = open_embedder(asked)
    if embedder.fingerprint != reader.state.fingerprint:
        raise ModelMismatch(indexed, asked)
    return embedder


def _vectors(reader: "IndexReader") -> "VectorIndex":
    from kb.vector_index import FlatFaissIndex

    content = reader.vectors_file()
    if content is not None:
        return FlatFaissIndex.from_bytes(content)
    # Missing or damaged: the stored vectors make it again, without the model.
    return FlatFaissIndex.build(*reader.vectors())


def _serialize(ids: "Sequence[PassageId]", vectors: "Matrix") -> bytes:
    from kb.vector_index import FlatFaissIndex

    return FlatFaissIndex.build(ids, vectors).to_bytes()
