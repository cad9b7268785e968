"""Fields in time: grid, tables, heat, phases, hardness, stress."""
