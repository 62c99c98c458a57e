"""`--lang`, `--tag`, `--since`, `--until` and `--path`: what is asked of some articles only."""

import json
import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from tests.cli.articles import write_article
from tests.cli.command import Kb

Form = Literal["NFC", "NFD"]

# Each with its own front matter, all on one subject.
MATTER = {
    "sl/koča.md": ("tags: [Gorništvo, koča]\ndate: 2024-11-03", "Koča pod vrhom ima 24 ležišč."),
    "pl/schron.md": ("tags: góry, łóżka\ndate: 2025-02", "Schronisko pod szczytem ma 24 łóżka."),
    "hi/कुटिया.md": ("tags: [पहाड़]\ndate: २०२५-०६-०१", "चोटी के नीचे कुटिया में 24 बिस्तर हैं।"),
    "ro/cabană.md": ("tags: Munţi\ndate: 2026", "Cabana de sub vârf are 24 de paturi."),
    "en/hut.md": ("date: last spring", "The hut below the summit has 24 beds."),
}
QUESTION = "How many beds are there below the summit?"


@pytest.fixture(scope="module")
def huts(tmp_path_factory: pytest.TempPathFactory) -> Kb:
    kb = Kb(tmp_path_factory.mktemp("huts"))
    for name, (matter, text) in MATTER.items():
        language = name[:2]
        write_article(kb.corpus, name, f"---\nlanguage: {language}\n{matter}\n---\n{text}\n")
    assert kb("build").code == 0
    return kb


def found(kb: Kb, *options: str | Path) -> set[str]:
    """Return the languages of the articles that have a hit: each has one article."""
    outcome = kb("search", QUESTION, "--json", *options)
    assert outcome.code == 0, outcome.err
    hits = json.loads(outcome.out)["hits"]
    return {one["document"][:2] for hit in hits for one in (hit, *hit["also"])}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("tag", "language"),
    [("gorništvo", "sl"), ("LOZKA", "pl"), ("पहाड़", "hi"), ("munți", "ro"), ("gornistvo", "sl")],
)
def test_a_tag_is_found_however_it_is_typed(huts: Kb, tag: str, language: str, form: Form) -> None:
    assert found(huts, "--tag", unicodedata.normalize(form, tag)) == {language}


def test_any_of_several_tags_is_enough(huts: Kb) -> None:
    assert found(huts, "--tag", "koca", "--tag", "gory") == {"sl", "pl"}


@pytest.mark.parametrize(
    ("options", "languages"),
    [
        (("--since", "2025"), {"pl", "hi", "ro"}),
        (("--since", "2025-06-02"), {"ro"}),
        (("--until", "2025-02-14"), {"sl", "pl"}),
        (("--since", "2025-01-01", "--until", "2025-12"), {"pl", "hi"}),
        (("--path", "pl/*"), {"pl"}),
        (("--path", "corpus/ro/*"), {"ro"}),
        (("--path", "**/*.md", "--lang", "hi"), {"hi"}),
        (("--path", unicodedata.normalize("NFD", "ro/cabană.md")), {"ro"}),
        (("--path", "sl/", "--path", "en/**"), {"sl", "en"}),
    ],
)
def test_only_articles_that_fit_are_searched(
    huts: Kb, options: tuple[str, ...], languages: set[str]
) -> None:
    assert found(huts, *options) == languages


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (
            ("--tag", "jezero"),
            "no article has the tag 'jezero'; there is 'Gorništvo', 'góry', 'koča', ",
        ),
        (("--path", "de/*"), "there is 'en/hut.md', 'hi/कुटिया.md', "),
        (("--lang", "xx"), "the index has en, hi, pl, ro, sl"),
        (("--since", "2027"), "are dated from 2024-11-03 to 2026-12-31"),
        (("--tag", "koca", "--lang", "pl"), "no article fits all of"),
        (("--since", "yesterday"), "--since 'yesterday' is not possible; give a date as"),
        (("--until", "2026-02-30"), "--until '2026-02-30' is not possible"),
    ],
)
def test_what_means_no_article_is_a_usage_error_that_names_what_there_is(
    huts: Kb, command: str, options: tuple[str, ...], complaint: str
) -> None:
    outcome = huts(command, QUESTION, *options)

    assert outcome.code == 2
    assert complaint in outcome.complaint


def test_an_answer_names_the_date_and_the_tags_of_its_sources(huts: Kb) -> None:
    outcome = huts("ask", QUESTION, "--lang", "pl", "--format", "json")

    (citation,) = json.loads(outcome.out)["citations"]
    assert (citation["date"], citation["tags"]) == ("2025-02", ["góry", "łóżka"])
