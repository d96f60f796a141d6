"""The reports of a made archive: their words, their tables with every number right, and the head of a decision.

Guarantee: what is made depends on the chance given alone, and all sums, percentages and differences hold. A table knows
how many values its body states. How a report is printed is not known here: `bench.archive` does that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

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
