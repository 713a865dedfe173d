"""Secret ballots after the Belenios protocol, crypto version 1, in the words of its specification.

Section numbers in this package are those of the Belenios specification 2.0.
"""
