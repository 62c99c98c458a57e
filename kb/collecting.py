"""Files into the corpus and out of it: which to take, where they go, and what is there already."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum

from kb.article_errors import UnknownPath
from kb.corpus import Corpus, digest_of, parse, with_front_matter, write_article
from kb.domain import DetectLanguage, Document, DocumentId, LanguageCode
from kb.errors import ArticleUnreadable
from kb.naming import article_at, below_corpus
from kb.normalization import folded_words
from kb.selection import each_tag_once, matches_path
from kb.store import IndexReader
from kb.vectors import likenesses

# With the embedded model, translations of a text have a likeness of 0.75 or more, two articles
# that only share a subject at most 0.69; tests/test_collecting.py keeps the limit between them.
NEAR = 0.72
_SHOWN_NEAR = 3

_NOT_WRITTEN = (
    "front matter cannot be written in it; leave out --lang, --title, --date and --tag, or edit it"
)


class Verdict(StrEnum):
    """What was done with a file."""

    ADDED = "added"
    REPLACED = "replaced"
    KNOWN = "known"
    """The same article is there already."""
    TAKEN = "taken"
    """Another article is where it would go."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class NearArticle:
    """An article that says almost the same as another one, in whatever language."""

    id: DocumentId
    language: LanguageCode | None
    likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """What was done with one file, and why."""

    source: str
    verdict: Verdict
    document: Document | None = None
    """As it was written; None when it could not be read."""
    at: DocumentId | None = None
    """The article that it is now, that it is already, or that has its place."""
    reason: str = ""

    @property
    def is_skipped(self) -> bool:
        return self.verdict not in (Verdict.ADDED, Verdict.REPLACED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Where new articles go, and what their front matter is to say."""

    folder: str | None = None
    """Below the corpus; None for the folder of each article's language."""
    entries: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    force: bool = False
    """Replace another article that is in the way."""


class Collector:
    """Adds files to the corpus, one after the other, each compared with all that is there.

    Without an index, other articles are told by their bytes alone.
    """

    def __init__(
        self, corpus: Corpus, index: IndexReader | None, *, detect_language: DetectLanguage
    ) -> None:
        self._corpus = corpus
        self._detect_language = detect_language
        self._names: dict[str, DocumentId] = {}
        self._sizes: defaultdict[int, list[DocumentId]] = defaultdict(list)
        for file in corpus.files():
            self._names[_composed(file.id)] = file.id
            self._sizes[file.stamp.size_bytes].append(file.id)
        # With the number of words: folding all texts would take seconds for thousands of articles.
        self._bodies: dict[DocumentId, tuple[int, str]] = {}
        for id_, body in index.bodies() if index is not None else ():
            if self._names.get(_composed(id_)) == id_:  # Else it is gone from the corpus.
                self._bodies[id_] = len(body.split()), body

    def add(self, source: str, below: str, content: bytes, placing: Placing) -> Addition:
        """Write one file into the corpus unless it, or another in its place, is there already.

        `source` is what the user calls it, `below` its path below what was named.
        Raises: `ArticleUnwritable`.
        """
        try:
            content, document = self._read(source, below, content, placing)
        except ArticleUnreadable as error:
            return Addition(source=source, verdict=Verdict.UNREADABLE, reason=error.reason)
        there = self._names.get(document.id)
        if refused := self._refusal(content, document, there, force=placing.force):
            verdict, at = refused
            return Addition(source=source, verdict=verdict, document=document, at=at)
        target = there or document.id
        write_article(self._corpus, target, content)
        body = _body(document)
        self._names[_composed(target)] = target
        self._sizes[len(content)].append(target)
        self._bodies[target] = len(body.split()), body
        verdict = Verdict.REPLACED if there else Verdict.ADDED
        return Addition(source=source, verdict=verdict, document=document, at=target)

    def _read(
        self, source: str, below: str, content: bytes, placing: Placing
    ) -> tuple[bytes, Document]:
        """Return the bytes to be written and what they say, with the path they go to.

        Raises: `ArticleUnreadable`.
        """
        # The kind of file is told by its name.
        read = parse(DocumentId(below), content, detect_language=self._detect_language)
        if placing.entries:
            content = _with_entries(content, read, placing.entries)
            changed = parse(DocumentId(below), content, detect_language=self._detect_language)
            if _body(changed) != _body(read) or not _says(changed, placing.entries):
                raise ArticleUnreadable(source, _NOT_WRITTEN)
            read = changed
        target = place_of(below, read.language, placing.folder)
        return content, replace(read, id=DocumentId(target))

    def _refusal(
        self, content: bytes, document: Document, there: DocumentId | None, *, force: bool
    ) -> tuple[Verdict, DocumentId] | None:
        """Return why a file is not written, and because of which article; None when it is."""
        if (identical := self._with_bytes(content)) is not None:
            return Verdict.KNOWN, identical
        is_forced = force and there is not None
        same = self._with_words(_body(document))
        if same is not None and not (is_forced and same == there):
            return Verdict.KNOWN, same
        return None if there is None or is_forced else (Verdict.TAKEN, there)

    def _with_bytes(self, content: bytes) -> DocumentId | None:
        """Return an article with the same bytes, if there is one."""
        digest = digest_of(content)
        for id_ in self._sizes[len(content)]:
            with suppress(ArticleUnreadable):
                if digest_of(self._corpus.read(id_)) == digest:
                    return id_
        return None

    def _with_words(self, body: str) -> DocumentId | None:
        """Return an article whose text has the same words once folded, if there is one."""
        count, words = len(body.split()), folded_words(body)
        for id_, (other_count, other) in self._bodies.items():
            if other_count == count and folded_words(other) == words:
                return id_
        return None


def near_articles(
    index: IndexReader, ids: Iterable[DocumentId]
) -> dict[DocumentId, tuple[NearArticle, ...]]:
    """Return, for each of these articles, those that say almost the same, nearest first."""
    languages = {document.id: document.language for document in index.documents()}
    passages = index.passages_by_document()
    documents = tuple(passages)
    passage_ids, vectors = index.vectors()
    row_of = {id_: row for row, id_ in enumerate(passage_ids)}
    texts = tuple([row_of[passage] for passage in passages[id_]] for id_ in documents)
    near = {}
    for id_ in ids:
        if id_ not in passages:
            continue
        own = vectors[[row_of[passage] for passage in passages[id_]]]
        found = (
            NearArticle(other, languages[other], float(likeness))
            for other, likeness in zip(documents, likenesses(own, vectors, texts), strict=True)
            if likeness >= NEAR and other != id_
        )
        nearest = sorted(found, key=lambda article: (-article.likeness, article.id))
        if nearest:
            near[id_] = tuple(nearest[:_SHOWN_NEAR])
    return near


def entries_of(
    *,
    language: LanguageCode | None = None,
    title: str | None = None,
    date: str | None = None,
    tags: Sequence[str] = (),
) -> dict[str, str | tuple[str, ...]]:
    """Return what front matter is to say: as it is read again, so in one line and in NFC."""
    said: dict[str, str | tuple[str, ...]] = {
        "title": _written(title or ""),
        "language": language or "",
        "date": _written(date or ""),
        "tags": each_tag_once(map(_written, tags)),
    }
    return {key: value for key, value in said.items() if value}


def _written(text: str) -> str:
    return _composed(" ".join(text.split()))


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def place_of(below: str, language: LanguageCode | None, folder: str | None) -> str:
    """Return where a file goes: into `folder`, else into the folder of its language.

    Folders below the one that was named stay, but for one that is called as the language.
    Names are put into NFC, as they are typed.

    >>> place_of("sl/2026/koča.md", LanguageCode("sl"), None)
    'sl/2026/koča.md'
    """
    place = language or "" if folder is None else folder
    parts = [*place.split("/"), *below.removeprefix(f"{place}/").split("/")]
    return _composed("/".join(filter(None, parts)))


def choose_to_remove(
    named: Sequence[str], ids: Iterable[DocumentId], *, corpora: Sequence[str]
) -> tuple[DocumentId, ...]:
    """Return the articles that the names mean: whole paths or patterns, never parts of a name.

    Raises: `UnknownPath`.
    """
    ids = tuple(ids)
    chosen: dict[DocumentId, None] = {}
    for name in named:
        exact = article_at(name, ids, corpora=corpora)
        pattern = below_corpus(name, corpora)
        found = [exact] if exact else [id_ for id_ in ids if matches_path(pattern, id_)]
        if not found:
            raise UnknownPath(name, ids)
        chosen.update(dict.fromkeys(found))
    return tuple(chosen)


def _with_entries(
    content: bytes, document: Document, entries: Mapping[str, str | tuple[str, ...]]
) -> bytes:
    """Return a file with `entries` in its front matter; one that is no UTF-8 becomes UTF-8."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = document.text
    try:
        return with_front_matter(text, entries).encode()
    except ValueError as error:
        raise ArticleUnreadable(document.id, f"{_NOT_WRITTEN} ({error})") from error


def _says(document: Document, entries: Mapping[str, str | tuple[str, ...]]) -> bool:
    said = {
        "title": document.title,
        "language": document.language,
        "date": document.date,
        "tags": document.tags,
    }
    return all(said[key] == value for key, value in entries.items())


def _body(document: Document) -> str:
    return document.text[document.body_start :]
