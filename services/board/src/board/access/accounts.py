"""The board's own accounts: what may be written into one, and that somebody always remains who can administer them.

Each change is one transaction with its line in the record, and ends the sessions of the account that it changes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from event_contracts.envelope import UNIT_CODE

from board.access import passwords
from board.access.roles import NAME, ROLES, UNITS
from board.domain.texts import as_text
from board.errors import Refused
from board.store import accounts, people

ADMINISTRATOR = "OPERATOR"
"""Who keeps accounts: the role without business content (domain.md d.14), so nobody decides about matters and about accounts."""
LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,63}")
LONGEST_NAME = 128
LAST = "这是最后一个可用的运维员账号，请先另设一个 / this is the last operator who can sign on; make another one first"
ELSEWHERE = "该账号由统一身份认证管理，请在那里修改 / this account is kept by the sign-on server; change it there"


@dataclass(frozen=True, slots=True)
class Register:
    """The accounts as one administrator changes them, at one instant."""

    connection: Any
    by: str
    now: datetime

    def create(self, login: str, name: str, role: str, unit: str | None) -> str:
        """A new account; returns its first password, which is kept nowhere. Refused with what is wrong."""
        if LOGIN.fullmatch(login) is None:
            text = "账号为2至64个字母、数字或 . _ @ - / an account has 2 to 64 letters, digits or . _ @ -"
            raise Refused("LOGIN", text)
        if people.one(self.connection, login) is not None:
            raise Refused("LOGIN", "账号已存在 / there is such an account")
        password = passwords.first_password()
        row = {"login": login} | checked(name, role, unit)
        people.put(self.connection, row | {"password": passwords.hashed(password), "must_change": True, "locked": False})
        self._note(login, "CREATED", _told(row))
        return password

    def reset(self, login: str) -> str:
        """Another first password; returns it."""
        self._own(login)
        password = passwords.first_password()
        accounts.change(self.connection, login, password=passwords.hashed(password), must_change=True)
        self._note(login, "RESET")
        return password

    def change(self, login: str, name: str, role: str, unit: str | None) -> None:
        """Name, role and unit."""
        before, after = self._own(login), checked(name, role, unit)
        if after["role"] != ADMINISTRATOR:
            self._keep_one(login)
        accounts.change(self.connection, login, **after)
        self._note(login, "CHANGED", f"{_told(before)} → {_told(after)}")

    def close(self, login: str) -> None:
        """Nobody signs on with it any more, also not from elsewhere."""
        self._known(login)
        self._keep_one(login)
        accounts.change(self.connection, login, locked=True)
        self._note(login, "CLOSED")

    def open(self, login: str) -> None:
        """It may be used again."""
        self._known(login)
        accounts.change(self.connection, login, locked=False)
        self._note(login, "OPENED")

    def sign_out(self, login: str) -> int:
        """Its sessions end everywhere; returns how many it were."""
        self._known(login)
        ended = accounts.end_sessions(self.connection, login)
        self._note(login, "SIGNED_OUT", str(ended))
        return ended

    def _keep_one(self, login: str) -> None:
        if accounts.usable(self.connection, ADMINISTRATOR) == [login]:
            raise Refused("LAST", LAST)

    def _known(self, login: str) -> dict[str, Any]:
        found = people.one(self.connection, login)
        if found is None:
            raise Refused("LOGIN", "没有这个账号 / there is no such account")
        return found

    def _own(self, login: str) -> dict[str, Any]:
        """An account whose password the board knows."""
        found = self._known(login)
        if found["password"] is None:
            raise Refused("ELSEWHERE", ELSEWHERE)
        return found

    def _note(self, login: str, what: str, detail: str = "") -> None:
        accounts.note(self.connection, self.by, login, what, as_text(self.now), detail)


def checked(name: str, role: str, unit: str | None) -> dict[str, Any]:
    """Name, role and unit as they are kept; Refused with what is wrong."""
    name, unit = name.strip(), (unit or "").strip()
    if NAME.fullmatch(name) is None:
        raise Refused("NAME", f"请写明姓名（至多{LONGEST_NAME}字） / give a name of at most {LONGEST_NAME} characters")
    if role not in ROLES:
        raise Refused("ROLE", "请选择角色 / choose a role")
    if role in UNITS and UNIT_CODE.fullmatch(unit) is None:
        raise Refused("UNIT", "该角色须填写单位代码，如 ZJJ / this role speaks for a unit: give its code, e.g. ZJJ")
    return {"name": name, "role": role, "unit": unit if role in UNITS else None}


def _told(row: dict[str, Any]) -> str:
    return " ".join(str(row[key]) for key in ("name", "role", "unit") if row[key])
