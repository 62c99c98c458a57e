"""Passages and questions written for training, and what a reader learns from them.

`contrasts.tsv` has subjects with an empty line between them, each with two passages:

    sl<TAB>first sentence<TAB>second sentence ...       the passage
    +pl<TAB>question<TAB>2                              sentence 2 answers it
    -ro<TAB>question<TAB>sentence                       it would, if the passage had this sentence

So every question comes with a text that answers it, and with the same text where the answer is
missing: nothing but the answer tells the two apart, least of all how the question is put.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from kb.embedding.embedded import EmbeddedModel
from kb.vectors import unit_rows

T = TypeVar("T")

CONTRASTS = Path(__file__).with_name("contrasts.tsv")

ANSWER = "an answer"
UNANSWERED = "the same text without it"
SAME_SUBJECT, NEAR_SUBJECT, ANY_SUBJECT = "the same subject", "a near subject", "any subject"
"""Kinds of texts."""

# How often a question also gets a text of these kinds, and how much each of them counts.
_TWIN, _NEAR, _ANY, _LONG = 0.6, 0.5, 0.2, 0.4
_LESS = 0.5
# Of the texts nearest to a question, one of so many may be taken for one that does not answer.
_NEAREST, _NEAREST_LONG = 6, 40
_DRESSED = 0.5  # How often a text gets a sentence that answers another question.


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a passage: `answer` is a sentence that answers it.

    `is_answered` says whether the passage has it; then `remains` is the passage without it.
    """

    text: str
    is_answered: bool
    answer: str
    remains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage by its sentences, and what is asked about it."""

    language: str
    sentences: tuple[str, ...]
    questions: tuple[Question, ...]

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


Subject = tuple[Passage, Passage]
"""Two passages on one subject; neither answers the other's questions."""


@dataclass(frozen=True, slots=True)
class Example:
    """Whether a text answers a question, and how much that counts in training."""

    subject: int
    question: str
    text: str
    kind: str
    weight: float = 1.0

    @property
    def answers(self) -> bool:
        return self.kind == ANSWER


def read_contrasts(path: Path = CONTRASTS) -> list[Subject]:
    """Return all subjects. Raises: `ValueError` for a block that is not two passages."""
    subjects = []
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        passages: list[Passage] = []
        for line in block.split("\n"):
            key, *rest = line.split("\t")
            if key[0] in "+-":
                passages[-1] = _with_question(passages[-1], key, *rest)
            else:
                passages.append(Passage(key, tuple(rest), ()))
        one, other = passages
        subjects.append((one, other))
    return subjects


def _with_question(passage: Passage, key: str, text: str, answer: str) -> Passage:
    if key[0] == "-":
        question = Question(text, False, answer, passage.sentences)
    else:
        numbers = {int(number) for number in answer.split(",")}
        numbered = list(enumerate(passage.sentences, start=1))
        sentences = " ".join(sentence for number, sentence in numbered if number in numbers)
        remains = tuple(sentence for number, sentence in numbered if number not in numbers)
        question = Question(text, True, sentences, remains)
    return Passage(passage.language, passage.sentences, (*passage.questions, question))


def examples(
    subjects: Sequence[Subject], model: EmbeddedModel, rng: np.random.Generator
) -> Iterator[Example]:
    """Yield what is learned from, question by question.

    Each question once with an answer and once without; and some with texts on the same subject,
    near ones by the `model`, any ones, and longer ones: as often for questions of both signs.
    """
    passages = [passage for subject in subjects for passage in subject]
    near = _Near(passages, model)
    for number, passage in enumerate(passages):
        for question in passage.questions:
            others = [
                other.answer
                for other in passage.questions
                if not other.is_answered and other is not question
            ]
            beside = near.passages(question.text, number)
            texts = _Texts(question, others, rng)
            for text, kind, weight in texts.of(passage, passages[number ^ 1], beside, passages):
                yield Example(number // 2, question.text, text, kind, weight)


class _Near:
    """Finds the passages on other subjects that are nearest to a question."""

    def __init__(self, passages: Sequence[Passage], model: EmbeddedModel) -> None:
        self._passages = passages
        self._model = model
        vectors = model.embed_passages([passage.text for passage in passages])
        # As in `kb/centre.py`: what all passages have in common says nothing.
        self._vectors = unit_rows(vectors - vectors.mean(axis=0))

    def passages(self, question: str, number: int) -> list[Passage]:
        """Return the nearest passages, nearest first, but for those on the subject of `number`."""
        cosines = self._vectors @ self._model.embed_question(question)
        nearest = np.argsort(-cosines)[: _NEAREST_LONG + 2].tolist()
        return [self._passages[place] for place in nearest if place // 2 != number // 2]


@dataclass(frozen=True, slots=True)
class _Texts:
    """Texts for one question; `others` are sentences that answer other ones on its passage."""

    question: Question
    others: Sequence[str]
    rng: np.random.Generator

    def of(
        self, passage: Passage, twin: Passage, near: Sequence[Passage], any_: Sequence[Passage]
    ) -> Iterator[tuple[str, str, float]]:
        """Yield texts, their kinds and weights."""
        without = self.question.remains
        answering = (
            passage.sentences
            if self.question.is_answered
            else self._with(self.question.answer, without)
        )
        contrast = ((answering, ANSWER), (without, UNANSWERED))
        for sentences, kind in contrast:
            yield self._dressed(sentences), kind, 1.0
        if self._sometimes(_TWIN):
            yield twin.text, SAME_SUBJECT, _LESS
        if self._sometimes(_NEAR):
            yield self._one_of(near[:_NEAREST]).text, NEAR_SUBJECT, _LESS
        if self._sometimes(_ANY):
            far = self._one_of(any_)
            if far not in (passage, twin):
                yield far.text, ANY_SUBJECT, _LESS
        alike = [one for one in near if one.language == passage.language]
        if alike and self._sometimes(_LONG):
            beside = self._one_of(alike).text
            for sentences, kind in contrast:
                parts = [self._dressed(sentences), beside]
                self.rng.shuffle(parts)
                yield "\n".join(parts), kind, _LESS

    def _dressed(self, sentences: Sequence[str]) -> str:
        """A sentence put in must not be all that tells that the question is answered."""
        if self.others and self._sometimes(_DRESSED):
            sentences = self._with(self._one_of(self.others), sentences)
        return " ".join(sentences)

    def _with(self, sentence: str, sentences: Sequence[str]) -> tuple[str, ...]:
        """Return `sentences` with one more, not before the first, which names the subject."""
        place = int(self.rng.integers(1, len(sentences), endpoint=True))
        return (*sentences[:place], sentence, *sentences[place:])

    def _sometimes(self, share: float) -> bool:
        return self.rng.random() < share

    def _one_of(self, choices: Sequence[T]) -> T:
        return choices[int(self.rng.integers(len(choices)))]
