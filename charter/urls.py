from django.urls import path

from charter.views import (
    comparing,
    decisions,
    definitions,
    editing,
    fixing,
    reading,
    responsibilities,
    rules,
    schema,
    signing,
)

app_name = "charter"

HERE = "charters/<slug:team>/"
EDIT = HERE + "edit/"
STAGE = EDIT + "stages/<slug:stage>/"
PART = EDIT + "<slug:section>/<slug:key>/"
LEVEL = EDIT + "escalation/<slug:path>/levels/<int:number>/"
VERSION = HERE + "versions/<int:number>/"
OBJECTION = VERSION + "objections/<int:signature>/"

urlpatterns = [
    path("schemas/charter-v1.json", schema.charter_v1, name="schema"),
    path("charters/", reading.charters, name="list"),
    path(HERE, reading.charter, name="charter"),
    path(HERE + "start/", reading.start, name="start"),
    path(HERE + "versions/", reading.versions, name="versions"),
    path(HERE + "compare/", comparing.choose, name="choose-compared"),
    path(HERE + "compare/<slug:a>...<slug:b>/", comparing.compare, name="compare"),
    path(VERSION, reading.version, name="version"),
    path(VERSION + "charter.yaml", reading.as_code, name="code"),
    path(VERSION + "restore/", reading.restore, name="restore"),
    path(VERSION + "sign/", signing.sign, name="sign"),
    path(VERSION + "object/", signing.object_to, name="object"),
    path(OBJECTION + "answer/", signing.answer, name="answer-objection"),
    path(OBJECTION + "withdraw/", signing.withdraw_objection, name="withdraw-objection"),
    path(OBJECTION + "overrule/", signing.overrule, name="overrule"),
    path(HERE + "realign/", signing.realign, name="realign"),
    path(HERE + "terms/", signing.terms, name="terms"),
    path(VERSION + "withdraw/", signing.withdraw, name="withdraw"),
    path(EDIT, editing.edit, name="edit"),
    path(EDIT + "propose/", signing.propose, name="propose"),
    path(EDIT + "purpose/", editing.set_purpose, name="set-purpose"),
    path(EDIT + "evidence/", editing.set_evidence, name="set-evidence"),
    path(EDIT + "review-after/", editing.set_review_after, name="set-review-after"),
    path(EDIT + "fix/", fixing.fix, name="fix"),
    path(EDIT + "cell/", editing.save_cell, name="save-cell"),
    path(EDIT + "stages/", editing.add_stage, name="add-stage"),
    path(STAGE, editing.change_stage, name="change-stage"),
    path(STAGE + "move/", editing.move_stage, name="move-stage"),
    path(STAGE + "remove/", editing.remove_stage, name="remove-stage"),
    path(EDIT + "roles/", editing.add_role, name="add-role"),
    path(EDIT + "roles/change/", editing.change_role, name="change-role"),
    path(EDIT + "roles/move/", editing.move_role, name="move-role"),
    path(EDIT + "roles/remove/", editing.remove_role, name="remove-role"),
    path(EDIT + "escalation/<slug:path>/levels/", editing.add_level, name="add-level"),
    path(LEVEL, editing.change_level, name="change-level"),
    path(LEVEL + "move/", editing.move_level, name="move-level"),
    path(LEVEL + "remove/", editing.remove_level, name="remove-level"),
    path(EDIT + "<slug:section>/", editing.add_part, name="add-part"),
    path(PART, editing.change_part, name="change-part"),
    path(PART + "move/", editing.move_part, name="move-part"),
    path(PART + "remove/", editing.remove_part, name="remove-part"),
    path("responsibilities/", responsibilities.responsibilities, name="responsibilities"),
    path("definitions/", definitions.definitions, name="definitions"),
    path("definitions/new/", definitions.new_definition, name="new-definition"),
    path("definitions/<slug:key>/", definitions.definition, name="definition"),
    path("definitions/<slug:key>/edit/", definitions.edit_definition, name="edit-definition"),
    path("lint/", rules.rules, name="rules"),
    path("lint/<slug:rule>/", rules.rule, name="rule"),
    path("decisions/", decisions.decisions, name="decisions"),
    path("decisions/new/", decisions.new_decision, name="new-decision"),
    path("decisions/<int:pk>/", decisions.decision, name="decision"),
    path("decisions/<int:pk>/edit/", decisions.edit_decision, name="edit-decision"),
]
