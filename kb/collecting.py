"""Files into the corpus and out of it: which to take, where they go, and what is there already."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum

from kb.article_errors import UnknownPath
from kb.chunking import embedded_text, passages_of
from kb.corpus import Corpus, digest_of, parse, with_front_matter, write_article
from kb.domain import DetectLanguage, Document, DocumentId, LanguageCode
from kb.embedding import Embedder
from kb.errors import ArticleUnreadable
from kb.naming import article_at
from kb.normalization import folded_words
from kb.selection import each_tag_once, matches_path
from kb.store import IndexReader
from kb.vectors import Matrix, likeness

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
    near: tuple[NearArticle, ...] = ()
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
    """Adds files to the corpus, one after the other, each compared with all that is there."""

    def __init__(
        self,
        corpus: Corpus,
        index: IndexReader | None,
        embedder: Embedder,
        *,
        detect_language: DetectLanguage,
    ) -> None:
        self._corpus = corpus
        self._embedder = embedder
        self._detect_language = detect_language
        self._files = {file.id: file.stamp.size_bytes for file in corpus.files()}
        self._known = _KnownArticles(index)

    def add(self, source: str, below: str, content: bytes, placing: Placing) -> Addition:
        """Write one file into the corpus unless it, or another in its place, is there already.

        `source` is what the user calls it, `below` its path below what was named.
        Raises: `ArticleUnwritable`.
        """
        try:
            content, document = self._read(source, below, content, placing)
        except ArticleUnreadable as error:
            return Addition(source=source, verdict=Verdict.UNREADABLE, reason=error.reason)
        there = article_at(document.id, self._files)
        if refused := self._refusal(content, document, there, force=placing.force):
            verdict, at = refused
            return Addition(source=source, verdict=verdict, document=document, at=at)
        vectors = self._embedder.embed_passages(
            [embedded_text(passage) for passage in passages_of(document)]
        )
        near = self._known.near(vectors, without=there)
        target = there or document.id
        write_article(self._corpus, target, content)
        self._files[target] = len(content)
        self._known.remember(target, document, vectors)
        return Addition(
            source=source,
            verdict=Verdict.REPLACED if there else Verdict.ADDED,
            document=document,
            at=target,
            near=near,
        )

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
        same = self._known.same(_body(document))
        if same in self._files and not (is_forced and same == there):
            return Verdict.KNOWN, same
        return None if there is None or is_forced else (Verdict.TAKEN, there)

    def _with_bytes(self, content: bytes) -> DocumentId | None:
        """Return an article in the corpus, indexed or not, with the same bytes."""
        digest = digest_of(content)
        for id_, size in self._files.items():
            with suppress(ArticleUnreadable):
                if size == len(content) and digest_of(self._corpus.read(id_)) == digest:
                    return id_
        return None


class _KnownArticles:
    """What is indexed, and what was added since, to compare new articles with."""

    def __init__(self, index: IndexReader | None) -> None:
        # By number of words: folding all texts would take seconds for thousands of articles.
        self._bodies: defaultdict[int, dict[DocumentId, str]] = defaultdict(dict)
        self._vectors: dict[DocumentId, Matrix] = {}
        self._languages: dict[DocumentId, LanguageCode | None] = {}
        if index is None:
            return
        for id_, body in index.bodies():
            self._bodies[len(body.split())][id_] = body
        self._languages = {document.id: document.language for document in index.documents()}
        ids, vectors = index.vectors()
        rows = {id_: row for row, id_ in enumerate(ids)}
        for id_, passages in index.passages_by_document().items():
            self._vectors[id_] = vectors[[rows[passage] for passage in passages]]

    def remember(self, document_id: DocumentId, document: Document, vectors: Matrix) -> None:
        body = _body(document)
        for others in self._bodies.values():
            others.pop(document_id, None)
        self._bodies[len(body.split())][document_id] = body
        self._vectors[document_id] = vectors
        self._languages[document_id] = document.language

    def same(self, body: str) -> DocumentId | None:
        """Return the article whose text has the same words once folded, if any."""
        words = folded_words(body)
        for id_, other in self._bodies.get(len(body.split()), {}).items():
            if folded_words(other) == words:
                return id_
        return None

    def near(
        self, vectors: Matrix, *, without: DocumentId | None = None
    ) -> tuple[NearArticle, ...]:
        """Return the articles that say almost the same, nearest first."""
        found = (
            NearArticle(id_, self._languages[id_], likeness(vectors, others))
            for id_, others in self._vectors.items()
            if id_ != without
        )
        near = sorted(
            (article for article in found if article.likeness >= NEAR),
            key=lambda article: (-article.likeness, article.id),
        )
        return tuple(near[:_SHOWN_NEAR])


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
    return unicodedata.normalize("NFC", " ".join(text.split()))


def place_of(below: str, language: LanguageCode | None, folder: str | None) -> str:
    """Return where a file goes: into `folder`, else into the folder of its language.

    Folders below the one that was named stay, but for one that is called as the language.
    Names are put into NFC, as they are typed.

    >>> place_of("sl/2026/koča.md", LanguageCode("sl"), None)
    'sl/2026/koča.md'
    """
    place = language or "" if folder is None else folder
    parts = [*place.split("/"), *below.removeprefix(f"{place}/").split("/")]
    return unicodedata.normalize("NFC", "/".join(filter(None, parts)))


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
        below = next((name[len(c) + 1 :] for c in corpora if name.startswith(f"{c}/")), name)
        found = [exact] if exact else [id_ for id_ in ids if matches_path(below, id_)]
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
