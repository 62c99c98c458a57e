"""Article files to documents: the only reader of articles."""

from kb.corpus.decoding import decode
from kb.corpus.encodings import DetectLanguage
from kb.corpus.folder import ARTICLE_SUFFIXES, ArticleFile, Corpus, digest_of, storable_id
from kb.corpus.parsing import parse

__all__ = [
    "ARTICLE_SUFFIXES",
    "ArticleFile",
    "Corpus",
    "DetectLanguage",
    "decode",
    "digest_of",
    "parse",
    "storable_id",
]
