import doctest
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb import normalization
from kb.normalization import fold, folded_words, with_ascii_digits, without_invisible
from tests.prose import LANGUAGES, paragraph

_NASTY = st.text(
    st.characters(exclude_categories=["Cs"])
    | st.sampled_from("łŁđøßẞİıſŞșŢțǅ\u0301\u0328\u0345\u093c\u094d\u200d\u00ad\u0958कजनमङतपि२😀")
    | st.sampled_from("ँं“„’‑–−`´ʼ\u034f\u061c\u2066")
)


def test_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(normalization).failed == 0


@given(text=_NASTY)
@example(text="\u0345")
@settings(max_examples=500)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(text=_NASTY)
@settings(max_examples=500)
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)

    assert fold(composed) == fold(decomposed) == fold(text)


@given(text=_NASTY)
@settings(max_examples=500)
def test_words_of_folded_text_are_the_folded_words(text: str) -> None:
    assert folded_words(fold(text)) == folded_words(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_capitals_fold_to_small_letters(language: str) -> None:
    text = paragraph(language)

    assert fold(text.upper()) == fold(text) == fold(text.lower())


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Čez žepe šviga đak", "Cez zepe sviga dak"),
        ("Zażółć gęślą jaźń, ŁÓDŹ", "Zazolc gesla jazn, LODZ"),
        ("Știință și țară, în sâmbătă", "Stiinta si tara, in sambata"),
        ("Ştiinţă", "Știință"),
        ("naïve café, Ørsted", "naive cafe, Orsted"),
    ],
    ids=["sl", "pl", "ro", "ro cedilla", "en"],
)
def test_text_typed_without_diacritics_folds_alike(written: str, typed: str) -> None:
    assert fold(written) == fold(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *[("कि", "की"), ("कल", "काल"), ("सड़क", "सडक"), ("दिन", "दीन"), ("माँ", "मा")],
        *[("जन्म", "जंम"), ("अन्न", "अंन"), ("सम्मान", "संमान")],
    ],
)
def test_devanagari_signs_tell_words_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_both_spellings_of_a_devanagari_nukta_fold_alike() -> None:
    assert fold("फ\u093cसल ज\u093cमीन") == fold("\u095eसल \u095bमीन")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *[("हाँ", "हां"), ("कहाँ", "कहां"), ("ज़मीन", "जमीन"), ("फ़ोन", "फोन"), ("क़लम", "कलम")],
        *[("हिन्दी", "हिंदी"), ("सम्पर्क", "संपर्क"), ("अङ्क", "अंक"), ("पञ्च", "पंच"), ("घण्टा", "घंटा")],
    ],
)
def test_both_ways_to_write_a_hindi_word_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("„zrno“", '"zrno"'),
        ("»zrno«", '"zrno"'),
        ("„ziarno”", '"ziarno"'),
        ("“बीज”", '"बीज"'),
        ("the miller’s ‘seed’", "the miller's 'seed'"),
        ("slovensko–poljski", "slovensko-poljski"),
        ("într‑o", "într-o"),
        ("−5 °C", "-5 °C"),
    ],
)
def test_quotes_and_hyphens_of_every_kind_fold_to_those_on_the_keyboard(
    one: str, other: str
) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    "invisible",
    ["\u00ad", "\u200b", "\u200c", "\u200d", "\u200e", "\u2060", "\u2069", "\ufeff"],
    ids=[
        *["soft hyphen", "space", "non-joiner", "joiner", "left to right", "word joiner"],
        *["end of isolation", "byte order mark"],
    ],
)
def test_invisible_characters_do_not_make_another_word(invisible: str) -> None:
    assert folded_words(f"क्{invisible}षेत्र upo{invisible}raba") == folded_words("क्षेत्र uporaba")


def test_letters_that_lose_no_mark_stay_composed() -> None:
    assert fold("한글 सड़क") == "한글 सड़क"


def test_digits_of_every_script_fold_to_ascii() -> None:
    assert folded_words("२०२६ ٢٠٢٦ ２０２６ x²") == ("2026", "2026", "2026", "x2")


@given(text=_NASTY)
def test_what_a_model_reads_folds_as_the_text_does(text: str) -> None:
    assert fold(with_ascii_digits(without_invisible(text))) == fold(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_is_seen_is_taken_from_prose(language: str) -> None:
    text = paragraph(language)

    assert without_invisible(text) == text
    assert len(with_ascii_digits(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mlin, ki melje: »ajdo«!", ("mlin", "ki", "melje", "ajdo")),
        ("Młyn (zboże) – i mąka…", ("mlyn", "zboze", "i", "maka")),
        ("हिन्दी में क्षेत्र, विज्ञान।श्री", ("हिंदी", "में", "क्षेत्र", "विज्ञान", "श्री")),
        ("Făină/hrișcă; țară_nouă", ("faina", "hrisca", "tara", "noua")),
        ("The miller's 25kg 🙂 sacks", ("the", "miller", "s", "25kg", "sacks")),
        (" … – | 🙂 \u094d ", ()),
        ("", ()),
    ],
    ids=["sl", "pl", "hi", "ro", "en", "no words", "nothing"],
)
def test_words_are_letters_with_their_signs_and_digits(text: str, words: tuple[str, ...]) -> None:
    assert folded_words(text) == words
