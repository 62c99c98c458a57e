"""Pairs of texts as arrays of tokens, by language pair.

English is in every pair that we read. Two translations of the same English text are a pair too:
so the four languages meet each other, and not only English.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from training.cleaning import Pair
from training.contrastive import Bags, Ids

ENGLISH = "en"

_BATCH = 20_000  # Texts tokenised at once.

LanguagePair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class TokenPairs:
    """Every text once, as tokens, and which texts are pairs."""

    tokens: npt.NDArray[np.int32]
    starts: Ids
    lengths: Ids
    pairs: Mapping[LanguagePair, npt.NDArray[np.int32]]
    """Numbers of texts, shape `(pairs, 2)`."""
    vocabulary: int
    """How many different tokens there may be."""

    def bags(self, texts: npt.NDArray[np.int32]) -> Bags:
        """Return the tokens of these texts."""
        lengths = self.lengths[texts]
        shifts = self.starts[texts] - np.concatenate([[0], np.cumsum(lengths[:-1])])
        places = np.repeat(shifts, lengths) + np.arange(lengths.sum())
        return Bags(self.tokens[places].astype(np.int64), lengths)


def token_pairs(pairs: Iterable[Pair], tokenizer: Tokenizer) -> TokenPairs:
    """Return `pairs`, and those that meet through the same English, as tokens."""
    numbers: dict[tuple[str, str], int] = {}
    with_english: defaultdict[LanguagePair, list[tuple[int, int]]] = defaultdict(list)
    translations: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for pair in pairs:
        english = numbers.setdefault((ENGLISH, pair.english), len(numbers))
        other = numbers.setdefault((pair.language, pair.translation), len(numbers))
        with_english[ENGLISH, pair.language].append((english, other))
        translations[english].append((pair.language, other))
    tokens, lengths = _tokens([text for _, text in numbers], tokenizer)
    return TokenPairs(
        tokens=tokens,
        starts=np.concatenate([[0], np.cumsum(lengths[:-1])]),
        lengths=lengths,
        pairs={
            languages: np.array(found, dtype=np.int32)
            for languages, found in (with_english | _through_english(translations)).items()
        },
        vocabulary=tokenizer.get_vocab_size(),
    )


def _through_english(
    translations: Mapping[int, list[tuple[str, int]]],
) -> dict[LanguagePair, list[tuple[int, int]]]:
    found: defaultdict[LanguagePair, list[tuple[int, int]]] = defaultdict(list)
    for same in translations.values():
        for (one, left), (other, right) in combinations(sorted(same), 2):
            if one != other:
                found[one, other].append((left, right))
    return found


def _tokens(texts: list[str], tokenizer: Tokenizer) -> tuple[npt.NDArray[np.int32], Ids]:
    ids = [
        np.array(encoding.ids, dtype=np.int32)
        for start in range(0, len(texts), _BATCH)
        for encoding in tokenizer.encode_batch(
            texts[start : start + _BATCH], add_special_tokens=False
        )
    ]
    return np.concatenate(ids), np.array([len(text) for text in ids], dtype=np.int64)


def batches(
    data: TokenPairs, size: int, rng: np.random.Generator
) -> Mapping[LanguagePair, Iterator[npt.NDArray[np.int32]]]:
    """Return, for each language pair, an endless stream of batches in random order."""
    return {languages: _stream(pairs, size, rng) for languages, pairs in data.pairs.items()}


def _stream(
    pairs: npt.NDArray[np.int32], size: int, rng: np.random.Generator
) -> Iterator[npt.NDArray[np.int32]]:
    size = min(size, len(pairs))
    while True:
        order = rng.permutation(len(pairs))
        for start in range(0, len(pairs) - size + 1, size):
            yield pairs[order[start : start + size]]
