"""Old and new code side by side on one schema: expand, migrate, contract.

The old code is the sample service; the new one is a copy of it with a column more, written when the test runs.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from service_chassis.errors import ConfigError
from service_chassis.persistence import migrations
from service_chassis.persistence.database import Database

DESK = Path(__file__).resolve().parent.parent / "desk" / "desk"
EXPAND = '''"""A column more; old code does not know it and goes on."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    op.add_column("note", sa.Column("colour", sa.Text))
'''
CONTRACT = '''"""The title goes, once no old code runs."""

from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    op.drop_column("note", "title")
'''


@pytest.fixture
def new(tmp_path: Path) -> dict[str, str]:
    """The setting that starts the new release: where its code lies."""
    folder = tmp_path / "new"
    shutil.copytree(DESK, folder / "desk", ignore=shutil.ignore_patterns("__pycache__"))
    service = folder / "desk" / "service.py"
    text = service.read_text("utf-8")
    assert text.count('sa.Column("title", sa.Text)') == text.count('"title": data.title}') == 1
    text = text.replace('sa.Column("title", sa.Text)', 'sa.Column("title", sa.Text), sa.Column("colour", sa.Text)')
    service.write_text(text.replace('"title": data.title}', '"title": data.title, "colour": "new"}'), "utf-8")
    (folder / "desk" / "migrations" / "m0002_before_colours.py").write_text(EXPAND, "utf-8")
    return {"PYTHONPATH": str(folder)}


def steps(folder: Path, name: str, *contents: tuple[str, str]) -> str:
    """A package of migrations, by name: the sample service's first step and these."""
    (folder / name).mkdir()
    shutil.copy(DESK / "migrations" / "m0001_before_first_tables.py", folder / name)
    for file, text in (("__init__.py", ""), *contents):
        (folder / name / file).write_text(text, "utf-8")
    return name


def test_code_goes_on_over_a_newer_schema_that_only_adds_and_stops_where_something_is_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    expand, contract = ("m0002_before_colours.py", EXPAND), ("m0003_after_old_code.py", CONTRACT)
    old, new = steps(tmp_path, "steps_old"), steps(tmp_path, "steps_new", expand)
    newest = steps(tmp_path, "steps_newest", expand, contract)
    database = Database(f"sqlite:///{tmp_path / 'desk.sqlite'}", "desk")
    assert migrations.migrate(database, old) == migrations.check(database, old) == "0001"
    assert [migrations.newest(package) for package in (old, new, newest)] == ["0001", "0002", "0003"]
    with pytest.raises(ConfigError, match="this code needs 0002"):
        migrations.check(database, new)
    assert migrations.migrate(database, new) == "0002"
    assert migrations.check(database, old) == "0002"
    with pytest.raises(ConfigError, match="newer"):
        migrations.migrate(database, old)
    migrations.migrate(database, newest)
    assert migrations.check(database, newest) == "0003"
    for behind in (old, new):
        with pytest.raises(ConfigError, match="newer. Start the newer release"):
            migrations.check(database, behind)
    database.close()


@pytest.mark.parametrize("package", ["intake", "escalation", "scoring", "notify"])
def test_the_quick_look_at_the_newest_revision_agrees_with_the_order_of_all(package: str) -> None:
    assert migrations.newest(f"{package}.migrations") == migrations.head(f"{package}.migrations")


def colours(city: Any) -> list[str | None]:
    return [row[0] for row in city.sql("SELECT colour FROM note ORDER BY id")]


@pytest.mark.full
def test_old_and_new_code_run_side_by_side_until_the_schema_takes_something_away(city: Any, new: dict[str, str]) -> None:
    old = city.start("consume").wait_until_ready()
    city.publish("by old code")
    city.until(lambda: len(city.notes()) == 1, "the old code writes")

    assert city.run("migrate", **new).returncode == 0
    city.publish("by old code on the new schema")
    city.until(lambda: colours(city) == [None, None], "the old code goes on over the new schema")
    assert "schema 0002" in city.run("check").stdout, "old code that starts now starts, too"

    beside = city.start("consume", **new).wait_until_ready()
    assert old.end() == 0
    city.publish("by new code")
    city.until(lambda: colours(city) == [None, None, "new"], "the new code took over")
    again = city.start("consume").wait_until_ready()
    assert beside.end() == 0
    city.publish("by old code again")
    city.until(lambda: colours(city) == [None, None, "new", None], "back to the old release, without a loss")
    assert city.sql("SELECT count(*), count(DISTINCT message_id) FROM outbox") == [(4, 4)]

    (Path(new["PYTHONPATH"]) / "desk" / "migrations" / "m0003_after_old_code.py").write_text(CONTRACT, "utf-8")
    assert again.end() == 0
    assert city.run("migrate", **new).returncode == 0
    refused = city.run("check")
    assert refused.returncode == 2
    assert "newer. Start the newer release" in refused.stderr
