"""What a page says to whoever reads it."""

from __future__ import annotations

import re

from httpx import Response


def filled(page: Response) -> list[str]:
    """The words on the filled buttons: there is at most one thing to do next."""
    found = re.findall(r'<(?:button|a) class="(?:button )?primary"[^>]*>([^<]*)<', page.text)
    return [words.strip() for words in found]
