"""Incremental rebuild: read the corpus, plan, cut into passages, embed what is new, publish."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import TypeVar

from kb.changes import FileStamp, RebuildPlan, lost_documents, plan_rebuild
from kb.chunking import CHUNKER_VERSION, Window, embedded_text, passages_of
from kb.corpus import Corpus, digest_of, parse, storable_id
from kb.domain import DetectLanguage, Document, DocumentId, Passage
from kb.embedding import Embedder, TokenVectors
from kb.errors import ArticleUnreadable, CorpusEmpty, CorpusShrunk
from kb.passage_languages import with_own_languages
from kb.store import IndexState, IndexWriter, NewDocument, SkippedFile
from kb.store.generations import SerializeVectors
from kb.word_index import serialize_words

T = TypeVar("T")
Track = Callable[[Sequence[T]], Iterable[T]]
"""Wraps a sequence the way a progress bar does."""

_BATCH_TEXTS = 64


def silently(items: Sequence[T]) -> Iterable[T]:
    """The `Track` that shows nothing."""
    return items


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What a build did."""

    plan: RebuildPlan
    skipped: tuple[SkippedFile, ...]
    state: IndexState
    documents: int
    passages: int
    embedded: int
    """Passages that the model read in this build."""
    cut: int
    """Passages cut in this build that are longer than what the model reads: one sentence each."""
    is_mended: bool
    """The FAISS file was missing or damaged, and was made again from the stored vectors."""
    seconds: float


@dataclass(frozen=True, slots=True)
class _Scan:
    """The corpus as it is on disk, read once."""

    began_ns: int
    digests: Mapping[DocumentId, str]
    stamps: Mapping[DocumentId, FileStamp]
    documents: tuple[NewDocument, ...]
    """Those to be indexed: their content is new, or all is read again."""
    skipped: tuple[SkippedFile, ...]


def build_index(
    corpus: Corpus,
    writer: IndexWriter,
    embedder: Embedder,
    *,
    detect_language: DetectLanguage,
    serialize_vectors: SerializeVectors,
    full: bool = False,
    prune: bool = False,
    track: Track[Sequence[bytes]] = silently,
) -> BuildReport:
    """Bring the index in step with the corpus and return what was done.

    Only passages that this model has never embedded are embedded, unless `full`, which also
    forgets vectors that no passage uses. An article that cannot be read is skipped and named;
    what the index knew of it stays, unless another model or chunker made it.
    Raises: `CorpusEmpty` when there never was an article to read; `CorpusShrunk` when most
    articles are gone, unless `prune`; `CorpusUnreadable`, `IndexUnwritable`.
    """
    started = time.perf_counter()
    indexed = {document.id: document for document in writer.documents()}
    digests = {id_: known.digest for id_, known in indexed.items()}
    usable = {} if _is_outdated(writer.state, embedder) else digests
    scan = _scan(corpus, usable, detect_language, embedder.window, again=full)
    if not digests and not scan.digests:
        raise CorpusEmpty(corpus.folder)
    plan = plan_rebuild(digests, scan.digests)
    lost = lost_documents(digests, scan.digests)
    if 2 * len(lost) > len(digests) and not prune:
        raise CorpusShrunk(corpus.folder, lost=len(lost), indexed=len(digests))
    embedded = _embed(scan.documents, writer, embedder, track, again=full)
    restamped = {
        id_: stamp
        for id_, stamp in scan.stamps.items()
        if id_ in plan.to_keep and stamp != indexed[id_].stamp
    }
    state = writer.state
    words_of = partial(serialize_words, embedder) if isinstance(embedder, TokenVectors) else None
    is_mended = False
    # A model folder that moved has the same fingerprint, but has to be found again.
    if state is None or scan.documents or not plan.is_empty or state.model != embedder.name:
        state = writer.publish(
            removed=plan.to_remove | {new.document.id for new in scan.documents},
            added=scan.documents,
            restamped=restamped,
            skipped=scan.skipped,
            model=embedder.name,
            fingerprint=embedder.fingerprint,
            dimension=embedder.dimension,
            chunker_version=CHUNKER_VERSION,
            scanned_ns=scan.began_ns,
            serialize_vectors=serialize_vectors,
            serialize_words=words_of,
        )
    else:
        is_mended = writer.mend_vectors_file(serialize_vectors)
        if words_of is not None:
            writer.mend_words(words_of)
        state = writer.confirm(restamped, scan.skipped, scanned_ns=scan.began_ns)
    if full:
        writer.forget_unused_embeddings()
    published = writer.documents()
    return BuildReport(
        plan=plan,
        skipped=scan.skipped,
        state=state,
        documents=len(published),
        passages=sum(document.passages for document in published),
        embedded=embedded,
        cut=_count_cut(scan.documents, embedder.window),
        is_mended=is_mended,
        seconds=time.perf_counter() - started,
    )


def _is_outdated(state: IndexState | None, embedder: Embedder) -> bool:
    """True when what is indexed was made by another model or another chunker."""
    return state is not None and (state.fingerprint, state.chunker_version) != (
        embedder.fingerprint,
        CHUNKER_VERSION,
    )


def _scan(
    corpus: Corpus,
    usable: Mapping[DocumentId, str],
    detect_language: DetectLanguage,
    window: Window | None,
    *,
    again: bool,
) -> _Scan:
    """Read every article; parse and cut into passages those not in `usable`, or all `again`."""
    began_ns = time.time_ns()  # Before the first look: what changes from now on is suspect.
    digests: dict[DocumentId, str] = {}
    stamps: dict[DocumentId, FileStamp] = {}
    documents: list[NewDocument] = []
    skipped: list[SkippedFile] = []
    for file in corpus.files():
        try:
            content = corpus.read(file.id)
            digest = digest_of(content)
            if again or usable.get(file.id) != digest:
                document = parse(file.id, content, detect_language=detect_language)
                passages = with_own_languages(passages_of(document, window), detect_language)
                documents.append(_new(document, digest, file.stamp, passages))
        except ArticleUnreadable as error:
            skipped.append(SkippedFile(storable_id(file.id), file.stamp, error.reason))
            if file.id in usable:
                digests[file.id] = usable[file.id]  # What the index knew of it stays.
            continue
        digests[file.id] = digest
        stamps[file.id] = file.stamp
    return _Scan(began_ns, digests, stamps, tuple(documents), tuple(skipped))


def _new(
    document: Document, digest: str, stamp: FileStamp, passages: tuple[Passage, ...]
) -> NewDocument:
    return NewDocument(
        document=document,
        digest=digest,
        stamp=stamp,
        passages=passages,
        embedding_digests=tuple(embedding_digest(passage) for passage in passages),
    )


def _count_cut(documents: Sequence[NewDocument], window: Window | None) -> int:
    """Return how many passages a model does not read to their end."""
    if window is None:
        return 0
    return sum(
        window.cuts([embedded_text(passage) for passage in new.passages]) for new in documents
    )


def embedding_digest(passage: Passage) -> bytes:
    """Return what the vector of a passage is kept under: the digest of the text embedded."""
    return sha256(embedded_text(passage).encode()).digest()


def _embed(
    documents: Sequence[NewDocument],
    writer: IndexWriter,
    embedder: Embedder,
    track: Track[Sequence[bytes]],
    *,
    again: bool,
) -> int:
    """Embed each text that has no stored vector once, in batches kept as they are done.

    With `again`, stored vectors are replaced one by one: the published generation needs them
    until the next one is there.
    """
    texts = {
        digest: embedded_text(passage)
        for new in documents
        for passage, digest in zip(new.passages, new.embedding_digests, strict=True)
    }
    missing = frozenset(texts) if again else writer.not_embedded(texts, embedder.fingerprint)
    # Texts of like length together: a transformer pads each batch to its longest text.
    digests = sorted(missing, key=lambda digest: (len(texts[digest]), digest))
    batches = [digests[i : i + _BATCH_TEXTS] for i in range(0, len(digests), _BATCH_TEXTS)]
    for batch in track(batches):
        batch_texts = [texts[digest] for digest in batch]
        writer.keep_embeddings(
            batch,
            embedder.fingerprint,
            embedder.embed_passages(batch_texts),
            embedder.token_ids(batch_texts) if isinstance(embedder, TokenVectors) else None,
        )
    return len(digests)
