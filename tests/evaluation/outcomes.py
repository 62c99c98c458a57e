"""Outcomes with only what a test is about."""

from kb.domain import DocumentId, LanguageCode
from kb.evaluation.outcomes import Found, Outcome, QuotedSentence


def found(language: str, *ranks: int, relevant: int | None = None) -> Found:
    return Found(
        language=LanguageCode(language),
        relevant=len(ranks) or 1 if relevant is None else relevant,
        ranks=ranks,
    )


def outcome(
    id_: str,
    language: str,
    *passages: Found,
    kind: str | None = None,
    confidence: float = 0.5,
    is_answered: bool = True,
    has_fact: bool | None = None,
    ms: float = 1.0,
) -> Outcome:
    return Outcome(
        question_id=id_,
        kind=kind or ("number" if passages else "near-miss"),
        language=LanguageCode(language),
        wording=f"{id_} in {language}?",
        found=passages,
        confidence=confidence,
        is_answered=is_answered,
        has_fact=has_fact,
        quotes=(QuotedSentence(DocumentId("sl/čas.md"), "Odgovor pride v 9 minutah."),),
        retrieve_ms=ms,
        answer_ms=ms / 2,
    )
