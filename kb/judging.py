"""Judged questions to outcomes: each is asked, and what comes is compared with what should."""

import re
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256

import kb
from kb.answering import ReadText
from kb.domain import Answer, DocumentId, LanguageCode, Passage, PassageId, SourceText, Span
from kb.errors import ExpectedTextMissing
from kb.evaluation.outcomes import Found, Outcome, QuotedSentence, holds_fact, label
from kb.evaluation.questions import ExpectedText, JudgedQuestion, Wording
from kb.evaluation.runs import Run
from kb.indexing import Track, silently
from kb.retrieval import Retrieval
from kb.store import IndexReader

DEPTH = 20
"""How many hits are looked at: the figures need ten, more show what was near."""

SENTENCES = 2

Retrieve = Callable[[str], Retrieval]
"""A question to its first `DEPTH` hits, best first."""

Compose = Callable[[Wording, Retrieval], Answer]
"""A question and what it found to an answer of up to `SENTENCES` sentences."""

_MIN_COVERED = 0.5

Relevant = Mapping[LanguageCode | None, frozenset[PassageId]]
"""The passages that answer a question, by their article's language."""

Numbered = Mapping[PassageId, Passage]
"""The indexed passages of one document under their numbers."""


def judge(
    questions: Sequence[JudgedQuestion],
    reader: IndexReader,
    read_text: ReadText,
    *,
    retrieve: Retrieve,
    compose: Compose,
    track: Track[Sequence[Wording]] = silently,
) -> tuple[Outcome, ...]:
    """Ask every wording of `questions` and return what came of it, in order.

    Raises: `ExpectedTextMissing` before the first is asked when an expected text is not in the
    index or its article is no longer what was indexed.
    """
    passages = _passages_by_document(questions, reader)
    relevant = {
        question.id: relevant_passages(question, passages, read_text) for question in questions
    }
    by_id = {question.id: question for question in questions}
    return tuple(
        _ask(wording, by_id[wording.question_id], relevant[wording.question_id], retrieve, compose)
        for wordings in track([question.wordings for question in questions])
        for wording in wordings
    )


def relevant_passages(
    question: JudgedQuestion,
    passages: Mapping[DocumentId, Numbered],
    read_text: ReadText,
) -> Relevant:
    """Return the passages that cover at least half of an expected text.

    Where a text is cut so that none does, it is the one that covers most.
    Raises: `ExpectedTextMissing`.
    """
    found: dict[LanguageCode | None, frozenset[PassageId]] = {}
    for expected in question.expected:
        numbered = passages.get(expected.document_id, {})
        covering = _covering(question.id, expected, numbered, read_text(expected.document_id))
        language = next(iter(numbered.values())).language
        found[language] = found.get(language, frozenset()) | covering
    return found


def _passages_by_document(
    questions: Iterable[JudgedQuestion], reader: IndexReader
) -> Mapping[DocumentId, Numbered]:
    """Return the indexed passages of every document in which a text is expected."""
    expected = {text.document_id for question in questions for text in question.expected}
    others = {document.id for document in reader.documents()} - expected
    ids = reader.passage_ids(without_documents=others)
    found: dict[DocumentId, dict[PassageId, Passage]] = {}
    for id_, passage in zip(ids, reader.passages(ids), strict=True):
        found.setdefault(passage.document_id, {})[id_] = passage
    return found


def _covering(
    question_id: str, expected: ExpectedText, numbered: Numbered, source: SourceText | None
) -> frozenset[PassageId]:
    def missing(reason: str) -> ExpectedTextMissing:
        return ExpectedTextMissing(question_id, expected.document_id, expected.text, reason)

    if not numbered:
        raise missing("the index has no such article; correct the path, or run `kb build`")
    text = source.text if source else ""
    if any(text[one.start : one.end] != one.text for one in numbered.values()):
        raise missing("the article changed since the last build; run `kb build`")
    spans = _occurrences(expected.text, text)
    if not spans:
        raise missing("the article does not hold it; copy the text as it stands there")
    covering: set[PassageId] = set()
    for span in spans:
        shares = {id_: _covered(span, passage) for id_, passage in numbered.items()}
        enough = min(_MIN_COVERED, max(shares.values()))
        if enough > 0:
            covering |= {id_ for id_, share in shares.items() if share >= enough}
    if not covering:
        raise missing("it stands only in a heading or in what is not indexed; take a sentence")
    return frozenset(covering)


def _occurrences(expected: str, text: str) -> list[Span]:
    """Return where `expected` stands in `text`; any white space counts as any other."""
    pattern = r"\s+".join(map(re.escape, expected.split()))
    return [match.span() for match in re.finditer(pattern, text)]


def _covered(span: Span, passage: Passage) -> float:
    start, end = span
    return max(0, min(end, passage.end) - max(start, passage.start)) / (end - start)


def _ask(
    wording: Wording,
    question: JudgedQuestion,
    relevant: Relevant,
    retrieve: Retrieve,
    compose: Compose,
) -> Outcome:
    started = time.perf_counter()
    retrieval = retrieve(wording.text)
    retrieved = time.perf_counter()
    answer = compose(wording, retrieval)
    answered = time.perf_counter()
    ranked = {hit.passage_id: rank for rank, hit in enumerate(retrieval.hits[:DEPTH], start=1)}
    quotes = _quoted(answer)
    return Outcome(
        question_id=question.id,
        kind=question.kind,
        language=wording.language,
        wording=wording.text,
        found=tuple(
            Found(
                language=language,
                relevant=len(relevant[language]),
                ranks=tuple(sorted(ranked[id_] for id_ in relevant[language] if id_ in ranked)),
            )
            for language in sorted(relevant, key=label)
        ),
        confidence=retrieval.confidence,
        is_answered=not answer.is_abstention,
        has_fact=_has_fact(question, quotes) if question.facts else None,
        quotes=quotes,
        retrieve_ms=round(1000 * (retrieved - started), 3),
        answer_ms=round(1000 * (answered - retrieved), 3),
    )


def _quoted(answer: Answer) -> tuple[QuotedSentence, ...]:
    return tuple(
        QuotedSentence(answer.citations[quote.citation - 1].passage.document_id, quote.text)
        for quote in answer.quotes
    )


def _has_fact(question: JudgedQuestion, quotes: Collection[QuotedSentence]) -> bool:
    """True when a quote from an expected article holds a fact.

    The same figure in another article is about something else.
    """
    documents = {expected.document_id for expected in question.expected}
    return any(
        quote.document_id in documents and holds_fact(quote.text, question.facts)
        for quote in quotes
    )


def describe_run(reader: IndexReader, outcomes: tuple[Outcome, ...]) -> Run:
    """Return the run that `outcomes` make, with what they were found in."""
    documents = reader.documents()
    contents = "\n".join(f"{document.id}\t{document.digest}" for document in documents)
    return Run(
        version=kb.__version__,
        model=reader.state.model,
        fingerprint=reader.state.fingerprint,
        articles=len(documents),
        passages=sum(document.passages for document in documents),
        articles_sha256=sha256(contents.encode()).hexdigest(),
        run_at=datetime.now(UTC).isoformat(timespec="seconds"),
        outcomes=outcomes,
    )
