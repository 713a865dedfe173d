"""A picture of a person: read by its bytes, turned upright, made small, and written anew.

Written anew it holds pixels and nothing else: no place, no camera, nothing hidden behind its end.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps

from governance.errors import N_, Invalid

LARGEST = 12_000_000  # bytes, of what is handed in: a telephone's photograph
MOST_PIXELS = 50_000_000  # a small file can unfold into more than a server has memory for
SIDE = 800  # pixels, the longer one, as it is kept
FORMATS = ("PNG", "JPEG", "WEBP")
MEDIA = "image/jpeg"
QUALITY = 85


def tidy(body: bytes) -> bytes:
    """The picture as it is kept, a JPEG. Raises Invalid for what is none of the three formats."""
    if not body:
        raise Invalid(N_("The file is empty."), field="picture")
    if len(body) > LARGEST:
        most = LARGEST // 1_000_000
        raise Invalid(N_("The file is larger than %(most)s megabytes."), field="picture", most=most)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return _again(body)
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as error:
        raise Invalid(N_("Choose a picture: PNG, JPEG or WebP."), field="picture") from error


def _again(body: bytes) -> bytes:
    with Image.open(io.BytesIO(body), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        opened.draft("RGB", (SIDE * 2, SIDE * 2))
        upright = ImageOps.exif_transpose(opened)
        small = upright.convert("RGBA")
    small.thumbnail((SIDE, SIDE))
    paper = Image.new("RGB", small.size, "white")  # a JPEG has no transparency
    paper.paste(small, mask=small.getchannel("A"))
    written = io.BytesIO()
    paper.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()
