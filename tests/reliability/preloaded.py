"""Imported once by the server that `processes` forks commands from: all that makes `kb` start slowly.

The model is opened here too, and the same one given to every command: what is killed and watched
are the files of an index, and the model's files are only read.
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest  # noqa: F401  # Each fork of a test run imports its main module.

import kb.embedding
from tests.cli.articles import ARTICLES, write_article
from tests.cli.command import Kb

kb.embedding.open_embedder = cache(kb.embedding.open_embedder)

# What is loaded when it is first needed is needed by a build and a question.
with TemporaryDirectory() as folder:
    warm = Kb(Path(folder))
    for name, text in ARTICLES.items():
        write_article(warm.corpus, name, text)
    warm("ask", "Koliko stane članarina?")
