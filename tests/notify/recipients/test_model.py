"""What staff sees of somebody whose name nobody here knows."""

from services.notify.app import service
from services.notify.recipients.model import ROLES, label


def test_a_recipient_is_shown_by_place_role_and_opaque_id() -> None:
    assert label("杭州道街道", "liaison", "p-0001", "zh") == "杭州道街道联络员 p-0001"
    assert label("杭州道街道", "liaison", "p-0001", "en") == "liaison of 杭州道街道, p-0001"


def test_a_role_of_the_profile_is_shown_as_it_is() -> None:
    assert label("杭州道街道", "patrol_leader", "p-1", "zh") == "杭州道街道patrol_leader p-1"


def test_every_role_that_may_do_something_here_has_words() -> None:
    assert set(service.roles) <= set(ROLES)
