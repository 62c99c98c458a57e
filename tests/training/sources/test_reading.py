import json
from pathlib import Path

from training.sources import reading


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_catalogue_gives_finished_messages_only(tmp_path: Path) -> None:
    write(
        tmp_path / "manual.pl.po",
        """
msgid ""
msgstr "Language: pl\\n"

#. a note
msgctxt "menu"
msgid "Pay "
"\\"now\\""
msgstr "Zapłać \\"teraz\\""

#, fuzzy
msgid "Bill"
msgstr "Rachunek?"

#~ msgid "Old"
#~ msgstr "Stary"

msgid "%d bill"
msgid_plural "%d bills"
msgstr[0] "%d rachunek"
msgstr[1] "%d rachunki"
""",
    )

    assert list(reading.read_gettext(tmp_path)) == [
        ("pl", 'Pay "now"', 'Zapłać "teraz"'),
        ("pl", "%d bill", "%d rachunek"),
    ]


def test_catalogue_is_in_the_language_that_its_folder_names(tmp_path: Path) -> None:
    write(tmp_path / "hi_IN" / "LC_MESSAGES" / "messages.po", 'msgid "Bill"\nmsgstr "बिल"\n')
    write(tmp_path / "de" / "LC_MESSAGES" / "messages.po", 'msgid "Bill"\nmsgstr "Rechnung"\n')

    assert list(reading.read_gettext(tmp_path)) == [("hi", "Bill", "बिल")]


def test_android_strings_meet_by_name_and_lose_their_escapes(tmp_path: Path) -> None:
    write(
        tmp_path / "res" / "values" / "strings.xml",
        '<resources><string name="a">Can\\\'t <xliff:g xmlns:xliff="x">call</xliff:g></string>'
        '<string name="b">Only here</string></resources>',
    )
    write(
        tmp_path / "res" / "values-sl" / "strings.xml",
        '<resources><string name="a">"Klic \\u0161e ni mogo\\u010d"</string></resources>',
    )

    assert list(reading.read_android(tmp_path)) == [("sl", "Can't call", "Klic še ni mogoč")]


def test_json_messages_meet_by_their_place(tmp_path: Path) -> None:
    write(tmp_path / "en-US.json", json.dumps({"pay": {"message": "Pay"}, "x": {"message": "X"}}))
    write(tmp_path / "ro.json", json.dumps({"pay": {"message": "Plătește"}}))

    assert list(reading.read_json(tmp_path)) == [("ro", "Pay", "Plătește")]


def test_json_messages_may_stand_under_the_name_of_the_language(tmp_path: Path) -> None:
    write(tmp_path / "en.min.json", json.dumps({"en": {"road": "Road"}}))
    write(tmp_path / "sl.min.json", json.dumps({"sl": {"road": "Cesta"}}))

    assert list(reading.read_json(tmp_path)) == [("sl", "Road", "Cesta")]


def test_manual_pages_meet_block_by_block(tmp_path: Path) -> None:
    write(tmp_path / "help" / "C" / "app" / "a.page", "<page><p>One <em>file</em></p></page>")
    write(tmp_path / "help" / "pl" / "app" / "a.page", "<page><p><em>Plik</em> jeden</p></page>")

    assert list(reading.read_pages(tmp_path)) == [("pl", "One file", "Plik jeden")]


def test_manual_pages_with_other_mark_up_are_left_out(tmp_path: Path) -> None:
    write(tmp_path / "en" / "a.html", "<p>One</p><p>Two</p>")
    write(tmp_path / "ro" / "a.html", "<p>Unu</p><h1>Doi</h1>")

    assert list(reading.read_pages(tmp_path)) == []


def test_stamps_have_every_language_in_one_file(tmp_path: Path) -> None:
    write(tmp_path / "bee.txt", "A bee.\nde.utf8=Biene.\nhi.utf8=एक मधुमक्खी|\nsl.utf8=Čebela.\n")

    assert set(reading.read_stamps(tmp_path)) == {
        ("sl", "A bee.", "Čebela."),
        ("hi", "A bee.", "एक मधुमक्खी|"),
    }


def test_dialogue_holds_what_it_translates(tmp_path: Path) -> None:
    write(
        tmp_path / "dialogs_sl.lua",
        'dialogId("a-1", "font", "Remain calm.")\ndialogStr("Ostanite mirni.")\n',
    )

    assert list(reading.read_dialogues(tmp_path)) == [("sl", "Remain calm.", "Ostanite mirni.")]


def test_openttd_texts_leave_out_cases_and_plurals(tmp_path: Path) -> None:
    write(tmp_path / "english.txt", 'STR_A  :Coal\nSTR_B :{COMMA} year{P "" s}\nSTR_C :Loan\n')
    for name in ("slovenian", "polish", "romanian"):
        write(tmp_path / f"{name}.txt", "")
    write(
        tmp_path / "unfinished" / "hindi.txt", "##case\nSTR_A :कोयला\nSTR_A.r :कोयले\nSTR_B :साल\n"
    )

    assert list(reading.read_openttd(tmp_path)) == [("hi", "Coal", "कोयला")]


def test_manual_pages_leave_out_blocks_with_names_that_the_manual_defines(tmp_path: Path) -> None:
    write(tmp_path / "C" / "a.docbook", "<para>Start &app;</para><para>Quit &amp; save</para>")
    write(tmp_path / "sl" / "a.docbook", "<para>Zaženi Orko</para><para>Končaj in shrani</para>")

    assert list(reading.read_pages(tmp_path)) == [("sl", "Quit & save", "Končaj in shrani")]


def test_error_pages_meet_without_an_ending(tmp_path: Path) -> None:
    write(tmp_path / "en" / "ERR_DNS_FAIL", "<html><h1>Unknown host</h1></html>")
    write(tmp_path / "ro" / "ERR_DNS_FAIL", "<html><h1>Gazdă necunoscută</h1></html>")

    assert list(reading.read_error_pages(tmp_path)) == [("ro", "Unknown host", "Gazdă necunoscută")]


def test_properties_meet_by_name_and_lose_their_escapes(tmp_path: Path) -> None:
    write(
        tmp_path / "messagebundle.properties",
        "# A comment = no message\nPAY=You can''t pay \\\n  {0}\nDATE : Date\nONLY=Only here\n",
    )
    write(
        tmp_path / "messagebundle_hi.properties",
        "PAY=\\u0906\\u092A {0} \\u0928\\u0939\\u0940\\u0902\nDATE=दिनांक\n",
    )

    assert list(reading.read_properties(tmp_path)) == [
        ("hi", "You can't pay {0}", "आप {0} नहीं"),
        ("hi", "Date", "दिनांक"),
    ]


def test_place_names_are_those_written_in_devanagari(tmp_path: Path) -> None:
    cities = {"1": {"name": "Alpine", "alternatenames": ["Альпайн", "अल्पाइन", "अल्पाइन्", "LPN"]}}
    write(tmp_path / "cities500.json", json.dumps(cities))

    assert list(reading.read_place_names(tmp_path)) == [("hi", "Alpine", "अल्पाइन")]


def test_districts_have_an_english_and_a_hindi_name(tmp_path: Path) -> None:
    write(tmp_path / "city.json", json.dumps([{"en_name": "Nicobar", "hi_name": "निकोबार"}]))

    assert list(reading.read_district_names(tmp_path)) == [("hi", "Nicobar", "निकोबार")]
