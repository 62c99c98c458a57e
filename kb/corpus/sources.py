"""What the user names to be added: files, folders and patterns, to files and their bytes."""

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.article_errors import UnknownSource
from kb.corpus.folder import ARTICLE_SUFFIXES, Corpus
from kb.errors import ArticleUnreadable


@dataclass(frozen=True, slots=True)
class Source:
    """A file that may become an article."""

    path: Path
    below: str
    """Its path below the folder that was named, with `/`; else its name."""

    def __str__(self) -> str:
        return str(self.path)


def find_sources(names: Iterable[str]) -> tuple[Source, ...]:
    """Return the files that the names mean, each once, in order.

    Of a folder these are its articles at any depth. Raises: `UnknownSource` for a name that means
    none, `CorpusUnreadable` for a folder that cannot be listed.
    """
    found: dict[Path, Source] = {}
    for name in names:
        sources = tuple(_sources(name))
        if not sources:
            raise UnknownSource(name)
        for source in sources:
            found.setdefault(source.path.resolve(), source)
    return tuple(found.values())


def read_source(source: Source) -> bytes:
    """Return the bytes of a file. Raises: `ArticleUnreadable`."""
    try:
        if not source.path.is_file():  # A device or a pipe may never end.
            raise ArticleUnreadable(str(source), "it is no ordinary file")
        check_suffix(source.below, str(source))
        return source.path.read_bytes()
    except OSError as error:
        raise ArticleUnreadable(str(source), error.strerror or str(error)) from error


def check_suffix(name: str, shown: str) -> None:
    """Raises: `ArticleUnreadable` for a name that no article has."""
    if not name.lower().endswith(ARTICLE_SUFFIXES):
        kinds = " or ".join(ARTICLE_SUFFIXES)
        raise ArticleUnreadable(shown, f"its name does not end in {kinds}; save it as one of these")


def _sources(name: str) -> Iterator[Source]:
    if os.path.exists(name):  # noqa: PTH110 (a name that is too long would raise there)
        yield from _below(Path(name))
    elif glob.has_magic(name):  # A quoted pattern, or a shell that leaves them alone.
        for match in sorted(glob.glob(name, recursive=True)):  # noqa: PTH207 (as absolute as `name`)
            yield from _below(Path(match))


def _below(path: Path) -> Iterator[Source]:
    if not path.is_dir():
        yield Source(path, path.name)
        return
    for file in Corpus(path).files():
        yield Source(path / file.id, file.id)
