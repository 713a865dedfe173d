"""The board says what majority a motion's decision needs, and may correct it until the notice."""

from __future__ import annotations

import pytest

from governance.motions import Motion, MotionState


@pytest.fixture
def motion(database, announced, anna, now) -> Motion:
    made = Motion(
        meeting_id=announced.id,
        author_id=anna.id,
        number=1,
        state=MotionState.SUBMITTED,
        language="sv",
        title="Nya stadgar",
        text="De gamla är gamla.",
        clauses=["att stadgarna ändras"],
        submitted_at=now,
    )
    with database.writing() as db:
        db.add(made)
    return made


def test_the_majority_is_chosen_with_the_admission_and_corrected_after_it(
    house, client, log_in, motion, director
):
    log_in(client, director)
    page = f"/motions/{motion.id}"
    assert "At least two thirds of those voting (6:35)" in client.get(page).text
    assert client.post(f"{page}/admit", data={}).status_code == 303
    assert "Its decision needs: More than half of the votes cast" in client.get(page).text
    assert client.post(f"{page}/admit", data={"majority": "bylaws"}).status_code == 303
    assert "Its decision needs: At least two thirds of those voting" in client.get(page).text
    assert client.post(f"{page}/admit", data={"majority": "any"}).status_code == 422
    with house.database.reading() as db:
        kept = db.get_one(Motion, motion.id)
        assert (kept.state, kept.majority) == (MotionState.ADMISSIBLE, "bylaws")
