"""What the booth says. Its files carry no language: the words come with the vote, translated.

`%(name)s` is filled in by the booth itself.
"""

from __future__ import annotations

from governance.errors import N_
from web.i18n import translate

WORDS = {
    "secret-vote": N_("Secret vote"),
    "vote": N_("Vote"),
    "who-could-know": N_("Who could learn how you vote?"),
    "trust-board": N_(
        "Any %(needed)s of these %(holders)s can open the result together; nobody can read a vote "
        "alone: %(names)s."
    ),
    "trust-server": N_("The server alone holds the key: whoever runs it could read every vote."),
    "few": N_(
        "Fewer than five can vote. Only the outcome will be told, and it may still say how you "
        "voted."
    ),
    "counts-last": N_("You have voted. If you vote again, only your last ballot counts."),
    "choose-one": N_("Choose one."),
    "choose-most": N_("Choose up to %(most)s, or vote blank."),
    "approve-any": N_("Approve of as many as you like, or vote blank."),
    "approve-most": N_("Approve of as many as you like, at most %(most)s, or vote blank."),
    "nothing-chosen": N_("Choose one of these."),
    "too-many": N_("Choose at most %(most)s."),
    "to-review": N_("Review my vote"),
    "not-promised": N_("What is not promised"),
    "not-page": N_(
        "This page comes from a server, and a page made to cheat could cheat you. The hash of its "
        "files is on the log; with the command line you can vote without any page."
    ),
    "not-device": N_("Whoever watches you vote, or has got into your device, can see your choice."),
    "not-seller": N_(
        "With a changed program you could prove to somebody how you voted. Nobody can demand it."
    ),
    "not-participation": N_("That you have voted is not secret. What you voted is."),
    "review": N_("Review your vote"),
    "your-choice": N_("Your choice"),
    "binding": N_("Once it is cast it cannot be changed."),
    "revote": N_("You can vote again until the vote is closed; only your last ballot counts."),
    "blank-title": N_("Do you want to vote blank?"),
    "blank-means": N_("A blank vote is counted as such, and goes to nobody."),
    "cast": N_("Cast my vote"),
    "cast-blank": N_("Yes, cast a blank vote"),
    "choose-again": N_("Choose again"),
    "encrypting": N_("Your browser is encrypting your vote. This takes about a second."),
    "encrypted": N_("Encrypted in %(seconds)s seconds. Sending your ballot …"),
    "sending": N_("Sending your ballot …"),
    "again": N_("No answer yet. Sending the same ballot again …"),
    "voted": N_("You have voted"),
    "short-code": N_("Short code"),
    "tracker": N_("Your ballot in the archive"),
    "unkept": N_("This browser cannot keep the receipt. Download it now."),
    "verified": N_(
        "This browser has verified your receipt: your encrypted ballot is on the log, signed. "
        "Neither the receipt nor this browser holds your choice any more."
    ),
    "took": N_("Your vote was encrypted on this device, in %(seconds)s seconds."),
    "to-meeting": N_("Back to the meeting"),
    "download": N_("Download the receipt"),
    "other-device": N_("Check it on another device"),
    "compare": N_("This code opens the check there. Compare the short code."),
    "qr": N_("QR code of your receipt"),
    "waiting-title": N_("A ballot of yours has not been answered"),
    "waiting": N_(
        "This browser sent it and got no answer, so it may have arrived or not. Sent again, it is "
        "counted once."
    ),
    "send-again": N_("Send the same ballot again"),
    "already": N_("A ballot of yours is on the log already"),
    "already-stands": N_("It cannot be changed. Its receipt is on the vote's own page."),
    "see-receipt": N_("See its receipt"),
    "no-answer": N_("There was no answer"),
    "no-answer-what": N_(
        "Your ballot may have arrived or not. It is kept in this browser, encrypted: send it "
        "again. It is counted once."
    ),
    "not-cast": N_("Your vote was not cast"),
    "to-vote": N_("To the vote's page"),
    "no-receipt": N_("No valid receipt came back"),
    "no-proof": N_(
        "So there is no proof that your vote is counted as you cast it. Report it to the meeting's "
        "tellers and checkers; what the server sent is kept in this browser for them."
    ),
    "report": N_("Report a problem"),
    "evidence": N_("What the server sent"),
    "cannot": N_("You cannot vote here now"),
    "closed": N_("The vote is closed."),
    "old-browser": N_(
        "This browser cannot check signatures, so it could not tell whether your vote was counted. "
        "Use another browser or device, or go to the tellers."
    ),
    "unreachable": N_("The server does not answer. You have not voted. Try again."),
    "disagree": N_(
        "What the server says of this vote does not agree with itself, so this page will not vote. "
        "Tell a teller or a checker of the meeting."
    ),
    "own-key-elsewhere": N_("Your key is on another device"),
    "own-key-what": N_(
        "You vote with a key of your own. Vote on the device that holds it, or type your recovery "
        "code to use the key here."
    ),
    "recovery-code": N_("Recovery code"),
    "restore": N_("Use my key here"),
    "code-wrong": N_("A letter is mistyped. Compare it with what you wrote down."),
    "key-kind": N_("My key"),
    "key-title": N_("A key of your own for secret votes"),
    "key-what": N_(
        "It is made in this browser and stays here; the server gets its public half alone. Without "
        "it the server makes your right to vote, hands it to you when you log in, and forgets it."
    ),
    "key-loss": N_(
        "You vote from this browser. You are given a code to write down, which makes the key again "
        "on another device. Whoever loses both cannot take part in the votes that are open then."
    ),
    "key-make": N_("Make my key in this browser"),
    "key-making": N_("Your browser is making the key …"),
    "key-write-down": N_("Write this code down"),
    "key-code-what": N_(
        "It is shown once. Whoever has it can vote as you once they have logged in as you; keep it "
        "where only you come to it."
    ),
    "key-written": N_("I have written it down"),
    "key-print": N_("Print it"),
    "key-unkept": N_("This browser keeps nothing, so it would lose your key. Use another one."),
    "key-unanswered": N_("The server does not answer. Load the page again; nothing is lost."),
    "key-here": N_("This browser holds your key"),
    "key-here-what": N_("The secret votes that are opened from now on are signed with it."),
    "key-elsewhere": N_(
        "Use the device that holds it, or type your recovery code to use the key here as well."
    ),
    "key-lost": N_("I have lost the device and the code"),
    "key-lost-what": N_(
        "Make a new key. It serves for the votes that are opened after it; in those that are open "
        "now you cannot take part any more."
    ),
    "key-make-new": N_("Make a new key"),
    "key-not": N_("The key was not registered"),
    "to-me": N_("Back to my record"),
    "code-other": N_("This code belongs to another key than yours."),
}


def words(language: str) -> dict[str, str]:
    return {name: translate(language, text) for name, text in WORDS.items()}
