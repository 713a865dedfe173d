"""A trustee's device: from its seed and what it is sent to what it hands in.

Its browser does the same in `web/static/js/ceremony.js`. The seed and the private share stay here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ballots.belenios import ceremony, key_check, tally
from ballots.belenios.ceremony import Contribution, Keys, Share
from ballots.belenios.election import parse_election
from ballots.belenios.encoding import parse_json
from ballots.belenios.group import BELENIOS_2048 as GROUP
from ballots.belenios.group import Chance


@dataclass(frozen=True)
class Device:
    """`chance` is for what must differ each time; the ceremony's own comes from the seed."""

    seed: str
    chance: Chance

    @property
    def keys(self) -> Keys:
        """Raises Malformed where the seed is none."""
        return Keys.of(GROUP, self.seed)

    def answer(self, task: Mapping[str, Any]) -> Any:
        """What this step of the ceremony asks of the device.

        `task` has `step`, `needed`, `certificates`, `pledges`, `contributions` and `nonce`, each as
        far as it is known by then. Raises Rejected, naming whose part does not hold.
        """
        match task["step"]:
            case "certificate":
                own = ceremony.derived_chance(self.seed, "", "certificate")
                return ceremony.make_certificate(self.keys, own)
            case "pledge":
                return ceremony.pledge(self._contribution(task).commitments)
            case "contribution":
                made = self._contribution(task)
                return {"commitments": made.commitments, "secrets": made.secrets}
            case "public-key":
                return self.share(task).key.as_json()
            case "check":
                private = self.share(task).private
                return key_check.answer(GROUP, private, task["nonce"], self.chance).as_json()
            case step:
                raise LookupError(step)

    def share(self, task: Mapping[str, Any]) -> Share:
        """The private share, made again from the seed and everybody's contributions."""
        return ceremony.finish(
            self.keys,
            ceremony.parse_certificates(task["certificates"], GROUP),
            task["needed"],
            task["pledges"],
            task["contributions"],
            self.chance,
        )

    def part(self, task: Mapping[str, Any], election: bytes, added: bytes) -> dict[str, Any]:
        """This trustee's part of opening an encrypted sum, with the strong proof.

        Whoever calls it has seen that `added` is the sum of the ballots of the archive: what it
        opens here, it opens.
        """
        asked = parse_election(election)
        private, own = self.share(task).private, tally.parse_tally(added, asked)
        partial = tally.decrypt(asked, own, private, self.chance)
        strong = tally.prove_strongly(asked, own, private, self.chance)
        return {
            "partial": parse_json(partial.encode()),
            "strong": [[proof.as_json() for proof in row] for row in strong],
        }

    def _contribution(self, task: Mapping[str, Any]) -> Contribution:
        certificates = ceremony.parse_certificates(task["certificates"], GROUP)
        bound = ceremony.ceremony_id(certificates, task["needed"])
        own = ceremony.derived_chance(self.seed, bound, "contribution")
        return ceremony.contribute(self.keys, certificates, task["needed"], own)
