"""`kb open`: the article that was meant, in the editor that the user has."""

import sys
from pathlib import Path

import pytest

from tests.cli.articles import ARTICLES
from tests.cli.command import Kb


@pytest.fixture
def editor(tmp_path: Path) -> Path:
    """Return a folder for editors, each of which writes down what it was called with."""
    return tmp_path / "my editors"


def make_editor(folder: Path, name: str) -> str:
    """Return the command of an editor that writes its arguments to a file, one a line."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    log = str(folder / "called")
    program.write_text(
        f"#!{sys.executable}\nimport sys\n"
        f"open({log!r}, 'w', encoding='utf-8').write('\\n'.join(sys.argv[1:]))\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return f"'{program}'"


def called(folder: Path) -> list[str]:
    return (folder / "called").read_text(encoding="utf-8").split("\n")


@pytest.mark.parametrize("name", ARTICLES)
def test_the_editor_gets_the_path_of_the_article(built: Kb, editor: Path, name: str) -> None:
    outcome = built("open", name, EDITOR=make_editor(editor, "vim"))

    assert outcome.code == 0
    assert called(editor) == [str(built.corpus / name)]


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("vim", ["+7", "{path}"]),
        ("nano", ["+7", "{path}"]),
        ("emacs", ["+7", "{path}"]),
        ("hx", ["{path}:7"]),
        ("code", ["--goto", "{path}:7"]),
        ("unknown", ["{path}"]),
    ],
)
def test_the_editor_is_told_the_line_as_it_wants(
    built: Kb, editor: Path, program: str, arguments: list[str]
) -> None:
    built("open", "corpus/hi/डाकघर.md:7-9", EDITOR=make_editor(editor, program))

    path = str(built.corpus / "hi/डाकघर.md")
    assert called(editor) == [argument.replace("{path}", path) for argument in arguments]


def test_visual_goes_before_editor_and_may_have_options(built: Kb, editor: Path) -> None:
    command = make_editor(editor, "vim") + " -n"

    built("open", "latarnia:3", VISUAL=command, EDITOR="false")

    assert called(editor) == ["-n", "+3", str(built.corpus / "pl/latarnia.md")]


@pytest.mark.parametrize("environment", [{}, {"EDITOR": "", "VISUAL": ""}])
def test_without_an_editor_the_path_and_the_next_step_are_said(
    built: Kb, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)

    outcome = built("open", "latarnia", **environment)

    assert outcome.code == 1
    assert "'corpus/pl/latarnia.md'" in outcome.complaint
    assert "export EDITOR=nano" in outcome.complaint


@pytest.mark.parametrize("command", ["no-such-editor", "false", "'unclosed", " "])
def test_an_editor_that_does_not_work_is_one_line(built: Kb, command: str) -> None:
    outcome = built("open", "latarnia", VISUAL="", EDITOR=command)

    assert outcome.code == 1
    assert "name another one in VISUAL or EDITOR" in outcome.complaint
