"""The kind of tokenizer that `kb/embedding/tokenizer.py` reads, as Hugging Face's tokenizers.

Unigram over normalised words: NFKD without Latin combining marks, NFC, lower case, ł to l, đ to
d; cut at spaces and punctuation (BERT), each word led by "▁" (Metaspace).
"""

import json
import sys
from collections.abc import Sequence

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from kb.embedding.tokenizer import UNKNOWN, UNKNOWN_ID

ScoredPiece = tuple[str, float]


def tokenizer_of(pieces: Sequence[ScoredPiece]) -> Tokenizer:
    """Return the tokenizer with these pieces, the unknown one first."""
    tokenizer = Tokenizer(models.Unigram(list(pieces), unk_id=UNKNOWN_ID, byte_fallback=False))
    tokenizer.normalizer = normalizer()
    tokenizer.pre_tokenizer = pre_tokenizer()
    tokenizer.add_special_tokens([UNKNOWN])
    return tokenizer


def normalizer() -> normalizers.Normalizer:
    return normalizers.Sequence(
        [
            normalizers.NFKD(),
            normalizers.Replace(Regex("[\u0300-\u036f]"), ""),
            normalizers.NFC(),
            normalizers.Lowercase(),
            normalizers.Replace("ł", "l"),
            normalizers.Replace("đ", "d"),
            normalizers.Replace("’", "'"),
        ]
    )


def pre_tokenizer() -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.BertPreTokenizer(),
            pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True),
        ]
    )


def scored_pieces(tokenizer: Tokenizer) -> list[ScoredPiece]:
    """Return the pieces of `tokenizer` with their scores, in the order of their numbers.

    Raises: `ValueError` when it is not the kind that `tokenizer_of` makes.
    """
    written = tokenizer.to_str()
    model = json.loads(written)["model"]
    if model.get("type") == "Unigram":
        pieces = [(piece, score) for piece, score in model["vocab"]]
        if written == tokenizer_of(pieces).to_str():
            return pieces
    raise ValueError(
        "the tokenizer differs from that of training/wordpieces.py in more than pieces"
    )


def punctuation() -> str:
    """Return every character that the pre-tokenizer makes a word by itself.

    Asked of the library, whose table is older than that of any Python.
    """
    bert = pre_tokenizers.BertPreTokenizer()
    characters = (chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    return "".join(c for c in characters if len(bert.pre_tokenize_str(f"a{c}a")) == 3)
