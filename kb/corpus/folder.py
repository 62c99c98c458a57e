"""The folder of articles: which files are articles, and their bytes."""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from kb.changes import FileStamp
from kb.corpus.decoding import decode_utf8
from kb.corpus.parsing import HTML_SUFFIXES, is_page
from kb.domain import DocumentId, SourceText
from kb.errors import (
    ArticleUnreadable,
    CorpusMissing,
    CorpusNotAFolder,
    CorpusUnreadable,
    TooManyOpenFiles,
)

ARTICLE_SUFFIXES = (".md", ".txt", *HTML_SUFFIXES)

# A long novel has three. A build reads so much in half a minute, and holds it several times over.
MOST_BYTES = 16 << 20

_LARGEST = 2**63 - 1
_NO_DESCRIPTORS = {errno.EMFILE, errno.ENFILE}


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """An article on disk, found but not read."""

    id: DocumentId
    stamp: FileStamp


class Corpus:
    """The folder of articles.

    Raises `CorpusMissing` or `CorpusNotAFolder` when it is not one, `CorpusUnreadable` when that
    cannot be seen.
    """

    def __init__(self, folder: Path) -> None:
        try:
            mode = folder.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            raise CorpusMissing(folder) from None
        except OSError as error:
            raise CorpusUnreadable(folder, error.strerror or str(error)) from error
        if not stat.S_ISDIR(mode):
            raise CorpusNotAFolder(folder)
        self.folder = folder

    def files(self) -> tuple[ArticleFile, ...]:
        """Return every text and HTML file at any depth, sorted by path.

        Hidden files and folders are left out, and so is what a symbolic link leads to outside
        the corpus. Raises `CorpusUnreadable` for a folder that may not be listed: leaving it
        out would look as if its articles had been removed.
        """
        return tuple(sorted(self._walk(str(self.folder), ""), key=lambda file: file.id))

    def _walk(self, folder: str, prefix: str) -> Iterator[ArticleFile]:
        # Without `Path`, which would take half of the time that a question has for freshness.
        for entry in self._listed(folder):
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from self._walk(entry.path, f"{prefix}{entry.name}/")
            elif entry.name.lower().endswith(ARTICLE_SUFFIXES) and (stamp := self._stamp(entry)):
                yield ArticleFile(DocumentId(prefix + entry.name), stamp)

    def _listed(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return list(entries)
        except OSError as error:
            if error.errno in _NO_DESCRIPTORS:
                raise TooManyOpenFiles from error
            raise CorpusUnreadable(Path(folder), error.strerror or str(error)) from error

    def _stamp(self, entry: os.DirEntry[str]) -> FileStamp | None:
        """Return the stamp of a file inside the corpus, or None for anything else."""
        try:
            if not entry.is_file() or (entry.is_symlink() and not self._is_inside(entry)):
                return None
            status = entry.stat()
        except OSError:  # A link that leads to itself; a file removed while the folder is read.
            return None
        # A time after 2262 and an inode of 64 bits have no place in a signed number of SQLite's.
        return FileStamp(
            status.st_size, min(status.st_mtime_ns, _LARGEST), status.st_ino & _LARGEST
        )

    def _is_inside(self, entry: os.DirEntry[str]) -> bool:
        return Path(entry.path).resolve().is_relative_to(self.folder.resolve())

    def read(self, document_id: DocumentId) -> bytes:
        """Return the bytes of an article. Raises `ArticleUnreadable`, `TooManyOpenFiles`."""
        try:
            # A file name that is not valid UTF-8 could be neither stored nor shown.
            document_id.encode()
            return self._read(document_id)
        except UnicodeEncodeError:
            shown = document_id.encode("utf-8", "replace").decode()
            raise ArticleUnreadable(shown, "its file name is not UTF-8; rename it") from None
        except OSError as error:
            if error.errno in _NO_DESCRIPTORS:  # Nothing is wrong with the article.
                raise TooManyOpenFiles from error
            raise ArticleUnreadable(document_id, error.strerror or str(error)) from error

    def _read(self, document_id: DocumentId) -> bytes:
        # A pipe in the place of a file, put there since the folder was listed, would be waited for.
        path = self.folder / document_id
        with open(path, "rb", opener=_open_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ArticleUnreadable(document_id, "it is no longer a file")
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            reason = f"it has more than {MOST_BYTES >> 20} MiB; split it into several articles"
            raise ArticleUnreadable(document_id, reason)
        return content

    def text(self, document_id: DocumentId) -> SourceText | None:
        """Return an article's text as it is on disk now, or None when it is no plain UTF-8."""
        if is_page(document_id):
            return None
        try:
            return SourceText(decode_utf8(self.read(document_id)))
        except (ArticleUnreadable, UnicodeDecodeError):
            return None


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # Not on Windows.


def storable_id(document_id: DocumentId) -> DocumentId:
    """Return `document_id` with what is not Unicode in it spelled out: a name that can be kept."""
    return DocumentId(document_id.encode("utf-8", "backslashreplace").decode())


def digest_of(content: bytes) -> str:
    """Return the digest that tells whether an article's bytes changed."""
    return sha256(content).hexdigest()
