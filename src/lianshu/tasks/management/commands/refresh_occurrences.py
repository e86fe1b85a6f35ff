"""Write the missing occurrences of all duties; for a daily timer, safe at any time."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from lianshu.tasks.services import occurrences_refresh_all


class Command(BaseCommand):
    """``manage refresh_occurrences``."""

    help = "补齐常规职责到明年年底的期次"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"新增 {occurrences_refresh_all()} 期。")
