"""A parameter study as an array of Slurm jobs: the script, and its submission."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..materials.refusal import CaseError
from .study import Study

OWN = ("each", "at_once", "setup")
SCRIPT = "study.sbatch"


def script(study: Study, file: Path, folder: Path, options: Mapping[str, Any], due: list[int]) -> str:
    """What sbatch is given: one task for each block of members of which some are missing.

    options  each: members a task (1); at_once: tasks at a time; setup: lines before, a list; the rest goes to sbatch
             as it stands, {time: 00:30:00, cpus-per-task: 4, partition: long}
    """
    each, most, setup = _own(options)
    blocks = sorted({(number - 1) // each + 1 for number in due})
    command = f"{_metaltwin()} study {shlex.quote(str(file))} --output {shlex.quote(str(folder))}"
    lines = [
        "#!/bin/bash",
        f"#SBATCH --job-name={shlex.quote(file.stem)}",
        f"#SBATCH --array={_ranges(blocks)}{f'%{most}' if most else ''}",
        f"#SBATCH --output={folder}/members/task-%a.log",
        *(f"#SBATCH --{name}={value}" for name, value in options.items() if name not in OWN),
        *setup,
        'export OMP_NUM_THREADS="${SLURM_CPUS_PER_TASK:-1}" NUMBA_NUM_THREADS="${SLURM_CPUS_PER_TASK:-1}"',
        "export OMP_WAIT_POLICY=PASSIVE",
        f"last=$(( SLURM_ARRAY_TASK_ID * {each} ))",
        f"{command} --members $(( last - {each - 1} ))-$(( last < {len(study)} ? last : {len(study)} ))",
    ]
    return "\n".join(lines) + "\n"


def submit(study: Study, file: Path, folder: Path, options: Mapping[str, Any], due: list[int]) -> str:
    """Write FOLDER/study.sbatch, and submit it with a job after it that collects the table; what was done."""
    path = folder / SCRIPT
    path.write_text(script(study, file, folder, options, due), "utf-8")
    if shutil.which("sbatch") is None:
        raise CaseError(f"no sbatch here; '{path}' is written: submit it where Slurm is", "slurm")
    array = _sbatch(str(path))
    collect = f"{_metaltwin()} study {shlex.quote(str(file))} --output {shlex.quote(str(folder))} --collect"
    after = [f"--dependency=afterany:{array}", f"--output={folder}/collect.log", f"--job-name={file.stem}-collect"]
    last = _sbatch(*after, "--wrap", collect)
    return f"{len(due)} members in array {array}, table by job {last}; {path}"


def _sbatch(*words: str) -> str:
    """Number of the job. Raises CaseError with what sbatch says."""
    done = subprocess.run(["sbatch", "--parsable", *words], capture_output=True, text=True)
    if done.returncode:
        raise CaseError(f"sbatch refused: {done.stderr.strip()}", "slurm")
    return done.stdout.strip().partition(";")[0]


def _own(options: Mapping[str, Any]) -> tuple[int, int, list[str]]:
    each, most, setup = options.get("each", 1), options.get("at_once", 0), options.get("setup", [])
    for name, value in (("each", each), ("at_once", most)):
        if isinstance(value, bool) or not isinstance(value, int) or value < (name == "each"):
            raise CaseError(f"{value!r} is no number of members; write {name}: 10", "slurm", name)
    if isinstance(setup, str) or not all(isinstance(line, str) for line in setup):
        raise CaseError(f"{setup!r} is no list of lines; write setup: [module load python]", "slurm", "setup")
    return each, most, list(setup)


def _metaltwin() -> str:
    return f"{shlex.quote(sys.executable)} -m metaltwin"


def _ranges(numbers: list[int]) -> str:
    """1,2,3,7 as 1-3,7.

    >>> _ranges([1, 2, 3, 7])
    '1-3,7'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(f"{a}-{b}" if b > a else str(a) for a, b in runs)
