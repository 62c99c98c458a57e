"""The pieces that texts are cut into."""

from collections.abc import Iterable

from tokenizers import Tokenizer
from tokenizers.trainers import UnigramTrainer

from kb.embedding.tokenizer import UNKNOWN
from training.wordpieces import tokenizer_of

_LONGEST_PIECE = 20  # Characters: longer words are rare enough to be composed.


def train_vocabulary(texts: Iterable[str], size: int) -> Tokenizer:
    """Return a Unigram tokenizer of `size` pieces (Kudo 2018, https://arxiv.org/abs/1804.10959)."""
    tokenizer = tokenizer_of([(UNKNOWN, 0.0)])
    trainer = UnigramTrainer(
        vocab_size=size,
        special_tokens=[UNKNOWN],
        unk_token=UNKNOWN,
        max_piece_length=_LONGEST_PIECE,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer
