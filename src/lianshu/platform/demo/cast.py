"""Who takes part in the demonstration, and what every step needs to look up.

All names are fictional: regions whose codes exist nowhere, persons whose given name is 示例, firms with credit
codes of a registry that does not exist.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from lianshu.organisation.models import Chain, Person, Region, Unit, User
from lianshu.reference.periods import Kind, Period

FILES = Path(__file__).parent / "files"
CITY_PLAN = FILES / "望澜市制造业重点产业链链长制行动方案.txt"
COUNTY_PLAN = FILES / "青澜县重点产业链链长制实施方案.docx"
NEIGHBOUR_PLAN = FILES / "禾渡县重点产业链链长制工作方案.txt"

PROVINCE, CITY, COUNTY, NEIGHBOUR = "990000", "990100", "990121", "990122"
PASSWORD = "Shili-mima-2026"  # noqa: S105 - of demonstration accounts, shown on their sign-in page
CHAINS = ("电子元器件", "精密铸件", "生态茶饮", "竹基新材料")


@dataclass(frozen=True, slots=True)
class Account:
    """A demonstration account. ``chain`` is a chain's place in `CHAINS`; ``own`` limits to the unit's rows."""

    username: str
    name: str
    role: str
    words: str
    region: str = COUNTY
    unit: str = ""
    chain: int | None = None
    own: bool = False
    listed: bool = True


ACCOUNTS = (
    Account("zonglianban", "周示例", "general_office", "总链办（青澜县）", unit="青澜县总链办"),
    Account("lianzhang", "陈示例", "chief", "链长（电子元器件）", chain=0),
    Account("zonglianzhang", "李示例", "general_chief", "总链长（县长）"),
    Account("zhengwei", "王示例", "commissar", "政委（县委书记）"),
    Account("liantiaoban", "吴示例", "chain_office", "链条办（电子元器件）", unit="电子元器件链条办", chain=0),
    Account("liantiaoban2", "郑示例", "chain_office", "链条办（精密铸件）", unit="精密铸件链条办", chain=1, listed=False),
    Account("liantiaoban3", "冯示例", "chain_office", "链条办（生态茶饮）", unit="生态茶饮链条办", chain=2, listed=False),
    Account("liantiaoban4", "褚示例", "chain_office", "链条办（竹基新材料）", unit="竹基新材料链条办", chain=3, listed=False),
    Account("zirangju", "卫示例", "responsible_unit", "责任单位（县自然资源局）", unit="青澜县自然资源局", own=True),
    Account("gongxinju", "蒋示例", "responsible_unit", "责任单位（县工信局）", unit="青澜县工信局", own=True, listed=False),
    Account("fagaiju", "沈示例", "responsible_unit", "责任单位（县发改局）", unit="青澜县发改局", own=True, listed=False),
    Account("kejiju", "韩示例", "responsible_unit", "责任单位（县科技局）", unit="青澜县科技局", own=True, listed=False),
    Account("renshenju", "杨示例", "responsible_unit", "责任单位（县人社局）", unit="青澜县人社局", own=True, listed=False),
    Account("tongjiju", "朱示例", "responsible_unit", "责任单位（县统计局）", unit="青澜县统计局", own=True, listed=False),
    Account("ducha", "秦示例", "supervisor", "督查考核（青澜县）"),
    Account("shiji", "许示例", "observer", "上级查看（望澜市）", region=CITY),
    Account("linxian", "何示例", "general_office", "邻县总链办（禾渡县）", region=NEIGHBOUR, unit="禾渡县总链办"),
    Account("xitong", "系统管理员", "system_admin", "系统管理员", region=PROVINCE),
    Account("anquan", "安全管理员", "security_admin", "安全管理员", region=PROVINCE),
    Account("shenji", "审计管理员", "audit_admin", "审计管理员", region=PROVINCE),
)  # fmt: skip


@dataclass
class Demo:
    """One building of the demonstration: today, the year before it, and the rows by name."""

    today: dt.date
    _units: dict[str, Unit] = field(default_factory=dict)

    @cached_property
    def start(self) -> dt.date:
        """The first day of the year of operations: the first of the month a year ago."""
        return self.today.replace(year=self.today.year - 1, day=1)

    @property
    def year(self) -> int:
        """The year whose task list runs: in January still the old one."""
        return (self.today - dt.timedelta(days=31)).year

    def day(self, back: int) -> dt.date:
        """``back`` days before today, a Monday to Friday."""
        day = self.today - dt.timedelta(days=back)
        return day - dt.timedelta(days=max(0, day.weekday() - 4))

    def months(self, count: int) -> list[Period]:
        """The last finished months, oldest first."""
        last = Period.containing(self.today, Kind.MONTH)
        return [last.shift(-back) for back in range(count, 0, -1)]

    def quarters(self, count: int) -> list[Period]:
        """The last finished quarters, oldest first."""
        last = Period.containing(self.today, Kind.QUARTER)
        return [last.shift(-back) for back in range(count, 0, -1)]

    @staticmethod
    def dice(name: str) -> random.Random:
        """Chance that falls the same way every time."""
        return random.Random(name)  # noqa: S311 - for made-up data

    @cached_property
    def city(self) -> Region:
        return Region._base_manager.get(code=CITY)

    @cached_property
    def county(self) -> Region:
        return Region._base_manager.get(code=COUNTY)

    @cached_property
    def neighbour(self) -> Region:
        return Region._base_manager.get(code=NEIGHBOUR)

    @cached_property
    def chains(self) -> list[Chain]:
        """The county's four chains in the order of `CHAINS`."""
        found = {chain.name: chain for chain in Chain._base_manager.filter(region=self.county)}
        return [found[name] for name in CHAINS]

    def unit(self, name: str) -> Unit:
        """A unit of the county by its name, or by its name without the county's."""
        if not self._units:
            self._units = {unit.name: unit for unit in Unit._base_manager.filter(region=self.county)}
        return self._units.get(name) or self._units[f"青澜县{name}"]

    def office(self, number: int) -> Unit:
        """The office of a chain."""
        return self.unit(f"{CHAINS[number]}链条办")

    @cached_property
    def _users(self) -> dict[str, User]:
        return {user.username: user for user in User.objects.filter(simulated=True)}

    def user(self, username: str) -> User:
        """A demonstration account."""
        return self._users[username]

    @cached_property
    def general(self) -> User:
        """The general office's account."""
        return self.user("zonglianban")

    def clerk(self, number: int) -> User:
        """The account of a chain's office."""
        return self.user("liantiaoban" + ("" if number == 0 else str(number + 1)))

    def speaker(self, unit: Unit | None) -> User:
        """Who reports for a unit: its own account, else the general office on its behalf."""
        own = (user for user in self._users.values() if unit is not None and user.unit_id == unit.pk)
        return next(own, self.general)

    def person(self, title: str) -> Person:
        """A person of the county by the office held."""
        return Person._base_manager.get(region=self.county, title=title)
