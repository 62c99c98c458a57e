"""The prompts that model families are trained with, for folders that do not bring them.

A model's own prompts (`config_sentence_transformers.json`) always go first.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Prompts(NamedTuple):
    """What is put before a question and before a passage."""

    query: str
    document: str


# By the name of the model or of its folder, each as its model card says.
_FAMILIES = {
    # https://huggingface.co/intfloat/multilingual-e5-small
    r"e5-(small|base|large)(-v2)?": Prompts("query: ", "passage: "),
    # https://huggingface.co/intfloat/multilingual-e5-large-instruct
    r"e5-.*instruct": Prompts(
        "Instruct: Given a web search query, retrieve relevant passages that answer the query\n"
        "Query: ",
        "",
    ),
    # https://huggingface.co/BAAI/bge-small-en-v1.5
    r"bge-(small|base|large)-en(-v1\.5)?": Prompts(
        "Represent this sentence for searching relevant passages: ", ""
    ),
}


def family_prompts(names: Iterable[str]) -> Prompts | None:
    """Return the prompts of the family that one of `names` belongs to, if it is known."""
    for name in names:
        for pattern, prompts in _FAMILIES.items():
            if re.fullmatch(rf"(.*[-_/])?{pattern}", name, re.IGNORECASE):
                return prompts
    return None


def has_prompts(prompts: Mapping[str, str | None]) -> bool:
    """True when a model brings prompts of its own."""
    return any(prompts.values())
