"""Token vectors from pairs of texts: those that say the same end up side by side."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from kb.vectors import Matrix
from training.agreement import agreeing
from training.contrastive import Adam, step
from training.pairs import ENGLISH, LanguagePair, TokenPairs, batches

_FIRST_LENGTH = 0.05  # Standard deviation of each number at the start.
_TOLD_EVERY = 1_000  # Steps between two lines about the loss.


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What decides the weights, besides the data."""

    pieces: int = 80_000
    dimension: int = 512
    rough_steps: int = 4_000
    """Of the earlier model, which only says what to leave out."""
    left_out: float = 0.15
    """Share of each language pair that the earlier model finds least alike."""
    steps: int = 24_000
    batch: int = 1_024
    """Pairs of one language pair; each text has all others of the batch as negatives."""
    scale: float = 10.0
    """Of similarities in the loss, the inverse of its temperature; a low one mattered most."""
    rate: float = 0.01
    """Of learning, at the start; it falls to nothing in a straight line."""
    without_english: float = 0.05
    """Share of batches between two of the other four languages."""
    evenness: float = 0.4
    """A language pair is drawn by its count to this power: below 1 favours the small ones."""
    seed: int = 1


def train(data: TokenPairs, recipe: Recipe) -> Matrix:
    """Return a vector per token, float32, shape `(data.vocabulary, recipe.dimension)`.

    A model that is trained for a short time says which pairs agree; those teach the real one.
    """
    rough = _train(data, recipe, recipe.rough_steps)
    return _train(agreeing(data, rough, recipe.left_out), recipe, recipe.steps)


def _train(data: TokenPairs, recipe: Recipe, steps: int) -> Matrix:
    rng = np.random.default_rng(recipe.seed)
    torch.manual_seed(recipe.seed)
    table = torch.randn(data.vocabulary, recipe.dimension) * _FIRST_LENGTH
    optimiser = Adam(table)
    streams = batches(data, recipe.batch, rng)
    languages, shares = zip(*_shares(data, recipe).items(), strict=True)
    losses = []
    with torch.no_grad():
        for number in range(steps):
            chosen = languages[rng.choice(len(languages), p=shares)]
            left, right = next(streams[chosen]).T
            losses.append(
                step(
                    table,
                    optimiser,
                    data.bags(left),
                    data.bags(right),
                    scale=recipe.scale,
                    rate=recipe.rate * (1 - number / steps),
                )
            )
            if (number + 1) % _TOLD_EVERY == 0:
                print(f"step {number + 1:,}: loss {np.mean(losses):.3f}", flush=True)
                losses.clear()
    return np.asarray(table.numpy(), dtype=np.float32)


def _shares(data: TokenPairs, recipe: Recipe) -> Mapping[LanguagePair, float]:
    """Return how often each language pair is drawn; the shares sum to 1."""
    sizes = {languages: len(pairs) ** recipe.evenness for languages, pairs in data.pairs.items()}
    english = sum(size for languages, size in sizes.items() if ENGLISH in languages)
    others = sum(sizes.values()) - english
    if not others:
        return {languages: size / english for languages, size in sizes.items()}
    return {
        languages: size * (1 - recipe.without_english) / english
        if ENGLISH in languages
        else size * recipe.without_english / others
        for languages, size in sizes.items()
    }
