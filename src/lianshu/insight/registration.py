"""What this room hangs into the shell."""

from lianshu.core.registries import NavItem, registry

registry.navigation += [
    NavItem(
        "我的工作",
        "home",
        "home",
        10,
        action=None,
        children=(NavItem("最近变化", "recent-changes", order=10),),
    ),
    NavItem(
        "看板",
        "board",
        "layout-dashboard",
        20,
        prefixes=("/board/", "/chief/"),
        children=(
            NavItem("全部产业链", "board", order=10),
            NavItem("链长一页纸", "chief-list", order=20),
        ),
    ),
]
