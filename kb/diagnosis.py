"""What can be wrong with an index, what it means and which command fixes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum

_SHOWN = 3  # Details named in a finding; a damaged index may have thousands.

BUILD = "kb build"
FULL_BUILD = "kb build --full"
REPAIR = "kb doctor --repair"
AWAY = "kb restore FILE, or move kb.sqlite3 away and run: kb build"


class Severity(StrEnum):
    """The worst one first."""

    PROBLEM = "problem"
    """Answers may be missing, wrong or slow until it is fixed."""
    NOTICE = "notice"
    """Good to know; answers are not touched by it."""


class Fault(Enum):
    """Everything that `kb doctor` can find: a stable code, its severity, meaning and fix."""

    FOLDER_READ_ONLY = (
        "folder-read-only",
        Severity.NOTICE,
        "questions are answered, but nothing can be built or saved in the index folder",
        "chmod u+w FOLDER",
    )
    FILE_UNREADABLE = (
        "file-unreadable",
        Severity.PROBLEM,
        "a file of the index may not be read",
        "chmod u+r FILE",
    )
    DISK_LOW = (
        "disk-low",
        Severity.NOTICE,
        "the disk has no room for another generation of the index",
        "kb --index ELSEWHERE build, or free some space",
    )
    LEFTOVER_FILE = (
        "leftover-file",
        Severity.NOTICE,
        "files of unfinished or earlier builds take space",
        REPAIR,
    )
    DAMAGED_COPY = (
        "damaged-copy",
        Severity.NOTICE,
        "a restore kept the damaged database that it found",
        "remove it when nothing in it is wanted",
    )
    FOREIGN_FILE = (
        "foreign-file",
        Severity.NOTICE,
        "kb did not make these files and leaves them alone",
        "move them elsewhere if they are not wanted",
    )
    DATABASE_MISSING = (
        "database-missing",
        Severity.PROBLEM,
        "the database is missing or empty, but the FAISS file of a build is there",
        "kb restore FILE, or: kb build",
    )
    DATABASE_OUTDATED = (
        "database-outdated",
        Severity.PROBLEM,
        "an older kb made this index",
        BUILD,
    )
    DATABASE_UNUSABLE = (
        "database-unusable",
        Severity.PROBLEM,
        "the database cannot be read as an index",
        AWAY,
    )
    DATABASE_TOO_NEW = (
        "database-too-new",
        Severity.PROBLEM,
        "a newer kb made this index",
        "upgrade kb",
    )
    SCHEMA_DIFFERS = (
        "schema-differs",
        Severity.PROBLEM,
        "the tables are not those that kb makes",
        AWAY,
    )
    DATABASE_DAMAGED = (
        "database-damaged",
        Severity.PROBLEM,
        "the database was damaged after it was written",
        AWAY,
    )
    DOCUMENT_INVALID = (
        "document-invalid",
        Severity.PROBLEM,
        "what is stored of an article cannot be right",
        FULL_BUILD,
    )
    DOCUMENT_DIFFERS = (
        "document-differs",
        Severity.PROBLEM,
        "the stored text is not that of the article, which did not change",
        FULL_BUILD,
    )
    PASSAGE_INVALID = (
        "passage-invalid",
        Severity.PROBLEM,
        "a passage is not a span of its document's text",
        FULL_BUILD,
    )
    PASSAGE_DIFFERS = (
        "passage-differs",
        Severity.PROBLEM,
        "the passages of a document are not those it is cut into",
        FULL_BUILD,
    )
    PASSAGE_STRAY = (
        "passage-stray",
        Severity.PROBLEM,
        "a passage belongs to no document",
        REPAIR,
    )
    EMBEDDING_MISSING = (
        "embedding-missing",
        Severity.PROBLEM,
        "a passage has no vector, so no question finds it",
        FULL_BUILD,
    )
    EMBEDDING_UNUSED = (
        "embedding-unused",
        Severity.NOTICE,
        "vectors kept from earlier articles, models or unfinished builds take space",
        REPAIR,
    )
    VECTOR_INVALID = (
        "vector-invalid",
        Severity.PROBLEM,
        "a stored vector is not one that the model makes",
        FULL_BUILD,
    )
    TOKENS_DIFFER = (
        "tokens-differ",
        Severity.PROBLEM,
        "the stored words of a document are not those that the model reads",
        FULL_BUILD,
    )
    VECTORS_FILE_MISSING = (
        "vectors-file-missing",
        Severity.PROBLEM,
        "the FAISS file is missing, and each question makes it again",
        REPAIR,
    )
    VECTORS_FILE_DAMAGED = (
        "vectors-file-damaged",
        Severity.PROBLEM,
        "the FAISS file is damaged, and each question makes it again",
        REPAIR,
    )
    VECTORS_FILE_DIFFERS = (
        "vectors-file-differs",
        Severity.PROBLEM,
        "the FAISS file is whole, but the stored passages or vectors are not those in it",
        FULL_BUILD,
    )
    WORD_INDEX_DAMAGED = (
        "word-index-damaged",
        Severity.PROBLEM,
        "the index of words is missing or damaged, and each question makes it again",
        REPAIR,
    )
    WORD_INDEX_DIFFERS = (
        "word-index-differs",
        Severity.PROBLEM,
        "the index of words is whole, but the stored words are not those in it",
        FULL_BUILD,
    )
    MODEL_UNUSABLE = (
        "model-unusable",
        Severity.PROBLEM,
        "the model of the index cannot be opened, so no question can be asked",
        "kb build --model embedded",
    )
    MODEL_CHANGED = (
        "model-changed",
        Severity.PROBLEM,
        "the model is not the one that embedded the articles",
        BUILD,
    )
    CORPUS_UNREADABLE = (
        "corpus-unreadable",
        Severity.NOTICE,
        "the articles cannot be compared with the index",
        "name their folder with --corpus",
    )

    def __init__(self, code: str, severity: Severity, meaning: str, fix: str) -> None:
        self.code = code
        self.severity = severity
        self.meaning = meaning
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault that an index has, with the places where it was seen."""

    fault: Fault
    details: tuple[str, ...]

    def __str__(self) -> str:
        shown = "; ".join(self.details[:_SHOWN])
        more = len(self.details) - _SHOWN
        return f"{self.fault.meaning}: {shown}" + (f"; and {more} more" if more > 0 else "")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what was seen, in a few words, and what is wrong with it."""

    name: str
    seen: str
    findings: tuple[Finding, ...] = ()

    @property
    def severity(self) -> Severity | None:
        """The worst of its findings, None without any."""
        found = {finding.fault.severity for finding in self.findings}
        return next((severity for severity in Severity if severity in found), None)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All checks of an index, in the order in which they were made."""

    checks: tuple[Check, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for check in self.checks for finding in check.findings)

    @property
    def faults(self) -> frozenset[Fault]:
        return frozenset(finding.fault for finding in self.findings)

    @property
    def is_healthy(self) -> bool:
        """True without a problem; notices do not count."""
        return all(fault.severity is not Severity.PROBLEM for fault in self.faults)

    @property
    def is_repairable(self) -> bool:
        """True when something can be repaired without embedding, in a database that is whole."""
        return any(fault.fix == REPAIR for fault in self.faults)


def collate(faults: Iterable[tuple[Fault, str]]) -> tuple[Finding, ...]:
    """Return one finding for each fault, with its details in the order given."""
    details: dict[Fault, list[str]] = {}
    for fault, detail in faults:
        details.setdefault(fault, []).append(detail)
    return tuple(Finding(fault, tuple(seen)) for fault, seen in details.items())
