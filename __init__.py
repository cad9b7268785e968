"""metaltwin: a thermal and process twin for casting and heat treatment."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cases.bars import QuenchedBars as QuenchedBars
    from .cases.casefile import load as load
    from .cases.casting import Casting as Casting
    from .cases.casting import Chill as Chill
    from .cases.casting import Core as Core
    from .cases.casting import Feeder as Feeder
    from .cases.casting import Sleeve as Sleeve
    from .cases.converged import converged as converged
    from .cases.diagram import cct as cct
    from .cases.diagram import ttt as ttt
    from .cases.dilatometer import Dilatometer as Dilatometer
    from .cases.fillmap import FillMap as FillMap
    from .cases.fit import fit_kinetics as fit_kinetics
    from .cases.grid import Grid as Grid
    from .cases.jominy import Jominy as Jominy
    from .cases.part import Part as Part
    from .cases.quenching import fit_qfa as fit_qfa
    from .cases.quenching import quench_factor as quench_factor
    from .cases.reopen import read as read
    from .cases.reopen import resume as resume
    from .cases.result import Result as Result
    from .cases.sensor import Thermocouple as Thermocouple
    from .cases.step import Age as Age
    from .cases.step import Carburise as Carburise
    from .cases.step import Cool as Cool
    from .cases.step import Heat as Heat
    from .cases.step import Hold as Hold
    from .cases.step import Machine as Machine
    from .cases.step import Quench as Quench
    from .cases.step import Ramp as Ramp
    from .cases.step import Soak as Soak
    from .cases.step import Solution as Solution
    from .cases.step import Temper as Temper
    from .cases.step import Transfer as Transfer
    from .cases.support import Support as Support
    from .cases.tempering import tempering_curve as tempering_curve
    from .cases.treatment import HeatTreatment as HeatTreatment
    from .materials.alloy import Alloy as Alloy
    from .materials.calphad import solidification_table as solidification_table
    from .materials.certificate import certificate as certificate
    from .materials.compare import compare as compare
    from .materials.curve import Curve as Curve
    from .materials.curve import TimeCurve as TimeCurve
    from .materials.freezing import Freezing as Freezing
    from .materials.interface import Contact as Contact
    from .materials.interface import Gap as Gap
    from .materials.library import alloy as alloy
    from .materials.library import medium as medium
    from .materials.library import mould as mould
    from .materials.library import mould_names as mould_names
    from .materials.material import Material as Material
    from .materials.medium import Medium as Medium
    from .materials.mould import Mould as Mould
    from .materials.refusal import CaseError as CaseError
    from .twin.beck import beck as beck
    from .twin.calibrate import calibrate as calibrate
    from .twin.design import Choice as Choice
    from .twin.executor import Executor as Executor
    from .twin.fit import Fit as Fit
    from .twin.fit import read_fit as read_fit
    from .twin.inspection import Dilated as Dilated
    from .twin.inspection import EndQuenched as EndQuenched
    from .twin.inspection import Inspection as Inspection
    from .twin.measurements import Measurements as Measurements
    from .twin.observable import Observable as Observable
    from .twin.placing import place_sensors as place_sensors
    from .twin.sensors import Sensor as Sensor
    from .twin.study import Study as Study
    from .twin.studytable import read_table as read_table
    from .twin.unknowns import Unknown as Unknown

__version__ = "0.1.0"
_HOME = {
    "Age": ".cases.step",
    "Alloy": ".materials.alloy",
    "Carburise": ".cases.step",
    "CaseError": ".materials.refusal",
    "Casting": ".cases.casting",
    "Chill": ".cases.casting",
    "Choice": ".twin.design",
    "Contact": ".materials.interface",
    "Cool": ".cases.step",
    "Core": ".cases.casting",
    "Curve": ".materials.curve",
    "Dilated": ".twin.inspection",
    "Dilatometer": ".cases.dilatometer",
    "EndQuenched": ".twin.inspection",
    "Executor": ".twin.executor",
    "Feeder": ".cases.casting",
    "FillMap": ".cases.fillmap",
    "Fit": ".twin.fit",
    "Freezing": ".materials.freezing",
    "Gap": ".materials.interface",
    "Grid": ".cases.grid",
    "Heat": ".cases.step",
    "HeatTreatment": ".cases.treatment",
    "Hold": ".cases.step",
    "Inspection": ".twin.inspection",
    "Jominy": ".cases.jominy",
    "Material": ".materials.material",
    "Machine": ".cases.step",
    "Measurements": ".twin.measurements",
    "Medium": ".materials.medium",
    "Mould": ".materials.mould",
    "Observable": ".twin.observable",
    "Part": ".cases.part",
    "Quench": ".cases.step",
    "QuenchedBars": ".cases.bars",
    "Ramp": ".cases.step",
    "Result": ".cases.result",
    "Sensor": ".twin.sensors",
    "Sleeve": ".cases.casting",
    "Soak": ".cases.step",
    "Solution": ".cases.step",
    "Study": ".twin.study",
    "Support": ".cases.support",
    "Temper": ".cases.step",
    "Thermocouple": ".cases.sensor",
    "TimeCurve": ".materials.curve",
    "Transfer": ".cases.step",
    "Unknown": ".twin.unknowns",
    "alloy": ".materials.library",
    "beck": ".twin.beck",
    "calibrate": ".twin.calibrate",
    "cct": ".cases.diagram",
    "certificate": ".materials.certificate",
    "compare": ".materials.compare",
    "converged": ".cases.converged",
    "fit_kinetics": ".cases.fit",
    "fit_qfa": ".cases.quenching",
    "load": ".cases.casefile",
    "medium": ".materials.library",
    "mould": ".materials.library",
    "mould_names": ".materials.library",
    "place_sensors": ".twin.placing",
    "quench_factor": ".cases.quenching",
    "read": ".cases.reopen",
    "read_fit": ".twin.fit",
    "read_table": ".twin.studytable",
    "resume": ".cases.reopen",
    "solidification_table": ".materials.calphad",
    "tempering_curve": ".cases.tempering",
    "ttt": ".cases.diagram",
}
__all__ = [
    "Age",
    "Alloy",
    "Carburise",
    "CaseError",
    "Casting",
    "Chill",
    "Choice",
    "Contact",
    "Cool",
    "Core",
    "Curve",
    "Dilated",
    "Dilatometer",
    "EndQuenched",
    "Executor",
    "Feeder",
    "FillMap",
    "Fit",
    "Freezing",
    "Gap",
    "Grid",
    "Heat",
    "HeatTreatment",
    "Hold",
    "Inspection",
    "Jominy",
    "Material",
    "Machine",
    "Measurements",
    "Medium",
    "Mould",
    "Observable",
    "Part",
    "Quench",
    "QuenchedBars",
    "Ramp",
    "Result",
    "Sensor",
    "Sleeve",
    "Soak",
    "Solution",
    "Study",
    "Support",
    "Temper",
    "Thermocouple",
    "TimeCurve",
    "Transfer",
    "Unknown",
    "alloy",
    "beck",
    "calibrate",
    "cct",
    "certificate",
    "compare",
    "converged",
    "fit_kinetics",
    "fit_qfa",
    "load",
    "medium",
    "mould",
    "mould_names",
    "place_sensors",
    "quench_factor",
    "read",
    "read_fit",
    "read_table",
    "resume",
    "solidification_table",
    "tempering_curve",
    "ttt",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for: ``import metaltwin`` compiles nothing."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
