"""The index of words, held against what looking into every passage finds."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.domain import LanguageCode, PassageId
from kb.matching import best_matches, question_terms, similarities
from kb.word_index import WordIndex, is_word_index
from kb.words import TextWords
from tests.prose import LANGUAGES
from tests.token_table import RandomTable, Word, random_text, seeds, texts_of_words, tokens_of

TABLE = RandomTable()

Text = list[Word]

collections = st.lists(texts_of_words, max_size=8)
questions = st.builds(random_text, length=st.integers(1, 9), seed=seeds)
codes = st.sampled_from([*map(LanguageCode, LANGUAGES), None])


def index_of(texts: Sequence[Text], languages: Sequence[LanguageCode | None] = ()) -> WordIndex:
    ids = [PassageId(10 * place + 3) for place in range(len(texts))]
    tokens = [tokens_of(text) for text in texts]
    return WordIndex.build(ids, languages or [None] * len(texts), tokens, TABLE)


def words_at(index: WordIndex) -> list[set[str]]:
    """Return the words of each passage by their letters."""
    found: list[set[str]] = [set() for _ in index.ids]
    for place, letters in enumerate(index.words.texts(TABLE)):
        rows = index.rows[index.row_bounds[place] : index.row_bounds[place + 1]].tolist()
        assert len(set(rows)) == len(rows), "a passage is named once"
        for row in rows:
            found[row].add(letters)
    return found


@settings(max_examples=60, deadline=None)
@given(texts=collections)
def test_every_passage_holds_its_words_and_no_others(texts: list[Text]) -> None:
    index = index_of(texts)

    assert words_at(index) == [{TABLE.word_text(word) for word in text} for text in texts]
    assert len(index.words) == len({word for text in texts for word in text})


@settings(max_examples=60, deadline=None)
@given(texts=collections, question=questions)
def test_best_matches_are_those_that_looking_into_every_passage_finds(
    texts: list[Text], question: Text
) -> None:
    index, words = index_of(texts), TextWords([tokens_of(text) for text in texts], TABLE)
    terms = question_terms(tokens_of(question), TABLE)
    similarity = similarities(terms, index.words, TABLE)

    found = index.best_matches(similarity)

    slow = best_matches(similarities(terms, words.distinct, TABLE), words.order)
    assert found == pytest.approx(slow, abs=1e-5)
    # To the last bit where the order of words is known: windows never match better.
    assert (
        best_matches(*index.texts_of([tokens_of(text) for text in texts], similarity))
    ).tolist() == found.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_best_matches_are_the_same_among_many_passages_that_share_words(seed: int) -> None:
    texts = [random_text(30, seed=place) for place in range(500)]
    index = index_of(texts)
    terms = question_terms(tokens_of(random_text(9, seed)), TABLE)
    similarity = similarities(terms, index.words, TABLE)

    slow = best_matches(*index.texts_of([tokens_of(text) for text in texts], similarity))

    assert np.diff(index.row_bounds).max() > 200, "words of both kinds"
    assert index.best_matches(similarity).tolist() == slow.tolist()


@settings(max_examples=60, deadline=None)
@given(texts=collections, other=texts_of_words, question=questions)
def test_a_word_of_no_passage_is_similar_to_nothing(
    texts: list[Text], other: Text, question: Text
) -> None:
    index = index_of(texts)
    similarity = similarities(question_terms(tokens_of(question), TABLE), index.words, TABLE)
    unknown = set(other) - {word for text in texts for word in text}

    known, order = index.texts_of([tokens_of(other)], similarity)

    for word, place in zip(other, order.places, strict=True):
        if word in unknown:
            assert not known[:, place].any()


@settings(max_examples=60, deadline=None)
@given(texts=collections, piece=st.integers(0, 60) | st.integers(0, 2**31 - 1))
def test_an_index_has_the_pieces_of_its_passages_and_no_others(
    texts: list[Text], piece: int
) -> None:
    index, tokens = index_of(texts), [tokens_of(text) for text in texts]
    is_known = piece in {token for text in texts for word in text for token in word}

    assert index.has_pieces_of(tokens)
    assert index.has_pieces_of([*tokens, tokens_of([(piece,)])]) == is_known
    assert not index.has_pieces_of([np.array([~piece], dtype=np.int32), *tokens])


@settings(max_examples=60, deadline=None)
@given(texts=collections, data=st.data())
def test_reading_what_was_written_is_identity(texts: list[Text], data: st.DataObject) -> None:
    languages = data.draw(st.lists(codes, min_size=len(texts), max_size=len(texts)))
    index = index_of(texts, languages)

    content = index.to_bytes()

    again = WordIndex.from_bytes(content)
    assert again.to_bytes() == content
    assert again.agrees_with(index)
    assert index.agrees_with(again)
    assert words_at(again) == words_at(index)


def test_indexes_of_other_words_passages_or_languages_do_not_agree() -> None:
    texts: list[Text] = [[(1,), (2, 3)], [(2, 3)]]
    index = index_of(texts)

    for other in (
        index_of([[(1,), (2, 4)], [(2, 3)]]),
        index_of([[(1,)], [(2, 3)]]),
        index_of(texts[:1]),
        index_of(texts, [LanguageCode("sl"), None]),
    ):
        assert not index.agrees_with(other)


@settings(max_examples=60, deadline=None)
@given(texts=collections.filter(len), place=st.integers(0), bit=st.integers(0, 7))
def test_damaged_bytes_are_refused(texts: list[Text], place: int, bit: int) -> None:
    content = bytearray(index_of(texts).to_bytes())
    content[place % len(content)] ^= 1 << bit

    with pytest.raises(ValueError, match="words"):
        WordIndex.from_bytes(bytes(content))


@pytest.mark.parametrize("content", [b"", b"kbwords1", b"x" * 1000])
def test_other_bytes_are_refused(content: bytes) -> None:
    assert not is_word_index(content)


def test_a_cut_index_is_refused_wherever_it_is_cut() -> None:
    content = index_of([[(1,), (2, 3)], [(2, 3)]]).to_bytes()

    assert is_word_index(content)
    assert not any(is_word_index(content[:length]) for length in range(len(content)))
    assert not is_word_index(None)


def test_equal_passages_match_equally_to_the_last_bit() -> None:
    text = random_text(50, seed=1)
    index = index_of([random_text(80, seed=2), *[text] * 15, random_text(9, seed=3)])
    terms = question_terms(tokens_of(random_text(9, seed=4)), TABLE)

    matches = index.best_matches(similarities(terms, index.words, TABLE))

    assert np.all(matches[:, 1:16] == matches[:, 1:2])
