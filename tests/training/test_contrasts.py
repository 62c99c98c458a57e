"""The passages and questions written for training: whole, and nothing but the answer tells."""

import re
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from kb.embedding.embedded import EmbeddedModel
from training.cleaning import HeldOut
from training.contrasts import (
    ANSWER,
    ANY_SUBJECT,
    CONTRASTS,
    NEAR_SUBJECT,
    SAME_SUBJECT,
    UNANSWERED,
    Example,
    examples,
    read_contrasts,
)

SUBJECTS = read_contrasts()
PASSAGES = [passage for subject in SUBJECTS for passage in subject]
LINES = [line.split("\t") for line in CONTRASTS.read_text(encoding="utf-8").splitlines() if line]
LANGUAGES = {"sl", "pl", "hi", "ro", "en"}
QUESTIONS = Path(__file__).parents[1] / "quality"
DEVANAGARI, LATIN = re.compile("[\u0900-\u097f]"), re.compile("[A-Za-z]")
SOME = SUBJECTS[::40]


@pytest.fixture(scope="module")
def some_examples(embedded_model: EmbeddedModel) -> list[Example]:
    return list(examples(SOME, embedded_model, np.random.default_rng(1)))


def texts_of(line: list[str]) -> list[str]:
    return [text for text in line[1:] if not re.fullmatch(r"[\d,]+", text)]


def test_every_line_is_of_a_language_and_has_what_its_sign_asks_for() -> None:
    for key, *rest in LINES:
        assert key.lstrip("+-") in LANGUAGES
        assert all(rest)
        if key[0] in "+-":
            assert len(rest) == 2, rest
            assert (re.fullmatch(r"\d+(,\d+)*", rest[1]) is not None) == (key[0] == "+"), rest


def test_every_language_has_its_share_of_passages_and_of_questions_of_both_signs() -> None:
    for sign in ("", "+", "-"):
        counts = Counter(key[len(sign) :] for key, *_ in LINES if key.rstrip("aeinhloprs") == sign)
        assert set(counts) == LANGUAGES
        assert min(counts.values()) > 0.15 * counts.total()


def test_texts_are_composed_and_romanian_has_its_commas() -> None:
    texts = [text for line in LINES for text in texts_of(line)]
    assert [text for text in texts if unicodedata.normalize("NFC", text) != text] == []
    assert [text for text in texts if re.search("[şţŞŢ]", text)] == []


def test_hindi_and_nothing_else_is_mostly_in_devanagari() -> None:
    for key, *rest in LINES:
        text = rest[0] if key[0] in "+-" else " ".join(rest)
        is_hindi = len(DEVANAGARI.findall(text)) > len(LATIN.findall(text))
        assert is_hindi == key.endswith("hi"), text


def test_no_question_is_asked_twice() -> None:
    asked = Counter(rest[0] for key, *rest in LINES if key[0] in "+-")
    assert [question for question, count in asked.items() if count > 1] == []


def test_nothing_has_words_of_the_judged_questions() -> None:
    judged = re.findall(
        r'"(?:en|sl|pl|hi|ro|text)": ?"((?:[^"\\]|\\.)*)"',
        "\n".join(path.read_text(encoding="utf-8") for path in QUESTIONS.rglob("*.jsonl")),
    )
    held_out = HeldOut([], judged)
    assert [text for line in LINES for text in texts_of(line) if held_out.has(text)] == []


def test_a_sentence_that_answers_is_in_the_passage_and_not_in_what_remains() -> None:
    for passage in PASSAGES:
        for question in passage.questions:
            gone = [one for one in passage.sentences if one not in question.remains]
            assert bool(gone) == question.is_answered, question
            assert question.answer not in " ".join(question.remains), question
            assert question.remains


def test_each_question_comes_once_with_its_answer_and_once_without(
    some_examples: list[Example],
) -> None:
    answers = {
        question.text: [one for one in passage.sentences if one not in question.remains]
        or [question.answer]
        for subject in SOME
        for passage in subject
        for question in passage.questions
    }
    contrasts = [one for one in some_examples if one.weight == 1]
    for question, sentences in answers.items():
        kinds = {one.kind: one.text for one in contrasts if one.question == question}
        assert set(kinds) == {ANSWER, UNANSWERED}
        for sentence in sentences:
            assert sentence in kinds[ANSWER]
            assert sentence not in kinds[UNANSWERED]


def test_how_a_question_is_put_does_not_tell_whether_it_is_answered(
    some_examples: list[Example],
) -> None:
    of_question: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    for one in some_examples:
        if one.kind in {ANSWER, UNANSWERED}:
            of_question[one.question][one.answers] += 1
    assert all(signs[True] == signs[False] for signs in of_question.values())


def test_texts_on_other_subjects_are_of_other_subjects(some_examples: list[Example]) -> None:
    subject_of = {
        passage.text: number for number, subject in enumerate(SOME) for passage in subject
    }
    for one in some_examples:
        if one.kind in {NEAR_SUBJECT, ANY_SUBJECT}:
            assert subject_of[one.text] != one.subject
        elif one.kind == SAME_SUBJECT:
            assert subject_of[one.text] == one.subject
