"""What a report says of itself, read only where it is stated."""

from __future__ import annotations

from datetime import date

import pytest

from extractors.document import Block, Document, Paragraph
from extractors.read import read
from pipeline.facts import Facts, caption, find_facts
from tests.builders import table
from tests.samples import WORD

DATA = table([["№", "Захід", "Сума"], ["1.", "Перший", "10"], ["2.", "Другий", "20"], ["3.", "Третій", "-"]])


def document(*blocks: Block | str) -> Document:
    made = [Paragraph(block, None, None, "xml") if isinstance(block, str) else block for block in blocks]
    return Document("0" * 64, "x", "y", None, tuple(made))


def facts(*paragraphs: Block | str) -> Facts:
    return find_facts(document(*paragraphs, DATA))[0]


def test_facts_of_the_report() -> None:
    found, findings = find_facts(read(WORD.read_bytes(), "report.docx"))
    assert findings == []
    assert (found.decision_date, found.decision_number) == (date(2023, 10, 26), "1484")
    assert (found.session, found.convocation) == (28, 8)
    assert (found.period_start, found.period_end) == (2024, 2026)
    assert (found.hromada, found.katottg) == ("Коростенська міська територіальна громада", "UA18060090000061708")
    assert found.responsible is not None
    assert found.title is not None
    assert found.title.startswith("ЗВІТ про ")
    assert found.program_title is not None
    assert found.program_title.startswith("Програма ")


def test_report_that_says_nothing_has_no_facts() -> None:
    assert facts("Шановні колеги!") == Facts()
    assert find_facts(document())[0] == Facts()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "рішення двадцять восьмої сесії восьмого скликання від 26.10.2023 № 1484",
            (date(2023, 10, 26), "1484", 28, 8),
        ),
        (
            "Рішення XXVIII сесії VIII скликання № 12/3-а від 1 лютого 2024 року",
            (date(2024, 2, 1), "12/3-a", 28, 8),
        ),  # look-alikes as Latin
        ("рішення 5-ї позачергової сесії 8-го скликання від 01.02.2024 №7.", (date(2024, 2, 1), "7", 5, 8)),
        ("рішення чергової сесії від 01.02.2024", (date(2024, 2, 1), None, None, None)),
        ("рішення без дати № 5", (None, None, None, None)),
        ("лист від 01.02.2024 № 7", (None, None, None, None)),
    ],
)
def test_decision(text: str, expected: tuple[object, ...]) -> None:
    found = facts(text)
    assert (found.decision_date, found.decision_number, found.session, found.convocation) == expected


def test_title_ends_at_the_first_labelled_fact() -> None:
    found = facts(
        "Додаток 1", "З В І Т", "про виконання Програми розвитку", "на 2022-2025 роки", "Строк виконання: 2023 рік"
    )
    assert found.title == "ЗВІТ про виконання Програми розвитку на 2022-2025 роки"
    assert found.program_title == "Програма розвитку на 2022-2025 роки"
    assert (found.period_start, found.period_end) == (2023, 2023), "a stated term comes before the title's years"


def test_responsible_department() -> None:
    assert facts("Відповідальний виконавець програми: відділ освіти.").responsible == "відділ освіти"


def test_facts_below_the_first_table_of_data_do_not_count() -> None:
    late = "рішення сесії від 01.02.2024 № 7"
    assert find_facts(document(DATA, late))[0] == Facts()
    letterhead = table([["Міська рада", "2024"]])
    assert find_facts(document(letterhead, late, DATA))[0].decision_number == "7"


def test_fact_of_two_readings_is_left_out_and_told() -> None:
    text = "рішення другої сесії від 01.02.2024 № 7"
    doubtful = Paragraph(text, 1, None, "ocr", confidence=0.9, alternative=text.replace("№ 7", "№ 1"))
    found, findings = find_facts(document(doubtful, DATA))
    assert (found.decision_number, found.decision_date, found.session) == (None, date(2024, 2, 1), 2)
    assert [(f.rule, f.severity, f.found) for f in findings] == [("doubtful_fact", "warning", "7 | 1")]


def test_misread_letter_of_a_title_is_no_doubt() -> None:
    title = Paragraph(
        "ЗВІТ про виконання Програми", 1, None, "ocr", confidence=0.9, alternative="ЗВІТ про виконапня Програми"
    )
    found, findings = find_facts(document(title, DATA))
    assert (found.title, findings) == ("ЗВІТ про виконання Програми", [])


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        (["Виконання заходів", "тис. грн"], "Виконання заходів тис. грн"),
        (["a", "b", "c", "d"], "b c d"),
        (["Строк виконання: 2024 рік", "Показники"], "Показники"),
        (["Перше речення.", "Показники"], "Показники"),
        ([], None),
        (["Строк виконання: 2024 рік"], None),
    ],
)
def test_caption_is_what_stands_right_above(above: list[str], expected: str | None) -> None:
    other = table([["a"]])
    made = document("before", other, *above, DATA)
    assert caption(made, made.tables[1]) == expected
