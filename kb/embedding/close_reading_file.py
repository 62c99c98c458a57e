"""The network of `kb/close_reading.py` as a file beside the model that it reads with.

The layout is that of the model (`kb/embedding/model_file.py`). Each layer has two tensors of
float16, its matrix and what is added to the products: `word`, `word +`. `__metadata__` names the
format and the fingerprint of the model: with other vectors the network reads nonsense.
"""

from pathlib import Path

import numpy as np

from kb.close_reading import CloseReader
from kb.embedding.model_file import Metadata, Tensors, read_tensors

FILE_NAME = "close_reading.safetensors"
FORMAT = "1"
LAYERS = ("word", "word_again", "text", "answer")


def read_close_reader(path: Path, fingerprint: str) -> CloseReader:
    """Return the network that the file at `path` holds.

    Raises: `ModelUnusable` when it is missing or damaged, or when it was not trained with the
    vectors of the model with this fingerprint.
    """

    def made_of(metadata: Metadata, tensors: Tensors) -> CloseReader:
        if metadata["model"] != fingerprint:
            raise ValueError(f"made for the model {metadata['model']!r}, not {fingerprint!r}")
        wide = {name: tensor.astype(np.float32) for name, tensor in tensors.items()}
        layers = {name: (wide[name], wide[f"{name} +"]) for name in LAYERS}
        return CloseReader(wide["projection"], **layers)

    return read_tensors(path, FORMAT, made_of)
