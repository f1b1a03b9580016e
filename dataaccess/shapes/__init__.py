"""The three bodies of Appendix B (Tables B.1 to B.3). Pure: no framework, database or clock."""

from dataaccess.shapes.checks import Rejected, check_base_info, check_compute_report, check_events
from dataaccess.shapes.faults import Fault
from dataaccess.shapes.tables import KINDS, TABLES, Kind

__all__ = [
    "KINDS",
    "TABLES",
    "Fault",
    "Kind",
    "Rejected",
    "check_base_info",
    "check_compute_report",
    "check_events",
]
