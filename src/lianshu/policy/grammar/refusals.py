"""Why a figure is no target: fixed sets, thresholds inside names, subsidies, single projects, the past.

:func:`refusal` names the reason (an identifier used by ``--explain`` and by the tests) or gives ``None``. The
list is the section "Not targets" of ``policies/SCHEMA.md``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lianshu.policy.grammar.measures import after_words
from lianshu.policy.lexicon import choice, once
from lianshu.reference.quantity import Found

_PUNCT = ",;。、:)”》\n!?"
_FORMULA = re.compile(
    r"[二两三四五六七八九十\d]个一(?!批)|[二两三四五六七八九十]个“一”|“[一二三四五六七八九十]+个一”|一[一-龥]{1,2}[(][批][)]"
)
_FORMULA_PARTS = re.compile(r"一(?:个|名|位|条|支|套|份|张|项|家|批)[^,;。、一]{2,14}(?=[,;、。])")
_QUOTED = re.compile(r"“[^“”]*$")
_SET_SORTS = once(
    *[
        "重点",
        "主导",
        "特色",
        "优势",
        "新兴",
        "支柱",
        "先进",
        "传统",
        "制造业",
        "工业",
        "农业",
        "战略性",
        "省级",
        "市级",
        "县级",
        "关键",
        "核心",
        "细分",
        "相关",
        "具体",
        "主要",
        "专项",
        "突出",
        "大的",
        "大",
        "亿级",
        "未来",
        "标志性",
        "现代",
        "的",
        "省",
        "市",
        "县",
        "直",
        "本地",
        "本",
        "各",
        "下属",
    ]
)
_SET_NOUN = re.compile(
    rf"{_SET_SORTS}{{0,12}}(?:{choice('targets', 'set_abstract')}|{choice('targets', 'set_nouns')}(?=[,;。、:)(”]|$|建设|发展|的|和|及|与|等|中|上|由|进行|现状|均|都|每|各|分别|工作|高质量|开展|实施|制定|为|产值|总产值|营收|营业|规模|占比|增加值|规上|规模以上|不少于|不低于|本地|平均|合计|培育|总|年|实现|达|力争|税收|主营|全部|覆盖|链长|链主|专班|牵头|集群发展|统筹))"
)
_EACH = re.compile("每|各县|各区|各乡|各镇|各园")
_SIZED = re.compile(choice("targets", "sized"))
_FOCUS_LEFT = re.compile(
    rf"{choice('targets', 'focusing')}(?:本|我|全|了|好|重点|省|市|县|以下|上述|这|的|于)*$"
)
_CREATING = re.compile("形成|培育|打造|建成|新增|创建|争创|发展|建设")
_LISTED = re.compile("培育|引进|新增|打造|建成|形成|招引|争创")
_SHARED_THRESHOLD = re.compile(r"(?:及)?以上(?:、|且|和|或)[^,;。]{0,20}以上的[^,;。]{0,6}(?:项目|企业)")
_REACHING = re.compile(r"(?:突破|超过?|达到?|过|迈上|跨越)$")
_SCORING = re.compile(r"[得扣加计减][1-9]?\d*(?:\.\d+)?分|基本分|[(]\d+分[)]|按比例扣")
_GRANTED_TO = re.compile(r"(?:^|[,;。:、\d.])对(?![接标口外照准])")
_GRANTING = re.compile("给予|奖励|补助|补贴|奖补|贴息|资助|兑现|奖金")
_THRESHOLD_NOUN = re.compile(
    r"(?:\(含\))?(?:及以上|以上|以下|规模以上)?(?:的)?(?:[^,;。、\d]{0,12})?(?:项目|企业|集群|产业链|产业|链条|龙头|基地|园区?|集团|公司|工程|单体|大户|客商|主体|投资商|强镇|强县|乡镇|村|商户|技改|产业园)"
)
_MONEY_THING = re.compile(rf"(?:的)?(?:[^,;。、\d]{{0,6}})?{choice('targets', 'money_things')}")
_LEVEL_WORD = re.compile(r"(?:级|元级|规模级|量级)")
_SUBSIDY = re.compile(choice("targets", "subsidy"))
_WEIGHT = re.compile(choice("targets", "weights"))
_AMOUNT_LEFT = re.compile(
    rf"{choice('targets', 'project_amounts')}(?:达到|达|为|约|近|超过|超|共|总计|总额|计|不低于|规模)*$"
)
_EXPECTED_LEFT = re.compile(r"(?:可|预计可?)(?:完成|实现|新增|形成|带动|达到?|年产)[^,;。、]{0,10}$")
_PROJECT = re.compile(choice("targets", "project_nouns"))
_LEADERS = re.compile(rf"[^,;。、]{{0,10}}{choice('targets', 'leaders')}")
_POSTING = re.compile(choice("targets", "posting"))
_RANK_LEFT = re.compile(r"(?:第|前|排名|名列|位列|位居|进入前|列|居|TOP|top|百强|五百强)$")
_DURATION_VERB = re.compile(
    r"压缩|缩短|压减|压降|缩减|减少|减至|减为|精简|提前|控制|不超过|不得超过|最长|降至|降低|完成|办结|办理|答复|反馈|受理|审批|审结|回复|解决|时限|响应|办成|核发|交办|报送|处理|提速|拨付|兑现|提出|出具|启动"
)
_NUMBERS_SPELT = re.compile(r"“\d{3,6}”[^。;；,，]{0,10}[,，]?[(（]?即")
#: 年产120亿只医疗级手套…等签约项目: the capacity of a project, not an output to reach.
#: Names in a row right before the number, and what they are together.
_NAMED_SET = re.compile(r"、(?![^、]*(?:引进|培育|新增|新建|建成|实施|打造|形成|谋划))[^、\d]{3,20}$")
_SET_OF = re.compile(r"(?:重点|重大|标志性|在建|续建|龙头|骨干)*(?:项目|工程|园区|企业|单位|部门)(?!研)")
_CAPACITY_UNITS = frozenset(
    [
        "台",
        "套",
        "条",
        "只",
        "件",
        "辆",
        "吨",
        "千瓦",
        "千瓦时",
        "兆瓦",
        "吉瓦",
        "支",
        "块",
        "片",
        "米",
        "平方米",
        "立方米",
        "头",
        "羽",
        "盒",
        "瓶",
    ]
)
_PROJECT_LIST = re.compile(r"等[^,;。、]{0,12}项目")
_CAPACITY = re.compile(r"(?<![均到])年产(?:能|量)?(?:约|近|超|达)?$")
_ALREADY = re.compile(rf"(?<![由从较比])(?:{choice('targets', 'past')})")
_FUTURE = re.compile(
    rf"{choice('targets', 'future')}|到(?:20|“|二〇|[明后]年|十)|(?<![重主需必])要(?!素|求|点|害|件|闻)"
)
_FROM_LEFT = re.compile(r"(?:由|从)(?:[^,;。、]{0,12}的)?$")
_TO_RIGHT = re.compile(
    r"(?:左右|以上)?(?:提高|提升|增加|增长|上升|扩大|降低|下降|压缩|缩短|压减|压降|缩减|精简至|提速|发展|减少|跃升|壮大|攀升|增|升|降|减|扩|拓展|优化|精简|调整)?(?:到|至|为)"
)
_FUND = re.compile(r"^(?:的|以上的?)?[^,;。、]{0,16}(?:基金|资金池|担保金|风险池)")
_FOUNDING = re.compile("设立|组建|成立|建立|发起|做大|形成|打造|规模|募集|用好|争取")
_OFTEN = re.compile(
    r"每[一二两三四五六\d半]?个?(?:月|季|周|半年|旬|日|天|星期)|按(?:月|季|周|旬)|(?:月|季|周)均"
)
_SHARE_HELD = re.compile("持股|股份|股权|出资|占股|首付|押金|保证金|准备金")


#: Those with whom something is done: 与两所高校共建.
_PARTNERS = re.compile(r"(?:与|和|同|联合|携手)[^,;。、]{0,10}$")
_PARTNER = re.compile(
    r"(?:国内|省内|知名|重点)*(?:高校|院校|大学|科研院所|院所|机构)(?=[^,;。]{0,10}(?:共建|合作|联合|签|组建|共同))"
)
#: 两个园区亩均税收达到22万元: a set that is named, with its own figure behind it.
_SUBJECT_SET = re.compile(
    r"[^,;。\d“]{2,18}?(?:达到?|突破|超过|不低于|不少于|增长|占|提高|实现|各)[^,;。]{0,8}\d|[^,;。\d]{0,6}(?:产业|园区)[(]"
)
_TWO_NAMED = re.compile(r"[\u4e00-\u9fff]{2}(?:和|与)[\u4e00-\u9fff]{2,8}$")
_TRACKS = re.compile(r"(?:新|未来)?(?:赛道|领域|方向|产业)")
#: One such body for each chain is a way of working, not a goal.
_ONE_BODY = re.compile(
    r"(?:工作|服务|推进|招商|专项|业务)*(?:专班|工作组|处室|科室|领导小组|办公室|专家组|专家团队)"
)


def in_quotes(left: str) -> bool:
    """Whether the figure stands inside an open quotation mark of its clause."""
    return bool(_QUOTED.search(left))


@dataclass(frozen=True, slots=True)
class Around:
    """The words around a figure. ``left`` and ``right`` are its own words before the number and after the unit,
    ``clause_left``/``clause_right`` the rest of the ,-part, ``segment``/``segment_right`` the rest
    of the ;-part."""

    left: str
    right: str
    clause_left: str
    clause_right: str
    segment: str
    segment_right: str
    sentence: str
    paragraph: str


def refusal(found: Found, around: Around) -> str | None:
    """The reason why the figure is no target, or ``None``."""
    left, right = around.left, around.right
    quantity, kind = found.quantity, found.quantity.kind
    tail = right[after_words(right) :]
    if _RANK_LEFT.search(left) or (kind == "count" and re.match(r"[强佳]", right)):
        return "rank"
    if _FROM_LEFT.search(left) and _TO_RIGHT.match(right):
        return "base value"
    if found.form == "first":
        return None if "实现" in left or "力争" in left or right[:1] in _PUNCT else "title"
    if found.form in ("doubling", "coverage"):
        return "quotation" if in_quotes(left) else None
    if found.number.strip("百千万亿") == "" and found.number and not _REACHING.search(left):
        return "unit word"  # 万元工业增加值能耗, 亿元以上项目
    if _LEVEL_WORD.match(right) and kind in ("money", "mass", "other"):
        return "size class"
    if in_quotes(left) and (found.chinese or kind == "count"):
        return "quotation"
    if _OFTEN.search(around.clause_left):
        return "monthly"
    if _WEIGHT.search(left[-14:]) or _WEIGHT.search(right[:8]) or _SCORING.search(around.sentence):
        return "weight"
    if kind == "money":
        reason = _money_refusal(around)
        if reason:
            return reason
    elif kind in ("area", "length", "mass", "volume", "energy"):
        if _AMOUNT_LEFT.search(left) and (_PROJECT.search(right) or _PROJECT.search(left)):
            return "single project"
        if re.match(r"(?:及)?以上(?:的)?[一-龥]", right) and _THRESHOLD_NOUN.match(right):
            return "threshold"
    elif kind == "duration":
        limit = _DURATION_VERB.search(left) or _DURATION_VERB.search(right[:12])
        if not limit and not re.search(r"不少于$|不低于$", left):
            return "duration"
    elif kind in ("count", "occurrence"):
        reason = _count_refusal(found, around, tail)
        if reason:
            return reason
    elif quantity.unit in ("%", "‰") and (
        _SHARE_HELD.search(left) or re.match(r"(?:的)?(?:股|补|奖|贴|比例给|标准)", right)
    ):
        return "subsidy"
    granted = _SUBSIDY.search(around.clause_left) or _SUBSIDY.match(tail.lstrip("的"))
    if _CAPACITY.search(left) and _PROJECT.search(around.clause_right):
        return "single project"
    if (kind == "mass" or quantity.unit.lstrip("万亿") in _CAPACITY_UNITS) and _PROJECT_LIST.search(
        around.clause_right
    ):
        return "single project"  # 建成某化工20万吨乙二醇、…等项目
    if kind in ("money", "ratio") and (granted or _grants(around)):
        return "subsidy"
    return None


def _grants(around: Around) -> bool:
    """Whether the ;-part grants something to those it names first: 对…的企业,分别给予…"""
    begins = _GRANTED_TO.search(around.segment)
    return begins is not None and bool(
        _GRANTING.search(around.segment[begins.end() :] + around.segment_right)
    )


def _money_refusal(around: Around) -> str | None:
    """Money: thresholds in names (投资500万元以上的项目), amounts of single projects."""
    left, right = around.left, around.right
    if _SHARED_THRESHOLD.match(around.clause_right):
        return "threshold"
    if _FUND.match(right) and _FOUNDING.search(left):
        return None
    thing = _MONEY_THING.match(right)
    noun = _THRESHOLD_NOUN.match(right)
    if noun and not (
        thing and thing.end() <= noun.end() and not right.startswith(("以上", "及以上", "的企业"))
    ):
        return "threshold"
    if _AMOUNT_LEFT.search(left) or _EXPECTED_LEFT.search(left):
        return "single project"
    if right.startswith("的") and not thing:
        return "single project"
    return None


def _in_parts(found: Found, left: str) -> bool:
    """Whether the figure says in how many parts something is done (分两批)."""
    return found.quantity.unit in ("批", "步", "期") and left.endswith("分")


def _count_refusal(found: Found, around: Around, tail: str) -> str | None:
    """Counts: sets that are fixed, formulas, single leaders, 一 as an article."""
    left, right, sentence, paragraph = around.left, around.right, around.sentence, around.paragraph
    if left.endswith(("由", "对")) and tail[:1] not in ("", *_PUNCT):  # 由20个成员单位组成
        return "fixed set"
    if re.search(r"第?[一二三四五六七八九十\d]+届$", left):  # 十四届十次全会
        return "rank"
    if found.chinese and _NUMBERS_SPELT.search(around.segment):  # “4811”工程,即实施四项计划…
        return "formula"
    if left.endswith("每"):  # 每万人…: what the figure is measured against
        return "base value"
    if (
        found.number == "1"
        and found.quantity.high is None
        and tail[:1] not in ("", *_PUNCT)
        and _FORMULA.search(sentence)
    ):
        return "formula"
    sized = _SIZED.search(tail[:6]) and _LISTED.search(around.segment)  # 形成A、B等5个百亿级产业集群
    if left.endswith("等") and tail[:1] not in ("", *_PUNCT) and not sized and not _LISTED.search(left):
        return "fixed set"
    one = found.chinese and found.number == "一"
    if re.match(r"一批|[“‘]?一[批条个]", right):
        return "formula"
    if one:
        each = re.search(r"(?:每|各|一个|一条)[^,;。]{0,14}(?:县|链|产业|园区|乡镇|市|区|镇)", sentence)
        if found.quantity.unit in ("批", "次", "轮") or not (each or re.search(r"至少|不少于|新增", left)):
            return "article"
        if _FORMULA.search(paragraph) or len(_FORMULA_PARTS.findall(sentence)) >= 3:
            return "formula"
    if found.quantity.unit in ("名", "位", "人") and _LEADERS.match(right) and not _POSTING.search(left):
        return "leader"
    if found.quantity.unit in ("名", "位") and one and not _POSTING.search(left):
        return "leader"
    set_noun = _SET_NOUN.match(tail)
    if _PARTNERS.search(left) and _PARTNER.match(tail):
        return "partner"
    if found.chinese and found.number != "一":
        if not around.clause_left.strip() and _SUBJECT_SET.match(tail):
            return "fixed set"
        if _TWO_NAMED.search(left[-12:]) and _TRACKS.match(tail):  # 布局A和B两个新赛道
            return "fixed set"
    if one and _ONE_BODY.match(tail):
        return "leader"
    if _in_parts(found, left):  # 分两批
        return "article"
    if (
        found.chinese
        and found.number != "一"
        and _NAMED_SET.search(around.clause_left)
        and _SET_OF.match(tail)
    ):
        return "fixed set"  # A二期、B基地、C加工三个重点项目
    rough = after_words(right) and _LISTED.search(left)  # 培育20条左右优势产业链
    spread = (
        sized or rough or _CREATING.search(left) and _EACH.search(around.clause_left)
    )  # 每个乡镇培育1个特色产业
    if set_noun and not spread and not (_SIZED.search(tail[: set_noun.end()]) and _CREATING.search(left)):
        return "fixed set"
    if (
        _FOCUS_LEFT.search(left)
        and tail
        and tail[0] not in _PUNCT
        and not re.search(r"(?:力争|培育|引进|新增|达到)", left)
    ):
        return "fixed set"
    return None


_GOAL_HEADING = re.compile(r"目标|指标")
_STATE_HEADING = re.compile(r"(?:基础|现状|成效|成就|回顾|背景|情况|形势)$")


def tells_state(heading: str) -> bool:
    """Whether the part under this heading describes what there is (发展基础, 基本情况)."""
    return bool(_STATE_HEADING.search(heading))


def tells_goals(heading: str) -> bool:
    """Whether the part under this heading lists goals (主要目标, 预期指标)."""
    return bool(_GOAL_HEADING.search(heading))


def looks_ahead(sentence: str) -> bool:
    """Whether the sentence turns to what is to come (力争, 到2025年, 计划 …)."""
    return bool(_FUTURE.search(sentence))


def is_past(left: str, sentence_left: str) -> bool:
    """Whether the sentence up to the figure tells what has been, not what is to come."""
    words = list(_ALREADY.finditer(sentence_left))
    return bool(words) and not _FUTURE.search(sentence_left[words[-1].end() :])
