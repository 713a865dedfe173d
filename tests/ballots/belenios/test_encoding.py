"""JSON as it is hashed: what cannot be written again as it was read is refused."""

from __future__ import annotations

import pytest

from ballots.belenios.encoding import compact, parse_json
from ballots.errors import Malformed


@pytest.mark.parametrize(
    "encoded",
    [
        b'{"a":1,"a":2}',
        b"1.5",
        b"NaN",
        b"1234567890123456",
        b'"\xff"',
        b"[" * 5_000,
        rb'"\ud800"',
        rb'{"\udfff":"x"}',
    ],
)
def test_what_two_readers_might_read_differently_is_malformed(encoded):
    with pytest.raises(Malformed):
        parse_json(encoded)


def test_letters_beyond_ascii_are_written_as_they_are():
    assert parse_json(rb'"\ud83d\ude00 \u00e5"') == "😀 å"
    assert compact("😀 å") == '"😀 å"'.encode()
