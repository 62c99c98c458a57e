"""`kb build`: what it says, and what corpora and folders it gets along with."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.articles import ARTICLES, QUESTIONS, write_article
from tests.cli.command import Kb

posix = pytest.mark.skipif(os.name != "posix", reason="permissions as on POSIX")

HOSTILE_NAMES = [
    "s presledkom.md",
    "two  spaces .md",
    "'single' and \"double\".md",
    "line\nbreak.md",
    "पहाड़ी डाकघर.md",
    "☕🥐.md",
    "-k.md",
    "$(id)`id`;#%s.md",
    "back\\slash.md",
    "esc\x1b[31mred.md",
    "Łódź.MD",
]


# The summary


def test_the_summary_counts_articles_and_passages(kb: Kb) -> None:
    outcome = kb("build")

    assert outcome.code == 0
    assert outcome.err == ""
    assert outcome.out.startswith("5 articles: 5 added, 0 changed, 0 removed, 0 unchanged, 0 skip")
    assert "8 passages, 8 embedded with 'embedded' in " in outcome.out
    assert outcome.out.endswith("s; index generation 1 in 'index'\n")


def test_a_second_build_does_nothing(built: Kb) -> None:
    out = built("build").out

    assert "0 added, 0 changed, 0 removed, 5 unchanged" in out
    assert "0 embedded" in out
    assert "index generation 1" in out


def test_a_build_follows_the_articles(built: Kb) -> None:
    write_article(built.corpus, "new.md", "A new article about a ferry and its captain.")
    write_article(built.corpus, "sl/knjiznica.md", ARTICLES["sl/knjiznica.md"] + "\nDodano.\n")
    (built.corpus / "ro/muzeu.txt").unlink()

    out = built("build").out

    assert "5 articles: 1 added, 1 changed, 1 removed, 3 unchanged, 0 skipped" in out
    assert "index generation 2" in out
    assert built("status", "--check").code == 0


def test_full_embeds_everything_again(built: Kb) -> None:
    out = built("build", "--full").out

    assert "8 passages, 8 embedded" in out
    assert "index generation 2" in out


def test_quiet_says_nothing(kb: Kb) -> None:
    outcome = kb("-q", "build")

    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_skipped_articles_are_named_with_the_reason_and_an_exit_code(kb: Kb) -> None:
    (kb.corpus / "old.txt").write_bytes("zażółć gęślą jaźń".encode("cp1250"))

    outcome = kb("build")

    assert outcome.code == 4
    assert "5 added" in outcome.out
    assert "1 skipped" in outcome.out
    assert outcome.complaint.startswith("kb: skipped 'old.txt': not UTF-8 at byte 2")


# Corpora


def test_a_missing_corpus_is_one_line_and_makes_no_index(kb: Kb) -> None:
    for command in (("build",), ("ask", "članarina"), ("search", "članarina")):
        outcome = kb("--corpus", "nikjer", *command)

        assert outcome.code == 1
        assert "'nikjer' does not exist; create it" in outcome.complaint
    assert not kb.index.exists()


def test_a_corpus_that_is_a_file_is_one_line(kb: Kb) -> None:
    outcome = kb("--corpus", kb.corpus / "pl/latarnia.md", "build")

    assert outcome.code == 1
    assert "is not a folder; name the folder" in outcome.complaint


def test_an_emptied_corpus_leaves_the_index_as_it_is(built: Kb) -> None:
    for path in built.corpus.rglob("*.*"):
        path.unlink()

    outcome = built("build")

    assert outcome.code == 1
    assert "5 of 5 indexed articles are gone from 'corpus'" in outcome.complaint
    assert "run `kb build --prune`" in outcome.complaint
    assert outcome.out == ""
    assert "generation 1," in built("status").out


def test_a_corpus_folder_that_is_gone_leaves_the_index_as_it_is_even_with_prune(built: Kb) -> None:
    built.corpus.rename(built.corpus.with_name("moved"))

    outcome = built("build")
    assert outcome.code == 1
    assert "5 of 5 indexed articles are gone from 'corpus'" in outcome.complaint
    assert "run `kb build --prune`" in outcome.complaint

    pruned = built("build", "--prune")
    assert pruned.code == 1
    assert "'corpus' does not exist; create it" in pruned.complaint

    built.corpus.with_name("moved").rename(built.corpus)
    assert "generation 1," in built("status").out


def test_prune_makes_an_empty_index_of_an_emptied_corpus(built: Kb) -> None:
    for path in built.corpus.rglob("*.*"):
        path.unlink()

    pruned = built("build", "--prune")

    assert pruned.code == 0
    assert "0 articles: 0 added, 0 changed, 5 removed" in pruned.out
    for command in ("ask", "search"):
        outcome = built(command, QUESTIONS["sl"][0])
        assert outcome.code == 3
        assert "Traceback" not in outcome.err


def test_a_corpus_without_an_article_makes_no_index(tmp_path: Path) -> None:
    kb = Kb(tmp_path)
    kb.corpus.mkdir()

    assert "holds no readable .md, .txt or .html article" in kb("build").complaint
    assert "there is no index" in kb("status").complaint


def test_an_unknown_model_is_one_line_and_leaves_the_index_as_it_is(built: Kb) -> None:
    outcome = built("build", "--model", "no such/folder")

    assert outcome.code == 1
    assert "no model folder 'no such/folder', and none downloaded" in outcome.complaint
    assert built("ask", QUESTIONS["sl"][0]).code == 0


# File names


def test_articles_with_any_name_are_found_and_cited(tmp_path: Path) -> None:
    kb = Kb(tmp_path)
    for number, name in enumerate(HOSTILE_NAMES):
        write_article(kb.corpus, name, f"The ferry Halcyon {number} crosses in 26 minutes.")

    built = kb("build")

    record = json.loads(kb("search", "ferry Halcyon", "-k", "100", "--json").out)
    assert built.code == 0
    assert {hit["document"] for hit in record["hits"]} == set(HOSTILE_NAMES)
    assert all((kb.folder / hit["path"]).is_file() for hit in record["hits"])
    assert kb("status", "--check").code == 0


def test_a_file_name_cannot_repaint_the_terminal(tmp_path: Path) -> None:
    kb = Kb(tmp_path)
    for name in ("esc\x1b[31mred.md", "line\nbreak.md", "bad\x1b]0;\n.md"):
        write_article(kb.corpus, name, "\0" if name.startswith("bad") else "The ferry crosses.")

    outputs = [kb("build"), kb("search", "ferry"), kb("ask", "ferry"), kb("status")]
    (kb.corpus / "line\nbreak.md").unlink()
    outputs.append(kb("ask", "ferry"))

    assert not any("\x1b" in outcome.out + outcome.err for outcome in outputs)
    assert not any("\nbreak" in outcome.out + outcome.err for outcome in outputs)


def test_a_file_name_that_is_not_utf8_is_skipped_and_named(kb: Kb) -> None:
    (kb.corpus / os.fsdecode(b"\xb9\xe6.md")).write_text("Besedilo.", encoding="utf-8")

    outcome = kb("build")

    assert outcome.code == 4
    assert "rename it" in outcome.complaint


# Folders that may not be written in


@contextmanager
def sealed(folder: Path) -> Iterator[None]:
    """Take away the right to write in a folder while a test runs."""
    everything = (folder, *folder.rglob("*"))
    for path in everything:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield
    for path in everything:
        path.chmod(0o755 if path.is_dir() else 0o644)


@posix
@pytest.mark.parametrize("command", [("build",), ("ask", "članarina")])
def test_an_index_folder_that_cannot_be_made_is_one_line(
    built: Kb, command: tuple[str, ...]
) -> None:
    with sealed(built.folder):
        outcome = built.process("-q", "--index", "new/index", *command, as_ordinary_user=True)

    assert outcome.code == 1
    assert "'new/index'" in outcome.complaint
    assert "give it write permission, or name another with --index" in outcome.complaint


@posix
def test_changed_articles_and_an_index_that_cannot_be_written_are_one_line(built: Kb) -> None:
    write_article(built.corpus, "more.md", "The lighthouse is 34 metres high.")

    with sealed(built.folder):
        outcome = built.process("build", as_ordinary_user=True)

    assert outcome.code == 1
    assert "give it write permission, or name another with --index" in outcome.complaint


@posix
def test_an_index_that_cannot_be_written_answers_and_says_what_is_not_kept(built: Kb) -> None:
    question, _, words = QUESTIONS["sl"]

    with sealed(built.folder):
        outcome = built.process("ask", question, as_ordinary_user=True)

    assert outcome.code == 0
    assert words in outcome.out
    assert "the answer was not saved for export" in outcome.complaint


@posix
def test_an_unreadable_article_is_skipped_and_named(kb: Kb) -> None:
    write_article(kb.corpus, "secret.md", "Nobody may read this.").chmod(0)

    outcome = kb.process("build", as_ordinary_user=True)

    assert outcome.code == 4
    assert "skipped 'secret.md': Permission denied" in outcome.complaint


@posix
@pytest.mark.parametrize("command", [("build",), ("ask", "latarnia"), ("status",)])
def test_a_corpus_below_a_folder_that_may_not_be_entered_is_one_line(
    built: Kb, command: tuple[str, ...]
) -> None:
    closed = built.folder / "closed"
    (closed / "corpus").mkdir(parents=True)
    closed.chmod(0)

    outcome = built.process("--corpus", "closed/corpus", *command, as_ordinary_user=True)

    closed.chmod(0o755)
    assert outcome.code == 1
    assert "'closed/corpus' cannot be read (Permission denied)" in outcome.complaint


@posix
def test_a_folder_that_may_not_be_listed_is_one_line_and_changes_nothing(built: Kb) -> None:
    (built.corpus / "pl").chmod(0)

    outcome = built.process("build", as_ordinary_user=True)

    (built.corpus / "pl").chmod(0o755)
    assert outcome.code == 1
    assert "'corpus/pl' cannot be read (Permission denied)" in outcome.complaint
    assert built("status", "--check").code == 0
