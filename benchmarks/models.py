"""What the words of the embedded model give another one, on English paragraphs of XQuAD.

    python -m benchmarks.models XQUAD_EN_JSON MODEL

English, because that is what the small models know that can be had as packages.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import kb.scoring
from kb.corpus import Corpus
from kb.domain import LanguageCode
from kb.embedding import EMBEDDED, Embedder, open_embedder
from kb.indexing import build_index
from kb.retrieval import Retriever
from kb.store import IndexReader, IndexWriter
from kb.vector_index import FlatFaissIndex

_WEIGHTS = (0.0, 0.2, 0.35, 0.5, 0.7, 1.0)

Question = tuple[str, str]
"""The text of a question, and the path of the article that answers it."""


def main(data: str, model: str) -> None:
    """Print the share of questions whose paragraph comes first, by the weight of the cosine."""
    with TemporaryDirectory() as folder:
        questions = _write_articles(Path(data), Path(folder) / "corpus")
        print(f"{len(questions)} questions; percent whose paragraph comes first")
        print("weight of the cosine", *_WEIGHTS, sep="  ")
        for name in (EMBEDDED, model):
            embedder = open_embedder(name)
            print(name, *_success(embedder, questions, Path(folder)), sep="  ")


def _write_articles(data: Path, corpus: Path) -> list[Question]:
    """Write each paragraph of every second article as one file; return every second question."""
    corpus.mkdir()
    questions = []
    articles = json.loads(data.read_text(encoding="utf-8"))["data"][::2]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
    for number, paragraph in enumerate(paragraphs):
        path = f"{number:04}.md"
        matter = "---\nlanguage: en\n---\n"
        (corpus / path).write_text(matter + paragraph["context"], encoding="utf-8")
        questions += [(asked["question"], path) for asked in paragraph["qas"]]
    return questions[::2]


def _success(embedder: Embedder, questions: Sequence[Question], folder: Path) -> list[float]:
    index = folder / "index"
    with IndexWriter(index) as writer:
        build_index(
            Corpus(folder / "corpus"),
            writer,
            embedder,
            detect_language=lambda _: LanguageCode("en"),
            serialize_vectors=lambda ids, vectors: FlatFaissIndex.build(ids, vectors).to_bytes(),
        )
    with IndexReader(index) as reader:
        retriever = Retriever(reader, FlatFaissIndex.build(*reader.vectors()), embedder)
        return [_success_with(weight, retriever, questions) for weight in _WEIGHTS]


def _success_with(weight: float, retriever: Retriever, questions: Sequence[Question]) -> float:
    with patch.object(kb.scoring, "MEAN_WEIGHT", weight):
        first = [retriever.retrieve(text, k=1).hits[0].passage.document_id for text, _ in questions]
    right = sum(found == path for found, (_, path) in zip(first, questions, strict=True))
    return round(100 * right / len(questions), 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
