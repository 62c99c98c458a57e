"""Cleaning by agreement with an earlier model: pairs that do not mean the same teach nothing."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from kb.vectors import Matrix
from training.contrastive import directions
from training.pairs import TokenPairs

_BATCH = 20_000  # Pairs compared at once.


def agreeing(data: TokenPairs, weights: Matrix, left_out: float) -> TokenPairs:
    """Return `data` without the share `left_out` of each language pair that is least alike.

    `weights` are an earlier model's, shape `(tokens, dimension)`.
    """
    kept = {}
    for languages, pairs in data.pairs.items():
        alike = _similarities(data, pairs, torch.from_numpy(weights))
        kept[languages] = pairs[alike >= np.quantile(alike, left_out)]
    return replace(data, pairs=kept)


def _similarities(
    data: TokenPairs, pairs: npt.NDArray[np.int32], table: torch.Tensor
) -> npt.NDArray[np.float32]:
    found = []
    for start in range(0, len(pairs), _BATCH):
        left, right = pairs[start : start + _BATCH].T
        u, _ = directions(table, data.bags(left))
        v, _ = directions(table, data.bags(right))
        found.append((u * v).sum(1).numpy())
    return np.concatenate(found)
