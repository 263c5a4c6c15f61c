from charter.models.charter import Charter
from charter.models.decision import Decision, DecisionRevision
from charter.models.decisions import ApproverPlace, DecisionRight, Voice
from charter.models.definition import Definition, DefinitionVersion
from charter.models.escalation import EscalationLevel, EscalationPath
from charter.models.matrix import Cell, Column, Stage
from charter.models.obligations import EvidenceRequirement, Ritual, Threshold, Waiver
from charter.models.signature import Remark, Signature
from charter.models.version import Version

__all__ = [
    "ApproverPlace",
    "Cell",
    "Charter",
    "Column",
    "Decision",
    "DecisionRevision",
    "DecisionRight",
    "Definition",
    "DefinitionVersion",
    "EscalationLevel",
    "EscalationPath",
    "EvidenceRequirement",
    "Remark",
    "Ritual",
    "Signature",
    "Stage",
    "Threshold",
    "Version",
    "Voice",
    "Waiver",
]
