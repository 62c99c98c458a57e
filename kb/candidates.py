"""Passages on their way through retrieval, with what each stage gave them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from kb.domain import PassageId, Stage
from kb.vectors import Vector

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class StageScores:
    """What one stage gave to each of some passages; ranks are among `of`, from 1."""

    name: str
    scores: Vector
    ranks: Places
    of: int

    @classmethod
    def among_all(cls, name: str, scores: Vector) -> Self:
        """Return the stage that looked at these passages and no others; equal ones share a rank."""
        ranks = np.searchsorted(np.sort(-scores), -scores) + 1
        return cls(name, scores, ranks, len(scores))

    def only(self, places: Places) -> "StageScores":
        return StageScores(self.name, self.scores[places], self.ranks[places], self.of)

    def at(self, place: int) -> Stage:
        return Stage(self.name, float(self.scores[place]), int(self.ranks[place]), self.of)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages that may answer, and the stages that looked at all of them."""

    ids: tuple[PassageId, ...]
    stages: tuple[StageScores, ...] = ()

    def after(self, name: str, scores: Vector) -> "Candidates":
        """Return the same passages with one stage more."""
        return Candidates(self.ids, (*self.stages, StageScores.among_all(name, scores)))

    def only(self, places: Places) -> "Candidates":
        """Return those at `places`; the ranks stay those among all that a stage looked at."""
        ids = tuple(self.ids[place] for place in places)
        return Candidates(ids, tuple(stage.only(places) for stage in self.stages))

    def stages_at(self, place: int) -> tuple[Stage, ...]:
        """Return how one passage did in each stage."""
        return tuple(stage.at(place) for stage in self.stages)
