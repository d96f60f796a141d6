"""`python -m bench.archive FOLDER --count 10000`: a large archive of municipal reports, to measure a whole run on.

Guarantee: the same seed gives the same files, byte for byte, and a larger count only adds to them. What each file is to
become is known from how it was made, never from how it was read. All sums, percentages and differences hold.

About half of the files are Word files and half PDFs with a text layer; one in a hundred is damaged, hostile or no
report, one is a copy of another under a name of its own. `FOLDER.json`, beside the folder, tells what to expect.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from hashlib import sha256
from html import escape
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tests import hostile
from tests.builders import CATALOG, NAMESPACES, RELATIONS, pdf_of, stream
from tests.samples import PDF, locked_word

HROMADAS = Path(__file__).parent.parent / "pipeline" / "hromadas.csv"
COMMUNITIES = 240
YEARS = range(2017, 2025)

EVERY = 100
"""One file of so many is hostile, and one is a copy."""

LONG = 115
"""Signs of the longest names: at two bytes each they are almost what file systems take."""

WHAT = (
    "Поточний ремонт", "Капітальний ремонт", "Утримання", "Обслуговування", "Придбання обладнання для",
    "Благоустрій прилеглої території", "Заміна вікон та дверей", "Встановлення освітлення біля",
    "Проведення обстеження", "Виготовлення проєктної документації на реконструкцію", "Оснащення меблями",
)  # fmt: skip
OF = (
    "закладу дошкільної освіти", "опорного ліцею", "міської бібліотеки", "центру надання соціальних послуг",
    "будинку культури", "амбулаторії загальної практики", "пожежної частини", "дитячого майданчика", "спортивної зали",
    "водонапірної башти", "адміністративної будівлі", "музичної школи", "укриття", "парку відпочинку",
)  # fmt: skip
STREETS = (
    "Незалежності",
    "Соборна",
    "Київська",
    "Лесі Українки",
    "Перемоги",
    "Садова",
    "Миру",
    "Захисників України",
    "Мазепи",
)
VILLAGES = (
    "Вербове", "Калинівка", "Іванівка", "Мала Слобода", "Ставище", "Заріччя", "Підгірне", "Новосілки", "Озерне", "Гай",
    "Білий Камінь", "Дубове", "Липівка", "Червона Гора", "Великий Яр", "Нова Рудня", "Степове", "Лугове", "Сади", "Рів",
)  # fmt: skip
EXECUTORS = (
    "Управління освіти", "Відділ культури", "КП «Водоканал»", "КНП «Лікарня»", "Відділ економіки", "КП «Благоустрій»",
    "Управління фінансів", "Служба у справах дітей", "Старости округів",
)  # fmt: skip
PROGRAMMES = (
    "благоустрою населених пунктів", "розвитку освіти", "розвитку культури", "соціального захисту населення",
    "підтримки сімей з дітьми", "питного водопостачання", "розвитку фізичної культури і спорту", "цифрового розвитку",
    "охорони навколишнього середовища", "розвитку місцевого самоврядування", "цивільного захисту населення",
)  # fmt: skip
SECTIONS = ("Заклади освіти", "Заклади культури", "Комунальне господарство", "Охорона здоров’я", "Соціальний захист")
RESULTS = ("Виконано", "Виконується", "Роботи завершено", "Перенесено на наступний рік", "Кошти не виділялись", "")
INCOME = {
    "10000000": "Податкові надходження", "11000000": "Податки на доходи, податки на прибуток",
    "11010000": "Податок та збір на доходи фізичних осіб", "11010100": "Податок на доходи із заробітної плати",
    "11010400": "Податок на доходи інші ніж заробітна плата", "11010500": "Податок на доходи за річними деклараціями",
    "11020200": "Податок на прибуток підприємств комунальної власності", "13000000": "Рентна плата",
    "13010200": "Рентна плата за спеціальне використання лісових ресурсів",
    "13030100": "Рентна плата за користування надрами", "14000000": "Внутрішні податки на товари та послуги",
    "14021900": "Пальне (вироблене)", "14031900": "Пальне (ввезене)", "14040000": "Акцизний податок з продажу товарів",
    "18000000": "Місцеві податки та збори", "18010000": "Податок на майно",
    "18010100": "Податок на житлову нерухомість юридичних осіб",
    "18010200": "Податок на житлову нерухомість фізичних осіб", "18010500": "Земельний податок з юридичних осіб",
    "18010600": "Орендна плата з юридичних осіб", "18010700": "Земельний податок з фізичних осіб",
    "18010900": "Орендна плата з фізичних осіб", "18030000": "Збір туристичний", "18050000": "Податок єдиний",
    "18050300": "Податок єдиний з юридичних осіб", "18050400": "Податок єдиний з фізичних осіб",
    "18050500": "Податок єдиний з сільгоспвиробників", "20000000": "Неподаткові надходження",
    "21010300": "Частина чистого прибутку комунальних підприємств", "21081100": "Адміністративні штрафи",
    "22010300": "Плата за реєстрацію юридичних осіб", "22012500": "Плата за надання інших адміністративних послуг",
    "22080400": "Надходження від орендної плати за майно", "22090100": "Державне мито", "24060300": "Інші надходження",
    "40000000": "Офіційні трансферти", "41020100": "Базова дотація", "41033900": "Освітня субвенція",
    "41053900": "Інші субвенції з місцевого бюджету",
}  # fmt: skip
OVER = {code: code.rstrip("0") for code in INCOME if any(c.startswith(code.rstrip("0")) for c in INCOME if c != code)}
"""Codes that are sums, with what the codes below them begin with."""

ACCOUNTS = {
    "1013 «Будинки, споруди»": ("Адмінбудівля", "Гараж", "Артезіанська свердловина", "Котельня", "Огорожа металева"),
    "1014 «Машини та обладнання»": ("Насос", "Ноутбук", "Генератор дизельний", "Принтер", "Котел газовий"),
    "1015 «Автомобілі та інше»": ("Автомобіль ВАЗ", "Причіп для вантажів", "Мотоцикл", "Автобус шкільний", "Сміттєвоз"),
    "1016 «Прилади та інвентар»": ("Поличка для документів", "Стіл офісний", "Дошка шкільна", "Сейф", "Світильник"),
}
INDICATORS = {
    "Населення": (("Чисельність постійного населення", "осіб"), ("Кількість народжених", "осіб")),
    "Промисловість": (("Обсяг реалізованої продукції", "млн грн"), ("Обсяг експорту товарів", "млн грн")),
    "Сільське господарство": (("Виробництво молока", "тонн"), ("Площа посівів", "га"), ("Виробництво зерна", "тонн")),
    "Ринок праці": (("Середньомісячна заробітна плата", "грн"), ("Кількість створених робочих місць", "одиниць")),
    "Освіта": (("Кількість учнів у ліцеях", "осіб"), ("Кількість дітей у дитячих садках", "осіб")),
    "Розвиток доріг": (("Протяжність відремонтованих доріг", "км"), ("Перевезено пасажирів", "тис. осіб")),
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What a run is to make of a file: its state, the reason word if it fails, how many values its tables state."""

    name: str
    state: str
    reason: str | None = None
    numbers: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it is drawn: `<` goes on with the cell on the left, `^` with the cell above.

    `widths` are relative, `header` counts rows, `numbers` counts the values printed in the body.
    """

    title: str
    widths: tuple[float, ...]
    rows: list[list[str]]
    header: int
    numbers: int

    def cells(self, row: int) -> Iterator[tuple[int, int, str, bool]]:
        """Give a row's cells: first column, the one after the last, text, whether they reach over all header rows."""
        texts = self.rows[row]
        for c, text in enumerate(texts):
            if text != "<":
                end = next((e for e in range(c + 1, len(texts)) if texts[e] != "<"), len(texts))
                tall = text == "^" or (row + 1 < self.header and self.rows[row + 1][c] == "^")
                yield c, end, text, tall


@dataclass(frozen=True, slots=True)
class Paper:
    """A report: the lines above its tables, these, and the line below."""

    head: tuple[str, ...]
    grids: tuple[Grid, ...]
    foot: str


class Figures:
    """Numbers as one clerk types them; `printed` counts those that are values."""

    def __init__(self, chance: Random) -> None:
        """Choose unit and decimals, what parts thousands, and what stands for nothing."""
        self.unit, self.places = chance.choice((("тис. грн", 1), ("тис. грн", 2), ("тис. грн", 3), ("грн", 2)))
        self.whole: int = 10**self.places
        self.gap = chance.choice((" ", "\u00a0", ""))
        self.nothing = chance.choice(("-", "---", ""))
        self.printed = 0

    def plan(self, chance: Random) -> int:
        """Give a round amount, counted in its last decimal."""
        return chance.randrange(1, 800) * 5 * self.whole * (1 if self.unit == "тис. грн" else 100)

    def money(self, amount: int) -> str:
        """Print an amount."""
        if not amount and self.nothing:
            return self.nothing
        self.printed += 1
        whole, rest = divmod(abs(amount), self.whole)
        return f"{'-' if amount < 0 else ''}{f'{whole:,}'.replace(',', self.gap)},{rest:0{self.places}d}"

    def percent(self, part: int, whole: int) -> str:
        """Print a share, rounded half up to one decimal."""
        if not part or not whole:
            return self.nothing or "-"
        self.printed += 1
        tenths = (2000 * part + whole) // (2 * whole)
        return f"{tenths // 10},{tenths % 10}"

    def count(self, number: int) -> str:
        """Print a whole number."""
        self.printed += 1
        return str(number)


# Tables


def _added(rows: Sequence[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)]


def measures(chance: Random, year: int, of: str) -> Grid:
    """Make a table of a programme's measures: plan, fact and percentage by years or by funds, in sections."""
    figures, years = Figures(chance), [year + i for i in range(chance.randint(1, 2))]
    funds = chance.random() < 0.35
    under = ["загальний фонд", "спеціальний фонд", "разом"] if funds else [f"{y} рік" for y in years]
    n, shares = len(under), 1 if funds else len(under)
    extras = sorted(chance.sample(range(3), k=min(chance.randint(1, 3), 8 - 2 * n - shares)))
    known = (("Строк виконання", 6.0), ("Виконавці", 8.0), ("Результати виконання", 9.0))
    left = [("№ з/п", 3.0), ("Зміст заходів", 15.0), *(known[i] for i in extras if i < 2)]
    right = [known[2]] if 2 in extras else []
    groups = ((f"Обсяг фінансування, {figures.unit}", n), (f"Профінансовано, {figures.unit}", n))
    top = [name for name, _ in left]
    for group, width in (*groups, ("Відсоток виконання", shares)):
        top += [group, *"<" * (width - 1)]
    top += [name for name, _ in right]
    rows = [top, ["^"] * len(left) + under * 2 + (["^"] if funds else under) + ["^"] * len(right)]

    def values(plan: Sequence[int], fact: Sequence[int]) -> list[str]:
        if funds:
            plan, fact = [*plan, sum(plan)], [*fact, sum(fact)]
        pairs = list(zip(fact, plan, strict=True))[-shares:]
        return [*map(figures.money, plan), *map(figures.money, fact), *(figures.percent(f, p) for f, p in pairs)]

    def total(label: str, items: list[tuple[list[int], list[int]]]) -> list[str]:
        plans, facts = zip(*items, strict=True)
        return ["", label, *[""] * (len(left) - 2), *values(_added(plans), _added(facts)), *[""] * len(right)]

    body, sections = round(15 + 45 * chance.random() ** 3), chance.randint(2, 4)
    everything = []
    for section in range(1, sections + 1):
        rows.append([f"Розділ {section}. {chance.choice(SECTIONS)}", *"<" * (len(top) - 1)])
        part = []
        for item in range(1, body // sections + 1):
            plan = [figures.plan(chance) if chance.random() < 0.9 else 0 for _ in range(2 if funds else n)]
            fact = [p * chance.choice((0, 1000, chance.randint(300, 1000))) // 1000 for p in plan]
            part.append((plan, fact))
            name = f"{chance.choice(WHAT)} {chance.choice(OF)}, вул. {chance.choice(STREETS)}, {chance.randint(1, 99)}"
            more = [f"{years[0]}-{years[-1] + 1} роки" if i == 0 else chance.choice(EXECUTORS) for i in extras if i < 2]
            results = [chance.choice(RESULTS) for _ in right]
            rows.append([f"{section}.{item}", name, *more, *values(plan, fact), *results])
        rows.append(total(f"Разом за розділом {section}", part))
        everything += part
    rows.append(total("Усього за Програмою", everything))
    widths = [width for _, width in left] + [6.5] * (2 * n) + [6.0] * shares + [width for _, width in right]
    title = f"Звіт про виконання заходів Програми {chance.choice(PROGRAMMES)} {of} за {year} рік"
    return Grid(title, tuple(widths), rows, 2, figures.printed)


def income(chance: Random, year: int, of: str) -> Grid:
    """Make a table of a budget's income by codes, with the sums of codes above others."""
    figures = Figures(chance)
    found: dict[str, list[int]] = {}
    for code in INCOME:
        if code not in OVER and (chance.random() < 0.8 or code == "41020100"):
            plan = figures.plan(chance) * 10
            period = plan * chance.choice((5, 6, 7)) // 10
            found[code] = [plan, period, period * chance.randint(700, 1300) // 1000]
    part = f"9 місяців {year} року, {figures.unit}"
    header = ["Код", "Найменування доходів", f"План на {year} рік, {figures.unit}", f"План на {part}"]
    header += [f"Надійшло за {part}", f"Відхилення до плану на період, {figures.unit}"]
    rows = [[*header, "Відсоток виконання плану на період"]]

    def line(code: str, name: str, amounts: Sequence[int]) -> list[str]:
        plan, period, fact = amounts
        return [code, name, *map(figures.money, (plan, period, fact, fact - period)), figures.percent(fact, period)]

    for code, name in INCOME.items():
        if code == "40000000":
            own = _added([amounts for code, amounts in found.items() if code < "40000000"])
            rows.append(line("", "Разом доходів (без трансфертів)", own))
        below = [amounts for other, amounts in found.items() if other.startswith(OVER.get(code, code))]
        if below:
            rows.append(line(code, name, _added(below)))
    rows.append(line("", "Усього доходів", _added(list(found.values()))))
    title = f"Звіт про надходження доходів до бюджету {of} за 9 місяців {year} року"
    return Grid(title, (6, 20, 8, 8, 8, 8, 7), rows, 1, figures.printed)


def assets(chance: Random, year: int, of: str) -> Grid:
    """Make a list of assets by accounts."""
    figures = Figures(chance)
    header = ["№ з/п", "Найменування майна", "Інвентарний номер", "Рік випуску", "Одиниця виміру", "Кількість"]
    header += [f"{name}, {figures.unit}" for name in ("Первісна вартість", "Сума зносу", "Залишкова вартість")]
    rows = [header]

    def values(count: int, first: int, worn: int) -> list[str]:
        return [figures.count(count), *map(figures.money, (first, worn, first - worn))]

    every: list[tuple[int, int, int]] = []
    for account in chance.sample(list(ACCOUNTS), k=3):
        rows.append([f"Рахунок {account}", *"<" * (len(header) - 1)])
        part = []
        for item in range(1, chance.randint(5, 16) + 1):
            first = figures.plan(chance)
            part.append((chance.randint(1, 9), first, first * chance.choice((1000, chance.randint(50, 990))) // 1000))
            name = f"{chance.choice(ACCOUNTS[account])}, вул. {chance.choice(STREETS)}"
            about = [f"{account[:4]}{item:05d}", str(chance.randint(1978, year)), "шт."]
            rows.append([str(len(every) + item), name, *about, *values(*part[-1])])
        rows.append(["", "Разом за рахунком", "", "", "", *values(*_added(part))])
        every += part
    rows.append(["", "Усього", "", "", "", *values(*_added(every))])
    title = f"Перелік майна комунальної власності {of} станом на 01.01.{year + 1}"
    return Grid(title, (3, 16, 8, 6, 6, 6, 9, 9, 9), rows, 1, figures.printed)


def indicators(chance: Random, year: int, of: str) -> Grid:
    """Make a table of indicators with their rates of growth."""
    figures = Figures(chance)
    top = ["№ з/п", "Найменування показника", "Одиниця виміру", f"{year - 1} рік (факт)", f"{year} рік", "<"]
    top += [f"{year + 1} рік", "<"]
    low = [*"^" * 4, "факт", f"у відсотках до {year - 1} року", "прогноз", f"темп росту до {year} року, відсотків"]
    rows = [top, low]
    for section, (name, known) in enumerate(INDICATORS.items(), start=1):
        rows.append([name, *"<" * (len(top) - 1)])
        for item, (what, unit) in enumerate(known * 2, start=1):
            where = "" if item <= len(known) else f" ({chance.choice(VILLAGES)})"
            past = chance.randrange(200, 9000)
            now, later = (past * chance.randint(800, 1250) // 1000 for _ in range(2))
            values = [figures.count(past), figures.count(now), figures.percent(now, past)]
            values += [figures.count(later), figures.percent(later, now)]
            rows.append([f"{section}.{item}", what + where, unit, *values])
    title = f"Основні показники соціально-економічного розвитку {of} за {year} рік"
    return Grid(title, (4, 20, 7, 7, 7, 8, 7, 8), rows, 2, figures.printed)


def requests(chance: Random, year: int, of: str) -> Grid:
    """Make a table of no known kind: requests of citizens by villages and quarters."""
    figures = Figures(chance)
    quarters = [f"{quarter} квартал {year}" for quarter in ("І", "ІІ", "ІІІ", "ІV")]
    rows = [["№ з/п", "Населений пункт", *quarters, f"Звернень за {year} рік"]]
    villages = VILLAGES[: chance.randint(15, len(VILLAGES))]
    numbers = [[chance.randint(1, 400) for _ in quarters] for _ in villages]
    for i, (village, row) in enumerate(zip(villages, numbers, strict=True), start=1):
        rows.append([str(i), f"с. {village}", *map(figures.count, (*row, sum(row)))])
    total = _added(numbers)
    rows.append(["", "Усього", *map(figures.count, (*total, sum(total)))])
    title = f"Відомості про розгляд звернень громадян {of} за {year} рік"
    return Grid(title, (3, 14, 7, 7, 7, 7, 8), rows, 1, figures.printed)


TABLES: tuple[Callable[[Random, int, str], Grid], ...] = (*[measures] * 6, income, assets, indicators, requests)


def paper(chance: Random, community: tuple[str, str], year: int, number: str) -> Paper:
    """Make a report of a community, given by name and kind: the head of a decision, a table or two."""
    name, kind = (f"{word[:-1]}ої" for word in community)
    of = f"{name} {kind} територіальної громади"
    grids = tuple(chance.choice(TABLES)(chance, year, of) for _ in range(1 + (chance.random() < 0.15)))
    day = f"{chance.randint(1, 28):02d}.{chance.randint(1, 12):02d}.{year + 1}"
    head: tuple[str, ...]
    if chance.random() < 0.5:
        head = (f"{' '.join(community)} рада", f"Рішення двадцятої сесії восьмого скликання від {day} № {number}")
    else:
        head = (f"Додаток 1 до рішення {name} {kind} ради від {day} № {number}",)
    return Paper(head, grids, f"Секретар ради {chance.choice(('Олена МОРОЗ', 'Ігор ПАНЧУК', 'Марія ЛИСАК'))}")


# Word

_LOOK = '<w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman"/><w:sz w:val="20"/></w:rPr>'
_MARK = 'w:rsidR="00A77B3E"'
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>'
)


def word(of: Paper) -> bytes:
    """Print a report as a Word file."""
    body = [_paragraph(text) for text in of.head]
    for grid in of.grids:
        body += [_paragraph(grid.title), _word_table(grid), _paragraph("")]
    page = '<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/></w:sectPr>'
    return _package("".join((*body, _paragraph(of.foot), page)))


def _package(body: str) -> bytes:
    """Give a Word file with this body; a `ZipInfo` bears no date but that of 1980."""
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, text in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", RELATIONS),
            ("word/document.xml", f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>"),
        ):
            archive.writestr(ZipInfo(name), text, ZIP_DEFLATED, 1)
    return out.getvalue()


def _paragraph(text: str, align: str = "center") -> str:
    run = f'<w:r>{_LOOK}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
    return f'<w:p {_MARK}><w:pPr><w:spacing w:after="0"/><w:jc w:val="{align}"/>{_LOOK}</w:pPr>{run}</w:p>'


def _word_table(grid: Grid) -> str:
    unit = 14000 / sum(grid.widths)
    widths = [round(width * unit) for width in grid.widths]
    parts = ['<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid>']
    parts += [f'<w:gridCol w:w="{width}"/>' for width in widths]
    parts.append("</w:tblGrid>")
    for r in range(len(grid.rows)):
        parts.append(f"<w:tr {_MARK}>")
        for c, end, text, tall in grid.cells(r):
            span = f'<w:gridSpan w:val="{end - c}"/>' if end - c > 1 else ""
            merge = "" if not tall else "<w:vMerge/>" if text == "^" else '<w:vMerge w:val="restart"/>'
            width = f'<w:tcW w:w="{sum(widths[c:end])}" w:type="dxa"/>'
            content = _paragraph("" if text == "^" else text, "left" if c == 1 else "center")
            parts.append(f"<w:tc><w:tcPr>{width}{span}{merge}</w:tcPr>{content}</w:tc>")
        parts.append("</w:tr>")
    parts.append("</w:tbl>")
    return "".join(parts)


# PDF

_SIZE, _LEADING, _PAD, _MARGIN = 8.0, 9.6, 2.5, 36.0
"""Points: the type of tables, its lines, what is free between text and cell, what is free around a page."""


@dataclass(frozen=True, slots=True)
class _Font:
    """The objects of an embedded font, numbered from 3; signs' codes in hexadecimal and widths in thousandths."""

    objects: tuple[bytes, ...]
    codes: dict[int, str]
    widths: dict[str, int]


@cache
def _font() -> _Font:
    """Take the font of the sample report, which holds the signs that the words here are spelled with."""
    whole = {int(m[1]): m[2] for m in re.finditer(rb"(\d+) 0 obj\s(.*?)\sendobj", PDF.read_bytes(), re.DOTALL)}
    first = max((n for n, content in whole.items() if b"/Subtype/TrueType" in content), key=lambda n: len(whole[n]))
    numbers, objects = [first], []

    def renumbered(reference: re.Match[bytes]) -> bytes:
        if int(reference[1]) not in numbers:
            numbers.append(int(reference[1]))
        return b"%d 0 R" % (3 + numbers.index(int(reference[1])))

    for number in numbers:
        head, mark, rest = whole[number].partition(b"stream")
        objects.append(re.sub(rb"(\d+) 0 R", renumbered, head) + mark + rest)
    widths = [int(w) for w in re.findall(rb"\d+", whole[first].partition(b"/Widths[")[2].partition(b"]")[0])]
    named = int(re.findall(rb"/ToUnicode (\d+)", whole[first])[0])
    to_unicode = zlib.decompressobj().decompress(whole[named].partition(b"stream")[2].lstrip())
    codes = {chr(int(m[2], 16)): m[1].decode() for m in re.finditer(rb"<(..)> <(....)>", to_unicode)}
    codes["\u00a0"] = codes[" "]
    return _Font(
        tuple(objects),
        {ord(sign): code for sign, code in codes.items()},
        {sign: widths[int(code, 16)] for sign, code in codes.items()},
    )


@lru_cache(maxsize=1 << 14)
def _width(text: str) -> float:
    """Give the width of a text at a size of one."""
    return sum(map(_font().widths.__getitem__, text)) / 1000


@lru_cache(maxsize=1 << 14)
def _wrapped(text: str, room: float) -> tuple[str, ...]:
    """Part a text into lines no wider than `room`, at a size of one."""
    if _width(text) <= room:
        return (text,)
    lines = [""]
    for piece in text.split(" "):
        longer = f"{lines[-1]} {piece}" if lines[-1] else piece
        if lines[-1] and _width(longer) > room:
            lines.append(piece)
        else:
            lines[-1] = longer
    return tuple(lines)


class _Pages:
    """Content streams in the making, page after page from the top; `y` is where the next thing goes."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.parts: list[list[str]] = []
        self.turn()

    def turn(self) -> None:
        """Begin a page; from the second on its number stands on top."""
        self.parts.append([])
        self.y = self.height - _MARGIN
        if len(self.parts) > 1:
            self.show(self.width / 2, self.y - _SIZE, str(len(self.parts)), _SIZE)
            self.y -= 20

    def show(self, x: float, y: float, text: str, size: float) -> None:
        """Print a text."""
        codes = text.translate(_font().codes)
        self.parts[-1].append(f"BT /F1 {size:g} Tf {x:.2f} {y:.2f} Td <{codes}> Tj ET\n")

    def rule(self, x: float, y: float, width: float, height: float) -> None:
        """Draw a line as Word does, as a thin bar."""
        self.parts[-1].append(f"{x:.2f} {y:.2f} {width:.2f} {height:.2f} re f\n")

    def paragraph(self, text: str) -> None:
        """Print a paragraph in the middle of the page."""
        lines = _wrapped(text, (self.width - 2 * _MARGIN) / 11)
        if self.y - 14 * len(lines) < _MARGIN:
            self.turn()
        for line in lines:
            self.y -= 14
            self.show((self.width - 11 * _width(line)) / 2, self.y, line, 11)
        self.y -= 6

    def table(self, grid: Grid) -> None:
        """Print a table; its header stands on its first page only."""
        unit = (self.width - 2 * _MARGIN) / sum(grid.widths)
        edges = [_MARGIN + unit * sum(grid.widths[:c]) for c in range(len(grid.widths) + 1)]
        cells = [list(grid.cells(r)) for r in range(len(grid.rows))]
        texts = {
            (r, c): _wrapped(text, (edges[end] - edges[c] - 2 * _PAD) / _SIZE) if text not in ("", "^") else ()
            for r, row in enumerate(cells)
            for c, end, text, _ in row
        }
        lines = [max((len(texts[r, c]) for c, _, _, tall in row if not tall), default=1) for r, row in enumerate(cells)]
        heights = [2 * _PAD + _LEADING * n for n in lines]
        deepest = max(len(texts[0, c]) for c, *_ in cells[0])
        heights[grid.header - 1] += max(0, 2 * _PAD + _LEADING * deepest - sum(heights[: grid.header]))
        for r, (row, height) in enumerate(zip(cells, heights, strict=True)):
            if self.y - (height if r else sum(heights[: grid.header + 1])) < _MARGIN:
                if r:
                    self.rule(_MARGIN, self.y, edges[-1] - _MARGIN, 0.5)
                self.turn()
            for c, end, text, tall in row:
                if text != "^":
                    full = sum(heights[: grid.header]) if tall else height
                    self.cell(edges[c], edges[end], full, texts[r, c], left=c == 1)
            self.y -= height
            self.rule(edges[-1], self.y, 0.5, height)
        self.rule(_MARGIN, self.y, edges[-1] - _MARGIN, 0.5)
        self.y -= 12

    def cell(self, x0: float, x1: float, height: float, lines: Sequence[str], *, left: bool) -> None:
        """Draw a cell's upper and left line and print its text."""
        self.rule(x0, self.y, x1 - x0, 0.5)
        self.rule(x0, self.y - height, 0.5, height)
        y = self.y - _PAD - _SIZE
        for line in lines:
            self.show(x0 + _PAD if left else (x0 + x1 - _SIZE * _width(line)) / 2, y, line, _SIZE)
            y -= _LEADING


def pdf(of: Paper) -> bytes:
    """Print a report as a PDF with a text layer."""
    pages = _Pages(*((842, 595) if any(len(grid.widths) > 7 for grid in of.grids) else (595, 842)))
    for text in of.head:
        pages.paragraph(text)
    for grid in of.grids:
        pages.paragraph(grid.title)
        pages.table(grid)
    pages.paragraph(of.foot)
    font = _font().objects
    kids = " ".join(f"{3 + len(font) + 2 * i} 0 R" for i in range(len(pages.parts)))
    objects = [CATALOG, f"<< /Type /Pages /Kids [{kids}] /Count {len(pages.parts)} >>".encode(), *font]
    for parts in pages.parts:
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {pages.width} {pages.height}] "
            f"/Contents {len(objects) + 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(stream(zlib.compress("".join(parts).encode(), 1), hostile.FLATE))
    return pdf_of(objects)


# What is no report

Maker = Callable[[Paper, int], bytes]


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _letter(number: int) -> Paper:
    return Paper((f"Повідомлення № {number}", "Сесія ради відбудеться у залі засідань."), (), "Секретар ради")


HOSTILE: dict[str, tuple[str, Maker, str, str]] = {
    "cut off Word file": (".docx", lambda of, _: _cut(word(of)), "quarantined", "damaged"),
    "cut off PDF": (".pdf", lambda of, _: _cut(pdf(of)), "quarantined", "damaged"),
    "nothing": (".docx", lambda _, __: b"", "refused", "empty"),
    "a web page": (".pdf", lambda _, n: b"<!DOCTYPE html><html><p>404: %d</p></html>" % n, "refused", "unsupported"),
    "locked PDF": (".pdf", lambda _, n: hostile.encrypted(b"%d" % n), "refused", "encrypted"),
    "locked Word file": (".docx", lambda _, n: locked_word() + b"%d" % n, "refused", "encrypted"),
    "white space that unpacks": (".docx", lambda _, n: _package(f"{n:>9000000}"), "refused", "limit:xml_ratio"),
    "a stream that unpacks": (
        ".pdf",
        lambda _, n: hostile.stream_bomb(70) + b"%%%d" % n,
        "refused",
        "limit:stream_bytes",
    ),
    "a page tree of itself": (".pdf", lambda _, n: hostile.own_page_tree() + b"%%%d" % n, "quarantined", "damaged"),
    "a million pages said": (".pdf", lambda _, n: hostile.page_count(1_000_000 + n), "refused", "limit:pages"),
    "a letter": (".docx", lambda _, n: word(_letter(n)), "refused", "no_tables"),
    "a letter as PDF": (".pdf", lambda _, n: pdf(_letter(n)), "refused", "no_tables"),
    "a program": (".docx", lambda _, n: b"MZ\x90\0" + bytes(1000) + b"%d" % n, "refused", "unsupported"),
    "XML that ends early": (".docx", lambda _, n: _package(f"<w:p><w:r><w:t>{n}"), "quarantined", "damaged"),
    "a picture's head": (".png", lambda _, n: b"\x89PNG\r\n\x1a\n" + bytes(20) + b"%d" % n, "quarantined", "damaged"),
}
"""By what it is: suffix, how it is made of a report and a number, the state it ends in, and the reason word."""


# The archive


def make(folder: Path, count: int, seed: int) -> list[Expected]:
    """Write so many files below the folder and give what each is to become, by name.

    Of files with the same bytes a run reads the first one by name, and the others are duplicates.
    """
    with HROMADAS.open(encoding="utf-8") as file:
        known = sorted({(row["name"], row["kind"]) for row in csv.DictReader(file)})
    communities = Random(seed).sample([c for c in known if set(c[0]) <= _font().widths.keys()], COMMUNITIES)
    written: dict[str, Expected] = {}
    same: dict[bytes, list[str]] = defaultdict(list)
    for index in range(count):
        chance = Random(f"{seed} {index}")
        community, year, number = chance.choice(communities), chance.choice(YEARS), str(index + 1)
        report = paper(chance, community, year, number)
        if index % EVERY == EVERY - 1:
            source = chance.choice([name for name, one in written.items() if one.state == "published"])
            stem, suffix = f"Копія {number}", Path(source).suffix
            data, ending = (folder / source).read_bytes(), written[source]
        elif index % EVERY == EVERY // 2:
            suffix, maker, state, reason = list(HOSTILE.values())[index // EVERY % len(HOSTILE)]
            stem, data, ending = f"{number} документ", maker(report, index), Expected("", state, reason)
        else:
            suffix, printer = chance.choice(((".docx", word), (".pdf", pdf)))
            stem, data = _stem(chance, report, number), printer(report)
            ending = Expected("", "published", None, sum(grid.numbers for grid in report.grids))
        name = f"{' '.join(community)} громада/{year}/{stem}{suffix}"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        written[name] = Expected(name, ending.state, ending.reason, ending.numbers)
        same[sha256(data).digest()].append(name)
    for names in same.values():
        for name in sorted(names)[1:]:
            written[name] = Expected(name, "duplicate", "duplicate")
    return [written[name] for name in sorted(written)]


def _stem(chance: Random, report: Paper, number: str) -> str:
    names = (f"Звіт № {number}", f"zvit_{number}", f"Додаток 1 до рішення {number}", f"{number}")
    if chance.random() < 0.02:
        return f"Додаток до рішення № {number}. {report.grids[0].title} {report.foot}"[:LONG].rstrip(" .")
    return chance.choice(names)


def main() -> int:
    """Write an archive, and beside it what to expect of each file."""
    parser = argparse.ArgumentParser(prog="python -m bench.archive", description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write; it must be empty or not there")
    parser.add_argument("--count", type=int, default=10_000, help="how many files (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="what the files are made from (default: %(default)s)")
    asked = parser.parse_args()
    folder: Path = asked.folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        parser.error(f"{asked.folder} is there and not empty; name a new folder")
    started = time.perf_counter()
    expected = make(folder, asked.count, asked.seed)
    seconds = time.perf_counter() - started
    manifest = folder.with_name(f"{folder.name}.json")
    manifest.write_text(json.dumps([asdict(one) for one in expected], ensure_ascii=False, indent=1), encoding="utf-8")
    states = ", ".join(f"{n} {state}" for state, n in sorted(Counter(one.state for one in expected).items()))
    print(f"{asked.count} files in {seconds:.1f} s; to become: {states}. What each becomes: {manifest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
