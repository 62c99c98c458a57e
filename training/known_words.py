"""The words that stand in the training text more than once: those are no typing errors."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from kb.embedding.embedded import spelt
from kb.embedding.known_words import KnownWords
from kb.reading import WORD

_LEAST_COUNT = 2
_BATCH = 5_000  # Texts looked at as one.


def write_known_words(texts: Iterable[str], target: Path) -> None:
    """Write the filter of the words that stand in `texts` at least twice as file `target`."""
    counts: Counter[str] = Counter()
    for batch in _batches(iter(texts)):
        counts.update(WORD.findall(spelt("\n".join(batch))))
    known = KnownWords.of([word for word, count in counts.items() if count >= _LEAST_COUNT])
    target.write_bytes(known.to_bytes())


def _batches(texts: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(texts, _BATCH)):
        yield batch
