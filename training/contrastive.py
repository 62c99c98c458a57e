"""The loss, its gradient and the optimiser: a table of token vectors learns from pairs of texts.

The gradient is written out. A batch touches a few thousand of 80,000 rows, and summing the
gradient of each touched row once takes half of the time that automatic differentiation does.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

Ids = npt.NDArray[np.int64]

_DECAY = (0.9, 0.999)  # Of the running means of Adam (Kingma and Ba 2015), its usual values.
_EPSILON = 1e-8


@dataclass(frozen=True, slots=True)
class Bags:
    """Texts as tokens: those of text `i` are the next `lengths[i]` of `tokens`."""

    tokens: Ids
    lengths: Ids

    def __add__(self, other: Self) -> "Bags":
        return Bags(
            np.concatenate([self.tokens, other.tokens]),
            np.concatenate([self.lengths, other.lengths]),
        )


class Adam:
    """Adam over the rows of a table that a batch touches; the others rest."""

    def __init__(self, table: Tensor) -> None:
        self._table = table
        self._mean = torch.zeros_like(table)
        self._square = torch.zeros_like(table)
        self._steps = 0

    def step(self, rows: Tensor, gradient: Tensor, rate: float) -> None:
        """Move `rows`, each named once, against their `gradient`, shape `(rows, dimension)`."""
        self._steps += 1
        first, second = _DECAY
        mean = self._mean[rows].lerp_(gradient, 1 - first)
        square = self._square[rows].lerp_(gradient.square(), 1 - second)
        self._mean[rows] = mean
        self._square[rows] = square
        size = (square / (1 - second**self._steps)).sqrt_().add_(_EPSILON)
        self._table[rows] -= mean.div_(size).mul_(rate / (1 - first**self._steps))


def step(
    table: Tensor, optimiser: Adam, left: Bags, right: Bags, *, scale: float, rate: float
) -> float:
    """Bring text `i` of `left` and of `right` together, others apart, and return the loss."""
    u, u_lengths = directions(table, left)
    v, v_lengths = directions(table, right)
    loss, for_u, for_v = info_nce(u, v, scale)
    rows, gradient = _row_gradient(
        left + right, torch.cat([_through(u, u_lengths, for_u), _through(v, v_lengths, for_v)])
    )
    optimiser.step(rows, gradient, rate)
    return loss


def info_nce(u: Tensor, v: Tensor, scale: float) -> tuple[float, Tensor, Tensor]:
    """Return the loss of unit rows `u` and `v`, shape `(n, dimension)`, and its gradients.

    The mean cross entropy of finding `v[i]` for `u[i]` and the other way round, with the
    similarities times `scale` (InfoNCE: van den Oord et al. 2018).
    """
    similarities = (u @ v.T).mul_(scale)
    to_right, to_left = torch.softmax(similarities, 1), torch.softmax(similarities, 0)
    loss = -(to_right.diagonal().log() + to_left.diagonal().log()).mean() / 2
    slope = to_right.add_(to_left)
    slope.diagonal().sub_(2)
    slope.mul_(scale / (2 * len(u)))
    return float(loss), slope @ v, slope.T @ u


def directions(table: Tensor, bags: Bags) -> tuple[Tensor, Tensor]:
    """Return the direction of the sum of each text's rows, and how long the sum is."""
    sums = embedding_bag(
        torch.from_numpy(bags.tokens), table, torch.from_numpy(_starts(bags.lengths)), mode="sum"
    )
    lengths = sums.norm(dim=1, keepdim=True).clamp_min_(torch.finfo(sums.dtype).tiny)
    return sums / lengths, lengths


def _through(directions: Tensor, lengths: Tensor, gradient: Tensor) -> Tensor:
    """Return the gradient of the sums from that of their directions."""
    along = (gradient * directions).sum(1, keepdim=True)
    return (gradient - along * directions) / lengths


def _row_gradient(bags: Bags, gradient: Tensor) -> tuple[Tensor, Tensor]:
    """Return the rows that the texts touch, and the sum of the gradients of each one's texts."""
    owners = np.repeat(np.arange(len(bags.lengths)), bags.lengths)
    order = np.argsort(bags.tokens, kind="stable")
    tokens = bags.tokens[order]
    first = np.flatnonzero(np.diff(tokens, prepend=-1))
    summed = embedding_bag(
        torch.from_numpy(owners[order]), gradient, torch.from_numpy(first), mode="sum"
    )
    return torch.from_numpy(tokens[first]), summed


def _starts(lengths: Ids) -> Ids:
    return np.concatenate([[0], np.cumsum(lengths[:-1])])
