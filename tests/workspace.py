"""A corpus and its index in one folder, with the use cases wired as the command wires them."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from kb.abstention import to_json
from kb.corpus import Corpus
from kb.domain import PassageId
from kb.embedding import Embedder
from kb.freshness import Freshness, check_freshness
from kb.indexing import BuildReport, Track, build_index, silently
from kb.language import document_language
from kb.retrieval import Retriever
from kb.store import IndexReader, IndexWriter
from kb.vector_index import FlatFaissIndex
from kb.vectors import Matrix
from tests.cli.articles import ARTICLES
from tests.prose import HEADINGS, LANGUAGES, paragraph

LONG_AGO = 1_500_000_000_000_000_000
"""A time of change, in nanoseconds since 1970."""


class Workspace:
    def __init__(self, folder: Path) -> None:
        self.corpus_folder = folder / "corpus"
        self.index_folder = folder / "index"
        self.corpus_folder.mkdir(parents=True)

    @property
    def corpus(self) -> Corpus:
        return Corpus(self.corpus_folder)

    def path(self, name: str) -> Path:
        return self.corpus_folder / name

    def write(self, name: str, text: str) -> None:
        """Write an article with its line ends as they are."""
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_text(text, encoding="utf-8", newline="")

    def settle(self) -> None:
        """Make the articles so old that a build trusts their stamps."""
        for file in self.corpus.files():
            os.utime(self.path(file.id), ns=(LONG_AGO, LONG_AGO))

    def rewrite_unnoticed(self, name: str, text: str) -> None:
        """Change an article so that neither its size nor its time shows it."""
        before = self.path(name).stat()
        self.write(name, text)
        os.utime(self.path(name), ns=(before.st_atime_ns, before.st_mtime_ns))
        assert self.path(name).stat().st_size == before.st_size

    def text(self, name: str) -> str:
        """Return an article as an editor shows it."""
        return self.path(name).read_text(encoding="utf-8-sig")

    def build(
        self,
        embedder: Embedder,
        *,
        full: bool = False,
        prune: bool = False,
        track: Track[Sequence[bytes]] = silently,
    ) -> BuildReport:
        with IndexWriter(self.index_folder) as writer:
            return build_index(
                self.corpus,
                writer,
                embedder,
                detect_language=document_language,
                serialize_vectors=serialize,
                full=full,
                prune=prune,
                track=track,
            )

    def reader(self) -> IndexReader:
        return IndexReader(self.index_folder)

    def freshness(self) -> Freshness:
        with self.reader() as reader:
            return check_freshness(
                self.corpus,
                reader.documents(),
                reader.skipped(),
                scanned_ns=reader.state.scanned_ns,
            )

    @contextmanager
    def retriever(self, embedder: Embedder) -> Iterator[Retriever]:
        with self.reader() as reader:
            calibration = reader.state.calibration or self._calibrate(reader, embedder)
            reader.state = replace(reader.state, calibration=calibration)
            yield _retriever(reader, embedder)

    def _calibrate(self, reader: IndexReader, embedder: Embedder) -> str:
        """Keep the calibration, as `kb build` does: many retrievers are opened in some tests."""
        calibration = to_json(_retriever(reader, embedder).calibrate())
        with IndexWriter(self.index_folder) as writer:
            writer.keep_calibration(calibration)
        return calibration


def _retriever(reader: IndexReader, embedder: Embedder) -> Retriever:
    content = reader.vectors_file()
    assert content is not None
    return Retriever(reader, FlatFaissIndex.from_bytes(content), embedder)


def write_library(workspace: Workspace) -> None:
    """Write the five articles of the command's tests, and prose under headings in each language."""
    for name, text in ARTICLES.items():
        workspace.write(name, text)
    for language in LANGUAGES:
        sections = [f"## {heading}\n\n{paragraph(language)}\n" for heading in HEADINGS[language]]
        matter = f"---\nlanguage: {language}\n---\n"
        workspace.write(f"{language}/mlin.md", matter + "\n".join(sections))


def serialize(ids: Sequence[PassageId], vectors: Matrix) -> bytes:
    return FlatFaissIndex.build(ids, vectors).to_bytes()


def contents(workspace: Workspace) -> object:
    """Return what the index says, apart from the numbers that depend on its history."""
    with workspace.reader() as reader:
        ids, vectors = reader.vectors()
        assert ids == reader.passage_ids()
        tokens = reader.tokens(ids)
        passages = {
            passage: (vectors[row].tobytes(), tokens[row].tobytes())
            for row, passage in enumerate(reader.passages(ids))
        }
        return reader.documents(), reader.skipped(), passages
