"""The articles in `corpus/`, which every new user has, read as a build reads them."""

from collections import Counter
from pathlib import Path

import pytest

from kb.chunking import MAX_WORDS, passages_of, sentences_of
from kb.corpus import Corpus, parse
from kb.domain import Document, DocumentId
from kb.language import document_language

CORPUS = Corpus(Path(__file__).parents[1] / "corpus")
ARTICLES = [file.id for file in CORPUS.files()]


def _read(article: DocumentId) -> Document:
    return parse(article, CORPUS.read(article), detect_language=document_language)


def test_each_language_has_three_articles_or_more() -> None:
    articles = Counter(_read(article).language for article in ARTICLES)

    assert articles.keys() == {"sl", "pl", "hi", "ro"}
    assert min(articles.values()) >= 3


@pytest.mark.parametrize("article", ARTICLES)
def test_the_declared_language_is_the_one_detected(article: DocumentId) -> None:
    document = _read(article)

    assert document_language(document.text[document.body_start :]) == document.language


@pytest.mark.parametrize("article", ARTICLES)
def test_passages_hold_every_line_of_an_article_but_its_headings(article: DocumentId) -> None:
    document = _read(article)
    body = document.text[document.body_start :].splitlines()
    expected = " ".join(line for line in body if not line.startswith("#"))

    held = " ".join(passage.text for passage in passages_of(document))

    assert held.split() == expected.split()


@pytest.mark.parametrize("article", ARTICLES)
def test_sentences_hold_every_word_of_the_passages(article: DocumentId) -> None:
    for passage in passages_of(_read(article)):
        letters = [i for i, character in enumerate(passage.text) if character.isalpha()]

        held = [i for start, end in sentences_of(passage) for i in range(start, end)]

        assert [i for i in held if passage.text[i].isalpha()] == letters


@pytest.mark.parametrize("article", ARTICLES)
def test_passages_of_an_article_have_headings_and_a_readable_length(article: DocumentId) -> None:
    opening, *others = passages_of(_read(article))

    assert not opening.headings
    assert all(passage.headings for passage in others)
    assert all(len(passage.text.split()) <= MAX_WORDS for passage in (opening, *others))
