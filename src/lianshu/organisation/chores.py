"""Periodic work of this room."""

from __future__ import annotations

import datetime as dt

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.utils import timezone

#: 等保 2.0 and the Cybersecurity Law (网络安全法 art. 21) ask for at least six months of logs
KEPT = dt.timedelta(days=200)


def forget_old_attempts() -> None:
    """Delete what the sign-in guard noted longer ago than logs must be kept."""
    oldest = timezone.now() - KEPT
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(attempt_time__lt=oldest).delete()
