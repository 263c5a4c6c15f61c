"""Sentences that pages open with."""

from teams.answers import who_does_what
from tests.factories import RoleFactory


def test_catalogue_of_which_nobody_holds_a_role():
    roles = [RoleFactory.build(pk=number, name=name) for number, name in enumerate(("Data engineer", "ML engineer"))]
    assert (
        who_does_what(roles, {})
        == "None of two roles are held. <strong>Nobody holds data engineer and ML engineer.</strong>"
    )
