"""JSON for programs, and saved answers that come back as they were."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.domain import Answer, Citation, LanguageCode, Quote
from kb.rendering.records import answer_from_saved, answer_to_json, hits_to_json, save_form
from tests.answers import (
    ABSTENTION,
    ALSO_IN_HINDI,
    LAKE,
    OVER_TWO_LINES,
    RIVER,
    SPRING,
    TABLE_ROW,
    THREE_SOURCES,
    hits,
    locate,
    passage,
)

TEXTS = st.text(min_size=1).filter(lambda text: bool(text.strip()))
ANSWERS = [THREE_SOURCES, ALSO_IN_HINDI, TABLE_ROW, OVER_TWO_LINES, ABSTENTION]


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Any answer with one source, its letters, scores and times included."""
    text = draw(TEXTS)
    source = passage(
        text,
        document=draw(TEXTS),
        title=draw(TEXTS),
        language=draw(st.none() | TEXTS),
        headings=tuple(draw(st.lists(TEXTS, max_size=3))),
        start=draw(st.integers(0, 10**9)),
        first_line=draw(st.integers(1, 10**6)),
    )
    source = replace(
        source, date=draw(st.none() | TEXTS), tags=tuple(draw(st.lists(TEXTS, max_size=3)))
    )
    zone = timezone(timedelta(minutes=draw(st.integers(-600, 600))))
    return Answer(
        question=draw(TEXTS),
        language=draw(st.none() | st.just(LanguageCode("hi"))),
        quotes=(Quote(text=text, citation=1, start=0, end=len(text), first_line=1, last_line=1),),
        citations=(
            Citation(
                number=1,
                passage=source,
                score=draw(st.floats(0, 1, width=32)),
                spans=((0, len(text)),),
            ),
        ),
        model=draw(TEXTS),
        generation=draw(st.integers(1, 10**6)),
        asked_at=draw(st.datetimes(timezones=st.sampled_from([UTC, zone]))),
    )


# Saved answers


@pytest.mark.parametrize("kept", ANSWERS)
def test_a_saved_answer_comes_back_equal(kept: Answer) -> None:
    assert answer_from_saved(save_form(kept)) == kept


@given(kept=answers())
def test_any_saved_answer_comes_back_equal(kept: Answer) -> None:
    assert answer_from_saved(save_form(kept)) == kept


def test_an_answer_saved_by_an_older_version_comes_back() -> None:
    record = json.loads(save_form(THREE_SOURCES))
    del record["confidence"], record["searched"]
    for citation in record["citations"]:
        del citation["date"], citation["tags"]

    assert answer_from_saved(json.dumps(record)) == THREE_SOURCES


# Answers


@pytest.mark.parametrize("shown", ANSWERS)
def test_an_answer_has_the_same_keys_every_time(shown: Answer) -> None:
    record = json.loads(answer_to_json(shown, locate))

    assert list(record) == [
        *("answered", "question", "language", "quotes", "citations"),
        *("model", "generation", "asked_at", "confidence", "searched"),
    ]
    for quote in record["quotes"]:
        assert list(quote) == [
            *("text", "citation", "start", "end", "first_line", "last_line", "also"),
        ]
    for citation in record["citations"]:
        assert list(citation) == [
            *("number", "score", "document_id", "title", "language", "date", "tags"),
            "headings",
            *("start", "end", "first_line", "last_line", "text", "spans", "path"),
        ]


def test_an_answer_says_whether_it_is_one() -> None:
    assert json.loads(answer_to_json(THREE_SOURCES, locate))["answered"] is True
    assert json.loads(answer_to_json(ABSTENTION, locate))["answered"] is False


def test_the_spans_of_a_citation_are_its_quotes() -> None:
    record = json.loads(answer_to_json(THREE_SOURCES, locate))

    for citation in record["citations"]:
        quotes = [q["text"] for q in record["quotes"] if q["citation"] == citation["number"]]
        assert [citation["text"][start:end] for start, end in citation["spans"]] == quotes


def test_a_time_has_its_zone() -> None:
    record = json.loads(answer_to_json(THREE_SOURCES, locate))

    assert datetime.fromisoformat(record["asked_at"]) == THREE_SOURCES.asked_at


# Hits


def test_hits_are_one_line_with_the_documented_keys() -> None:
    line = hits_to_json("Kje\nje?", LanguageCode("sl"), hits(LAKE, RIVER), locate)

    record = json.loads(line)
    assert "\n" not in line
    assert record == {
        "question": "Kje\nje?",
        "language": "sl",
        "hits": [
            {
                "rank": 1,
                "score": 0.9,
                "document": "sl/jezero.md",
                "title": "Jezero Globoko",
                "language": "sl",
                "date": None,
                "tags": [],
                "path": "my articles/sl/jezero.md",
                "start": 120,
                "end": 225,
                "first_line": 7,
                "last_line": 8,
                "text": LAKE.text,
                "also": [],
            },
            {
                "rank": 2,
                "score": 0.45,
                "document": "pl/rzeki i jeziora.md",
                "title": "Rzeki | źródła *i* ujścia",
                "language": "pl",
                "date": None,
                "tags": [],
                "path": "my articles/pl/rzeki i jeziora.md",
                "start": 2048,
                "end": 2098,
                "first_line": 31,
                "last_line": 33,
                "text": RIVER.text,
                "also": [],
            },
        ],
    }


def test_no_hits_are_an_empty_list_and_an_unknown_language_is_null() -> None:
    record = json.loads(hits_to_json("?", None, (), locate))

    assert record == {"question": "?", "language": None, "hits": []}


@given(text=TEXTS)
def test_any_text_comes_through_on_one_line(text: str) -> None:
    (hit,) = hits(passage(text, title=text, document=text))

    line = hits_to_json(text, None, (replace(hit, score=1 / 3),), locate)

    record = json.loads(line)
    assert len(line.split("\n")) == 1
    assert record["question"] == record["hits"][0]["text"] == text
    assert record["hits"][0]["score"] == 0.333333


def test_letters_are_written_as_themselves() -> None:
    for text in (answer_to_json(THREE_SOURCES, locate), hits_to_json("š", None, (), locate)):
        assert "\\u" not in text
    assert SPRING.text in answer_to_json(THREE_SOURCES, locate)
