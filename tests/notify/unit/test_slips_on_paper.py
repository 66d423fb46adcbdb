"""White, yellow and red slips on paper: what the unit must read is there, and a page is either right or not made."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import papers
import pytest
import segno
from event_contracts import escalation
from event_contracts.event import TimeLimit
from ground_rules.policy import load_policy
from notify.printing.fonts import MissingFont, installed
from notify.printing.press import Press, Unprintable
from notify.printing.settings import PrintSettings
from notify.printing.slips import slip_sheet
from papers import LADDER, at, changed, desk_of, ended, issued, picture_of, served, text_of
from pypdf import PdfReader

HOSTILE = '#image("/etc/passwd") $x^2$ *粗* _斜_ `码` <标签> @引用 \\ [#read("/etc/hosts")] // 注释'


def slip(press: Press, colour: str, *facts: Any, **how: Any) -> bytes:
    """The slip of this colour as PDF."""
    desk = desk_of(*(facts or LADDER), **how)
    return press.pdf(slip_sheet(desk, desk.book.slips[f"s-{colour.lower()}"]))


def printed(press: Press, colour: str, *facts: Any, **how: Any) -> str:
    """What stands on it."""
    return text_of(slip(press, colour, *facts, **how))


# ---- what a unit must read


@pytest.mark.parametrize(
    ("colour", "number", "issued_on", "limit", "until"),
    [
        ("WHITE", "咸督办〔2026〕白字第3号", "2026年3月2日", "10个工作日", "2026年3月16日24时"),
        ("YELLOW", "咸督办〔2026〕黄字第3号", "2026年3月17日", "5个工作日", "2026年3月24日24时"),
        ("RED", "咸督办〔2026〕红字第3号", "2026年3月25日", "5个工作日", "2026年4月1日24时"),
    ],
)
def test_every_colour_says_what_it_must(press: Press, colour: str, number: str, issued_on: str, limit: str, until: str) -> None:
    text = printed(press, colour)
    for part in (
        {"WHITE": "白色督办单", "YELLOW": "黄色督办单", "RED": "红色督办单"}[colour],
        number,
        f"签发日期：{issued_on}",
        "市住建局：",
        "城区积水点整治（事项编号：XY2026-007）",
        "领导批示件：市委主要领导，批示件〔2026〕14号，2026年1月4日",
        "积水点全部消除，经现场核验合格",
        "1．明确责任人2．每周五报送进展",
        f"自送达次日起{limit}内办结",
        f"时限至{until}届满",
        "《政府督查工作条例》（国务院令第733号）",
        "政策版本：duban-test",
        "签收人：",
        "（印章）",
    ):
        assert part in text, part


def test_a_white_reminds_and_costs_nothing(press: Press) -> None:
    text = printed(press, "WHITE")
    assert "以示提醒，不扣分" in text and "发黄色督办单予以警告，责令限期整改，并在年度目标任务考核中扣0.30分" in text
    assert "5个工作日内书面提出" in text and "申请复核" not in text and "抄送" not in text


def test_a_yellow_warns_and_costs_its_points_once(press: Press) -> None:
    text = printed(press, "YELLOW")
    assert "予以警告，责令限期整改" in text and "在2026年度目标任务考核中扣除0.30分" in text
    assert "“屡督不动”，或者无实质性改进、工作敷衍了事且质量较差的，发红色督办单" in text
    assert "30日内（至2026年4月16日）向咸阳市委市政府督查室申请复核" in text and "抄送：市考核办" in text
    assert "前单：咸督办〔2026〕白字第3号（2026年3月2日签发）" in text


def test_a_red_names_its_three_consequences_and_no_points(press: Press) -> None:
    text = printed(press, "RED")
    assert "亮红灯" in text
    assert "由纪检监察部门对你单位实施效能监察" in text
    assert "由市考核办取消你单位2026年度目标任务考核优秀评选资格" in text
    assert "由组织部门进行组织处理" in text
    assert "扣除" not in text and "抄送：市抓落实工作领导小组、市纪委监委、市考核办、市委组织部" in text


def test_the_points_are_those_of_the_policy_that_the_slip_carries(press: Press) -> None:
    assert "扣除0.50分" in printed(press, "YELLOW", *changed("YELLOW", deduction=papers.Decimal("0.50")))


def test_a_direct_start_without_points_says_so(press: Press) -> None:
    text = printed(press, "YELLOW", *changed("YELLOW", deduction=papers.Decimal("0.00")))
    assert "本单不扣分" in text and "扣除" not in text


@pytest.mark.parametrize(
    ("attribution", "year"), [("LIABILITY_DATE", "2025"), ("ISSUED", "2026"), ("BREACHED", "2025"), (None, "2025")]
)
def test_the_year_is_the_one_that_the_points_are_booked_in(press: Press, attribution: str | None, year: str) -> None:
    facts = changed(
        "YELLOW",
        liability_date=papers.date(2025, 12, 31),
        breached_at=at("2025-12-31", "00:00"),
        issued_at=at("2026-01-04"),
        year_attribution=attribution,
    )
    assert f"在{year}年度目标任务考核中扣除" in printed(press, "YELLOW", *facts)


RENEWED = escalation.SlipRenewed(
    **{**papers.SLIP, "renewal": 1},
    slip_id="s-renewed",
    colour="YELLOW",
    ground="OVERDUE",
    number="咸督办〔2026〕黄字第3号",
    title="城区积水点整治",
    standard="积水点全部消除，经现场核验合格",
    limit=TimeLimit(amount=5, unit="WORKDAY"),
    issued_at=at("2026-03-25"),
    issued_by="督查室主任 高远",
    reason="督查室主任 高远认定“有实质性改进”。",
    previous_slip="s-yellow",
)


def test_a_renewal_keeps_its_number_and_costs_nothing_again(press: Press) -> None:
    desk = desk_of(*LADDER, RENEWED)
    text = text_of(press.pdf(slip_sheet(desk, desk.book.slips["s-renewed"])))
    assert "黄色督办单（第1次续期）" in text and "咸督办〔2026〕黄字第3号" in text and "不重复扣分" in text
    assert "扣除" not in text and "明确责任人" in text and "牵头（主办）单位" in text
    assert "前单" not in text and "责任日期：2026年3月17日" in text


def test_before_its_service_a_slip_names_no_last_day(press: Press) -> None:
    facts = [fact for fact in LADDER if not isinstance(fact, escalation.SlipServed)]
    text = printed(press, "YELLOW", *facts)
    assert "自送达次日起5个工作日内办结。" in text and "届满。" not in text.partition("完成时限")[2].partition("后果")[0]


def moved_to(day: int, revision: int) -> escalation.ClockExtended:
    return escalation.ClockExtended(
        **papers.MATTER,
        unit="ZJJ",
        owner="SLIP:YELLOW",
        deadline=papers.date(2026, 3, day),
        days=3,
        reason="延期",
        revision=revision,
    )


def test_a_limit_that_was_moved_is_told_with_its_newest_last_day(press: Press) -> None:
    moves = (moved_to(30, 12), moved_to(27, 11))
    assert "现至2026年3月30日24时届满" in printed(press, "YELLOW", *LADDER, *moves)
    assert "经依规调整" not in printed(press, "RED", *LADDER, *moves)


def test_a_limit_that_ends_on_its_old_day_after_all_was_not_moved(press: Press) -> None:
    assert "经依规调整" not in printed(press, "YELLOW", *LADDER, moved_to(24, 11))


LIFTED = ended(escalation.SlipLifted, "YELLOW", lifted_at=at("2026-03-23"))
LATE = ended(escalation.SlipWithdrawn, "YELLOW", cause="LATE_ARRIVING_TIMELY_COMPLETION", withdrawn_at=at("2026-03-18"))
OVERTURNED = ended(escalation.SlipOverturned, "YELLOW", review_id="r", overturned_at=at("2026-05-06"))
VACATED = ended(escalation.SlipVacated, "YELLOW", vacated_at=at("2026-05-06"), cascade_root="s-white")


@pytest.mark.parametrize(
    ("fact", "mark", "told"),
    [
        (LIFTED, "已解除", "已于2026年3月23日解除（整改完成），已产生的效果保留"),
        (LATE, "已撤销", "已于2026年3月18日撤销（按期报结，报告晚到）"),
        (OVERTURNED, "已撤销", "已于2026年5月6日撤销（经复核撤销）"),
        (VACATED, "已撤销", "已于2026年5月6日撤销（所依据的前单已撤销）"),
    ],
)
def test_a_slip_that_has_ended_says_so(press: Press, fact: Any, mark: str, told: str) -> None:
    text = printed(press, "YELLOW", *LADDER, fact)
    assert mark in text and told in text
    assert mark not in printed(press, "YELLOW")


def test_what_a_city_sets_stands_on_its_paper(font_folders: tuple[Path, ...]) -> None:
    settings = PrintSettings(font_folders=font_folders, issuer="某市督查室", rules="《某市督查办法》")
    desk = desk_of(*LADDER, settings=settings)
    text = text_of(Press(settings).pdf(slip_sheet(desk, desk.book.slips["s-white"])))
    assert "某市督查室" in text and "《某市督查办法》" in text and "咸阳" not in text


def test_the_review_is_that_of_the_policy(press: Press) -> None:
    policy = load_policy({"review": {"window": 20, "decide": 25}, "review_suspends_ladder": True})
    text = printed(press, "YELLOW", policy=policy)
    assert "20日内" in text and "25日内作出" in text and "升级暂缓" in text


# ---- other people's words


@pytest.mark.parametrize("field", ["title", "standard", "reason", "issued_by"])
def test_markup_in_a_text_is_text(press: Press, field: str) -> None:
    text = printed(press, "YELLOW", *changed("YELLOW", **{field: HOSTILE}))
    assert re.sub(r"\s", "", HOSTILE) in text
    assert "root:" not in text and "localhost" not in text


def test_a_title_with_line_breaks_and_direction_signs_is_one_plain_line(press: Press) -> None:
    assert "城区整治已完成（事项编号" in printed(press, "WHITE", *changed("WHITE", title="城区\n整治\u202e\x00\t已\u2028完成"))


def test_a_very_long_text_flows_onto_further_pages(press: Press) -> None:
    long = "逐点核查并销号，" * 400
    made = slip(press, "WHITE", *changed("WHITE", standard=long))
    assert papers.pages_of(made) > 1
    assert re.sub(r"—\d—", "", text_of(made)).count("逐点核查并销号") == 400


def test_a_word_without_spaces_is_broken_inside_its_cell(press: Press) -> None:
    made = slip(press, "WHITE", *changed("WHITE", title="x" * 300))
    assert "x" * 300 in text_of(made)
    picture = picture_of(made, 1)
    margin = picture.crop((int(picture.width * 0.95), 0, picture.width, picture.height))
    assert margin.getcolors() == [(margin.width * margin.height, (255, 255, 255))]


def test_an_ordinary_slip_stays_on_one_page(press: Press) -> None:
    assert [papers.pages_of(slip(press, colour)) for colour in papers.ISSUED] == [1, 1, 1]


# ---- characters and fonts


def test_rare_characters_are_printed(press: Press) -> None:
    assert "龘喆堃" in printed(press, "WHITE", *changed("WHITE", issued_by="龘喆堃"))


def test_a_character_that_no_font_has_is_an_error_that_names_it(press: Press) -> None:
    with pytest.raises(Unprintable, match=r"“𠮷😀” \(U\+20BB7 U\+1F600\).*fonts-noto-cjk"):
        slip(press, "WHITE", *changed("WHITE", title="𠮷野家😀"))


def test_without_any_font_the_command_that_installs_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFont, match="sudo apt-get install -y fonts-arphic-gkai00mp fonts-wqy-zenhei"):
        Press(PrintSettings(font_folders=(tmp_path,)))


def test_a_list_of_families_of_which_none_is_there_is_an_error(font_folders: tuple[Path, ...]) -> None:
    with pytest.raises(MissingFont, match=r"body \(NoSuchFont\)"):
        Press(PrintSettings(font_folders=font_folders, body_fonts=("NoSuchFont",)))


def test_a_font_that_no_list_names_does_not_fill_in(font_folders: tuple[Path, ...]) -> None:
    kai = ("AR PL KaitiM GB",)
    own = Press(PrintSettings(font_folders=font_folders, title_fonts=kai, body_fonts=kai, label_fonts=kai))
    with pytest.raises(Unprintable, match="“龘”"):
        slip(own, "WHITE", *changed("WHITE", title="龘"))


def test_whatever_the_typesetter_warns_of_is_an_error(font_folders: tuple[Path, ...]) -> None:
    press = Press(PrintSettings(font_folders=font_folders))
    press._faces = papers.replace(press._faces, body=("NoSuchFont", *press._faces.body))
    with pytest.raises(Unprintable, match="unknown font family: nosuchfont"):
        slip(press, "WHITE")


def test_the_first_family_that_is_there_sets_the_text_and_the_rest_fill_in(font_folders: tuple[Path, ...]) -> None:
    faces = installed(PrintSettings(font_folders=font_folders, body_fonts=("FangSong_GB2312", "ar pl kaitim gb")))
    assert faces.body == ("AR PL KaitiM GB", "WenQuanYi Zen Hei")


# ---- the file


def test_the_file_is_pdf_a_2b_with_a_colour_profile(press: Press) -> None:
    made = slip(press, "RED")
    assert b"<pdfaid:part>2</pdfaid:part>" in made and b"<pdfaid:conformance>B</pdfaid:conformance>" in made
    root: Any = PdfReader(io.BytesIO(made)).trailer["/Root"]
    assert root["/OutputIntents"][0].get_object()["/S"] == "/GTS_PDFA1"


def test_every_font_is_embedded(press: Press) -> None:
    embedded = {name: bool({"/FontFile", "/FontFile2", "/FontFile3"} & set(font)) for name, font in fonts_of(slip(press, "RED"))}
    assert len(embedded) == 2
    assert all(embedded.values())


def fonts_of(pdf: bytes) -> Iterator[tuple[str, Any]]:
    """Each font of a file with its description."""
    for page in PdfReader(io.BytesIO(pdf)).pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            for part in font.get_object()["/DescendantFonts"]:
                yield font.get_object()["/BaseFont"], part.get_object()["/FontDescriptor"].get_object()


def test_the_same_slip_makes_the_same_file(press: Press) -> None:
    assert slip(press, "YELLOW") == slip(press, "YELLOW")
    assert slip(press, "YELLOW") != slip(press, "YELLOW", *changed("YELLOW", title="别的事项"))


def test_the_file_is_dated_by_the_slip_and_named_after_it(press: Press) -> None:
    about = PdfReader(io.BytesIO(slip(press, "YELLOW"))).metadata
    assert about is not None and about.creation_date == at("2026-03-17")
    assert (about.title, about.author) == ("黄色督办单 咸督办〔2026〕黄字第3号", "咸阳市委市政府督查室")


@pytest.mark.parametrize(("colour", "tone"), [("WHITE", (255, 255, 255)), ("YELLOW", (255, 251, 234)), ("RED", (255, 243, 243))])
def test_the_paper_has_the_colour_of_the_slip(press: Press, colour: str, tone: tuple[int, int, int]) -> None:
    assert picture_of(slip(press, colour), 0.5).getpixel((5, 5)) == tone


def test_the_code_of_the_record_can_be_read_from_the_page(press: Press) -> None:
    expected = [[bool(dark) for dark in row] for row in segno.make("urn:duban:slip:s-white", error="m", micro=False).matrix]
    assert code_on(picture_of(slip(press, "WHITE"), 3), len(expected)) == expected


def code_on(picture: Any, modules: int) -> list[list[bool]]:
    """The modules of the code in the lower left: the widest square block of black below the table."""
    x0, size = int(24 / 210 * picture.width), int(25 / 210 * picture.width)
    black = picture.convert("L").point(lambda value: 255 if value < 100 else 0)
    strip = black.crop((x0, 0, x0 + size, picture.height))
    rows = [y for y in range(strip.height) if strip.crop((0, y, size // 8, y + 1)).getbbox() is not None]
    lengths = [y for y in rows if strip.crop((0, y, int(size * 7 / modules), y + 1)).getextrema() == (255, 255)]
    top = next(y for y in lengths if strip.getpixel((2, y + size - 6)) == 255 and strip.getpixel((size - 6, y + 3)) == 255)
    step = size / modules
    return [
        [strip.getpixel((int((column + 0.5) * step), int(top + (row + 0.5) * step))) == 255 for column in range(modules)]
        for row in range(modules)
    ]


def test_what_stands_in_a_settings_name_is_checked() -> None:
    from service_chassis.config import load
    from service_chassis.errors import ConfigError

    with pytest.raises(ConfigError, match="DUBAN_PRINT_RECORD.*DUBAN_PRINT_FONT_FOLDERS|DUBAN_PRINT_ISSUER.*DUBAN_PRINT_RECORD"):
        load(
            {
                "DUBAN_PRINT_RECORD": "https://board.example/",
                "DUBAN_PRINT_ISSUER": "a\nb",
                "DUBAN_PRINT_FONT_FOLDERS": "/nowhere",
            },
            PrintSettings,
        )


def test_a_slip_can_be_printed_without_its_matter(press: Press) -> None:
    assert "城区积水点整治" in printed(press, "WHITE", issued("WHITE"), served("WHITE"))
