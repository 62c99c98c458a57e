"""Write the model file that `kb` carries as a sentence-transformers folder of the same weights.

    python -m training.export MODEL_FILE FOLDER

The folder is one of those that `training/package.py` reads: both ways lose nothing.
"""

import sys
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import Tokenizer

from kb.embedding.model_file import read_model_file
from kb.vectors import Matrix
from training.wordpieces import tokenizer_of


def export(source: Path, target: Path) -> None:
    """Write folder `target` with the pieces and the float32 weights of file `source`."""
    file = read_model_file(source)
    tokenizer = tokenizer_of(list(zip(file.pieces, file.scores.tolist(), strict=True)))
    write_folder(target, tokenizer, file.rows(np.arange(len(file.pieces))))


def write_folder(target: Path, tokenizer: Tokenizer, weights: Matrix) -> None:
    """Write a sentence-transformers folder: the mean of the tokens' rows, at length 1."""
    static = StaticEmbedding(tokenizer, embedding_weights=weights)
    model = SentenceTransformer(modules=[static, Normalize()], device="cpu")
    model.save_pretrained(str(target), create_model_card=False)


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
