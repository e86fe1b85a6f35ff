"""Head lines and foot lines of a document: what a web page or a form puts around the text itself."""

from __future__ import annotations

import re

_LABELS = (
    "索引号|文号|发文字号|来源|信息来源|稿源|名称|标题|主题分类|主题词|公开范围|公开方式|公开日期|公开时限|公开类别|公开形式|"
    "发布机构|发布单位|发布日期|发布时间|发布人|生成日期|成文日期|有效性|效力状态|时效性|解读方式|解读类型|解读单位|统一登记号|"
    "统一编号|日期|时间|发文单位|发文机关|发文日期|信息分类|体裁分类|体裁|公文种类|分类|字号|字体|浏览次数|浏览量|浏览|阅读量|阅读|"
    "阅读次数|点击数|点击|点击次数|访问量|作者|编辑|审核|责任编辑|关键词|所属栏目|废止日期|生效日期|实施日期|签发人|信息索取号|"
    "制发机关|印发日期|印发机关|文件编号|背景色|保护视力色|分享到|相关视频政策解读|文字实录"
)
_HEAD = re.compile(rf"[|\[【( ]{{0,8}}(?:{_LABELS})(?: *[:】\]|]| +\S)|(?:{_LABELS})$")
_CRUMBS = re.compile(
    r"[\u4e00-\u9fff]{2,12}〔\d{4}〕第?\d+号$|(?:您?(?:现在|当前|目前)?(?:所在)?的?位置|首页|当前栏目)[:\s>》/-]|.{0,12}首页 ?[>»›》/]|(?:https?://|www\.|\./)\S+$|[^\s.]\S*?\.s?html?\S*+$"
)
_FOOT = re.compile(
    r"责任编辑|编辑[::]|审核[::]|校对|附件 ?\d?[::]|附[::]|主办(?:单位)?[::]|承办(?:单位)?[::]|版权所有|网站标识码|.{0,8}ICP备|.{0,6}公网安备|"
    r"热点排行|相关(?:链接|文件|阅读|文章|附件|稿件|新闻|解读|信息)|分享到|分享[::]|打印(?:本页)?|关闭(?:窗口)?$|【?(?:打印|关闭|返回顶部)|"
    r"上一[篇条]|下一[篇条]|扫一扫|.{0,6}微信公众号$|地址[::]|联系(?:电话|我们|方式)|邮编|技术支持|网站地图|热词搜索|抄送|印发份数|"
    r"(?:https?://|www\.|\./)\S+$|点击(?:下载|查看)|\d+\.[^。]{2,40}\.(?:docx?|pdf|xlsx?|wps)$|.{2,60}\.(?:docx?|pdf|xlsx?|wps)$|政策解读$|图解"
)
_BODY = re.compile(
    r"\(?[一二三四五六七八九十]{1,3}[、)]|第[一二三四五六七八九十]+[章条]|\d{1,2}[.、](?!\d)|主持人:|为(?:了)?[^。]{0,6}(?:深入|贯彻|落实|加快|推动|进一步)|根据"
)
_TITLE_END = re.compile(
    r"(?:方案|意见|通知|计划|规划|办法|措施|规定|细则|解读|纲要|决定|要点|条例|报告|公告|制度|机制|清单|指南|政策|函|批复|预案|实录|目录|安排|分工|倡议|讲话|纪要)(?:\([^)]{1,20}\))?(?:的通知|的函|的公告|政策解读|解读)?(?:\([^)]{1,12}\))?$"
)


#: What may stand alone on the last line of a broken title.
_TITLE_REST = re.compile(r"(?:实施|工作|行动)?(?:方案|意见|计划|通知|规划)")
_TITLE_TAIL = re.compile(
    r"\((?:\d{4}-\d{4}年?|试行|暂行|征求意见稿|送审稿|草案|修订版?|\d{4}年(?:修订|版))\)"
)
_LEADER = re.compile(r".{2,60}?[.…·\t ]{3,}+\d{1,3}$")


def _contents(clean: str, lines: list[tuple[int, int]], kinds: dict[int, str]) -> None:
    """Mark a table of contents as head lines: they would double every heading of the document."""
    words = [clean[slice(*span)] for span in lines]
    for i, line in enumerate(words[:300]):
        if _LEADER.fullmatch(line) and "。" not in line:
            kinds[i] = "head"
        if line in ("目录", "目 录", "目次"):
            kinds[i] = "head"
            seen: set[str] = set()
            for j in range(i + 1, min(i + 80, len(words))):
                bare = re.sub(r"[ .…·\t]*\d*$", "", words[j])
                if j in kinds or bare in seen or len(bare) > 40 or bare not in words[j + 1 :]:
                    break
                kinds[j] = "head"
                seen.add(bare)


def outer_lines(clean: str, lines: list[tuple[int, int]]) -> dict[int, str]:
    """The lines (by their index) that are ``head``, ``title`` or ``foot`` before and after the body."""
    kinds: dict[int, str] = {}
    first = 0
    limit = min(len(lines), 40)
    titles: list[int] = []
    for i in range(limit):
        start, end = lines[i]
        line = clean[start:end]
        if _HEAD.match(line) or _CRUMBS.match(line):
            kinds[i] = "head"
            first = i + 1
            continue
        if _BODY.match(line) or (len(line) > 60 and "。" in line):
            break
        short = len(line) < 5 and not _TITLE_REST.fullmatch(line)
        if len(line) <= 80 and not short and _TITLE_END.search(line) and not re.search(r"[。;]", line):
            kinds[i] = "title"
            titles.append(i)
            first = i + 1
    _contents(clean, lines, kinds)
    for i in titles:
        if i + 1 < len(lines) and _TITLE_TAIL.fullmatch(clean[slice(*lines[i + 1])]):
            kinds[i + 1] = "title"
            first = max(first, i + 2)
    _title_parts(clean, lines, kinds, titles)
    last = _foot_start(clean, lines, first)
    for i in range(last, len(lines)):
        kinds[i] = "foot"
    return kinds


def _title_parts(clean: str, lines: list[tuple[int, int]], kinds: dict[int, str], titles: list[int]) -> None:
    """Mark the first lines of a title that was broken over several lines."""
    for i in titles:
        whole = clean[slice(*lines[i])]
        j = i - 1
        while j >= 0 and j not in kinds and len(clean[slice(*lines[j])]) <= 40 and len(whole) < 40:
            line = clean[slice(*lines[j])]
            if re.search(r"[。;,:!?]|^[\d年月日 ]+$", line) or not re.search(r"[\u4e00-\u9fff]", line):
                break
            kinds[j] = "title"
            whole = line + whole
            j -= 1


def _foot_start(clean: str, lines: list[tuple[int, int]], first: int) -> int:
    """Index of the first foot line: counted back from the end over short lines that look like a foot."""
    last = len(lines)
    i = len(lines) - 1
    while i > first and len(lines) - i <= 30:
        line = clean[slice(*lines[i])]
        if _FOOT.match(line):
            last = i
        elif (
            len(line) > 45
            or "。" in line[:-1]
            or _BODY.match(line)
            or re.search(r"\d{4}年\d{1,2}月\d{1,2}日$", line)
        ):
            break
        i -= 1
    return last
