"""Which passages of a collection hold which words: an inverted index, as arrays and as bytes.

    bytes: b"kbwords1", SHA-256 of all that follows, length of the header (8 bytes, little endian),
    header (JSON: names of languages, type and length of each array), arrays one after the other

It is derived: the tokens stored for each passage make it again, with the model that has their
vectors. Words are looked up by the similarity that each of them has to a term of a question.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from kb.domain import LanguageCode, PassageId
from kb.text_languages import TextLanguages
from kb.vectors import Matrix, TokenIds, Vector
from kb.words import DistinctWords, Places, TokenTable, WordOrder, WordRun, spans

_MAGIC = b"kbwords1"
_COMMON_ROWS = 200
_LENGTH_BYTES = 8
_ALIGNED = 8  # Arrays begin at a multiple, so that numpy reads them where they lie.
_TYPES = {
    "ids": "<i8",
    "codes": "<u8",
    "rows": "<i4",
    "row_bounds": "<i8",
    "numbers": "<u2",
    "pieces": "<i4",
    "spelt": "<i4",
    "bounds": "<i4",
    "lengths": "<f4",
    "spellings": "<u4",
}


@dataclass(frozen=True, slots=True)
class WordIndex:
    """The distinct words of a collection's passages, and where each of them stands.

    Row `i` is the passage `ids[i]`, which is in `languages`. Word `w` stands in the passages at
    `rows[row_bounds[w]:row_bounds[w + 1]]`, each named once.
    """

    ids: npt.NDArray[np.int64]
    languages: TextLanguages
    words: DistinctWords
    rows: Places
    row_bounds: Places

    @classmethod
    def build(
        cls,
        ids: Sequence[PassageId],
        languages: Sequence[LanguageCode | None],
        texts: Sequence[TokenIds],
        table: TokenTable,
    ) -> Self:
        """Return the index of passages with these numbers, in ascending order, and tokens."""
        run = WordRun.of(texts)
        order = np.argsort(run.codes, kind="stable")
        rows = np.repeat(np.arange(len(texts)), np.diff(run.text_bounds))[order]
        codes = run.codes[order]
        is_new_word = np.diff(codes, prepend=codes[:1]) != 0
        is_new_word[:1] = True
        # Within a word, rows ascend: what stands twice in a passage stands side by side.
        is_new_row = is_new_word | (np.diff(rows, prepend=-1) != 0)
        return cls(
            np.asarray(ids, dtype=np.int64),
            TextLanguages.of(languages),
            DistinctWords.of(run, order[is_new_word], table),
            rows[is_new_row],
            np.append(np.flatnonzero(is_new_word[is_new_row]), is_new_row.sum()),
        )

    def best_matches(self, similarity: Matrix) -> Matrix:
        """Return the similarity of each term's nearest word in each passage, `(terms, passages)`.

        `similarity` is that of each word to each term, shape `(terms, words)`. Takes as long as
        there are passages with a word that is similar at all.
        """
        best = np.zeros((len(similarity), len(self.ids)), dtype=np.float32)
        for row, of_term in zip(best, similarity, strict=True):
            words = np.flatnonzero(of_term)
            # In ascending order: of several assignments to one place the last stays.
            self._write(row, words[np.argsort(of_term[words])], of_term)
        return best

    def _write(self, row: Vector, words: Places, similarity: Vector) -> None:
        """Write the similarity of each of `words`, which ascends, to the passages that hold it."""
        starts = self.row_bounds[words]
        counts = self.row_bounds[words + 1] - starts
        # Common words one by one, so that their rows need not be copied, all others together.
        is_common = counts >= _COMMON_ROWS
        for word, start, count in zip(
            words[is_common].tolist(),
            starts[is_common].tolist(),
            counts[is_common].tolist(),
            strict=True,
        ):
            row[self.rows[start : start + count]] = similarity[word]
        rows = self.rows[spans(starts[~is_common], counts[~is_common])]
        values = np.repeat(similarity[words[~is_common]], counts[~is_common])
        row[rows] = np.maximum(row[rows], values)

    def text_words(self, tokens: Sequence[TokenIds]) -> tuple[Places, WordOrder]:
        """Return the distinct words of some texts by their places in `words`, and their order.

        The place of a word that no passage of the index holds is -1.
        """
        run = WordRun.of(tokens)
        numbers = np.searchsorted(self.words.codes, run.codes)
        is_known = numbers < len(self.words)
        is_known[is_known] = self.words.codes[numbers[is_known]] == run.codes[is_known]
        found, places = np.unique(np.where(is_known, numbers, -1), return_inverse=True)
        return found, run.order(places)

    def texts_of(self, tokens: Sequence[TokenIds], similarity: Matrix) -> tuple[Matrix, WordOrder]:
        """Return the similarity of the distinct words of some texts, and their order there.

        A word that no passage of the index holds is similar to nothing.
        """
        found, order = self.text_words(tokens)
        similar = (
            similarity[:, found] if len(self.words) else np.zeros((len(similarity), len(found)))
        )
        similar[:, found < 0] = 0
        return similar.astype(np.float32, copy=False), order

    def has_pieces_of(self, texts: Sequence[TokenIds]) -> bool:
        """True when these are texts whose every piece is one of some word of the index.

        So are its passages, unless what is stored of them was damaged.
        """
        try:
            pieces = WordRun.of(texts).tokens
        except ValueError:
            return False
        return bool(np.isin(pieces, self.words.pieces).all())

    def to_bytes(self) -> bytes:
        """Return the index as bytes for `from_bytes`."""
        arrays = {name: array.astype(_TYPES[name]) for name, array in self.arrays().items()}
        header = json.dumps(
            {
                "languages": self.languages.names,
                "lengths": {name: len(array) for name, array in arrays.items()},
            }
        ).encode()
        header += b" " * (-len(header) % _ALIGNED)
        parts = [len(header).to_bytes(_LENGTH_BYTES, "little"), header]
        for array in arrays.values():
            content = array.tobytes()
            parts += [content, bytes(-len(content) % _ALIGNED)]
        rest = b"".join(parts)
        return b"".join([_MAGIC, sha256(rest).digest(), rest])

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return the index that `to_bytes` wrote. Raises `ValueError` when it is not one."""
        start = len(_MAGIC) + sha256().digest_size
        rest = memoryview(content)[start:]
        if (
            content[: len(_MAGIC)] != _MAGIC
            or content[len(_MAGIC) : start] != sha256(rest).digest()
        ):
            raise ValueError("not an index of words, or not as it was written")
        at = _LENGTH_BYTES + int.from_bytes(rest[:_LENGTH_BYTES], "little")
        header = json.loads(bytes(rest[_LENGTH_BYTES:at]))
        arrays = {}
        for name, length in header["lengths"].items():
            arrays[name] = np.frombuffer(rest, _TYPES[name], length, offset=at)
            at += arrays[name].nbytes + -arrays[name].nbytes % _ALIGNED
        return cls(
            arrays["ids"],
            TextLanguages(tuple(header["languages"]), arrays["numbers"]),
            DistinctWords(**{field.name: arrays[field.name] for field in fields(DistinctWords)}),
            arrays["rows"].astype(np.intp),
            arrays["row_bounds"].astype(np.intp),
        )

    def agrees_with(self, other: "WordIndex") -> bool:
        """True when both say the same; lengths may differ as processors round."""
        one, two = self.arrays(), other.arrays()
        return self.languages.names == other.languages.names and all(
            one[name].shape == two[name].shape
            and (
                np.allclose(one[name], two[name], rtol=1e-4)
                if name == "lengths"
                else np.array_equal(one[name], two[name])
            )
            for name in _TYPES
        )

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return all arrays of the index by their names."""
        own = {"ids": self.ids, "rows": self.rows, "row_bounds": self.row_bounds}
        of_words = {field.name: getattr(self.words, field.name) for field in fields(DistinctWords)}
        return {**own, "numbers": self.languages.numbers, **of_words}


def serialize_words(
    table: TokenTable,
    ids: Sequence[PassageId],
    languages: Sequence[LanguageCode | None],
    texts: Sequence[TokenIds],
) -> bytes:
    """Return the index of these passages' words as bytes."""
    return WordIndex.build(ids, languages, texts, table).to_bytes()


def is_word_index(content: bytes | None) -> bool:
    """True for bytes that `WordIndex.from_bytes` reads."""
    try:
        WordIndex.from_bytes(content or b"")
    except ValueError:
        return False
    return True
