"""Which articles a filter means: laws for dates, tags and paths in every script."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.article_errors import NoArticleMeant, UnknownPath, UnknownTag
from kb.domain import ArticleFilter, DocumentId, LanguageCode
from kb.errors import UnknownLanguage
from kb.selection import choose_articles, days_of, matches_path

Form = Literal["NFC", "NFD"]

SL, PL, HI, RO = map(LanguageCode, ("sl", "pl", "hi", "ro"))


@dataclass(frozen=True)
class Article:
    id: DocumentId
    languages: Collection[LanguageCode | None] = field(default=(None,))
    date: str | None = None
    tags: tuple[str, ...] = ()


ARTICLES = (
    Article(DocumentId("hi/डाकघर.md"), {HI}, "2026-02", ("डाक", "NPS")),
    Article(DocumentId("notes/2026/a.txt"), (None,), None, ()),
    Article(DocumentId("pl/zażalenia/łódź.md"), {PL}, "2025", ("Łódź", "nps")),
    Article(DocumentId("ro/școală.md"), {RO, SL}, "2026-03-05", ("Şcoală",)),
    Article(DocumentId("sl/članki.md"), {SL}, "5. marec 2026", ("Podpora strankam",)),
)


def chosen(**wanted: object) -> list[str]:
    found = choose_articles(ARTICLES, ArticleFilter(**wanted))  # type: ignore[arg-type]
    return [article.id.split("/")[0] for article in found]


def test_without_a_condition_every_article_is_meant() -> None:
    assert choose_articles(ARTICLES, ArticleFilter()) == ARTICLES
    assert choose_articles((), ArticleFilter()) == ()


# Languages


def test_an_article_in_several_languages_is_meant_by_each() -> None:
    assert chosen(languages=(SL,)) == ["ro", "sl"]
    assert chosen(languages=(RO, HI)) == ["hi", "ro"]


def test_an_unknown_language_is_named_with_those_that_there_are() -> None:
    with pytest.raises(UnknownLanguage, match=r"'xx'; the index has hi, pl, ro, sl"):
        chosen(languages=(SL, LanguageCode("xx")))


# Tags


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("tag", "folders"),
    [
        ("nps", ["hi", "pl"]),
        ("ŁÓDŹ", ["pl"]),
        ("lodz", ["pl"]),
        ("Școală", ["ro"]),
        ("डाक", ["hi"]),
        ("podpora  STRANKAM", ["sl"]),
    ],
)
def test_tags_are_compared_folded(tag: str, folders: list[str], form: Form) -> None:
    assert chosen(tags=(unicodedata.normalize(form, tag),)) == folders


def test_any_of_several_tags_is_enough() -> None:
    assert chosen(tags=("डाक", "lodz")) == ["hi", "pl"]


def test_an_unknown_tag_is_named_with_those_that_there_are() -> None:
    with pytest.raises(
        UnknownTag, match=r"'mlin'; there is 'Łódź', 'nps', 'Podpora strankam', 'Şcoală', 'डाक'"
    ):
        chosen(tags=("NPS", "mlin"))
    with pytest.raises(UnknownTag, match="front matter"):
        choose_articles(ARTICLES[1:2], ArticleFilter(tags=("mlin",)))


# Dates


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026-01-31", "2026-01-31", "2026-01-31"),
        (" 2026-01-31T10:00:00+01:00", "2026-01-31", "2026-01-31"),
        ("2026-01-31 10:00", "2026-01-31", "2026-01-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("२०२६-१२", "2026-12-01", "2026-12-31"),
    ],
)
def test_a_date_covers_the_days_that_it_may_mean(written: str, first: str, last: str) -> None:
    days = days_of(written)

    assert days == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "written", ["", "5. marec 2026", "2026-13", "2026-02-30", "0000", "26-01-01", "2026-1", "x2026"]
)
def test_what_is_no_iso_date_covers_no_day(written: str) -> None:
    assert days_of(written) is None


def test_dates_that_overlap_the_range_are_within_it() -> None:
    assert chosen(since=date(2025, 6, 1)) == ["hi", "pl", "ro"]
    assert chosen(since=date(2026, 2, 28)) == ["hi", "ro"]
    assert chosen(since=date(2026, 3, 1)) == ["ro"]
    assert chosen(until=date(2026, 2, 1)) == ["hi", "pl"]
    assert chosen(since=date(2025, 3, 1), until=date(2025, 3, 1)) == ["pl"]


@given(st.dates(), st.integers(-3, 3), st.integers(-3, 3))
def test_a_day_is_within_a_range_as_numbers_are(day: date, before: int, after: int) -> None:
    try:
        since, until = day + timedelta(before), day + timedelta(after)
    except OverflowError:
        return
    articles = (Article(DocumentId("a.md"), date=day.isoformat()),)
    wanted = ArticleFilter(since=since, until=until)

    if since <= day <= until:
        assert choose_articles(articles, wanted) == articles
    else:
        with pytest.raises(NoArticleMeant):
            choose_articles(articles, wanted)


# Paths


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("pattern", "folders"),
    [
        ("**", ["hi", "notes", "pl", "ro", "sl"]),
        ("*/*.md", ["hi", "ro", "sl"]),
        ("**/*.md", ["hi", "pl", "ro", "sl"]),
        ("pl/**", ["pl"]),
        ("pl/", ["pl"]),
        ("./pl/**/łódź.md", ["pl"]),
        ("**/?????.md", ["hi"]),
        ("**/šč*.md", []),
        ("sl/č*", ["sl"]),
        ("hi/डाक*.md", ["hi"]),
        ("ro/școală.md", ["ro"]),
        ("notes/20?6/*", ["notes"]),
    ],
)
def test_patterns_go_by_folders(pattern: str, folders: list[str], form: Form) -> None:
    pattern = unicodedata.normalize(form, pattern)

    assert [a.id.split("/")[0] for a in ARTICLES if matches_path(pattern, a.id)] == folders


@given(st.text(st.characters(exclude_characters="*?", exclude_categories=["Cs"])))
def test_a_path_without_wild_characters_means_itself(path: str) -> None:
    assert path.startswith("./") or matches_path(path, path)


@given(st.text("a*?/ł", max_size=8), st.text("ab/ł", max_size=8))
def test_two_stars_mean_whatever_one_does(pattern: str, path: str) -> None:
    if matches_path(pattern, path):
        assert matches_path(pattern.replace("*", "**").replace("****", "**"), path)


def test_a_path_of_no_article_is_named_with_those_that_there_are() -> None:
    with pytest.raises(UnknownPath, match=r"'pl/\*\.txt'.*there is 'hi/डाकघर.md', "):
        chosen(paths=("sl/*", "pl/*.txt"))


# Together


def test_every_condition_has_to_hold() -> None:
    assert chosen(tags=("nps",), paths=("pl/**",)) == ["pl"]
    with pytest.raises(NoArticleMeant, match="from 2025-01-01 to 2026-03-05"):
        chosen(tags=("nps",), languages=(SL,))
