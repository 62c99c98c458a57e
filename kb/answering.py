"""Question to answer: the sentences of the best passages that answer it, each checked."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kb.chunking import sentences_of
from kb.domain import (
    EVERY_ARTICLE,
    Answer,
    ArticleFilter,
    Citation,
    DocumentId,
    Hit,
    LanguageCode,
    Quote,
    Span,
)
from kb.normalization import folded_words
from kb.retrieval import Retrieval, Retriever, Scorer

ReadText = Callable[[DocumentId], str | None]
"""An article's text as it is on disk now, or None when it cannot be read."""

PASSAGES = 5
SENTENCES = 3
MAX_SENTENCES = 5

# A sentence stands in a passage: when two say the same, the one in the better passage is meant.
_PASSAGE_WEIGHT = 0.4

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
) -> Answer:
    """Return up to `sentences` verbatim sentences from the best `passages` passages.

    Every quote is compared with the article on disk; what does not stand there is not quoted.
    When nothing found is close enough to the question, the answer is an abstention whose
    citations are the nearest passages. Raises what `Retriever.retrieve` raises.
    """
    retrieval = retriever.retrieve(
        question, k=passages, wanted=wanted, without_documents=without_documents
    )
    return compose_answer(
        question,
        retrieval,
        read_text,
        language=language,
        model=retriever.embedder.name,
        generation=generation,
        sentences=sentences,
    )


def compose_answer(
    question: str,
    retrieval: Retrieval,
    read_text: ReadText,
    *,
    language: LanguageCode | None,
    model: str,
    generation: int,
    sentences: int = SENTENCES,
) -> Answer:
    """Return the answer that the passages of `retrieval` give."""
    hits = [hit for hit in retrieval.hits if _stands(hit, read_text)]
    chosen: list[_Candidate] = []
    if retrieval.is_relevant:
        chosen = _choose(_candidates(hits, retrieval.scorer), sentences)
    cited = list(dict.fromkeys(candidate.hit.passage_id for candidate in chosen))
    sources = {hit.passage_id: hit for hit in hits}
    return Answer(
        question=question,
        language=language,
        quotes=tuple(
            _quote(candidate, cited.index(candidate.hit.passage_id) + 1) for candidate in chosen
        ),
        citations=tuple(
            _citation(number, sources[id_], chosen)
            for number, id_ in enumerate(cited or sources, start=1)
        ),
        model=model,
        generation=generation,
        asked_at=datetime.now(UTC).replace(microsecond=0),
    )


def _stands(hit: Hit, read_text: ReadText) -> bool:
    """True when the passage is in its article at its offsets and line, letter by letter."""
    passage = hit.passage
    text = read_text(passage.document_id)
    return (
        text is not None
        and text[passage.start : passage.end] == passage.text
        and text.count("\n", 0, passage.start) + 1 == passage.first_line
    )


def _candidates(hits: Iterable[Hit], scorer: Scorer) -> list[_Candidate]:
    pairs = [(hit, span) for hit in hits for span in sentences_of(hit.passage)]
    scores = scorer.score(
        [hit.passage.text[slice(*span)] for hit, span in pairs],
        [hit.passage.language for hit, _ in pairs],
    )
    return [
        _Candidate(hit, span, (1 - _PASSAGE_WEIGHT) * float(score) + _PASSAGE_WEIGHT * hit.score)
        for (hit, span), score in zip(pairs, scores, strict=True)
    ]


def _choose(candidates: Sequence[_Candidate], count: int) -> list[_Candidate]:
    """Return the best sentences, best first, without questions and near-duplicates."""
    chosen: list[_Candidate] = []
    seen: list[frozenset[str]] = []
    for candidate in sorted(candidates, key=lambda candidate: -candidate.score):
        words = frozenset(folded_words(candidate.text))
        if len(words) < _MIN_QUOTE_WORDS or _ASKS.search(candidate.text):
            continue
        if any(_is_repeated(words, other) for other in seen):
            continue
        chosen.append(candidate)
        seen.append(words)
        if len(chosen) == count:
            break
    return chosen


def _is_repeated(words: frozenset[str], other: frozenset[str]) -> bool:
    """True when the shorter of two sentences has most of its words in the longer."""
    return len(words & other) >= _SAME_WORDS * min(len(words), len(other))


def _quote(candidate: _Candidate, citation: int) -> Quote:
    passage = candidate.hit.passage
    start, end = candidate.span
    before = passage.first_line + passage.text.count("\n", 0, start)
    return Quote(
        text=candidate.text,
        citation=citation,
        start=passage.start + start,
        end=passage.start + end,
        first_line=before,
        last_line=before + candidate.text.count("\n"),
    )


def _citation(number: int, hit: Hit, chosen: Iterable[_Candidate]) -> Citation:
    spans = sorted(
        candidate.span for candidate in chosen if candidate.hit.passage_id == hit.passage_id
    )
    return Citation(number=number, passage=hit.passage, score=hit.score, spans=tuple(spans))
