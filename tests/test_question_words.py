"""What a question asks is known by its words in all five languages, however typed."""

import unicodedata

import pytest

from kb.normalization import fold
from kb.question_words import asks_for_figure

FOR_A_FIGURE = [
    "Koliko nezadovoljnih strank se nikoli ne pritoži?",
    "Kolikšen delež kupcev se vrne?",
    "Ilu klientów nie składa reklamacji?",
    "Jaki odsetek klientów odchodzi?",
    "कितने ग्राहक कभी शिकायत नहीं करते?",
    "जवाब आने में कितना समय लगता है?",
    "kitne grahak shikayat nahi karte?",
    "Câți clienți nu reclamă niciodată?",
    "Ce procent dintre clienți pleacă?",
    "How many customers never complain?",
    "HOW LONG does a refund take?",
]
FOR_SOMETHING_ELSE = [
    "Kako se izračuna NPS?",
    "Kdo vodi podporo?",
    "Jak oblicza się wskaźnik NPS?",
    "Dlaczego klienci odchodzą?",
    "NPS कैसे निकाला जाता है?",
    "ग्राहक क्यों चले जाते हैं?",
    "Cine conduce echipa?",
    "De ce pleacă clienții?",
    "How do customers complain?",
    "What many people say",
    "",
]


@pytest.mark.parametrize("question", FOR_A_FIGURE)
def test_a_question_for_a_figure_is_known_however_it_is_typed(question: str) -> None:
    for typed in (question, unicodedata.normalize("NFD", question), fold(question)):
        assert asks_for_figure(typed)


@pytest.mark.parametrize("question", FOR_SOMETHING_ELSE)
def test_other_questions_are_not_taken_for_one(question: str) -> None:
    assert not asks_for_figure(question)
