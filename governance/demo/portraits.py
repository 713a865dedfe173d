"""Portraits of the demo's candidates: quiet landscapes drawn by us, of nobody."""

from __future__ import annotations

import io
from hashlib import sha256

from PIL import Image, ImageDraw

SIDE = 320
# Sky, sun, and two hills, each set at ease with the others.
COLOURS = (
    ("#dfe9e4", "#e8b04a", "#5d8a78", "#2f5d50"),
    ("#f1e3d3", "#d9734e", "#8a6f5d", "#4d3f37"),
    ("#dde6f0", "#f0d9a0", "#6b86a8", "#33496b"),
    ("#ece1ec", "#e39a9a", "#86719a", "#4a3b63"),
)
ALT = {
    "sv": "En tecknad bild: sol över två kullar",
    "en": "A drawing: the sun above two hills",
}


def draw(name: str) -> bytes:
    """A PNG that is always the same for the same name."""
    chance = sha256(name.encode()).digest()
    sky, sun, far, near = COLOURS[chance[0] % len(COLOURS)]
    picture = Image.new("RGB", (SIDE, SIDE), sky)
    pen = ImageDraw.Draw(picture)
    across, up, size = 60 + chance[1] % 200, 60 + chance[2] % 70, 28 + chance[3] % 26
    pen.ellipse((across - size, up - size, across + size, up + size), fill=sun)
    for colour, top, middle in ((far, 150, chance[4]), (near, 210, chance[5])):
        at = middle * SIDE // 255
        pen.ellipse((at - 260, top, at + 260, top + 360), fill=colour)
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()
