"""`kb eval`: judged questions over one's own articles and over the bundled ones."""

import json
from pathlib import Path

import pytest

from kb.cli.bundled import bundled_question_files, bundled_settings, clone_folder
from kb.errors import BundledSetMissing
from tests.cli.articles import QUESTIONS, UNANSWERED
from tests.cli.command import Kb

EXPECTED = {
    "sl/knjiznica.md": "Letna članarina za odrasle stane 12 evrov",
    "pl/latarnia.md": "Latarnia morska w Jastarowie ma 34 metry wysokości",
    "hi/डाकघर.md": "पाँच किलो तक के पार्सल का शुल्क 120 रुपये है।",
    "ro/muzeu.txt": "Intrarea costă 18 lei",
    "en/bakery.md": "Its sourdough loaf weighs 800 grams and costs 4.50 pounds.",
}


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """Five answerable questions and one that is not, one of them in a split of its own."""
    lines = [
        {
            "id": article,
            "kind": "ločljivo",
            "split": "mine" if language == "hi" else "",
            "questions": {language: text},
            "expected": [{"document": article, "text": EXPECTED[article]}],
            "facts": {language: fact},
        }
        for language, (text, article, fact) in QUESTIONS.items()
    ]
    lines.append({"id": "nothing", "questions": {"en": UNANSWERED}, "expected": []})
    path = tmp_path / "vprašanja.jsonl"
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_own_questions_are_measured_over_own_articles(built: Kb, questions: Path) -> None:
    outcome = built("eval", questions)

    assert outcome.code == 0
    assert outcome.out.startswith("5 (5) answerable and 1 (1) unanswerable questions (wordings)")
    assert "5 articles" in outcome.out
    overall = next(line for line in outcome.out.split("\n") if line.startswith("all       any"))
    assert overall.split()[2:4] == ["5", "1.000"]


def test_every_question_is_shown_when_asked_for(built: Kb, questions: Path) -> None:
    outcome = built("eval", questions, "--per-question")

    table = next(part for part in outcome.out.split("\n\n") if part.startswith("Question by"))
    rows = [line.split() for line in table.split("\n")[2:]]
    assert [(row[0], row[-1]) for row in rows] == [
        *((language, article) for language, (_, article, _) in QUESTIONS.items()),
        ("en", "nothing"),
    ]


def test_a_saved_run_compared_with_itself_differs_in_nothing(
    built: Kb, questions: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "run.json"
    saved.write_text(built("eval", questions, "--json").out, encoding="utf-8")

    outcome = built("eval", "--compare", saved, saved, "--json")

    rows = json.loads(outcome.out)["comparison"]
    assert {row["B-A"] for row in rows} == {0}
    assert {row["figure"] for row in rows} >= {"success@1", "MRR@10", "fact", "AUC"}


def test_the_saved_run_holds_every_wording_and_table(built: Kb, questions: Path) -> None:
    run = json.loads(built("eval", questions, "--json").out)

    articles = [article for _, article, _ in QUESTIONS.values()]
    assert [one["question_id"] for one in run["outcomes"]] == [*articles, "nothing"]
    assert run["outcomes"][0]["quotes"][0]["document_id"] == "sl/knjiznica.md"
    assert set(run["tables"]) == {"retrieval", "kinds", "answers", "abstention", "time"}


def test_measuring_saves_no_answer_and_leaves_the_index_as_it_is(
    built: Kb, questions: Path
) -> None:
    before = (built.index / "kb.sqlite3").read_bytes()

    built("eval", questions)

    assert (built.index / "kb.sqlite3").read_bytes() == before
    assert "no answer is saved yet" in built("export").complaint


def test_a_split_takes_its_questions_only(built: Kb, questions: Path) -> None:
    outcome = built("eval", questions, "--split", "mine")

    assert outcome.out.startswith("1 (1) answerable and 0 (0) unanswerable")


def test_a_split_that_no_question_names_is_a_usage_error(built: Kb, questions: Path) -> None:
    outcome = built("eval", questions, "--split", "test")

    assert outcome.code == 2
    assert "one that the questions name: mine" in outcome.complaint


def test_questions_have_to_come_from_somewhere(built: Kb) -> None:
    outcome = built("eval")

    assert outcome.code == 2
    assert "a file of questions, or --bundled" in outcome.complaint


def test_a_broken_line_is_named(built: Kb, questions: Path) -> None:
    questions.write_text('{"id": "x"}\n', encoding="utf-8")

    outcome = built("eval", questions)

    assert outcome.code == 1
    assert f"{str(questions)!r}, line 1: " in outcome.complaint


def test_a_file_that_is_not_there_is_named(built: Kb) -> None:
    outcome = built("eval", "ni.jsonl")

    assert outcome.code == 1
    assert "'ni.jsonl'" in outcome.complaint


def test_an_expected_text_that_moved_away_is_named_with_its_question(
    built: Kb, questions: Path
) -> None:
    text = questions.read_text(encoding="utf-8-sig").replace("18 lei", "19 lei")
    questions.write_text(text, encoding="utf-8")

    outcome = built("eval", questions)

    assert outcome.code == 1
    assert "question 'ro/muzeu.txt' expects" in outcome.complaint


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": 99}', '{"format": 1}'])
def test_what_is_no_saved_run_is_refused(built: Kb, tmp_path: Path, content: str) -> None:
    saved = tmp_path / "run.json"
    saved.write_text(content, encoding="utf-8")

    outcome = built("eval", "--compare", saved, saved)

    assert outcome.code == 1
    assert "is no saved run" in outcome.complaint


def test_distractors_go_with_the_bundled_articles_only(built: Kb, questions: Path) -> None:
    outcome = built("eval", questions, "--distractors", "5")

    assert outcome.code == 2
    assert "with --bundled" in outcome.complaint


# The bundled set


def test_bundled_articles_are_measured_without_touching_the_index(built: Kb) -> None:
    before = sorted((path.name, path.stat().st_mtime_ns) for path in built.index.iterdir())
    file = built.folder / "one.jsonl"
    questions = bundled_question_files(clone_folder())[0].read_text(encoding="utf-8")
    file.write_text(questions.split("\n")[0], encoding="utf-8")

    outcome = built("eval", file, "--bundled", "--distractors", "5")

    assert outcome.code == 0
    assert outcome.out.startswith("1 (5) answerable and 0 (0) unanswerable")
    assert "in 21 articles" in outcome.out
    after = sorted((path.name, path.stat().st_mtime_ns) for path in built.index.iterdir())
    assert after == before


def test_distractors_are_the_same_each_time() -> None:
    def written() -> dict[str, bytes]:
        with bundled_settings(clone_folder(), distractors=10, model=None) as settings:
            folder = settings.corpus_folder / "distractors"
            return {
                path.relative_to(folder).as_posix(): path.read_bytes()
                for path in folder.rglob("*.*")
            }

    first = written()

    assert len(first) == 10
    assert written() == first


def test_without_a_clone_the_bundled_set_is_named_as_missing(tmp_path: Path) -> None:
    with pytest.raises(BundledSetMissing, match="a clone of the repository"):
        bundled_question_files(tmp_path)
    with (
        pytest.raises(BundledSetMissing, match="example corpus"),
        bundled_settings(tmp_path, distractors=0, model=None),
    ):
        pass
