"""What the portal keeps of a case. Written only by evaluation.actions."""

from evaluation.models.case import CATEGORIES, Evaluation, Transition
from evaluation.models.declaration import (
    Declaration,
    DraftTable,
    FieldDefect,
    SlotReview,
    Stamp,
)
from evaluation.models.enterprises import Enterprise, EnterpriseImport, ImportState
from evaluation.models.experts import Assignment, Consolidation, Duty, PanelScore, SiteRecord
from evaluation.models.files import CaseFile, Document, Kind, Purpose
from evaluation.models.panel import Challenge, ConsolidationDraft, Dissent
from evaluation.models.publication import (
    Channel,
    Objection,
    ObjectionFile,
    ObjectionOutcome,
    ObjectionStep,
    ObjectorKind,
    Publication,
)
from evaluation.models.results import (
    Certificate,
    CertificateState,
    RegisterEntry,
    Review,
    ReviewReminder,
    ScoreRun,
)
from evaluation.models.visits import Outcome, Side, SiteEntry, SiteSignature

__all__ = [
    "CATEGORIES",
    "Assignment",
    "CaseFile",
    "Certificate",
    "CertificateState",
    "Challenge",
    "Channel",
    "Consolidation",
    "ConsolidationDraft",
    "Declaration",
    "Dissent",
    "Document",
    "DraftTable",
    "Duty",
    "Enterprise",
    "EnterpriseImport",
    "Evaluation",
    "FieldDefect",
    "ImportState",
    "Kind",
    "Objection",
    "ObjectionFile",
    "ObjectionOutcome",
    "ObjectionStep",
    "ObjectorKind",
    "Outcome",
    "PanelScore",
    "Publication",
    "Purpose",
    "RegisterEntry",
    "Review",
    "ReviewReminder",
    "ScoreRun",
    "Side",
    "SiteEntry",
    "SiteRecord",
    "SiteSignature",
    "SlotReview",
    "Stamp",
    "Transition",
]
