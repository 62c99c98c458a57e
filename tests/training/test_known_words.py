"""Words that found text has more than once are known: what stands there once may be a slip."""

from pathlib import Path

import pytest

from kb.embedding.embedded import spelt
from kb.embedding.known_words import KnownWords
from training.known_words import write_known_words

TEXTS = {
    "sl": ("Pritožbe rešujemo hitro.", "PRITOZBE so redke.", "pritožbe", "redke"),
    "pl": ("Łatwo złożyć skargę.", "LATWO pisać", "łatwo", "złożyć"),
    "hi": ("शिकायतें जल्दी सुलझती हैं।", "शिकायतें कम हैं।", "शिकायतें", "सुलझती"),
    "ro": ("Știm ce aşteptaţi.", "STIM tot.", "știm", "tot"),
    "en": ("Two loaves, please.", "LOAVES again", "loaves", "again"),
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_word_that_stands_there_twice_is_known_however_it_is_typed(
    tmp_path: Path, language: str
) -> None:
    *texts, twice, once = TEXTS[language]

    write_known_words(texts, [], tmp_path / "words")

    known = KnownWords.read(tmp_path / "words")
    assert spelt(twice) in known
    assert spelt(once) not in known


@pytest.mark.parametrize("language", TEXTS)
def test_a_word_of_a_text_written_for_training_is_known_at_once(
    tmp_path: Path, language: str
) -> None:
    *texts, _, once = TEXTS[language]

    write_known_words([], texts, tmp_path / "words")

    assert spelt(once) in KnownWords.read(tmp_path / "words")
