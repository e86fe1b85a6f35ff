"""Credit codes: real examples of public bodies and listed firms, every single slip, made-up codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from lianshu.reference.credit_code import (
    ALPHABET,
    CreditCodeError,
    fictional_credit_code,
    is_credit_code,
    organisation_check,
    parse_credit_code,
    parse_organisation_code,
)
from lianshu.reference.regions import regions

CODES = st.integers(0, 99_999_999).map(fictional_credit_code)


@pytest.mark.parametrize(
    "code", ["914403001922038216", "91330100799655058B", "9144030071526726XG", "91110000802100433B"]
)
def test_published_codes_pass_both_checks(code):
    parsed = parse_credit_code(code)
    assert parsed.organisation_valid
    assert (parsed.authority, parsed.category, parsed.fictional) == ("市场监管", "企业", False)
    assert parsed.region[:2] + "0000" in regions()


@given(CODES)
def test_made_up_codes_are_well_formed_and_belong_to_nobody(code):
    parsed = parse_credit_code(code)
    assert uscc.is_valid(code)
    assert parsed.organisation_valid and parsed.fictional
    assert regions().is_unassigned(parsed.region)


@given(CODES, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_noticed(code, place, char):
    changed = code[:place] + char + code[place + 1 :]
    assert is_credit_code(changed) == (changed == code)


@given(CODES, st.integers(0, 16))
def test_swapped_neighbours_are_noticed(code, place):
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_credit_code(swapped) == (swapped == code)


@given(st.text(max_size=24))
def test_any_text_is_either_a_code_or_refused_in_words(text):
    if is_credit_code(text):
        assert len(parse_credit_code(text).code) == 18
    else:
        with pytest.raises(CreditCodeError, match="“"):
            parse_credit_code(text)


def test_writing_does_not_matter():
    assert parse_credit_code(" 9133 0100-799655058b ").code == "91330100799655058B"
    assert parse_credit_code("９１３３０１００７９９６５５０５８Ｂ").code == "91330100799655058B"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "应为 18 位，现有 0 位"),
        ("9133010079965505", "现有 16 位"),
        ("420000000012345", "旧的工商注册号"),
        ("000131419", "9 位是组织机构代码"),
        ("9133O100799655058B", "第 5 位“O”不在代码字符集内，是否应为“0”"),
        ("91330100799655058I", "第 18 位“I”不在代码字符集内，是否应为“1”"),
        ("9133010079965505中B", "第 17 位“中”不在代码字符集内。"),
        ("91AB0100799655058B", "第 3 至 8 位应为六位行政区划代码"),
        ("91420000000000000A", "校验码不符"),
    ],
)
def test_errors_name_the_place(text, reason):
    with pytest.raises(CreditCodeError, match=reason):
        parse_credit_code(text)


@pytest.mark.parametrize(
    ("lead", "authority", "category"),
    [
        ("11", "机构编制", "机关"),
        ("12", "机构编制", "事业单位"),
        ("31", "司法行政", "律师执业机构"),
        ("51", "民政", "社会团体"),
        ("92", "市场监管", "个体工商户"),
        ("93", "市场监管", "农民专业合作社"),
        ("N2", "农业农村", "村级集体经济组织"),
        ("Y1", "其他", "其他"),
        ("95", "市场监管", "未知"),
        ("X1", "未知", "未知"),
    ],
)
def test_departments_and_categories_including_letters(lead, authority, category):
    body = lead + fictional_credit_code(1)[2:17]
    parsed = parse_credit_code(body + uscc.calc_check_digit(body))
    assert (parsed.authority, parsed.category) == (authority, category)


def test_organisation_codes():
    assert parse_organisation_code("80210043-3") == "802100433"
    assert parse_organisation_code("71526726x") == "71526726X"
    with pytest.raises(CreditCodeError, match="校验码不符"):
        parse_organisation_code("80210043-4")
    with pytest.raises(CreditCodeError, match="应为 9 位，现有 3 位"):
        parse_organisation_code("123")
    with pytest.raises(CreditCodeError, match="应为 8 位数字或大写字母"):
        organisation_check("1234567中")


def test_a_wrong_inner_check_is_a_warning_only():
    body = "91420000" + "123456789"
    parsed = parse_credit_code(body + uscc.calc_check_digit(body))
    assert not parsed.organisation_valid


@pytest.mark.parametrize(
    ("number", "region"), [(-1, "990121"), (10**8, "990121"), (1, "421222"), (1, "99"), (1, "99012X")]
)
def test_made_up_codes_never_leave_the_fictional_registry(number, region):
    with pytest.raises(CreditCodeError):
        fictional_credit_code(number, region)
