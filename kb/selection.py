"""Which articles are meant by a language, a tag, a date or a path."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import cache
from typing import Protocol, TypeVar

from kb.article_errors import NoArticleMeant, UnknownPath, UnknownTag
from kb.domain import ArticleFilter, DocumentId, LanguageCode
from kb.errors import UnknownLanguage
from kb.normalization import fold

# A day, a month or a year, and what a time of day may follow.
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[t ].*)?)?)?")
_WILD = re.compile(r"(\*\*/|\*\*|\*|\?)")
_WILD_MEANS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


class Article(Protocol):
    """What an article is chosen by."""

    @property
    def id(self) -> DocumentId: ...

    @property
    def languages(self) -> Collection[LanguageCode | None]:
        """Its own language and those of its passages."""

    @property
    def date(self) -> str | None: ...

    @property
    def tags(self) -> Sequence[str]: ...


A = TypeVar("A", bound=Article)


def choose_articles(articles: Sequence[A], wanted: ArticleFilter) -> tuple[A, ...]:
    """Return the articles that are meant, in order.

    Raises: `UnknownLanguage`, `UnknownTag`, `UnknownPath` for what no article has, `NoArticleMeant`
    when none has all that is wanted.
    """
    _check(articles, wanted)
    chosen = tuple(article for article in articles if _is_meant(article, wanted))
    if articles and not chosen:
        raise NoArticleMeant(_dates(articles))
    return chosen


def days_of(written: str) -> tuple[date, date] | None:
    """Return the first and the last day of a date, a month or a year; None for other text.

    >>> days_of("2026-02")
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    """
    match = _DATE.fullmatch(fold(written).strip())  # Digits of any script.
    if match is None:
        return None
    import calendar  # Most questions name no date.

    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        first = date(year, month or 1, day or 1)
        if month is None:
            return first, date(year, 12, 31)
        return first, first if day else date(year, month, calendar.monthrange(year, month)[1])
    except ValueError:  # The 30th of February.
        return None


def folded_tag(tag: str) -> str:
    """Return what tags are compared by: `Podpora` and `podpora` are one."""
    return " ".join(fold(tag).split())


def each_tag_once(written: Iterable[str]) -> tuple[str, ...]:
    """Return tags without those that are empty or compare equal to one before them."""
    tags: dict[str, str] = {}
    for tag in written:
        if key := folded_tag(tag):
            tags.setdefault(key, " ".join(tag.split()))
    return tuple(tags.values())


def matches_path(pattern: str, path: str) -> bool:
    """True when a pattern with `*`, `**` and `?` means `path`; `*` stays within a folder.

    A pattern that ends in `/` means all that is below a folder.
    """
    return _path_pattern(pattern).fullmatch(unicodedata.normalize("NFC", path)) is not None


@cache
def _path_pattern(pattern: str) -> re.Pattern[str]:
    pattern = unicodedata.normalize("NFC", pattern).removeprefix("./")
    parts = _WILD.split(f"{pattern}**" if pattern.endswith("/") else pattern)
    return re.compile(
        "".join(_WILD_MEANS.get(part) or re.escape(part) for part in parts), re.DOTALL
    )


def _is_meant(article: Article, wanted: ArticleFilter) -> bool:
    return (
        (not wanted.languages or not set(wanted.languages).isdisjoint(article.languages))
        and (not wanted.tags or not _folded(wanted.tags).isdisjoint(_folded(article.tags)))
        and (not wanted.paths or any(matches_path(path, article.id) for path in wanted.paths))
        and _is_within(article.date, wanted.since, wanted.until)
    )


def _is_within(written: str | None, since: date | None, until: date | None) -> bool:
    """True when some day of an article's date is in the range; without a range, always."""
    if since is None and until is None:
        return True
    days = days_of(written or "")
    if days is None:
        return False
    first, last = days
    return (since is None or last >= since) and (until is None or first <= until)


def _folded(tags: Iterable[str]) -> frozenset[str]:
    return frozenset(map(folded_tag, tags))


def _check(articles: Iterable[Article], wanted: ArticleFilter) -> None:
    """Tell what no article has from what no article has together with the rest."""
    articles = tuple(articles)
    languages = {language for article in articles for language in article.languages}
    for language in wanted.languages:
        if language not in languages:
            raise UnknownLanguage(language, tuple(sorted(filter(None, languages))))
    if wanted.tags:
        tags = {folded_tag(tag): tag for article in articles for tag in article.tags}
        for tag in wanted.tags:
            if folded_tag(tag) not in tags:
                raise UnknownTag(tag, tuple(tags[key] for key in sorted(tags)))
    for path in wanted.paths:
        if not any(matches_path(path, article.id) for article in articles):
            raise UnknownPath(path, tuple(article.id for article in articles))


def _dates(articles: Iterable[Article]) -> tuple[str, str] | None:
    """Return the first and last day that articles are dated with."""
    dated = [days for article in articles if (days := days_of(article.date or ""))]
    if not dated:
        return None
    return min(first for first, _ in dated).isoformat(), max(last for _, last in dated).isoformat()
