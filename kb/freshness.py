"""Whether the index still says what the articles say."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb.changes import suspects
from kb.corpus import Corpus, digest_of, storable_id
from kb.domain import DocumentId, SourceText
from kb.errors import ArticleUnreadable
from kb.store import IndexedDocument, IndexReader, SkippedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What happened to the articles since the last build."""

    new: frozenset[DocumentId]
    changed: frozenset[DocumentId]
    removed: frozenset[DocumentId]
    unreadable: frozenset[DocumentId] = frozenset()
    """Indexed once, and skipped by the last build as they are now: a build cannot help."""

    @property
    def is_fresh(self) -> bool:
        return not (self.new or self.changed or self.removed)

    @property
    def not_quotable(self) -> frozenset[DocumentId]:
        """Indexed documents that no longer stand as they were indexed."""
        return self.changed | self.removed | self.unreadable


def check_freshness(
    corpus: Corpus,
    indexed: Sequence[IndexedDocument],
    skipped: Sequence[SkippedFile],
    *,
    scanned_ns: int,
) -> Freshness:
    """Compare files with the index by their stamps, and by digest only those that are suspect.

    `scanned_ns` is when the last build began to read. A file that it skipped is new only when
    it has changed since. Raises: `CorpusUnreadable`.
    """
    on_disk = {storable_id(file.id): file.stamp for file in corpus.files()}
    left_out = {file.id: file.stamp for file in skipped}
    known = {document.id: document for document in indexed}
    doubtful = suspects(
        {id_: document.stamp for id_, document in known.items()}, on_disk, scanned_ns=scanned_ns
    )
    differing = frozenset(id_ for id_ in doubtful if _differs(corpus, known[id_]))
    unreadable = frozenset(id_ for id_ in differing if left_out.get(id_) == on_disk[id_])
    return Freshness(
        new=frozenset(
            id_ for id_, stamp in on_disk.items() if id_ not in known and left_out.get(id_) != stamp
        ),
        changed=differing - unreadable,
        removed=frozenset(known) - frozenset(on_disk),
        unreadable=unreadable,
    )


def standing_text(
    document_id: DocumentId, corpus: Corpus, reader: IndexReader
) -> SourceText | None:
    """Return the text that an article has on disk now, or None when that is not known.

    A text in UTF-8 is the file itself. Any other was made of the file's bytes: the indexed one
    stands as long as the file has the bytes that it was made of.
    """
    text = corpus.text(document_id)
    if text is not None:
        return text
    try:
        return reader.text(document_id, digest=digest_of(corpus.read(document_id)))
    except ArticleUnreadable:
        return None


def _differs(corpus: Corpus, document: IndexedDocument) -> bool:
    try:
        return digest_of(corpus.read(document.id)) != document.digest
    except ArticleUnreadable:
        return True
