"""The voting core: ballots, the public board, receipts, counting. Knows no member and no web."""
