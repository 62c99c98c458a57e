"""An index with a saved answer, backups of it, and their seals."""

from hashlib import sha256
from pathlib import Path

from kb.store import Restored, restore_backup, save_answer
from tests.store.publishing import serialize


def restore(folder: Path, path: Path) -> Restored:
    return restore_backup(folder, path, serialize_vectors=serialize)


def answer(folder: Path, content: str) -> int:
    return save_answer(folder, asked_at="2026-02-03", content=content)


def sealed(content: bytes) -> bytes:
    digest = sha256(content).hexdigest().encode()
    return content + b"\nkb backup, sha256 of all bytes before this line: " + digest + b"\n"
