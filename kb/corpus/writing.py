"""The only writer of articles: whole or not at all, and nothing is ever deleted."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from kb.article_errors import ArticleUnwritable
from kb.corpus.folder import Corpus
from kb.domain import DocumentId
from kb.durable import make_folder, sync_folder, write_durably

REMOVED = ".removed"
"""Folder in the corpus for what was removed or replaced; hidden, so it is never indexed."""


def write_article(corpus: Corpus, document_id: DocumentId, content: bytes) -> None:
    """Write an article; one that is there is kept below `.removed`. Raises: `ArticleUnwritable`."""
    path = corpus.folder / document_id
    try:
        if not path.parent.resolve().is_relative_to(corpus.folder.resolve()):  # By a link.
            raise ArticleUnwritable(document_id, "its folder is outside of the corpus")
        if path.exists():
            _write(_new_folder(corpus.folder / REMOVED) / document_id, path.read_bytes())
        _write(path, content)
    except (OSError, RuntimeError) as error:  # The latter for a link that leads to itself.
        raise ArticleUnwritable(document_id, getattr(error, "strerror", str(error))) from error


def remove_articles(corpus: Corpus, ids: Iterable[DocumentId]) -> Path:
    """Move articles to a new folder below the corpus's `.removed`, and return that folder.

    Raises: `ArticleUnwritable`.
    """
    kept = _new_folder(corpus.folder / REMOVED)
    for document_id in ids:
        path, target = corpus.folder / document_id, kept / document_id
        try:
            make_folder(target.parent)
            path.rename(target)
            sync_folder(target.parent)
            sync_folder(path.parent)
        except OSError as error:
            raise ArticleUnwritable(document_id, error.strerror or str(error)) from error
    return kept


def _write(path: Path, content: bytes) -> None:
    """Write a file and the folders above it. Raises: `OSError`."""
    make_folder(path.parent)
    # Hidden: what a crash leaves is no article. By process: two may write at once.
    temporary = path.with_name(f".kb-{os.getpid()}.new")
    try:
        write_durably(path, content, temporary=temporary)
    finally:
        temporary.unlink(missing_ok=True)


def _new_folder(parent: Path) -> Path:
    """Make a folder that is named after the time."""
    name = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    try:
        make_folder(parent)
        number = 1
        while (folder := parent / (name if number == 1 else f"{name}-{number}")).exists():
            number += 1
        folder.mkdir()
    except OSError as error:
        raise ArticleUnwritable(f"{REMOVED}/{name}", error.strerror or str(error)) from error
    return folder
