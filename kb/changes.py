"""What is indexed and what is on disk, compared: pure decisions for rebuild and freshness."""

from collections.abc import Mapping
from dataclasses import dataclass

from kb.domain import DocumentId

TICK_NS = 2_000_000_000  # FAT keeps times to two seconds, coarser than any other in use.


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What tells cheaply that a file may have changed: size, time of change, place on disk."""

    size_bytes: int
    modified_ns: int
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildPlan:
    """Which documents to read into the index, drop from it and leave alone.

    A changed document is both in `to_remove` and in `to_index`.
    """

    to_index: frozenset[DocumentId]
    to_remove: frozenset[DocumentId]
    to_keep: frozenset[DocumentId]

    @property
    def added(self) -> frozenset[DocumentId]:
        return self.to_index - self.to_remove

    @property
    def changed(self) -> frozenset[DocumentId]:
        return self.to_index & self.to_remove

    @property
    def removed(self) -> frozenset[DocumentId]:
        return self.to_remove - self.to_index

    @property
    def is_empty(self) -> bool:
        return not self.to_index and not self.to_remove


def plan_rebuild(
    indexed: Mapping[DocumentId, str], corpus: Mapping[DocumentId, str]
) -> RebuildPlan:
    """Compare content digests by document and say what a rebuild has to do."""
    unchanged = frozenset(id_ for id_, digest in corpus.items() if indexed.get(id_) == digest)
    return RebuildPlan(
        to_index=frozenset(corpus) - unchanged,
        to_remove=frozenset(indexed) - unchanged,
        to_keep=unchanged,
    )


def lost_documents(
    indexed: Mapping[DocumentId, str], corpus: Mapping[DocumentId, str]
) -> frozenset[DocumentId]:
    """Return indexed documents whose content is nowhere in the corpus: a renamed one is not lost."""
    found = frozenset(corpus.values())
    return frozenset(
        id_ for id_, digest in indexed.items() if id_ not in corpus and digest not in found
    )


def suspects(
    indexed: Mapping[DocumentId, FileStamp],
    corpus: Mapping[DocumentId, FileStamp],
    *,
    scanned_ns: int,
) -> frozenset[DocumentId]:
    """Return indexed documents still on disk that may have changed: only these need a digest.

    Their stamp differs, or the file was so young when the build began to read, at `scanned_ns`,
    that it may have been written once more within the same tick of its file system's clock.
    Source: https://git-scm.com/docs/racy-git
    """
    settled_ns = scanned_ns - TICK_NS
    return frozenset(
        id_
        for id_, stamp in indexed.items()
        if id_ in corpus and (corpus[id_] != stamp or stamp.modified_ns >= settled_ns)
    )
