import json

import pytest

from kb.evaluation.runs import Run
from kb.rendering.runs import run_from_json, run_to_json, run_to_text
from tests.evaluation.outcomes import found, outcome

RUN = Run(
    version="0.1.0",
    model="embedded",
    fingerprint="abc",
    articles=16,
    passages=123,
    articles_sha256="00ff",
    run_at="2026-05-01T10:00:00+00:00",
    outcomes=(
        outcome("vprašanje", "sl", found("hi", 2, 11), found("sl"), has_fact=True),
        outcome("vprašanje", "hi", found("hi", 1), found("sl", 3), has_fact=False),
        outcome("प्रश्न", "hi", confidence=0.123456789),
    ),
)


def test_a_kept_run_comes_back_the_same() -> None:
    assert run_from_json(run_to_json(RUN)) == RUN


def test_letters_are_kept_as_they_are() -> None:
    assert "प्रश्न" in run_to_json(RUN)


def test_text_begins_with_what_was_asked_of_what() -> None:
    first, *_ = run_to_text(RUN, per_question=False).split("\n")

    assert first == (
        "1 (2) answerable and 1 (1) unanswerable questions (wordings)"
        " over 123 passages in 16 articles, model embedded"
    )


def test_every_question_is_shown_only_when_asked_for() -> None:
    assert "vprašanje" in run_to_text(RUN, per_question=True)
    assert "vprašanje" not in run_to_text(RUN, per_question=False)


def test_a_run_with_an_unknown_entry_is_refused() -> None:
    record = json.loads(run_to_json(RUN))
    record["outcomes"][0]["rank"] = 1

    with pytest.raises(ValueError, match="unknown entries"):
        run_from_json(json.dumps(record))
