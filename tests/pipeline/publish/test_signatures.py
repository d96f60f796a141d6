"""Who signed is not published; what streets and schools are named after is."""

from __future__ import annotations

import time

import pyarrow as pa
import pytest

from pipeline.publish.signatures import WITHHELD, is_name, names_signatory, withhold

SIGNED = [
    "Секретар міської ради А.ОХРІМЧУК",
    "Секретар міської ради               Олександр ЯКОВЕЦЬ",
    "Керівник ____________ В. Шульга",
    "Головний бухгалтер І. В. Савка",
    "Начальник відділу культури __________ Г.В. Шевчук",
    "Міський голова Володимир Москаленко",
    "_____________ О. Мартинюк",
    "Олена ГУЗІЙ",
    "М. І. Дорош",
    "Текст.\nСекретар ради Галина ПРОКОПІВ",
    "Голова районної державної адміністрації Наталія ГУСАК.",
    "Секретар міської ради\tОлександр ГРИГОР’ЄВ",
    "«Секретар ради Надія ПАРХОМЕНКО»",
    "В.о. директора: Іваненко І.І.",
    "Заступник міського голови Олександра Сергіївна Коваль-Петренко",
    "Директор ліцею ім. Т. Г. Шевченка Олена ГУЗІЙ",
    "(підпис) С. Л. Кравець",
    "Головний лікар О. П. Мельничук",
    "Керівник установи С. М. Бойко (підпис)",
    "ГОЛОВА РАДИ Іван ПЕТРЕНКО",
    "Виконавець: Петренко Іван Іванович",
    "Дар'я КОВАЛЬ",
    "Мар’яна ЛЕВ",
]

STAY = [
    "вул. І. Франка",
    "Ліцей № 1 ім. Т. Шевченка",
    "І. Доходи",
    "В. Видатки",
    "Решетилівський ліцей ім. І. Олійника",
    "Трактор МТЗ-82",
    "Кошти НСЗУ",
    "Центр ПМСД",
    "Директор ліцею ім. Т. Г. Шевченка",
    "Директор школи імені Лесі Українки",
    "Т. Г. Шевченка",
    "Ремонт вулиць Т. Шевченка, І. Франка",
    "Начальник відділу освіти",
    "Секретар міської ради",
    "Голова ради",
    "Зустріч з випускником ліцею П.Глуховським",
    "Кількість ОСББ",
    "пам’ятник Т. Г. Шевченку",
    "Будинок культури ім. Богдана Хмельницького",
    "вулиця Богдана Хмельницького",
    "Голова комісії з питань бюджету",
    "Директор департаменту фінансів Київської ОДА",
    "Відділ ЖКГ",
    "НДР Інституту ім. О.О. Богомольця НАНУ",
    "Світлана",
    "Керівник проєкту КНП «Центр ПМСД»",
    "Начальник управління ЖКГ",
    "Виконавець: Відділ ЖКГ",
    "Підписано декларацій: І. Доходи",
    "М. Київ",
    "м. Київ",
    "С. Іванівка",
    "Директор КП «Надія»",
    "Головний розпорядник: Управління освіти",
    "Слава УКРАЇНІ",
    "Надія",
    "Лікар-терапевт",
    "Капітальний ремонт ЗОШ ім. Івана Франка",
    "Парк Тараса Шевченка",
    "Здано в експлуатацію",
    "Підпис",
    "Склав акт",
    "Віра",
]


@pytest.mark.parametrize("text", SIGNED)
def test_a_text_that_names_who_signed(text: str) -> None:
    assert names_signatory(text)


@pytest.mark.parametrize("text", STAY)
def test_a_text_that_stays(text: str) -> None:
    assert not names_signatory(text)


def _withheld(**columns: list[str | None]) -> tuple[dict[str, list[str | None]], int]:
    table, count = withhold(pa.table(columns), list(columns))
    return table.to_pydict(), count


def test_a_bare_name_goes_where_its_row_has_a_position() -> None:
    found, count = _withheld(
        item=["Директор", "Керівник установи", "І. Доходи", "вул. І. Франка", None],
        raw=["О. Шевченка", "В. ШУЛЬГА", "О. Шевченка", "В. Шульга", None],
    )
    assert found["raw"] == [None, None, "О. Шевченка", "В. Шульга", None]
    assert found["item"] == ["Директор", "Керівник установи", "І. Доходи", "вул. І. Франка", None]
    assert count == 2


def test_a_street_stays_beside_a_position() -> None:
    found, count = _withheld(item=["Начальник відділу"], raw=["вул. О. Шульги"], note=["ліцей ім. В. Симоненка"])
    assert (found["raw"], found["note"], count) == (["вул. О. Шульги"], ["ліцей ім. В. Симоненка"], 0)


def test_where_a_text_must_stand_a_word_takes_its_place() -> None:
    schema = pa.schema([pa.field("measure", pa.string(), nullable=False)])
    table, count = withhold(pa.table({"measure": ["plan", "Галина ПРОКОПІВ"]}, schema), ["measure"])
    assert (table.to_pydict()["measure"], count) == (["plan", WITHHELD], 1)


@pytest.mark.parametrize(
    "text", ["(" * 40_000 + "І. Іванов", "Секретар " + "А. " * 20_000 + "x", "\n \n" * 10_000 + "І. Яр x"]
)
def test_a_long_text_costs_little(text: str) -> None:
    started = time.process_time()
    names_signatory(text)
    is_name(text)
    assert time.process_time() - started < 2
