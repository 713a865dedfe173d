"""Style sheets and scripts, read once and served from memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException

ROOT = Path(__file__).parent.parent / "static"
MEDIA = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".txt": "text/plain",
}


@dataclass(frozen=True)
class Asset:
    body: bytes
    media: str
    tag: str
    changed: float


_read: dict[str, Asset] = {}


def asset(name: str) -> Asset:
    """A file under static/. Raises 404 for anything else, whatever the path tries."""
    path = (ROOT / name.lstrip("/")).resolve()
    if not path.is_relative_to(ROOT) or path.suffix not in MEDIA or not path.is_file():
        raise NotFoundException
    changed = path.stat().st_mtime
    found = _read.get(name)
    if found is None or found.changed != changed:
        body = path.read_bytes()
        tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        found = _read[name] = Asset(body, MEDIA[path.suffix], tag, changed)
    return found


@get("/static/{name:path}")
async def serve(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
    found = asset(name)
    # Asked for each time, answered with 304: a page never meets yesterday's script.
    headers = {"etag": found.tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == found.tag:
        return Response(b"", status_code=304, headers=headers, media_type=found.media)
    return Response(found.body, headers=headers, media_type=found.media)


handlers = [serve]
