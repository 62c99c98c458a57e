"""The model that comes with kb: one vector per token, averaged. Needs tokenizers and numpy.

The same weights as a sentence-transformers folder (StaticEmbedding, Normalize) give the same
vectors; a test holds the two within 1e-5.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

from kb.embedding import EMBEDDED
from kb.vectors import Matrix, TokenIds, Vector, unit_rows

MODEL_FOLDER = Path(__file__).parent / "embedded_model"

_BATCH = 256  # Texts tokenised at once: bounds memory, costs no speed.


class EmbeddedModel:
    """Implements `Embedder` and `TokenVectors` over 8-bit weights mapped from disk."""

    name = EMBEDDED

    def __init__(self, folder: Path = MODEL_FOLDER) -> None:
        self._folder = folder
        self._weights = np.load(folder / "weights.npy", mmap_mode="r", allow_pickle=False)
        self._scales = np.load(folder / "scales.npy", allow_pickle=False)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._unknown_id = self._tokenizer.token_to_id("[UNK]")

    @property
    def dimension(self) -> int:
        return int(self._weights.shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """Written when the model was packaged: hashing 26 MB would slow every question."""
        return (self._folder / "fingerprint.txt").read_text(encoding="utf-8").strip()

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        means = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, encoding in enumerate(self._encode(texts)):
            if encoding.ids:
                ids = np.array(encoding.ids, dtype=np.int32)
                means[row] = self.token_vectors(ids).mean(axis=0)
        return unit_rows(means)

    def embed_question(self, text: str) -> Vector:
        return np.asarray(self.embed_passages([text])[0], dtype=np.float32)

    def token_ids(self, texts: Sequence[str]) -> list[TokenIds]:
        return [
            self._word_tokens(np.array(encoding.ids), np.array(encoding.word_ids))
            for encoding in self._encode(texts)
        ]

    def token_vectors(self, ids: TokenIds) -> Matrix:
        rows = self._weights[ids].astype(np.float32)
        return np.asarray(rows * self._scales[ids, np.newaxis], dtype=np.float32)

    def token_texts(self, ids: TokenIds) -> list[str]:
        return [(self._tokenizer.id_to_token(int(id_)) or "").strip("▁") for id_ in ids]

    def _word_tokens(self, ids: TokenIds, words: TokenIds) -> TokenIds:
        """Return the tokens of words that have a letter or digit in a known token."""
        opens = np.diff(words, prepend=-1) != 0
        bounds = np.flatnonzero(opens)
        if not len(bounds):
            return np.empty(0, dtype=np.int32)
        is_word = np.logical_or.reduceat(self._has_letters[ids], bounds)
        lengths = np.diff(np.append(bounds, len(ids)))
        tokens = np.where(opens, ids, ~ids)[np.repeat(is_word, lengths)]
        return np.asarray(tokens, dtype=np.int32)

    @cached_property
    def _has_letters(self) -> npt.NDArray[np.bool_]:
        texts = self._tokenizer.get_vocab()
        has_letters = np.zeros(len(self._weights), dtype=np.bool_)
        known = [id_ for text, id_ in texts.items() if any(map(str.isalnum, text))]
        has_letters[known] = True
        has_letters[self._unknown_id] = False
        return has_letters

    def _encode(self, texts: Sequence[str]) -> Iterator[Encoding]:
        for start in range(0, len(texts), _BATCH):
            yield from self._tokenizer.encode_batch(
                list(texts[start : start + _BATCH]), add_special_tokens=False
            )
