"""Saved answers. They belong to the user: no rebuild removes them."""

from dataclasses import dataclass
from pathlib import Path

from kb.store.database import open_for_reading, open_for_writing, transaction, translated


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """An answer as it was given, serialised, under the number that `kb ask` told."""

    id: int
    content: str


def save_answer(folder: Path, *, asked_at: str, content: str) -> int:
    """Save a serialised answer and return its number. Raises `IndexUnwritable`."""
    connection = open_for_writing(folder)
    try:
        with translated(folder, writing=True), transaction(connection):
            cursor = connection.execute(
                "INSERT INTO answers (asked_at, content) VALUES (?, ?)", (asked_at, content)
            )
        return int(cursor.lastrowid or 0)
    finally:
        connection.close()


def load_answers(folder: Path) -> tuple[SavedAnswer, ...]:
    """Return all saved answers, oldest first. Raises `IndexMissing`, `IndexUnusable`."""
    connection = open_for_reading(folder)
    try:
        with translated(folder, writing=False):
            rows = connection.execute("SELECT id, content FROM answers ORDER BY id").fetchall()
        return tuple(SavedAnswer(row["id"], row["content"]) for row in rows)
    finally:
        connection.close()
