from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime

import pytest

from kb.domain import (
    Answer,
    Citation,
    Document,
    DocumentId,
    LanguageCode,
    Passage,
    Quote,
)

TEXT = "---\ntitle: Mlin\n---\n\nदाना।\nŽito.\n"


def _document(*, body_start: int = 20) -> Document:
    return Document(
        id=DocumentId("mlin.md"),
        title="Mlin",
        language=LanguageCode("sl"),
        text=TEXT,
        body_start=body_start,
    )


def _passage(**changed: object) -> Passage:
    passage = Passage(
        document_id=DocumentId("mlin.md"),
        title="Mlin",
        language=LanguageCode("sl"),
        headings=(),
        start=27,
        end=32,
        first_line=6,
        last_line=6,
        text="Žito.",
    )
    return replace(passage, **changed)  # type: ignore[arg-type]


def _quote(*, citation: int = 1) -> Quote:
    return Quote(text="Žito.", citation=citation, start=27, end=32, first_line=6, last_line=6)


def _answer(*, quotes: tuple[Quote, ...], numbers: tuple[int, ...]) -> Answer:
    return Answer(
        question="Kaj?",
        language=None,
        quotes=quotes,
        citations=tuple(Citation(number=n, passage=_passage(), score=0.5) for n in numbers),
        model="m",
        generation=1,
        asked_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_values_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        _document().title = "Drugo"  # type: ignore[misc]


@pytest.mark.parametrize("body_start", [-1, len(TEXT) + 1])
def test_the_body_of_a_document_begins_inside_its_text(body_start: int) -> None:
    with pytest.raises(ValueError, match="body start"):
        _document(body_start=body_start)


def test_the_body_of_a_document_may_be_empty() -> None:
    assert _document(body_start=len(TEXT)).body_start == len(TEXT)


@pytest.mark.parametrize(("part", "line"), [("---", 1), ("title", 2), ("दाना", 5), ("Žito", 6)])
def test_lines_count_from_one_and_include_the_front_matter(part: str, line: int) -> None:
    assert _document().line_of(TEXT.index(part)) == line


def test_a_line_feed_belongs_to_the_line_it_ends() -> None:
    assert _document().line_of(TEXT.index("\n")) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"end": 33},
        {"start": -5, "end": 0},
        {"text": "     "},
        {"text": "", "start": 27, "end": 27},
        {"first_line": 0},
        {"first_line": 7},
    ],
    ids=["too long", "before the text", "white space", "nothing", "line zero", "lines reversed"],
)
def test_a_passage_that_exists_is_a_span_with_text_on_real_lines(
    changed: dict[str, object],
) -> None:
    with pytest.raises(ValueError, match=r"span|text|lines"):
        _passage(**changed)


@pytest.mark.parametrize("span", [(-1, 2), (2, 2), (3, 2), (0, 6)])
def test_marks_of_a_citation_stay_inside_its_passage(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="leave a passage of 5 characters"):
        Citation(number=1, passage=_passage(), score=0.5, spans=((0, 5), span))


@pytest.mark.parametrize("numbers", [(2,), (1, 3), (2, 1), (1, 1), (0, 1)])
def test_citations_are_numbered_from_one_without_gaps(numbers: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="without gaps"):
        _answer(quotes=(), numbers=numbers)


@pytest.mark.parametrize("citation", [0, 3])
def test_every_quote_has_its_citation(citation: int) -> None:
    with pytest.raises(ValueError, match="needs its citation"):
        _answer(quotes=(_quote(citation=citation),), numbers=(1, 2))


def test_an_answer_without_quotes_is_an_abstention_that_may_show_what_was_near() -> None:
    assert _answer(quotes=(), numbers=(1, 2)).is_abstention
    assert not _answer(quotes=(_quote(),), numbers=(1,)).is_abstention
