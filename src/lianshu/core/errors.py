"""The error catalogue: every refusal has a code and a sentence with what, where and what to do."""

from __future__ import annotations

# code: (HTTP status, sentence). Sentences take named arguments.
CATALOGUE: dict[str, tuple[int, str]] = {
    "E1001": (403, "您的账号不能在“{where}”办理“{action}”。需要时请联系本级安全管理员授权。"),
    "E1002": (404, "没有找到这条记录，或它不在您的管辖范围内。"),
    "E1003": (403, "保存后这条记录会落在您的管辖范围之外，未保存。请核对地区和产业链。"),
    "E1004": (409, "这条记录刚被{who}改过，您看到的不是最新内容，未保存。请刷新后重做。"),
    "E1005": (409, "“{what}”下面还有{count}条{children}，不能删除。请先处理它们。"),
    "E2001": (422, "{problems}"),
    "E2002": (422, "文件“{name}”不能用：{cause}。{remedy}"),
    "E2003": (413, "文件“{name}”有 {size}，超过上限 {limit}。请拆分后再传。"),
    "E4001": (
        413,
        "这次提交有 {size}，超过这里的上限 {limit}，没有接收。请按“后退”回到刚才的页面，减小或分几次提交。",
    ),
    "E4002": (411, "这次提交没有说明大小，没有接收。请用浏览器打开本系统办理。"),
    "E4003": (
        400,
        "提交的内容里有不可见的控制字符，没有接收。请按“后退”回到刚才的页面，把从别处粘贴的文字重新键入。",
    ),
    "E4004": (400, "这次提交不完整或格式不对，没有保存。请按“后退”回到刚才的页面，刷新后再试。"),
    "E4005": (400, "一次提交的项目或文件太多，没有保存。请按“后退”回到刚才的页面，分几次提交。"),
    "E4006": (400, "这个网址不是本系统登记的访问地址。请用系统管理员给的网址打开。"),
    "E4007": (
        403,
        "没有保存：这个页面打开太久，或者您在别的窗口重新登录过。请按“后退”回到刚才的页面，先把填好的内容复制下来，"
        "刷新页面（F5）后粘贴，再提交一次；选过的文件要重新选。",
    ),
    "E4008": (
        403,
        "没有保存：这个页面打开太久，或者您在别的窗口重新登录过。填好的内容还在页面上，请先复制下来，"
        "刷新页面（F5）后粘贴，再提交一次。",
    ),
    "E4009": (403, "没有登录：登录页打开太久了。请刷新页面（F5），重新填写账号和密码。"),
    "E3001": (409, "“{what}”现在是“{state}”，不能{action}。"),
}


class LianshuError(Exception):
    """A refusal shown to the user as it stands.

    ``code`` is a key of :data:`CATALOGUE`; the arguments fill its sentence. ``problems`` may hold
    a list of (field, sentence) for forms and imports.
    """

    def __init__(self, code: str, *, problems: list[tuple[str, str]] | None = None, **values: object) -> None:
        self.code = code
        self.status, sentence = CATALOGUE[code]
        self.problems = problems or []
        if self.problems and "problems" not in values:
            values["problems"] = "；".join(text for _, text in self.problems)
        self.sentence = sentence.format(**values)
        super().__init__(f"{self.sentence}（{code}）")


def invalid(*problems: tuple[str, str]) -> LianshuError:
    """A refusal of input with one (field, sentence) pair per problem."""
    return LianshuError("E2001", problems=list(problems))
