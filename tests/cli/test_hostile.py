"""A corpus that wants to do harm: named, passed over, and never obeyed."""

import errno
import json
import os
import unicodedata
from pathlib import Path

import pytest

from kb.cli.terminal import say
from kb.corpus.folder import MOST_BYTES
from kb.errors import ExitCode
from tests.cli.articles import QUESTIONS
from tests.cli.command import Kb, Outcome
from tests.prose import LANGUAGES, SENTENCES
from tests.rendering.test_neutral import is_obeyed

# Repaints, renames the window, answers for the user, shows a path backwards.
ATTACKS = ("\x1b[2J\x1b[31m", "\x1b]0;kb\x07", "\x9b5n", "\u202egnp.\u202c", "\u2066\x08\x7f")


def outputs(outcome: Outcome) -> str:
    return outcome.out + outcome.err


def assert_harmless(*outcomes: Outcome) -> None:
    for outcome in outcomes:
        assert "Traceback" not in outcome.err
        assert not any(map(is_obeyed, outputs(outcome)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_output_holds_what_a_terminal_obeys(tmp_path: Path, language: str) -> None:
    kb = Kb(tmp_path)
    kb.corpus.mkdir()
    asked = SENTENCES[language][1]
    for number, attack in enumerate(ATTACKS):
        text = f"# {attack}Naslov {attack}\n\n{asked} {attack} {SENTENCES[language][2]}\n"
        for name in (f"{attack}{number}.md", f"{number}.html"):
            (kb.corpus / name).write_text(text, encoding="utf-8")
        (kb.corpus / f"skip{attack}{number}.md").write_text(attack + "\x00", encoding="utf-8")
        matter = f'---\ntitle: "a\\e{attack[1:]}b"\nlanguage: {language}\n---\n{asked}\n'
        (kb.corpus / f"m{number}.md").write_text(matter, encoding="utf-8")

    built = kb("build")
    assert built.code == ExitCode.SKIPPED
    names = [*kb.corpus.iterdir()]
    assert_harmless(
        built,
        kb("ask", asked),
        kb("ask", asked, "--format", "json"),
        kb("ask", asked, "--format", "markdown"),
        kb("search", asked, "-k", "100"),
        kb("search", asked, "-k", "100", "--json"),
        kb("search", asked, "-k", "100", "--explain"),
        kb("export", "--last"),
        kb("list"),
        kb("list", "--json"),
        *(kb("show", file.name, *form) for file in names for form in ((), ("--json",))),
        kb("show", f"ni{ATTACKS[0]}"),
        kb("remove", f"ni{ATTACKS[3]}"),
        kb("add", f"ni{ATTACKS[2]}"),
        kb("status"),
        kb("doctor", "--deep"),
        kb("doctor", "--json"),
        kb("--index", f"ni{ATTACKS[0]}", "status"),
        kb("--corpus", f"ni{ATTACKS[3]}", "status"),
        kb("ask", asked, "--lang", ATTACKS[0]),
    )
    for file in kb.corpus.iterdir():
        file.unlink()
    assert_harmless(kb("ask", asked), kb("status"), kb("build"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_notice_and_no_error_is_obeyed(attack: str, capsys: pytest.CaptureFixture[str]) -> None:
    say(f"reason {attack} of a library")

    assert not any(map(is_obeyed, capsys.readouterr().err))


def test_json_gives_the_letters_back_that_it_escapes(tmp_path: Path) -> None:
    kb = Kb(tmp_path)
    kb.corpus.mkdir()
    text = f"Mlin \u202eob reki\u202c melje ajdo \x9b5n že od leta {ATTACKS[0]} 1931."
    (kb.corpus / "a.md").write_text(text, encoding="utf-8")
    kb("build")

    record = json.loads(kb("search", "Kdaj melje mlin ob reki?", "--json").out)

    assert record["hits"][0]["text"] == text


def test_the_build_goes_on_past_every_bad_file_and_names_it(kb: Kb) -> None:
    bad = {
        "binary.md": (os.urandom(4_000) + b"\0", "save it as UTF-8"),
        "picture.html": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "save it as UTF-8"),
        "empty.md": (b"", "holds no text"),
        "large.md": (b"a " * (MOST_BYTES // 2 + 1), "more than 16 MiB; split it"),
        "bomb.md": (b"---\na: " + b"[" * 9_000 + b"\n---\nMlin.", "nested too deeply"),
        "matter.md": (b"---\n" + b"a: b\n" * 20_000 + b"---\nMlin.", "more than 50,000 characters"),
        "menu.html": (b"<html><body><script>1</script></body></html>", "no article is found"),
    }
    for name, (content, _) in bad.items():
        (kb.corpus / name).write_bytes(content)

    outcome = kb("build")

    assert outcome.code == ExitCode.SKIPPED
    assert "5 articles: 5 added" in outcome.out
    for name, (_, reason) in bad.items():
        (line,) = [line for line in outcome.err.splitlines() if name in line]
        assert reason in line
    question, _, words = QUESTIONS["sl"]
    assert words in kb("ask", question).out
    assert kb("build").code == ExitCode.SKIPPED, "named at each build until it is mended"
    assert kb("status", "--check").code == 0


def test_an_alias_bomb_in_front_matter_costs_nothing(kb: Kb) -> None:
    levels = "\n".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]" for i in range(1, 30))
    article = f"---\nl0: &l0 [a, a]\n{levels}\ntitle: Bomba\n---\n{SENTENCES['sl'][0]}\n"
    (kb.corpus / "bomba.md").write_text(article, encoding="utf-8")

    assert kb("build").code == 0
    assert "Bomba" in kb("search", SENTENCES["sl"][0]).out


def test_an_article_that_grows_too_large_is_not_lost_from_the_index(built: Kb) -> None:
    path = built.corpus / "pl/latarnia.md"
    with path.open("ab") as file:
        file.truncate(MOST_BYTES + 1)

    outcome = built("build")

    assert outcome.code == ExitCode.SKIPPED
    assert "5 articles" in outcome.out
    question, _, words = QUESTIONS["pl"]
    assert words not in built("ask", question).out, "not quoted while the file says otherwise"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_devices_and_loops_of_folders_are_no_articles(kb: Kb) -> None:
    os.mkfifo(kb.corpus / "pipe.md")
    (kb.corpus / "null.md").symlink_to("/dev/null")
    (kb.corpus / "zero.md").symlink_to("/dev/zero")
    (kb.corpus / "loop").symlink_to(kb.corpus, target_is_directory=True)
    (kb.corpus / "around.md").symlink_to("around.md")

    outcome = kb("build")

    assert outcome.code == 0
    assert "5 articles: 5 added" in outcome.out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
@pytest.mark.parametrize("command", [("build",), ("ask", QUESTIONS["pl"][0]), ("doctor", "--deep")])
def test_a_pipe_in_the_place_of_an_article_is_not_waited_for(
    built: Kb, command: tuple[str, ...]
) -> None:
    path = built.corpus / "pl/latarnia.md"
    path.unlink()
    os.mkfifo(path)

    assert "Traceback" not in built.process(*command).err


def test_names_that_differ_in_case_or_composition_only_are_two_articles(kb: Kb) -> None:
    names = [unicodedata.normalize(form, "žaba.md") for form in ("NFC", "NFD")] + ["Žaba.md"]
    for number, name in enumerate(names):
        text = f"Žaba številka {number} živi v mlaki."
        (kb.corpus / name).write_text(text, encoding="utf-8")
    if len({file.name for file in kb.corpus.glob("*aba.md")}) < len(names):
        pytest.skip("this file system takes them for one")

    kb("build")

    found = json.loads(kb("search", "Kje živi žaba?", "-k", "100", "--json").out)["hits"]
    by_name = {hit["document"]: hit["text"] for hit in found}
    assert [by_name[name] for name in names] == [
        f"Žaba številka {number} živi v mlaki." for number in range(3)
    ]
    assert all((kb.folder / hit["path"]).is_file() for hit in found)


def test_two_hard_links_are_two_articles(kb: Kb) -> None:
    os.link(kb.corpus / "pl/latarnia.md", kb.corpus / "druga.md")

    assert "6 articles: 6 added" in kb("build").out


def test_an_article_that_may_not_be_read_is_named_and_kept_in_the_index(built: Kb) -> None:
    path = built.corpus / "pl/latarnia.md"
    path.chmod(0)

    outcome = built.process("build", as_ordinary_user=True)

    assert outcome.code == ExitCode.SKIPPED
    assert os.strerror(errno.EACCES) in outcome.err
    assert "5 articles" in outcome.out
