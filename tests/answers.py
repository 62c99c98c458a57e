"""Hand-written answers and hits, so that what is rendered does not hang on what is found."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from kb.domain import (
    Answer,
    Citation,
    DocumentId,
    Hit,
    LanguageCode,
    Passage,
    PassageId,
    Quote,
)

ASKED_AT = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)

Source = tuple[Passage, Sequence[str]]
"""A passage and the sentences of it that are quoted."""


def locate(document_id: DocumentId) -> str:
    return f"my articles/{document_id}"


def passage(
    text: str,
    *,
    document: str = "sl/jezero.md",
    title: str = "Jezero Globoko",
    language: str | None = "sl",
    headings: tuple[str, ...] = (),
    start: int = 120,
    first_line: int = 7,
) -> Passage:
    return Passage(
        document_id=DocumentId(document),
        title=title,
        language=LanguageCode(language) if language is not None else None,
        headings=headings,
        start=start,
        end=start + len(text),
        first_line=first_line,
        last_line=first_line + text.count("\n"),
        text=text,
    )


def answer(question: str, *sources: Source, model: str = "embedded", generation: int = 3) -> Answer:
    """Return an answer that quotes `sources`, cited in their order with falling scores."""
    return Answer(
        question=question,
        language=LanguageCode("sl"),
        quotes=tuple(
            _quote(number, cited, sentence)
            for number, (cited, sentences) in enumerate(sources, start=1)
            for sentence in sentences
        ),
        citations=tuple(
            Citation(
                number=number,
                passage=cited,
                score=0.9 / number,
                spans=tuple(sorted(_span(cited, sentence) for sentence in sentences)),
            )
            for number, (cited, sentences) in enumerate(sources, start=1)
        ),
        model=model,
        generation=generation,
        asked_at=ASKED_AT,
    )


def with_also(given: Answer, *, also: int) -> Answer:
    """Return the answer with its last `also` quotes beside the one before them."""
    first, *others = given.quotes[-also - 1 :]
    return replace(given, quotes=(*given.quotes[: -also - 1], replace(first, also=tuple(others))))


def hits(*passages: Passage) -> tuple[Hit, ...]:
    return tuple(
        Hit(passage_id=PassageId(number), passage=found, score=0.9 / number)
        for number, found in enumerate(passages, start=1)
    )


def _span(cited: Passage, sentence: str) -> tuple[int, int]:
    start = cited.text.index(sentence)
    return start, start + len(sentence)


def _quote(number: int, cited: Passage, sentence: str) -> Quote:
    start, end = _span(cited, sentence)
    first_line = cited.first_line + cited.text.count("\n", 0, start)
    return Quote(
        text=sentence,
        citation=number,
        start=cited.start + start,
        end=cited.start + end,
        first_line=first_line,
        last_line=first_line + sentence.count("\n"),
    )


LAKE = passage(
    "Jezero Globoko meri 41 metrov. Poleti se voda ogreje na 24 °C, npr. julija.\n"
    "Zamrzne le vsako tretjo zimo.",
    headings=("Lega", "Globina in led"),
)
RIVER = passage(
    "| Rzeka | Długość |\n|---|---|\n| Żółwica | 118 km |",
    document="pl/rzeki i jeziora.md",
    title="Rzeki | źródła *i* ujścia",
    language="pl",
    start=2_048,
    first_line=31,
)
SPRING = passage(
    "झरना साल भर बहता है। उसका पानी 11 डिग्री का रहता है।",
    document="hi/झरना.md",
    title="पहाड़ी झरना",
    language="hi",
    first_line=5,
)
WELL = passage(
    "Fântâna are 1.000 de lei pe an cheltuieli. „Apa e bună”, spune Ștefania Țăranu.",
    document="ro/fântâni [vechi].txt",
    title="1. Fântâni & izvoare <vechi>",
    language=None,
    headings=("Întreținere",),
    first_line=1,
)

THREE_SOURCES = answer(
    "Kako globoko je jezero | in reka?",
    (LAKE, ("Jezero Globoko meri 41 metrov.", "Zamrzne le vsako tretjo zimo.")),
    (SPRING, ("उसका पानी 11 डिग्री का रहता है।",)),
    (WELL, ("Fântâna are 1.000 de lei pe an cheltuieli.",)),
)
ALSO_IN_HINDI = with_also(
    answer(
        "Koliko stopinj ima izvir?",
        (LAKE, ("Poleti se voda ogreje na 24 °C, npr. julija.",)),
        (SPRING, ("उसका पानी 11 डिग्री का रहता है।",)),
    ),
    also=1,
)
TABLE_ROW = answer("Jak długa jest Żółwica?", (RIVER, ("| Żółwica | 118 km |",)))
OVER_TWO_LINES = answer(
    "When does the lake freeze?",
    (LAKE, ("Poleti se voda ogreje na 24 °C, npr. julija.\nZamrzne le vsako tretjo zimo.",)),
    model="models/my `model`",
)
ABSTENTION = replace(
    answer("Kdo je predsednik?", (LAKE, ()), (SPRING, ())),
    generation=12,
    confidence=0.0625,
    searched=(LanguageCode("hi"), LanguageCode("sl")),
)
