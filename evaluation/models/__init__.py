"""What the portal keeps of a case. Written only by evaluation.actions."""

from evaluation.models.archives import CaseArchive
from evaluation.models.case import CATEGORIES, Evaluation, Transition
from evaluation.models.certificates import (
    Certificate,
    CertificateState,
    Proposal,
    RegisterEntry,
)
from evaluation.models.deadlines import CalendarDay, DeadlineReminder, Extension
from evaluation.models.declaration import (
    Declaration,
    DraftTable,
    FieldDefect,
    SlotReview,
    Stamp,
)
from evaluation.models.draws import Draw, DrawRound
from evaluation.models.enterprises import Enterprise, EnterpriseImport
from evaluation.models.experts import Assignment, Consolidation, Duty, Left, PanelScore, SiteRecord
from evaluation.models.files import CaseFile, Document, Kind, Purpose
from evaluation.models.imports import ImportState
from evaluation.models.materials import PaperReceipt, Upload, UploadPiece
from evaluation.models.misuse import (
    MisuseFile,
    MisuseKind,
    MisuseNote,
    MisuseOutcome,
    MisuseReport,
    MisuseState,
)
from evaluation.models.panel import (
    WHOLE_OPINION,
    Challenge,
    ConsolidationDraft,
    Dissent,
    Opinion,
    OpinionReading,
)
from evaluation.models.pool import Absence, Expert, ExpertField, ExpertImport, Tie
from evaluation.models.publication import (
    Channel,
    Objection,
    ObjectionFile,
    ObjectionOutcome,
    ObjectionReminder,
    ObjectionStep,
    ObjectorKind,
    Publication,
    ResultCorrection,
)
from evaluation.models.queue import CaseReminder, Figures, SavedView
from evaluation.models.results import ScoreRun
from evaluation.models.reviews import (
    Review,
    ReviewFile,
    ReviewItem,
    ReviewReminder,
    ReviewStage,
    ReviewTransition,
)
from evaluation.models.usual_reasons import UsualReason
from evaluation.models.visits import Outcome, Side, SiteEntry, SiteSignature, VisitPlan
from evaluation.models.volumes import Volume

__all__ = [
    "CATEGORIES",
    "WHOLE_OPINION",
    "Absence",
    "Assignment",
    "CalendarDay",
    "CaseArchive",
    "CaseFile",
    "CaseReminder",
    "Certificate",
    "CertificateState",
    "Challenge",
    "Channel",
    "Consolidation",
    "ConsolidationDraft",
    "DeadlineReminder",
    "Declaration",
    "Dissent",
    "Document",
    "DraftTable",
    "Draw",
    "DrawRound",
    "Duty",
    "Enterprise",
    "EnterpriseImport",
    "Evaluation",
    "Expert",
    "ExpertField",
    "ExpertImport",
    "Extension",
    "FieldDefect",
    "Figures",
    "ImportState",
    "Kind",
    "Left",
    "MisuseFile",
    "MisuseKind",
    "MisuseNote",
    "MisuseOutcome",
    "MisuseReport",
    "MisuseState",
    "Objection",
    "ObjectionFile",
    "ObjectionOutcome",
    "ObjectionReminder",
    "ObjectionStep",
    "ObjectorKind",
    "Opinion",
    "OpinionReading",
    "Outcome",
    "PanelScore",
    "PaperReceipt",
    "Proposal",
    "Publication",
    "Purpose",
    "RegisterEntry",
    "ResultCorrection",
    "Review",
    "ReviewFile",
    "ReviewItem",
    "ReviewReminder",
    "ReviewStage",
    "ReviewTransition",
    "SavedView",
    "ScoreRun",
    "Side",
    "SiteEntry",
    "SiteRecord",
    "SiteSignature",
    "SlotReview",
    "Stamp",
    "Tie",
    "Transition",
    "Upload",
    "UploadPiece",
    "UsualReason",
    "VisitPlan",
    "Volume",
]
