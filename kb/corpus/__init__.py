"""Article files to documents: the only reader of articles."""

from kb.corpus.decoding import decode
from kb.corpus.folder import ARTICLE_SUFFIXES, ArticleFile, Corpus, digest_of, storable_id
from kb.corpus.parsing import parse

__all__ = [
    "ARTICLE_SUFFIXES",
    "ArticleFile",
    "Corpus",
    "decode",
    "digest_of",
    "parse",
    "storable_id",
]
