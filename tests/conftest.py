"""For all tests: what makes thousands of them cheaper, and changes nothing that they see.

Garbage is looked for less often, which saves a tenth. And Werkzeug writes two functions for each
route of each app, which make addresses; of the thousand apps of these tests, each uses a few.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache
from typing import Any

from werkzeug.routing import Rule

gc.set_threshold(200_000, 20, 100)

_written = Rule._compile_builder


def _written_when_needed(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
    written = cache(lambda: _written(rule, append_unknown))
    return lambda self, **values: written()(self, **values)


Rule._compile_builder = _written_when_needed  # type: ignore[method-assign,assignment]
