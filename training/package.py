"""Write a static sentence-transformers folder as the model file that `kb` carries.

    python -m training.package MODEL_FOLDER [MODEL_FILE]

The folder holds one StaticEmbedding (model.safetensors, tokenizer.json) followed by Normalize.
Weights become whole numbers of 4 bits with one scale per row: so a file of the same size holds
twice the dimensions that it would hold at 8 bits. `kb/embedding/model_file.py` says how the file
looks; `training/export.py` is the way back.
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

from kb.close_reading import CloseReader
from kb.embedding.close_reading_file import FORMAT as CLOSE_READING_FORMAT
from kb.embedding.close_reading_file import LAYERS
from kb.embedding.embedded import MODEL_FILE
from kb.embedding.model_file import FORMAT, ZERO
from kb.vectors import Matrix, Vector
from training.wordpieces import punctuation, scored_pieces

DESCRIPTION = (
    "Static word-piece vectors for Slovenian, Polish, Hindi, Romanian and English."
    " Vector of a text: the mean of its pieces' rows of weights * scales, at length 1."
)
LICENCE = "MIT"

_DTYPES = {"float64": "F64", "float32": "F32", "float16": "F16", "uint8": "U8"}
_MOST_STEPS = 7  # Of a weight, either way: 15 of the 16 numbers of 4 bits, the same on both sides.
# Which share of a row's largest weight may become the largest that is stored. Cutting the few
# largest weights of a row off makes the steps of all others finer.
_CUT_AT = np.linspace(0.45, 1, 12)

Tensors = Mapping[str, npt.NDArray[np.generic]]


def package(source: Path, target: Path) -> None:
    """Write the weights and the tokenizer of folder `source` as file `target`.

    Raises: `ValueError` when they are not of the kind that `kb` reads.
    """
    (weights,) = load_file(source / "model.safetensors").values()
    pieces = scored_pieces(Tokenizer.from_file(str(source / "tokenizer.json")))
    if len(pieces) != len(weights):
        raise ValueError(f"{len(pieces):,} pieces, but {len(weights):,} rows of weights")
    if weights.shape[1] % 2:
        raise ValueError(f"{weights.shape[1]} dimensions, but two are packed into a byte")
    scales, steps = quantised(weights.astype(np.float32))
    # The widest numbers first, so that each tensor begins at a multiple of its own size.
    write_model_file(
        target,
        {
            "scores": np.array([score for _, score in pieces], dtype=np.float64),
            "scales": scales,
            "weights": packed(steps),
            "pieces": _utf8("\n".join(piece for piece, _ in pieces)),
            "punctuation": _utf8(punctuation()),
        },
    )


def quantised(weights: Matrix) -> tuple[Vector, Matrix]:
    """Return a scale per row and the weights in its steps, whole numbers from -7 to 7.

    Each row gets the scale, of those tried, with which least is lost (squares summed).
    """
    largest = np.maximum(np.abs(weights).max(axis=1), np.finfo(np.float32).tiny)
    whole = (largest / _MOST_STEPS).astype(np.float32)
    # The neighbours, so that weights which are steps already keep their scale to the last bit.
    tried = [whole, np.nextafter(whole, 0), np.nextafter(whole, np.float32(np.inf))]
    tried += [(whole * cut).astype(np.float32) for cut in _CUT_AT]
    lost = np.stack([_lost(weights, scales) for scales in tried])
    scales = np.choose(lost.argmin(axis=0), tried)
    return scales, _steps(weights, scales)


def packed(steps: Matrix) -> npt.NDArray[np.uint8]:
    """Return steps as `kb.embedding.model_file` reads them, two in a byte."""
    stored = (steps + ZERO).astype(np.uint8)
    half = stored.shape[1] // 2
    return np.asarray(stored[:, :half] | stored[:, half:] << 4, dtype=np.uint8)


def _steps(weights: Matrix, scales: Vector) -> Matrix:
    steps = np.rint(weights / scales[:, np.newaxis])
    return np.asarray(np.clip(steps, -_MOST_STEPS, _MOST_STEPS), dtype=np.float32)


def _lost(weights: Matrix, scales: Vector) -> Vector:
    restored = _steps(weights, scales) * scales[:, np.newaxis]
    return np.asarray(np.square(restored - weights).sum(axis=1), dtype=np.float32)


def write_model_file(target: Path, tensors: Tensors) -> None:
    """Write the tensors of a model as file `target`."""
    metadata = {
        "format": FORMAT,
        "fingerprint": fingerprint(tensors),
        "description": DESCRIPTION,
        "licence": LICENCE,
    }
    _write(target, metadata, tensors)


def write_close_reader(target: Path, reader: CloseReader, *, model: str, data: str) -> None:
    """Write a network as file `target`.

    `model` is the fingerprint of the model whose vectors it was trained with, `data` the digest
    of what it was trained on.
    """
    layers = {name: getattr(reader, name) for name in LAYERS}
    tensors = {"projection": reader.projection}
    tensors |= {name: matrix for name, (matrix, _) in layers.items()}
    tensors |= {f"{name} +": added for name, (_, added) in layers.items()}
    metadata = {
        "format": CLOSE_READING_FORMAT,
        "model": model,
        "data": data,
        "description": "Says how far a text answers a question, by the words of both.",
        "licence": LICENCE,
    }
    _write(target, metadata, {name: tensor.astype(np.float16) for name, tensor in tensors.items()})


def _write(target: Path, metadata: Mapping[str, str], tensors: Tensors) -> None:
    """Write `tensors` in the layout of safetensors, whole or not at all.

    By hand, since the library writes the metadata in random order: the same weights give the
    same file.
    """
    header: dict[str, object] = {"__metadata__": metadata}
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
