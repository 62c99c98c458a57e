"""Pieces are those of Hugging Face's tokenizers, for any text and any vocabulary."""

import sys
import unicodedata
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Encoding
from tokenizers import Tokenizer as Library

from kb.embedding import tokenizer as module
from kb.embedding.embedded import MODEL_FILE
from kb.embedding.model_file import read_model_file
from kb.embedding.tokenizer import UNKNOWN, UNKNOWN_ID, Tokenizer, normalised
from tests.embedding.writing import (
    LONG,
    SCRIPTS,
    UNKNOWN_SIGNS,
    WORDLESS,
    any_text,
    articles,
    younger_than_the_library,
)
from training.wordpieces import normalizer, tokenizer_of


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    file = read_model_file(MODEL_FILE)
    return Tokenizer(file.pieces, file.scores.tolist(), file.punctuation)


@pytest.fixture(scope="session")
def library(exported: Path) -> Library:
    return Library.from_file(str(exported / "tokenizer.json"))


def encoded(library: Library, texts: Sequence[str]) -> list[Encoding]:
    return library.encode_batch(list(texts), add_special_tokens=False)


def tokens_of(encoding: Encoding) -> list[int]:
    """Return the tokens of words with a letter or digit, as `TokenVectors` wants them."""
    tokens: list[int] = []
    pieces = zip(encoding.ids, encoding.tokens, encoding.word_ids, strict=True)
    for _, word in groupby(pieces, key=lambda piece: piece[2]):
        ids, texts, _ = zip(*word, strict=True)
        known = [text for id_, text in zip(ids, texts, strict=True) if id_ != UNKNOWN_ID]
        if any(map(str.isalnum, "".join(known))):
            tokens += [ids[0], *(~id_ for id_ in ids[1:])]
    return tokens


@pytest.mark.parametrize("texts", [SCRIPTS, UNKNOWN_SIGNS, WORDLESS, LONG, articles()], ids=len)
def test_pieces_and_words_are_those_of_the_library(
    texts: Sequence[str], tokenizer: Tokenizer, library: Library
) -> None:
    for text, encoding in zip(texts, encoded(library, texts), strict=True):
        assert tokenizer.pieces(text) == encoding.ids
        assert tokenizer.tokens(text) == tokens_of(encoding)


@given(text=any_text())
def test_pieces_and_words_of_any_text_are_those_of_the_library(
    text: str, tokenizer: Tokenizer, library: Library
) -> None:
    (encoding,) = encoded(library, [text])

    assert tokenizer.pieces(text) == encoding.ids
    assert tokenizer.tokens(text) == tokens_of(encoding)


def test_every_assigned_character_gives_the_pieces_of_the_library(
    tokenizer: Tokenizer, library: Library
) -> None:
    characters = [
        chr(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) not in {"Cn", "Co", "Cs"}
    ]
    texts = [f"a{character}b" for character in characters]

    differing = {
        character
        for character, text, encoding in zip(
            characters, texts, encoded(library, texts), strict=True
        )
        if tokenizer.pieces(text) != encoding.ids
    }

    assert differing <= younger_than_the_library()


def test_characters_that_the_library_is_too_old_for_are_few_and_young() -> None:
    young = younger_than_the_library()

    assert len(young) < 400
    assert {unicodedata.ucd_3_2_0.category(character) for character in young} == {"Cn"}


@given(text=any_text())
def test_a_text_is_normalised_as_by_the_library(text: str) -> None:
    # The library's lower case is that of a later Unicode, of letters that have no piece.
    known = "".join(c for c in text if unicodedata.category(c) != "Cn")

    assert normalised(known) == normalizer().normalize_str(known)


vocabularies = st.dictionaries(
    st.text("▁ab", min_size=1, max_size=4),
    # Few values, so that paths with equal sums are common.
    st.sampled_from([-1.0, -2.0, -3.0, -4.0, -7.5]),
    min_size=1,
    max_size=12,
)


@st.composite
def vocabulary_and_word(draw: st.DrawFn) -> tuple[dict[str, float], str]:
    vocabulary = draw(vocabularies)
    parts = st.sampled_from([*vocabulary, "a", "b", "c", "𓀀"])
    return vocabulary, "".join(draw(st.lists(parts, max_size=6)))


@given(drawn=vocabulary_and_word())
@example(drawn=({"▁": -1.0, "a": -1.0, "b": -1.0, "abababab": -2.0}, "abababab"))
@example(drawn=({"▁": -1.0, "ab": -7.0, "c": -7.0, "bc": -1.0}, "abc"))  # Not [UNK], "bc".
@example(drawn=({"▁": -1.0, "ab": -9.0, "c": -9.0, "bc": 4.0}, "abc"))  # [UNK], "bc".
def test_with_any_vocabulary_the_best_path_is_that_of_the_library(
    drawn: tuple[dict[str, float], str],
) -> None:
    vocabulary, word = drawn
    pieces = [(UNKNOWN, 0.0), *vocabulary.items()]
    texts, scores = zip(*pieces, strict=True)

    ids = Tokenizer(texts, scores, punctuation="").pieces(word)

    assert ids == tokenizer_of(pieces).encode(word, add_special_tokens=False).ids


def test_the_path_with_the_greatest_sum_is_taken() -> None:
    pieces = (UNKNOWN, "▁", "▁a", "▁ab", "b", "c", "bc")
    scores = (0.0, -1.0, -2.0, -2.5, -2.0, -2.0, -2.25)

    ids = Tokenizer(pieces, scores, punctuation="").pieces("abc")

    assert [pieces[id_] for id_ in ids] == ["▁a", "bc"]


def test_what_is_remembered_and_forgotten_changes_no_piece(
    monkeypatch: pytest.MonkeyPatch, tokenizer: Tokenizer
) -> None:
    file = read_model_file(MODEL_FILE)
    forgetful = Tokenizer(file.pieces, file.scores.tolist(), file.punctuation)
    monkeypatch.setattr(module, "_REMEMBERED_STRETCHES", 3)
    monkeypatch.setattr(module, "_REMEMBERED_CHARS", 6)

    for text in (*SCRIPTS, *articles()[:50], *SCRIPTS):
        assert forgetful.pieces(text) == tokenizer.pieces(text)
        assert len(forgetful._cuts) <= 3
        assert all(len(stretch) <= 6 for stretch in forgetful._cuts)
