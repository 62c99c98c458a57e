"""The filter of known words knows every word that was put in, and hardly any other."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.embedding.embedded import EmbeddedModel, spelt
from kb.embedding.known_words import KnownWords

words = st.lists(st.text(min_size=1), unique=True, max_size=40)


@given(words=words)
def test_every_word_that_was_put_in_is_known(words: list[str]) -> None:
    known = KnownWords.of(words)

    assert all(word in known for word in words)


def test_about_one_other_word_of_120_is_taken_for_known() -> None:
    known = KnownWords.of([f"known {number}" for number in range(5_000)])

    taken = sum(f"other {number}" in known for number in range(20_000))

    assert 20_000 / 240 < taken < 20_000 / 60


def test_a_written_filter_reads_the_same(tmp_path: Path) -> None:
    names = [f"word {number}" for number in range(500)]
    (tmp_path / "filter").write_bytes(KnownWords.of(names[:250]).to_bytes())

    known = KnownWords.read(tmp_path / "filter")

    assert all(name in known for name in names[:250])
    assert sum(name in known for name in names[250:]) < 25


def test_without_a_file_or_words_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()

    for known in (
        KnownWords.of(()),
        KnownWords.read(tmp_path / "missing"),
        KnownWords.read(tmp_path / "empty"),
    ):
        assert "word" not in known


@pytest.mark.parametrize("word", ["ugodnost", "kolegów", "सक्सेस", "înmuiat", "loaves"])
def test_the_embedded_model_knows_words_that_it_cuts(
    embedded_model: EmbeddedModel, word: str
) -> None:
    assert embedded_model.is_known(spelt(word))
    assert not embedded_model.is_piece(spelt(word))


@pytest.mark.parametrize("word", ["knjiznca", "najelpiej", "सहयता", "cliennt", "custmers"])
def test_the_embedded_model_knows_no_typing_errors(
    embedded_model: EmbeddedModel, word: str
) -> None:
    assert not embedded_model.is_known(spelt(word))
