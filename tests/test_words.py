"""Words from tokens, held against a plain loop over the tokens."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.embedding.embedded import EmbeddedModel
from kb.words import TextWords
from tests.prose import LANGUAGES, SENTENCES
from tests.token_table import RandomTable, Word, texts_of_words, tokens_of

TABLE = RandomTable()


def words_in(words: TextWords, text: int) -> list[int]:
    """Return which distinct word stands at each place of a text."""
    return [
        int(place)
        for place in words.order.places[words.order.starts[text] : words.order.ends[text]]
    ]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_text_that_begins_within_a_word_is_refused(place: int) -> None:
    texts = [tokens_of([(1,), (2, 3)]), tokens_of([]), tokens_of([(4,)])]
    texts[place] = np.array([~5, 6], dtype=np.int32)

    with pytest.raises(ValueError, match="within a word"):
        TextWords(texts, TABLE)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(texts_of_words, max_size=6))
def test_every_word_is_the_sum_of_its_tokens_whatever_text_it_stands_in(
    texts: list[list[Word]],
) -> None:
    words = TextWords([tokens_of(text) for text in texts], TABLE)

    for i, text in enumerate(texts):
        found = words_in(words, i)
        assert len(found) == len(text)
        for place, word in zip(found, text, strict=True):
            assert words.vectors[place] == pytest.approx(TABLE.word_vector(word), abs=1e-5)
            assert words.texts[place] == TABLE.word_text(word)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(texts_of_words, max_size=6))
def test_equal_words_are_one_distinct_word_and_others_are_not(texts: list[list[Word]]) -> None:
    words = TextWords([tokens_of(text) for text in texts], TABLE)

    pairs = {
        (word, place)
        for i, text in enumerate(texts)
        for word, place in zip(text, words_in(words, i), strict=True)
    }
    assert len(pairs) == len({word for word, _ in pairs}) == len({place for _, place in pairs})
    assert len(words.texts) == len(words.vectors) == len(pairs)


def test_no_texts_have_no_words() -> None:
    words = TextWords([], TABLE)

    assert (
        len(words.order.starts),
        len(words.order.ends),
        len(words.order.places),
        words.texts,
    ) == (0, 0, 0, ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_a_sentence_have_its_letters_in_order(
    embedded_model: EmbeddedModel, language: str
) -> None:
    sentence = SENTENCES[language][0]

    words = TextWords(embedded_model.token_ids([sentence]), embedded_model)

    folded = [words.texts[place] for place in words_in(words, 0)]
    assert len(folded) == len(sentence.split())
    assert np.all([word == word.casefold() for word in folded])
    assert folded[-1][0] == sentence.split()[-1][0]
