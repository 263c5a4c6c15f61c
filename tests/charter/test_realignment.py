"""An interim is in force at once, for a reason and a time; ratified in time it stays, else it lapses by itself."""

from datetime import timedelta

import pytest

from charter import exchange, ratification
from charter.models import Signature, Version
from charter.queries import version_in_force
from charter.ratification import LintErrors
from charter.realignment import lapse, realign
from charter.words import VersionState
from ledger.errors import Forbidden, Invalid
from ledger.models import Entry
from reminders.models import Occasion, Schedule
from reminders.sweeping import sweep
from tests.charters import Crew, clean_tree, document_from, make_crew, put_in_force
from tests.factories import NOW

pytestmark = pytest.mark.django_db

UNTIL = NOW + timedelta(days=14)


@pytest.fixture
def crew() -> Crew:
    return make_crew()


def draft(crew: Crew, **parts: object) -> Version:
    document = document_from(clean_tree(**parts))
    return exchange.replace_draft(team=crew.team, document=document, by=crew.lead, now=NOW).version


def test_an_interim_holds_at_once_and_the_team_hears_of_it(crew: Crew) -> None:
    ratified = put_in_force(crew)
    interim = realign(version=draft(crew, purpose="Now."), reason="Attack", until=UNTIL, by=crew.lead, now=NOW)
    assert (interim.state, interim.interim_reason) == (VersionState.INTERIM, "Attack")
    assert version_in_force(crew.team, NOW) == interim
    assert version_in_force(crew.team, UNTIL) == ratified
    occasion = Occasion.objects.get(kind="interim-end")
    assert (occasion.due_at, occasion.for_team, occasion.state) == (UNTIL, True, Occasion.State.OPEN)
    assert Entry.objects.filter(key="charter.version.realigned", actor_id=crew.lead.pk).count() == 1


def test_an_interim_that_all_sign_stays(crew: Crew) -> None:
    ratified = put_in_force(crew)
    interim = realign(version=draft(crew, purpose="Now."), reason="Attack", until=UNTIL, by=crew.lead, now=NOW)
    for signature in interim.signatures.select_related("person"):
        ratification.sign(version=interim, digest=interim.digest, by=signature.person, now=NOW)
    ratified.refresh_from_db()
    held = version_in_force(crew.team, UNTIL + timedelta(days=1))
    assert held == interim
    assert ratified.state == VersionState.SUPERSEDED
    assert not Occasion.objects.filter(kind="interim-end", state=Occasion.State.OPEN).exists()


def test_an_interim_lapses_by_itself_and_the_rituals_before_it_return(crew: Crew) -> None:
    ratified = put_in_force(crew)
    tree = clean_tree(rituals=[])
    interim = realign(version=draft(crew, rituals=tree["rituals"]), reason="Attack", until=UNTIL, by=crew.lead, now=NOW)
    assert not Schedule.objects.filter(is_active=True).exists()
    sweep(now=UNTIL + timedelta(hours=1))
    interim.refresh_from_db()
    assert (interim.state, interim.in_force_until) == (VersionState.LAPSED, UNTIL)
    assert version_in_force(crew.team, UNTIL + timedelta(hours=1)) == ratified
    assert Schedule.objects.filter(is_active=True).count() == 2
    assert set(interim.signatures.values_list("state", flat=True)) == {Signature.State.VOID}
    assert not Occasion.objects.filter(kind__in=["interim-end", "signature"], state=Occasion.State.OPEN).exists()
    assert not lapse(version=interim, now=UNTIL + timedelta(hours=2))


@pytest.mark.parametrize(
    ("reason", "until", "field"),
    [
        (" ", UNTIL, "/reason"),
        ("Attack", NOW, "/until"),
        ("Attack", NOW + timedelta(days=30, seconds=1), "/until"),
    ],
)
def test_realigning_needs_a_reason_and_an_end_within_thirty_days(
    crew: Crew, reason: str, until: object, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        realign(version=draft(crew), reason=reason, until=until, by=crew.lead, now=NOW)  # type: ignore[arg-type]
    assert [name for name, _ in refused.value.errors] == [field]
    assert version_in_force(crew.team, NOW) is None


def test_realigning_with_an_error_of_lint_or_by_a_stranger_is_refused(crew: Crew) -> None:
    version = draft(crew)
    with pytest.raises(Forbidden):
        realign(version=version, reason="Attack", until=UNTIL, by=crew["ml-engineer"], now=NOW)
    tree = clean_tree()
    tree["responsibilities"].pop("monitoring")
    version = draft(crew, responsibilities=tree["responsibilities"])
    with pytest.raises(LintErrors):
        realign(version=version, reason="Attack", until=UNTIL, by=crew.lead, now=NOW)
