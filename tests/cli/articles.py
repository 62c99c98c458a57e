"""Five small articles, one per language, as different as real files are."""

from pathlib import Path

LIBRARY = """---
title: Knjižnica Murka
language: sl
---

# Knjižnica Murka

Knjižnica Murka je odprta od ponedeljka do sobote med osmo in devetnajsto uro. Letna članarina \
za odrasle stane 12 evrov, za šolarje pa je brezplačna. Vodi jo Zala Breznik, ki je hišo \
prenovila leta 2019.

## Izposoja

Bralec si lahko izposodi največ deset knjig za 21 dni. Zamudnina znaša 20 centov na dan za vsako \
knjigo. Potujoča knjižnica obišče sedem vasi vsak drugi četrtek.
"""

LIGHTHOUSE = """# Latarnia w Jastarowie

Latarnia morska w Jastarowie ma 34 metry wysokości i świeci co dziewięć sekund. Zbudował ją \
w 1887 r. inżynier Łukasz Żuraw z Gdyni. Na szczyt prowadzi 178 stopni, a bilet wstępu kosztuje \
15 złotych.

## Zwiedzanie

- Latarnię można zwiedzać od maja do września, codziennie oprócz poniedziałku.
- Latarnik opowiada o wrakach statków w każdą sobotę o szesnastej.
"""

POST_OFFICE = """# पहाड़ी डाकघर

पहाड़ी डाकघर सोमवार से शनिवार तक सुबह नौ बजे खुलता है। डाकिया मोहन नेगी हर दिन 18 किलोमीटर पैदल \
चलकर चिट्ठियाँ बाँटता है। बर्फ़ गिरने पर डाक खच्चर से पहुँचाई जाती है।

## पार्सल

पाँच किलो तक के पार्सल का शुल्क 120 रुपये है। पार्सल आम तौर पर चार दिन में दिल्ली पहुँच जाता है।
"""

# With cedillas instead of commas below, as old keyboards write.
MUSEUM = """Muzeul Ceasurilor din Brădeni

Muzeul Ceasurilor din Brădeni păstrează 640 de ceasuri, cel mai vechi din anul 1562. Intrarea \
costă 18 lei, iar copiii sub şapte ani intră gratuit. Ceasornicarul Ştefan Ţurcanu întoarce \
mecanismele în fiecare marţi dimineaţa.

Turul ghidat durează 45 de minute şi se ţine în română şi în engleză.
"""

BAKERY = """---
title: The Night Bakery
language: en
---
The Night Bakery in Harrow Lane opens at four in the morning and sells out by nine. 🥐 Its
sourdough loaf weighs 800 grams and costs 4.50 pounds. The baker, Nell Ashford, keeps a starter
that dates from 1974.
"""

ARTICLES = {
    "en/bakery.md": BAKERY.replace("\n", "\r\n"),
    "hi/डाकघर.md": POST_OFFICE,
    "pl/latarnia.md": LIGHTHOUSE,
    "ro/muzeu.txt": MUSEUM,
    "sl/knjiznica.md": LIBRARY,
}

# Language: a question, the article that answers it and the words that do.
QUESTIONS = {
    "sl": ("Koliko stane letna članarina za odrasle?", "sl/knjiznica.md", "12 evrov"),
    "pl": ("Ile metrów wysokości ma latarnia morska?", "pl/latarnia.md", "34 metry"),
    "hi": ("पार्सल का शुल्क कितने रुपये है?", "hi/डाकघर.md", "120 रुपये"),
    "ro": ("Cât costă intrarea la Muzeul Ceasurilor?", "ro/muzeu.txt", "18 lei"),
    "en": ("How much does the sourdough loaf cost?", "en/bakery.md", "4.50 pounds"),
}

UNANSWERED = "quantum chromodynamics lattice gauge"


def write_article(corpus: Path, name: str, text: str) -> Path:
    """Write an article with its line ends as they are."""
    path = corpus / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path
