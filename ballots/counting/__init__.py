"""Counting rules: pure functions from ballots to a count that shows each step, in exact numbers."""
