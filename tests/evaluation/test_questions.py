import json
from pathlib import Path
from typing import Any

import pytest

from kb.errors import QuestionSetInvalid
from kb.evaluation.outcomes import holds_fact
from kb.evaluation.questions import check_ids, parse_questions

GOOD: dict[str, Any] = {
    "id": "čas-1",
    "kind": "number",
    "split": "tune",
    "topic": "first-response",
    "questions": {"sl": "Koliko minut?", "hi": "कितने मिनट?"},
    "expected": [{"document": "sl/čas.md", "text": "Odgovor pride v 9 minutah."}],
    "facts": {"sl": "9 minutah"},
    "why": "It says so.",
}


def line(**changes: Any) -> str:
    entries = {**GOOD, **changes}
    return json.dumps({key: value for key, value in entries.items() if value is not ...})


def test_a_question_is_read_with_all_its_wordings() -> None:
    (question,) = parse_questions(line(), "set.jsonl")

    assert (question.id, question.kind, question.split) == ("čas-1", "number", "tune")
    assert [(one.language, one.text) for one in question.wordings] == [
        ("sl", "Koliko minut?"),
        ("hi", "कितने मिनट?"),
    ]
    assert [(one.document_id, one.text) for one in question.expected] == [
        ("sl/čas.md", "Odgovor pride v 9 minutah.")
    ]
    assert question.facts == ("9 minutah",)


def test_id_questions_and_expected_are_enough() -> None:
    short = line(kind=..., split=..., topic=..., facts=..., why=...)

    (question,) = parse_questions(short, "set.jsonl")

    assert question.is_answerable
    assert question.kind == "answerable"


def test_the_example_in_the_documentation_is_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")
    example = page.split("```jsonl\n")[1].split("```")[0]

    first, second = parse_questions(example, "docs/evaluation.md")

    assert len(first.wordings) == 2
    assert holds_fact(first.expected[0].text, first.facts)
    assert not second.is_answerable


def test_a_question_without_expected_texts_is_unanswerable() -> None:
    (question,) = parse_questions(line(expected=[], facts={}, kind=...), "set.jsonl")

    assert not question.is_answerable
    assert question.kind == "unanswerable"


def test_decomposed_text_is_composed_as_articles_are() -> None:
    expected = [{"document": "sl/a.md", "text": "C\u030cas"}]

    (question,) = parse_questions(line(expected=expected), "set.jsonl")

    assert question.expected[0].text == "Čas"


def test_empty_lines_are_skipped_and_counted() -> None:
    with pytest.raises(QuestionSetInvalid, match="line 4"):
        parse_questions(f"\n{line()}\r\n\n{{\n", "set.jsonl")


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "JSON"),
        ("[]", "not a JSON object"),
        (line(expeted=[]), "unknown key 'expeted'"),
        (line(id=...), "'id' is missing"),
        (line(id=7), "'id' is missing or not a text"),
        (line(questions=...), '"questions" is missing'),
        (line(questions={}), '"questions" is missing'),
        (line(questions={"Slovenian": "Kaj?"}), "no ISO 639-1 code"),
        (line(questions={"sl": "?!"}), "has no words"),
        (line(questions={"sl": None}), "has no words"),
        (line(expected=...), "'expected' is missing"),
        (line(expected=["sl/a.md"]), "not a document with a text"),
        (line(expected=[{"document": "sl/a.md"}]), "not a document with a text"),
        (line(expected=[{"document": "sl/a.md", "text": " "}]), "'text' is missing"),
        (line(facts=["9"]), "'facts' is no object"),
        (line(facts={"sl": ""}), "'sl' is missing"),
        (line(facts={"sl": "%"}), "the fact in 'sl' has no words"),
        (line(expected=[]), "'facts' without 'expected'"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wrong(wrong: str, complaint: str) -> None:
    with pytest.raises(QuestionSetInvalid) as caught:
        parse_questions(f"{line()}\n{wrong}\n", "my/set.jsonl")

    assert "'my/set.jsonl', line 2: " in str(caught.value)
    assert complaint in str(caught.value)


def test_a_file_without_a_question_is_refused() -> None:
    with pytest.raises(QuestionSetInvalid, match="there is no question"):
        parse_questions("\n\n", "set.jsonl")


def test_an_id_may_stand_once_in_all_files() -> None:
    questions = parse_questions(line(), "a.jsonl") + parse_questions(line(), "b.jsonl")

    with pytest.raises(QuestionSetInvalid, match="'čas-1' stands twice"):
        check_ids(questions, "a.jsonl, b.jsonl")
