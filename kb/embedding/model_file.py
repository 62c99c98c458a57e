"""The embedded model as one file that is mapped from disk, not read.

It has the layout of safetensors: the length of the header (8 bytes, little endian), the header
(JSON), and the tensors' bytes one after the other.

| tensor | type and shape | holds |
|---|---|---|
| scores | float64 (pieces,) | log probability of each piece |
| scales | float32 (pieces,) | what a row of weights is multiplied with |
| weights | uint8 (pieces, dimension / 2) | one row per piece, two numbers a byte |
| pieces | uint8 (bytes,) | the pieces in UTF-8, a newline between them |
| punctuation | uint8 (bytes,) | in UTF-8, the characters that are words by themselves |

A weight is a whole number of steps from -7 to 7, stored as itself plus 8: those of the first half
of a row in the low four bits, those of the second half in the high ones.

`__metadata__` in the header has the format, the fingerprint (so that no question has to hash all
this), what the model is, and its licence.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from kb.errors import ModelUnusable
from kb.vectors import Matrix, Vector

FORMAT = "2"
ZERO = 8
"""What is stored for a weight of no steps."""

_LENGTH_BYTES = 8
_TYPES = {"F64": np.float64, "F32": np.float32, "F16": np.float16, "U8": np.uint8}
_LOW_BITS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """What the file holds; row `i` of the arrays belongs to piece `i`."""

    fingerprint: str
    punctuation: str
    pieces: list[str]
    scores: npt.NDArray[np.float64]
    scales: Vector
    weights: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        rows, _ = self.weights.shape
        if {len(self.pieces), len(self.scores), len(self.scales)} != {rows}:
            raise ValueError(f"{len(self.pieces):,} pieces, but {rows:,} rows of weights")

    @property
    def dimension(self) -> int:
        return 2 * int(self.weights.shape[1])

    def rows(self, ids: npt.NDArray[np.integer]) -> Matrix:
        """Return the weights of these pieces, float32, shape `(len(ids), dimension)`."""
        packed = self.weights[ids]
        half = packed.shape[1]
        rows = np.empty((len(packed), 2 * half), dtype=np.float32)
        rows[:, :half] = packed & _LOW_BITS
        rows[:, half:] = packed >> 4
        rows -= ZERO
        rows *= self.scales[ids, np.newaxis]
        return rows


def read_model_file(path: Path) -> ModelFile:
    """Map the model file at `path`.

    Raises: `ModelUnusable` when it is missing, cut short, damaged or of another format.
    """
    return read_tensors(path, FORMAT, _model_file)


T = TypeVar("T")
Tensors = Mapping[str, npt.NDArray[Any]]
Metadata = Mapping[str, str]


def read_tensors(path: Path, format_: str, made_of: Callable[[Metadata, Tensors], T]) -> T:
    """Map a file of tensors and return what is made of its metadata and them.

    Raises: `ModelUnusable` when it is missing, cut short, damaged or of another format.
    """
    try:
        data = np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))
        start = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES].tobytes(), "little")
        header = json.loads(data[_LENGTH_BYTES:start].tobytes())
        metadata = header.pop("__metadata__")
        _check_format(metadata["format"], format_)
        tensors = {
            name: data[start:][slice(*about["data_offsets"])]
            .view(_TYPES[about["dtype"]])
            .reshape(about["shape"])
            for name, about in header.items()
        }
        return made_of(metadata, tensors)
    except OSError as error:
        reason = error.strerror or str(error)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        reason = f"it is damaged ({error})"
    raise ModelUnusable(str(path), f"{reason}, so install kb again")


def _check_format(found: str, wanted: str) -> None:
    if found != wanted:
        raise ValueError(f"format {found!r}, not {wanted!r}")


def _model_file(metadata: Metadata, tensors: Tensors) -> ModelFile:
    return ModelFile(
        fingerprint=metadata["fingerprint"],
        punctuation=tensors["punctuation"].tobytes().decode(),
        pieces=tensors["pieces"].tobytes().decode().split("\n"),
        scores=tensors["scores"],
        scales=tensors["scales"],
        weights=tensors["weights"],
    )
