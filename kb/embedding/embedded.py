"""The model that comes with kb: one vector per piece of a word, averaged. Needs only numpy.

The same weights as a sentence-transformers folder (StaticEmbedding, Normalize) give the same
vectors; a test holds the two within 1e-5.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from kb.close_reading import CloseReader
from kb.embedding import EMBEDDED
from kb.embedding.close_reading_file import FILE_NAME as CLOSE_READER
from kb.embedding.close_reading_file import read_close_reader
from kb.embedding.known_words import FILE_NAME, KnownWords
from kb.embedding.model_file import read_model_file
from kb.embedding.tokenizer import Tokenizer, normalised
from kb.normalization import with_ascii_digits, without_invisible
from kb.vectors import Matrix, TokenIds, Vector, unit_rows

# Part of the fingerprint: what `_read` gives decides which pieces a text is made of.
_READING = 2

# A letter that stands by itself, then letters and signs: no piece that begins with a vowel sign.
_HINDI_WORD = re.compile("[\u0905-\u0939][\u0901-\u0903\u0905-\u094d]*")

MODEL_FILE = Path(__file__).parent / "embedded_model" / "model.safetensors"


class EmbeddedModel:
    """Implements `Embedder`, `TokenVectors` and `Vocabulary` over 4-bit weights mapped from disk.

    Raises: `ModelUnusable` when the file is damaged.
    """

    name = EMBEDDED
    is_mean_of_words = True
    window = None

    def __init__(self, path: Path = MODEL_FILE) -> None:
        self._file = read_model_file(path)
        self._known_words_file = path.with_name(FILE_NAME)
        self._close_reader_file = path.with_name(CLOSE_READER)
        self._tokenizer = Tokenizer(
            self._file.pieces, self._file.scores.tolist(), self._file.punctuation
        )

    @property
    def dimension(self) -> int:
        return self._file.dimension

    @property
    def fingerprint(self) -> str:
        return f"{self._file.fingerprint}-{_READING}"

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        means = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            if pieces := self._tokenizer.pieces(_read(text)):
                means[row] = self.token_vectors(np.array(pieces, dtype=np.int32)).mean(axis=0)
        return unit_rows(means)

    def embed_question(self, text: str) -> Vector:
        return np.asarray(self.embed_passages([text])[0], dtype=np.float32)

    def token_ids(self, texts: Sequence[str]) -> list[TokenIds]:
        return [np.array(self._tokenizer.tokens(_read(text)), dtype=np.int32) for text in texts]

    def token_vectors(self, ids: TokenIds) -> Matrix:
        return self._file.rows(ids)

    def token_texts(self, ids: TokenIds) -> list[str]:
        return [self._file.pieces[id_].strip("▁") for id_ in ids.tolist()]

    @cached_property
    def close_reader(self) -> CloseReader:
        """Read for the first question only."""
        return read_close_reader(self._close_reader_file, self._file.fingerprint)

    def spelt(self, word: str) -> str:
        return spelt(word)

    def is_piece(self, word: str) -> bool:
        return self._tokenizer.is_piece(word)

    def is_known(self, word: str) -> bool:
        return word in self._known_words

    def likelihood(self, word: str) -> float:
        return self._tokenizer.likelihood(word)

    @cached_property
    def _known_words(self) -> KnownWords:
        """Read for the first improbable word only."""
        return KnownWords.read(self._known_words_file)

    def devanagari_words(self) -> list[str]:
        pieces = (piece.strip("▁") for piece in self._file.pieces)
        return list(dict.fromkeys(filter(_HINDI_WORD.fullmatch, pieces)))


def spelt(text: str) -> str:
    """Return `text` as pieces spell it: small letters, no Latin diacritics."""
    return normalised(_read(text))


def _read(text: str) -> str:
    """Return `text` as the model is to see it: what looks the same gets the same pieces.

    Not in the tokenizer, which cuts as the library that the model was trained with. There a
    joiner or soft hyphen takes a word apart, and २०२६ has nothing in common with 2026.
    """
    return text if text.isascii() else with_ascii_digits(without_invisible(text))
