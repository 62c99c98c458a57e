"""How well token vectors match texts across languages, on public development data.

`figures` gives the measures that recipes are compared by. It reads the bench folder: FLORES-200
dev (NLLB team 2022) and XQuAD (Artetxe et al. 2020).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from kb.vectors import Matrix, unit_rows

FLORES = {"en": "eng_Latn", "sl": "slv_Latn", "pl": "pol_Latn", "hi": "hin_Deva", "ro": "ron_Latn"}
XQUAD = ("en", "hi", "ro")

_LEAST_RARITY = 0.05
_MEAN_WEIGHT = 0.4  # Of the standard score of the mean; the rest is that of the matched terms.


@dataclass(frozen=True, slots=True)
class StaticModel:
    """A vector per token, float32, shape `(tokens, dimension)`, and what cuts texts."""

    tokenizer: Tokenizer
    weights: Matrix

    def token_ids(self, texts: Sequence[str]) -> list[npt.NDArray[np.int64]]:
        encodings = self.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [np.array(encoding.ids, dtype=np.int64) for encoding in encodings]

    def means(self, texts: Sequence[str]) -> Matrix:
        """Return unit rows, one per text."""
        rows = np.stack([self.weights[ids].mean(axis=0) for ids in self.token_ids(texts)])
        return unit_rows(rows)


def figures(model: StaticModel, bench: Path) -> dict[str, float]:
    """Return every measure in percent."""
    return {**flores(model, bench / "flores-200" / "dev"), **xquad(model, bench / "xquad")}


def flores(model: StaticModel, folder: Path) -> dict[str, float]:
    """Return how often the nearest sentence of another language is the translation."""
    means = {
        language: model.means(_lines(folder / f"{name}.dev")) for language, name in FLORES.items()
    }
    found = {}
    for one, other in permutations(FLORES, 2):
        nearest = (means[one] @ means[other].T).argmax(axis=1)
        found[f"{one}-{other}"] = 100 * float((nearest == np.arange(len(nearest))).mean())
    between = [value for pair, value in found.items() if "en" not in pair]
    worst = min(found, key=found.__getitem__)
    return {
        "flores mean": float(np.mean(list(found.values()))),
        "flores worst": found[worst],
        "flores without en": float(np.mean(between)),
        **{f"flores {pair}": value for pair, value in found.items()},
    }


def xquad(model: StaticModel, folder: Path) -> dict[str, float]:
    """Return recall of the paragraph of another language, by mean vector and with terms."""
    sets = {language: _read_xquad(folder / f"xquad.{language}.json") for language in XQUAD}
    by_mean: list[npt.NDArray[np.int64]] = []
    by_terms: list[npt.NDArray[np.int64]] = []
    for language, (paragraphs, _, _) in sets.items():
        matcher = _Terms(model, paragraphs)
        means = model.means(paragraphs)
        for other, (_, questions, right) in sets.items():
            if other == language:
                continue
            similarities = model.means(questions) @ means.T
            terms = np.stack([matcher.scores(ids) for ids in model.token_ids(questions)])
            mixed = _MEAN_WEIGHT * _standard(similarities) + (1 - _MEAN_WEIGHT) * _standard(terms)
            by_mean.append(_ranks(similarities, right))
            by_terms.append(_ranks(mixed, right))
    mean_ranks, term_ranks = np.concatenate(by_mean), np.concatenate(by_terms)
    return {
        "xquad mean @1": 100 * float((mean_ranks < 1).mean()),
        "xquad mean @10": 100 * float((mean_ranks < 10).mean()),
        "xquad terms @1": 100 * float((term_ranks < 1).mean()),
        "xquad terms @10": 100 * float((term_ranks < 10).mean()),
    }


def test_sentences(bench: Path) -> Iterator[str]:
    """Yield every text of the bench folder, RO-STS (Dumitrescu et al. 2021) included."""
    for name in FLORES.values():
        yield from _lines(bench / "flores-200" / "dev" / f"{name}.dev")
    for language in XQUAD:
        paragraphs, questions, _ = _read_xquad(bench / "xquad" / f"xquad.{language}.json")
        yield from paragraphs
        yield from questions
    for line in _lines(bench / "ro-sts" / "RO-STS.dev.tsv"):
        yield from line.split("\t")[1:]


class _Terms:
    """Soft rarity: the best match of each question token, weighted by how rare matches are."""

    def __init__(self, model: StaticModel, passages: Sequence[str]) -> None:
        self._model = model
        tokens = [np.unique(ids) for ids in model.token_ids(passages)]
        self._starts = np.cumsum([0, *(len(ids) for ids in tokens[:-1])])
        self._columns = unit_rows(model.weights[np.concatenate(tokens)])

    def scores(self, question: npt.NDArray[np.int64]) -> Matrix:
        """Return a score for each passage."""
        vectors = self._model.weights[question]
        similarities = np.maximum(unit_rows(vectors) @ self._columns.T, 0)
        best = np.maximum.reduceat(similarities, self._starts, axis=1)
        rarity = np.log((best.shape[1] + 1) / (0.5 + (best**3).sum(axis=1)))
        weight = np.linalg.norm(vectors, axis=1) * np.maximum(_LEAST_RARITY, rarity)
        return np.asarray(weight @ best / weight.sum(), dtype=np.float32)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _read_xquad(path: Path) -> tuple[list[str], list[str], npt.NDArray[np.int64]]:
    """Return the paragraphs, the questions, and each question's paragraph."""
    paragraphs: list[str] = []
    questions: list[str] = []
    right: list[int] = []
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for question in paragraph["qas"]:
                questions.append(question["question"])
                right.append(len(paragraphs))
            paragraphs.append(paragraph["context"])
    return paragraphs, questions, np.array(right)


def _ranks(scores: Matrix, right: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return how many passages score higher than the right one."""
    of_right = scores[np.arange(len(right)), right]
    return np.asarray((scores > of_right[:, np.newaxis]).sum(axis=1))


def _standard(scores: Matrix) -> Matrix:
    deviations = scores.std(axis=1, keepdims=True)
    return np.asarray((scores - scores.mean(axis=1, keepdims=True)) / deviations)
