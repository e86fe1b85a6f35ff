"""What the audit log says about itself, and to whom it is told."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from lianshu.core.models import AuditEntry
from lianshu.core.notices import notify

from . import chain

OBJECT_TYPE = AuditEntry._meta.label_lower
#: actions of entries about the log itself
UNTRIGGERED = "审计触发器被移除"
CONTRADICTED = "审计记录与检查点不符"
FILE_LOST = "检查点文件被动过"
KEY_LOST = "审计密钥不符"
RESTORED = "从备份恢复"
NEW_KEY = "更换审计密钥"


def auditors() -> list[Any]:
    """The audit administrators in office today."""
    people = get_user_model().objects.filter(is_active=True, grants__role="audit_admin").distinct()
    return [one for one in people if any("audit" in grant.actions for grant in one.grants_in_force())]


def tell(action: str, note: str, *, key: str, light: str = "red", by: str = "系统") -> None:
    """Append an entry about the log and tell the audit administrators; once for each ``key``."""
    with transaction.atomic():
        if AuditEntry.objects.filter(object_type=OBJECT_TYPE, object_id=key[:40]).exists():
            return
        entry = AuditEntry(
            at=timezone.now(),
            actor=None,
            actor_name=by[:80],
            action=action,
            object_type=OBJECT_TYPE,
            object_id=key[:40],
            object_label="审计日志",
            note=note[:400],
        )
        chain.append([entry])
        notify(
            auditors(), title=f"{action}：{note}", url=reverse("audit"), light=light, key=f"audit:{key}"[:120]
        )
