"""The units of the sample city: Xianyang's districts, counties and departments, with how they perform in the story.

The bodies are real, their performance is invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """Objects of supervision (Decree 733 art. 5)."""

    DEPARTMENT = "市直部门 / department"
    GOVERNMENT = "县市区政府 / lower government"
    PUBLIC_BODY = "承担公共职能的组织 / public body"


class Record(Enum):
    """How a unit works in the story."""

    EXEMPLARY = "exemplary"
    STEADY = "steady"
    UNEVEN = "uneven"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its code on the wire, its short name, its field of work and its record."""

    code: str
    name: str
    kind: Kind
    field: str
    record: Record


def department(code: str, name: str, field: str, record: Record) -> Unit:
    return Unit(code, name, Kind.DEPARTMENT, field, record)


def government(code: str, name: str, record: Record) -> Unit:
    return Unit(code, name, Kind.GOVERNMENT, "county", record)


def public_body(code: str, name: str, field: str, record: Record) -> Unit:
    return Unit(code, name, Kind.PUBLIC_BODY, field, record)


UNITS: tuple[Unit, ...] = (
    department("ZJJ", "市住建局", "housing", Record.UNEVEN),
    department("HBJ", "市生态环境局", "environment", Record.STEADY),
    department("JTJ", "市交通局", "transport", Record.UNEVEN),
    department("SLJ", "市水利局", "water", Record.POOR),
    department("JYJ", "市教育局", "education", Record.EXEMPLARY),
    department("FGW", "市发改委", "economy", Record.STEADY),
    department("KJJ", "市科技局", "economy", Record.STEADY),
    department("GXJ", "市工信局", "economy", Record.UNEVEN),
    department("GAJ", "市公安局", "safety", Record.EXEMPLARY),
    department("MZJ", "市民政局", "welfare", Record.EXEMPLARY),
    department("SFJ", "市司法局", "service", Record.STEADY),
    department("CZJ", "市财政局", "service", Record.STEADY),
    department("RSJ", "市人社局", "welfare", Record.STEADY),
    department("ZRJ", "市自然资源局", "land", Record.POOR),
    department("CGJ", "市城管局", "housing", Record.UNEVEN),
    department("NYJ", "市农业农村局", "farming", Record.STEADY),
    department("SWJ", "市商务局", "economy", Record.STEADY),
    department("WLJ", "市文旅局", "culture", Record.STEADY),
    department("WJW", "市卫健委", "health", Record.STEADY),
    department("YJJ", "市应急管理局", "safety", Record.EXEMPLARY),
    department("SCJ", "市市场监管局", "safety", Record.STEADY),
    department("TYJ", "市体育局", "culture", Record.UNEVEN),
    department("LYJ", "市林业局", "land", Record.STEADY),
    department("YBJ", "市医保局", "health", Record.EXEMPLARY),
    department("SPJ", "市行政审批局", "service", Record.EXEMPLARY),
    department("XFJ", "市信访局", "service", Record.STEADY),
    government("QDQ", "秦都区政府", Record.POOR),
    government("WCQ", "渭城区政府", Record.UNEVEN),
    government("XPS", "兴平市政府", Record.STEADY),
    government("BZS", "彬州市政府", Record.STEADY),
    government("WGX", "武功县政府", Record.UNEVEN),
    government("QX", "乾县政府", Record.STEADY),
    government("LQX", "礼泉县政府", Record.UNEVEN),
    government("JYX", "泾阳县政府", Record.STEADY),
    government("SYX", "三原县政府", Record.EXEMPLARY),
    government("YSX", "永寿县政府", Record.POOR),
    government("CWX", "长武县政府", Record.STEADY),
    government("XYX", "旬邑县政府", Record.STEADY),
    government("CHX", "淳化县政府", Record.UNEVEN),
    public_body("GXQ", "高新区管委会", "economy", Record.STEADY),
    public_body("GJJ", "市住房公积金管理中心", "service", Record.STEADY),
    public_body("GJC", "市公共交通集团", "transport", Record.UNEVEN),
)

BY_CODE: dict[str, Unit] = {unit.code: unit for unit in UNITS}


def name_of(code: str) -> str:
    """The unit's short name, or its code where the city does not know it."""
    unit = BY_CODE.get(code)
    return unit.name if unit else code
