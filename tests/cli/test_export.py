"""`kb export`: saved answers as Markdown."""

import shutil
from pathlib import Path

import pytest
import yaml

from tests.cli.articles import ARTICLES, QUESTIONS, write_article
from tests.cli.command import Kb

FIRST, SECOND, THIRD = (QUESTIONS[language][0] for language in ("sl", "hi", "en"))


@pytest.fixture(scope="module")
def asked_folder(built_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asked")
    shutil.copytree(built_folder, folder, dirs_exist_ok=True)
    for question in (FIRST, SECOND, THIRD):
        Kb(folder)("ask", question)
    return folder


@pytest.fixture
def asked(asked_folder: Path, tmp_path: Path) -> Kb:
    """The command with three saved answers."""
    shutil.copytree(asked_folder, tmp_path, dirs_exist_ok=True)
    return Kb(tmp_path)


def questions_in(markdown: str) -> list[str]:
    """Return the questions that the front matter names."""
    matter = yaml.safe_load(markdown.split("---\n")[1])
    return [answer["question"] for answer in matter.get("answers", [matter])]


def test_the_last_answer_is_the_default(asked: Kb) -> None:
    assert questions_in(asked("export").out) == [THIRD]
    assert asked("export", "--last").out == asked("export").out


def test_numbers_choose_answers_in_the_order_given(asked: Kb) -> None:
    assert questions_in(asked("export", "2", "1").out) == [SECOND, FIRST]


def test_all_gives_every_answer_oldest_first(asked: Kb) -> None:
    assert questions_in(asked("export", "--all").out) == [FIRST, SECOND, THIRD]


def test_a_rebuild_keeps_saved_answers(asked: Kb) -> None:
    before = asked("export", "--all").out
    write_article(asked.corpus, "sl/knjiznica.md", ARTICLES["sl/knjiznica.md"] + "\nDodano.\n")

    asked("build", "--full")

    assert asked("export", "--all").out == before


def test_an_answer_outlives_its_article(asked: Kb) -> None:
    before = asked("export", "1").out
    (asked.corpus / "sl/knjiznica.md").unlink()
    asked("build")

    assert asked("export", "1").out == before


def test_output_goes_to_a_new_file_as_utf8(asked: Kb) -> None:
    outcome = asked("export", "2", "-o", "उत्तर.md")

    assert (outcome.code, outcome.out) == (0, "")
    assert "'उत्तर.md'" in outcome.complaint
    written = (asked.folder / "उत्तर.md").read_bytes().decode("utf-8")
    assert written == asked("export", "2").out


def test_output_refuses_to_overwrite(asked: Kb) -> None:
    taken = write_article(asked.folder, "mine.md", "keep me")

    outcome = asked("export", "-o", taken)

    assert outcome.code == 2
    assert "a name that is not taken" in outcome.complaint
    assert taken.read_text(encoding="utf-8") == "keep me"


def test_output_in_a_missing_folder_is_one_line(asked: Kb) -> None:
    outcome = asked("export", "-o", "no/such/folder.md")

    assert outcome.code == 2
    assert "a place to write (No such file or directory)" in outcome.complaint


def test_an_unknown_number_is_a_usage_error(asked: Kb) -> None:
    outcome = asked("export", "1", "99")

    assert (outcome.code, outcome.out) == (2, "")
    assert "no saved answer 99" in outcome.complaint


@pytest.mark.parametrize("options", [(), ("--last",), ("--all",), ("1",)])
def test_nothing_saved_yet_is_a_usage_error(built: Kb, options: tuple[str, ...]) -> None:
    outcome = built("export", *options)

    assert outcome.code == 2
    assert "no answer is saved yet; `kb ask`" in outcome.complaint


def test_only_one_way_of_choosing_is_possible(asked: Kb) -> None:
    for options in (("1", "--last"), ("--last", "--all"), ("1", "--all")):
        outcome = asked("export", *options)

        assert outcome.code == 2
        assert "only one of them" in outcome.complaint


def test_without_an_index_the_next_step_is_named(kb: Kb) -> None:
    outcome = kb("export")

    assert outcome.code == 1
    assert outcome.complaint == "kb: there is no index in 'index'; run `kb build`"
