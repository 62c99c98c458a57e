"""Article files to documents: the only reader of articles."""

import errno
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from kb.blocks import BlockKind, blocks_of
from kb.boilerplate import is_boilerplate
from kb.changes import FileStamp
from kb.domain import Document, DocumentId, LanguageCode
from kb.errors import (
    ArticleUnreadable,
    CorpusMissing,
    CorpusNotAFolder,
    CorpusUnreadable,
    TooManyOpenFiles,
)

ARTICLE_SUFFIXES = (".md", ".txt")

DetectLanguage = Callable[[str], LanguageCode | None]

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)??(---|\.\.\.)[ \t]*(\n|\Z)", re.DOTALL)
# "sl", "sl-SI" and "pt_BR" name a language; "Polish" has to be detected.
_LANGUAGE = re.compile(r"([a-z]{2})([-_].*)?")
_TITLE_CHARS = 120
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
        """Return every `.md` and `.txt` file at any depth, sorted by path.

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
            return (self.folder / document_id).read_bytes()
        except UnicodeEncodeError:
            shown = document_id.encode("utf-8", "replace").decode()
            raise ArticleUnreadable(shown, "its file name is not UTF-8; rename it") from None
        except OSError as error:
            if error.errno in _NO_DESCRIPTORS:  # Nothing is wrong with the article.
                raise TooManyOpenFiles from error
            raise ArticleUnreadable(document_id, error.strerror or str(error)) from error

    def text(self, document_id: DocumentId) -> str | None:
        """Return an article's text as it is on disk now, or None when it cannot be read."""
        try:
            return decode(document_id, self.read(document_id))
        except ArticleUnreadable:
            return None


def storable_id(document_id: DocumentId) -> DocumentId:
    """Return `document_id` with what is not Unicode in it spelled out: a name that can be kept."""
    return DocumentId(document_id.encode("utf-8", "backslashreplace").decode())


def digest_of(content: bytes) -> str:
    """Return the digest that tells whether an article's bytes changed."""
    return sha256(content).hexdigest()


def decode(document_id: DocumentId, content: bytes) -> str:
    """Return the text of a file: UTF-8, NFC, lines ending in a line feed.

    Raises: `ArticleUnreadable` when the bytes are not UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 at byte {error.start}; save it as UTF-8"
        raise ArticleUnreadable(document_id, reason) from None
    if "\0" in text:  # UTF-16, or no text at all.
        raise ArticleUnreadable(
            document_id, "not UTF-8 text: it holds zero bytes; save it as UTF-8"
        )
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines)


def parse(document_id: DocumentId, content: bytes, *, detect_language: DetectLanguage) -> Document:
    """Return the document that a file's bytes hold.

    Title and language come from the front matter; else the title is the first heading or the
    first line, and the language is what `detect_language` makes of the body.
    Raises: `ArticleUnreadable` when the bytes are not UTF-8, the file holds no text, or its
    front matter is broken.
    """
    text = decode(document_id, content)
    matter, body_start = _front_matter(document_id, text)
    body = text[body_start:]
    if not body.strip():
        raise ArticleUnreadable(document_id, "it holds no text")
    declared = _LANGUAGE.fullmatch(matter.get("language", "").strip().lower())
    return Document(
        id=document_id,
        title=_in_one_line(matter.get("title", "")) or _first_title(text, body_start),
        language=LanguageCode(declared[1]) if declared else detect_language(body),
        text=text,
        body_start=body_start,
        date=matter.get("date") or None,
        source=matter.get("source") or None,
    )


def _front_matter(document_id: DocumentId, text: str) -> tuple[dict[str, str], int]:
    """Return the single-valued entries between the first two `---` lines, and where they end."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, 0
    import yaml  # Not needed to answer a question.

    try:
        # BaseLoader makes no objects: every value stays the string that was written.
        values: Any = yaml.load(match[1] or "", Loader=yaml.BaseLoader)  # noqa: S506
    except RecursionError:
        raise ArticleUnreadable(document_id, "its front matter is nested too deeply") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        last_line = match[1].count("\n") + 1
        line = f" in line {min(mark.line + 2, last_line)}" if mark else ""
        reason = f"its front matter is not valid YAML{line}; correct or remove it"
        raise ArticleUnreadable(document_id, reason) from None
    if values is None:
        return {}, match.end()
    if not isinstance(values, dict):
        return {}, 0  # A horizontal rule above text, not front matter.
    # A YAML escape can name half of a surrogate pair, which is no text.
    entries = {
        str(key): value.encode("utf-8", "replace").decode("utf-8")
        for key, value in values.items()
        if isinstance(value, str)
    }
    return entries, match.end()


def _first_title(text: str, body_start: int) -> str:
    """Return the first marked heading, else the first line that says something."""
    blocks = blocks_of(text, start=body_start, find_headings=False)
    headings_first = sorted(blocks, key=lambda block: block.kind is not BlockKind.HEADING)
    says_something = (
        content
        for block in headings_first
        if block.kind not in (BlockKind.CODE, BlockKind.RULE)
        and not is_boilerplate(content := text[slice(*block.content)])
    )
    title = _in_one_line(next(says_something, text[body_start:].strip()).split("\n", 1)[0])
    if len(title) <= _TITLE_CHARS:
        return title
    return title[:_TITLE_CHARS].rsplit(" ", 1)[0] + " …"


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
