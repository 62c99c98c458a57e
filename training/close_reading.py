"""Train the network of `kb/close_reading.py` on `contrasts.tsv`.

    python -m training.close_reading [--to FILE]

With the word vectors of the embedded model that kb carries, which stay as they are. FILE is what
`kb` reads; by default the one that it carries.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import file_digest
from itertools import groupby
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from kb.close_reading import MATCHES, CloseReader, Comparison
from kb.embedding.close_reading_file import FILE_NAME
from kb.embedding.embedded import MODEL_FILE, EmbeddedModel
from kb.embedding.model_file import read_model_file
from kb.evaluation.metrics import roc_auc
from kb.matching import question_terms, similarities
from kb.vectors import Matrix, Vector
from kb.words import Places, TextWords
from training.contrasts import ANSWER, CONTRASTS, Example, examples, read_contrasts
from training.package import write_close_reader

Half = npt.NDArray[np.float16]

HELD_BACK = 10  # One subject of so many is not trained on: it tells what was learned.
_WARM = 100  # Steps until the rate is full.


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What decides the network, besides the data."""

    width: int = 48
    hidden: int = 64
    dropout: float = 0.3
    epochs: int = 8
    batch: int = 64
    rate: float = 0.001
    decay: float = 0.01
    certainty: float = 0.98
    """What an answer is to be given: no text is taken for certain."""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """What the network sees of an example, in half of the memory. Windows are of `words`."""

    example: Example
    asked: Half
    emphasis: Vector
    matches: Matrix
    in_text: Half
    in_window: Half
    window: Places


@dataclass(frozen=True, slots=True)
class Rows:
    """All examples, and the directions of the words in their windows, `(words, dimension)`."""

    rows: Sequence[Row]
    directions: Half

    @classmethod
    def of(cls, given: Sequence[Example], model: EmbeddedModel) -> Self:
        """Compare each question with its texts as `kb` does."""
        rows: list[Row] = []
        words = _Words()
        for question, group in groupby(given, key=lambda example: example.question):
            of_question = list(group)
            (ids,) = model.token_ids([question])
            terms = question_terms(ids, model)
            texts = TextWords(model.token_ids([example.text for example in of_question]), model)
            similarity = similarities(terms, texts.distinct, model)
            compared = Comparison.of(terms, similarity, texts.order, texts.directions)
            numbers = words.numbers(texts)
            for place, example in enumerate(of_question):
                rows.append(
                    Row(
                        example,
                        compared.asked.astype(np.float16),
                        compared.emphasis,
                        compared.matches[place],
                        compared.in_text[place].astype(np.float16),
                        compared.in_window[place].astype(np.float16),
                        numbers[compared.windows[place]],
                    )
                )
        return cls([row for row in rows if row.emphasis.any()], words.directions())

    def batch(self, rows: Sequence[Row]) -> tuple[Tensor, ...]:
        """Return the arguments of `Network.forward`: missing terms and words are zeros."""

        def stacked(arrays: Sequence[np.ndarray]) -> Tensor:
            longest = max(len(array) for array in arrays)
            shape = (len(arrays), longest, *arrays[0].shape[1:])
            together = np.zeros(shape, dtype=np.float32)
            for row, array in zip(together, arrays, strict=True):
                row[: len(array)] = array
            return torch.from_numpy(together)

        return (
            stacked([row.asked for row in rows]),
            stacked([row.emphasis for row in rows]),
            stacked([row.matches for row in rows]),
            stacked([row.in_text for row in rows]),
            stacked([row.in_window for row in rows]),
            stacked([self.directions[row.window] for row in rows]),
        )


class _Words:
    """Distinct words of many texts, each once."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._directions: list[Half] = []

    def numbers(self, texts: TextWords) -> Places:
        """Return the numbers of the distinct words of some texts."""
        found = np.empty(len(texts.distinct), dtype=np.intp)
        for place, code in enumerate(texts.distinct.codes.tolist()):
            if code not in self._numbers:
                self._numbers[code] = len(self._numbers)
                self._directions.append(texts.directions[place].astype(np.float16))
            found[place] = self._numbers[code]
        return found

    def directions(self) -> Half:
        return np.array(self._directions)


class Network(nn.Module):
    """`CloseReader.logits` as something that can be trained."""

    def __init__(self, dimension: int, recipe: Recipe) -> None:
        super().__init__()
        width, hidden = recipe.width, recipe.hidden
        self.projection = nn.Linear(dimension, width, bias=False)
        with torch.no_grad():
            self.projection.weight *= 4  # Directions have small numbers.
        self.word = nn.Linear(4 * width + MATCHES + 1, hidden)
        self.word_again = nn.Linear(hidden, hidden)
        self.text = nn.Linear(2 * hidden + width, hidden)
        self.answer = nn.Linear(hidden, 1)
        self.dropout = nn.Dropout(recipe.dropout)

    def forward(  # noqa: PLR0917 - what `Rows.batch` gives
        self,
        asked: Tensor,
        emphasis: Tensor,
        matches: Tensor,
        in_text: Tensor,
        in_window: Tensor,
        window: Tensor,
    ) -> Tensor:
        """Return logits, `(texts,)`. Terms without emphasis and words without direction are none."""
        weight = emphasis.unsqueeze(-1)
        asked, in_text, in_window = map(self._projected, (asked, in_text, in_window))
        words = torch.cat([asked, in_text, asked * in_text, in_window, matches, weight], dim=-1)
        words = torch.relu(self.word(self.dropout(words)))
        words = torch.relu(self.word_again(words)) * (weight > 0)
        shares = weight / weight.sum(dim=1, keepdim=True)
        nothing = (window == 0).all(dim=-1, keepdim=True)
        kinds = self._projected(window).masked_fill(nothing, -1).amax(dim=1)
        whole = torch.cat([(words * shares).sum(dim=1), words.amax(dim=1), kinds], dim=-1)
        logits: Tensor = self.answer(self.dropout(torch.relu(self.text(self.dropout(whole)))))
        return logits.squeeze(-1)

    def _projected(self, directions: Tensor) -> Tensor:
        dropped: Tensor = self.dropout(torch.tanh(self.projection(directions)))
        return dropped

    def reader(self) -> CloseReader:
        """Return the network as `kb` has it."""

        def array(tensor: Tensor) -> np.ndarray:
            return tensor.detach().numpy().copy()

        def layer(linear: nn.Linear) -> tuple[np.ndarray, np.ndarray]:
            return array(linear.weight.T), array(linear.bias)

        layers = map(layer, (self.word, self.word_again, self.text, self.answer))
        return CloseReader(array(self.projection.weight.T), *layers)


def trained(rows: Rows, recipe: Recipe) -> Network:
    """Return a network that has seen every row `recipe.epochs` times."""
    rng = np.random.default_rng(recipe.seed)
    torch.manual_seed(recipe.seed)
    network = Network(rows.directions.shape[1], recipe)
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    steps = recipe.epochs * -(-len(rows.rows) // recipe.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1, 0.05 + step / _WARM) * max(0.02, 1 - step / steps)
    )
    for epoch in range(recipe.epochs):
        losses = []
        order = rng.permutation(len(rows.rows)).tolist()
        for start in range(0, len(order), recipe.batch):
            batch = [rows.rows[place] for place in order[start : start + recipe.batch]]
            weight = torch.tensor([row.example.weight for row in batch])
            wanted = torch.tensor([float(row.example.answers) for row in batch])
            wanted = 0.5 + (wanted - 0.5) * (2 * recipe.certainty - 1)
            loss = binary_cross_entropy_with_logits(
                network(*rows.batch(batch)), wanted, weight=weight / weight.mean()
            )
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.3f}", flush=True)
    return network.eval()


def told_apart(network: Network, rows: Rows) -> dict[str, float]:
    """Return areas under the ROC curve: answers against each kind of text that is none."""
    logits: dict[str, list[float]] = {}
    with torch.no_grad():
        for start in range(0, len(rows.rows), 256):
            batch = rows.rows[start : start + 256]
            for row, logit in zip(batch, network(*rows.batch(batch)).tolist(), strict=True):
                logits.setdefault(row.example.kind, []).append(logit)
    answers = logits.pop(ANSWER)
    return {kind: roc_auc(answers, others) or 0.0 for kind, others in sorted(logits.items())}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.close_reading",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--to", type=Path, default=MODEL_FILE.with_name(FILE_NAME))
    given = parser.parse_args()
    started = time.perf_counter()
    model, recipe = EmbeddedModel(), Recipe()
    found = list(examples(read_contrasts(), model, np.random.default_rng(recipe.seed)))
    rows = Rows.of(found, model)
    print(f"{len(rows.rows):,} examples, {time.perf_counter() - started:.0f} s", flush=True)
    held_back = [row for row in rows.rows if row.example.subject % HELD_BACK == 0]
    rest = [row for row in rows.rows if row.example.subject % HELD_BACK]
    network = trained(replace(rows, rows=rest), recipe)
    with CONTRASTS.open("rb") as file:
        data = file_digest(file, "sha256").hexdigest()
    fingerprint = read_model_file(MODEL_FILE).fingerprint
    write_close_reader(given.to, network.reader(), model=fingerprint, data=data)
    for kind, area in told_apart(network, replace(rows, rows=held_back)).items():
        print(f"an answer against {kind}: {100 * area:.1f}")
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
