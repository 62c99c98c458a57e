"""Articles that are not UTF-8 text: asked, cited and checked like any other."""

import pytest

from kb.errors import ExitCode
from tests.cli.command import Kb
from tests.prose import LANGUAGES, SENTENCES
from tests.test_pages import page

OLDER = {"sl": "cp1250", "pl": "iso8859-2", "hi": "utf-16", "ro": "iso8859-16", "en": "cp1252"}


def text(language: str) -> str:
    return "\n".join(SENTENCES[language]).replace("🙂 ", "")


@pytest.fixture(params=["older", "page"])
def written(request: pytest.FixtureRequest, kb: Kb) -> Kb:
    """The command with an article a language, in an older encoding or as a page."""
    for language, encoding in OLDER.items():
        if request.param == "older":
            (kb.corpus / f"{language}.txt").write_bytes(text(language).encode(encoding))
        else:
            (kb.corpus / f"{language}.html").write_text(page(language), encoding="utf-8")
    outcome = kb("build")
    assert (outcome.code, outcome.err) == (ExitCode.ANSWERED, "")
    return kb


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_is_quoted_with_its_line(written: Kb, language: str) -> None:
    asked = SENTENCES[language][1]

    found = written("ask", asked)

    first = found.out.split(" [1]", maxsplit=1)[0]
    cedillas = str.maketrans("șțȘȚ", "şţŞŢ")
    assert first.translate(cedillas) == asked.translate(cedillas)
    assert any(f"{language}.{suffix}:" in found.out for suffix in ("txt", "html"))


def test_the_index_is_fresh_and_healthy_and_comes_back_from_a_backup(written: Kb) -> None:
    question = SENTENCES["pl"][1]
    before = written("search", question, "--json").out

    assert written("status", "--check").code == ExitCode.ANSWERED
    assert written("doctor", "--deep").code == ExitCode.ANSWERED
    assert written("backup", "kopija.kb").code == ExitCode.ANSWERED
    assert written("--index", "drugje", "restore", "kopija.kb").code == ExitCode.ANSWERED
    assert written("--index", "drugje", "search", question, "--json").out == before


def test_an_article_that_changed_is_not_quoted(written: Kb) -> None:
    for path in written.corpus.glob("sl.*"):
        path.write_bytes(path.read_bytes().replace(b"1931", b"1999"))

    outcome = written("ask", SENTENCES["sl"][0])

    assert "/sl." not in outcome.out
    assert "1 changed ('sl." in outcome.err
