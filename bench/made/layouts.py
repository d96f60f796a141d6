"""What the made-up tables hold: kinds of municipal reports, with as many rows as asked for.

Guarantee: a `Content` is drawn as rows of texts, where `<` goes on with the cell on the left and `^` with the cell
above, so that truth and Word file come from the same drawing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from bench.made import words
from bench.made.words import pick

Align = Literal["left", "center", "right", "both"]


@dataclass(frozen=True, slots=True)
class Content:
    """A table's texts: heading rows, body rows, relative widths of the columns and how their body is aligned."""

    heading: list[list[str]]
    body: list[list[str]]
    widths: list[float]
    aligns: list[Align]

    @property
    def rows(self) -> list[list[str]]:
        """Heading and body."""
        return [*self.heading, *self.body]

    def numbered(self, pattern: str = "{}") -> Content:
        """Add the row of column numbers to the heading."""
        return replace(self, heading=[*self.heading, [pattern.format(i + 1) for i in range(len(self.widths))]])


Layout = Callable[[Random, int], Content]
"""Draws a table of so many body rows."""


def measures(rng: Random, n: int) -> Content:
    """Measures of a programme: plan, actual and per cent by years."""
    years = [str(rng.randint(2021, 2023) + i) + " рік" for i in range(rng.choice((2, 3)))]
    k = len(years)
    unit = rng.choice((", тис. грн", ", грн", " (тис. грн.)"))
    groups = (f"Річний обсяг фінансування{unit}", f"Фактично профінансовано{unit}", "Відсоток виконання, %")
    top = ["№ з/п", "Зміст заходів", "Строк виконання", "Виконавці"]
    below = ["^"] * 4
    for group in groups:
        top += [group, *["<"] * (k - 1)]
        below += years
    figure = words.money(rng)
    body = [
        [
            f"{1 + i // 6}.{1 + i % 6}.",
            words.measure(rng),
            rng.choice(("2024-2026", "2025 рік", "2024-2025 рр.", "постійно")),
            pick(rng, words.BODIES),
            *(figure() for _ in range(2 * k)),
            *(words.percent(rng) for _ in range(k)),
            words.result(rng),
        ]
        for i in range(n)
    ]
    aligns: list[Align] = ["center", "left", "center", "left", *["center"] * (3 * k), "left"]
    widths = [1.2, 5, 2.2, 3.2, *[2.0] * (2 * k), *[1.5] * k, 4.5]
    return Content([[*top, "Інформація про виконання"], [*below, "^"]], body, widths, aligns)


def budget(rng: Random, n: int) -> Content:
    """Budget execution by programme codes and funds, three heading rows."""
    figure = words.money(rng)
    heading = [
        ["Код Програмної класифікації", "Код ФКВКБ", "Найменування бюджетної програми", "Загальний фонд", "<", "<", "Спеціальний фонд", "<", "Разом"],
        ["^", "^", "^", "план", "виконано", "<", "план", "виконано", "^"],
        ["^", "^", "^", "^", "сума", "%", "^", "^", "^"],
    ]  # fmt: skip
    body = [
        [
            words.code(rng, 7), words.code(rng, 4), words.measure(rng), figure(), figure(), words.percent(rng), figure(),
            figure(), figure(),
        ]
        for _ in range(n)
    ]  # fmt: skip
    return Content(
        heading, body, [2, 1.5, 6, 2.4, 2.4, 1.5, 2.4, 2.4, 2.6], ["center", "center", "left", *["right"] * 6]
    )


def incomes(rng: Random, n: int) -> Content:
    """Income execution by codes."""
    figure = words.money(rng)
    heading = [
        ["Код", "Найменування доходів", "Уточнений план на рік", "Фактично надійшло", "Відхилення (+/-)", "% виконання"]
    ]
    body = [
        [f"{rng.randint(10, 50)}{rng.randint(0, 999999):06}", pick(rng, words.INCOMES), figure(), figure(), figure(), words.percent(rng)]
        for _ in range(n)
    ]  # fmt: skip
    return Content(heading, body, [2, 6, 2.8, 2.8, 2.6, 1.8], ["center", "left", "right", "right", "right", "center"])


def equipment(rng: Random, n: int) -> Content:
    """A list of equipment with stock numbers, dates and values."""
    figure = words.money(rng)
    heading = [
        [
            "№ з/п",
            "Найменування",
            "Інвентарний номер",
            "Дата введення",
            "К-сть, од.",
            "Первісна вартість",
            "Залишкова вартість",
        ]
    ]
    body = [
        [
            str(i + 1), f"{pick(rng, words.GOODS)} {pick(rng, words.MAKES)}", f"1{rng.randint(0, 9999999):07}",
            words.date(rng), str(rng.randint(1, 30)), figure(), figure(),
        ]
        for i in range(n)
    ]  # fmt: skip
    return Content(
        heading,
        body,
        [1, 5, 2.4, 2.3, 1.4, 2.6, 2.6],
        ["center", "left", "center", "center", "center", "right", "right"],
    )


def staff(rng: Random, n: int) -> Content:
    """A staff list."""
    heading = [["№", "Посада", "Кількість ставок", "Прізвище, ініціали", "Телефон", "Дата призначення"]]
    body = [
        [
            f"{i + 1}.", pick(rng, words.POSTS), rng.choice(("1", "0,5", "1,0", "1,25", "2")), words.person(rng),
            f"(0{rng.randint(31, 69)}) {rng.randint(2, 9)}-{rng.randint(10, 99)}-{rng.randint(10, 99)}", words.date(rng),
        ]
        for i in range(n)
    ]  # fmt: skip
    return Content(heading, body, [1, 5, 1.7, 3.4, 2.6, 2.4], ["center", "left", "center", "left", "center", "center"])


def schools(rng: Random, n: int) -> Content:
    """School statistics: classes and pupils by stages."""
    stages = ("1-4 класи", "5-9 класи", "10-11 класи", "Усього")
    heading = [
        ["Заклад освіти", *[text for stage in stages for text in (stage, "<")], "Наповнюваність"],
        ["^", *["класів", "учнів"] * 4, "^"],
    ]
    body = [
        [
            f"{rng.choice(('Гімназія', 'Ліцей', 'ЗДО', 'Початкова школа'))} № {i + 1} {rng.choice(('', 'с. Нове', 'ім. Т. Шевченка'))}".strip(),
            *(str(rng.randint(1, 700)) for _ in range(8)),
            f"{rng.uniform(5, 30):.1f}".replace(".", ","),
        ]
        for i in range(n)
    ]
    return Content(heading, body, [5, *[1.5] * 8, 2.3], ["left", *["center"] * 9])


def prices(rng: Random, n: int) -> Content:
    """A price list."""
    figure = words.money(rng)
    heading = [["№", "Найменування послуги", "Одиниця виміру", "Ціна без ПДВ, грн", "ПДВ 20%", "Ціна з ПДВ, грн"]]
    body = [
        [f"{i + 1}", pick(rng, words.SERVICES), pick(rng, words.UNITS), figure(), figure(), figure()] for i in range(n)
    ]
    return Content(heading, body, [1, 6, 2, 2.2, 2, 2.2], ["center", "left", "center", "right", "right", "right"])


def events(rng: Random, n: int) -> Content:
    """A plan of events with long prose cells."""
    heading = [["№ з/п", "Назва заходу", "Термін", "Відповідальні", "Очікуваний результат"]]
    body = [
        [
            f"{i + 1}.", words.prose(rng, rng.randint(1, 2)), pick(rng, words.QUARTERS),
            "\n".join(pick(rng, words.BODIES) for _ in range(rng.randint(1, 3))), words.prose(rng, rng.randint(1, 3)),
        ]
        for i in range(n)
    ]  # fmt: skip
    return Content(heading, body, [1, 6, 2.2, 3, 6], ["center", "both", "center", "left", "left"])


def questions(rng: Random, n: int) -> Content:
    """A filled questionnaire."""
    heading = [["№", "Питання", "Відповідь (так/ні)", "Примітка"]]
    body = [
        [
            f"{i + 1}.", f"{pick(rng, words.QUESTIONS)}?", rng.choice(("так", "ні", "Так", "частково", "")),
            rng.choice(("", "", words.result(rng), words.sentence(rng))),
        ]
        for i in range(n)
    ]  # fmt: skip
    return Content(heading, body, [1, 7, 2.4, 6], ["center", "left", "center", "left"])


def indicators(rng: Random, n: int) -> Content:
    """Indicators of a programme: plan, actual, deviation, reason."""
    figure = words.money(rng)
    heading = [["№ з/п", "Показники", "Одиниця виміру", "Затверджено", "Виконано", "Відхилення", "Причини відхилення"]]
    body = [
        [
            f"{i + 1}", f"{pick(rng, words.INDICATORS)} {rng.choice(('', '(усього)', 'за рік', 'на 1 жителя'))}".strip(),
            pick(rng, words.UNITS), figure(), figure(), figure(), rng.choice(("", words.result(rng))),
        ]
        for i in range(n)
    ]  # fmt: skip
    return Content(heading, body, [1, 5, 1.9, 2.2, 2.2, 2.2, 4.5], ["center", "left", *["center"] * 4, "left"])


def narrow(rng: Random, n: int) -> Content:
    """A list whose every cell fits one line: what a table without lines can be."""
    figure = words.money(rng)
    heading = [["Найменування", "План", "Факт", "%"]]
    body = [[pick(rng, words.GOODS), figure(), figure(), words.percent(rng)] for _ in range(n)]
    return Content(heading, body, [5, 2.4, 2.4, 1.4], ["left", "right", "right", "right"])


ALL: tuple[Layout, ...] = (measures, budget, incomes, equipment, staff, schools, prices, events, questions, indicators)
FLAT: tuple[Layout, ...] = (incomes, equipment, staff, prices, indicators)
"""Kinds with one heading row and short cells."""
DEEP: tuple[Layout, ...] = (measures, budget, schools)
"""Kinds with a heading of two or three rows."""
SIMPLE: tuple[Layout, ...] = (incomes, staff, prices, narrow, equipment)
"""Kinds that can do without lines."""
WIDE: tuple[Layout, ...] = (measures, budget)
"""Kinds that want a landscape page."""


def with_sections(content: Content, rng: Random, every: int) -> Content:
    """Put a section row over the full width before every so many body rows."""
    body: list[list[str]] = []
    width = len(content.widths)
    for i, row in enumerate(content.body):
        if i % every == 0:
            title = f"{'I' * (1 + i // every % 3)}. {words.measure(rng)}" if rng.random() < 0.7 else words.measure(rng)
            body.append([title, *["<"] * (width - 1)])
        body.append(row)
    return replace(content, body=body)


def with_total(content: Content, rng: Random, label: str = "Усього") -> Content:
    """Add a row of totals whose label covers the first two columns."""
    figure = words.money(rng)
    row = [label, "<", *(figure() for _ in range(len(content.widths) - 2))]
    return replace(content, body=[*content.body, row])


def with_groups(content: Content, rng: Random, sizes: tuple[int, int]) -> Content:
    """Merge the cells of a column over runs of rows, each as long as drawn between the sizes."""
    column = min(1, len(content.widths) - 1)
    body = [list(row) for row in content.body]
    start = 0
    while start < len(body):
        size = rng.randint(*sizes)
        for row in body[start + 1 : start + size]:
            row[column] = "^"
        start += size
    return replace(content, body=body)


def with_blanks(content: Content, rng: Random, share: float) -> Content:
    """Empty a share of the body cells, the first two columns apart."""
    body = [[text if c < 2 or rng.random() > share else "" for c, text in enumerate(row)] for row in content.body]
    return replace(content, body=body)


def without_spans(content: Content) -> Content:
    """Let the heading do without cells merged over rows: its text stands in the lowest row, blanks above it.

    In a heading without lines nothing tells in which row such a cell begins.
    """
    heading = [list(row) for row in content.heading]
    for column in range(len(content.widths)):
        for row in range(len(heading) - 1):
            end = row
            while end + 1 < len(heading) and heading[end + 1][column] == "^":
                end += 1
            if end > row and heading[row][column] not in "<^":
                heading[row][column], heading[end][column] = "", heading[row][column]
                for between in range(row + 1, end):
                    heading[between][column] = ""
    return replace(content, heading=heading)
