"""Question to answer: the sentences of the best passages that answer it, each checked."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from kb.abstention import MIN_SCORE
from kb.chunking import embedded_text, sentences_of
from kb.domain import (
    EVERY_ARTICLE,
    Answer,
    ArticleFilter,
    Citation,
    DocumentId,
    Hit,
    LanguageCode,
    Passage,
    PassageId,
    Quote,
    SourceText,
    Span,
)
from kb.grouping import figures_in
from kb.normalization import folded_words
from kb.question_words import asks_for_figure
from kb.retrieval import Retrieval, Retriever, hits_for
from kb.scoring import Scorer

ReadText = Callable[[DocumentId], SourceText | None]
"""An article's text as it is on disk now, or None when it cannot be read."""

Texts = Mapping[DocumentId, SourceText]

PASSAGES = 5
SENTENCES = 3
MAX_SENTENCES = 5

# A sentence stands in a passage: when two say the same, the one in the better passage is meant.
_PASSAGE_WEIGHT = 0.4

# What one step of the logarithm of the odds that a sentence answers is worth in its own score.
_READING_WEIGHT = 0.1

# What a sentence without a figure loses when the question asks how many.
_FIGURE_MISSING = 0.1

# Shorter "sentences" are labels and table cells that match a word and answer nothing.
_MIN_QUOTE_WORDS = 3
_SAME_WORDS = 0.8
# The end of a question: after its marks come quotes, brackets, emphasis or emoji, no other end.
_ASKS = re.compile(r"\?[?!]*[^\w.!?…।॥]*\Z")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence that may be quoted: `span` is in the text of the hit's passage."""

    hit: Hit
    span: Span
    score: float

    @property
    def text(self) -> str:
        return self.hit.passage.text[slice(*self.span)]


_Group = tuple[_Candidate, ...]
"""Sentences that say the same, the one to be shown first."""


def answer_question(
    question: str,
    retriever: Retriever,
    read_text: ReadText,
    *,
    language: LanguageCode | None,
    generation: int,
    passages: int = PASSAGES,
    sentences: int = SENTENCES,
    wanted: ArticleFilter = EVERY_ARTICLE,
    without_documents: Collection[DocumentId] = (),
    min_score: float = MIN_SCORE,
    searched: tuple[LanguageCode, ...] = (),
) -> Answer:
    """Return up to `sentences` verbatim sentences from the best `passages` passages.

    Every quote is compared with the article on disk; what does not stand there is not quoted.
    When the confidence is less than `min_score`, the answer is an abstention whose citations are
    the nearest passages; it names the languages `searched`. Raises what `Retriever.retrieve` raises.
    """
    retrieval = retriever.retrieve(
        question,
        k=hits_for(passages),
        wanted=wanted,
        without_documents=without_documents,
        min_score=min_score,
    )
    return compose_answer(
        question,
        retrieval,
        read_text,
        language=language,
        model=retriever.embedder.name,
        generation=generation,
        passages=passages,
        sentences=sentences,
        searched=searched,
    )


def compose_answer(
    question: str,
    retrieval: Retrieval,
    read_text: ReadText,
    *,
    language: LanguageCode | None,
    model: str,
    generation: int,
    passages: int = PASSAGES,
    sentences: int = SENTENCES,
    searched: tuple[LanguageCode, ...] = (),
) -> Answer:
    """Return the answer that the first `passages` different passages of `retrieval` give."""
    ids = {hit.passage.document_id for hit in retrieval.hits}
    texts = {id_: text for id_ in ids if (text := read_text(id_)) is not None}
    standing = tuple(hit for hit in retrieval.hits if _stands(hit.passage, texts))
    distinct = replace(retrieval, hits=standing).distinct(passages)
    groups: tuple[_Group, ...] = ()
    if retrieval.is_relevant:
        hits = [one for hit in distinct for one in (hit, *hit.also)]
        candidates = _candidates(hits, retrieval.scorer, needs_figure=asks_for_figure(question))
        groups = _choose(candidates, retrieval.scorer, sentences, language)
    chosen = [candidate for group in groups for candidate in group]
    sources = {one.hit.passage_id: one.hit for one in chosen} or {
        hit.passage_id: hit for hit in distinct
    }
    numbers = {id_: number for number, id_ in enumerate(sources, start=1)}
    return Answer(
        question=question,
        language=language,
        quotes=tuple(
            replace(
                _quote(first, numbers, texts),
                also=tuple(_quote(other, numbers, texts) for other in others),
            )
            for first, *others in groups
        ),
        citations=tuple(_citation(numbers[id_], sources[id_], chosen) for id_ in sources),
        model=model,
        generation=generation,
        asked_at=datetime.now(UTC).replace(microsecond=0),
        confidence=retrieval.confidence,
        searched=searched,
    )


def _stands(passage: Passage, texts: Texts) -> bool:
    """True when the passage is in its article at its offsets and line, letter by letter."""
    source = texts.get(passage.document_id)
    return (
        source is not None
        and source.text[passage.start : passage.end] == passage.text
        and source.line_of(passage.start) == passage.first_line
    )


def _candidates(hits: Iterable[Hit], scorer: Scorer, *, needs_figure: bool) -> list[_Candidate]:
    pairs = [(hit, span) for hit in hits for span in sentences_of(hit.passage)]
    scores = scorer.score(
        [hit.passage.text[slice(*span)] for hit, span in pairs],
        [hit.passage.language for hit, _ in pairs],
        within=["\n".join((hit.passage.title, embedded_text(hit.passage))) for hit, _ in pairs],
        reading_weight=_READING_WEIGHT,
    )
    candidates = [
        _Candidate(hit, span, (1 - _PASSAGE_WEIGHT) * float(score) + _PASSAGE_WEIGHT * hit.score)
        for (hit, span), score in zip(pairs, scores, strict=True)
    ]
    if not needs_figure:
        return candidates
    return [
        replace(
            candidate, score=candidate.score - _FIGURE_MISSING * (not figures_in(candidate.text))
        )
        for candidate in candidates
    ]


def _choose(
    candidates: Iterable[_Candidate],
    scorer: Scorer,
    count: int,
    language: LanguageCode | None,
) -> tuple[_Group, ...]:
    """Return the best sentences, best first, each with those of other passages that say the same.

    Without questions and near-duplicates. Of sentences that say the same, the first is the one
    in `language` where there is one: the reader's own.
    """
    ranked = _worth_quoting(sorted(candidates, key=lambda candidate: -candidate.score))
    groups = scorer.groups(
        [candidate.text for candidate in ranked],
        [candidate.hit.passage.language for candidate in ranked],
        at_most=count,
    )
    return tuple(
        tuple(sorted(group, key=lambda candidate: candidate.hit.passage.language != language))
        for group in (_one_a_passage(ranked[place] for place in places) for places in groups)
    )


def _worth_quoting(ranked: Iterable[_Candidate]) -> list[_Candidate]:
    """Leave out questions, labels, and what repeats a better sentence in its own words."""
    kept: list[_Candidate] = []
    seen: list[frozenset[str]] = []
    for candidate in ranked:
        words = frozenset(folded_words(candidate.text))
        if len(words) < _MIN_QUOTE_WORDS or _ASKS.search(candidate.text):
            continue
        if not any(_is_repeated(words, other) for other in seen):
            kept.append(candidate)
            seen.append(words)
    return kept


def _one_a_passage(group: Iterable[_Candidate]) -> _Group:
    first_of: dict[PassageId, _Candidate] = {}
    for candidate in group:
        first_of.setdefault(candidate.hit.passage_id, candidate)
    return tuple(first_of.values())


def _is_repeated(words: frozenset[str], other: frozenset[str]) -> bool:
    """True when the shorter of two sentences has most of its words in the longer."""
    return len(words & other) >= _SAME_WORDS * min(len(words), len(other))


def _quote(candidate: _Candidate, numbers: Mapping[PassageId, int], texts: Texts) -> Quote:
    passage = candidate.hit.passage
    start, end = (passage.start + offset for offset in candidate.span)
    source = texts[passage.document_id]
    return Quote(
        text=candidate.text,
        citation=numbers[candidate.hit.passage_id],
        start=start,
        end=end,
        first_line=source.line_of(start),
        last_line=source.line_of(end - 1),
    )


def _citation(number: int, hit: Hit, chosen: Iterable[_Candidate]) -> Citation:
    spans = sorted(
        candidate.span for candidate in chosen if candidate.hit.passage_id == hit.passage_id
    )
    return Citation(number=number, passage=hit.passage, score=hit.score, spans=tuple(spans))
