"""What a page says about what was just done. The address carries a code, never the words."""

from __future__ import annotations

from smartapp.pages.shell import Notice
from smartapp.words import Words


def notice(words: Words, code: str) -> Notice | None:
    done = words("Done")
    important = words("Important")
    table = {
        "saved": Notice(done, words("Your answers are kept. Nothing is sent yet."), success=True),
        "message-received": Notice(
            done, words("The clinic has your message. You see it below."), success=True
        ),
        "message-confirming": Notice(
            important,
            words(
                "We keep your message and are making sure that the clinic has it. "
                "Do not write it again. Look at this page again in a few minutes."
            ),
        ),
        "message-refused": Notice(
            words("Not sent"),
            words("The clinic did NOT get your message. What you wrote is kept below."),
        ),
        "settings-saved": Notice(done, words("Your settings are saved."), success=True),
        "rated": Notice(done, words("The clinic has your opinion. Thank you."), success=True),
        "file-added": Notice(done, words("The file is added. Nothing is sent yet."), success=True),
        "files-gone": Notice(
            important, words("The time for your files is over. Please choose them again.")
        ),
        "discarded": Notice(done, words("It is deleted. Nothing was sent."), success=True),
        "oldest-closed": Notice(
            important,
            words(
                "You had ten records open in this browser. "
                "The one that you opened first was closed."
            ),
        ),
        "none-chosen": Notice(
            important, words("No line was chosen. Tick the boxes of those that you mean.")
        ),
        "claimed": Notice(done, words("You have this item now."), success=True),
        "released": Notice(done, words("The item is back in the queue."), success=True),
        "answered": Notice(
            done, words("The patient has your answer. The item is still open."), success=True
        ),
        "closed": Notice(done, words("The item is closed."), success=True),
        "closed-copy": Notice(
            important,
            words("The item is closed. The EHR did not take the summary: copy it from below."),
        ),
        "visit-requested-copy": Notice(
            important,
            words(
                "The front desk has a request for a visit, and this item is closed. The EHR did "
                "not take the summary: copy it from below."
            ),
        ),
        "settled": Notice(done, words("It is noted how that was settled."), success=True),
        "settled-update": Notice(
            important,
            words(
                "Noted. This app does not change the record: do it in the EHR, or send the item "
                "to those who can."
            ),
        ),
        "form-asked": Notice(
            done, words("The patient finds the form among what is to do."), success=True
        ),
        "paper-asked": Notice(
            done, words("The patient finds the paper among what is to do."), success=True
        ),
        "reassigned": Notice(done, words("You gave the item to somebody else."), success=True),
        "rerouted": Notice(done, words("The item is with the other team now."), success=True),
        "escalated": Notice(done, words("The item is with the doctor now."), success=True),
        "priority": Notice(done, words("How pressing it is was changed."), success=True),
        "noted": Notice(done, words("The note is kept. Only staff see it here."), success=True),
        "reopened": Notice(done, words("The item is open again, and you have it."), success=True),
        "undone": Notice(done, words("That was taken back."), success=True),
        "undone-error": Notice(
            done,
            words("That was taken back. The summary in the record is marked as entered in error."),
            success=True,
        ),
        "undone-stays": Notice(
            important,
            words(
                "The item is open again. Its summary could NOT be taken out of the record: it may "
                "stand there as if the item were closed. Correct it in the EHR itself."
            ),
        ),
        "too-late": Notice(
            important, words("It is too late to take that back. Nothing was changed.")
        ),
        "asked-patient": Notice(
            done,
            words("The patient has your question. The item waits for their answer."),
            success=True,
        ),
        "visit-requested": Notice(
            done,
            words("The front desk has a request for a visit. This item is closed."),
            success=True,
        ),
        "visit-open": Notice(
            important,
            words(
                "The front desk has a request for a visit, and the patient was told. This item is "
                "still open: close it without an answer."
            ),
        ),
        "start-again": Notice(
            important, words("These answers are no longer here. Please answer again.")
        ),
        "already-asked": Notice(
            important, words("You asked for this before. Here is that request.")
        ),
        "changed": Notice(
            important,
            words("Your answers changed in another window. Check them again before you send."),
        ),
    }
    return table.get(code)


def lost_claim(words: Words, owner: str | None, *, what: str = "", by: str = "") -> Notice:
    """Who has it, and what was done last, as far as the EHR keeps that."""
    title = words("Somebody was faster")
    text = words("This item was changed in the meantime. Look at it again.")
    if owner:
        text = words("{name} has this item now. Nothing was changed.", name=owner)
    if what and by:
        text = f"{text} {words('Last step: {what} ({name}).', what=what, name=by)}"
    return Notice(title, text)


def undo_notes(words: Words, *, answer: bool, summary: bool, may_withdraw: bool) -> tuple[str, ...]:
    """What there is to know before a closing is taken back."""
    notes = []
    if answer:
        notes.append(
            words("Undo opens the item again. The patient keeps your answer: it cannot be unsent.")
        )
    if summary and may_withdraw:
        notes.append(words("The summary in the record will be marked as entered in error."))
    if summary and not may_withdraw:
        notes.append(
            words(
                "This EHR does not let this app change the summary: it stays in the record after "
                "Undo, and you have to correct it in the EHR itself."
            )
        )
    return tuple(notes)


def not_confirmed(words: Words, *, refused: bool) -> Notice:
    if refused:
        return Notice(
            words("Not sent"),
            words("The EHR refused the answer. It is kept below. Nothing was closed."),
        )
    return Notice(
        words("Not confirmed yet"),
        words(
            "The EHR has not said whether it has the answer. It is kept below, and nothing was "
            "closed. Send it again: it goes out only once."
        ),
    )


def visit_not_told(words: Words, *, refused: bool) -> Notice:
    """The request for the visit is there, and what tells the patient of it is not."""
    if refused:
        return Notice(
            words("Not sent"),
            words(
                "The front desk has the request for a visit, but the EHR refused what tells the "
                "patient. This item is still open. Send it again: the visit is asked for only once."
            ),
        )
    return Notice(
        words("Not confirmed yet"),
        words(
            "The front desk has the request for a visit, but the EHR has not said whether the "
            "patient was told. This item is still open. Send it again: each goes out only once."
        ),
    )
