"""Texts of any language to comparable vectors.

`open_embedder` and `open_reranker` give the model that a name stands for. Only the adapter that
needs a heavy library imports it: the embedded model works without torch.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from kb.chunking import Window
from kb.close_reading import CloseReader
from kb.errors import ModelUnusable
from kb.vectors import Matrix, TokenIds, Vector
from kb.words import TokenTable

EMBEDDED = "embedded"
"""The name of the model that comes with kb."""

_CUT_TO = re.compile(r"-dim(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """How a model is used. Only `dimension` changes its vectors; the rest is this machine's."""

    dimension: int | None = None
    """Keep so many numbers of each vector, for a model trained for it; None keeps all."""
    device: str = "cpu"
    """What torch calls it: `cpu`, `cuda`, `cuda:1`, `mps`."""
    batch_size: int = 32


class Embedder(Protocol):
    """Turns texts of any language into comparable vectors.

    Prompts that a model wants before questions or passages are the adapter's business.
    """

    @property
    def name(self) -> str:
        """What the user calls the model: `embedded`, a path or a name on a hub."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text could get another vector."""

    @property
    def dimension(self) -> int:
        """Length of every vector."""

    @property
    def window(self) -> Window | None:
        """How much of a passage the model reads; None when it reads all of it."""

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """Return unit rows, float32, shape `(len(texts), dimension)`; zero rows for no words."""

    def embed_question(self, text: str) -> Vector:
        """Return a unit vector, float32, shape `(dimension,)`; zero for no words."""


@runtime_checkable
class TokenVectors(TokenTable, Protocol):
    """What models add that have a vector for each token, whatever stands around it."""

    @property
    def is_mean_of_words(self) -> bool:
        """True when a text's vector is the mean of its tokens', so that the two can be compared."""

    def token_ids(self, texts: Sequence[str]) -> list[TokenIds]:
        """Return the words of each text as tokens, in order, without punctuation.

        The first token of a word is its number; one that goes on with the word is the
        complement of its number, which is negative.
        """

    @property
    def close_reader(self) -> CloseReader:
        """What was trained to read questions and texts by these vectors.

        Raises: `ModelUnusable` when its file is missing or damaged.
        """


def remembered_dimension(fingerprint: str) -> int | None:
    """Return what the vectors of the model with this fingerprint were cut to, if they were."""
    found = _CUT_TO.search(fingerprint)
    return int(found[1]) if found else None


class Reranker(Protocol):
    """Reads a question and a passage together and says how well the one answers the other."""

    def score(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """Return a score from 0 to 1 for each text, higher is better."""


def open_embedder(name: str, options: ModelOptions | None = None) -> Embedder:
    """Return the embedded model, or the sentence-transformers model called `name`.

    That is the path of a folder, or a name that is in this machine's cache of the hub; nothing
    is fetched. The words of the embedded model come with every other one.
    Raises: `ModelNotFound`, `ModelUnusable`.
    """
    from kb.embedding.embedded import EmbeddedModel

    options = options or ModelOptions()
    embedded = EmbeddedModel()
    if name == EMBEDDED:
        if options.dimension not in (None, embedded.dimension):
            raise ModelUnusable(name, f"its vectors have {embedded.dimension} numbers, no others")
        return embedded
    from kb.embedding.local_models import ModelKind, find_model
    from kb.embedding.sentence_transformer import SentenceTransformerModel
    from kb.embedding.with_words import ModelWithWords

    folder = find_model(name, ModelKind.EMBEDDER)
    return ModelWithWords(SentenceTransformerModel(folder, name=name, options=options), embedded)


def open_reranker(name: str, options: ModelOptions | None = None) -> Reranker:
    """Return the cross encoder called `name`: a path or a cached name, as for an embedder.

    Raises: `ModelNotFound`, `ModelUnusable`.
    """
    from kb.embedding.cross_encoder import CrossEncoderModel
    from kb.embedding.local_models import ModelKind, find_model

    folder = find_model(name, ModelKind.RERANKER)
    return CrossEncoderModel(folder, name=name, options=options or ModelOptions())
