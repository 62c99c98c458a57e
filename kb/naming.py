"""What the user calls an article, to the article: its path, a citation, or a part of its name."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.article_errors import AmbiguousArticle, UnknownArticle
from kb.domain import DocumentId
from kb.normalization import fold

_LINES = re.compile(r"(.+?):(\d+)(?:-\d+)?", re.DOTALL)
_NEAR = 3  # Names shown in place of one that no article has.


@dataclass(frozen=True, slots=True)
class NamedArticle:
    """An article that was named, and the line if one was."""

    id: DocumentId
    line: int | None = None


def find_article(
    named: str, titles: Mapping[DocumentId, str], *, corpora: Iterable[str] = ()
) -> NamedArticle:
    """Return the article whose path, citation or part of path or title is `named`.

    `corpora` are the paths of the corpus folder, which a citation may begin with.
    Raises: `UnknownArticle`, `AmbiguousArticle`.
    """
    corpora = tuple(corpora)
    match = _LINES.fullmatch(named)
    # A file may be called `12:30.md:7`: the whole name goes before what looks like a line.
    readings = [(named, None)] + ([(match[1], int(match[2]))] if match else [])
    for text, line in readings:
        if (id_ := article_at(text, titles, corpora=corpora)) is not None:
            return NamedArticle(id_, line)
    for text, line in readings:
        part = fold(text).strip()
        found = [id_ for id_, title in titles.items() if part in fold(id_) or part in fold(title)]
        if part and len(found) == 1:
            return NamedArticle(found[0], line)
        if part and found:
            raise AmbiguousArticle(named, tuple(found))
    raise UnknownArticle(named, _near(readings[-1][0], titles))


def article_at(
    path: str, ids: Iterable[DocumentId], *, corpora: Iterable[str] = ()
) -> DocumentId | None:
    """Return the article at `path`, however its letters are composed, or None."""
    known = {unicodedata.normalize("NFC", id_): id_ for id_ in ids}
    wanted = unicodedata.normalize("NFC", path)
    names = (wanted, below_corpus(wanted, corpora))
    return next((known[name] for name in names if name in known), None)


def below_corpus(path: str, corpora: Iterable[str]) -> str:
    """Return a path or pattern, in NFC, without the corpus folder that it may begin with."""
    path = unicodedata.normalize("NFC", path).removeprefix("./")
    for corpus in corpora:
        start = unicodedata.normalize("NFC", corpus).rstrip("/") + "/"
        if path.startswith(start):
            return path.removeprefix(start)
    return path


def _near(named: str, titles: Mapping[DocumentId, str]) -> tuple[DocumentId, ...]:
    """Return the articles whose path, file name or title is most like what was named."""
    import difflib  # A name is seldom wrong.

    names = {
        fold(name): id_
        for id_, title in titles.items()
        for name in (title, id_.split("/")[-1], id_)
    }
    alike = difflib.get_close_matches(fold(named), names, n=3 * _NEAR, cutoff=0.5)
    return tuple(dict.fromkeys(names[name] for name in alike))[:_NEAR]
