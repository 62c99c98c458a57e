"""Every article, in the corpus or only in the index, with what has become of it."""

from collections.abc import Sequence

from kb.corpus import Corpus, storable_id
from kb.domain import ArticleState, DocumentId, ListedArticle
from kb.freshness import Freshness
from kb.store import IndexedDocument, SkippedFile


def list_articles(
    corpus: Corpus,
    indexed: Sequence[IndexedDocument],
    skipped: Sequence[SkippedFile],
    freshness: Freshness,
) -> tuple[ListedArticle, ...]:
    """Return all articles sorted by path; of one that is not indexed only its path is known.

    Raises: `CorpusUnreadable`.
    """
    reasons = {file.id: file.reason for file in skipped}
    known = {document.id: document for document in indexed}
    on_disk = {storable_id(file.id) for file in corpus.files()}
    listed = [_listed(document, freshness, reasons.get(document.id)) for document in indexed]
    for id_ in on_disk - known.keys():
        if id_ in freshness.new:
            listed.append(ListedArticle(id=id_, state=ArticleState.NEW))
        else:
            listed.append(ListedArticle(id=id_, state=ArticleState.SKIPPED, reason=reasons[id_]))
    return tuple(sorted(listed, key=lambda article: article.id))


def _listed(document: IndexedDocument, freshness: Freshness, reason: str | None) -> ListedArticle:
    state = _state(document.id, freshness)
    return ListedArticle(
        id=document.id,
        state=state,
        title=document.title,
        language=document.language,
        languages=tuple(sorted(filter(None, document.languages))),
        date=document.date,
        tags=document.tags,
        source=document.source,
        passages=document.passages,
        reason=reason if state is ArticleState.SKIPPED else None,
    )


def _state(document_id: DocumentId, freshness: Freshness) -> ArticleState:
    if document_id in freshness.removed:
        return ArticleState.MISSING
    if document_id in freshness.unreadable:
        return ArticleState.SKIPPED
    if document_id in freshness.changed:
        return ArticleState.CHANGED
    return ArticleState.INDEXED
