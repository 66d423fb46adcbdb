"""What a value of an inbound message may be: the fields that the schemas are made of, on marshmallow.

A field has one method, `accept`, which is the whole check. `Contract.load` calls it directly; only when something is
wrong does marshmallow walk the message and name every fault. The JSON Schemas are made from these same fields.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, validates_schema

from event_contracts import envelope, inbound
from event_contracts.refusal import MAX_FAULTS, Fault

_MISSING = "缺少必填字段 / required, but missing"
_NULL = "不得为空 / must not be null"
_UNKNOWN = "未知字段 / unknown field"
_NO_OBJECT = "应为对象 / must be an object"


class Part(fields.Field[Any]):
    """One value of a message. An optional one may be null, which is the same as leaving it out."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(required=required, allow_none=not required, error_messages={"required": _MISSING, "null": _NULL})

    def accept(self, value: Any) -> Any:
        """The value in its Python type, or ValidationError. Subclasses say what is good."""
        raise ValidationError(_UNKNOWN)

    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema (2020-12)."""
        return {}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Any:
        return self.accept(value)


class Text(Part):
    """A text with at least one visible character and at most `longest` characters (code points)."""

    def __init__(self, longest: int, *, required: bool = True) -> None:
        super().__init__(required=required)
        self.longest = longest

    def accept(self, value: Any) -> str:
        if type(value) is not str:
            raise ValidationError("应为文本 / must be a text")
        if not value or value.isspace():
            raise ValidationError("不得为空文本 / must not be blank")
        if len(value) > self.longest:
            raise ValidationError(f"超过 {self.longest} 个字符 / longer than {self.longest} characters")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.longest, "pattern": r"\S"}


class Code(Part):
    """A text of a fixed shape. `hint` says which, to the sender."""

    def __init__(self, shape: str, hint: str, *, required: bool = True) -> None:
        super().__init__(required=required)
        self.shape = shape
        self.hint = hint
        self._matches = re.compile(shape).fullmatch

    def accept(self, value: Any) -> str:
        if type(value) is not str or self._matches(value) is None:
            raise ValidationError(self.hint)
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{self.shape}$"}


class UnitCode(Code):
    """The code of a unit; the words for the office and for ourselves are no units."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(envelope.UNIT_CODE.pattern, "应为单位代码 / must be a unit code, such as ZJJ", required=required)

    def accept(self, value: Any) -> str:
        code = super().accept(value)
        if code in inbound.NOT_UNITS:
            raise ValidationError(f"{code} 不是单位 / {code} is no unit")
        return code

    def schema(self) -> dict[str, Any]:
        return super().schema() | {"not": {"enum": sorted(inbound.NOT_UNITS)}}


class OneOf(Part):
    """A word of a closed list."""

    def __init__(self, words: Iterable[str], *, required: bool = True) -> None:
        super().__init__(required=required)
        self.words = tuple(words)

    def accept(self, value: Any) -> str:
        if type(value) is not str or value not in self.words:
            near = difflib.get_close_matches(value.upper(), self.words, n=1) if type(value) is str and len(value) < 64 else []
            hint = f"did you mean {near[0]}? " if near else ""
            raise ValidationError(f"不在允许的取值内 / {hint}must be one of {', '.join(self.words)}")
        return value

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


class Whole(Part):
    """An integer between two bounds, both included. `80.0` is one, as in JSON Schema; `true` is none."""

    def __init__(self, least: int, most: int, *, required: bool = True) -> None:
        super().__init__(required=required)
        self.least, self.most = least, most

    def accept(self, value: Any) -> int:
        if type(value) is float and value.is_integer():
            value = int(value)
        if type(value) is not int or not self.least <= value <= self.most:
            bounds = f"{self.least} 至 {self.most} 的整数 / must be an integer from {self.least} to {self.most}"
            raise ValidationError(f"应为 {bounds}")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class YesNo(Part):
    """true or false, and no word for it."""

    def accept(self, value: Any) -> bool:
        if type(value) is not bool:
            raise ValidationError("应为 true 或 false / must be true or false")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Day(Part):
    """A local date, `2026-03-02`, from 1970 to 2199."""

    _shape = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

    def accept(self, value: Any) -> date:
        if type(value) is str and self._shape.fullmatch(value):
            try:
                day = date.fromisoformat(value)
            except ValueError:
                pass
            else:
                if envelope.EARLIEST.date() <= day < envelope.LATEST.date():
                    return day
        raise ValidationError("应为日期 / must be a date such as 2026-03-02")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


class Instant(Part):
    """An RFC 3339 instant with offset; aware UTC afterwards."""

    def accept(self, value: Any) -> datetime:
        moment = envelope.instant(value)
        if moment is None:
            raise ValidationError("应为带时区的时间 / must be an instant with an offset, such as 2026-03-02T09:00:00+08:00")
        return moment

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


class Several(Part):
    """A list with at most `most` entries; an optional one may be empty, a required one only with `least` 0."""

    def __init__(self, entry: Part, most: int, *, required: bool = False, least: int | None = None) -> None:
        super().__init__(required=required)
        self.entry, self.most, self.least = entry, most, int(required) if least is None else least

    def accept(self, value: Any) -> list[Any]:
        if type(value) is not list:
            raise ValidationError("应为数组 / must be a list")
        if not self.least <= len(value) <= self.most:
            raise ValidationError(f"应有 {self.least} 至 {self.most} 项 / must have {self.least} to {self.most} entries")
        accept = self.entry.accept
        try:
            return [accept(entry) for entry in value]
        except ValidationError:
            raise ValidationError(dict(self._each_fault(value))) from None

    def _each_fault(self, value: list[Any]) -> Iterator[tuple[Any, Any]]:
        """The entries at fault, but not more than a refusal names: a hostile list could hold thousands."""
        left = MAX_FAULTS
        for index, entry in enumerate(value):
            try:
                self.entry.accept(entry)
            except ValidationError as error:
                yield index, error.messages
                left -= 1
                if not left:
                    return

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.entry.schema(), "minItems": self.least, "maxItems": self.most}


class Numbers(Part):
    """An object of names and counts."""

    _count = Whole(0, 10**15)

    def accept(self, value: Any) -> dict[str, int]:
        if type(value) is not dict or len(value) > 32:
            raise ValidationError("应为对象 / must be an object with at most 32 entries")
        counts = {}
        for name, count in value.items():
            try:
                counts[name] = self._count.accept(count)
            except ValidationError as error:
                raise ValidationError({name: error.messages}) from None
        return counts

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self._count.schema(), "maxProperties": 32}


class Points(Part):
    """Points as a decimal text with at most two places, `"0.50"`, to 9999.99 (domain.md d.11); `positive`: more than nothing."""

    _shape = re.compile(r"-?[0-9]{1,4}(\.[0-9]{1,2})?")

    _nothing_or_less = re.compile(r"-.*|0+(\.0+)?")

    def __init__(self, *, positive: bool = False, required: bool = True) -> None:
        super().__init__(required=required)
        self.positive = positive

    def accept(self, value: Any) -> Decimal:
        if type(value) is not str or not self._shape.fullmatch(value):
            raise ValidationError(
                '应为文本形式的分值，至多两位小数 / must be points as a text with at most two places, such as "0.50"'
            )
        if self.positive and self._nothing_or_less.fullmatch(value):
            raise ValidationError("应大于零 / must be more than nothing")
        return Decimal(value).quantize(Decimal("0.01"))

    def schema(self) -> dict[str, Any]:
        shape: dict[str, Any] = {"type": "string", "pattern": f"^{self._shape.pattern}$"}
        return shape | {"not": {"pattern": f"^({self._nothing_or_less.pattern})$"}} if self.positive else shape


class PointsByUnit(Part):
    """An object of unit codes and points."""

    MOST = 2000
    _unit, _points = UnitCode(), Points()

    def accept(self, value: Any) -> dict[str, Decimal]:
        if type(value) is not dict or len(value) > self.MOST:
            raise ValidationError(f"应为单位与分值的对象 / must be an object of units and points, at most {self.MOST}")
        found, faults = {}, {}
        for unit, points in value.items():
            try:
                found[self._unit.accept(unit)] = self._points.accept(points)
            except ValidationError as error:
                faults[unit] = error.messages
        if faults:
            raise ValidationError(dict(list(faults.items())[:MAX_FAULTS]))
        return found

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "propertyNames": self._unit.schema(),
            "additionalProperties": self._points.schema(),
            "maxProperties": self.MOST,
        }


class Document(Part):
    """An object whose inside is checked by whoever uses it, such as the parameters of a policy."""

    def accept(self, value: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise ValidationError(_NO_OBJECT)
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "object"}


class Contract(Schema):
    """One object of a message. `MAKES` is the class in `inbound.py` or `event.py` that handlers see."""

    MAKES: ClassVar[type[Any]]
    RULE: ClassVar[dict[str, Any]] = {}
    """What `disagreements` checks, in JSON Schema."""
    error_messages = {"unknown": _UNKNOWN, "type": _NO_OBJECT}  # noqa: RUF012 - marshmallow's own attribute

    class Meta:
        unknown = RAISE

    def __init__(self) -> None:
        super().__init__()
        self._plan = tuple((name, part.accept, part.required) for name, part in self.parts())
        self._names = frozenset(name for name, _, _ in self._plan)

    def parts(self) -> Iterator[tuple[str, Part]]:
        """The fields by their names on the wire."""
        for name, part in self.fields.items():
            assert isinstance(part, Part)
            yield name, part

    def disagreements(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        """Faults between fields that are each good by themselves, in marshmallow's form; none by default."""
        return {}

    def take(self, data: Any, pointer: str) -> tuple[Any, list[Fault]]:
        """The typed object and no faults; or None and every fault, with JSON pointers below `pointer`."""
        try:
            return self.load(data), []
        except ValidationError as error:
            return None, sorted(_faults(error.messages, pointer), key=lambda fault: fault["pointer"])

    def load(self, data: Any, **_: Any) -> Any:
        """The typed object, the straight way if all is well; else ValidationError with every fault."""
        try:
            values = self._straight(data)
        except ValidationError:
            values = None
        if values is None or self.disagreements(values):
            values = {name: value for name, value in super().load(data).items() if value is not None}
        return self.MAKES(**values)

    def _straight(self, data: Any) -> dict[str, Any] | None:
        """All values, or None when something is not as usual."""
        if type(data) is not dict or not data.keys() <= self._names:
            return None
        values = {}
        for name, accept, required in self._plan:
            value = data.get(name)
            if value is not None:
                values[name] = accept(value)
            elif required:
                return None
        return values

    @validates_schema
    def _agree(self, values: Mapping[str, Any], **_: Any) -> None:
        if faults := self.disagreements({name: value for name, value in values.items() if value is not None}):
            raise ValidationError(faults)

    def schema(self) -> dict[str, Any]:
        """This object as JSON Schema (2020-12)."""
        properties = {
            name: part.schema() if part.required else {"anyOf": [part.schema(), {"type": "null"}]} for name, part in self.parts()
        }
        required = [name for name, part in self.parts() if part.required]
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False} | self.RULE


class Group(Part):
    """A nested object."""

    def __init__(self, contract: type[Contract], *, required: bool = True) -> None:
        super().__init__(required=required)
        self.contract = contract()

    def accept(self, value: Any) -> Any:
        return self.contract.load(value)

    def schema(self) -> dict[str, Any]:
        return self.contract.schema()


class GroupOrText(Group):
    """A nested object, or only its `word` as a text, where the rest is optional: `"…"` for `{"text": "…"}`."""

    def __init__(self, contract: type[Contract], word: str = "text", *, required: bool = True) -> None:
        super().__init__(contract, required=required)
        self.word = word

    def accept(self, value: Any) -> Any:
        if type(value) is not str:
            return super().accept(value)
        try:
            return super().accept({self.word: value})
        except ValidationError as error:
            raise ValidationError(dict(error.messages_dict)[self.word]) from None

    def schema(self) -> dict[str, Any]:
        whole = super().schema()
        text = {key: value for key, value in whole["properties"][self.word].items() if key != "type"}
        rule = {key: whole.pop(key) for key in self.contract.RULE}  # `not` and `required` would judge a text, too
        return whole | text | {"type": ["object", "string"], "if": {"type": "object"}, "then": rule}


def _faults(messages: Any, pointer: str) -> Iterator[Fault]:
    """marshmallow's nested messages as JSON pointers (RFC 6901)."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            step = "" if key == "_schema" else "/" + str(key)[:64].replace("~", "~0").replace("/", "~1")
            yield from _faults(inner, pointer + step)
    else:
        for text in messages if isinstance(messages, list) else [messages]:
            yield envelope.fault(pointer, str(text))
