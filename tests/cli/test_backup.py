"""`kb backup` and `kb restore`, from the command line."""

import pytest

from kb.errors import ExitCode
from tests.cli.articles import QUESTIONS, write_article
from tests.cli.command import Kb


def answers(kb: Kb) -> list[str]:
    return [kb("ask", question).out for question, _, _ in QUESTIONS.values()]


def test_questions_get_the_answers_of_the_time_of_the_backup(built: Kb) -> None:
    before = answers(built)
    assert built("backup", "kopija.kb").code == ExitCode.ANSWERED
    for path in ("sl/knjiznica.md", "hi/डाकघर.md"):
        text = (built.corpus / path).read_text(encoding="utf-8")
        write_article(built.corpus, path, text + "\n\nDodano.\n")
        built("build")
        write_article(built.corpus, path, text)
    built("build")

    outcome = built("restore", "kopija.kb")

    assert outcome.code == ExitCode.ANSWERED
    assert answers(built) == before
    assert built("doctor", "--deep").out.endswith("\nhealthy\n")


def test_an_index_that_was_lost_is_restored_without_the_articles_being_read(built: Kb) -> None:
    built("ask", QUESTIONS["pl"][0])
    saved = built("export", "--all").out
    built("backup", "kopija.kb")
    built.index.rename(built.folder / "gone")

    assert built("restore", "kopija.kb").code == ExitCode.ANSWERED
    assert built("export", "--all").out == saved
    assert built("status", "--check").code == ExitCode.ANSWERED


def test_a_backup_says_what_is_in_it_and_what_is_not(built: Kb) -> None:
    built("ask", QUESTIONS["ro"][0])

    outcome = built("backup", "kopija.kb")

    first, second = outcome.out.splitlines()
    assert first.startswith("generation 1 of 20")
    assert "5 articles, 8 passages, 1 answers saved in 'kopija.kb', 0.1 MB" in first
    assert second == "the articles themselves are not in it"
    assert built("--quiet", "backup", "druga.kb").out == ""


def test_a_restore_says_what_it_did(built: Kb) -> None:
    built("backup", "kopija.kb")
    built("ask", QUESTIONS["ro"][0])

    lines = built("restore", "kopija.kb").out.splitlines()

    assert lines[0].endswith("5 articles, 8 passages, 0 answers restored in 'index'")
    assert lines[1] == "it is generation 2 now; `kb status` compares it with the articles"
    assert lines[2] == "1 answers that are not in the backup were kept"


def test_a_file_that_is_there_is_replaced_only_when_forced(built: Kb) -> None:
    path = built.folder / "kopija.kb"
    path.write_text("moka", encoding="utf-8")

    refused = built("backup", "kopija.kb")

    assert refused.code == ExitCode.USAGE
    assert "--force" in refused.complaint
    assert path.read_text(encoding="utf-8") == "moka"
    assert built("backup", "kopija.kb", "--force").code == ExitCode.ANSWERED
    assert built("restore", "kopija.kb").code == ExitCode.ANSWERED


@pytest.mark.parametrize("name", ["index/kb.sqlite3", "index/kopija.kb", "corpus", "."])
def test_a_backup_is_not_written_where_it_does_harm(built: Kb, name: str) -> None:
    outcome = built("backup", name, "--force")

    assert outcome.code == ExitCode.USAGE
    assert "the backup file" in outcome.complaint
    assert built("doctor").code == ExitCode.ANSWERED


@pytest.mark.parametrize("name", ["nothing.kb", "corpus", "corpus/sl/knjiznica.md"])
def test_what_is_no_backup_is_refused_in_one_line(built: Kb, name: str) -> None:
    outcome = built("restore", name)

    assert outcome.code == ExitCode.ERROR
    assert "the index was left as it is" in outcome.complaint
    assert built("doctor").code == ExitCode.ANSWERED


def test_a_refused_restore_makes_no_index_folder(kb: Kb) -> None:
    assert kb("restore", "nothing.kb").code == ExitCode.ERROR
    assert not kb.index.exists()


def test_without_an_index_there_is_nothing_to_back_up(kb: Kb) -> None:
    outcome = kb("backup", "kopija.kb")

    assert outcome.code == ExitCode.ERROR
    assert "run `kb build`" in outcome.complaint
    assert not (kb.folder / "kopija.kb").exists()


def test_a_folder_that_cannot_be_written_is_named(built: Kb) -> None:
    closed = built.folder / "closed"
    closed.mkdir(mode=0o555)

    outcome = built.process("backup", "closed/kopija.kb", as_ordinary_user=True)

    assert outcome.code == ExitCode.ERROR
    assert "name another place for it" in outcome.complaint


def test_a_damaged_index_is_restored_over_and_kept(built: Kb) -> None:
    before = answers(built)
    built("backup", "kopija.kb")
    (built.index / "kb.sqlite3").write_bytes(b"moka" * 5_000)

    outcome = built("restore", "kopija.kb")

    assert "kb.sqlite3.damaged-1" in outcome.out
    assert answers(built) == before
    assert "damaged-copy" in built("doctor").out
