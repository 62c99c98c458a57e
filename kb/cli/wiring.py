"""Wires adapters into use cases. Imports what is heavy only when a command needs it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from kb.cli.terminal import progress, say
from kb.config import Settings
from kb.errors import (
    CorpusMissing,
    CorpusShrunk,
    IndexBusy,
    IndexMissing,
    IndexOutdated,
    KbError,
    ModelError,
    ModelMismatch,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.collecting import Collector
    from kb.corpus import Corpus
    from kb.domain import DocumentId, ListedArticle, PassageId, SourceText
    from kb.embedding import Embedder, ModelOptions
    from kb.freshness import Freshness
    from kb.indexing import BuildReport
    from kb.rendering import Locate
    from kb.retrieval import Retriever
    from kb.store import IndexReader, IndexState, IndexWriter, OnWait
    from kb.store.generations import SerializeWords
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

    def read_text(self, document_id: "DocumentId") -> "SourceText | None":
        """Return an article's text as it is on disk now."""
        from kb.freshness import standing_text

        return standing_text(document_id, self.corpus, self.reader)


def run_build(
    settings: Settings,
    *,
    quiet: bool,
    full: bool = False,
    prune: bool = False,
    wait: bool = True,
    command: str = "kb build",
) -> "BuildReport":
    """Bring the index in step with the corpus, with the model asked for or the index's own.

    Waits for another command that writes in the index, or raises `IndexBusy`.
    """
    from kb.abstention import from_json
    from kb.embedding import EMBEDDED, open_embedder
    from kb.indexing import build_index
    from kb.language import document_language
    from kb.store import IndexWriter

    corpus = _corpus(settings, prune=prune)
    with IndexWriter(
        settings.index_folder, command=command, on_wait=waiting(quiet=quiet) if wait else None
    ) as writer:
        state = writer.state
        model = settings.model.value if settings.model else (state.model if state else EMBEDDED)
        # The vectors of an index stay as they were cut, unless the model or the settings change.
        kept = state.fingerprint if state and state.model == model else ""
        embedder = open_embedder(model, _model_options(settings, kept))
        try:
            with progress("Embedding", quiet=quiet) as track:
                report = build_index(
                    corpus,
                    writer,
                    embedder,
                    detect_language=document_language,
                    serialize_vectors=serialize_vectors,
                    full=full,
                    prune=prune,
                    track=track,
                )
        except KeyboardInterrupt:
            say(
                "interrupted; what was embedded is kept, and `kb build` goes on from there",
                quiet=quiet,
            )
            raise
        if from_json(report.state.calibration) is None:
            _calibrate(settings, writer, embedder)
        return report


def _calibrate(settings: Settings, writer: "IndexWriter", embedder: "Embedder") -> None:
    """Store how much speaks for answers to questions that no article just indexed treats."""
    from kb.abstention import to_json
    from kb.retrieval import Retriever
    from kb.store import IndexReader

    with IndexReader(settings.index_folder) as reader:
        calibration = Retriever(reader, _vectors(reader), embedder).calibrate()
    writer.keep_calibration(to_json(calibration))


@contextmanager
def open_index(settings: Settings, *, quiet: bool, fresh: bool = False) -> Iterator[OpenIndex]:
    """Open the index for questions; built first when there is none yet.

    Says on stderr when articles changed since the build; with `fresh`, indexes them first.
    Raises: `ModelMismatch` when another model is asked for than the one that the index was
    built with.
    """
    from kb.corpus import Corpus
    from kb.embedding import open_reranker
    from kb.reranking import RerankingRetriever
    from kb.retrieval import Retriever

    corpus = Corpus(settings.corpus_folder)
    if fresh:
        _index_changes(settings, corpus, quiet=quiet)
    with _reader_or_first_build(settings, quiet=quiet) as reader:
        freshness = compare(corpus, reader)
        if not freshness.is_fresh:
            say(describe(freshness) + "; run `kb build`", quiet=quiet)
        embedder = _index_embedder(settings, reader)
        vectors = _vectors(reader)
        retriever = Retriever(reader, vectors, embedder)
        if settings.rerank and settings.rerank.value:  # `--rerank ""` does without.
            reranker = open_reranker(settings.rerank.value, _model_options(settings))
            retriever = RerankingRetriever(reader, vectors, embedder, reranker)
        yield OpenIndex(reader, vectors, retriever, corpus, freshness)


def list_all(settings: Settings) -> "tuple[ListedArticle, ...]":
    """Return every article, without an index as well: then all are new.

    Raises: `CorpusMissing`, `CorpusUnreadable`, `IndexOutdated`.
    """
    from kb.corpus import Corpus
    from kb.freshness import check_freshness
    from kb.listing import list_articles
    from kb.store import IndexReader

    corpus = Corpus(settings.corpus_folder)
    try:
        with IndexReader(settings.index_folder) as reader:
            indexed, skipped = reader.documents(), reader.skipped()
            freshness = compare(corpus, reader)
    except IndexMissing:
        indexed, skipped = (), ()
        freshness = check_freshness(corpus, indexed, skipped, scanned_ns=0)
    return list_articles(corpus, indexed, skipped, freshness)


def named_article(settings: Settings, named: str) -> "tuple[ListedArticle, int | None]":
    """Return the article that the user named, and the line if one was.

    Raises: `UnknownArticle`, `AmbiguousArticle`, and what `list_all` raises.
    """
    from kb.naming import find_article

    articles = {article.id: article for article in list_all(settings)}
    titles = {id_: article.title for id_, article in articles.items()}
    found = find_article(named, titles, corpora=settings.corpus_names)
    return articles[found.id], found.line


@contextmanager
def open_collector(settings: Settings) -> "Iterator[Collector]":
    """Open what adds articles, with the index to compare them with when there is one.

    Raises: `CorpusMissing`, `CorpusUnreadable`, `IndexOutdated`.
    """
    from kb.collecting import Collector
    from kb.corpus import Corpus
    from kb.language import document_language
    from kb.store import IndexReader

    corpus = Corpus(settings.corpus_folder)
    with ExitStack() as opened:
        reader = None
        with suppress(IndexMissing):
            reader = opened.enter_context(IndexReader(settings.index_folder))
        yield Collector(corpus, reader, detect_language=document_language)


def is_complete(settings: Settings, corpus: "Corpus") -> bool:
    """True when no indexed article is gone from the corpus."""
    from kb.store import IndexReader

    with suppress(IndexMissing), IndexReader(settings.index_folder) as reader:
        return not compare(corpus, reader).removed
    return False


def locator(settings: Settings) -> "Locate":
    """Return where each document lies, by a path that can be opened from here."""
    folder = settings.corpus_shown
    return lambda document_id: (folder / document_id).as_posix()


def say_as_read(index: OpenIndex, question: str, *, quiet: bool) -> None:
    """Tell when words of `question` were taken for others: what was meant may be another."""
    read = index.retriever.as_read(question)
    if read != question:
        say(f"read as {read!r}", quiet=quiet)


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


def compare(corpus: "Corpus", reader: "IndexReader") -> "Freshness":
    """Return what happened to the articles since the generation that is being read."""
    from kb.freshness import check_freshness

    return check_freshness(
        corpus, reader.documents(), reader.skipped(), scanned_ns=reader.state.scanned_ns
    )


def _corpus(settings: Settings, *, prune: bool) -> "Corpus":
    """Return the corpus to build from.

    A missing folder has lost every article that the index has. `prune` does not make up for it:
    a folder named wrongly must never empty an index.
    """
    from kb.corpus import Corpus
    from kb.store import IndexReader

    try:
        return Corpus(settings.corpus_folder)
    except CorpusMissing:
        indexed = 0
        with suppress(KbError), IndexReader(settings.index_folder) as reader:
            indexed = len(reader.documents())
        if not indexed or prune:
            raise
        raise CorpusShrunk(settings.corpus_folder, lost=indexed, indexed=indexed) from None


def _reader_or_first_build(settings: Settings, *, quiet: bool) -> "IndexReader":
    from kb.store import IndexReader

    try:
        return IndexReader(settings.index_folder)
    except IndexMissing:
        say(f"building the index in {str(settings.index_folder)!r} first", quiet=quiet)
        _build_for_question(settings, quiet=quiet)
    except IndexOutdated:
        say(f"bringing the index in {str(settings.index_folder)!r} up to date first", quiet=quiet)
        _build_for_question(with_own_model(settings), quiet=quiet)
    return IndexReader(settings.index_folder)


def _index_changes(settings: Settings, corpus: "Corpus", *, quiet: bool) -> None:
    """Build when articles changed. What is in the way of that is not in the way of the question."""
    from kb.store import IndexReader

    try:
        with IndexReader(settings.index_folder) as reader:
            is_fresh = compare(corpus, reader).is_fresh
        if not is_fresh:
            _build_for_question(with_own_model(settings), quiet=quiet)
    except (IndexMissing, IndexOutdated):
        return  # The build that comes first has every change in it.
    except KbError as error:
        say(f"changes are not indexed: {error}")


def with_own_model(settings: Settings) -> Settings:
    """Return settings that leave an index its model: only `kb build --model` changes that."""
    return replace(settings, model=None, dimension=None)


def _build_for_question(settings: Settings, *, quiet: bool) -> None:
    report = run_build(settings, quiet=quiet, command="kb build for a question")
    for file in report.skipped:
        say(f"skipped {file.id!r}: {file.reason}")


def _index_embedder(settings: Settings, reader: "IndexReader") -> "Embedder":
    from kb.embedding import open_embedder

    indexed = reader.state.model
    asked = settings.model.value if settings.model else indexed
    embedder = open_embedder(asked, _model_options(settings, reader.state.fingerprint))
    if embedder.fingerprint != reader.state.fingerprint:
        raise ModelMismatch(indexed, asked)
    return embedder


def open_index_model(settings: Settings, state: "IndexState") -> "Embedder":
    """Return the model that an index was built with. Raises: `ModelError`."""
    from kb.embedding import open_embedder

    return open_embedder(state.model, _model_options(settings, state.fingerprint))


def index_words(settings: Settings, state: "IndexState") -> "SerializeWords | None":
    """Return what makes the index of words, if the index's model has words and can be opened."""
    from kb.embedding import TokenVectors
    from kb.word_index import serialize_words

    with suppress(ModelError):
        model = open_index_model(settings, state)
        if isinstance(model, TokenVectors) and model.fingerprint == state.fingerprint:
            return partial(serialize_words, model)
    return None


def _model_options(settings: Settings, fingerprint: str = "") -> "ModelOptions":
    """Return how to use a model; `fingerprint` says what an index's vectors were cut to."""
    from kb.embedding import ModelOptions, remembered_dimension

    defaults = ModelOptions()
    dimension, batch_size = settings.dimension, settings.batch_size
    return ModelOptions(
        dimension=int(dimension.value) if dimension else remembered_dimension(fingerprint),
        device=settings.device.value if settings.device else defaults.device,
        batch_size=int(batch_size.value) if batch_size else defaults.batch_size,
    )


def _vectors(reader: "IndexReader") -> "VectorIndex":
    from kb.vector_index import FlatFaissIndex

    content = reader.vectors_file()
    if content is not None:
        with suppress(ValueError):  # Whole, but written by a FAISS that writes it otherwise.
            return FlatFaissIndex.from_bytes(content)
    # Missing or damaged: the stored vectors make it again, without the model.
    return FlatFaissIndex.build(*reader.vectors())


def waiting(*, quiet: bool) -> "OnWait":
    """Return what tells on stderr which command is waited for."""

    def tell(busy: IndexBusy) -> None:
        say(f"{busy.holder} is writing in the index; waiting until it is done", quiet=quiet)

    return tell


def serialize_vectors(ids: "Sequence[PassageId]", vectors: "Matrix") -> bytes:
    """Return the FAISS file of these vectors."""
    from kb.vector_index import FlatFaissIndex

    return FlatFaissIndex.build(ids, vectors).to_bytes()
