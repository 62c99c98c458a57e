"""Text for a terminal: what is quoted is marked, and nothing in an article is obeyed."""

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.domain import Answer, DocumentId, Passage
from kb.rendering.terminal_text import TextStyle, answer_to_text, hits_to_text, location
from tests.answers import (
    ABSTENTION,
    ALSO_IN_HINDI,
    LAKE,
    OVER_TWO_LINES,
    RIVER,
    SPRING,
    TABLE_ROW,
    THREE_SOURCES,
    WELL,
    answer,
    hits,
    locate,
    passage,
)

PIPE, TERMINAL = TextStyle(), TextStyle(width=40, color=True)
STYLES = pytest.mark.parametrize("style", [PIPE, TERMINAL], ids=["pipe", "terminal"])

BOLD, DIM, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}

# Letters among everything that a terminal might obey.
TEXTS = st.text(
    st.characters(categories=["Cc", "Zl", "Zp"])
    | st.sampled_from("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    | st.sampled_from("aš की।\n\t \u200d😀[]m0;"),
    min_size=1,
).filter(lambda text: bool(text.strip()))


def unstyled(text: str) -> str:
    """Return `text` without the control sequences that kb itself writes."""
    return text.replace(BOLD, "").replace(DIM, "").replace(PLAIN, "")


def is_obeyed(character: str) -> bool:
    """True for what changes how a terminal shows other characters."""
    return (
        unicodedata.category(character) in {"Cc", "Zl", "Zp"} and character != "\n"
    ) or unicodedata.bidirectional(character) in BIDI_CONTROLS


# Safety


@STYLES
@given(text=TEXTS, language=TEXTS)
def test_nothing_in_an_article_is_obeyed(style: TextStyle, text: str, language: str) -> None:
    odd = passage(text, document=text, title=text, language=language, headings=(text,))

    shown = answer_to_text(answer(text, (odd, (text,))), locate, style)
    shown += hits_to_text(hits(odd), locate, style)
    shown += answer_to_text(answer(text, (odd, ())), locate, style)

    assert not [character for character in unstyled(shown) if is_obeyed(character)]


@given(text=TEXTS)
def test_a_title_or_path_cannot_add_a_line(text: str) -> None:
    odd = passage("Voda.", document=text, title=text, language=text, headings=(text,))

    assert len(hits_to_text(hits(odd), locate, PIPE).split("\n")) == 3


@pytest.mark.parametrize("letter", ["\u200d", "\u200c", "\u00ad", "😀", "क्", "č", "\u00a0"])
def test_harmless_characters_are_left_alone(letter: str) -> None:
    assert f"a{letter}b" in hits_to_text(hits(passage(f"a{letter}b")), locate, PIPE)


# Marks


@pytest.mark.parametrize("shown_answer", [THREE_SOURCES, TABLE_ROW, OVER_TWO_LINES, ALSO_IN_HINDI])
def test_a_quoted_sentence_is_marked_in_its_passage(shown_answer: Answer) -> None:
    piped = answer_to_text(shown_answer, locate, PIPE)
    terminal = answer_to_text(shown_answer, locate, TextStyle(color=True))

    for quote in shown_answer.every_quote:
        marked = "\n    ".join(quote.text.split("\n"))
        assert f">>{marked}<<" in piped
        assert f"{BOLD}{marked}{PLAIN}" in terminal
    assert piped.count(">>") == len(shown_answer.every_quote)


def test_a_hit_has_no_marks() -> None:
    assert ">>" not in hits_to_text(hits(LAKE, SPRING), locate, PIPE)


@STYLES
def test_every_quote_stands_on_its_own_line_with_its_number(style: TextStyle) -> None:
    wide = replace(style, width=None)

    quotes, _, _ = answer_to_text(THREE_SOURCES, locate, wide).partition("\n\n")

    assert quotes.split("\n") == [
        "Jezero Globoko meri 41 metrov. [1]",
        "Zamrzne le vsako tretjo zimo. [1]",
        "उसका पानी 11 डिग्री का रहता है। [2]",
        "Fântâna are 1.000 de lei pe an cheltuieli. [3]",
    ]


def test_a_sentence_over_two_lines_of_its_file_is_one_line_of_the_answer() -> None:
    first, *_ = answer_to_text(OVER_TWO_LINES, locate, PIPE).split("\n")

    assert first == "Poleti se voda ogreje na 24 °C, npr. julija. Zamrzne le vsako tretjo zimo. [1]"


# Sources


@pytest.mark.parametrize("source", [LAKE, RIVER, SPRING, WELL])
def test_a_source_names_language_title_path_lines_and_score(source: Passage) -> None:
    head, *_ = hits_to_text(hits(source), locate, PIPE).split("\n")

    language = source.language or "??"
    assert head == (f"[1] {language}  {source.title}  {location(source, locate)}  score 0.90")


def test_a_location_is_the_form_that_editors_open() -> None:
    assert location(LAKE, locate) == "my articles/sl/jezero.md:7-8"
    assert location(SPRING, locate) == "my articles/hi/झरना.md:5"


def test_an_abstention_shows_what_was_near() -> None:
    lines = answer_to_text(ABSTENTION, locate, PIPE).split("\n")

    assert lines[0].startswith("Not in your articles")
    assert [line[:3] for line in lines[2:]] == ["[1]", "[2]"]


def test_an_abstention_without_anything_near_is_one_line() -> None:
    assert "\n" not in answer_to_text(answer("Kaj?"), locate, PIPE)


def test_nothing_found_is_no_text() -> None:
    assert hits_to_text((), locate, PIPE) == ""


# Width


@pytest.mark.parametrize("width", [20, 40, 80])
def test_lines_fit_the_width_where_a_word_does(width: int) -> None:
    text = " ".join(["beseda", "शब्द", "słowo"] * 30)
    shown = hits_to_text(hits(passage(text)), locate, TextStyle(width=width))

    assert all(len(line) <= width for line in shown.split("\n")[1:])


@given(width=st.integers(10, 120), words=st.lists(st.text("ačकि", min_size=1), min_size=1))
def test_wrapping_loses_no_word(width: int, words: list[str]) -> None:
    wrapped = hits_to_text(hits(passage(" ".join(words))), locate, TextStyle(width=width))

    assert wrapped.split("\n", maxsplit=1)[1].split() == words


def test_the_lines_of_a_table_stay_lines() -> None:
    shown = hits_to_text(hits(RIVER), locate, TextStyle(width=60))

    assert re.findall(r"^    (\|.*)$", shown, re.MULTILINE) == RIVER.text.split("\n")


def test_a_document_is_shown_where_its_reader_finds_it() -> None:
    shown = hits_to_text(hits(LAKE), lambda id_: DocumentId(f"/srv/{id_}"), PIPE)

    assert "/srv/sl/jezero.md:7-8" in shown
