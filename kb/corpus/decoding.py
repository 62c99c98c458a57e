"""The bytes of an article to its text."""

import unicodedata

from kb.domain import DocumentId
from kb.errors import ArticleUnreadable


def decode(document_id: DocumentId, content: bytes) -> str:
    """Return the text of a file: UTF-8, NFC, lines ending in a line feed.

    Raises: `ArticleUnreadable` when the bytes are not UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 at byte {error.start}; save it as UTF-8"
        raise ArticleUnreadable(document_id, reason) from None
    if "\0" in text:  # UTF-16, or no text at all.
        raise ArticleUnreadable(
            document_id, "not UTF-8 text: it holds zero bytes; save it as UTF-8"
        )
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines)
