"""What is indexed and what is on disk, compared: pure decisions for rebuild and freshness."""

from collections.abc import Mapping
from dataclasses import dataclass

from kb.domain import DocumentId


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What tells cheaply that a file may have changed: its size and modification time."""

    size_bytes: int
    modified_ns: int


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


def suspects(
    indexed: Mapping[DocumentId, FileStamp], corpus: Mapping[DocumentId, FileStamp]
) -> frozenset[DocumentId]:
    """Return indexed documents still on disk whose stamp differs: only these need a digest."""
    return frozenset(id_ for id_, stamp in indexed.items() if corpus.get(id_, stamp) != stamp)
