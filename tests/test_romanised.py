"""Hindi in Latin letters is read as Hindi, and nothing else is."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import romanised
from kb.embedding.embedded import EmbeddedModel
from kb.romanised import RomanisedHindi, may_be_romanised_hindi
from tests.cli.articles import QUESTIONS
from tests.prose import LANGUAGES, SENTENCES


@pytest.fixture(scope="session")
def hindi(embedded_model: EmbeddedModel) -> RomanisedHindi:
    in_articles = {"चक्की": -14.0, "चक्कीवाला": -14.0, "खुलती": -14.0, "सुनता": -14.0}
    words = [*embedded_model.devanagari_words(), *in_articles]
    return RomanisedHindi(
        words, lambda word: in_articles.get(word, embedded_model.likelihood(word))
    )


def test_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(romanised).failed == 0


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("chakki kab khulti hai?", "चक्की कब खुलती है?"),
        ("sahayata ka kya matlab hota hai", "सहायता का क्या मतलब होता है"),
        ("grahak ko kitne din mein jawab milta hai", "ग्राहक को कितने दिन में जवाब मिलता है"),
        ("shikayat kaun sunta hai", "शिकायत कौन सुनता है"),
        ("CHAKKIWALA KAB AATA HAI", "चक्कीवाला कब आता है"),
        ("NPS kya hai?", "NPS क्या है?"),
    ],
)
def test_hindi_in_latin_letters_is_read_in_devanagari(
    hindi: RomanisedHindi, typed: str, meant: str
) -> None:
    assert hindi.read(typed) == meant


@pytest.mark.parametrize(
    "spellings",
    [
        ("kaaran", "karan"),
        ("shikaayat", "shikayat", "sikayat"),
        ("bahut", "bahoot"),
        ("zarurat", "jaroorat", "zaroorat"),
    ],
)
def test_a_word_is_found_however_it_is_spelt(
    hindi: RomanisedHindi, spellings: tuple[str, ...]
) -> None:
    read = {hindi.read(f"kya {spelling} hai") for spelling in spellings}

    assert len(read) == 1
    assert not any(map(str.isascii, read.pop().split()))


@pytest.mark.parametrize("name", ["Kadrownik", "Gibalnica", "Medlogic", "SLA", "manager"])
def test_names_and_english_words_in_a_hindi_question_stay(hindi: RomanisedHindi, name: str) -> None:
    assert hindi.read(f"{name} ka grahak kaun hai") == f"{name} का ग्राहक कौन है"


@pytest.mark.parametrize("language", LANGUAGES)
def test_prose_and_questions_in_each_language_stay_as_they_are(
    hindi: RomanisedHindi, language: str
) -> None:
    for text in (*SENTENCES[language], QUESTIONS[language][0]):
        assert hindi.read(text) == text


def test_one_hindi_word_makes_no_hindi_question(hindi: RomanisedHindi) -> None:
    question = "What does the word grahak hai mean in the glossary of this shop?"

    assert may_be_romanised_hindi(question)
    assert hindi.read(question) == question


@given(text=st.text() | st.text(st.sampled_from("aeiou kghtn mpbxz")).map("kya {} hai".format))
def test_reading_what_was_read_changes_nothing(text: str, hindi: RomanisedHindi) -> None:
    once = hindi.read(text)

    assert hindi.read(once) == once
