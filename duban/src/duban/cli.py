"""The command line. Every subcommand imports what it needs when it is called, so that `duban --help` answers at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date
from functools import partial, wraps
from pathlib import Path
from typing import Any

import click

from duban.options import local_day, seconds
from duban.reaching import broker, broker_options, is_named

WRONG_INPUT = 2
"""Exit code for a wrong argument, file, setting, or missing server."""

HELP = {"help_option_names": ["-h", "--help"]}


def one_line(command: Callable[..., Any]) -> Callable[..., Any]:
    """What is wrong with the input is said in one line, with exit code 2 and without a traceback."""

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        from service_chassis.errors import ConfigError, Retry

        try:
            return command(*args, **kwargs)
        except (ConfigError, Retry) as error:
            click.echo("duban: " + " ".join(str(error).split()), err=True)
            sys.exit(WRONG_INPUT)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)

    return guarded


@click.group(context_settings=HELP, help="督办：三色督办单事件链 / duban: matters go in, white, yellow and red slips come out.")
@click.version_option(package_name="supervision-duban", prog_name="duban")
def main() -> None:
    """The group of all commands."""


@main.command(context_settings=HELP)
@click.argument("events", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--policy", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="overrides of the default policy (TOML)"
)
@click.option("--until", callback=local_day, metavar="DATE", help="the last local day that is played, e.g. 2026-12-31")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="folder for what comes out, as JSON and as a chart")
@click.option("--json", "as_json", is_flag=True, help="the outcome, or the comparison, on standard output")
@click.option(
    "--compare",
    "other",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="B.toml",
    help="另一政策，逐单位比较 / a second policy: what each unit would have got differently",
)
@one_line
def rehearse(events: Path, policy: Path | None, until: date | None, out: Path | None, as_json: bool, other: Path | None) -> None:
    """在虚拟时钟上演练 EVENTS（.jsonl 或 .jsonl.gz）/ rehearse a file of messages on a virtual clock."""
    if other is None:
        rehearse_one(events, policy, until, out, as_json)
    else:
        rehearse_both(events, policy, other, until, out, as_json)


def rehearse_one(events: Path, policy: Path | None, until: date | None, out: Path | None, as_json: bool) -> None:
    """One policy: its outcome."""
    from duban import outcome, rehearse

    found_policy, overrides = rehearse.read_policy(policy)
    wanted = rehearse.Rehearsal(events, found_policy, until, out, overrides)
    found = rehearse.rehearse(wanted, lambda text: click.echo(text, err=True))
    if as_json:
        outcome.write(found, sys.stdout.buffer)
        sys.stdout.flush()
        return
    for line in outcome.summary(found):
        click.echo(line)
    if out is not None:
        click.echo(f"{out / 'outcome.json'}  {out / 'published.jsonl'}")


def rehearse_both(events: Path, a: Path | None, b: Path, until: date | None, out: Path | None, as_json: bool) -> None:
    """Two policies: how their outcomes differ."""
    from duban import compare, table

    found = compare.compare(compare.Wanted(events, a, b, until, out), lambda text: click.echo(text, err=True))
    if as_json:
        sys.stdout.buffer.write(compare.encoded(found))
        sys.stdout.flush()
        return
    table.show(found, sys.stdout)
    if out is not None:
        click.echo(f"{out / 'compare.json'}  {out / 'compare.html'}")


@main.command(context_settings=HELP)
@click.argument("matter")
@click.option("--unit", metavar="CODE", help="只看这个单位 / only this unit's part")
@click.option("--events", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="messages that are rehearsed first")
@click.option(
    "--policy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="with --events: overrides of the default policy",
)
@click.option("--until", callback=local_day, metavar="DATE", help="with --events: the last local day that is played")
@click.option(
    "--out",
    "left",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="the folder that `duban rehearse --out` or `duban run` left",
)
@click.option("--json", "as_json", is_flag=True, help="as JSON")
@one_line
def explain(left: Path | None, as_json: bool, **asked: Any) -> None:
    """逐日说明事项 MATTER 的期限，为何升级或未升级 / why a matter has, or has not, escalated; each deadline day by day."""
    from duban import explain

    told = explain.explain(explain.Question(left=left, **asked), lambda text: click.echo(text, err=True))
    if as_json:
        sys.stdout.buffer.write(explain.encoded(told))
        sys.stdout.flush()
    else:
        click.echo(explain.as_text(told))


@main.command(context_settings=HELP)
@click.option(
    "--speed", type=click.FloatRange(min=0, min_open=True), envvar="SPEED", help="1 = real time; default: one day per second"
)
@click.option("--fresh", is_flag=True, envvar="FRESH", help="start over: forget what is under --folder")
@click.option("--for", "lasting", callback=seconds, envvar="FOR", metavar="TIME", help="stop by itself, e.g. after 20s")
@click.option("--until", callback=local_day, metavar="DATE", help="stop by itself at the end of this day of the city")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=Path("var/city"), show_default=True)
@click.option(
    "--slips",
    type=click.Path(file_okay=False, path_type=Path),
    help="打印督办单的目录 / where slips are printed; default: beside --folder",
)
@click.option(
    "--board",
    default="127.0.0.1:8000",
    envvar="BOARD",
    show_default=True,
    metavar="HOST:PORT",
    help="看板地址，off 为不开 / where the board opens; off: nowhere",
)
@one_line
def run(
    speed: float | None, fresh: bool, lasting: float | None, until: date | None, folder: Path, slips: Path | None, board: str
) -> None:
    """在本机运行示例城市 / run the whole chain here with a sample city, live. Ctrl-C stops, the next start goes on."""
    click.echo("示例城市启动中 … / starting the sample city …")
    from duban import run, site

    at = site.address(board)
    wanted = run.Wanted(folder, speed or run.DAY_PER_SECOND, fresh, lasting, until, slips or folder.parent / "slips", at)
    run.run(wanted, sys.stdout)


@main.command(context_settings=HELP)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@broker_options
@click.option(
    "--as", "sender", metavar="CODE", help="only messages of this sender (ZJJ, OFFICE); default: each line's own source"
)
@one_line
def publish(file: Path, sender: str | None, **way: str | None) -> None:
    """向 duban.inbound 发送 FILE 中的消息 / send the messages of a file as a department's system does."""
    from duban import publish

    publish.publish(file, broker(way), sender, sys.stderr)


@main.command(context_settings=HELP)
@click.argument("pattern", default="#")
@broker_options
@click.option("--json", "as_json", is_flag=True, help="the events as they are, one a line")
@click.option("--exchange", default="duban.events", show_default=True, help="duban.rejected shows refusals")
@click.option("--count", type=click.IntRange(min=1), help="stop after so many events")
@click.option(
    "--from", "since", callback=local_day, metavar="DATE", help="from the archive: what was published since then, to its end"
)
@click.option("--follow", is_flag=True, help="with --from: and then what comes")
@one_line
def watch(
    pattern: str, as_json: bool, exchange: str, count: int | None, since: date | None, follow: bool, **way: str | None
) -> None:
    """订阅并显示事件 / show the events that match PATTERN, e.g. 'escalation.slip.issued.#', as an integrator would see them."""
    from duban import watch

    if since is None:
        watch.watch(pattern, broker(way), exchange, as_json, count, sys.stdout)
    else:
        watch.replay(pattern, broker(way), since, follow, as_json, count, sys.stdout)


@main.command(context_settings=HELP)
@click.option("--year", type=click.IntRange(1949, 9999), required=True, help="年度 / the year")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="published.jsonl of a rehearsal, or broker.sqlite of `duban run`; without it the stream duban.archive",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="FILE.xlsx, .csv or .json")
@click.option(
    "--units",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="单位名录 / list of units with their groups: CSV with the heading code,name,group",
)
@broker_options
@one_line
def indicators(year: int, source: Path | None, out: Path, units: Path | None, **way: str | None) -> None:
    """全市年度指标，供省级考核 / a year of the city in figures, by group of units, from published events."""
    from ground_rules.policy import load_policy
    from service_chassis.messaging import archive
    from service_chassis.spreadsheet import files
    from service_chassis.spreadsheet.units import read_units

    from duban import indicator_table
    from duban.indicators import read

    files.check(out)
    directory = read_units(units)
    bodies = archive.from_file(source) if source else archive.from_stream(broker(way), "duban.indicators")
    city = read(bodies, year, load_policy().zone)
    for path in files.write(out, indicator_table.sheets(city, directory)):
        click.echo(path)


@main.command("print", context_settings=HELP)
@click.argument("matter", required=False)
@click.option("--unit", metavar="CODE", help="被督办单位 / the unit that the slip went to")
@click.option(
    "--colour", type=click.Choice(["white", "yellow", "red"], case_sensitive=False), help="默认最新一张 / default: the newest"
)
@click.option("--renewal", type=click.IntRange(min=0), help="黄单第几次续期 / which renewal of a yellow; default: the newest")
@click.option("--review", is_flag=True, help="复核决定书 / the decision of the slip's review")
@click.option(
    "--referral",
    type=click.Choice(["discipline", "assessment", "organisation"], case_sensitive=False),
    help="红单移送函 / the letter that hands a red over to this body",
)
@click.option("--bulletin", metavar="NUMBER", help="通报 / a bulletin by its number, instead of a MATTER")
@click.option("--correction", is_flag=True, help="更正通报 / with --bulletin: its correction")
@click.option("--year", type=click.IntRange(1949, 9999), help="年度考核加减分情况表 / the table of a year, instead of a MATTER")
@click.option("--all", "everything", is_flag=True, help="全部督办单 / every slip, into the folder --out")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, path_type=Path),
    help="the folder of `duban rehearse --out` or `duban run`, or a file of published events; default: var/city",
)
@click.option(
    "--units",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="单位名录 / list of units with their names: CSV with the heading code,name,group",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="FILE.pdf; with --all a folder")
@one_line
def print_paper(everything: bool, out: Path, source: Path | None, **asked: Any) -> None:
    """打印督办单等公文（PDF/A）/ a paper as PDF/A, e.g. duban print XY2026-001 --unit SLJ --colour yellow --out slip.pdf"""
    from duban import printing

    if sum(given not in (None, False) for given in (asked["matter"], asked["bulletin"], asked["year"], everything)) != 1:
        raise click.UsageError("请给出其一 / give one of MATTER, --bulletin, --year, --all")
    if asked["correction"] and not asked["bulletin"]:
        raise click.UsageError("--correction goes with --bulletin")
    for word in ("colour", "referral"):
        asked[word] = asked[word].upper() if asked[word] else None
    question = printing.Question(source or printing.CITY, **asked)
    if everything:
        count = printing.print_all(question, out, lambda text: click.echo(text, err=True))
        click.echo(f"{out}: {count} 张督办单 slips")
    else:
        click.echo(printing.print_one(question, out))


@main.command(context_settings=HELP)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default="docs", show_default=True, help="folder")
@one_line
def contracts(out: Path) -> None:
    """接口目录 / every message, route, field and example: AsyncAPI 3.0, OpenAPI 3.1, and pages to read them on."""
    import json
    from importlib.metadata import version

    from event_contracts import asyncapi, openapi

    from duban import authorisation_page, event_page, http_page, roles_page

    release = version("supervision-event-contracts")
    out.mkdir(parents=True, exist_ok=True)
    for stem, made, page in (
        ("asyncapi.json", asyncapi.document(release), (event_page, "messages.html")),
        ("openapi.json", openapi.document(release), (http_page, "http.html")),
    ):
        written = {stem: json.dumps(made, ensure_ascii=False, indent=1) + "\n", page[1]: page[0].page(made)}
        for name, text in written.items():
            (out / name).write_text(text, "utf-8")
            click.echo(out / name)
    for name, text in (("http-authorisation.md", roles_page.page()), ("authorisation.md", authorisation_page.page())):
        (out / name).write_text(text, "utf-8")
        click.echo(out / name)


@main.command(context_settings=HELP)
@click.argument("matter")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, path_type=Path),
    help="the folder of `duban rehearse --out` or `duban run`, or a file of published events; default: var/city",
)
@broker_options
@click.option(
    "--database",
    metavar="URL",
    help="各服务数据库，补充被退回的消息 / PostgreSQL, as the role auditor: also what was refused, and what was done about it",
)
@click.option("--json", "as_json", is_flag=True, help="as JSON")
@one_line
def trace(matter: str, source: Path | None, database: str | None, as_json: bool, **way: str | None) -> None:
    """事项 MATTER 在各服务中的全过程，逐步列出缘由 / the whole story of a matter over all services, in order, with reasons.

    From published events, and from the databases of `duban run` or --database what was refused. `python -m intake trace` is
    another thing: which clause is proven by which evidence, as a table.
    """
    from ground_rules.policy import load_policy
    from service_chassis.messaging import archive

    from duban import printing, trace, turned_away

    if source is None and is_named(way):
        reached, folder = broker(way), None
        read = partial(archive.from_stream, reached, "duban trace")
    else:
        file = printing.events_in(source or printing.CITY)
        read, folder = partial(archive.from_file, file), file.parent
    if database is not None:
        told = trace.story(read, matter, partial(turned_away.of_server, database))
    else:
        told = trace.story(read, matter, partial(turned_away.of_folder, folder) if folder is not None else tuple)
    if as_json:
        sys.stdout.buffer.write(trace.encoded(told))
        sys.stdout.flush()
    else:
        click.echo(trace.as_text(told, load_policy().zone))


@main.command(context_settings=HELP)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="FILE.md instead of standard output")
@one_line
def metrics(out: Path | None) -> None:
    """指标一览 / every metric of every service: name, type, labels, unit, who shows it, meaning."""
    from duban.metrics_page import page

    if out is None:
        click.echo(page(), nl=False)
    else:
        out.write_text(page(), "utf-8")
        click.echo(out)


@main.command(context_settings=HELP)
@click.argument("name")
@click.option("--unit", metavar="CODE", help="报送单位代码 / the account reports as this unit, e.g. ZJJ")
@click.option("--hear", multiple=True, metavar="PATTERN", help="订阅 / the account hears these events, e.g. 'escalation.slip.#'")
@click.option(
    "--board", is_flag=True, help="看板 / the account of the board, which speaks for persons of every unit and of the office"
)
@click.option("--management", envvar="DUBAN_MANAGEMENT_URL", help="broker's management, e.g. https://admin:password@broker:15671")
@click.option(
    "--ca",
    envvar="DUBAN_AMQP_CA",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="信任的根证书 / certificates to trust with --management; default: $DUBAN_AMQP_CA",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="file for `rabbitmqctl import_definitions` instead")
@click.option("--again", is_flag=True, help="the account exists: a new password, and these rights")
@one_line
def account(
    name: str, unit: str | None, hear: tuple[str, ...], board: bool, management: str | None, ca: Path | None, **more: Any
) -> None:
    """开设账号 / an account on the broker, with the least rights, and an example to start from."""
    from service_chassis.errors import ConfigError
    from service_chassis.messaging.accounts import reader, sender, spokesman
    from service_chassis.messaging.management import Management

    from duban import account as accounts

    if (unit is not None) + bool(hear) + board != 1:
        raise ConfigError(
            "say what the account is for: --unit CODE for a department that reports, --hear PATTERN for a reader, or --board"
        )
    if (management is None) == (more["out"] is None):
        raise ConfigError("say where it goes: --management URL to make it now, or --out FILE to import it later")
    plaintext = os.environ.get("DUBAN_PLAINTEXT") == "allow"
    into = Management(management, ca, plaintext) if management is not None else None
    who = spokesman(name) if board else sender(name, unit) if unit is not None else reader(name, hear)
    click.echo(accounts.create(who, into, more["out"], more["again"]))


@main.command(context_settings=HELP)
@click.argument("number")
@click.option("--since", callback=local_day, metavar="DATE", required=True, help="起始日（含）/ first day of issue")
@click.option("--until", callback=local_day, metavar="DATE", required=True, help="截止日（含）/ last day of issue")
@click.option("--scope", multiple=True, required=True, help="主送 / to whom it goes; may be given several times")
@click.option("--approved-by", default="", help="批准人 / who approved it; without, a draft is made and no message")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, path_type=Path),
    help="as for `duban print`; default: var/city",
)
@click.option(
    "--units",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="单位名录 / list of units with their names: CSV with the heading code,name,group",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="FILE.pdf")
@one_line
def bulletin(source: Path | None, units: Path | None, out: Path, **wanted: Any) -> None:
    """编制通报 NUMBER / compose a bulletin of the slips of a period; once approved, with the message for `duban publish`."""
    from duban import composing, printing

    question = printing.Question(source or printing.CITY, units=units)
    for path in composing.compose(question, composing.Period(**wanted), out):
        click.echo(path)


if __name__ == "__main__":
    main()
