"""`kb init`: a base that works from any folder below it, and that changes nothing it finds."""

import re
import tomllib
from pathlib import Path

import pytest

from kb.config import _KEYS, load_settings, settings_template
from tests.cli.articles import ARTICLES, QUESTIONS
from tests.cli.command import Kb

NAMES = ["baza", "članki o hribih", "मेरे लेख/२०२६", "bază şi școală", 'łąka\'s "1"']


def filled(folder: Path) -> Kb:
    kb = Kb(folder)
    for name, text in ARTICLES.items():
        assert kb("add", "-", "--name", name[3:], "--no-build", stdin=text.encode()).code == 0
    return kb


@pytest.mark.parametrize("name", NAMES)
def test_a_new_base_is_asked_from_any_folder_below_it(tmp_path: Path, name: str) -> None:
    outcome = Kb(tmp_path)("init", name)
    base = filled(tmp_path / name)
    below = base.folder / "corpus" / "hi"

    assert outcome.code == 0
    assert base("build").code == 0
    for question, _, words in QUESTIONS.values():
        assert words in Kb(below)("ask", question).out
        assert "\n[1] " in (out := base("ask", question).out)
        assert all("  corpus/" in line for line in out.splitlines() if line.startswith("["))
    assert {path.name for path in base.folder.iterdir()} == {"corpus", "index", "kb.toml"}


def test_bases_stand_side_by_side(tmp_path: Path) -> None:
    kb = Kb(tmp_path)
    kb("init", "one")
    kb("init", "two")
    filled(tmp_path / "one")("build")

    assert "5 articles" not in Kb(tmp_path / "two")("list").out
    assert len(Kb(tmp_path / "one")("list").out.splitlines()) == 5
    assert Kb(tmp_path / "two")("list").out == ""


@pytest.mark.parametrize("arguments", [(), (".",)])
def test_without_a_folder_it_is_this_one(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    outcome = Kb(tmp_path)("init", *arguments)

    assert (tmp_path / "corpus").is_dir()
    assert "  cd " not in outcome.out
    assert outcome.out.endswith('  kb add FILE...\n  kb ask "..."\n')


def test_the_next_commands_can_be_pasted(tmp_path: Path) -> None:
    assert "  cd 'članki o hribih'\n" in Kb(tmp_path)("init", "članki o hribih").out


def test_what_is_there_already_is_left_as_it_is(tmp_path: Path) -> None:
    kb = Kb(tmp_path)
    kb.corpus.mkdir()
    (kb.corpus / "a.md").write_text("Besedilo.", encoding="utf-8")
    assert kb("init").code == 0
    (tmp_path / "kb.toml").write_text('corpus = "corpus"\n', encoding="utf-8")

    outcome = kb("init")

    assert outcome.code == 2
    assert "'kb.toml' was left as it is" in outcome.complaint
    assert (tmp_path / "kb.toml").read_text(encoding="utf-8") == 'corpus = "corpus"\n'
    assert [path.name for path in kb.corpus.iterdir()] == ["a.md"]


@pytest.mark.parametrize("name", ["file", "file/below", "a" * 300])
def test_where_no_base_can_be_is_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("Besedilo.", encoding="utf-8")

    outcome = Kb(tmp_path)("init", name)

    assert outcome.code == 1
    assert "no base can be made in" in outcome.complaint


def test_the_settings_file_explains_every_key_and_is_valid_with_each_of_them(
    tmp_path: Path,
) -> None:
    template = settings_template()
    every = re.sub(r"^# (\w+ = .+)$", r"\1", template, flags=re.MULTILINE)
    file = tmp_path / "kb.toml"

    file.write_text(every, encoding="utf-8")

    assert set(tomllib.loads(every)) == set(_KEYS)
    assert set(tomllib.loads(template)) == {"corpus", "index"}
    assert load_settings(config=file).corpus_folder == tmp_path / "corpus"
    for name in _KEYS:
        assert re.search(rf"^# [A-Z].*\n(# .*\n)*(# )?{name} = ", template, re.MULTILINE)


def test_no_line_of_it_is_long() -> None:
    assert max(map(len, settings_template().splitlines())) <= 100
