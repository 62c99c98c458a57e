"""`kb list` and `kb show`: what is known of each article."""

import json
import unicodedata
from pathlib import Path

import pytest

from tests.cli.articles import ARTICLES, QUESTIONS, write_article
from tests.cli.command import Kb

ESCAPE = "\x1b[31mrdeče\u202e"


def states(kb: Kb, *options: str | Path) -> dict[str, str]:
    """Return the state of each article, in the order of the list."""
    outcome = kb("list", "--json", *options)
    assert outcome.code == 0, outcome.err
    return {record["id"]: record["state"] for record in json.loads(outcome.out)["articles"]}


def test_before_the_first_build_every_article_is_new(kb: Kb) -> None:
    assert states(kb) == dict.fromkeys(sorted(ARTICLES), "new")
    assert not kb.index.exists()


def test_each_article_has_the_state_that_the_next_build_would_find(built: Kb) -> None:
    (built.corpus / "broken.md").write_bytes(b"---\na: [\n---\nMlin.")
    (built.corpus / "gone.md").write_bytes(b"\xff\xfe\0")
    assert built("build").code == 4
    (built.corpus / "gone.md").unlink()
    (built.corpus / "pl/latarnia.md").unlink()
    write_article(built.corpus, "sl/novo.md", "Nov članek.")
    write_article(built.corpus, "hi/डाकघर.md", "नया लेख।")

    assert states(built) == {
        "broken.md": "skipped",
        "en/bakery.md": "indexed",
        "hi/डाकघर.md": "changed",
        "pl/latarnia.md": "missing",
        "ro/muzeu.txt": "indexed",
        "sl/knjiznica.md": "indexed",
        "sl/novo.md": "new",
    }
    assert "not valid YAML" in built("list", "--path", "broken.md").out


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_that_can_no_longer_be_read_is_skipped_and_keeps_what_is_known(
    built: Kb, name: str
) -> None:
    (built.corpus / name).write_bytes(b"---\na: [\n---\nMlin.")
    built("build")

    (record,) = json.loads(built("list", "--json", "--path", name).out)["articles"]

    assert record["state"] == "skipped"
    assert "not valid YAML" in record["reason"]
    assert (record["language"], record["path"]) == (name[:2], f"corpus/{name}")
    assert record["passages"] > 0


def test_a_line_says_state_language_date_passages_path_title_and_tags(built: Kb) -> None:
    matter = "---\ntitle: Šola\ndate: 2026-02\ntags: [učenje, šola]\nlanguage: sl\n---\n"
    write_article(built.corpus, "sl/šola.md", matter + "Šola stoji ob cerkvi.")
    built("build")

    line = "indexed  sl  2026-02        1  corpus/sl/šola.md  Šola  #učenje #šola\n"
    assert built("list", "--path", "sl/š*").out == line


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("path", "en/bakery.md"),
        ("title", "sl/knjiznica.md"),
        ("language", "en/bakery.md"),
        ("passages", "hi/डाकघर.md"),
        ("date", "pl/latarnia.md"),
    ],
)
def test_articles_are_sorted_by_what_is_asked_for(built: Kb, order: str, first: str) -> None:
    text = "---\ndate: 2025\n---\n" + ARTICLES["pl/latarnia.md"]
    write_article(built.corpus, "pl/latarnia.md", text)
    built("build")

    assert next(iter(states(built, "--sort", order))) == first


def test_filters_leave_out_what_they_do_not_mean(built: Kb) -> None:
    assert list(states(built, "--lang", "hi")) == ["hi/डाकघर.md"]
    assert built("list", "--tag", "mlin").code == 2


def test_nothing_in_a_name_or_title_is_obeyed_by_a_terminal(kb: Kb) -> None:
    write_article(kb.corpus, f"{ESCAPE}.md", f"---\ntags: ['{ESCAPE[5:]}']\n---\n# {ESCAPE}\n\nA.")
    kb("build")

    for command in (("list",), ("show", "rdeče"), ("show", "x"), ("open", "rdeče")):
        outcome = kb(*command)

        assert "\x1b" not in outcome.out + outcome.err
        assert "\u202e" not in outcome.out + outcome.err


# One article


@pytest.mark.parametrize("language", QUESTIONS)
def test_an_article_is_shown_with_the_lines_of_its_passages(built: Kb, language: str) -> None:
    _, name, words = QUESTIONS[language]

    outcome = built("show", f"corpus/{name}")
    record = json.loads(built("show", unicodedata.normalize("NFD", name), "--json").out)

    assert outcome.code == 0
    assert outcome.out.startswith(f"corpus/{name}\n")
    assert f"\nlanguage  {language}\n" in outcome.out
    assert words in outcome.out
    lines = (built.corpus / name).read_text(encoding="utf-8").split("\n")
    assert len(record["texts"]) == record["passages"]
    for passage in record["texts"]:
        first, last = passage["first_line"], passage["last_line"]
        assert passage["text"] in "\n".join(lines[first - 1 : last])
        where = f"{first}" if first == last else f"{first}-{last}"
        assert f"\ncorpus/{name}:{where}" in outcome.out


def test_an_article_that_is_new_is_shown_as_such(built: Kb) -> None:
    write_article(built.corpus, "sl/novo.md", "Nov članek.")

    outcome = built("show", "novo")

    assert outcome.out == "corpus/sl/novo.md\nstate     new\npassages  0\n"


def test_a_name_that_no_article_has_is_a_usage_error(built: Kb) -> None:
    unknown, several = built("show", "knjižnca"), built("show", "muzeul cea")

    assert (unknown.code, several.code) == (2, 0)
    assert "near to it: 'sl/knjiznica.md'" in unknown.complaint
    assert built("show", ".md").complaint.endswith("give more of the path")
