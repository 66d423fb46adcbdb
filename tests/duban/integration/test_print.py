"""`duban print`: papers from what a rehearsal left; and the slips of a running city, printed beside it."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import orjson
import papers
import pytest
from click.testing import CliRunner, Result
from duban.cli import main
from duban.player import Player
from duban.run import the_story
from duban.sample_city import story
from ground_rules.policy import load_policy
from papers import text_of
from service_chassis.clock import VirtualClock

from duban import chain, printing_beside

CASES = Path(__file__).parents[2] / "system" / "cases"
BY_A_PERSON = '[approval]\nyellow = "required"\n'


def duban(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def complaint(result: Result) -> str:
    assert result.exit_code == 2 and not result.stdout, result.output
    return result.stderr.strip().splitlines()[-1]


@pytest.fixture(autouse=True)
def fonts(monkeypatch: pytest.MonkeyPatch, font_folders: tuple[Path, ...]) -> None:
    monkeypatch.setenv("DUBAN_PRINT_FONT_FOLDERS", os.pathsep.join(map(str, font_folders)))


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, str], Path]:
    """`left(case, until, policy)`: the folder that this rehearsal left; played once."""
    base = tmp_path_factory.mktemp("left")

    def rehearsed(case: str, until: str, policy: str = "") -> Path:
        out = base / f"{case}-{len(policy)}"
        if not out.exists():
            (base / "policy.toml").write_text(policy)
            overrides = ("--policy", base / "policy.toml") if policy else ()
            assert duban("rehearse", CASES / f"{case}.jsonl", "--until", until, "--out", out, *overrides).exit_code == 0
        return out

    return rehearsed


@pytest.fixture
def reviewed(left: Callable[[str, str, str], Path]) -> Path:
    """AC-10: a yellow that a bulletin named is overturned by a review."""
    return left("ac10-review-overturns", "2026-06-30", BY_A_PERSON)


@pytest.fixture
def red(left: Callable[[str, str, str], Path]) -> Path:
    """AC-03: the full ladder of 2017."""
    return left("ac03-full-ladder", "2017-04-30", "")


def the_matter(folder: Path) -> str:
    slip = next(event for event in events(folder) if event["type"] == "escalation.slip.issued.v1")
    return str(slip["data"]["external_ref"])


def events(folder: Path) -> list[dict[str, dict[str, object]]]:
    return [json.loads(line) for line in (folder / "published.jsonl").read_text("utf-8").splitlines()]


def printed(tmp_path: Path, *arguments: object) -> str:
    out = tmp_path / "paper.pdf"
    result = duban("print", *arguments, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.strip() == str(out)
    return text_of(out.read_bytes())


# ---- what a rehearsal left


@pytest.mark.parametrize(("colour", "name"), [("white", "白色督办单"), ("yellow", "黄色督办单"), ("RED", "红色督办单")])
def test_each_slip_of_a_rehearsal_can_be_printed(tmp_path: Path, red: Path, colour: str, name: str) -> None:
    text = printed(tmp_path, the_matter(red), "--unit", "QDQ", "--colour", colour, "--from", red)
    assert name in text and f"咸督办〔2017〕{name[0]}字第1号" in text and "秦都区政府：" in text


def test_without_a_colour_it_is_the_newest_slip_and_a_file_of_events_is_enough(tmp_path: Path, red: Path) -> None:
    assert "红色督办单" in printed(tmp_path, the_matter(red), "--from", red / "published.jsonl")


@pytest.mark.parametrize(
    ("body", "addressee"), [("discipline", "市纪委监委："), ("assessment", "市考核办："), ("organisation", "市委组织部：")]
)
def test_the_three_letters_of_a_red_can_be_printed(tmp_path: Path, red: Path, body: str, addressee: str) -> None:
    text = printed(tmp_path, the_matter(red), "--referral", body, "--from", red)
    assert addressee in text and "关于移送秦都区政府红色督办单有关情况的函" in text


def test_a_review_a_bulletin_and_its_correction_can_be_printed(tmp_path: Path, reviewed: Path) -> None:
    assert "2026年度已扣的0.30分在原年度如数冲回" in printed(tmp_path, "DC2026-017", "--review", "--from", reviewed)
    assert "已更正" in printed(tmp_path, "--bulletin", "TB2026-03", "--from", reviewed)
    assert "更正通报" in printed(tmp_path, "--bulletin", "TB2026-03", "--correction", "--from", reviewed)


def test_a_slip_that_fell_says_so(tmp_path: Path, reviewed: Path) -> None:
    assert "已撤销" in printed(tmp_path, "DC2026-017", "--colour", "yellow", "--from", reviewed)


def test_the_table_of_a_year_has_scoring_s_figures(tmp_path: Path, red: Path, reviewed: Path) -> None:
    assert "秦都区政府—-0.300.000.00-0.30—1取消" in printed(tmp_path, "--year", "2017", "--from", red)
    assert "市住建局—-0.300.300.000.00—1具备0.00" in printed(tmp_path, "--year", "2026", "--from", reviewed)


def test_names_of_a_list_stand_on_the_paper(tmp_path: Path, red: Path) -> None:
    (tmp_path / "units.csv").write_text("code,name,group\nQDQ,秦都区人民政府,县市区\n", "utf-8")
    listed = ("--from", red, "--units", tmp_path / "units.csv")
    assert "秦都区人民政府：" in printed(tmp_path, the_matter(red), *listed)
    assert "1县市区秦都区人民政府" in printed(tmp_path, "--year", "2017", *listed)


def test_all_slips_go_into_a_folder_named_by_their_numbers(tmp_path: Path, red: Path) -> None:
    result = duban("print", "--all", "--from", red, "--out", tmp_path / "slips")
    assert result.exit_code == 0 and "3 张" in result.stdout
    assert sorted(path.name for path in (tmp_path / "slips").iterdir()) == [
        "咸督办〔2017〕白字第1号.pdf",
        "咸督办〔2017〕红字第1号.pdf",
        "咸督办〔2017〕黄字第1号.pdf",
    ]


def test_the_policy_of_the_rehearsal_counts(tmp_path: Path, left: Callable[[str, str, str], Path]) -> None:
    folder = left("ac02-white-then-yellow", "2026-04-30", '[yellow]\ndeduction = "0.50"\n')
    assert "扣0.50分" in printed(tmp_path, the_matter(folder), "--colour", "white", "--from", folder)


# ---- composing a bulletin

MARCH = ("--since", "2026-03-01", "--until", "2026-03-31", "--scope", "各县市区", "--scope", "市直各部门")


def test_a_draft_counts_the_slips_of_the_period_and_names_the_yellow_ones(
    tmp_path: Path, left: Callable[[str, str, str], Path]
) -> None:
    folder = left("ac02-white-then-yellow", "2026-04-30", "")
    result = duban("bulletin", "咸督通报〔2026〕1号", *MARCH, "--from", folder, "--out", tmp_path / "draft.pdf")
    assert result.exit_code == 0 and not (tmp_path / "draft.jsonl").exists()
    text = text_of((tmp_path / "draft.pdf").read_bytes())
    for part in (
        "草稿",
        "关于2026年3月1日至2026年3月31日督办情况的通报",
        "各县市区，市直各部门：",
        "全市签发督办单2张，其中白色1张、黄色1张、红色0张；已解除1张",
        "下列1个单位",
        "黄色咸督办〔2026〕黄字第1号",
        "（待批准）",
    ):
        assert part in text, part
    assert "白字第1号" not in text


def test_an_approved_bulletin_comes_with_the_message_that_publishes_it(
    tmp_path: Path, left: Callable[[str, str, str], Path]
) -> None:
    folder = left("ac02-white-then-yellow", "2026-04-30", "")
    approved = ("--approved-by", "市长 韩立新", "--from", folder, "--out", tmp_path / "b.pdf")
    assert duban("bulletin", "TB-1", *MARCH, *approved).exit_code == 0
    assert "草稿" not in text_of((tmp_path / "b.pdf").read_bytes())
    story = CASES / "ac02-white-then-yellow.jsonl"
    (tmp_path / "more.jsonl").write_bytes(story.read_bytes() + (tmp_path / "b.jsonl").read_bytes() * 2)
    assert duban("rehearse", tmp_path / "more.jsonl", "--until", "2026-06-30", "--out", tmp_path / "out").exit_code == 0
    outcome = json.loads((tmp_path / "out" / "outcome.json").read_text("utf-8"))
    assert [(row["bulletin"], row["kind"]) for row in outcome["bulletins"]] == [("TB-1", "PUBLISHED")]
    assert "批准：市长韩立新" in printed(tmp_path, "--bulletin", "TB-1", "--from", tmp_path / "out")


def test_a_bulletin_that_the_services_would_refuse_is_not_written(tmp_path: Path, left: Callable[[str, str, str], Path]) -> None:
    folder = left("ac02-white-then-yellow", "2026-04-30", "")
    how = ("--approved-by", "市" * 500, "--from", folder, "--out", tmp_path / "b.pdf")
    assert "/data/approved_by" in complaint(duban("bulletin", "TB-1", *MARCH, *how))
    assert not list(tmp_path.glob("b.*"))


def test_a_slip_that_fell_is_not_named(tmp_path: Path, reviewed: Path) -> None:
    said = complaint(duban("bulletin", "TB-2", *MARCH, "--from", reviewed, "--out", tmp_path / "x.pdf"))
    assert "没有可通报的黄色、红色督办单" in said


def test_slips_of_other_days_are_not_named(tmp_path: Path, left: Callable[[str, str, str], Path]) -> None:
    folder = left("ac02-white-then-yellow", "2026-04-30", "")
    april = ("--since", "2026-03-18", "--until", "2026-04-30", "--scope", "各县市区")
    said = complaint(duban("bulletin", "TB-3", *april, "--from", folder, "--out", tmp_path / "x.pdf"))
    assert "2026年3月18日至2026年4月30日没有可通报的" in said


# ---- what is not there


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("NONE",), "事项 NONE 没有督办单"),
        (("DC2026-017", "--colour", "red"), "there are: ZJJ WHITE 咸督办〔2026〕白字第1号"),
        (("DC2026-017", "--unit", "SLJ"), "there are: ZJJ WHITE"),
        (("DC2026-017", "--review", "--colour", "white"), "没有复核决定"),
        (("DC2026-017", "--referral", "discipline"), "no such slip"),
        (("--bulletin", "TB-9"), "there are: TB2026-03"),
        (("--year", "1999"), "1999年没有考核数据"),
        ((), "give one of MATTER, --bulletin, --year, --all"),
        (("DC2026-017", "--year", "2026"), "give one of"),
        (("DC2026-017", "--correction"), "--correction goes with --bulletin"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(tmp_path: Path, reviewed: Path, arguments: tuple[str, ...], said: str) -> None:
    assert said in complaint(duban("print", *arguments, "--from", reviewed, "--out", tmp_path / "x.pdf"))
    assert not (tmp_path / "x.pdf").exists()


def test_several_units_in_a_matter_must_be_told_apart(tmp_path: Path) -> None:
    facts = [*papers.LADDER, *papers.changed("WHITE", slip_id="s-2", unit="SLJ")]
    (tmp_path / "published.jsonl").write_bytes(b"\n".join(papers.body(fact) for fact in facts))
    said = complaint(duban("print", "XY2026-007", "--from", tmp_path, "--out", tmp_path / "x.pdf"))
    assert "give one of --unit SLJ, ZJJ" in said


def test_a_folder_without_events_is_said(tmp_path: Path) -> None:
    assert "no published events there" in complaint(duban("print", "M", "--from", tmp_path, "--out", tmp_path / "x.pdf"))


def test_missing_fonts_are_said_with_the_command_that_installs_them(
    tmp_path: Path, red: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUBAN_PRINT_FONT_FOLDERS", str(tmp_path))
    said = complaint(duban("print", the_matter(red), "--from", red, "--out", tmp_path / "x.pdf"))
    assert "sudo apt-get install -y fonts-arphic-gkai00mp fonts-wqy-zenhei" in said


# ---- beside a running city


def play_some(folder: Path, instants: int) -> None:
    """A city that played the first part of its story."""
    folder.mkdir(parents=True, exist_ok=True)
    policy = load_policy()
    clock = VirtualClock(story.opening(policy))
    with chain.opened(folder, policy, clock, durable=False, broker_file=str(folder / "broker.sqlite")) as running:
        player = Player(running.driver, clock, the_story(policy))
        for _ in range(instants):
            instant = player.next_instant()
            assert instant is not None
            player.play(instant)


def issued_in(folder: Path) -> set[str]:
    _, bodies = printing_beside.news(folder / "broker.sqlite", 0)
    found = [orjson.loads(body) for body in bodies]
    return {event["data"]["number"] for event in found if event["type"] == "escalation.slip.issued.v1"}


def test_the_slips_of_a_city_are_printed_while_it_runs(tmp_path: Path) -> None:
    city, slips, looks = tmp_path / "city", tmp_path / "slips", []

    def plays_on(seconds: float) -> bool:
        """The city goes on while the printer pauses: nothing yet, then a first part, then the end."""
        looks.append(seconds)
        if len(looks) == 2:
            play_some(city, 60)
        return len(looks) > 3

    err = io.StringIO()
    printing_beside.follow(city, slips, plays_on, err)
    assert issued_in(city)
    assert {path.stem for path in slips.iterdir()} == issued_in(city)
    assert not err.getvalue()


def test_a_process_beside_the_city_prints_and_ends_with_it(tmp_path: Path) -> None:
    city, slips, out = tmp_path / "city", tmp_path / "slips", io.StringIO()
    with printing_beside.beside(city, slips, fresh=False, out=out):
        play_some(city, 60)
    assert {path.stem for path in slips.iterdir()} == issued_in(city) != set()
    assert str(slips) in out.getvalue()


def test_a_printer_that_ends_early_is_said_and_the_city_runs_on(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "slips").write_text("a file where the folder should be")
    out = io.StringIO()
    with printing_beside.beside(tmp_path / "city", tmp_path / "slips", fresh=False, out=out):
        play_some(tmp_path / "city", 60)
    assert "printing ended early" in out.getvalue()
    complaints = capfd.readouterr().err
    assert "slips" in complaints and "Traceback" not in complaints


def test_a_file_that_is_no_archive_yet_has_no_news(tmp_path: Path) -> None:
    (tmp_path / "broker.sqlite").touch()
    assert printing_beside.news(tmp_path / "broker.sqlite", 7) == (7, [])
    assert printing_beside.news(tmp_path / "nowhere.sqlite", 7) == (7, [])


def test_without_fonts_the_city_runs_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBAN_PRINT_FONT_FOLDERS", str(tmp_path))
    out, ran = io.StringIO(), []
    with printing_beside.beside(tmp_path / "city", tmp_path / "slips", fresh=False, out=out):
        ran.append(True)
    assert ran and "apt-get install" in out.getvalue() and not (tmp_path / "slips").exists()


def test_a_fresh_city_forgets_the_old_slips_and_nothing_else(tmp_path: Path) -> None:
    for name in ("咸督办〔2026〕白字第9号.pdf", "letter.pdf"):
        (tmp_path / name).touch()
    printing_beside.forget(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.pdf"]


def test_a_slip_that_cannot_be_printed_is_said_and_the_rest_is_printed(tmp_path: Path) -> None:
    facts = [*papers.changed("WHITE", title="𠮷"), papers.issued("YELLOW")]
    (tmp_path / "published.jsonl").write_bytes(b"\n".join(papers.body(fact) for fact in facts))
    result = duban("print", "--all", "--from", tmp_path, "--out", tmp_path / "slips")
    assert "𠮷" in result.stderr and "1 张" in result.stdout
    assert [path.name for path in (tmp_path / "slips").iterdir()] == ["咸督办〔2026〕黄字第3号.pdf"]
