"""What is in `index/`: one SQLite file as the source of truth, one FAISS file derived from it.

Nothing else writes there. A reader holds one generation for as long as it is open.
"""

from kb.store.answers import SavedAnswer, load_answers, save_answer
from kb.store.reader import IndexedDocument, IndexReader, IndexState, SkippedFile
from kb.store.writer import IndexWriter, NewDocument

__all__ = [
    "IndexReader",
    "IndexState",
    "IndexWriter",
    "IndexedDocument",
    "NewDocument",
    "SavedAnswer",
    "SkippedFile",
    "load_answers",
    "save_answer",
]
