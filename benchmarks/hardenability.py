"""Hardenability as computed against bands and measured bars, not tuned and tuned; misses included.

python benchmarks/hardenability.py

Each band is met by the least, the middle and the most of all its elements; 4140H and 42CrMo4+H once more with the
rates that a fit to the measured 4140 bar gave.
"""

from metaltwin.cases.fit import fit_kinetics
from metaltwin.materials.hband import BANDS
from metaltwin.validation.hardenability import BARS, inside, of_band

LEVELS = (0.0, 0.5, 1.0)


def stations(name: str, rates: dict[str, str] | None = None) -> str:
    """How many stations of a band are inside at the least, middle and most composition."""
    found = [inside(of_band(BANDS[name], level, rates), BANDS[name]) for level in LEVELS]
    return " ".join(f"{each.sum():4d}/{each.size}" for each in found)


def main() -> None:
    """Print one line a bar and a band."""
    print("measured bar: rms difference in HV; no latent heat, with it, fitted")
    rates: dict[str, str] = {}
    for measured in BARS:
        bare = measured.bar(latent_heat=False).run().rmse
        fit = fit_kinetics(measured.bar().alloy, data="its own bar", jominy=measured.bar())
        was, now = fit.before["jominy"][0], fit.after["jominy"][0]
        said = ", ".join(f"{parameter.name} {parameter.value:.2f}" for parameter in fit.parameters)
        print(f"  {measured.name:<20} {bare:5.1f} {was:5.1f} {now:5.1f}   {said}", flush=True)
        if measured.name == "4140":
            rates = {phase: f"{float(rate):g}" for phase, rate in fit.alloy.rates.items()}
    print("band: stations inside at the least, the middle and the most composition")
    for name in BANDS:
        print(f"  {name:<20} {stations(name)}", flush=True)
    for name in ("42CrMo4+H", "4140H"):
        print(f"  {name + ', 4140 fit':<20} {stations(name, rates)}", flush=True)


if __name__ == "__main__":
    main()
