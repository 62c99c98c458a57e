"""The words that are no typing errors, as the training text shows them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from kb.embedding.embedded import spelt
from kb.embedding.known_words import KnownWords
from kb.reading import WORD

_LEAST_COUNT = 2
_BATCH = 5_000  # Texts looked at as one.


def write_known_words(found: Iterable[str], written: Iterable[str], target: Path) -> None:
    """Write the filter of the words known from texts as file `target`.

    Of texts that were `found` a word has to stand there twice, because some have slips; of those
    `written` for training, which were read, once is enough.
    """
    often = (word for word, count in _counts(found).items() if count >= _LEAST_COUNT)
    target.write_bytes(KnownWords.of(sorted({*often, *_counts(written)})).to_bytes())


def _counts(texts: Iterable[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for batch in _batches(iter(texts)):
        counts.update(WORD.findall(spelt("\n".join(batch))))
    return counts


def _batches(texts: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(texts, _BATCH)):
        yield batch
