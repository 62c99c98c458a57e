"""What each stage of retrieval gave to the passages that are left at its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from kb.domain import Stage
from kb.vectors import Vector
from kb.words import Places


@dataclass(frozen=True, slots=True)
class StageScores:
    """What one stage gave to some of the passages that it looked at, and their ranks, from 1."""

    name: str
    scores: Vector
    ranks: Places
    of: int

    @classmethod
    def among(cls, name: str, scores: Vector, places: Places) -> Self:
        """Return the passages at `places` of a stage that gave `scores` to all it looked at.

        Those with equal scores share a rank.
        """
        ranks = np.searchsorted(np.sort(-scores), -scores[places]) + 1
        return cls(name, scores[places], ranks, len(scores))

    def at(self, place: int) -> Stage:
        return Stage(self.name, float(self.scores[place]), int(self.ranks[place]), self.of)


def best_places(scores: Vector, k: int) -> Places:
    """Return the places of the `k` best scores, best first; of equal ones those that come first."""
    if k < len(scores):
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        places = np.flatnonzero(scores >= least)
    else:
        places = np.arange(len(scores))
    return places[np.argsort(-scores[places], kind="stable")][:k]


def stages_at(stages: Sequence[StageScores], place: int) -> tuple[Stage, ...]:
    """Return how one passage did in each stage."""
    return tuple(stage.at(place) for stage in stages)
