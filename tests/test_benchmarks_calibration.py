"""The script that makes the table of accuracy of docs/calibration.md."""

import json
import runpy
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "calibration.py"


def test_the_table_is_put_between_its_marks_and_what_is_kept_is_not_computed_again(tmp_path, capsys):
    made = runpy.run_path(str(SCRIPT))
    rows = {f"{name}|{seed}": [0.02 + 0.01 * seed, 0.9, 0.01] for name in made["DESIGNS"] for seed in range(3)}
    kept, page = tmp_path / "rows.json", tmp_path / "page.md"
    kept.write_text(json.dumps(rows), "utf-8")
    page.write_text(f"before\n{made['BEGIN']}\nlast year\n{made['END']}\nafter\n", "utf-8")
    made["main"](3, 1, kept, page)
    text = page.read_text("utf-8")
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "last year" not in text
    assert "| C1 oil, centre, 1 %, 20 Hz | 3 | 3.0 / 3.8 +- 0.5 | 8 / 12 | 90 +- 0 % | +1.0 % |" in text
    assert capsys.readouterr().out.count("\n") == 9
