"""`kb search`: ranked passages for people and for programs."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.articles import QUESTIONS, write_article
from tests.cli.command import Kb

RECORD_KEYS = ["question", "language", "hits"]
HIT_KEYS = [
    "rank",
    "score",
    "document",
    "title",
    "language",
    "date",
    "tags",
    "path",
    "start",
    "end",
    "first_line",
    "last_line",
    "text",
    "also",
]


def records(out: str) -> list[dict[str, Any]]:
    """Return the objects of a text with one JSON object per line."""
    return [json.loads(line) for line in out.split("\n") if line]


def batch_file(folder: Path, content: str | bytes) -> Path:
    path = folder / "questions.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("language", QUESTIONS)
def test_json_has_exactly_the_documented_keys(built: Kb, language: str) -> None:
    question, article, _ = QUESTIONS[language]

    (record,) = records(built("search", question, "--json").out)

    assert list(record) == RECORD_KEYS
    assert [list(hit) for hit in record["hits"]] == [HIT_KEYS] * 5
    assert record["question"] == question
    assert record["language"] == language
    assert record["hits"][0]["document"] == article
    assert record["hits"][0]["path"] == f"corpus/{article}"


def test_hits_are_ranked_by_falling_score_and_stand_in_their_files(built: Kb) -> None:
    (record,) = records(built("search", "Kiedy otwarte?", "-k", "100000", "--json").out)

    hits = record["hits"]
    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)
    for hit in hits:
        text = (built.folder / hit["path"]).read_text(encoding="utf-8")
        assert text[hit["start"] : hit["end"]] == hit["text"]


def test_json_writes_letters_and_not_escapes(built: Kb) -> None:
    out = built("search", "डाकघर कब खुलता है?", "--json").out

    assert "डाकघर" in out
    assert "\\u" not in out


@pytest.mark.parametrize("language", QUESTIONS)
def test_explain_adds_how_each_hit_did_in_every_stage(built: Kb, language: str) -> None:
    question = QUESTIONS[language][0]
    stages = ["mean vector", "words in the passage", "words close together"]
    stages += ["language bias", "close reading"]

    (record,) = records(built("search", question, "--explain", "--json").out)
    (plain,) = records(built("search", question, "--json").out)
    text = built("search", question, "--explain").out

    for hit in record["hits"]:
        assert [stage["name"] for stage in hit["stages"]] == stages
        for stage in hit.pop("stages"):
            assert set(stage) == {"name", "score", "rank", "of"}
            shown = f"{stage['name']}: {stage['score']:z.2f}, rank {stage['rank']} of {stage['of']}"
            assert f"    {shown}\n" in text
    for other in (other for hit in record["hits"] for other in hit["also"]):
        assert len(other.pop("stages")) == len(stages)
    assert record == plain


def test_k_limits_the_hits(built: Kb) -> None:
    assert len(records(built("search", "NPS", "-k", "2", "--json").out)[0]["hits"]) == 2


@pytest.mark.parametrize("language", QUESTIONS)
def test_lang_leaves_out_other_languages(built: Kb, language: str) -> None:
    out = built("search", "Wysokość latarni", "--lang", language.upper(), "--json").out

    assert {hit["language"] for hit in records(out)[0]["hits"]} == {language}


def test_text_names_the_file_and_the_lines(built: Kb) -> None:
    question, article, words = QUESTIONS["hi"]

    out = built("search", question, "-k", "1").out

    assert out.startswith("[1] hi  पहाड़ी डाकघर  corpus/" + article + ":7  score ")
    assert words in out


def test_a_changed_article_is_not_shown(built: Kb) -> None:
    question, article, _ = QUESTIONS["sl"]
    write_article(built.corpus, article, "Nekaj povsem drugega.")

    outcome = built("search", question, "-k", "100", "--json")

    assert "1 changed" in outcome.err
    assert article not in {hit["document"] for hit in records(outcome.out)[0]["hits"]}


def test_no_passage_at_all_is_said_with_its_own_exit_code(built: Kb) -> None:
    for path in built.corpus.rglob("*.*"):
        path.write_text("changed", encoding="utf-8")

    outcome = built("search", "NPS")

    assert outcome.code == 3
    assert outcome.out == ""
    assert "no passage" in outcome.err


# Batches


def test_a_batch_answers_one_object_per_line_in_order(built: Kb) -> None:
    questions = [question for question, _, _ in QUESTIONS.values()]

    outcome = built("search", "--batch", batch_file(built.folder, "\n".join(questions)), "-k", "1")

    found = records(outcome.out)
    assert [record["question"] for record in found] == questions
    assert [record["hits"][0]["document"] for record in found] == [
        article for _, article, _ in QUESTIONS.values()
    ]


def test_a_batch_gives_what_single_searches_give(built: Kb) -> None:
    questions = [question for question, _, _ in QUESTIONS.values()]

    batch = built("search", "--batch", batch_file(built.folder, "\n".join(questions) + "\n"))

    assert batch.out == "".join(built("search", question, "--json").out for question in questions)


@pytest.mark.parametrize("line", ["", "   ", "-", "?!", "🥐", "ą" * 5_000])
def test_a_batch_line_that_is_no_question_keeps_its_place(built: Kb, line: str) -> None:
    batch = batch_file(built.folder, f"članarina\n{line}\nlatarnia\n")

    outcome = built("search", "--batch", batch, stdin="šolarje\n")

    assert outcome.code == 0
    assert [(r["question"], bool(r["hits"])) for r in records(outcome.out)] == [
        ("članarina", True),
        (line, False),
        ("latarnia", True),
    ]


@pytest.mark.parametrize("mark", ["\x0b", "\x0c", "\x85", "\u2028"])
def test_only_line_ends_divide_a_batch(built: Kb, mark: str) -> None:
    batch = batch_file(built.folder, f"\ufeffčlanarina{mark}knjižnica\r\nlatarnia")

    outcome = built("search", "--batch", batch)

    assert [record["question"] for record in records(outcome.out)] == [
        f"članarina{mark}knjižnica",
        "latarnia",
    ]


@pytest.mark.parametrize("content", [None, "članarina".encode("cp1250")])
def test_a_batch_that_cannot_be_read_is_a_usage_error(built: Kb, content: bytes | None) -> None:
    path = built.folder / "missing.txt" if content is None else batch_file(built.folder, content)

    outcome = built("search", "--batch", path)

    assert outcome.code == 2
    assert "a UTF-8 file to read" in outcome.complaint


def test_search_takes_a_question_or_a_batch_and_not_both_or_neither(built: Kb) -> None:
    batch = batch_file(built.folder, "latarnia")

    both, neither = built("search", "latarnia", "--batch", batch), built("search")

    assert (both.code, neither.code) == (2, 2)
    assert "either a file of questions or a QUESTION" in both.complaint
    assert "write a few words" in neither.complaint


def test_a_dash_reads_the_question_from_standard_input(built: Kb) -> None:
    question, article, _ = QUESTIONS["pl"]

    (record,) = records(built("search", "-", "--json", stdin=question).out)

    assert record["hits"][0]["document"] == article
