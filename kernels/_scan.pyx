# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Rays through a closed surface of triangles, and lengths of rays inside lattice cells.

Rays run along the depth axis w from a grid of places (u, v); ray number iu + U iv. Facets are rasterised row by row:
a row v meets an edge where exactly one end lies at or below v, and the meeting point is computed from the edge alone,
so that both facets of an edge see the same number. Coverage therefore closes: winding returns to zero on every ray.
"""

from cython.parallel cimport prange
from libc.math cimport fabs, floor, rint
from libc.stdint cimport int32_t, int64_t, uint8_t

from _rays cimport first_at_or_above

cdef double NEAR = 1e-9  # cells: a wall this near to a cell face lies on it


cdef inline void meet(
    const double[:, ::1] points, Py_ssize_t a, Py_ssize_t b, int U, int V, int W, double v, double* u, double* w
) noexcept nogil:
    cdef Py_ssize_t low = a if a < b else b
    cdef Py_ssize_t high = b if a < b else a
    cdef double share = (v - points[low, V]) / (points[high, V] - points[low, V])
    u[0] = points[low, U] + share * (points[high, U] - points[low, U])
    w[0] = points[low, W] + share * (points[high, W] - points[low, W])


cdef void rows(
    const double[:, ::1] points, const int64_t[:, ::1] facets, const double[:, ::1] normals, int axis,
    const double[::1] u, const double[::1] v, const int32_t[:, ::1] met, Py_ssize_t begin, Py_ssize_t end,
    int fill, int64_t[::1] cursor, double[::1] position, double[::1] tilt,
) noexcept nogil:
    """Every facet over the rows begin..end; counts crossings into `cursor`, or writes them behind it."""
    cdef int W = axis, U = (axis + 1) % 3, V = (axis + 2) % 3, side, found
    cdef Py_ssize_t f, iv, iu, first, last, low, high, a, b, ray
    cdef double us[2]
    cdef double ws[2]
    cdef int rising[2]
    cdef double slope, sign, size
    for f in range(facets.shape[0]):
        low = met[f, 0] if met[f, 0] > begin else begin
        high = met[f, 1] if met[f, 1] < end else end
        for iv in range(low, high):
            found = 0
            for side in range(3):
                a = facets[f, side]
                b = facets[f, (side + 1) % 3]
                if (points[a, V] <= v[iv]) != (points[b, V] <= v[iv]):
                    meet(points, a, b, U, V, W, v[iv], &us[found], &ws[found])
                    rising[found] = points[a, V] <= v[iv]
                    found += 1
            if found != 2 or us[0] == us[1]:
                continue
            side = 0 if us[0] < us[1] else 1
            first = first_at_or_above(u, us[side])
            last = first_at_or_above(u, us[1 - side])
            if first == last:
                continue
            if fill:
                sign = -1.0 if rising[side] else 1.0
                size = fabs(normals[f, W])
                slope = (ws[1 - side] - ws[side]) / (us[1 - side] - us[side])
            for iu in range(first, last):
                ray = iu + u.shape[0] * iv
                if fill:
                    position[cursor[ray]] = ws[side] + slope * (u[iu] - us[side])
                    tilt[cursor[ray]] = sign * (size if size > 1e-12 else 1e-12)
                cursor[ray] += 1


cdef inline bint before(double p, double s, double q, double t) noexcept nogil:
    return p < q or (p == q and s < t)


cdef void close_ray(double[::1] position, double[::1] tilt, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    """Sort one ray, entries first where places are equal; tilt 0 where the ray stays inside another body."""
    cdef Py_ssize_t i, j
    cdef double p, t
    cdef int winding = 0, next_winding
    for i in range(begin + 1, end):
        p = position[i]
        t = tilt[i]
        j = i
        while j > begin and before(p, t, position[j - 1], tilt[j - 1]):
            position[j] = position[j - 1]
            tilt[j] = tilt[j - 1]
            j -= 1
        position[j] = p
        tilt[j] = t
    for i in range(begin, end):
        next_winding = winding + (1 if tilt[i] < 0.0 else -1)
        if (winding > 0) == (next_winding > 0):
            tilt[i] = 0.0
        winding = next_winding


cdef inline void reach_of(
    const double[:, ::1] points, const int64_t[:, ::1] facets, Py_ssize_t f, int V, const double[::1] v,
    int32_t[:, ::1] out,
) noexcept nogil:
    cdef double a = points[facets[f, 0], V], b = points[facets[f, 1], V], c = points[facets[f, 2], V]
    out[f, 0] = <int32_t> first_at_or_above(v, min(a, min(b, c)))
    out[f, 1] = <int32_t> first_at_or_above(v, max(a, max(b, c)))


def reach(
    const double[:, ::1] points, const int64_t[:, ::1] facets, int axis, const double[::1] v, int32_t[:, ::1] out
):
    """First row a facet may meet and the first it no longer meets.   out (f, 2)  [written]"""
    cdef Py_ssize_t f
    for f in prange(facets.shape[0], nogil=True, schedule="static"):
        reach_of(points, facets, f, (axis + 2) % 3, v, out)


def cross(
    const double[:, ::1] points, const int64_t[:, ::1] facets, const double[:, ::1] normals, int axis,
    const double[::1] u, const double[::1] v, const int32_t[:, ::1] met, int fill, int64_t[::1] cursor,
    double[::1] position, double[::1] tilt,
):
    """Count (fill 0) or write (fill 1) the crossings of all rays; see the door."""
    cdef Py_ssize_t block, blocks = 16, n = v.shape[0]
    for block in prange(blocks, nogil=True, schedule="dynamic"):
        rows(points, facets, normals, axis, u, v, met, block * n // blocks, (block + 1) * n // blocks, fill, cursor,
             position, tilt)


def close_rays(const int64_t[::1] start, double[::1] position, double[::1] tilt):
    """Sort every ray and silence what lies inside another body; see the door."""
    cdef Py_ssize_t ray
    for ray in prange(start.shape[0] - 1, nogil=True, schedule="static"):
        close_ray(position, tilt, start[ray], start[ray + 1])


cdef inline double placed(double x, double origin, double spacing, Py_ssize_t n) noexcept nogil:
    """Place in cells, held on the lattice and on a face where it is near one."""
    cdef double p = (x - origin) / spacing
    if fabs(p - rint(p)) < NEAR:
        p = rint(p)
    return min(max(p, 0.0), <double> n)


cdef void mark_row(
    const int64_t[::1] start, const double[::1] position, const double[::1] tilt, double origin, double spacing,
    const int64_t[::1] shape, const int64_t[::1] stride, const int64_t[::1] sub, Py_ssize_t jv, Py_ssize_t first,
    int flood, uint8_t[::1] kind,
) noexcept nogil:
    cdef Py_ssize_t ju, iu, iv, ray, c, cell, base, i, last, rays_u = shape[1] * sub[0]
    cdef double p, begin
    for iv in range(jv * sub[1], (jv + 1) * sub[1]):
        for iu in range(rays_u):
            ju = iu // sub[0]
            base = ju * stride[1] + (first + jv) * stride[2]
            ray = iu + rays_u * iv
            begin = 0.0
            for c in range(start[ray], start[ray + 1]):
                if tilt[c] == 0.0:
                    continue
                p = placed(position[c], origin, spacing, shape[0])
                cell = <Py_ssize_t> floor(p)
                last = cell
                if p != floor(p):
                    kind[base + cell * stride[0]] |= 2
                    last = cell + 1
                if tilt[c] < 0.0:
                    begin = p
                elif flood and iu == ju * sub[0] and iv == jv * sub[1]:
                    for i in range(<Py_ssize_t> floor(begin), last):
                        kind[base + i * stride[0]] |= 1


def mark(
    const int64_t[::1] start, const double[::1] position, const double[::1] tilt, double origin, double spacing,
    const int64_t[::1] shape, const int64_t[::1] stride, const int64_t[::1] sub, Py_ssize_t first, int flood,
    uint8_t[::1] kind,
):
    """Bit 2 for every cell that a crossing lies in; with `flood`, bit 1 for every cell inside; see the door."""
    cdef Py_ssize_t jv, rows_v = shape[2]
    for jv in prange(rows_v, nogil=True, schedule="static"):
        mark_row(start, position, tilt, origin, spacing, shape, stride, sub, jv, first, flood, kind)


cdef void gather_ray(
    const double[::1] position, const double[::1] tilt, Py_ssize_t begin, Py_ssize_t end, double origin, double spacing,
    Py_ssize_t n, Py_ssize_t i, double share, double* inside, double* skin, double* facing, double* flat,
) noexcept nogil:
    cdef Py_ssize_t c
    cdef double p, enter = 0.0, low, high
    for c in range(begin, end):
        if tilt[c] == 0.0:
            continue
        p = placed(position[c], origin, spacing, n)
        if p > i and p < i + 1:
            skin[0] += share * fabs(tilt[c])
            facing[0] += share if tilt[c] > 0.0 else -share
        if tilt[c] < 0.0:
            enter = p
            if p == i:
                flat[0] += share
            continue
        if p == i + 1:
            flat[1] += share
        low = max(enter, <double> i)
        high = min(p, <double> (i + 1))
        if high > low:
            inside[0] += share * (high - low)


cdef void gather_row(
    const int64_t[::1] start, const double[::1] position, const double[::1] tilt, double origin, double spacing,
    const int64_t[::1] shape, const int64_t[::1] stride, const int64_t[::1] sub, Py_ssize_t jv, Py_ssize_t first,
    int split, const int32_t[::1] number, double[:, ::1] inside, double[:, ::1] skin, double[:, ::1] facing,
    double[:, ::1] flat,
) noexcept nogil:
    cdef Py_ssize_t ju, su, sv, ray, i, base, row, column, rays_u = shape[1] * sub[0]
    cdef double share = 1.0 / (sub[0] * sub[1])
    if split:
        share = 1.0 / (sub[1] if split == 1 else sub[0])
    for ju in range(shape[1]):
        base = ju * stride[1] + (first + jv) * stride[2]
        for i in range(shape[0]):
            row = number[base + i * stride[0]]
            if row < 0:
                continue
            for sv in range(sub[1]):
                for su in range(sub[0]):
                    column = 0 if split == 0 else (su if split == 1 else sv)
                    ray = ju * sub[0] + su + rays_u * (jv * sub[1] + sv)
                    gather_ray(position, tilt, start[ray], start[ray + 1], origin, spacing, shape[0], i, share,
                               &inside[row, column], &skin[row, column], &facing[row, column], &flat[row, 0])


def gather(
    const int64_t[::1] start, const double[::1] position, const double[::1] tilt, double origin, double spacing,
    const int64_t[::1] shape, const int64_t[::1] stride, const int64_t[::1] sub, Py_ssize_t first, int split,
    const int32_t[::1] number, double[:, ::1] inside, double[:, ::1] skin, double[:, ::1] facing,
    double[:, ::1] flat,
):
    """Sum over the rays of each cut cell: length inside, |n|, sign of n, walls on its faces; see the door."""
    cdef Py_ssize_t jv, rows_v = shape[2]
    for jv in prange(rows_v, nogil=True, schedule="static"):
        gather_row(start, position, tilt, origin, spacing, shape, stride, sub, jv, first, split, number, inside, skin,
                   facing, flat)
