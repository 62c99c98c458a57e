"""Plain prose in five languages for tests about text: sentences that end where they end."""

LANGUAGES = ("sl", "pl", "hi", "ro", "en")

SENTENCES = {
    "sl": (
        "Mlin ob reki melje ajdo že od leta 1931.",
        "Mlinar Žan Čuček vsako jutro ob šestih dvigne zapornico in preveri gladino.",
        "Kadar voda pade pod pol metra, se kamen ustavi, zato zaloga moke zadošča za tri tedne.",
        "Koliko vreč odpelje peka na teden?",
        "Poleti jih odpelje osem, pozimi dvanajst, pred prazniki pa tudi dvajset.",
        "Vsaka vreča tehta 25 kilogramov in nosi oznako z dnevom mletja.",
        "Obiskovalci pridejo ob sobotah 🙂 in si ogledajo stari mehanizem iz hrasta.",
        "Vstopnina je simbolična, za šolske skupine je ogled brezplačen!",
    ),
    "pl": (
        "Młyn nad rzeką miele grykę od 1931 roku.",
        "Młynarz Łukasz Źrebiec codziennie o szóstej podnosi zastawkę i sprawdza poziom wody.",
        "Gdy woda spada poniżej pół metra, kamień staje, więc zapas mąki wystarcza na trzy tygodnie.",
        "Ile worków piekarz zabiera w tygodniu?",
        "Latem zabiera osiem, zimą dwanaście, a przed świętami nawet dwadzieścia.",
        "Każdy worek waży 25 kilogramów i ma etykietę z dniem mielenia.",
        "Goście przychodzą w soboty 🙂 i oglądają stary mechanizm z dębu.",
        "Wstęp jest symboliczny, a dla grup szkolnych zwiedzanie jest bezpłatne!",
    ),
    "hi": (
        "नदी किनारे की चक्की सन् १९३१ से कुट्टू पीस रही है।",
        "चक्कीवाला ज़ाकिर हर सुबह छह बजे फाटक उठाकर पानी का स्तर देखता है।",
        "जब पानी आधे मीटर से नीचे जाता है, तब पत्थर रुक जाता है और जमा आटा तीन हफ़्ते चलता है।",
        "नानबाई हफ़्ते में कितनी बोरियाँ ले जाता है?",
        "गर्मी में आठ, सर्दी में बारह और त्योहार से पहले बीस बोरियाँ जाती हैं।",
        "हर बोरी का वज़न २५ किलो है और उस पर पिसाई का दिन लिखा है।",
        "शनिवार को लोग आते हैं 🙂 और शीशम का पुराना यंत्र देखते हैं।",
        "टिकट नाममात्र का है, विद्यालय के बच्चों के लिए सब कुछ मुफ़्त है!",
    ),
    "ro": (
        "Moara de pe râu macină hrișcă din anul 1931.",
        "Morarul Ștefan Țurcanu ridică stăvilarul în fiecare dimineață la șase și verifică nivelul.",
        "Când apa scade sub o jumătate de metru, piatra se oprește, iar făina ajunge trei săptămâni.",
        "Câți saci ia brutarul pe săptămână?",
        "Vara ia opt, iarna doisprezece, iar înainte de sărbători chiar douăzeci.",
        "Fiecare sac cântărește 25 de kilograme și poartă o etichetă cu ziua măcinării.",
        "Vizitatorii vin sâmbăta 🙂 și privesc vechiul mecanism de stejar.",
        "Intrarea este simbolică, iar pentru grupurile de elevi vizita este gratuită!",
    ),
    "en": (
        "The mill by the river has ground buckwheat since 1931.",
        "Every morning at six the miller, Zoë Naïve, lifts the gate and checks the level.",
        "When the water falls below half a metre the stone stops, so flour is kept for three weeks.",
        "How many sacks does the baker take in a week?",
        "He takes eight in summer, twelve in winter and even twenty before the holidays.",
        "Each sack weighs 25 kilograms and carries a label with the day of milling.",
        "Visitors come on Saturdays 🙂 and look at the old mechanism made of oak.",
        "The ticket costs next to nothing, and school groups enter for free!",
    ),
}

HEADINGS = {
    "sl": ("Kako teče delo", "Koliko stane ogled", "Žetev in voda"),
    "pl": ("Jak płynie praca", "Ile kosztuje wstęp", "Żniwa i woda"),
    "hi": ("काम कैसे चलता है", "देखने का शुल्क", "फ़सल और पानी"),
    "ro": ("Cum decurge munca", "Cât costă vizita", "Secerișul și apa"),
    "en": ("How the work goes", "What a visit costs", "Harvest and water"),
}

SHARE_PROMPTS = {
    "sl": ("Kliknite za Tweet",),
    "pl": ("Kliknij, aby tweetować", "Kliknij, by tweetować"),
    "hi": ("ट्वीट करने के लिए क्लिक करें",),
    "ro": ("Faceți clic pentru a Tweet", "Click pentru Tweet"),
    "en": ("Click to Tweet",),
}


def paragraph(language: str, *, sentences: int = 8) -> str:
    """Return one line with the first `sentences` sentences of `language`, repeating as needed."""
    pool = SENTENCES[language]
    return " ".join(pool[i % len(pool)] for i in range(sentences))
