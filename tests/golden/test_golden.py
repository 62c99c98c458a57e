"""What people and programs see, letter by letter, in files that a change has to show.

`make golden` writes them anew; look at the difference before committing.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kb.cli.app import app
from kb.diagnosis import Check, Diagnosis, Fault, collate
from kb.domain import Answer, LanguageCode
from kb.rendering.diagnosis import diagnosis_to_json, diagnosis_to_text
from kb.rendering.markdown import answers_to_markdown
from kb.rendering.records import answer_to_json, hits_to_json
from kb.rendering.terminal_text import TextStyle, answer_to_text, hits_to_text
from tests.answers import (
    ABSTENTION,
    ALSO_IN_HINDI,
    LAKE,
    OVER_TWO_LINES,
    RIVER,
    SPRING,
    TABLE_ROW,
    THREE_SOURCES,
    WELL,
    hits,
    locate,
)

FILES = Path(__file__).parent / "files"
ANSWERS = {
    "three-sources": THREE_SOURCES,
    "table-row": TABLE_ROW,
    "over-two-lines": OVER_TWO_LINES,
    "also-in-hindi": ALSO_IN_HINDI,
    "abstention": ABSTENTION,
}
_LAKE, _RIVER, _SPRING, _WELL = hits(LAKE, RIVER, SPRING, WELL)
HITS = (replace(_LAKE, also=(_SPRING,)), _RIVER, _WELL)
DIAGNOSIS = Diagnosis(
    (
        Check("folder", "5 files, 3.1 MB"),
        Check("files", "of generation 4", collate([(Fault.FOREIGN_FILE, "beležke čšž.txt")])),
        Check(
            "documents",
            "16 documents, 124 passages",
            collate(
                (Fault.PASSAGE_INVALID, f"{number} of 'hi/डाकघर.md': it is blank")
                for number in range(3, 8)
            ),
        ),
    )
)
TERMINAL = TextStyle(width=60, color=True)

each_answer = pytest.mark.parametrize(("name", "shown"), ANSWERS.items(), ids=ANSWERS)


def check(name: str, text: str) -> None:
    """Compare `text` with the golden file, or write it where that is asked for."""
    path = FILES / name
    if os.environ.get("KB_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
    assert path.read_bytes().decode() == text


@each_answer
def test_text(name: str, shown: Answer) -> None:
    check(f"{name}.txt", answer_to_text(shown, locate, TextStyle()) + "\n")


@each_answer
def test_text_on_a_terminal(name: str, shown: Answer) -> None:
    text = answer_to_text(shown, locate, TERMINAL)

    check(f"{name}.terminal.txt", text.replace("\x1b", "ESC") + "\n")


@each_answer
def test_json(name: str, shown: Answer) -> None:
    check(f"{name}.json", answer_to_json(shown, locate) + "\n")


@each_answer
def test_markdown(name: str, shown: Answer) -> None:
    check(f"{name}.md", answers_to_markdown([shown], locate))


def test_markdown_of_several_answers() -> None:
    check("all-answers.md", answers_to_markdown(list(ANSWERS.values()), locate))


def test_hits_as_text() -> None:
    check("hits.txt", hits_to_text(HITS, locate, TextStyle()) + "\n")


def test_a_diagnosis_as_text() -> None:
    check("diagnosis.txt", diagnosis_to_text(DIAGNOSIS) + "\n")


def test_a_diagnosis_as_json() -> None:
    check("diagnosis.json", diagnosis_to_json(DIAGNOSIS, ["removed leftover files"]) + "\n")


def test_hits_as_json() -> None:
    check("hits.jsonl", hits_to_json("Kje je voda?", LanguageCode("sl"), HITS, locate) + "\n")


COMMANDS = [
    *("", "init", "add", "build", "ask", "search", "export"),
    *("list", "show", "open", "remove", "status", "eval"),
    *("doctor", "backup", "restore", "models", "models pull"),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str) -> None:
    result = CliRunner().invoke(app, [*command.split(), "--help"], prog_name="kb")

    check(f"help-{command.replace(' ', '-') or 'kb'}.txt", result.stdout)


def test_every_golden_file_is_checked() -> None:
    kinds = (".txt", ".terminal.txt", ".json", ".md")
    checked = {f"{name}{kind}" for name in ANSWERS for kind in kinds}
    checked |= {"all-answers.md", "hits.txt", "hits.jsonl", "diagnosis.txt", "diagnosis.json"}

    left = {path.name for path in FILES.iterdir()} - checked
    assert {name for name in left if not name.startswith("help-")} == set()
