"""The laws of `kb.sentences`, and real-looking sentences that must stay whole and apart."""

import doctest
import re
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import sentences
from kb.sentences import ABBREVIATIONS, sentence_spans
from tests.sentence_table import BLOCKS

LANGUAGES = (*BLOCKS, None, "de", "ja", "ar", "xx", "")

# Marks of the five languages and everything that has broken a splitter before: joiners, marks that
# combine, wide and zero-width white space, astral characters, half a surrogate pair.
NASTY = st.text(
    st.sampled_from(
        "aAzZčŠłąșȚÎ5९कखिी़्ंॐ.!?…।॥|,;:-–—()[]{}<>\"'«»„”“‘’•*#&/°¹ \n\r\t\x00\x1c\x85\xa0"
        "\u0301\u030c\u200b\u200c\u200d\u2028\u2029\u202f\u2060\u3000\ufe0f\ufeff\ud800\udfff。！？؟한👩💻🏻😀🇸🇮"
    ),
    max_size=60,
)
WORDS = st.lists(
    st.sampled_from(
        (
            *("npr.", "dr.", "5.", "julija", "r.", "m.in.", "ul.", "W", "dvs.", "nr.", "de", "ex."),
            *("डॉ.", "श्री.", "में", "है।", "है", "रु.", "500", "ए.", "पूछा।", "e.g.", "No.", "J."),
            *("XX.", "S.A.", "d.", "o.", "2024.", "Potem", "Novak", "iPhone", "www.a.si.", "[1]"),
            *("…", "...", "?!", "»", "«", "”", "(", ")", "•", "|", "😀", "।", "\n", "\n\n"),
        )
    ),
    max_size=25,
).map(" ".join)
TEXTS = st.one_of(st.text(max_size=80), NASTY, WORDS)
TABLED = st.sampled_from((*BLOCKS, None))


def cut(text: str, language: str | None) -> tuple[str, ...]:
    return tuple(text[start:stop] for start, stop in sentence_spans(text, language))


def plain_sentences(language: str) -> list[str]:
    """Sentences that can stand in any order: no end like "itd." that leans on what follows."""
    plain_end = re.compile(r".*(?:[^\W\d_]{4}\.|[?!।])[”»)\"]?", re.DOTALL)
    sentences = [sentence for block in BLOCKS[language] for sentence in block]
    return [s for s in sentences if plain_end.fullmatch(s) and not s[0].islower()]


def unmark(sentence: str) -> str:
    return re.sub(r"[\[{](.+?\.)[\]}]", r"\1", sentence)


def all_blocks() -> list[tuple[str, tuple[str, ...]]]:
    return [(language, block) for language, blocks in BLOCKS.items() for block in blocks]


def all_marked() -> list[tuple[str, str]]:
    return [(code, sentence) for code, rows in ABBREVIATIONS.items() for sentence in rows]


# Laws over any text, in any language


@settings(max_examples=500)
@given(text=TEXTS, language=st.sampled_from(LANGUAGES))
def test_spans_are_trimmed_increasing_and_disjoint(text: str, language: str | None) -> None:
    previous = 0
    for start, stop in sentence_spans(text, language):
        assert previous <= start < stop <= len(text)
        assert not text[start].isspace()
        assert not text[stop - 1].isspace()
        previous = stop


@settings(max_examples=500)
@given(text=TEXTS, language=st.sampled_from(LANGUAGES))
def test_every_visible_character_is_covered_once(text: str, language: str | None) -> None:
    covered = "".join(cut(text, language))

    assert "".join(covered.split()) == "".join(text.split())


@settings(max_examples=500)
@given(text=TEXTS, language=st.sampled_from(LANGUAGES))
def test_no_cut_falls_inside_a_grapheme(text: str, language: str | None) -> None:
    for start, _ in sentence_spans(text, language)[1:]:
        assert not unicodedata.category(text[start]).startswith("M")
        assert text[start] not in "\u200c\u200d\U0001f3fb"
        assert text[start - 1] != "\u200d"


@settings(max_examples=500)
@given(text=TEXTS, language=TABLED)
def test_a_sentence_cut_again_is_itself(text: str, language: str | None) -> None:
    for sentence in cut(text, language):
        assert cut(sentence, language) == (sentence,)


@given(data=st.data(), language=st.sampled_from(tuple(BLOCKS)))
def test_joined_sentences_come_apart_again(data: st.DataObject, language: str) -> None:
    drawn = data.draw(st.lists(st.sampled_from(plain_sentences(language)), max_size=8))
    separator = data.draw(st.sampled_from((" ", "  ", "\n", "\r\n", "\n\n", "\u00a0", "\u2028")))

    assert cut(separator.join(drawn), language) == tuple(drawn)


@given(text=TEXTS, margin=st.text(" \n\t\u3000", max_size=5), language=TABLED)
def test_outer_white_space_moves_spans_and_nothing_else(
    text: str, margin: str, language: str | None
) -> None:
    assert cut(margin + text + margin, language) == cut(text, language)


# The tables


@pytest.mark.parametrize(("language", "block"), all_blocks())
def test_sentences_stay_whole_and_apart(language: str, block: tuple[str, ...]) -> None:
    assert cut(" ".join(block), language) == block


@pytest.mark.parametrize(("language", "block"), all_blocks())
def test_a_wrapped_line_is_like_a_space(language: str, block: tuple[str, ...]) -> None:
    wrapped = " ".join(block).replace(" ", "\n")

    assert cut(wrapped, language) == tuple(sentence.replace(" ", "\n") for sentence in block)


@pytest.mark.parametrize(("language", "block"), all_blocks())
def test_decomposed_letters_are_cut_like_composed_ones(
    language: str, block: tuple[str, ...]
) -> None:
    decomposed = tuple(unicodedata.normalize("NFD", sentence) for sentence in block)

    assert cut(" ".join(decomposed), language) == decomposed


@pytest.mark.parametrize(("language", "sentence"), all_marked())
def test_marked_abbreviations_do_not_cut_their_sentence(language: str, sentence: str) -> None:
    text = unmark(sentence)

    assert cut(text, language or "en") == cut(text, None) == (text,)


@pytest.mark.parametrize(("language", "sentence"), all_marked())
def test_an_ordinary_word_in_place_of_an_abbreviation_cuts(language: str, sentence: str) -> None:
    word = "शब्दकोश." if language == "hi" else "beseda."

    for mark in re.finditer(r"[\[{].+?\.[\]}]", sentence):
        text = unmark(sentence[: mark.start()] + word + sentence[mark.end() :])

        assert len(cut(text, language or "en")) > 1, mark[0]


def test_every_language_has_at_least_25_blocks() -> None:
    assert min(len(blocks) for blocks in BLOCKS.values()) >= 25


def test_every_language_with_a_table_has_blocks() -> None:
    assert ABBREVIATIONS.keys() == BLOCKS.keys() | {""}


# Single cases


def test_the_worked_example_is_true() -> None:
    assert doctest.testmod(sentences).attempted > 0
    assert doctest.testmod(sentences).failed == 0


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u3000\x85"])
def test_white_space_has_no_sentences(text: str) -> None:
    assert sentence_spans(text, "sl") == ()


@pytest.mark.parametrize("text", ["...", "5.", "»", "1. ", "• ", "\u0301", "?!"])
def test_a_text_without_words_is_one_span(text: str) -> None:
    assert cut(text, "sl") == (text.strip(),)


def test_a_danda_needs_no_space() -> None:
    assert cut("यह है।वह गया।", "hi") == ("यह है।", "वह गया।")


def test_offsets_count_code_points() -> None:
    assert sentence_spans("😀 Da. Ne.", "sl") == ((0, 5), (6, 9))


def test_a_blank_line_ends_a_sentence_without_a_mark() -> None:
    assert cut("Naslov\r\n\r\nBesedilo", "sl") == ("Naslov", "Besedilo")


def test_a_bullet_on_a_new_line_starts_a_sentence() -> None:
    assert cut("Linki\n • Czym jest sukces\n • Co to jest", "pl") == (
        "Linki",
        "• Czym jest sukces",
        "• Co to jest",
    )


def test_a_dash_after_a_sentence_opens_the_next() -> None:
    assert cut("– Nie wiem. – Szkoda.", "pl") == ("– Nie wiem.", "– Szkoda.")


def test_a_stray_quote_hides_no_sentence() -> None:
    assert cut('On je "rekel. Ona je šla. Potem "konec.', "sl") == (
        'On je "rekel.',
        "Ona je šla.",
        'Potem "konec.',
    )


def test_leaders_of_a_table_of_contents_are_no_ends() -> None:
    text = "Uvod " + "." * 100 + " 5"

    assert cut(text, "sl") == (text,)


def test_an_unknown_language_uses_all_tables() -> None:
    assert cut("Npr. Zendesk. Potem. डॉ. राव आए। Dna. Pop. W 2024 r. Lis.", None) == (
        "Npr. Zendesk.",
        "Potem.",
        "डॉ. राव आए।",
        "Dna. Pop.",
        "W 2024 r. Lis.",
    )


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("de", ("Das Treffen ist am 5. Juli.", "Danach gehen wir.")),
        ("ja", ("これは文です。", "次の文です！")),
        ("hy", ("Բարև։", "Ինչպե՞ս ես։")),
    ],
)
def test_other_languages_are_cut_too(language: str, sentences: tuple[str, ...]) -> None:
    assert cut(" ".join(sentences), language) == sentences


@pytest.mark.parametrize("text", ["A\u2028. B", "A\x85. B", "\ud800 a. B"])
def test_text_that_sentencex_refuses_is_cut(text: str) -> None:
    assert cut(text, "de")


@pytest.mark.parametrize("language", ["sl", "de"])
@pytest.mark.parametrize(
    "unit", [". ", "npr. ", '."', ".)", ".[", "\n", "a.\n\n", " \n ", "।", "[", "W 2024 r. ", "a"]
)
def test_a_hundred_thousand_characters_are_cut_to_the_end(unit: str, language: str) -> None:
    text = unit * (100_000 // len(unit))

    spans = sentence_spans(text, language)

    # Work that grows with the square of the length would take minutes here.
    assert max((end for _, end in spans), default=0) == len(text.rstrip())


def test_import_takes_no_heavy_library() -> None:
    code = "import sys, kb.sentences; print(*sys.modules.keys() & {'torch', 'numpy', 'faiss', 'langdetect'})"

    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        == "\n"
    )
