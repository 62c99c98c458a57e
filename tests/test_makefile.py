"""The Makefile hands questions over as they were typed, and says what it can do."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

REPOSITORY = Path(__file__).parents[1]
TARGETS = ("setup", "ask", "build", "test", "check", "lint", "types", "golden", "clean")

# In place of `kb`: repeats what it is asked, with its arguments.
ECHO = """#!/bin/sh
printf '%s|' "$@"
cat
"""

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def make(*arguments: str, folder: Path = REPOSITORY, **environment: str) -> str:
    """Return what `make` prints; it has to succeed."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFL"))}
    done = subprocess.run(
        ("make", "--no-print-directory", *arguments),
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    return done.stdout.decode()


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the Makefile, where the environment is set up and `kb` only repeats."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("Makefile", "pyproject.toml", "requirements/ask.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / name, folder / name)
    command = folder / ".venv/bin/kb"
    command.parent.mkdir(parents=True)
    command.write_text(ECHO, encoding="utf-8")
    command.chmod(0o755)
    (folder / ".venv/ready").touch()
    return folder


@pytest.mark.parametrize(
    "question",
    [
        "Koliko nezadovoljnih strank se nikoli ne pritoži?",
        "Ile kosztuje 'bilet' i \"ulga\"?",
        "ग्राहक सेवा क्या है? कितने रुपये।",
        "Cât costă $HOME, $$, $(HOME) și ${HOME}?",
        "$(shell echo x)`echo y`$(error no)",
        "# not a comment, # at all",
        "back\\slash \\n \\\\ \\",
        "100 % of %s %d %%",
        "a;b && c | d > e < f & (g) {h} [i] *.md ~ !",
        "spaces   inside and  after  ",
        "-n",
        "--help",
        "@silent",
        "tab\there",
        "a=b:c::d:=e",
        "👩🏽‍💻?",
    ],
)
def test_a_question_reaches_the_command_unchanged(clone: Path, question: str) -> None:
    assert make("ask", f"Q={question}", folder=clone) == f"ask|-|{question}"


@settings(max_examples=60)
@given(
    question=st.text(st.sampled_from("$()`'\"#\\%;&|<>*?!~{}[]=:@-+ \tačकि।😀"), max_size=30).map(
        str.lstrip
    )
)
def test_any_question_on_one_line_reaches_the_command_unchanged(clone: Path, question: str) -> None:
    # make drops white space at the start; `kb` would too.
    assert make("ask", f"Q={question}", folder=clone) == f"ask|-|{question}"


def test_a_question_in_the_environment_is_taken_too(clone: Path) -> None:
    question = "Koliko stane $HOME?"

    assert make("ask", folder=clone, Q=question) == f"ask|-|{question}"


def test_nothing_of_the_question_is_in_the_printed_commands(clone: Path) -> None:
    assert "secret" not in make("-n", "ask", "Q=secret", folder=clone)


def test_make_alone_lists_the_targets() -> None:
    listed = {line.split()[0] for line in make().splitlines()}

    assert listed >= set(TARGETS)
    assert make() == make("help")


def test_every_listed_target_can_be_made_and_is_no_file() -> None:
    text = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)

    assert phony is not None
    for line in make("help").splitlines():
        target = line.split()[0]
        assert target in phony[1].split()
        make("-n", target)


def test_clean_keeps_the_readme_of_the_index(clone: Path) -> None:
    (clone / "index").mkdir()
    for name in ("README.md", "kb.sqlite3", "vectors-00000001.faiss"):
        (clone / "index" / name).touch()
    kept = clone / ".venv"
    shutil.copytree(kept, clone / "saved")

    make("clean", folder=clone)

    assert [path.name for path in (clone / "index").iterdir()] == ["README.md"]
    assert not kept.exists()
    (clone / "saved").rename(kept)
