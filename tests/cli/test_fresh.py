"""`--fresh`: what changed in the articles is indexed before the question is answered."""

import json
from pathlib import Path

import pytest

from tests.cli.articles import ARTICLES, QUESTIONS, write_article
from tests.cli.command import Kb
from tests.store.version_1 import make_version_1

FERRY = "The ferry Halcyon crosses the strait in 26 minutes."
QUESTION = "How many minutes does the ferry Halcyon take?"


@pytest.mark.parametrize("language", QUESTIONS)
def test_an_article_edited_since_the_build_is_quoted_as_it_is_now(built: Kb, language: str) -> None:
    question, name, words = QUESTIONS[language]
    digit = next(character for character in words if character.isdigit())
    edited = words.replace(digit, "7")
    write_article(built.corpus, name, ARTICLES[name].replace(words, edited))

    stale = built("ask", question)
    fresh = built("ask", question, "--fresh")

    assert words not in stale.out
    assert f"1 changed ('{name}'); run `kb build`" in stale.err
    assert fresh.code == 0
    assert edited in fresh.out
    assert "differ" not in fresh.err


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_new_article_is_found_and_a_removed_one_is_not(built: Kb, command: str) -> None:
    write_article(built.corpus, "ferry.md", FERRY)
    (built.corpus / "pl/latarnia.md").unlink()

    outcome = built(command, QUESTION, "--fresh")

    assert "26 minutes" in outcome.out
    assert "latarnia" not in outcome.out
    assert built("status", "--check").code == 0


def test_without_a_change_nothing_is_built(built: Kb) -> None:
    outcome = built("search", QUESTION, "--fresh")

    assert outcome.err == ""
    assert "generation 1," in built("status").out


def test_without_an_index_the_first_build_is_enough(kb: Kb) -> None:
    outcome = kb("ask", QUESTIONS["sl"][0], "--fresh")

    assert outcome.code == 0
    assert outcome.err.count("building the index") == 1
    assert "generation 1," in kb("status").out


def test_what_keeps_a_build_from_its_work_is_a_notice(built: Kb) -> None:
    question, name, words = QUESTIONS["ro"]
    for other in set(ARTICLES) - {name}:
        (built.corpus / other).unlink()

    outcome = built("ask", question, "--fresh")

    assert outcome.code == 0
    assert words in outcome.out
    assert "changes are not indexed: 4 of 5 indexed articles are gone" in outcome.err
    assert "4 removed" in outcome.err


def test_a_skipped_article_is_a_notice(built: Kb) -> None:
    (built.corpus / "old.txt").write_bytes(b"\xff")

    outcome = built("ask", QUESTIONS["sl"][0], "--fresh")

    assert outcome.code == 0
    assert "skipped 'old.txt': not UTF-8" in outcome.err


def test_a_batch_is_answered_from_the_articles_as_they_are(built: Kb, tmp_path: Path) -> None:
    write_article(built.corpus, "ferry.md", FERRY)
    (tmp_path / "questions.txt").write_text(f"{QUESTION}\n", encoding="utf-8")

    outcome = built("search", "--batch", "questions.txt", "--fresh")

    assert json.loads(outcome.out)["hits"][0]["document"] == "ferry.md"


# An index of the older format


@pytest.mark.parametrize("arguments", [[], ["--fresh"]])
def test_a_question_brings_an_older_index_up_to_date_and_keeps_saved_answers(
    built: Kb, arguments: list[str]
) -> None:
    question, _, words = QUESTIONS["pl"]
    built("ask", question)
    make_version_1(built.index)

    outcome = built("ask", QUESTIONS["hi"][0], *arguments)

    assert outcome.code == 0
    assert outcome.err.startswith("kb: bringing the index in 'index' up to date first\n")
    assert QUESTIONS["hi"][2] in outcome.out
    assert words in built("export", "--all").out
    assert "generation 1," in built("status").out


def test_other_commands_name_the_command_that_helps(built: Kb) -> None:
    make_version_1(built.index)

    for command in ("status", "export"):
        assert "older format 1; run `kb build`" in built(command).complaint
    assert "0 embedded" in built("build").out
    assert built("status", "--check").code == 0
