"""Texts of five languages, long and short, as files in every encoding that can hold them."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from tests.prose import HEADINGS, SENTENCES

# Names from elsewhere, quotes, signs and lists: what makes an encoding look like another one.
HARD = {
    "sl": (
        "„Kaša“ je dobra, »kača« pa ne: kdor ju zamenja, ostane lačen in prestrašen.",
        "Češka pisatelja Müller in Škvorecký sta prišla v Celje, kjer so ju čakali šolarji.",
        "Cena je 5 € za m², popust 10 %, ob 20 °C pa se testo dvigne dvakrat hitreje – počasneje ne.",
        "# Žganci\n\nAjdovo moko presejemo, vodo zavremo in solimo.\n\nč) Mešamo z leseno žlico.",
        "Pri nas so žanjice, mlatiči in mlinarji delali skupaj, dokler ni prišel stroj.",
    ),
    "pl": (
        "„Mąka” z młyna w Łodzi jest droższa niż ta z Bydgoszczy, ale chleb z niej dłużej jest świeży.",
        "Profesor Müller z Genewy i doktor André pisali, że źródło wyschło już w 1931 roku.",
        "Bilet kosztuje 5 € od osoby, a pokój ma 12 m²; w środku jest 20 °C – cieplej niż na dworze.",
        "# Żniwa\n\nSnopy wiążemy słomą i stawiamy w kopki.\n\n- Ziarno schnie trzy dni.",
        "Gdy był duży mróz, młynarz mówił, że koło stanie, i stało aż do marca.",
    ),
    "ro": (
        "„Făina” din Țara Bârsei este mai scumpă, însă pâinea făcută din ea rămâne proaspătă mult timp.",
        "Profesorul Müller și doctorul André au scris că izvorul a secat încă din anul 1931.",
        "Biletul costă 5 € de persoană, iar camera are 12 m²; înăuntru sunt 20 °C – mai cald ca afară.",
        "# Secerișul\n\nSnopii se leagă cu paie și se așază în clăi.\n\n- Grâul se usucă trei zile.",
        "Când era ger, morarul spunea că roata se va opri, și se oprea până în martie.",
    ),
    "hi": (
        "“आटा” उसी चक्की का अच्छा होता है जो धीरे चलती है – तेज़ चक्की उसे जला देती है।",
        "प्रोफ़ेसर मुलर (Müller) ने लिखा कि झरना सन् १९३१ में ही सूख गया था।",
        "# कटाई\n\nपूले पुआल से बाँधे जाते हैं।\n\n- अनाज तीन दिन सूखता है॥",
    ),
    "en": (
        "“The café by the mill,” said Zoë Müller, “has been closed since 1931 – sadly.”",
        "It’s 5 £ per person, and the room is 12 m²; inside it is 20 °C… warmer than outside.",
        "# Harvest\n\nThe sheaves are tied with straw – never with wire.\n\n• The grain dries for days.",
        "Karel Čapek, Stanisław Żmijewski and Ștefan Țurcanu wrote about the mill by the river.",
        "The crème brûlée at the fête was naïve, said the garçon, and the façade was too.",
        "© 2024 The Mill Company. The price of flour rose by ±5 % in the year after the flood.",
    ),
}

ENCODINGS = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"),
    *("cp1250", "iso8859_2", "iso8859_16", "cp1252", "iso8859_1"),
)
_WITH_MARK = {"utf-16": codecs.BOM_UTF16_LE}
_CEDILLAS = str.maketrans("șțȘȚ", "şţŞŢ")


@dataclass(frozen=True)
class EncodedFile:
    language: str
    encoding: str
    text: str
    content: bytes


def texts() -> Iterator[tuple[str, str]]:
    """Yield languages with texts: lines, paragraphs and whole articles."""
    for language, sentences in SENTENCES.items():
        lines = [sentence.replace("🙂 ", "") for sentence in sentences]
        sections = "\n\n".join(
            f"## {heading}\n\n{' '.join(lines)}" for heading in HEADINGS[language]
        )
        for text in (*lines, *HARD[language], " ".join(lines[:3]), "\n".join(lines[4:]), sections):
            yield language, text


def encoded_files() -> Iterator[EncodedFile]:
    """Yield each text in each encoding that has all its letters."""
    for language, text in texts():
        for encoding in ENCODINGS:
            has_cedillas = encoding in {"cp1250", "iso8859_2"}
            written = text.translate(_CEDILLAS) if has_cedillas else text
            try:
                content = _WITH_MARK.get(encoding, b"") + written.encode(
                    "utf-16-le" if encoding == "utf-16" else encoding
                )
            except UnicodeEncodeError:
                continue
            if encoding.startswith("utf") or not content.isascii():
                yield EncodedFile(language, encoding, written, content)


def is_read_right(read: str, written: str) -> bool:
    """True when both are the same but for cedillas: some bytes stand for either."""
    return read.translate(_CEDILLAS) == written.translate(_CEDILLAS)
