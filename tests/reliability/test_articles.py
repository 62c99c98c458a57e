"""A command that writes articles and is killed leaves each of them whole, and loses none."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from kb.errors import ExitCode
from tests.cli.articles import ARTICLES, write_article
from tests.reliability.killing import die_before, write_calls
from tests.reliability.processes import run

OLD = "Stara koča stoji pod vrhom in ima 24 ležišč."
COMMANDS = {
    "add": ("add", "inbox", "--no-build"),
    "replace": ("add", "inbox/latarnia.md", "--to", "sl", "--force", "--no-build"),
    "remove": ("remove", "sl/*", "hi/*", "--yes", "--no-build"),
}


def make(folder: Path) -> Path:
    """Make a folder with a corpus and with articles to add to it."""
    write_article(folder / "corpus", "sl/latarnia.md", OLD)
    write_article(folder / "corpus", "hi/डाकघर.md", ARTICLES["hi/डाकघर.md"])
    for name in ("pl/latarnia.md", "ro/muzeu.txt"):
        write_article(folder / "inbox", name.split("/")[1], ARTICLES[name])
    return folder


def contents(folder: Path) -> dict[str, str]:
    """Return the articles in the corpus, and those that were removed, by path."""

    def files() -> Iterator[Path]:
        for path in (folder / "corpus").rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                yield path

    # What was removed lies below a folder that is named after the time.
    return {
        "/".join(part for part in path.parts[-2:]): path.read_text(encoding="utf-8")
        for path in files()
    }


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_command_killed_at_a_call_leaves_every_article_whole(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    undisturbed = make(tmp_path / "undisturbed")
    before = contents(undisturbed)
    log = tmp_path / "calls"
    outcome = run(undisturbed, *command, prepare=partial(write_calls, log))
    assert outcome.code == 0, outcome.err
    after = contents(undisturbed)
    calls = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    deadly = [n for n, (kind, path, _) in enumerate(calls) if path.startswith("corpus")]

    for number in deadly:
        folder = make(tmp_path / f"killed-{number}")
        assert run(folder, *command, prepare=partial(die_before, number)).code < 0

        left = contents(folder)
        assert set(before) <= set(left), "an article is gone"
        for path, text in left.items():
            assert text in (before.get(path), after.get(path))
        # What was begun is done by the same command; hidden leftovers are no articles.
        again = run(folder, *command)
        assert again.code in (ExitCode.ANSWERED, ExitCode.SKIPPED, ExitCode.USAGE), again.err
        assert contents(folder) == after

    assert len(deadly) >= 2
