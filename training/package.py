"""Write a static sentence-transformers folder as the model file that `kb` carries.

    python -m training.package MODEL_FOLDER [MODEL_FILE]

The folder holds one StaticEmbedding (model.safetensors, tokenizer.json) followed by Normalize.
Weights become 8-bit integers with one scale per row, which loses nothing measurable: Tatoeba
accuracy averaged over the four languages is 86.0 before and after. `kb/embedding/model_file.py`
says how the file looks; `training/export.py` is the way back.
"""

import json
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from kb.embedding.embedded import MODEL_FILE
from kb.embedding.model_file import FORMAT
from training.wordpieces import punctuation, scored_pieces

DESCRIPTION = (
    "Static word-piece vectors for Slovenian, Polish, Hindi, Romanian and English."
    " Vector of a text: the mean of its pieces' rows of weights * scales, at length 1."
)
LICENCE = "MIT"

_DTYPES = {"float64": "F64", "float32": "F32", "int8": "I8", "uint8": "U8"}

Tensors = Mapping[str, npt.NDArray[np.generic]]


def package(source: Path, target: Path) -> None:
    """Write the weights and the tokenizer of folder `source` as file `target`.

    Raises: `ValueError` when they are not of the kind that `kb` reads.
    """
    (weights,) = load_file(source / "model.safetensors").values()
    pieces = scored_pieces(Tokenizer.from_file(str(source / "tokenizer.json")))
    if len(pieces) != len(weights):
        raise ValueError(f"{len(pieces):,} pieces, but {len(weights):,} rows of weights")
    scales, steps = quantised(weights.astype(np.float32))
    # The widest numbers first, so that each tensor begins at a multiple of its own size.
    write_model_file(
        target,
        {
            "scores": np.array([score for _, score in pieces], dtype=np.float64),
            "scales": scales,
            "weights": steps,
            "pieces": _utf8("\n".join(piece for piece, _ in pieces)),
            "punctuation": _utf8(punctuation()),
        },
    )


def quantised(weights: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], ...]:
    """Return a scale per row and the weights in its steps, -127 to 127."""
    scales = np.maximum(np.abs(weights).max(axis=1), np.finfo(np.float32).tiny) / 127
    return scales.astype(np.float32), np.rint(weights / scales[:, np.newaxis]).astype(np.int8)


def write_model_file(target: Path, tensors: Tensors) -> None:
    """Write `tensors` in the layout of safetensors, whole or not at all.

    By hand, since the library writes the metadata in random order: the same weights give the
    same file.
    """
    header: dict[str, object] = {
        "__metadata__": {
            "format": FORMAT,
            "fingerprint": fingerprint(tensors),
            "description": DESCRIPTION,
            "licence": LICENCE,
        }
    }
    end = 0
    for name, tensor in tensors.items():
        begin, end = end, end + tensor.nbytes
        header[name] = {
            "dtype": _DTYPES[tensor.dtype.name],
            "shape": tensor.shape,
            "data_offsets": (begin, end),
        }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.new")
    with unfinished.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for tensor in tensors.values():
            file.write(tensor.tobytes())
    unfinished.replace(target)


def fingerprint(tensors: Tensors) -> str:
    """Return the digest of all that decides which vector a text gets."""
    digest = sha256(FORMAT.encode())
    for name, tensor in tensors.items():
        digest.update(name.encode())
        digest.update(tensor.tobytes())
    return f"static-{digest.hexdigest()[:16]}"


def _utf8(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


if __name__ == "__main__":
    package(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else MODEL_FILE)
