"""Working days: against chinesecalendar, in years it does not know, and deadlines."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.reference import packaged
from lianshu.reference.user_table import UserTableError
from lianshu.reference.workdays import (
    FIRST_YEAR,
    LAST_YEAR,
    Override,
    WorkCalendar,
    add_workdays,
    deadline_state,
    is_workday,
    load_overrides,
    use_office_overrides,
    work_calendar,
    workdays_between,
)

CALENDAR = work_calendar()
KNOWN = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
DAYS = st.dates(date(2000, 1, 1), date(2035, 12, 31))


@given(KNOWN)
def test_known_years_follow_the_announced_arrangements(day):
    assert CALENDAR.is_workday(day) == chinese_calendar.is_workday(day)
    assert not CALENDAR.is_provisional(day)


@given(DAYS, st.integers(-400, 400).filter(bool))
def test_adding_and_counting_agree(start, count):
    end = CALENDAR.add_workdays(start, count)
    assert CALENDAR.is_workday(end)
    if count > 0:
        assert end > start and CALENDAR.workdays_between(start, end) == count
    else:
        assert end < start
        # Counting excludes the earlier day, so a start on a working day adds itself.
        between = CALENDAR.workdays(end, start - timedelta(days=1))
        assert len(between) == -count


@given(DAYS, st.integers(0, 400))
def test_counting_is_the_plain_count(start, length):
    end = start + timedelta(days=length)
    plain = sum(CALENDAR.is_workday(start + timedelta(days=n)) for n in range(1, length + 1))
    assert CALENDAR.workdays_between(start, end) == plain == -CALENDAR.workdays_between(end, start)


@given(DAYS)
def test_zero_moves_a_day_off_to_the_next_working_day(day):
    moved = CALENDAR.add_workdays(day, 0)
    assert moved == day if CALENDAR.is_workday(day) else moved > day
    assert CALENDAR.is_workday(moved)


def test_counting_over_centuries_builds_each_year_once():
    calendar = WorkCalendar()
    first = calendar.workdays_between(date(1990, 1, 1), date(2040, 12, 31))
    assert first == calendar.workdays_between(date(1990, 1, 1), date(2040, 12, 31))
    assert len(calendar._years) == 51


def test_years_after_the_package_keep_weekends_and_statutory_holidays_and_are_provisional():
    assert CALENDAR.is_provisional(date(2027, 3, 1))
    assert not CALENDAR.is_workday(date(2027, 2, 6))  # 春节, a Saturday
    assert not CALENDAR.is_workday(date(2027, 6, 9))  # 端午节, a Wednesday
    assert CALENDAR.is_workday(date(2027, 6, 10))
    assert CALENDAR.is_workday(date(2033, 10, 3))  # a Monday of a year nobody has entered
    assert CALENDAR.add_workdays(date(2026, 12, 31), 1) == date(2027, 1, 4)


def test_an_announced_arrangement_settles_its_year():
    calendar = CALENDAR.with_overrides(
        [Override(date(2027, 2, 9), False, "春节"), Override(date(2027, 2, 14), True, "补班")]
    )
    assert not calendar.is_provisional(date(2027, 5, 5))
    assert calendar.is_provisional(date(2028, 5, 5))
    assert not calendar.is_workday(date(2027, 2, 9))
    assert calendar.is_workday(date(2027, 2, 14))
    assert CALENDAR.is_workday(date(2027, 2, 9))


def test_the_packaged_days_are_statutory_and_named():
    rows = packaged.rows("workday_overrides")
    assert {row["status"] for row in rows} == {"法定"}
    # 13 statutory days a year by the rules of 2024; in 2028 中秋节 falls on 国庆节.
    counts = {year: sum(row["date"].startswith(year) for row in rows) for year in ("2027", "2028")}
    assert counts == {"2027": 13, "2028": 12}


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 2, 17), "春节"),
        (date(2026, 10, 10), "补班"),
        (date(2026, 10, 12), ""),
        (date(2026, 11, 22), ""),
        (date(2015, 9, 3), "抗战胜利纪念日"),
        (date(2027, 9, 15), "中秋节"),
        (date(2030, 5, 1), ""),
    ],
)
def test_days_off_have_names(day, name):
    assert CALENDAR.holiday_name(day) == name


def test_every_holiday_of_the_package_has_a_chinese_name():
    from chinese_calendar.constants import holidays

    assert all(CALENDAR.holiday_name(day) for day in holidays)


# --- deadlines ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deadline", "today", "text", "overdue"),
    [
        (date(2026, 9, 30), date(2026, 9, 25), "还剩 3 个工作日", False),  # 25 September 2026 is 中秋节
        (date(2026, 9, 30), date(2026, 9, 30), "今天到期", False),
        (date(2026, 9, 30), date(2026, 10, 8), "超期 1 个工作日", True),
        (date(2026, 9, 30), date(2026, 10, 5), "已超期，不足 1 个工作日", True),
        (date(2026, 10, 5), date(2026, 9, 30), "还剩不足 1 个工作日", False),
    ],
)
def test_deadlines_count_working_days(deadline, today, text, overdue):
    state = deadline_state(deadline, today=today)
    assert (state.text, state.overdue, state.note) == (text, overdue, "")


def test_a_deadline_in_an_unannounced_year_says_so():
    state = deadline_state(date(2027, 1, 15), today=date(2026, 12, 25))
    assert state.workdays == 14
    assert state.note == "放假安排尚未公布，工作日为暂计"
    calendar = CALENDAR.with_overrides([Override(date(2027, 1, 2), False)])
    assert deadline_state(date(2027, 1, 15), today=date(2026, 12, 25), calendar=calendar).note == ""


def test_the_office_table_counts_in_the_whole_process_until_taken_away():
    friday, monday = date(2027, 6, 11), date(2027, 6, 14)
    assert is_workday(friday) and workdays_between(date(2027, 6, 10), monday) == 2
    try:
        use_office_overrides([Override(friday, False, "端午节")])
        assert not is_workday(friday)
        assert add_workdays(date(2027, 6, 10), 1) == monday
        assert deadline_state(monday, today=date(2027, 6, 10)).text == "还剩 1 个工作日"
    finally:
        use_office_overrides([])
    assert is_workday(friday) and work_calendar() is CALENDAR


# --- the office's own table --------------------------------------------------------------------------


def test_an_office_table_is_read_from_csv_and_xlsx(tmp_path):
    csv_file = tmp_path / "放假安排.csv"
    csv_file.write_bytes("date,workday,name\n2027-02-09,休,春节\n2027/02/14,班,\n\n".encode("gb18030"))
    book = openpyxl.Workbook()
    for row in (["date", "workday", "name"], [date(2027, 2, 9), "休", "春节"], ["2027-02-14", "班", None]):
        book.active.append(row)
    book.save(tmp_path / "放假安排.xlsx")
    expected = [Override(date(2027, 2, 9), False, "春节"), Override(date(2027, 2, 14), True, "")]
    assert load_overrides(csv_file) == expected
    assert load_overrides(tmp_path / "放假安排.xlsx") == expected


def test_every_bad_cell_of_an_office_table_is_named(tmp_path):
    path = tmp_path / "放假.csv"
    path.write_text("date,workday\n2027-02-30,休\n2027-02-09,也许\n2027-02-10,休\n2027-02-10,班\n", "utf-8")
    with pytest.raises(UserTableError, match="有 3 处错误，未导入任何一行") as caught:
        load_overrides(path)
    assert [(e.row, e.column) for e in caught.value.errors] == [(2, "date"), (3, "workday"), (5, "date")]
    assert "第 2 行“date”：“2027-02-30”不是日期" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("空.csv", b"", "是空表"),
        ("列.csv", "日期,班\n".encode(), "缺少列“date”“workday”"),
        ("坏.xlsx", b"PK not a workbook", "不是可读的工作簿"),
        ("坏.csv", b"\x81\xff\xfe\x00", "不是 UTF-8"),
        ("引号.csv", b'date,workday\n"2027-01-01,x', "不是合规的 CSV"),
    ],
)
def test_unusable_files_say_why(tmp_path, name, content, reason):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserTableError, match=reason):
        load_overrides(path)


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(UserTableError, match="文件打不开"):
        load_overrides(tmp_path / "没有.csv")
