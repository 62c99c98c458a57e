"""A question is read with the words that were meant; a word that there is stays as it is."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.embedding.embedded import EmbeddedModel
from kb.normalization import folded_words
from kb.reading import QuestionReader, Vocabulary
from tests.cli.articles import QUESTIONS
from tests.fakes import FakeEmbedder
from tests.prose import LANGUAGES, SENTENCES

WORDS = ("kadrownik", "gibalnica", "लूमिना", "najlepiej")


@pytest.fixture(scope="session")
def reader(embedded_model: EmbeddedModel) -> QuestionReader:
    return QuestionReader(embedded_model, lambda: WORDS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Kakšna je podprora strankam?", "Kakšna je podpora strankam?"),
        ("Kiedy najelpiej odpowiedzieć?", "Kiedy najlepiej odpowiedzieć?"),
        ("ग्राहक को सहयता कब मिलती है?", "ग्राहक को सहायता कब मिलती है?"),
        ("Cât costă un cliennt?", "Cât costă un client?"),
        ("What precentage of customers leave?", "What percentage of customers leave?"),
        ("Ile dni ma Kadronwik?", "Ile dni ma kadrownik?"),
    ],
    ids=["sl", "pl", "hi", "ro", "en", "name in the articles"],
)
def test_a_typing_error_is_read_as_the_word_meant(
    reader: QuestionReader, typed: str, meant: str
) -> None:
    assert reader.read(typed) == meant
    assert reader.read(unicodedata.normalize("NFD", typed)) in {
        meant,
        unicodedata.normalize("NFD", meant),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_and_prose_are_read_as_they_stand(
    embedded_model: EmbeddedModel, language: str
) -> None:
    texts = [*SENTENCES[language], QUESTIONS[language][0]]
    # They are in the articles here, as most words of a question are.
    words = {embedded_model.spelt(word) for text in texts for word in folded_words(text)}
    reader = QuestionReader(embedded_model, lambda: words)

    for text in texts:
        assert reader.read(text) == text


@pytest.mark.parametrize("word", ["Kadrownik", "GIBALNICA", "लूमिना", "Łódź", "SLA", "2026", "P1"])
def test_names_of_the_articles_short_words_and_figures_stay(
    reader: QuestionReader, word: str
) -> None:
    assert reader.read(word) == word


@pytest.mark.parametrize("word", ["ugodnost", "kolegów", "सक्सेस", "înmuiat", "loaves"])
def test_a_rare_word_is_no_typing_error(reader: QuestionReader, word: str) -> None:
    assert reader.read(word) == word


def test_hindi_in_latin_letters_is_read_in_devanagari(reader: QuestionReader) -> None:
    assert reader.read("loomina kya hai") == "लूमिना क्या है"
    assert reader.read("Gibalnica kya hai") == "Gibalnica क्या है"


@given(text=st.text())
@settings(max_examples=50)
def test_any_text_is_read(text: str, reader: QuestionReader) -> None:
    assert len(reader.read(text).split()) == len(text.split())


def test_only_a_model_of_pieces_has_a_vocabulary(embedded_model: EmbeddedModel) -> None:
    assert isinstance(embedded_model, Vocabulary)
    assert not isinstance(FakeEmbedder(), Vocabulary)
