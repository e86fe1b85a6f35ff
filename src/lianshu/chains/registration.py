"""What this room hangs into the lower rooms."""

from . import adoption  # noqa: F401
