"""Texts written for training: the same thought in five languages, each time in other words.

Translations teach which words are each other's; these teach which ones people use for the same
thing: a question and what answers it, a term and its explanation, a statement and another way to
put it.
"""

from collections.abc import Iterator
from pathlib import Path

from training.cleaning import HeldOut, Pair

RESTATEMENTS = Path(__file__).with_name("restatements.tsv")
"""One thought a row, one language a column, as the first row names them."""

SOURCE = "restatements"
LICENCE = "MIT, written for this project"


def read_restatements(held_out: HeldOut, path: Path = RESTATEMENTS) -> Iterator[Pair]:
    """Yield each row as pairs with its English, without rows that a test set has a text of."""
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    _, *languages = header.split("\t")
    for row in rows:
        english, *others = row.split("\t")
        if not any(map(held_out.has, (english, *others))):
            for language, text in zip(languages, others, strict=True):
                yield Pair(english, text, language, SOURCE)
