"""The judged questions are sound: what they expect stands there, and the halves are apart."""

import json
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kb.evaluation.outcomes import holds_fact
from kb.evaluation.questions import check_ids, parse_questions
from kb.normalization import fold

REPOSITORY = Path(__file__).parents[2]
HALVES = sorted((REPOSITORY / "tests" / "quality" / "questions").glob("*.jsonl"))
FILES = [*HALVES, *sorted((REPOSITORY / "tests" / "quality").glob("*.jsonl"))]
LANGUAGES = {"sl", "pl", "hi", "ro", "en"}
UNANSWERABLE = {"near-miss", "off-topic"}


def lines(*files: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()
    ]


def article(document: str) -> str:
    return (REPOSITORY / "corpus" / document).read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_line_is_a_question(file: Path) -> None:
    parse_questions(file.read_text(encoding="utf-8"), file.name)


def test_ids_are_unique() -> None:
    questions = [
        question
        for file in FILES
        for question in parse_questions(file.read_text(encoding="utf-8"), file.name)
    ]

    check_ids(questions, "the set")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_expected_text_stands_in_its_article(file: Path) -> None:
    missing = [
        (line["id"], expected["text"])
        for line in lines(file)
        for expected in line["expected"]
        if expected["text"] not in article(expected["document"])
    ]

    assert missing == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_fact_stands_in_an_expected_text_of_its_language(file: Path) -> None:
    missing = [
        (line["id"], fact)
        for line in lines(file)
        for language, fact in line["facts"].items()
        if not any(
            holds_fact(expected["text"], [fact])
            for expected in line["expected"]
            if expected["document"].startswith(f"{language}/")
        )
    ]

    assert missing == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_all_text_is_composed_and_romanian_has_no_cedilla(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert unicodedata.is_normalized("NFC", text)
    assert not set(text) & set("şţŞŢ")


def test_every_question_is_asked_in_all_five_languages() -> None:
    assert [line["id"] for line in lines(*HALVES) if set(line["questions"]) != LANGUAGES] == []


def test_no_wording_stands_twice() -> None:
    wordings = Counter(
        (language, fold(text))
        for line in lines(*HALVES)
        for language, text in line["questions"].items()
    )

    assert [wording for wording, count in wordings.items() if count > 1] == []


def test_there_are_enough_questions_of_both_sorts() -> None:
    kinds = Counter(line["kind"] for line in lines(*HALVES))
    unanswerable = sum(kinds[kind] for kind in UNANSWERABLE)

    assert kinds.total() - unanswerable >= 100
    assert unanswerable >= 100
    assert 0.4 <= kinds["near-miss"] / unanswerable <= 0.6


def test_only_unanswerable_kinds_expect_nothing() -> None:
    wrong = [
        line["id"]
        for line in lines(*HALVES)
        if (line["kind"] in UNANSWERABLE) != (line["expected"] == [])
    ]

    assert wrong == []


def test_every_article_and_language_is_asked_about() -> None:
    asked = {expected["document"] for line in lines(*HALVES) for expected in line["expected"]}

    corpus = REPOSITORY / "corpus"
    assert asked == {path.relative_to(corpus).as_posix() for path in corpus.rglob("*.md")}


def test_no_topic_and_no_article_is_in_both_halves() -> None:
    halves: dict[str, list[set[str]]] = {"tune": [set(), set()], "test": [set(), set()]}
    for line in lines(*HALVES):
        topics, articles = halves[line["split"]]
        topics.add(line["topic"])
        articles |= {expected["document"] for expected in line["expected"]}

    for tuned, tested in zip(halves["tune"], halves["test"], strict=True):
        assert tuned & tested == set()


def test_the_halves_are_of_like_size() -> None:
    sizes = Counter((line["split"], line["expected"] == []) for line in lines(*HALVES))

    for is_unanswerable in (True, False):
        tuned, tested = sizes["tune", is_unanswerable], sizes["test", is_unanswerable]
        assert 0.4 <= tuned / (tuned + tested) <= 0.6
