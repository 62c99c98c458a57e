"""Article files to documents, and what is added or removed: the only reader and writer of articles."""

from kb.corpus.decoding import decode
from kb.corpus.folder import ARTICLE_SUFFIXES, ArticleFile, Corpus, digest_of, storable_id
from kb.corpus.front_matter import with_front_matter
from kb.corpus.parsing import parse
from kb.corpus.sources import Source, check_suffix, find_sources, read_source
from kb.corpus.writing import remove_articles, write_article

__all__ = [
    "ARTICLE_SUFFIXES",
    "ArticleFile",
    "Corpus",
    "Source",
    "check_suffix",
    "decode",
    "digest_of",
    "find_sources",
    "parse",
    "read_source",
    "remove_articles",
    "storable_id",
    "with_front_matter",
    "write_article",
]
