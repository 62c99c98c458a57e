"""The texts written for training: whole rows, each language in its own script, no test text."""

import re
import unicodedata
from pathlib import Path

import pytest

from training.cleaning import HeldOut, Pair, normalized
from training.restatements import RESTATEMENTS, SOURCE, read_restatements

HEADER, *ROWS = [line.split("\t") for line in RESTATEMENTS.read_text(encoding="utf-8").splitlines()]
QUESTIONS = Path(__file__).parents[1] / "quality"
DEVANAGARI = re.compile("[\u0900-\u097f]")


def test_every_row_has_a_text_in_every_language() -> None:
    assert HEADER == ["en", "sl", "pl", "hi", "ro"]
    assert [row for row in ROWS if len(row) != len(HEADER) or not all(map(normalized, row))] == []


def test_texts_are_composed_and_romanian_has_its_commas() -> None:
    texts = [text for row in ROWS for text in row]
    assert [text for text in texts if unicodedata.normalize("NFC", text) != text] == []
    assert [text for text in texts if re.search("[şţŞŢ]", text)] == []


def test_hindi_and_nothing_else_is_in_devanagari() -> None:
    for row in ROWS:
        written = [bool(DEVANAGARI.search(text)) for text in row]
        assert written == [language == "hi" for language in HEADER], row


def test_no_thought_comes_twice() -> None:
    english = [normalized(row[0]) for row in ROWS]
    assert len(set(english)) == len(english)


def test_no_row_has_words_of_the_judged_questions() -> None:
    judged = re.findall(
        r'"(?:en|sl|pl|hi|ro|text)": ?"((?:[^"\\]|\\.)*)"',
        "\n".join(path.read_text(encoding="utf-8") for path in QUESTIONS.rglob("*.jsonl")),
    )
    assert len(judged) > 1_000
    held_out = HeldOut([], judged)
    assert [text for row in ROWS for text in row if held_out.has(text)] == []


@pytest.mark.parametrize("held_out_text", ["a dog", "pes"])
def test_a_row_with_a_test_text_is_left_out_whole(tmp_path: Path, held_out_text: str) -> None:
    path = tmp_path / "rows.tsv"
    path.write_text("en\tsl\tpl\na dog\tpes\tpies\nthe cat\tmačka\tkot\n", encoding="utf-8")
    assert list(read_restatements(HeldOut([], [held_out_text]), path)) == [
        Pair("the cat", "mačka", "sl", SOURCE),
        Pair("the cat", "kot", "pl", SOURCE),
    ]
