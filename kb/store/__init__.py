"""What is in `index/`: one SQLite file as the source of truth, one FAISS file derived from it.

Nothing else writes there, and one process at a time. A reader holds one generation for as long as
it is open, and waits for nobody.
"""

from kb.store.answers import SavedAnswer, load_answers, save_answer
from kb.store.backup import Backup, Restored, restore_backup, write_backup
from kb.store.inspection import (
    FolderSurvey,
    IndexInspector,
    StoredDocument,
    StoredPassage,
    survey_folder,
    vectors_file_name,
)
from kb.store.lock import LockHolder, OnWait, lock_holder, writer_lock
from kb.store.reader import (
    IndexedDocument,
    IndexReader,
    IndexState,
    PassageTokens,
    SkippedFile,
)
from kb.store.writer import IndexWriter, NewDocument

__all__ = [
    "Backup",
    "FolderSurvey",
    "IndexInspector",
    "IndexReader",
    "IndexState",
    "IndexWriter",
    "IndexedDocument",
    "LockHolder",
    "NewDocument",
    "OnWait",
    "PassageTokens",
    "Restored",
    "SavedAnswer",
    "SkippedFile",
    "StoredDocument",
    "StoredPassage",
    "load_answers",
    "lock_holder",
    "restore_backup",
    "save_answer",
    "survey_folder",
    "vectors_file_name",
    "write_backup",
    "writer_lock",
]
