"""`kb add` and `kb remove`: articles in and out of the corpus, with the index in step."""

import json
import os
import unicodedata
from pathlib import Path

import pytest

from tests.cli.articles import ARTICLES, QUESTIONS
from tests.cli.command import Kb
from tests.limits import small_disk
from tests.prose import paragraph

ESCAPE = "\x1b[31mrdeče\u202e"


@pytest.fixture
def kb(tmp_path: Path) -> Kb:
    """The command in a folder with an empty corpus."""
    command = Kb(tmp_path)
    command.corpus.mkdir()
    return command


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder outside of the corpus with the five articles, named by their files."""
    folder = tmp_path / "prejeto 📥"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / name.split("/")[1]).write_text(text, encoding="utf-8", newline="")
    return folder


def articles(kb: Kb) -> list[str]:
    """Return the files of the corpus, as any program sees them."""
    return sorted(
        path.relative_to(kb.corpus).as_posix()
        for path in kb.corpus.rglob("*")
        if path.is_file() and ".removed" not in path.parts
    )


# In


def test_a_folder_is_copied_by_language_and_can_be_asked_at_once(kb: Kb, inbox: Path) -> None:
    outcome = kb("add", inbox)

    assert outcome.code == 0
    assert articles(kb) == sorted(ARTICLES)
    assert "added corpus/hi/डाकघर.md  hi  पहाड़ी डाकघर\n" in outcome.out
    assert "5 articles: 5 added" in outcome.out
    for question, _, words in QUESTIONS.values():
        assert words in kb("ask", question).out
    assert sorted(path.name for path in inbox.iterdir()) == sorted(n[3:] for n in ARTICLES)


def test_files_and_patterns_may_be_mixed_and_each_is_added_once(kb: Kb, inbox: Path) -> None:
    outcome = kb("add", inbox / "डाकघर.md", f"{inbox}/*.md", f"{inbox}/**/k*", "--no-build")

    assert outcome.code == 0
    assert outcome.out.count("added") == 4
    assert articles(kb) == [name for name in sorted(ARTICLES) if name.endswith(".md")]
    assert not kb.index.exists()


def test_what_is_there_already_is_said_and_not_copied(kb: Kb, inbox: Path) -> None:
    kb("add", inbox)
    (inbox / "LATARNIA.txt").write_text(ARTICLES["pl/latarnia.md"].upper(), encoding="utf-8")
    (inbox / "nova.pdf").write_bytes(b"%PDF")

    again = kb("add", inbox, inbox / "nova.pdf")

    assert again.code == 4
    assert articles(kb) == sorted(ARTICLES)
    assert again.err.count("it is the same article as 'corpus/") == 6
    assert "it is the same article as 'corpus/pl/latarnia.md'" in again.err
    assert "nova.pdf': its name does not end in .md or .txt" in again.err
    assert again.out == ""


def test_another_article_in_its_place_is_only_replaced_by_force(kb: Kb, inbox: Path) -> None:
    kb("add", inbox)
    (inbox / "डाकघर.md").write_text("नया डाकघर अब नदी के पास है और रोज़ सुबह खुलता है।", encoding="utf-8")

    refused = kb("add", inbox / "डाकघर.md", "--lang", "hi")
    elsewhere = kb("add", inbox / "डाकघर.md", "--lang", "hi", "--to", "hi/2026", "--no-build")
    (kb.corpus / "hi/2026/डाकघर.md").unlink()
    forced = kb("add", inbox / "डाकघर.md", "--lang", "hi", "--force")

    assert (refused.code, elsewhere.code, forced.code) == (4, 0, 0)
    assert "'corpus/hi/डाकघर.md' is another article; choose another" in refused.complaint
    assert "replaced corpus/hi/डाकघर.md  hi" in forced.out
    assert "0 added, 1 changed" in forced.out


def test_a_file_name_is_written_in_the_letters_that_are_typed(kb: Kb, tmp_path: Path) -> None:
    names = {"čaša.md", "șoș.md", "łza.md", "ज़मीन.md"}
    folder = tmp_path / "from a Mac"
    folder.mkdir()
    for name in names:
        decomposed = folder / unicodedata.normalize("NFD", name)
        decomposed.write_text(f"Besedilo o {name}.", encoding="utf-8")

    kb("add", folder)

    assert set(articles(kb)) == {unicodedata.normalize("NFC", name) for name in names}
    assert kb("add", folder, "--force").code == 4


def test_an_article_in_two_languages_is_named_as_such(kb: Kb, inbox: Path) -> None:
    for language in ("sl", "hi"):
        (inbox / f"{language}.md").write_text(paragraph(language), encoding="utf-8")

    kb("add", inbox / "sl.md")
    outcome = kb("add", inbox / "hi.md")

    assert outcome.code == 0
    assert "corpus/hi/hi.md says almost the same as corpus/sl/sl.md (sl, 0." in outcome.out


@pytest.mark.parametrize("language", QUESTIONS)
def test_standard_input_becomes_an_article(kb: Kb, language: str) -> None:
    question, name, words = QUESTIONS[language]
    file_name = name.split("/")[1]

    outcome = kb("add", "-", "--name", file_name, stdin=ARTICLES[name].encode())

    assert outcome.code == 0
    assert (kb.corpus / name).read_bytes() == ARTICLES[name].encode()
    assert words in kb("ask", question).out


def test_options_are_written_as_front_matter_and_can_be_asked_for(kb: Kb, inbox: Path) -> None:
    kb(
        *("add", inbox / "muzeu.txt", "--title", "Ceasuri: Brădeni", "--date", "2026-03"),
        *("--tag", "Ştiinţă", "--tag", "muzee"),
    )

    written = (kb.corpus / "ro/muzeu.txt").read_text(encoding="utf-8")
    assert written.startswith("---\ntitle: 'Ceasuri: Brădeni'\ndate: 2026-03\ntags: [")
    assert written.endswith(ARTICLES["ro/muzeu.txt"])
    (record,) = json.loads(kb("list", "--json", "--tag", "știință").out)["articles"]
    assert (record["title"], record["language"]) == ("Ceasuri: Brădeni", "ro")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("missing.md",), "'missing.md' is no file, and no folder or pattern"),
        (("x/*.md",), "'x/*.md' is no file, and no folder or pattern"),
        (("a" * 5000,), "is no file, and no folder or pattern"),
        (("empty",), "'empty' is no file, and no folder or pattern with an article in it"),
        (("-",), "--name None is not possible; give it with `-`"),
        (("one.md", "--name", "a.md"), "--name 'a.md' is not possible"),
        (("-", "--name", "pl/a.md"), "a file name without folders that ends in .md or .txt"),
        (("-", "--name", ".md"), "a file name without folders"),
        (("one.md", "--to", "../x"), "--to '../x' is not possible"),
        (("one.md", "--to", "/x"), "--to '/x' is not possible"),
        (("one.md", "--to", ".x"), "--to '.x' is not possible"),
        (("one.md", "--lang", "polski"), "--lang 'polski' is not possible; give an ISO 639-1"),
        (("one.md", "--date", "yesterday"), "--date 'yesterday' is not possible"),
        (("one.md", "two.md", "--title", "A"), "--title 'A' is not possible; give it with one"),
    ],
)
def test_what_cannot_be_added_is_a_usage_error_and_nothing_is(
    kb: Kb, arguments: tuple[str, ...], complaint: str
) -> None:
    (kb.folder / "empty").mkdir()
    for name in ("one.md", "two.md"):
        (kb.folder / name).write_text(f"Besedilo {name}.", encoding="utf-8")

    outcome = kb("add", *arguments)

    assert outcome.code == 2
    assert complaint in outcome.complaint
    assert articles(kb) == []


def test_a_pipe_named_as_an_article_is_not_waited_for(kb: Kb) -> None:
    os.mkfifo(kb.folder / "pipe.md")

    outcome = kb("add", "pipe.md")

    assert outcome.code == 4
    assert "'pipe.md': it is no ordinary file" in outcome.complaint


def test_without_a_corpus_the_next_step_is_said(kb: Kb, inbox: Path) -> None:
    kb.corpus.rmdir()

    outcome = kb("add", inbox)

    assert outcome.code == 1
    assert "the corpus folder 'corpus' does not exist" in outcome.complaint


def test_a_corpus_that_may_not_be_written_in_is_one_line(kb: Kb, inbox: Path) -> None:
    kb.corpus.chmod(0o500)

    outcome = kb.process("add", inbox / "डाकघर.md", as_ordinary_user=True)

    kb.corpus.chmod(0o700)
    assert outcome.code == 1
    assert "'hi/डाकघर.md' cannot be written (Permission denied)" in outcome.complaint
    assert articles(kb) == []


def test_what_a_full_disk_has_no_room_for_is_no_article(kb: Kb, inbox: Path) -> None:
    (inbox / "dolgo.md").write_text("Mlin ob reki melje ajdo. " * 20_000, encoding="utf-8")

    with small_disk(kb.corpus, kilobytes=128):
        outcome = kb("add", inbox / "latarnia.md", inbox / "dolgo.md", "--to", ".", "--no-build")
        left = [path.name for path in kb.corpus.iterdir()]

    assert outcome.code == 1
    assert "'dolgo.md' cannot be written (No space left on device)" in outcome.complaint
    assert left == ["latarnia.md"]


@pytest.mark.parametrize("name", ARTICLES)
def test_what_was_removed_can_be_brought_back_to_where_it_was(built: Kb, name: str) -> None:
    built("remove", name, "--yes")
    (removed,) = (built.corpus / ".removed").iterdir()

    outcome = built("add", removed, "--to", ".")

    assert outcome.code == 0
    assert (built.corpus / name).read_bytes() == ARTICLES[name].encode()
    assert ", 0 embedded with" in outcome.out


def test_nothing_in_a_name_or_title_is_obeyed_by_a_terminal(kb: Kb, inbox: Path) -> None:
    (inbox / f"{ESCAPE}.md").write_text(f"# {ESCAPE}\n\nBesedilo.", encoding="utf-8")

    for arguments in (("add", inbox), ("add", inbox), ("remove", "**/*rdeče*", "--yes")):
        outcome = kb(*arguments)

        assert "rdeče" in outcome.out + outcome.err
        assert "\x1b" not in outcome.out + outcome.err
        assert "\u202e" not in outcome.out + outcome.err


# Out


@pytest.mark.parametrize("name", ARTICLES)
def test_a_removed_article_is_kept_and_quoted_no_more(built: Kb, name: str) -> None:
    question, _, words = QUESTIONS[name[:2]]

    outcome = built("remove", f"corpus/{name}", "--yes")

    assert outcome.code == 0
    assert f"removed corpus/{name}\n" in outcome.out
    assert "4 articles: 0 added, 0 changed, 1 removed" in outcome.out
    (kept,) = (built.corpus / ".removed").glob(f"*/{name}")
    assert kept.read_bytes() == ARTICLES[name].encode()
    assert words not in built("ask", question).out
    assert built("status", "--check").code == 0


def test_all_articles_may_be_removed(built: Kb) -> None:
    outcome = built("remove", "**", "--yes")

    assert outcome.code == 0
    assert "0 articles: 0 added, 0 changed, 5 removed" in outcome.out
    assert articles(built) == []


def test_removing_does_not_make_up_for_articles_that_were_lost(built: Kb) -> None:
    for name in ("pl/latarnia.md", "ro/muzeu.txt", "en/bakery.md"):
        (built.corpus / name).unlink()

    outcome = built("remove", "sl/*", "--yes")

    assert outcome.code == 1
    assert "4 of 5 indexed articles are gone" in outcome.err


def test_without_a_build_the_index_stays_as_it_is(built: Kb) -> None:
    assert built("remove", "pl/", "--yes", "--no-build").code == 0
    assert "generation 1," in built("status").out


@pytest.mark.parametrize("arguments", [("latarnia",), ("pl/*", "de/*")])
def test_what_means_no_article_removes_none(built: Kb, arguments: tuple[str, ...]) -> None:
    outcome = built("remove", *arguments, "--yes")

    assert outcome.code == 2
    assert articles(built) == sorted(ARTICLES)


def test_where_nobody_can_be_asked_nothing_is_removed_without_yes(built: Kb) -> None:
    outcome = built("remove", "pl/*", stdin="y\n")

    assert outcome.code == 2
    assert "1 article would be removed, and nobody can be asked; say it" in outcome.complaint
    assert articles(built) == sorted(ARTICLES)
