"""The words that the embedded model was trained on, as a filter of a few bits each.

A Bloom filter (Bloom 1970): it knows every word that was put in, and takes one of about 120 others
for one of them. Each word sets seven bits, found by two hashes (Kirsch and Mitzenmacher 2006).
"""

from collections.abc import Collection, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

FILE_NAME = "known_words.bloom"
"""Of the file beside the model's."""

_BITS_A_WORD = 10
_HASHES = 7  # Near ln 2 times the bits a word, where the fewest others are taken for one.
_HASH_BYTES = 8


class KnownWords:
    """Says whether a word is one of many."""

    def __init__(self, octets: npt.NDArray[np.uint8]) -> None:
        self._octets = octets

    @classmethod
    def of(cls, words: Collection[str]) -> Self:
        """Return the filter of `words`."""
        filter_ = cls(np.zeros(-(-len(words) * _BITS_A_WORD // 8) or 1, dtype=np.uint8))
        for word in words:
            for octet, bit in filter_._places(word):
                filter_._octets[octet] |= bit
        return filter_

    @classmethod
    def read(cls, path: Path) -> Self:
        """Map a file of what `to_bytes` gave; where there is none, no word is known."""
        if not path.exists() or not path.stat().st_size:
            return cls.of(())
        return cls(np.asarray(np.memmap(path, dtype=np.uint8, mode="r")))

    def to_bytes(self) -> bytes:
        """Return what `read` reads."""
        return self._octets.tobytes()

    def __contains__(self, word: str) -> bool:
        return all(self._octets[octet] & bit for octet, bit in self._places(word))

    def _places(self, word: str) -> Iterator[tuple[int, int]]:
        """Yield the octets and the bits in them that stand for `word`."""
        digest = blake2b(word.encode("utf-8", "surrogatepass"), digest_size=2 * _HASH_BYTES)
        first, second = (
            int.from_bytes(part, "little")
            for part in (digest.digest()[:_HASH_BYTES], digest.digest()[_HASH_BYTES:])
        )
        for number in range(_HASHES):
            place = (first + number * second) % (8 * len(self._octets))
            yield place // 8, 1 << place % 8
