"""Token vectors from pairs of texts: those that say the same end up side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from kb.vectors import Matrix
from training.agreement import agreeing
from training.contrastive import Adam, Bags, step
from training.pairs import ENGLISH, LanguagePair, TokenPairs, batches

_FIRST_LENGTH = 0.05  # Standard deviation of each number at the start.
# Six of the ten pairs of five languages: restatements are as many in each.
_RESTATED_WITHOUT_ENGLISH = 0.6
_TOLD_EVERY = 1_000  # Steps between two lines about the loss.


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stretch of training with an optimiser of its own."""

    steps: int
    rate: float = 0.01
    """Of learning, at the start; it falls to nothing in a straight line."""
    restated: float = 0.0
    """Share of batches of restatements; the others are of translations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What decides the weights, besides the data."""

    pieces: int = 80_000
    dimension: int = 512
    rough: Stage = Stage(steps=4_000)
    """Of the earlier model, which only says what to leave out."""
    left_out: float = 0.15
    """Share of each language pair that the earlier model finds least alike."""
    main: Stage = Stage(steps=24_000)
    settling: Stage = Stage(steps=2_400, rate=0.003, restated=0.2)
    """Goes on from `main`: few texts, which would be learned by heart in a longer one."""
    batch: int = 1_024
    """Pairs of one language pair; each text has all others of the batch as negatives."""
    scale: float = 10.0
    """Of similarities in the loss, the inverse of its temperature; a low one mattered most."""
    without_english: float = 0.05
    """Share of batches of translations between two of the other four languages."""
    evenness: float = 0.4
    """A language pair is drawn by its count to this power: below 1 favours the small ones."""
    seed: int = 1


def train(translations: TokenPairs, restatements: TokenPairs, recipe: Recipe) -> Matrix:
    """Return a vector per token, float32, shape `(translations.vocabulary, recipe.dimension)`.

    A model that is trained for a short time says which pairs agree; those teach the real one.
    """
    rng = np.random.default_rng(recipe.seed)
    texts = _Texts(translations, restatements, recipe, rng)
    rough = _train(_random_table(translations, recipe), texts, recipe.rough, recipe.scale)
    agreed = agreeing(translations, rough.numpy(), recipe.left_out)
    texts = _Texts(agreed, restatements, recipe, rng)
    table = _random_table(translations, recipe)
    for stage in (recipe.main, recipe.settling):
        table = _train(table, texts, stage, recipe.scale)
    return np.asarray(table.numpy(), dtype=np.float32)


def _random_table(data: TokenPairs, recipe: Recipe) -> Tensor:
    generator = torch.Generator().manual_seed(recipe.seed)
    return _FIRST_LENGTH * torch.randn(data.vocabulary, recipe.dimension, generator=generator)


class _Texts:
    """Batches of both kinds of text, without end."""

    def __init__(
        self,
        translations: TokenPairs,
        restatements: TokenPairs,
        recipe: Recipe,
        rng: np.random.Generator,
    ) -> None:
        self._rng = rng
        self._translations = self._drawn(translations, recipe, recipe.without_english)
        self._restatements = self._drawn(restatements, recipe, _RESTATED_WITHOUT_ENGLISH)

    def batch(self, restated: float) -> tuple[Bags, Bags]:
        """Return the two sides of a batch, of restatements with the probability `restated`."""
        return next(self._restatements if self._rng.random() < restated else self._translations)

    def _drawn(
        self, data: TokenPairs, recipe: Recipe, without_english: float
    ) -> Iterator[tuple[Bags, Bags]]:
        streams = batches(data, recipe.batch, self._rng)
        shares = _shares(data, recipe.evenness, without_english)
        languages, odds = zip(*shares.items(), strict=True)
        while True:
            chosen = languages[self._rng.choice(len(languages), p=odds)]
            left, right = next(streams[chosen]).T
            yield data.bags(left), data.bags(right)


def _train(table: Tensor, texts: _Texts, stage: Stage, scale: float) -> Tensor:
    """Return `table`, which is trained in place."""
    optimiser = Adam(table)
    losses = []
    with torch.no_grad():
        for number in range(stage.steps):
            left, right = texts.batch(stage.restated)
            rate = stage.rate * (1 - number / stage.steps)
            losses.append(step(table, optimiser, left, right, scale=scale, rate=rate))
            if (number + 1) % _TOLD_EVERY == 0:
                print(f"step {number + 1:,}: loss {np.mean(losses):.3f}", flush=True)
                losses.clear()
    return table


def _shares(
    data: TokenPairs, evenness: float, without_english: float
) -> Mapping[LanguagePair, float]:
    """Return how often each language pair is drawn; the shares sum to 1."""
    sizes = {languages: len(pairs) ** evenness for languages, pairs in data.pairs.items()}
    english = sum(size for languages, size in sizes.items() if ENGLISH in languages)
    others = sum(sizes.values()) - english
    if not others:
        return {languages: size / english for languages, size in sizes.items()}
    return {
        languages: size * (1 - without_english) / english
        if ENGLISH in languages
        else size * without_english / others
        for languages, size in sizes.items()
    }
