"""Whether an index is whole: each check reads what is there and says what it saw."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kb.chunking import CHUNKER_VERSION, Window, embedded_text, passages_of
from kb.corpus import Corpus, digest_of, parse
from kb.derived import (
    Faults,
    OpenVectors,
    faiss_faults,
    length_faults,
    stored_vectors,
    word_index_faults,
)
from kb.diagnosis import Check, Diagnosis, Fault, collate
from kb.domain import Document, SourceText, are_line_starts
from kb.embedding import Embedder, TokenVectors
from kb.errors import (
    ArticleUnreadable,
    CorpusError,
    IndexMissing,
    IndexOutdated,
    IndexTooNew,
    IndexUnreadable,
    IndexUnusable,
    ModelError,
)
from kb.indexing import embedding_digest
from kb.store import (
    FolderSurvey,
    IndexInspector,
    IndexState,
    IndexWriter,
    StoredDocument,
    StoredPassage,
)
from kb.store.generations import SerializeVectors, SerializeWords


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    """What the doctor opens, each for the check that needs it."""

    survey: FolderSurvey
    open_inspector: Callable[[], IndexInspector]
    open_vectors: OpenVectors
    open_model: Callable[[IndexState], Embedder]
    """Opens the model that an index was built with. Raises `ModelError`."""
    open_corpus: Callable[[], Corpus]


def diagnose(instruments: Instruments, *, deep: bool = False) -> Diagnosis:
    """Check an index and return what was found. Writes nothing.

    `deep` also cuts every document again and compares its passages and the digests of what was
    embedded, and compares documents with their articles on disk.
    Raises: `IndexMissing`.
    """
    survey = instruments.survey
    checks = list(_folder_checks(survey))
    try:
        with instruments.open_inspector() as inspector:
            # One by one: what was checked before the damage is kept.
            for check in _index_checks(inspector, instruments, deep=deep):
                checks.append(check)  # noqa: PERF402
    except IndexMissing:
        if not survey.vectors_files:
            raise
        checks.append(_database_fault(Fault.DATABASE_MISSING, survey.vectors_files[-1]))
    except IndexTooNew as error:
        checks.append(_database_fault(Fault.DATABASE_TOO_NEW, str(error)))
    except IndexOutdated as error:
        checks.append(_database_fault(Fault.DATABASE_OUTDATED, str(error)))
    except IndexUnreadable as error:
        checks.append(_database_fault(Fault.FILE_UNREADABLE, str(error)))
    except IndexUnusable as error:
        checks.append(_database_fault(Fault.DATABASE_UNUSABLE, error.reason))
    return Diagnosis(tuple(checks))


def _database_fault(fault: Fault, detail: str) -> Check:
    return _check("database", "nothing else could be checked", [(fault, detail)])


def repair(
    diagnosis: Diagnosis,
    writer: IndexWriter,
    serialize_vectors: SerializeVectors,
    serialize_words: SerializeWords | None = None,
) -> tuple[str, ...]:
    """Repair what was found and needs no embedding, and return what was done.

    `serialize_words` is for a model that has vectors for words and is at hand. Leftover files went when `writer` was opened.
    """
    done = []
    if Fault.LEFTOVER_FILE in diagnosis.faults:
        done.append("removed leftover files")
    # The FAISS file is made of the stored vectors: not while these are wrong.
    if not diagnosis.faults & {Fault.EMBEDDING_MISSING, Fault.VECTOR_INVALID}:
        if dropped := writer.drop_stray_passages(serialize_vectors):
            done.append(f"removed passages that belong to no document: {dropped}")
        is_damaged = Fault.VECTORS_FILE_DAMAGED in diagnosis.faults
        if writer.mend_vectors_file(serialize_vectors, is_damaged=is_damaged):
            done.append("made the FAISS file again from the stored vectors")
        if serialize_words is not None and writer.mend_words(serialize_words):
            done.append("made the index of words again from the stored words")
    if unused := writer.forget_unused_embeddings():
        done.append(f"removed vectors that no passage uses: {unused}")
    return tuple(done)


def _check(name: str, seen: str, faults: Faults) -> Check:
    return Check(name, seen, collate(faults))


def _folder_checks(survey: FolderSurvey) -> Iterator[Check]:
    faults = [(Fault.FILE_UNREADABLE, name) for name in survey.unreadable]
    if not survey.is_writable:
        faults.append((Fault.FOLDER_READ_ONLY, survey.folder))
    yield _check("folder", f"{len(survey.names)} files, {_megabytes(survey.size_bytes)}", faults)
    # At worst a build writes every page and the FAISS file anew before it frees the old ones.
    low = survey.free_bytes < survey.size_bytes
    room = f"{_megabytes(survey.free_bytes)} free, {_megabytes(survey.size_bytes)} needed"
    yield _check("disk", room, [(Fault.DISK_LOW, room)] if low else [])


def _index_checks(
    inspector: IndexInspector, instruments: Instruments, *, deep: bool
) -> Iterator[Check]:
    schema = _check(
        "schema",
        "tables and columns",
        [(Fault.SCHEMA_DIFFERS, difference) for difference in inspector.schema_faults()],
    )
    yield schema
    if schema.findings:
        return
    integrity = _check(
        "database",
        "every page and index" if deep else "every page",
        [(Fault.DATABASE_DAMAGED, fault) for fault in inspector.integrity_faults(deep=deep)],
    )
    yield integrity
    if integrity.findings:
        return
    state = inspector.state()
    if state is None:
        raise IndexMissing(inspector.folder)
    yield _files_check(instruments.survey, state)
    model = _opened(instruments.open_model, state)
    yield _documents_check(inspector, state, _same(model, state) if deep else None)
    ids, matrix, faults = stored_vectors(inspector, state)
    faults += length_faults(ids, matrix)
    yield _check("vectors", f"{len(ids)} of {state.dimension} numbers", faults)
    differences = faiss_faults(
        inspector, state, (ids, matrix), instruments.survey, instruments.open_vectors
    )
    yield _check("faiss", "against the stored vectors", differences)
    yield _orphans_check(inspector, state)
    yield from _model_checks(inspector, state, model, deep=deep)
    if deep:
        yield _articles_check(inspector, instruments.open_corpus)


def _files_check(survey: FolderSurvey, state: IndexState) -> Check:
    return _check(
        "files",
        f"of generation {state.generation}",
        [
            *((Fault.LEFTOVER_FILE, name) for name in survey.leftover(state.generation)),
            *((Fault.DAMAGED_COPY, name) for name in survey.moved_away),
            *((Fault.FOREIGN_FILE, name) for name in survey.foreign),
        ],
    )


def _opened(
    open_model: Callable[[IndexState], Embedder], state: IndexState
) -> Embedder | ModelError:
    try:
        return open_model(state)
    except ModelError as error:
        return error


def _same(model: Embedder | ModelError, state: IndexState) -> Embedder | None:
    """Return the model when it is still the one that the index was built with."""
    if isinstance(model, ModelError) or model.fingerprint != state.fingerprint:
        return None
    return model


def _documents_check(inspector: IndexInspector, state: IndexState, model: Embedder | None) -> Check:
    """Check each document; with a `model`, also what chunking for it makes of them."""
    cutter = model if state.chunker_version == CHUNKER_VERSION else None
    documents = passages = 0
    faults: list[tuple[Fault, str]] = []
    for document in inspector.documents():
        documents += 1
        passages += len(document.passages)
        found = list(_document_faults(document))
        if cutter and not found:
            found = list(_cutting_faults(document, cutter.window))
        faults += found
    seen = f"{documents} documents, {passages} passages"
    return _check("documents", f"{seen}, cut again" if cutter else seen, faults)


def _document_faults(document: StoredDocument) -> Iterator[tuple[Fault, str]]:
    length = len(document.text)
    if not 0 <= document.body_start <= length:
        where = f"{document.id!r} begins at {document.body_start} of {length} characters"
        yield Fault.DOCUMENT_INVALID, where
    if document.tags is None:
        yield Fault.DOCUMENT_INVALID, f"{document.id!r}: its tags cannot be read"
    if document.lines is not None and not are_line_starts(document.lines, length):
        yield Fault.DOCUMENT_INVALID, f"{document.id!r}: its lines are not those of its text"
    for passage in document.passages:
        if fault := _passage_fault(SourceText(document.text, document.lines), passage):
            yield Fault.PASSAGE_INVALID, f"{passage.id} of {document.id!r}: {fault}"


def _passage_fault(source: SourceText, passage: StoredPassage) -> str | None:
    text, start, end = source.text, passage.start, passage.end
    if not 0 <= start < end <= len(text):
        return f"[{start}, {end}) is no span of {len(text)} characters"
    if not text[start:end].strip():
        return "it is blank"
    lines = source.line_of(start), source.line_of(end - 1)
    if (passage.first_line, passage.last_line) != lines:
        return f"it is in lines {lines[0]}-{lines[1]}"
    return None if passage.headings is not None else "its headings cannot be read"


def _cutting_faults(stored: StoredDocument, window: Window | None) -> Iterator[tuple[Fault, str]]:
    """Yield a fault when chunking makes other passages, headings or embedded texts."""
    expected = [
        (passage.start, passage.end, passage.headings, embedding_digest(passage))
        for passage in passages_of(_document(stored), window)
    ]
    found = [
        (passage.start, passage.end, passage.headings, passage.embedding_digest)
        for passage in stored.passages
    ]
    if found != expected:
        yield Fault.PASSAGE_DIFFERS, repr(str(stored.id))


def _document(stored: StoredDocument) -> Document:
    return Document(
        id=stored.id,
        title=stored.title,
        language=stored.language,
        text=stored.text,
        body_start=stored.body_start,
        tags=stored.tags or (),
        lines=stored.lines,
    )


def _orphans_check(inspector: IndexInspector, state: IndexState) -> Check:
    faults = [(Fault.PASSAGE_STRAY, f"passage {id_}") for id_ in inspector.stray_passages()]
    if unused := inspector.unused_embeddings(state.fingerprint):
        faults.append((Fault.EMBEDDING_UNUSED, f"{unused} vectors"))
    return _check("orphans", "passages and vectors", faults)


def _model_checks(
    inspector: IndexInspector,
    state: IndexState,
    embedder: Embedder | ModelError,
    *,
    deep: bool,
) -> Iterator[Check]:
    name = repr(state.model)
    if isinstance(embedder, ModelError):
        yield _check("model", name, [(Fault.MODEL_UNUSABLE, str(embedder))])
        return
    if embedder.fingerprint != state.fingerprint:
        yield _check("model", name, [(Fault.MODEL_CHANGED, name)])
        return
    yield _check("model", name, [])
    if isinstance(embedder, TokenVectors):
        faults = word_index_faults(inspector, state, embedder, deep=deep)
        yield _check("words", "against the stored words" if deep else "as written", faults)
    if deep and isinstance(embedder, TokenVectors) and state.chunker_version == CHUNKER_VERSION:
        faults = _token_faults(inspector, state, embedder, embedder.window)
        yield _check("tokens", "as the model reads them", faults)


def _token_faults(
    inspector: IndexInspector, state: IndexState, model: TokenVectors, window: Window | None
) -> Faults:
    for document in inspector.documents():
        if list(_document_faults(document)):
            continue  # It cannot be cut, which another check says.
        texts = [embedded_text(passage) for passage in passages_of(_document(document), window)]
        expected = tuple(ids.tobytes() for ids in model.token_ids(texts))
        if inspector.tokens(document.id, state.fingerprint) != expected:
            yield Fault.TOKENS_DIFFER, repr(str(document.id))


def _articles_check(inspector: IndexInspector, open_corpus: Callable[[], Corpus]) -> Check:
    try:
        corpus = open_corpus()
    except CorpusError as error:
        return _check("articles", "none", [(Fault.CORPUS_UNREADABLE, str(error))])
    same = changed = 0
    faults = []
    for document in inspector.documents():
        try:
            content = corpus.read(document.id)
        except (ArticleUnreadable, ValueError):  # A damaged path may hold a zero byte.
            content = b""
        if digest_of(content) != document.digest:
            changed += 1  # `kb status` names it.
            continue
        same += 1
        if not _says_the_same(document, content):
            faults.append((Fault.DOCUMENT_DIFFERS, repr(str(document.id))))
    return _check("articles", f"{same} compared, {changed} changed since the build", faults)


def _says_the_same(stored: StoredDocument, content: bytes) -> bool:
    if stored.lines is not None:
        return True  # Another version of what took the text out of the file may take other parts.
    try:
        article = parse(stored.id, content, detect_language=lambda _: stored.language)
    except ArticleUnreadable:  # Its encoding was told by another language than the article's.
        return True
    return (stored.title, stored.language, stored.tags, stored.body_start, stored.text) == (
        article.title,
        article.language,
        article.tags,
        article.body_start,
        article.text,
    )


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"
