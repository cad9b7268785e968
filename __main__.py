"""The command line: ``metaltwin run shaft.yaml``. Each command loads what it needs only when it is called."""

import os
import sys
import time as clock
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from . import __version__

if TYPE_CHECKING:
    from .cases.casefile import AnyKind
    from .cases.castingcheck import CastingCheck
    from .cases.check import Check
    from .cases.result import Result

BUGS = (ZeroDivisionError, OverflowError, FloatingPointError)
WRONG_PATH = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
PLOTS = {"history": {"probe"}, "section": {"start", "end", "spacing", "first", "time", "against"}}


class Door(TyperGroup):
    """Every command of the house; what goes wrong becomes one message and an exit status.

    0 done; 1 the run failed or a verdict did not pass; 2 the input is wrong; 130 interrupted.
    """

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            status, message = 130, str(stop) or "stopped"
        except Exception as error:
            status, message = _answer(error)
            if not status:
                raise
        if message:
            _say(message)
        raise typer.Exit(status)


def _answer(error: Exception) -> tuple[int, str]:
    """Exit status and message for what a user or the machine did; status 0 for a fault of the program."""
    if isinstance(error, BrokenPipeError):  # `metaltwin info RESULT | head`
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return 1, ""
    if isinstance(error, OSError):
        why = (error.strerror or str(error)).lower()
        message = f"'{error.filename}': {why}" if error.filename else why
        return (2 if isinstance(error, WRONG_PATH) else 1), message
    if isinstance(error, MemoryError):
        return 1, "out of memory; metaltwin check tells what a case needs, a larger spacing needs less"
    if isinstance(error, ValueError):
        from .materials.refusal import CaseError

        return (2 if isinstance(error, CaseError) else 0), str(error)
    return int(isinstance(error, ArithmeticError) and not isinstance(error, BUGS)), str(error)


def _say(message: str) -> None:
    print(f"metaltwin: {message}", file=sys.stderr)


app = typer.Typer(
    cls=Door,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Text = str | None
Place = tuple[str, str, str] | None
CaseFile = Annotated[Path, typer.Argument(metavar="CASE", help="Case, YAML.")]
ResultFile = Annotated[Path, typer.Argument(metavar="RESULT", help="A result, .vtkhdf.")]
Time = Annotated[Text, typer.Option(metavar="TIME", help="An instant, '60 s'; without it the end.")]
Json = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the numbers as JSON.")]
Full = Annotated[bool, typer.Option("--full", help="Everything, however long it takes.")]


class Kind(StrEnum):
    """What `list` can show."""

    alloys = "alloys"
    media = "media"
    moulds = "moulds"


def _version(asked: bool) -> None:
    if asked:
        print(f"metaltwin {__version__}")
        raise typer.Exit


@app.callback()
def metaltwin(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print it and exit.")
    ] = False,
) -> None:
    """Thermal and process twin of metal: from a case to temperature, phases, hardness and residual stress."""


@app.command()
def run(
    case: Annotated[Path | None, typer.Argument(metavar="CASE", help="Case, YAML.")] = None,
    folder: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="For the result.")] = Path(),
    resume: Annotated[Path | None, typer.Option(metavar="FILE", help="Go on with this result.")] = None,
) -> None:
    """Compute a case and print its summary.

    The result goes into DIR, under the name of the case file with the ending .vtkhdf. Ctrl-C leaves a file
    from which --resume goes on.
    """
    began = clock.perf_counter()
    if case is not None and resume is None:
        result, file = _computed(case, folder)
    elif resume is not None and case is None:
        result, file = _resumed(resume)
    else:
        raise typer.BadParameter("give a CASE, or --resume FILE to go on with an interrupted result")
    from rich.console import Console

    from .views.report import report

    Console().print(report(result))
    print(f"computed in {clock.perf_counter() - began:.1f} s, result in {file}")


def _computed(path: Path, folder: Path) -> "tuple[Result, Path]":
    case, expected = _checked(path)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{path.stem}.vtkhdf"
    for line in (*expected.warnings, *(f"asked outside its range: {line}" for line in expected.outside)):
        _say(f"warning: {line}")
    return case.run(file), file


def _resumed(path: Path) -> "tuple[Result, Path]":
    from .cases.reopen import resume

    return resume(path), path.with_name(path.name.removesuffix(".checkpoint"))


def _checked(path: Path) -> "tuple[AnyKind, Check | CastingCheck]":
    from .cases.casefile import load, placed

    case = load(path)
    with placed(path):
        return case, case.check()


@app.command()
def check(case: CaseFile) -> None:
    """Tell what a run would be.

    Cells, memory, time, Biot numbers, warnings, curves asked outside their range, uncertain data.
    """
    print(_checked(case)[1])


@app.command()
def converge(
    case: CaseFile,
    spacing: Annotated[list[str], typer.Option(metavar="LENGTH", help="Falling; two or more, the option repeated.")],
) -> None:
    """Compute a case on several grids and tell what its readings tend to.

    Thermocouples and mean temperature at the end of each step, mean hardness: on each grid, extrapolated, what the
    finest grid is off by, and with three grids the order that was seen (2 is right).
    """
    from .cases.casefile import load, placed
    from .cases.converged import table

    ready = load(case)
    with placed(case):
        print(table(ready, spacing))


@app.command()
def show(
    result: ResultFile,
    field: Annotated[
        str, typer.Argument(metavar="FIELD", help="hardness, stress.axial, last_to_freeze, 'a / b**0.5'.")
    ],
    cut: Annotated[Text, typer.Option(metavar="x|y|z", help="Take the half in front away.")] = None,
    below: Annotated[Text, typer.Option(metavar="VALUE", help="Only cells below, '300 MPa'.")] = None,
    above: Annotated[Text, typer.Option(metavar="VALUE", help="Only cells above.")] = None,
    time: Time = None,
    unit: Annotated[Text, typer.Option(metavar="UNIT", help="HRC: hardness in Rockwell C.")] = None,
    limits: Annotated[bool, typer.Option("--limits", help="Where limits are met.")] = False,
    mould: Annotated[bool, typer.Option("--mould", help="The stored mould about a casting, too.")] = False,
    solid_fraction: Annotated[
        float | None, typer.Option(metavar="FS", help="Where gradient and rate of a casting are read: 0.1 to 0.9.")
    ] = None,
    animate: Annotated[Path | None, typer.Option(metavar="FILE", help="A film in time, .gif or .mp4.")] = None,
    seconds: Annotated[float, typer.Option(metavar="S", help="How long the film lasts.")] = 8.0,
    save: Annotated[Path | None, typer.Option(metavar="PNG", help="A file in place of a window.")] = None,
) -> None:
    """Show a field on the part.

    In a window, with a slider over time where the field moves, or as a PNG anywhere with --save, or as a film.
    metaltwin info RESULT lists the fields.
    """
    from .materials.refusal import CaseError
    from .views.display import PICTURE, check_picture

    name = field if " " in field else field.replace(".", "_")
    how: dict[str, Any] = {"cut": cut, "unit": unit, "mould": mould}
    still = {"below": below, "above": above, "time": time, "limits": limits or None, "save": save}
    if animate is None:
        check_picture(save, PICTURE)
    else:
        for word in (word for word, given in still.items() if given is not None):
            raise CaseError(f"--{word} says nothing of a film; leave it out")
        animate.parent.mkdir(parents=True, exist_ok=True)
    read = _read(result)
    if solid_fraction is not None:
        read = _at_solid_fraction(read, solid_fraction)
    if animate is not None:
        print(read.animate(name, animate, seconds=seconds, **how))
    else:
        read.show(name, save=save, below=below, above=above, time=time, limits=limits, **how)
        print(save or "")


def _at_solid_fraction(result: "Result", fraction: float) -> "Result":
    from .cases.castingresult import CastingResult
    from .materials.refusal import CaseError

    if not isinstance(result, CastingResult):
        raise CaseError("a heat treatment has no solid fraction; leave --solid-fraction out")
    return result.at_solid_fraction(fraction)


@app.command()
def plot(
    result: ResultFile,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="history or section.")] = "history",
    probe: Annotated[list[str] | None, typer.Option(metavar="NAME", help="History: some of them.")] = None,
    start: Annotated[Place, typer.Option(metavar="X Y Z", help="Section: on the skin.")] = None,
    end: Annotated[Place, typer.Option(metavar="X Y Z", help="Section: inside.")] = None,
    spacing: Annotated[Text, typer.Option(metavar="LENGTH", help="Between indentations, '0.5 mm'.")] = None,
    first: Annotated[Text, typer.Option(metavar="LENGTH", help="Depth of the first indentation.")] = None,
    time: Time = None,
    against: Annotated[Text, typer.Option(metavar="depth|radius", help="Axis of a section.")] = None,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="Picture, or .csv.")] = None,
) -> None:
    """Draw curves over time or depth.

    KIND history: thermocouples with their phases over time. KIND section: hardness, phases and stress from
    the skin inwards, the way a hardness tester walks. A .csv holds the numbers; of a history the temperatures.
    """
    from .materials.refusal import CaseError, one_of
    from .views.display import TABLE, check_picture

    one_of(kind, PLOTS, "kind of plot")
    places = {"start": start, "end": end, "spacing": spacing, "first": first}
    how: dict[str, Any] = {**places, "probe": probe, "time": time, "against": against}
    how = {name: value for name, value in how.items() if value}
    for name in how:
        if name not in PLOTS[kind]:
            raise CaseError(f"--{name} says nothing of a {kind}; leave it out")
    if "probe" in how:
        how["probes"] = tuple(how.pop("probe"))
    check_picture(save, TABLE)
    _read(result).plot(kind, save=save, **how)
    print(save or "")


@app.command()
def profile(
    result: ResultFile,
    at: Annotated[tuple[str, str, str], typer.Option(metavar="X Y Z", help="A point on the skin.")],
    direction: Annotated[str, typer.Option(metavar="WAY", help="axial, hoop, radial, x, y or z.")],
    depth: Annotated[str, typer.Option(metavar="LENGTH", help="How deep, '5 mm'.")],
    gauge: Annotated[str, typer.Option(metavar="LENGTH", help="Edge of the gauge volume, a cube.")] = "1 mm",
    thickness: Annotated[Text, typer.Option(metavar="LENGTH", help="Of the gauge volume along the depth.")] = None,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="Picture, or .csv.")] = None,
) -> None:
    """Residual stress over the depth below a point of the skin, as diffraction reads it.

    Averaged over the gauge volume; of bars, rings, plates and boxes also what X-rays read as layers come off.
    """
    from .views.display import TABLE, check_picture

    if save is not None:
        check_picture(save, TABLE)
    read = _read(result).stress_profile(at, direction, depth, gauge if thickness is None else (gauge, thickness))
    print(read)
    if save is not None:
        print(read.csv(save) if save.suffix.lower() == ".csv" else save)
        if save.suffix.lower() != ".csv":
            read.plot(save)


@app.command()
def feeding(
    result: ResultFile,
    solid_fraction: Annotated[float, typer.Option(metavar="FS", help="Up to which liquid follows.")] = 0.7,
    shrinkage: Annotated[Text, typer.Option(metavar="SHARE", help="Of the liquid, '4 %'; the alloy's own.")] = None,
    up: Annotated[str, typer.Option(metavar="AXIS", help="Against gravity: x, y, z, -z, ...")] = "z",
) -> None:
    """Tell how a casting was fed: zones that were cut off, feeders, pipe, shrinkage.

    Another solid fraction or shrinkage needs no new run.
    """
    from .views.listing import feeding as page

    print(page(_read(result), solid_fraction, shrinkage, up))


@app.command()
def distortion(
    result: ResultFile,
    surface: Annotated[Path | None, typer.Option(metavar="STL", help="Write the deformed surface.")] = None,
    scale: Annotated[float, typer.Option(metavar="FACTOR", help="Of its movement.")] = 1.0,
) -> None:
    """Tell how far the skin lies from the drawing: growth, roundness, runout, flatness."""
    read = _read(result)
    print(read.distortion())
    if surface is not None:
        print(read.deformed(surface, scale))


def _read(path: Path) -> "Result":
    from .cases.reopen import read

    return read(path)


@app.command()
def paraview(
    result: ResultFile, file: Annotated[Path, typer.Argument(metavar="FILE", help="What to write, .pvd.")]
) -> None:
    """Write every instant for ParaView, the stored mould included.

    FILE, and a folder of its name beside it. The .vtkhdf itself opens too, without the mould.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    print(_read(result).paraview(file))


@app.command()
def info(
    result: ResultFile,
    case: Annotated[bool, typer.Option("--case", help="Print the case it came from, as YAML.")] = False,
) -> None:
    """Tell what a result holds.

    Steps, thermocouples, fields with unit and meaning, energy ledger, versions.
    """
    from .cases.casetext import text
    from .views.listing import contents

    found = _read(result)
    print(text(found.case) if case else contents(found))


Unknowns = Annotated[Path | None, typer.Option("--unknowns", metavar="FILE", help="YAML: unknowns, sensors, events.")]
Maybe = Annotated[list[Path] | None, typer.Argument(metavar="DATA", help="Records; none for inspections alone.")]
Records = Annotated[list[Path], typer.Argument(metavar="DATA", help="Records, .csv .h5 .parquet.")]


@app.command()
def readiness(case: CaseFile, data: Records, unknowns: Unknowns = None) -> None:
    """Tell whether records can calibrate a case, and why not.

    Exit status 2 where one cannot.
    """
    from .twin.plan import records

    found, _, runs = records(case, data, unknowns)
    looked = [run.readiness(found) for run in runs]
    for path, one in zip(data, looked, strict=True):
        print(f"{path}: {one}")
    for one in looked:
        one.require()


@app.command()
def calibrate(
    case: CaseFile,
    data: Maybe = None,
    unknowns: Unknowns = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FIT", help="The fit, .json.")] = None,
    save: Annotated[Path | None, typer.Option("--save", metavar="FILE", help="Residuals: .png, .pdf or .svg.")] = None,
    starts: Annotated[int | None, typer.Option(metavar="N", help="Begin in N places, take the best.", min=1)] = None,
    workers: Annotated[int, typer.Option(metavar="N", help="Processes, for 3d, steels and starts.", min=1)] = 1,
) -> None:
    """Fit a case to thermocouple records or inspections and say how sure the answer is.

    What is unknown stands in FILE, or in shaft.calibrate.yaml beside shaft.yaml; without one it is the heat transfer
    coefficient of the first quench. Writes FIT (shaft.fit.json) and the calibrated case beside it (shaft.fit.yaml).
    """
    from .twin.calibrate import calibrate as search
    from .twin.plan import records
    from .views.display import CURVES, check_picture

    if save is not None:
        check_picture(save, CURVES)
    target = output or case.with_suffix(".fit.json")
    _make_room(target)
    found, plan, runs = records(case, data or (), unknowns)
    how_often = starts or plan.starts
    fit = search(found, runs or None, plan.unknowns, inspections=plan.inspections, starts=how_often, workers=workers)
    print(fit)
    fit.save(target)
    fit.case.save(target.with_suffix(".yaml"))
    print(f"fit in {target}, calibrated case in {target.with_suffix('.yaml')}")
    if save is not None:
        fit.plot(save=save)
        print(save)


@app.command()
def study(
    file: Annotated[Path, typer.Argument(metavar="STUDY", help="Study, YAML.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="DIR", help="For results.")] = None,
    workers: Annotated[int, typer.Option(metavar="N", help="Processes here.", min=1)] = 1,
    retry: Annotated[bool, typer.Option("--retry", help="Members that failed, once more.")] = False,
    slurm: Annotated[bool, typer.Option("--slurm", help="Write and submit an array of jobs.")] = False,
    members: Annotated[Text, typer.Option(metavar="A-B", help="Some members, no table.")] = None,
    collect: Annotated[bool, typer.Option("--collect", help="Only the table of what is there.")] = False,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write the table as CSV.")] = None,
) -> None:
    """Compute a case for many values of its unknowns.

    A result for each member and a table of all of them go into DIR (bath.study for bath.yaml). A study that was
    stopped or killed goes on when it is run again.
    """
    from .twin.studycommand import told

    for line in told(file, output, workers, retry, slurm, members, collect, csv):
        print(line)


AlloyName = Annotated[str, typer.Argument(metavar="ALLOY", help="A name: metaltwin list alloys.")]
Picture = Annotated[Path | None, typer.Option("--save", metavar="FILE", help="Draw it: .png, .pdf or .svg.")]


def _tell_and_draw(make: Callable[[], Any], save: Path | None) -> None:
    """Print a diagram or test as a table and, where asked, draw it."""
    from .views.display import CURVES, check_picture

    if save is not None:
        check_picture(save, CURVES)
    made = make()
    print(made)
    if save is not None:
        made.plot(save=save)
        print(save)


@app.command()
def ttt(alloy: AlloyName, save: Picture = None) -> None:
    """Isothermal transformation diagram of a steel."""
    from .cases.diagram import ttt as diagram

    _tell_and_draw(lambda: diagram(alloy), save)


@app.command()
def cct(
    alloy: AlloyName,
    slowest: Annotated[str, typer.Option(metavar="RATE", help="Slowest cooling.")] = "0.02 K/s",
    fastest: Annotated[str, typer.Option(metavar="RATE", help="Fastest cooling.")] = "200 K/s",
    save: Picture = None,
) -> None:
    """Continuous cooling diagram of a steel, with the hardness after each rate."""
    from .cases.diagram import cct as diagram

    _tell_and_draw(lambda: diagram(alloy, slowest, fastest), save)


@app.command()
def jominy(
    alloy: AlloyName,
    measured: Annotated[
        list[str] | None, typer.Option(metavar="PLACE=HARDNESS", help="'J4=52 HRC' or '6 mm=520 HV', repeated.")
    ] = None,
    save: Picture = None,
) -> None:
    """End quench (Jominy) of a steel: bar computed, ASTM A255, band of the grade where it is known."""
    from .cases.jominy import Jominy
    from .materials.refusal import CaseError

    points = [entry.partition("=") for entry in measured or ()]
    for place, equals, _ in points:
        if not equals:
            raise CaseError(f"--measured '{place}' has no '='; write 'J4=52 HRC'")
    curve = {place.strip(): hardness.strip() for place, _, hardness in points}
    _tell_and_draw(lambda: Jominy(alloy, measured=curve or None).run(progress=True), save)


@app.command()
def temper(
    alloy: AlloyName,
    duration: Annotated[list[str] | None, typer.Option(metavar="TIME", help="'2 h', repeated; 1 h.")] = None,
    save: Picture = None,
) -> None:
    """Hardness of a fully martensitic steel after tempering, over the temperature."""
    from .cases.tempering import tempering_curve

    _tell_and_draw(lambda: tempering_curve(alloy, duration or ["1 h"]), save)


@app.command("list")
def listed(
    kind: Annotated[Kind, typer.Argument(help="What to list.")],
    name: Annotated[Text, typer.Argument(metavar="NAME", help="One of them, number by number.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Alloys with ranges, Ac1, Ac3 and marks.")] = False,
) -> None:
    """List alloys, media or moulds, or print one.

    metaltwin list alloys 42CrMo4 prints the card: every number with source, range and mark. Cards of your own are
    found in the folders of the environment variable METALTWIN_MATERIALS.
    """
    from .materials.library import alloy, mould
    from .materials.refusal import CaseError
    from .views import listing

    if verbose and (name or kind is not Kind.alloys):
        raise CaseError("--verbose is for the list of all alloys; leave it out")
    if kind is Kind.alloys:
        print(alloy(name).card() if name else listing.alloys(verbose))
    elif kind is Kind.moulds:
        print(mould(name).card() if name else listing.moulds())
    else:
        print(listing.medium(name) if name else listing.media())


material = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Cards of your own.", context_settings=app.info.context_settings
)
app.add_typer(material, name="material")


@material.command("check")
def check_material(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Card of an alloy or a mould, YAML.")],
) -> None:
    """Check a card of an alloy or a mould and print it.

    Units, ranges, a source and a mark for each number, names that are not taken, a metal that can be computed.
    Exit status 2 with file, key, value and mend where a check does not pass.
    """
    from .views import listing

    print(listing.card(file))


@material.command("scheil")
def scheil_table(
    database: Annotated[Path, typer.Argument(metavar="DATABASE", help="Thermodynamic database, .tdb.")],
    composition: Annotated[
        str, typer.Argument(metavar="ELEMENTS", help="wt % of what is not the base, 'Si=7,Mg=0.35'.")
    ],
    base: Annotated[str, typer.Option(metavar="ELEMENT", help="The rest, Al.")],
    step: Annotated[str, typer.Option(metavar="K", help="Between two temperatures.")] = "1 K",
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="For the freezing of a card, YAML.")
    ] = None,
) -> None:
    """Compute how an alloy freezes from a thermodynamic database of your own.

    Solid fraction over temperature without diffusion in the solid (Scheil); needs the extra calphad.
    """
    from .materials.calphad import solidification_table
    from .materials.refusal import CaseError

    try:
        parts = {name.strip(): float(value) for name, value in (entry.split("=") for entry in composition.split(","))}
    except ValueError:
        raise CaseError(f"'{composition}' is no composition; write Si=7,Mg=0.35") from None
    _make_room(save)
    table = solidification_table(database, parts, base, step)
    print(table)
    if save is not None:
        print(table.save(save))


@app.command()
def compare(
    quantity: Annotated[str, typer.Argument(metavar="QUANTITY", help="ms, bs, ac3, jominy, tempered_hardness, ...")],
    alloy: Annotated[str, typer.Argument(metavar="ALLOY", help="A steel: metaltwin list alloys.")],
    temperature: Annotated[Text, typer.Option(metavar="T", help="Of the furnace, '560 degC'.")] = None,
    time: Annotated[Text, typer.Option(metavar="TIME", help="At temperature, '2 h'.")] = None,
    cooling_rate: Annotated[Text, typer.Option(metavar="RATE", help="At 700 degC, '10 K/s'.")] = None,
    distance: Annotated[list[str] | None, typer.Option(metavar="X", help="From the quenched end, '9 mm'.")] = None,
    grain_size: Annotated[Text, typer.Option(metavar="G", help="ASTM number, 8.")] = None,
    hardness: Annotated[Text, typer.Option(metavar="H", help="'300 HV', '32 HRC'.")] = None,
) -> None:
    """Show every formula for a quantity of a steel.

    Each with its range and source, so that the spread between them is seen. What a formula asks besides the
    composition is given as an option.
    """
    from .materials.compare import compare as side_by_side

    conditions = {"temperature": temperature, "time": time, "cooling_rate": cooling_rate, "distance": distance}
    conditions |= {"grain_size": grain_size, "hardness": hardness}
    print(side_by_side(quantity, alloy, **{name: given for name, given in conditions.items() if given}))


@app.command()
def validate(
    area: Annotated[Text, typer.Option(metavar="AREA", help="heat, kinetics, hardness, stress, ...")] = None,
    json: Json = None,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the page as Markdown.")] = None,
    full: Full = False,
) -> None:
    """Check against known answers.

    Exact solutions, standards, published measurements, orders of accuracy. Exit status 1 where one does not
    come out within its tolerance.
    """
    _make_room(json, markdown)
    from .validation.run import run

    report = run(area, full, lambda done, total, name: _tell(f"{done}/{total} {name}" if name else ""))
    print(report.table())
    if json is not None:
        json.write_text(report.as_json(), "utf-8")
    if markdown is not None:
        markdown.write_text(report.markdown(), "utf-8")
    if not report.passed:
        raise typer.Exit(1)


@app.command()
def bench(
    only: Annotated[Text, typer.Option(metavar="ID", help="One of them.")] = None,
    json: Json = None,
    full: Full = False,
) -> None:
    """Measure speed and memory here.

    Against the memory bandwidth of this machine, with compiled code already in the cache.
    """
    _make_room(json)
    from json import dumps

    from .validation.bench import bench as measure
    from .validation.bench import table

    measured = measure(full, only, _tell)
    _tell("")
    print(table(measured))
    if json is not None:
        json.write_text(dumps(measured, indent=1) + "\n", "utf-8")


def _make_room(*files: Path | None) -> None:
    """Refuse a file that cannot be written before minutes are spent."""
    for file in files:
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.open("a").close()


def _tell(what: str) -> None:
    """One line on a terminal that the next replaces."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}", end="", file=sys.stderr, flush=True)


def main() -> None:
    """What the command `metaltwin` calls."""
    app(prog_name="metaltwin")


if __name__ == "__main__":
    main()
