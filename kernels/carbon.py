"""One explicit step of carbon through the faces between cells and through the wall."""

from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def diffuse(content, D, one, other, face, cell, area, distance, potential, transfer, reach, dt, volume, out):
    """Move carbon for dt; returns what entered through the wall, mass fraction times m3.

    content     (n,)  mass fraction
    D           (n,)  m2/s, diffusion coefficient
    one, other  (f,)  cells on both sides of a face
    face        (f,)  open area over the distance of the centres, m
    cell        (p,)  cell behind a wall patch
    area        (p,)  m2
    distance    (p,)  m, from the cell centre to the wall, negative where the centre lies outside
    potential   ()    mass fraction that the gas would give in the end
    transfer    ()    m/s; 0 closes the wall
    reach       ()    least distance / D over 1 / transfer, negative
    dt          ()    s
    volume      (n,)  m3
    out         (n,)  mass fraction after the step   [written]
    """
    for i in range(content.size):
        out[i] = content[i]
    for f in range(one.size):
        a, b = one[f], other[f]
        moved = 0.5 * (D[a] + D[b]) * face[f] * (content[a] - content[b]) * dt
        out[a] -= moved / volume[a]
        out[b] += moved / volume[b]
    entered = 0.0
    if transfer > 0.0:
        for p in range(cell.size):
            i = cell[p]
            way = max(distance[p] / D[i], reach / transfer)
            moved = area[p] * (potential - content[i]) / (1.0 / transfer + way) * dt
            out[i] += moved / volume[i]
            entered += moved
    return entered
