"""Text to sentence spans, in every script.

    >>> sentence_spans("Npr. dr. Novak je šel. Kdaj? Leta 2024.", "sl")
    ((0, 22), (23, 28), (29, 39))

Every end mark before white space is a place where a sentence may end, and what stands left and
right of it decides: a lower-case word, a list number, an initial or an abbreviation joins. Only
text near the place is looked at, so one stray quote cannot hide the rest of a paragraph, and a
sentence cut out and cut again stays whole. Where both readings are possible the sentences stay
together: a long quotation is still true, half a one is not.

The languages with a table below are cut here; for any other, `sentencex` proposes the places.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache, partial
from types import MappingProxyType
from typing import NamedTuple

import sentencex

from kb.domain import Span

# Abbreviations, marked in the sentences that forced them: "[dr.]" is never the last word of a
# sentence, "{str.}" is not the last before a number, a Roman numeral or a currency. A small
# initial stands for both cases ("[npr.]" is also "Npr."), a capital for itself ("[Ga.]" is a
# title, "ga." means "him"), a number for any of one or two digits; a space may be missing. Rows
# under "" serve all languages.
ABBREVIATIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "": (
            "Besedilo, ki sta ga pripravila [dr.] Novak in [prof.] Kos: Support [vs.] Success.",
            "[Mr.] Bean, [Mrs.] Dalloway, [Ms.] Marvel, [e.g.] Berlin, [i.e.] Germany, [incl.] Smith in [St.] Louis, [cf.] Lee.",
            "Call {tel.} 01 234, {ext.} 12, {min.} 5, {max.} 9, {vol.} II, {p.} 7, {pp.} 9, {etc.} 5.",
            "Galen ({c.} 129, {ca.} 130), Smith {et al.} 2020.",
        ),
        "sl": (
            "Kazalnik ([angl.] Net Promoter Score, [nem.] Kundentreue, [fr.] Fidélité).",
            "Orodja, [npr.] Zendesk, [tj.] Freshdesk, [t. j.] Intercom [oz.] Chat, [gl.] Prilogo, [prim.] Uvod.",
            "Prišel je [g.] Novak z [mag.] Kralj, [doc.] Zupanom, [inž.] Kosom in [gdč.] Rus.",
            "[Ga.] Kralj [in ga.] Rus sta govorili [z ga.] Zajec, [za ga.] Kos [pri ga.] Hribar.",
            "To je [t. i.] Googlov učinek pri [sv.] Jakobu na [ul.] Staneta Severja.",
            "Zakon ([Ur. l.] RS) velja za [pribl.] Sto podjetij, Rim je padel leta 30 [pr.] Kr.",
            "Dne {5.} 7. 2024, {str.} 5, {št.} 7, {čl.} 3, {odst.} 2, {tč.} 4, {sl.} 9, {pogl.} 6, {zv.} II.",
            "Stane {ok.} 5 evrov ali 2 {mio.} EUR, 3 {mrd.} EUR, 4 {tis.} EUR, {maks.} 9, {l.} 2020, {itd.} 9, {ipd.} 5.",
            "Od {jan.} 2023, {feb.} 2024, {avg.} 2024, {sept.} 2024, {okt.} 2024, {nov.} 2024 do {dec.} 2024.",
        ),
        "pl": (
            "Wskaźnik ([ang.] Net Promoter Score, w [jęz.] PostScript, [niem.] Kundentreue, [fr.] Fidélité, [łac.] Fides).",
            "Narzędzia, [np.] Zendesk, [m.in.] Bursztyn, [tzw.] Help Desk, [tzn.] Wsparcie, [tj.] Pomoc.",
            "Przyszli [mgr.] Lis, [inż.] Kos, [ks.] Jan, [św.] Piotr, [hab.] Sowa, [mec.] Wilk i [p.] Anna.",
            "Biuro przy [ul.] Długiej, [al.] Wilanowska, [pl.] Zbawiciela, [na os.] Lecha, [gm.] Warka, [woj.] Lubelskie.",
            "Dyrektor [ds.] Obsługi Klienta, [zob.] Raport [nt.] Google, [por.] Tabela, film [pt.] Lalka, [m.st.] Warszawa.",
            "Uczył się z [Cz.] Miłoszem i [Sz.] Kowalskim; [red.] Nowak, [wyd.] Znak.",
            "O {godz.} 15, {str.} 5, {s.} 7, {poz.} 3, {ust.} 2, {art.} 4, {rozdz.} 6, {rys.} 9, {tab.} 1, {cz.} II.",
            "Za {ok.} 5 zł, 20 {tys.} PLN, {maks.} 9, od 2024 {r.} 15 firm, z lat {70.} XX wieku, {t.} IV, {itd.} 7, {itp.} 8.",
            "Jan Lis, {ur.} 5 maja, podpisał umowę z {dn.} 3 marca.",
        ),
        "hi": (
            "[डॉ.] राव, [डा.] सिंह, [प्रो.] वर्मा, [श्री.] गुप्ता, [श्रीमती.] नायर और [सुश्री.] खन्ना आए।",
            "[पं.] नेहरू, [स्व.] इंदिरा, [कु.] मीना, [मो.] रफ़ी, [इंजी.] दास, [प्रा.] [लि.] संस्था और [कं.] लिमिटेड।",
            "दुकान पाँच [कि.] [मी.] दूर है, [उदा.] जयपुर, ई. [पू.] तीसरी सदी, [मि.] जोशी, क [वि.] ख।",
            "दाम {रु.} 500, {नं.} 5, {सं.} 12, {क्र.} 7, {पृ.} 40, {ता.} 9, {फ़ो.} 22 लिखें।",
        ),
        "ro": (
            "Indicatorul ([engl.] Net Promoter Score, [germ.] Kundentreue, [fr.] Fidélité).",
            "Instrumente, de [ex.] Zendesk, [resp.] Intercom, aplicații [pt.] Xfce.",
            "Au venit [dl.] Stan, [dna.] Pop, [d-na.] Ene, [dra.] Luca, [ing.] Rus, [av.] Dinu și [ec.] Manea.",
            "Biserica [sf.] Gheorghe, [str.] Lungă, [bd.] Unirii, [șos.] Nordului, [bl.] A, [sc.] B, [jud.] Iași.",
            "Opera lui [Gh.] Asachi, [Șt.] Iosif și [Al.] Cuza.",
            "Vezi {nr.} 5, {art.} 7, {alin.} (2), {pct.} 3, {cap.} IV, {pag.} 8, {fig.} 2, {tab.} 1, {poz.} 6.",
            "Costă {aprox.} 5 lei, {cca.} 9 lei, 2 {mil.} EUR, 3 {mld.} EUR, {et.} 4, {ap.} 12, {sec.} XX.",
            "Din {ian.} 2023, {feb.} 2024, {aug.} 2024, {sept.} 2024, {oct.} 2024, {nov.} 2024 până în {dec.} 2024.",
        ),
        "en": (
            "In Roe [v.] Wade, [Rev.] King, [Hon.] Lee, [Gen.] Grant, [Col.] Ray, [Capt.] Cook, [Lt.] Dan, [Sgt.] York.",
            "[Gov.] Brown, [Sen.] Hill and [Rep.] Cruz met near [Mt.] Hood and [Ft.] Worth.",
            "Some tools, [eg.] Zendesk, [esp.] Intercom, [ie.] Chat, [viz.] Two, [a.k.a.] Helpdesks.",
            "See {No.} 5, {nos.} 7, {Fig.} 2, {ch.} 3, {chap.} 3, {sec.} 4, {art.} 6, {eq.} 8, {par.} 9, {ver.} 10.",
            "It took {approx.} 5 hours, {est.} 1990, on {Jan.} 5, {Feb.} 5, {Apr.} 5, {Aug.} 5, {Sept.} 5, {Oct.} 5, {Nov.} 5, {Dec.} 5.",
        ),
    }
)

_REACH = 48  # code points looked at on each side of a place
LONGEST_SENTENCE = 5_000  # code points; what is longer, such as a transcript, has no end marks

_FULL_STOPS = "।॥。｡"  # end a sentence whatever follows
_END_MARKS = ".!?…‼⁇⁈⁉‽！？؟۔" + _FULL_STOPS
_BULLETS = "•◦▪‣●"
# "[1]" or "[citation needed]" right after the end mark.
_NOTE = rf"\[(?:[^\[\]\n{_END_MARKS}{_BULLETS}]|\n(?!\s*[\n{_BULLETS}])){{1,30}}+\]"
# End marks with the quotes, brackets, notes and joiners that close with them; not "(!)" or "[…]".
_MARKS = rf"(?<![(\[{_END_MARKS}])[{_END_MARKS}]++(?:{_NOTE}|[^\w\s,;:]|[¹²³⁴-⁹]){{0,16}}+"
_GLUED = rf"(?<![{_FULL_STOPS}])[{_FULL_STOPS}]++[”’»\"')\]}}]*+(?=[^\W\d_])"
# The pipe of a keyboard is often typed for the danda; elsewhere it parts the cells of a table.
_PIPE = r"(?:(?<=है)|(?<=हैं)|(?<=था)|(?<=थी)|(?<=थे))\s?\|"
_NEW_BLOCK = rf"\n(?=[^\S\n]*\n)\s*+|\n\s*+(?=[{_BULLETS}])"
_PLACE = re.compile(rf"{_MARKS}(?:\s++|\Z)|{_GLUED}|{_PIPE}\s++|{_NEW_BLOCK}")
_MARKS_AT_END = re.compile(rf"{_MARKS}\Z")

# Letters, digits and the marks on them: `\w` alone stops at a Devanagari vowel sign.
_WORD = r"\w\u0300-\u036f\u0900-\u0963\u0966-\u097f"
_FIRST_WORD = re.compile(rf"[^\W_][{_WORD}]*")
_LAST_WORD = re.compile(rf"(?<![{_WORD}&/°])(?<!\d\s)[{_WORD}]+\Z")
_NUMBER = re.compile(r"\d|[IVXLC]{2,}\b|(?:EUR|USD|GBP|CHF|PLN|RON|INR)\b")
_CAMEL = re.compile(r"[a-z]{1,2}[A-Z]")  # "iPhone", "eMAG" may open a sentence
# What is no sentence yet: "2.", "IV.", "a.", "Art. 5."
_LABEL = re.compile(r"\W*(?:(?:[^\W\d_]+\.?\s)?\d{1,3}(?:\.\d{1,3})*|[IVXivx]+|[^\W\d_])")
# Nor is "W 2024 r." before "Bursztyn urósł". "NPS wprowadził w 2003 r." may be one, but not before
# "Fred Reichheld".
_SINCE = re.compile(
    r"(?:(?:Już|Dopiero|Podobno|Jeszcze)\sw|We?|Od|Do|Na|Po|Przed|Około)(?:\s[^\s,;:]+){1,5}"
)
_DATE = re.compile(r"\s(?:(?<=\d\s)r|br|(?<=[IVX]\s)w)\Z")
_INITIALS_THAT_END = re.compile(r"(?:S\.\s?A|S\.\s?R\.\s?L|Ph\.\s?D|M\.D|D\.C)\Z")
# "“क्या हुआ?” उसने पूछा।": only the verb tells that the quoted sentence goes on.
_REPORT = re.compile(r"(?:\S+\s){1,3}(?:पूछा|कहा|बोला|बोली|बोले|लिखा|बताया)\s?[।.|]")
_STOPS = frozenset(_FULL_STOPS)
_LOUD_MARKS = frozenset(_END_MARKS) - _STOPS - {".", "…"}
_CLOSING_QUOTES = frozenset("”’»“\"'")
_DEVANAGARI_ACRONYM = re.compile(r"(?<![ऀ-ॿ])[ऀ-ॿ]{1,5}\.[ऀ-ॿ]{1,5}\Z")  # "बी.ए.", "कि.ग्रा."

_nfc = partial(unicodedata.normalize, "NFC")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Latin letters as Hindi spells them: "ए. पी. जे. अब्दुल कलाम". Without "जी", which is also an
# honorific, and "आई", "she came".
_DEVANAGARI_INITIALS = _words("ए बी सी डी ई एफ एच जे के एल एम एन ओ पी आर एस टी यू वी वाई")
# Hindi has no lower case, but no sentence begins with a postposition: "1947 ई. में".
_CONTINUING = _words("में के का की को से ने तक है हैं था थी थे द्वारा वाला वाले वाली")
# An initial is followed by a name, not by one of these: "Izbrali smo načrt B. Potem".
_NOT_NAMES = _words(
    "To Ta Te Tako Potem Nato Zato Toda Vendar In Če Ko Ker Na Za Pri Po Ob Od Do Kaj Kako Kdo "
    "Ten Ale We Dla Przy Jednak Następnie Później Dlatego Nie Jeśli Gdy Kiedy Co Jak Czy Dziś "
    "Rok Wcześniej Wtedy Obecnie Żaden "
    "Apoi Dar Și Nu Este Acest Această Aceasta Acesta În La De Pe Cu Din Pentru Dacă Când Ce Cum "
    "The An It He She They This That These On At For But And If When Then What How There Our"
)


class _Place(NamedTuple):
    """Where a sentence may end: end marks from `marks` to `stop`, the next word at `after`."""

    marks: int
    stop: int
    after: int


def sentence_spans(text: str, language: str | None) -> tuple[Span, ...]:
    """Return the spans of the sentences of `text` in order, without the white space around them.

    Together they hold every character that is not white space, each once, and none has more than
    `LONGEST_SENTENCE`. `language` is an
    ISO 639-1 code; None, for an unknown language, uses the tables of all.
    """
    spans: list[Span] = []
    start, end = _trimmed(text, 0, len(text))
    for place in _places(text, start, end, language):
        if _ends_sentence(text, start, place, language):
            spans.append((start, place.stop))
            start = place.after
    if start < end:
        spans.append((start, end))
    return tuple(part for span in spans for part in bounded_parts(text, *span))


def bounded_parts(text: str, start: int, end: int) -> Iterator[Span]:
    """Cut a span that is too long for a sentence, at white space where there is any."""
    while end - start > LONGEST_SENTENCE:
        limit = start + LONGEST_SENTENCE
        gap = max(text.rfind(space, start, limit) for space in " \n")
        cut = gap if gap > start else limit
        while gap <= start and cut > limit - _REACH and _sticks_to_what_precedes(text[cut]):
            cut -= 1
        yield _trimmed(text, start, cut)
        start, _ = _trimmed(text, cut, end)
    yield start, end


def _places(text: str, start: int, end: int, language: str | None) -> Iterator[_Place]:
    if language is None or language in ABBREVIATIONS:
        rough: Iterable[Span] = (match.span() for match in _PLACE.finditer(text, start, end))
    else:
        rough = _foreign_places(text, start, end, language)
    after = start
    for marks, gap_end in rough:
        if gap_end <= after:  # sentencex names some gaps twice
            continue
        _, stop = _trimmed(text, start, gap_end)
        after, _ = _trimmed(text, gap_end, end)
        if after < end:
            yield _Place(min(marks, stop), stop, after)


def _foreign_places(text: str, start: int, end: int, language: str) -> Iterator[Span]:
    # sentencex 1.0.32 refuses lone surrogates, and panics at "A\u2028": it takes white space for
    # one byte.
    plain = re.sub(r"[^\S\x00-\x7f]", " ", re.sub("[\ud800-\udfff]", "\ufffd", text))
    for boundary in sentencex.get_sentence_boundaries(language, plain):
        gap_end = min(boundary["end_index"], end)
        _, stop = _trimmed(text, start, gap_end)
        marks = _MARKS_AT_END.search(text, max(start, stop - _REACH), stop)
        yield (marks.start() if marks else stop), gap_end


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _ends_sentence(text: str, start: int, place: _Place, language: str | None) -> bool:
    if _sticks_to_what_precedes(text[place.after]):
        return False
    gap = text[place.stop : place.after]
    if gap.count("\n") > 1 or (gap and text[place.after] in _BULLETS):
        return True
    marks = text[place.marks : place.stop]
    if not marks:  # sentencex knows further ones
        return True
    before = _nfc(text[max(start, place.marks - _REACH) : place.marks])
    if place.marks - start > _REACH:
        before = "_" + before  # not the beginning of the sentence
    ahead = _nfc(text[place.after : place.after + _REACH])
    return any(map(str.isalnum, before)) and _marks_end(marks, before, ahead, language)


def _marks_end(marks: str, before: str, ahead: str, language: str | None) -> bool:
    """Return whether `marks` end the sentence that stops with `before` when `ahead` follows."""
    word = _FIRST_WORD.search(ahead)
    if word is None or (marks[-1] in _CLOSING_QUOTES and _REPORT.match(ahead)):
        return False
    if not _STOPS.isdisjoint(marks) or marks.strip() == "|":
        return True
    if word[0] in _CONTINUING or (word[0][0].islower() and not _CAMEL.match(word[0])):
        return False
    if not _LOUD_MARKS.isdisjoint(marks):
        return True
    if "…" in marks or ".." in marks:
        return word[0][0].isupper()
    return not _belongs_to_abbreviation(before, ahead, word[0], language)


def _belongs_to_abbreviation(before: str, ahead: str, word: str, language: str | None) -> bool:
    """Return whether a full stop after `before` ends a short form that goes on with `word`."""
    leading, counting = _abbreviations(language)
    may_be_name = word not in _NOT_NAMES and not word[0].isdigit()
    return bool(
        leading.search(before)
        or (_NUMBER.match(word) and counting.search(before))
        or _LABEL.fullmatch(before)
        or _DEVANAGARI_ACRONYM.search(before)
        or (may_be_name and ahead.startswith(word) and _is_initial(before))
        or (may_be_name and _is_open_date(before, ahead))
    )


def _is_initial(before: str) -> bool:
    last = _LAST_WORD.search(before)
    if last is None or _INITIALS_THAT_END.search(before):
        return False
    return last[0] in _DEVANAGARI_INITIALS or (len(last[0]) == 1 and last[0].isupper())


def _is_open_date(before: str, ahead: str) -> bool:
    date = _DATE.search(before)
    if date is None:
        return False
    is_full_name = all(name[0].isupper() for name in ahead.split()[:2])
    return is_full_name or _SINCE.fullmatch(before, 0, date.start()) is not None


@lru_cache(maxsize=32)
def _abbreviations(language: str | None) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds a leading and a counting abbreviation before its last full stop."""
    codes = ABBREVIATIONS if language is None else {"", language} & ABBREVIATIONS.keys()
    rows = " ".join(row for code in sorted(codes) for row in ABBREVIATIONS[code])
    return _ending(re.findall(r"\[(.+?)\.\]", rows)), _ending(re.findall(r"\{(.+?)\.\}", rows))


def _ending(abbreviations: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![{_WORD}.])(?:{'|'.join(map(_as_pattern, abbreviations))})\Z")


def _as_pattern(abbreviation: str) -> str:
    if abbreviation.isdigit():
        return r"\d{1,2}"
    initial, rest = abbreviation[0], re.escape(abbreviation[1:])
    return rf"[{initial}{initial.upper()}]" + rest.replace(r"\ ", r"\s?")


def _sticks_to_what_precedes(character: str) -> bool:
    """Return whether `character` combines with the one before, or closes what it ends."""
    is_joiner = character in "\u200c\u200d\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
    is_closer = character in _END_MARKS or character in ")]}"
    return is_joiner or is_closer or unicodedata.category(character).startswith("M")
