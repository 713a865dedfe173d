"""The house's clock in tests."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass
class Clock:
    """It stands until a test moves it."""

    now: dt.datetime

    def __call__(self) -> dt.datetime:
        return self.now

    def later(self, **much: float) -> None:
        self.now += dt.timedelta(**much)
