"""Passages are cut so that a model reads all of each one, where sentences allow."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.chunking import Window, embedded_text, passages_of, sentences_of
from tests.prose import HEADINGS, LANGUAGES, SENTENCES, paragraph
from tests.written import WrittenArticle, sentences_in, written, written_articles


def _letters(texts: Sequence[str]) -> list[int]:
    """Count a text as a model would whose tokens are single characters."""
    return [len(text) for text in texts]


_WINDOWS = st.builds(Window, st.integers(1, 600), st.just(_letters))


@given(article=written_articles(), window=_WINDOWS)
def test_what_a_model_reads_of_a_passage_fits_into_its_window(
    article: WrittenArticle, window: Window
) -> None:
    for passage in passages_of(article.document, window):
        if window.cuts([embedded_text(passage)]):
            assert len(sentences_of(passage)) == 1


@given(article=written_articles(), window=_WINDOWS)
def test_a_window_loses_no_sentence(article: WrittenArticle, window: Window) -> None:
    passages = passages_of(article.document, window)

    assert [text for passage in passages for text in sentences_in(passage)] == article.sentences


@given(article=written_articles())
def test_a_window_that_takes_all_changes_nothing(article: WrittenArticle) -> None:
    wide = Window(1_000_000, _letters)

    assert passages_of(article.document, wide) == passages_of(article.document)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_narrow_window_makes_more_passages_under_the_same_headings(language: str) -> None:
    text = f"## {HEADINGS[language][0]}\n\n{paragraph(language, sentences=12)}"
    document = written(text, language=language)

    whole, narrow = passages_of(document), passages_of(document, Window(300, _letters))

    assert len(narrow) > len(whole)
    assert {passage.headings for passage in narrow} == {passage.headings for passage in whole}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_longer_than_the_window_stays_whole_and_is_counted(language: str) -> None:
    window = Window(40, _letters)
    passages = passages_of(written(paragraph(language), language=language), window)

    assert window.cuts([embedded_text(passage) for passage in passages]) > 0
    assert [text for passage in passages for text in sentences_in(passage)] == list(
        SENTENCES[language]
    )


def test_a_short_last_passage_takes_nothing_that_does_not_fit() -> None:
    def crosses(texts: Sequence[str]) -> list[int]:
        return [text.count("x") for text in texts]

    sentences = [
        "Ena " + "in dve " * 29 + "tri.",
        "Dolga " + "xxxxxx " * 8 + "beseda.",
        "Zadnji " + "xx " * 30 + "in še " * 9 + "konec.",
    ]
    window = Window(100, crosses)

    passages = passages_of(written(" ".join(sentences), language="sl"), window)

    assert [text for passage in passages for text in sentences_in(passage)] == sentences
    assert not window.cuts([passage.text for passage in passages])
