"""Answers and hits as JSON, and saved answers back from it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from kb.domain import Answer, Citation, Hit, LanguageCode, Passage, Quote, Stage
from kb.rendering import Locate
from kb.rendering.neutral import neutral_json

_SCORE_DIGITS = 6  # What float32 holds.


def answer_to_json(answer: Answer, locate: Locate) -> str:
    """Return an answer for programs: one JSON object, with the path of each source."""
    record = _answer_record(answer)
    for citation in record["citations"]:
        citation["path"] = locate(citation["document_id"])
        citation["score"] = round(citation["score"], _SCORE_DIGITS)
    record = {"answered": not answer.is_abstention, **record}
    return neutral_json(json.dumps(record, ensure_ascii=False, indent=2))


def hits_to_json(
    question: str,
    language: LanguageCode | None,
    hits: Sequence[Hit],
    locate: Locate,
    *,
    explain: bool = False,
) -> str:
    """Return one line of JSON: the question, its language and the ranked passages.

    With `explain`, what each stage of retrieval gave them.
    """
    record = {
        "question": question,
        "language": language,
        "hits": [
            {"rank": rank, **_hit_record(hit, locate, explain=explain)}
            for rank, hit in enumerate(hits, start=1)
        ],
    }
    return neutral_json(json.dumps(record, ensure_ascii=False))


def save_form(answer: Answer) -> str:
    """Return the text that `answer_from_saved` reads."""
    return json.dumps(_answer_record(answer), ensure_ascii=False)


def answer_from_saved(content: str) -> Answer:
    """Return the answer that `save_form` wrote."""
    record = json.loads(content)
    return Answer(
        question=record["question"],
        language=record["language"],
        quotes=tuple(map(_saved_quote, record["quotes"])),
        citations=tuple(_citation(citation) for citation in record["citations"]),
        model=record["model"],
        generation=record["generation"],
        asked_at=datetime.fromisoformat(record["asked_at"]),
    )


def _answer_record(answer: Answer) -> dict[str, Any]:
    return {
        "question": answer.question,
        "language": answer.language,
        "quotes": [asdict(quote) for quote in answer.quotes],
        "citations": [
            {
                "number": citation.number,
                "score": citation.score,
                **asdict(citation.passage),
                "spans": citation.spans,
            }
            for citation in answer.citations
        ],
        "model": answer.model,
        "generation": answer.generation,
        "asked_at": answer.asked_at.isoformat(),
    }


def _saved_quote(record: dict[str, Any]) -> Quote:
    also = record.pop("also", ())  # Answers saved by older versions have none.
    return Quote(**record, also=tuple(map(_saved_quote, also)))


def _citation(record: dict[str, Any]) -> Citation:
    number, score = record.pop("number"), record.pop("score")
    spans = tuple((start, end) for start, end in record.pop("spans"))
    record["headings"] = tuple(record["headings"])
    record["tags"] = tuple(record.get("tags", ()))  # Answers of older versions have none.
    return Citation(number=number, score=score, spans=spans, passage=Passage(**record))


def _hit_record(hit: Hit, locate: Locate, *, explain: bool) -> dict[str, Any]:
    also = [_found(one, locate, explain=explain) for one in hit.also]
    return {**_found(hit, locate, explain=explain), "also": also}


def _found(hit: Hit, locate: Locate, *, explain: bool) -> dict[str, Any]:
    passage = hit.passage
    return {
        "score": round(hit.score, _SCORE_DIGITS),
        "document": passage.document_id,
        "title": passage.title,
        "language": passage.language,
        "date": passage.date,
        "tags": passage.tags,
        "path": locate(passage.document_id),
        "start": passage.start,
        "end": passage.end,
        "first_line": passage.first_line,
        "last_line": passage.last_line,
        "text": passage.text,
        **({"stages": [_stage(stage) for stage in hit.stages]} if explain else {}),
    }


def _stage(stage: Stage) -> dict[str, Any]:
    return {**asdict(stage), "score": round(stage.score, _SCORE_DIGITS)}
