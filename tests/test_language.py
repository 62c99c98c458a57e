import unicodedata

import pytest

from kb.domain import LanguageCode
from kb.language import document_language, question_language
from kb.normalization import fold
from tests.prose import LANGUAGES, SENTENCES, paragraph

NEIGHBOURS = {
    "hr": "Mlinar svakog jutra podiže ustavu i provjerava razinu vode. Ako voda padne, kamen "
    "stane, pa se brašno čuva tri tjedna. Tko želi, može vidjeti stari stroj od hrastovine.",
    "cs": "Mlynář každé ráno zvedne stavidlo a zkontroluje hladinu vody. Když voda klesne, kámen "
    "se zastaví, proto mouka vydrží na tři týdny. Návštěvníci si prohlížejí starý stroj.",
    "sk": "Mlynár každé ráno zdvihne stavidlo a skontroluje hladinu vody. Keď voda klesne, kameň "
    "sa zastaví, preto múka vydrží na tri týždne. Návštevníci si prezerajú starý stroj.",
    "mr": "गिरणीवाला रोज सकाळी दरवाजा उचलतो आणि पाण्याची पातळी पाहतो. पाणी कमी झाले की दगड थांबतो, "
    "म्हणून पीठ तीन आठवडे पुरते. लोक शनिवारी येतात आणि जुने यंत्र बघतात.",
    "ne": "घट्टवाला हरेक बिहान ढोका उठाउँछ र पानीको सतह हेर्छ। पानी कम भएपछि ढुङ्गा रोकिन्छ, "
    "त्यसैले पिठो तीन हप्तालाई पुग्छ। मानिसहरू शनिबार आउँछन् र पुरानो यन्त्र हेर्छन्।",
    "it": "Il mugnaio ogni mattina alza la chiusa e controlla il livello. Quando l'acqua scende, "
    "la pietra si ferma, perciò la farina deve bastare per tre settimane.",
}
STRANGERS = {
    "tr": "Değirmenci her sabah kapağı kaldırır ve su seviyesini kontrol eder. Su azalınca taş "
    "durur, bu yüzden un üç hafta yetecek kadar saklanır.",
    "fr": "Chaque matin le meunier lève la vanne et vérifie le niveau. Quand l'eau baisse, la "
    "pierre s'arrête, et la farine doit donc suffire pour trois semaines.",
    "lt": "Malūnininkas kiekvieną rytą pakelia užtvanką ir patikrina vandens lygį. Kai vandens "
    "mažai, akmuo sustoja, todėl miltų turi užtekti trims savaitėms.",
    "hu": "A molnár minden reggel felemeli a zsilipet és ellenőrzi a vízszintet. Ha kevés a víz, "
    "a kő megáll, ezért a lisztnek három hétig kell kitartania.",
}
OTHER_SCRIPTS = {
    "ru": "Мельник каждое утро поднимает заслонку и проверяет уровень воды в реке.",
    "el": "Ο μυλωνάς κάθε πρωί σηκώνει τη θύρα και ελέγχει τη στάθμη του νερού.",
    "ar": "يرفع الطحان البوابة كل صباح ويفحص مستوى الماء في النهر القريب.",
    "zh": "磨坊主每天早上六点打开闸门检查水位然后开始磨荞麦面粉供面包师使用一直到傍晚磨盘才会停下来",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_of_an_article_is_detected(language: str) -> None:
    assert document_language(paragraph(language)) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_of_text_typed_without_diacritics_is_detected(language: str) -> None:
    assert document_language(fold(paragraph(language))) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_decomposed_text_is_in_the_same_language(language: str) -> None:
    assert document_language(unicodedata.normalize("NFD", paragraph(language))) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_addresses_figures_and_emoji_do_not_hide_the_language(language: str) -> None:
    noise = "https://example.com/pricing/enterprise 2026-01-31 😀🎉 123 456,78 info@example.com\n"

    assert document_language(noise + paragraph(language) + noise) == language


@pytest.mark.parametrize("language", NEIGHBOURS)
def test_a_neighbour_is_not_called_by_the_name_of_a_language_beside_it(language: str) -> None:
    assert document_language(NEIGHBOURS[language]) == language


@pytest.mark.parametrize("language", ["hr", "cs", "sk"])
def test_a_neighbour_typed_without_diacritics_is_still_told_apart(language: str) -> None:
    assert document_language(fold(NEIGHBOURS[language])) not in LANGUAGES


@pytest.mark.parametrize("language", STRANGERS)
def test_an_article_in_a_further_language_is_never_called_one_of_the_five(language: str) -> None:
    assert document_language(STRANGERS[language]) in {language, None}


@pytest.mark.parametrize("language", OTHER_SCRIPTS)
def test_text_in_another_script_has_no_known_language(language: str) -> None:
    text = OTHER_SCRIPTS[language]

    assert document_language(text) is None
    assert question_language(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "2026-01-31 12:00",
        "😀🎉👩🏽‍💻",
        "CSAT, NPS, CES",
        "?!…।",
        "https://example.com/a",
    ],
    ids=["nothing", "space", "date", "emoji", "abbreviations", "marks", "address"],
)
def test_text_with_too_few_words_has_no_known_language(text: str) -> None:
    assert document_language(text) is None


def test_a_text_half_in_one_language_and_half_in_another_has_no_known_language() -> None:
    halves = [f"{sl} {pl}" for sl, pl in zip(SENTENCES["sl"], SENTENCES["pl"], strict=True)]

    assert document_language(" ".join(halves)) is None


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("sl", "Kaj je NPS?"),
        ("sl", "Čemu služi?"),
        ("pl", "Kiedy otwieracie młyn?"),
        ("pl", "Czym jest onboarding klienta?"),
        ("hi", "चक्की कब खुलती है?"),
        ("hi", "NPS क्या है?"),
        ("ro", "Când se deschide moara?"),
        ("ro", "Cat costa faina de hrisca?"),
        ("en", "When does the mill open?"),
        ("en", "What is a health score?"),
    ],
)
def test_language_of_a_short_question_is_guessed_among_the_five(
    language: str, question: str
) -> None:
    assert question_language(question) == language
    assert question_language(unicodedata.normalize("NFD", question)) == language


@pytest.mark.parametrize("question", ["", "?", "🙂", "१२३"])
def test_a_question_without_letters_has_no_language(question: str) -> None:
    assert question_language(question) is None


def test_languages_of_the_index_join_the_five_for_questions() -> None:
    question = "Kada provjeravate razinu vode i tko podiže ustavu?"

    assert question_language(question) == "sl"
    assert question_language(question, among=[LanguageCode("hr"), LanguageCode("xx")]) == "hr"


def test_a_close_decision_is_the_same_every_time() -> None:
    halves = [f"{sl} {pl}" for sl, pl in zip(SENTENCES["sl"], SENTENCES["pl"], strict=True)]

    decisions = [{question_language(half) for _ in range(20)} for half in halves]

    assert [len(decision) for decision in decisions] == [1] * len(halves)
