"""Commands that write wait for each other; questions wait for nobody."""

import os
import subprocess
from pathlib import Path

import pytest

from kb.errors import ExitCode
from kb.store import IndexWriter
from tests.cli.articles import ARTICLES, QUESTIONS, write_article
from tests.cli.command import KB, Kb, process_environment


def test_a_build_that_may_not_wait_exits_with_7_and_says_who_writes(built: Kb) -> None:
    write_article(built.corpus, "new.md", "Something new.")
    with IndexWriter(built.index):
        outcome = built("build", "--no-wait")

    assert outcome.code == ExitCode.BUSY
    assert f"'kb build' (process {os.getpid()}, since " in outcome.complaint
    assert built("build", "--no-wait").code == 0


@pytest.mark.parametrize("arguments", [("build",), ("ask", "--fresh", QUESTIONS["sl"][0])])
def test_a_command_that_writes_waits_with_a_notice(built: Kb, arguments: tuple[str, ...]) -> None:
    write_article(built.corpus, "new.md", "Something new.")
    with IndexWriter(built.index):
        waiting = started(built.folder, *arguments)
        assert waiting.stderr is not None
        notice = waiting.stderr.readline()
    _, rest = waiting.communicate()

    assert notice.startswith(b"kb: 'kb build' (process ")
    assert notice.endswith(b" is writing in the index; waiting until it is done\n")
    assert waiting.returncode == 0
    assert b"waiting" not in rest
    assert built("status", "--check").code == 0


def test_questions_and_their_answers_do_not_wait(built: Kb) -> None:
    question, _, words = QUESTIONS["pl"]
    with IndexWriter(built.index):
        assert words in built("ask", question).out
        assert words in built("export", "--last").out
        assert built("search", question).code == 0
        assert built("status", "--check").code == 0


def test_two_first_questions_at_once_are_both_answered(kb: Kb) -> None:
    asked = [started(kb.folder, "ask", QUESTIONS[language][0]) for language in ("sl", "hi")]

    outputs = [process.communicate()[0].decode() for process in asked]

    assert [process.returncode for process in asked] == [0, 0]
    assert QUESTIONS["sl"][2] in outputs[0]
    assert QUESTIONS["hi"][2] in outputs[1]
    assert kb("build").out.startswith(f"{len(ARTICLES)} articles: 0 added")


def started(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        (*KB, *arguments),
        cwd=folder,
        env=process_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
