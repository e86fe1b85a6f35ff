"""Writes of this room."""

from .targets import (
    indicator_define,
    target_create,
    target_delete,
    target_hand_down,
    target_split,
    target_take_over,
    target_update,
    target_years_set,
)
from .values import (
    observation_approve,
    observation_create,
    observation_record,
    observation_return,
    observation_update,
    observation_withdraw,
    observations_approve,
)

__all__ = [
    "indicator_define",
    "observation_approve",
    "observation_create",
    "observation_record",
    "observation_return",
    "observation_update",
    "observation_withdraw",
    "observations_approve",
    "target_create",
    "target_delete",
    "target_hand_down",
    "target_split",
    "target_take_over",
    "target_update",
    "target_years_set",
]
