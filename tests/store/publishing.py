"""Indexes published by hand: articles cut and embedded, without the use case that plans it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from kb.changes import FileStamp
from kb.chunking import embedded_text, passages_of
from kb.corpus import digest_of, parse
from kb.domain import DocumentId, Passage, PassageId
from kb.indexing import embedding_digest
from kb.store import IndexReader, IndexState, IndexWriter, NewDocument, SkippedFile
from kb.store.generations import SerializeVectors
from kb.vector_index import FlatFaissIndex
from kb.vectors import Matrix, TokenIds
from tests.fakes import FakeEmbedder
from tests.prose import HEADINGS, LANGUAGES, paragraph

EMBEDDER = FakeEmbedder()


def article(language: str) -> str:
    """Return an article of three passages, each under its heading."""
    sections = "".join(
        f"\n## {heading}\n\n{paragraph(language)}\n" for heading in HEADINGS[language]
    )
    return f"---\ntitle: Mlin {language}\nlanguage: {language}\ndate: 2026-02-03\n---\n{sections}"


ARTICLES = {f"{language}/mlin.md": article(language) for language in LANGUAGES}


def cut(name: str, text: str) -> NewDocument:
    content = text.encode()
    document = parse(DocumentId(name), content, detect_language=lambda _: None)
    passages = passages_of(document)
    return NewDocument(
        document=document,
        digest=digest_of(content),
        stamp=FileStamp(len(content), 1, 2),
        passages=passages,
        embedding_digests=tuple(map(embedding_digest, passages)),
    )


def tokens_of(passage: Passage) -> TokenIds:
    """Return made-up tokens, so that they can be told apart."""
    return np.array([len(word) for word in passage.text.split()], dtype=np.int32)


def keep(writer: IndexWriter, documents: Sequence[NewDocument], *, tokens: bool = True) -> None:
    for new in documents:
        writer.keep_embeddings(
            new.embedding_digests,
            EMBEDDER.fingerprint,
            EMBEDDER.embed_passages([embedded_text(passage) for passage in new.passages]),
            [tokens_of(passage) for passage in new.passages] if tokens else None,
        )


def serialize(ids: Sequence[PassageId], vectors: Matrix) -> bytes:
    return FlatFaissIndex.build(ids, vectors).to_bytes()


def publish(
    writer: IndexWriter,
    articles: Mapping[str, str],
    *,
    removed: Collection[str] = (),
    skipped: Collection[SkippedFile] = (),
    serialize_vectors: SerializeVectors = serialize,
    tokens: bool = True,
) -> IndexState:
    """Publish `articles` over what is there and return the new state."""
    return publish_documents(
        writer,
        [cut(name, text) for name, text in articles.items()],
        removed=removed,
        skipped=skipped,
        serialize_vectors=serialize_vectors,
        tokens=tokens,
    )


def publish_documents(
    writer: IndexWriter,
    documents: Sequence[NewDocument],
    *,
    removed: Collection[str] = (),
    skipped: Collection[SkippedFile] = (),
    serialize_vectors: SerializeVectors = serialize,
    tokens: bool = True,
) -> IndexState:
    """Publish documents over what is there and return the new state."""
    keep(writer, documents, tokens=tokens)
    return writer.publish(
        removed={*map(DocumentId, removed), *(new.document.id for new in documents)},
        added=documents,
        restamped={},
        skipped=skipped,
        model=EMBEDDER.name,
        fingerprint=EMBEDDER.fingerprint,
        dimension=EMBEDDER.dimension,
        chunker_version=1,
        scanned_ns=5,
        serialize_vectors=serialize_vectors,
    )


def publish_in(folder: Path, articles: Mapping[str, str] = ARTICLES) -> Path:
    """Publish one generation in `folder` and return the folder."""
    with IndexWriter(folder) as writer:
        publish(writer, articles)
    return folder


def passages_in(reader: IndexReader) -> Iterator[tuple[PassageId, Passage]]:
    ids = reader.passage_ids()
    return zip(ids, reader.passages(ids), strict=True)


def contents(reader: IndexReader) -> tuple[object, ...]:
    """Return all that a reader can read, to be compared."""
    ids, vectors = reader.vectors()
    return (
        reader.state,
        reader.documents(),
        reader.skipped(),
        tuple(passages_in(reader)),
        ids,
        vectors.tobytes(),
        [tokens.tolist() for tokens in reader.tokens(ids)],
    )
