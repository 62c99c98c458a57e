"""What `kb` does to the streams it is given: pipes, encodings, terminals, Ctrl-C."""

import array
import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kb.errors import ExitCode
from tests.cli.articles import QUESTIONS, write_article
from tests.cli.command import KB, Kb, Outcome, process_environment

BOLD = "\x1b[1m"
WIDTH = 60


@dataclass(frozen=True)
class Terminal:
    """A process whose output and errors go to a terminal of `WIDTH` columns."""

    process: subprocess.Popen[bytes]
    screen: int

    def read(self, *, until: bytes | None = None) -> str:
        """Return what is shown up to `until`, or up to the end of the process."""
        shown = b""
        while until is None or until not in shown:
            try:
                part = os.read(self.screen, 65_536)
            except OSError:  # How Linux tells that nobody holds the other side any more.
                break
            if not part:
                break
            shown += part
        return shown.decode().replace("\r\n", "\n")


@contextmanager
def on_terminal(folder: Path, *arguments: str, **environment: str) -> Iterator[Terminal]:
    """Run the command on a terminal, with nothing to read."""
    with at_terminal(folder, arguments, environment, reads=False) as terminal:
        yield terminal


@contextmanager
def at_terminal(
    folder: Path, arguments: Sequence[str], environment: Mapping[str, str], *, reads: bool
) -> Iterator[Terminal]:
    """Run the command on a terminal; when it `reads`, what is typed there is its input."""
    screen, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 40, WIDTH, 0, 0))
    process = subprocess.Popen(
        (*KB, *arguments),
        cwd=folder,
        env=process_environment(**{"TERM": "xterm", **environment}),
        stdin=side if reads else subprocess.DEVNULL,
        stdout=side,
        stderr=side,
    )
    os.close(side)
    try:
        yield Terminal(process, screen)
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def columns(line: str) -> int:
    """Return the width of a line on a terminal, control sequences left out."""
    plain = line.replace(BOLD, "").replace("\x1b[2m", "").replace("\x1b[0m", "")
    return sum(not unicodedata.category(character).startswith("M") for character in plain)


def write_ferries(corpus: Path, *, articles: int) -> None:
    """Write articles of about 20 passages each, no two of them alike."""
    for ferry in range(articles):
        sails = (f"The ferry {ferry} sails at {ferry * hour} o'clock." for hour in range(200))
        write_article(corpus, f"ferry/{ferry}.md", "\n\n".join(sails))


def streams(built: Kb, *arguments: str, **environment: str) -> tuple[bytes, bytes]:
    """Return the bytes on stdout and stderr."""
    done = subprocess.run(
        (*KB, *arguments),
        cwd=built.folder,
        env=process_environment(**environment),
        capture_output=True,
        check=False,
    )
    return done.stdout, done.stderr


# Terminals and pipes


def test_a_terminal_gets_bold_and_wrapped_text(built: Kb) -> None:
    with on_terminal(built.folder, "ask", QUESTIONS["sl"][0]) as terminal:
        shown = terminal.read()

    assert f"{BOLD}Letna članarina" in shown
    assert ">>" not in shown
    quotes, sources = shown.split("Sources", maxsplit=1)
    assert all(columns(line) <= WIDTH for line in quotes.splitlines())
    text = [line for line in sources.splitlines() if line.startswith("    ")]
    assert len(text) >= 4
    assert all(columns(line) <= WIDTH for line in text)


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_bold_can_be_declined(built: Kb, environment: dict[str, str]) -> None:
    with on_terminal(built.folder, "ask", QUESTIONS["sl"][0], **environment) as terminal:
        shown = terminal.read()

    assert "\x1b" not in shown
    assert ">>Letna članarina" in shown


def test_a_pipe_gets_whole_plain_lines(built: Kb) -> None:
    out, _ = streams(built, "ask", QUESTIONS["sl"][0])

    assert b"\x1b" not in out
    assert max(map(len, out.decode().splitlines())) > 100


def test_a_build_draws_a_progress_bar_on_a_terminal_only(kb: Kb) -> None:
    write_ferries(kb.corpus, articles=7)
    with on_terminal(kb.folder, "build") as terminal:
        shown = terminal.read()
    out, err = streams(kb, "build", "--full")

    assert "Embedding" in shown
    assert "passages/s" in shown
    assert b"Embedding" not in out
    assert err == b""


def test_quiet_leaves_out_the_progress_bar(kb: Kb) -> None:
    with on_terminal(kb.folder, "--quiet", "build") as terminal:
        assert terminal.read() == ""
        assert terminal.process.wait() == 0


@pytest.mark.parametrize(("typed", "left"), [(b"y\n", 3), (b"n\n", 5), (b"\n", 5)])
def test_before_articles_are_removed_they_are_named_and_asked_about(
    built: Kb, typed: bytes, left: int
) -> None:
    with at_terminal(built.folder, ("remove", "pl/*", "hi/*"), {}, reads=True) as terminal:
        shown = terminal.read(until=b"[y/N]: ")
        os.write(terminal.screen, typed)
        terminal.read()

    assert "to be removed: 'corpus/hi/डाकघर.md'" in shown
    assert len(list(built.corpus.glob("*/*.*"))) == left


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_closed_pipe_is_silent(built: Kb, command: str) -> None:
    with subprocess.Popen(
        (*KB, command, QUESTIONS["pl"][0]),
        cwd=built.folder,
        env=process_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()

        assert process.stderr.read() == b""
    assert process.returncode == ExitCode.PIPE_CLOSED


def test_an_answer_into_a_closed_pipe_is_still_saved(built: Kb) -> None:
    test_a_closed_pipe_is_silent(built, "ask")

    assert QUESTIONS["pl"][0] in built("export", "--last").out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("command", ["ask", "search", "status", "build"])
def test_an_output_without_room_is_one_line(built: Kb, command: str) -> None:
    question = [QUESTIONS["pl"][0]] if command in {"ask", "search"} else []
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            (*KB, command, *question),
            cwd=built.folder,
            env=process_environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )

    outcome = Outcome(done.returncode, "", done.stderr.decode())
    assert outcome.code == ExitCode.ERROR
    assert "cannot be written (No space left on device)" in outcome.complaint


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_notices_without_room_do_not_keep_the_answer_back(built: Kb) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            (*KB, "ask", QUESTIONS["pl"][0]),
            cwd=built.folder,
            env=process_environment(),
            stdout=subprocess.PIPE,
            stderr=full,
            check=False,
        )

    assert done.returncode == ExitCode.ANSWERED
    assert QUESTIONS["pl"][2] in done.stdout.decode()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_cause_no_traceback(built: Kb, closed: str) -> None:
    for arguments in ("status --check", "ask latarnia", "ask -"):
        done = subprocess.run(
            ("sh", "-c", f'"$0" -m kb {arguments} {closed}', KB[0]),
            cwd=built.folder,
            env=process_environment(),
            input=b"latarnia",
            capture_output=True,
            check=False,
        )

        assert done.returncode in {0, 2, 3}
        assert b"Traceback" not in done.stderr


# Encodings


@pytest.mark.parametrize(
    ("encoding", "quote"),
    [
        (
            "ascii",
            "Latarnia morska w Jastarowie ma 34 metry wysokosci i swieci co dziewiec sekund.",
        ),
        ("iso8859-1", "Latarnia morska w Jastarowie ma 34 metry wysokosci i swieci co dziewiec"),
        ("iso8859-2", "Latarnia morska w Jastarowie ma 34 metry wysokości i świeci co dziewięć"),
        ("cp1250:strict", "Latarnia morska w Jastarowie ma 34 metry wysokości i świeci co dziew"),
    ],
)
def test_letters_that_a_terminal_lacks_become_plain_ones(
    built: Kb, encoding: str, quote: str
) -> None:
    out, err = streams(built, "ask", QUESTIONS["pl"][0], PYTHONIOENCODING=encoding)

    assert out.decode(encoding.partition(":")[0]).startswith(quote)
    assert b"Traceback" not in err


@pytest.mark.parametrize("encoding", ["ascii", "iso8859-2"])
def test_hindi_on_a_terminal_without_its_letters_keeps_its_digits(built: Kb, encoding: str) -> None:
    out, _ = streams(built, "ask", QUESTIONS["hi"][0], PYTHONIOENCODING=encoding)

    assert "120" in out.decode(encoding).splitlines()[0]


@pytest.mark.parametrize("arguments", [("--lang", "zz"), ("--model", "Łódź/पहाड़")])
def test_errors_are_readable_on_an_ascii_terminal(built: Kb, arguments: Sequence[str]) -> None:
    _, err = streams(built, "ask", QUESTIONS["hi"][0], *arguments, PYTHONIOENCODING="ascii")

    assert err.decode("ascii").startswith("kb: no ")


def test_the_c_locale_changes_nothing(built: Kb) -> None:
    question = QUESTIONS["ro"][0]

    plain, _ = streams(built, "ask", question, LC_ALL="C")

    assert plain == streams(built, "ask", question)[0]


# Ctrl-C


def send_interrupt_while_reading(folder: Path) -> Outcome:
    """Interrupt `kb ask -` when it has taken what stands on standard input and waits for more."""
    with subprocess.Popen(
        (*KB, "ask", "-"),
        cwd=folder,
        env=process_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        os.write(process.stdin.fileno(), b"Kaj")
        waiting = array.array("i", [1])
        while waiting[0] and process.poll() is None:
            fcntl.ioctl(process.stdin, termios.FIONREAD, waiting)
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert process.stderr is not None
        out, err = process.stdout.read().decode(), process.stderr.read().decode()
    return Outcome(process.returncode, out, err)


def test_ctrl_c_while_waiting_for_the_question_ends_quietly(built: Kb) -> None:
    assert send_interrupt_while_reading(built.folder) == Outcome(130, "", "")


def test_ctrl_c_during_a_build_says_what_is_kept_and_loses_nothing(built: Kb) -> None:
    question, _, words = QUESTIONS["sl"]
    write_ferries(built.corpus, articles=100)

    with on_terminal(built.folder, "build") as terminal:
        before = terminal.read(until=b"Embedding")
        terminal.process.send_signal(signal.SIGINT)
        after = terminal.read()
        code = terminal.process.wait()

    assert code == 130
    assert "Traceback" not in before + after
    assert "what was embedded is kept, and `kb build` goes on from there" in after
    assert "articles:" not in after
    assert words in built("ask", question).out
    assert built("build").code == 0
    assert built("status", "--check").code == 0
