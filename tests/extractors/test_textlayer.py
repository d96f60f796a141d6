"""Text layers: what is usable must stay, what is mojibake comes back letter for letter, what is garbled is told."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.textlayer import judge, restore

UKRAINIAN = (
    "Звіт про результати виконання Програми розвитку місцевого самоврядування територіальної громади. "
    "Керуючий справами виконавчого комітету міської ради доповів, що кошти використано за призначенням, "
    "а об'єкти інфраструктури відремонтовано. Обсяг фінансування 620,12 тис. грн, у тому числі з місцевого бюджету."
)
RUSSIAN = (
    "Отчёт о выполнении программы: объём работ за первый квартал, средства бюджета израсходованы полностью, "
    "подъезды отремонтированы, жителям выплачены компенсации."
)
ENGLISH = (
    "The committee approved the annual report on structural funds; see Table 2 for payments to the regions, "
    "which were higher than in the previous year and will be reviewed by the Court of Auditors."
)
GERMAN = (
    "Der Ausschuss billigte den Jahresbericht über die Fördermittel der Länder; die Zahlungen waren höher als im "
    "Vorjahr und werden vom Rechnungshof geprüft."
)
FRENCH = (
    "Le comité a approuvé le rapport annuel sur les fonds structurels; les paiements aux régions étaient plus élevés "
    "que l'année précédente et seront contrôlés par la Cour des comptes."
)
POLISH = (
    "Sprawozdanie z wykonania programu rozwoju samorządu terytorialnego. Środki zostały wydatkowane zgodnie z "
    "przeznaczeniem, a obiekty infrastruktury wyremontowano."
)
TRANSLITERATED = (
    "Zvit pro rezultaty vykonannia Prohramy rozvytku mistsevoho samovriaduvannia terytorialnoi hromady. "
    "Kerivnyk spravamy vykonavchoho komitetu miskoi rady."
)
LOOK_ALIKE = (
    "IIPOTOKOJI 3acinaHHR BHKoHaB4oro KoMiTeTy MicbKoi paAH. 3BiT npo pe3yJIbTaTH BHKoHaHHR IIporpaMH po3BHTKy "
    "MicIIeBoro caMoBpRAyBaHHR TepHTopiaJIbHoi rpoMaAH"
)
MILD_LOOK_ALIKE = (
    "BiaHocMn KopocTeHcbKoi micbKoi mepuTopianbHoi rpoManu Kepyio4HH cIIpaBaMM BMkoHaB4oro KoMiTeTy, "
    "3BIT npo pe3yJ1bTamM BHKoHaHna IIporpaMu po3BHmKy MicIIeBoro camoBpHAyBanHH. "
    "The regional report on structural funds and the committee"
)
ENCODINGS = {
    "cp1251-as-cp1252": ("cp1251", "cp1252"),
    "utf-8-as-cp1251": ("utf-8", "cp1251"),
    "utf-8-as-cp1252": ("utf-8", "cp1252"),
    "koi8-u-as-cp1251": ("koi8-u", "cp1251"),
    "cp1125-as-cp1251": ("cp1125", "cp1251"),
    "cp866-as-cp1251": ("cp866", "cp1251"),
}
KEEPS_LENGTH = {name for name in ENCODINGS if not name.startswith("utf-8")}


def misread(text: str, written: str, read_as: str) -> str:
    """Read bytes in the wrong encoding, undefined ones as the C1 control characters, as Windows does."""

    def character(byte: int) -> str:
        try:
            return bytes([byte]).decode(read_as)
        except UnicodeDecodeError:
            return chr(byte)

    return "".join(character(byte) for byte in text.encode(written))


def writable(text: str, written: str) -> str:
    return text.replace("і", "i") if written == "cp866" else text


def private(text: str) -> str:
    return "".join(c if c.isspace() else chr(0xF000 + c.encode("cp1251")[0]) for c in text)


def shuffled(text: str, seed: int) -> str:
    alphabet = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"
    other = "".join(random.Random(seed).sample(alphabet, len(alphabet)))
    return text.translate(str.maketrans(alphabet + alphabet.upper(), other + other.upper()))


@pytest.mark.parametrize(
    "text",
    [
        UKRAINIAN,
        UKRAINIAN.upper(),
        UKRAINIAN.replace("і", "i"),
        UKRAINIAN.replace("а", "a").replace("о", "o"),
        RUSSIAN,
        ENGLISH,
        ENGLISH.upper(),
        GERMAN,
        FRENCH,
        POLISH,
        TRANSLITERATED,
        f"{UKRAINIAN}\n{ENGLISH}",
        f"{GERMAN}\n" * 20,
        f"{FRENCH}\n" * 20,
        f"{POLISH}\n" * 20,
    ],
)
def test_languages_are_usable(text: str) -> None:
    assert judge(text).kind == "usable"


@pytest.mark.parametrize(
    "text",
    [
        "620,12 15,95 3 887,30\n203 050 308 656,02 " * 30,
        "х х х х х\n" * 40,
        "I II III IV V VI VII VIII IX X XI XII " * 5,
        "КПКВК 0117350 КЕКВ 2210 ЄДРПОУ 04053571 UA213223130000026007233566001 " * 10,
        "кВт МВт·год м² м³ ТзОВ ПрАТ ФОП ДСНС НУШ " * 10,
        "https://rada.gov.ua/xkq?wz=qqj zvity.qxk@rada.gov.ua " * 10,
        "58e2d9e7f900307b0400000058e2d9e7 3f2a9bc1d4e5f60718293a4b " * 10,
        "\uf0b7 кошти\n\uf0b7 роботи\n\uf0fc так\n",
        "РАЗОМ",
        "Ф-2",
        "Ïðî",
        "щфжґ бхзщ",
        "щфжґцх бхзщфґ гґщжфх цщбґжф",
    ],
)
def test_codes_numbers_and_a_few_words_are_usable(text: str) -> None:
    assert judge(text).kind == "usable"


@pytest.mark.parametrize("text", ["", " \n\t\r\n", "\xa0 \u2003"])
def test_blank_pages_are_empty(text: str) -> None:
    assert judge(text).kind == "empty"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (text, name)
        for text in (UKRAINIAN, RUSSIAN, "Програма розвитку місцевого самоврядування", f"{UKRAINIAN} Stem-клас")
        for name in ENCODINGS
        if name != "cp1125-as-cp1251" or "і" in text  # without it the same bytes as cp866
    ],
)
def test_misread_encodings_come_back(name: str, text: str) -> None:
    written, read_as = ENCODINGS[name]
    text = writable(text, written)
    bad = misread(text, written, read_as)
    verdict = judge(bad)
    assert (verdict.kind, verdict.mapping) == ("mojibake", name)
    assert restore(bad, name) == text
    if name in KEEPS_LENGTH:
        assert len(bad) == len(text)


def test_private_use_comes_back() -> None:
    bad = private(UKRAINIAN)
    assert judge(bad).mapping == "cp1251-as-private-use"
    assert restore(bad, "cp1251-as-private-use") == UKRAINIAN


def test_a_misread_heading_on_a_good_page_comes_back_alone() -> None:
    good = f"{UKRAINIAN} Площа 12 м², об'єм 3 м³."
    page = misread("Програма розвитку місцевого самоврядування", "cp1251", "cp1252") + "\n" + good
    assert judge(page).mapping == "cp1251-as-cp1252"
    assert restore(page, "cp1251-as-cp1252") == f"Програма розвитку місцевого самоврядування\n{good}"


def test_accents_in_latin_words_stay() -> None:
    assert restore("café São élan", "cp1251-as-cp1252") == "café São élan"


@pytest.mark.parametrize(
    "text",
    [
        LOOK_ALIKE,
        MILD_LOOK_ALIKE,
        "(cid:12)(cid:7)(cid:133) (cid:9)(cid:41) 620,12",
        "\ufffd\ufffd\ufffd\ufffd \ufffd\ufffd\ufffd\ufffd\ufffd\ufffd 620,12 \ufffd\ufffd\ufffd\ufffd",
        "\ue001\ue014\ue013\ue027 \ue031\ue044\ue012\ue011\ue002\ue003\ue009 \ue008\ue007\ue023",
        "ΞΨωδβ ζηθξλ μνπρσ τυφχψ ωαβγδ εζηθι κλμνξ οπρστ υφχψω αβγδε",
    ],
)
def test_what_no_language_has_is_garbled(text: str) -> None:
    verdict = judge(text)
    assert (verdict.kind, verdict.mapping) == ("garbled", None)
    assert verdict.reason


@pytest.mark.parametrize("seed", range(20))
def test_a_shuffled_alphabet_is_garbled(seed: int) -> None:
    assert judge(shuffled(UKRAINIAN, seed)).kind == "garbled"


@given(st.text(max_size=200))
def test_any_text_has_a_verdict_that_can_be_acted_on(text: str) -> None:
    verdict = judge(text)
    assert (verdict.kind == "mojibake") == (verdict.mapping is not None)
    if verdict.mapping:
        assert restore(text, verdict.mapping) != text


def test_an_unknown_mapping_is_refused() -> None:
    with pytest.raises(KeyError):
        restore("текст", "rot13")
