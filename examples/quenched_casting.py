"""A356 in sand, then solution treatment and quench in the same case: the stress that water and hot water leave."""

import metaltwin as mt


def case(bath):
    """A short bar in rz; shaken out, solution treated, quenched."""
    return mt.Casting(
        name=f"bar of A356, quenched at {bath}",
        part=mt.Part.cylinder("60 mm", "48 mm"),
        alloy=mt.alloy("A356"),
        pour="720 degC",
        mould=mt.mould("green sand", wall="30 mm"),
        grid=mt.Grid("2 mm"),
        shake_out="300 degC",
        then=[
            mt.Heat("540 degC", until="535 degC"),
            mt.Solution("540 degC", "4 h"),
            mt.Transfer("8 s"),
            mt.Quench("agitated water 60" if bath == "60 degC" else "agitated water 20", bath=bath, until="80 degC"),
        ],
        stress=True,
        snapshots=30,
    )


if __name__ == "__main__":
    for bath in ("20 degC", "60 degC"):
        result = case(bath).run()
        print(result.summary())
        print(f"{bath}: largest tension {result.max_principal.max / 1e6:.0f} MPa in the middle")
