"""Models of others that are measured well in these languages. docs/models.md has their figures."""

from dataclasses import dataclass

from kb.embedding.local_models import ModelKind


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """A model on the Hugging Face hub, as its own page describes it."""

    name: str
    kind: ModelKind = ModelKind.EMBEDDER
    parameters: int
    """In millions; each takes four bytes on disk, or two in newer models."""
    dimension: int | None
    """Length of its vectors; none for a reranker."""
    window: int
    """How many tokens it reads."""
    licence: str


# As their model cards and the metadata of MTEB (github.com/embeddings-benchmark/mteb) say.
KNOWN_MODELS = (
    KnownModel(
        name="intfloat/multilingual-e5-small",
        parameters=118,
        dimension=384,
        window=512,
        licence="MIT",
    ),
    KnownModel(
        name="intfloat/multilingual-e5-base",
        parameters=278,
        dimension=768,
        window=512,
        licence="MIT",
    ),
    KnownModel(
        name="intfloat/multilingual-e5-large",
        parameters=560,
        dimension=1024,
        window=512,
        licence="MIT",
    ),
    KnownModel(
        name="BAAI/bge-m3",
        parameters=568,
        dimension=1024,
        window=8192,
        licence="MIT",
    ),
    KnownModel(
        name="sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2",
        parameters=118,
        dimension=384,
        window=128,
        licence="Apache-2.0",
    ),
    KnownModel(
        name="BAAI/bge-reranker-v2-m3",
        kind=ModelKind.RERANKER,
        parameters=568,
        dimension=None,
        window=8192,
        licence="Apache-2.0",
    ),
)
