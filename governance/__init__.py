"""The association: members, meetings, motions, polls and minutes. Knows `ballots`, never `web`."""
