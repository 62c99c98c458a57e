"""Cross-language questions over your own articles, answered with quotes you can check.

Importing this package loads no model and no heavy library.
"""

from kb.domain import Answer, Citation, Document, Hit, Passage, Quote
from kb.errors import KbError

__version__ = "0.1.0"

__all__ = ["Answer", "Citation", "Document", "Hit", "KbError", "Passage", "Quote", "__version__"]
