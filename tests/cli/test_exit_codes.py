"""The table of exit codes is what the commands do and what the help says."""

import pytest

from kb.errors import EXIT_CODE_MEANINGS, ExitCode
from tests.cli.articles import QUESTIONS, UNANSWERED, write_article
from tests.cli.command import Kb

QUESTION = QUESTIONS["en"][0]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("ask", QUESTION), ExitCode.ANSWERED),
        (("search", QUESTION), ExitCode.ANSWERED),
        (("build",), ExitCode.ANSWERED),
        (("status", "--check"), ExitCode.ANSWERED),
        (("--version",), ExitCode.ANSWERED),
        (("--help",), ExitCode.ANSWERED),
        (("--corpus", "nowhere", "build"), ExitCode.ERROR),
        (("--index", "nowhere", "status"), ExitCode.ERROR),
        (("--config", "nowhere", "status"), ExitCode.ERROR),
        (("ask", QUESTION, "--model", "nowhere"), ExitCode.ERROR),
        ((), ExitCode.USAGE),
        (("no-such-command",), ExitCode.USAGE),
        (("ask",), ExitCode.USAGE),
        (("ask", "?!"), ExitCode.USAGE),
        (("ask", QUESTION, "-k", "0"), ExitCode.USAGE),
        (("ask", QUESTION, "-k", "many"), ExitCode.USAGE),
        (("ask", QUESTION, "--format", "xml"), ExitCode.USAGE),
        (("ask", QUESTION, "--no-such-option"), ExitCode.USAGE),
        (("search",), ExitCode.USAGE),
        (("export", "99"), ExitCode.USAGE),
        (("ask", UNANSWERED), ExitCode.NO_ANSWER),
        (("ask", UNANSWERED, "--format", "json"), ExitCode.NO_ANSWER),
    ],
)
def test_a_command_exits_with_its_code(
    built: Kb, arguments: tuple[str, ...], code: ExitCode
) -> None:
    assert built(*arguments).code == code


def test_a_build_that_skipped_something_says_so_each_time(built: Kb) -> None:
    (built.corpus / "old.txt").write_bytes(b"\xff")

    assert [built("build").code, built("build").code] == [ExitCode.SKIPPED] * 2


def test_a_stale_index_is_told_by_check_only(built: Kb) -> None:
    write_article(built.corpus, "new.md", "Something new.")

    assert built("status", "--check").code == ExitCode.STALE
    assert built("status").code == ExitCode.ANSWERED


@pytest.mark.parametrize("arguments", [("--version",), ("build",), ("ask", QUESTION)])
def test_python_m_kb_exits_like_the_command(built: Kb, arguments: tuple[str, ...]) -> None:
    assert built.process(*arguments).code == built(*arguments).code == ExitCode.ANSWERED


def test_a_process_passes_on_the_codes_of_errors(built: Kb) -> None:
    assert built.process("ask", "?!").code == ExitCode.USAGE
    assert built.process("--index", "nowhere", "status").code == ExitCode.ERROR
    assert built.process("ask", UNANSWERED).code == ExitCode.NO_ANSWER


def test_every_code_has_a_meaning_and_the_help_gives_all_of_them(kb: Kb) -> None:
    _, _, table = kb("--help").out.partition("Exit codes:\n")
    rows = (line.split(maxsplit=1) for line in table.splitlines())

    assert {ExitCode(int(code)): meaning for code, meaning in rows} == EXIT_CODE_MEANINGS
    assert list(EXIT_CODE_MEANINGS) == sorted(ExitCode) == [0, 1, 2, 3, 4, 5, 6, 7, 130, 141]
