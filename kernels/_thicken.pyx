# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Rays through all that lies within a distance of a surface of triangles.

That is the body with a slab on every facet, the wedge of a cylinder about every edge that turns outwards, between the
normals of its facets, and a ball about every end of such an edge; each meets a ray in one piece. A ray keeps its pieces
in order and apart: one that touches others takes them in.
"""

from cython.parallel cimport prange
from libc.math cimport fabs, sqrt
from libc.stdint cimport int32_t, int64_t

from _rays cimport first_at_or_above

cdef double LEVEL = 1e-12  # component of a unit vector below which it is none


cdef inline bint put(
    double[:, :, ::1] piece, int32_t[::1] count, Py_ssize_t ray, double entry, double leave, double tilt, double near
) noexcept nogil:
    """Add a piece to a ray, with `near` m between them one; false where there is no room left."""
    cdef Py_ssize_t n = count[ray], j = 0, k, i
    while j < n and piece[ray, j, 1] < entry - near:
        j += 1
    if j == n or piece[ray, j, 0] > leave + near:
        if n == piece.shape[1]:
            return False
        for i in range(n, j, -1):
            for k in range(4):
                piece[ray, i, k] = piece[ray, i - 1, k]
        piece[ray, j, 0] = entry
        piece[ray, j, 1] = leave
        piece[ray, j, 2] = tilt
        piece[ray, j, 3] = tilt
        count[ray] = <int32_t> (n + 1)
        return True
    if entry < piece[ray, j, 0]:
        piece[ray, j, 0] = entry
        piece[ray, j, 2] = tilt
    if leave <= piece[ray, j, 1]:
        return True
    piece[ray, j, 1] = leave
    piece[ray, j, 3] = tilt
    k = j + 1
    while k < n and piece[ray, k, 0] <= leave + near:
        if piece[ray, k, 1] > piece[ray, j, 1]:
            piece[ray, j, 1] = piece[ray, k, 1]
            piece[ray, j, 3] = piece[ray, k, 3]
        k += 1
    for i in range(k, n):
        piece[ray, j + 1 + i - k, 0] = piece[ray, i, 0]
        piece[ray, j + 1 + i - k, 1] = piece[ray, i, 1]
        piece[ray, j + 1 + i - k, 2] = piece[ray, i, 2]
        piece[ray, j + 1 + i - k, 3] = piece[ray, i, 3]
    count[ray] = <int32_t> (n - (k - j - 1))
    return True


cdef inline bint held(
    double[:, :, ::1] piece, int32_t[::1] count, Py_ssize_t ray, double entry, double leave
) noexcept nogil:
    """Whether one piece of a ray holds all between two places."""
    cdef Py_ssize_t j
    for j in range(count[ray]):
        if piece[ray, j, 0] <= entry and leave <= piece[ray, j, 1]:
            return True
    return False


cdef inline void extent(
    const double* pu, const double* pv, int k, double v, double near, double* low, double* high
) noexcept nogil:
    """Where the row v meets the shadow of a prism over k corners, the k of its top behind them: low ... high."""
    cdef int i, j, side
    cdef double p, part
    low[0], high[0] = 1e300, -1e300
    for side in range(3 * k):
        i = side % k
        if side < k:
            j = (i + 1) % k
        elif side < 2 * k:
            j = i + k
        else:
            j = k + (i + 1) % k
            i += k
        if (pv[i] < v - near and pv[j] < v - near) or (pv[i] > v + near and pv[j] > v + near):
            continue
        if fabs(pv[j] - pv[i]) <= 2.0 * near:
            low[0] = min(low[0], min(pu[i], pu[j]))
            high[0] = max(high[0], max(pu[i], pu[j]))
            continue
        part = (v - pv[i]) / (pv[j] - pv[i])
        p = pu[i] + min(1.0, max(0.0, part)) * (pu[j] - pu[i])
        low[0] = min(low[0], p)
        high[0] = max(high[0], p)
    low[0] -= near
    high[0] += near


cdef inline bint beyond(double away, double across, double* low, double* high) noexcept nogil:
    """Cut a ray to where away + across w is not below zero; false where that is nowhere."""
    if fabs(across) <= LEVEL:
        return away >= 0.0
    if across > 0.0:
        low[0] = max(low[0], -away / across)
    else:
        high[0] = min(high[0], -away / across)
    return low[0] < high[0]


cdef bint ball(
    const double[:, ::1] points, Py_ssize_t a, int axis, const double[::1] u, const double[::1] v, double by,
    double near, Py_ssize_t begin, Py_ssize_t end, double[:, :, ::1] piece, int32_t[::1] count,
) noexcept nogil:
    """All within a distance of a point, over the rows begin..end."""
    cdef double x = points[a, (axis + 1) % 3], y = points[a, (axis + 2) % 3], w = points[a, axis], half, reach
    cdef Py_ssize_t iu, iv
    for iv in range(max(begin, first_at_or_above(v, y - by)), min(end, first_at_or_above(v, y + by))):
        half = sqrt(max(0.0, by * by - (v[iv] - y) ** 2))
        for iu in range(first_at_or_above(u, x - half), first_at_or_above(u, x + half)):
            reach = sqrt(max(0.0, half * half - (u[iu] - x) ** 2))
            if not put(piece, count, iu + u.shape[0] * iv, w - reach, w + reach, max(reach / by, LEVEL), near):
                return False
    return True


cdef bint wedge(
    const double[:, ::1] points, Py_ssize_t a, Py_ssize_t b, const double[:, ::1] turn, int axis,
    const double[::1] u, const double[::1] v, double by, double near, Py_ssize_t begin, Py_ssize_t end,
    double[:, :, ::1] piece, int32_t[::1] count,
) noexcept nogil:
    """All within a distance of an edge, between the normals of its facets."""
    cdef int W = axis, U = (axis + 1) % 3, V = (axis + 2) % 3, i, j, k
    cdef Py_ssize_t iu, iv, c
    cdef double along[3]
    cdef double aside[2][3]
    cdef double quad[4][3]
    cdef double pu[8]
    cdef double pv[8]
    cdef double bottom = 1e300, top = -1e300, length = 0.0, cosine = 0.0
    cdef double low, high, entry, leave, du, dv, ahead, left, inside, half
    for i in range(3):
        along[i] = points[b, i] - points[a, i]
        length += along[i] ** 2
        cosine += turn[0, i] * turn[1, i]
    length = sqrt(length)
    for i in range(3):
        along[i] /= length
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        aside[0][i] = along[j] * turn[0, k] - along[k] * turn[0, j]
        aside[1][i] = turn[1, j] * along[k] - turn[1, k] * along[j]
    for i in range(3):
        quad[0][i] = turn[0, i] if cosine < 0.0 else 0.0
        quad[1][i] = turn[0, i] + aside[0][i] if cosine < 0.0 else turn[0, i]
        quad[2][i] = aside[0][i] - turn[0, i] if cosine < 0.0 else (turn[0, i] + turn[1, i]) / (1.0 + cosine)
        quad[3][i] = -turn[0, i] if cosine < 0.0 else turn[1, i]
    for i in range(4):
        pu[i], pv[i] = points[a, U] + by * quad[i][U], points[a, V] + by * quad[i][V]
        pu[i + 4], pv[i + 4] = points[b, U] + by * quad[i][U], points[b, V] + by * quad[i][V]
        for j in range(2):
            c = b if j else a
            bottom = min(bottom, points[c, W] + by * quad[i][W])
            top = max(top, points[c, W] + by * quad[i][W])
    low, high = pv[0], pv[0]
    for i in range(1, 8):
        low, high = min(low, pv[i]), max(high, pv[i])
    for iv in range(max(begin, first_at_or_above(v, low - near)), min(end, first_at_or_above(v, high + near))):
        extent(pu, pv, 4, v[iv], near, &low, &high)
        for iu in range(first_at_or_above(u, low), first_at_or_above(u, high)):
            if held(piece, count, iu + u.shape[0] * iv, bottom, top):
                continue
            du, dv = u[iu] - points[a, U], v[iv] - points[a, V]
            ahead = du * along[U] + dv * along[V]
            left = along[U] ** 2 + along[V] ** 2
            inside = by * by + ahead * ahead - du * du - dv * dv
            half = sqrt(max(0.0, (ahead * along[W]) ** 2 + left * inside))
            entry, leave = -1e300, 1e300
            if left > LEVEL:
                entry, leave = (ahead * along[W] - half) / left, (ahead * along[W] + half) / left
            elif inside <= 0.0:
                continue
            if not (
                beyond(ahead + near, along[W], &entry, &leave)
                and beyond(length + near - ahead, -along[W], &entry, &leave)
                and beyond(aside[0][U] * du + aside[0][V] * dv + near, aside[0][W], &entry, &leave)
                and beyond(aside[1][U] * du + aside[1][V] * dv + near, aside[1][W], &entry, &leave)
            ):
                continue
            entry, leave = points[a, W] + entry, points[a, W] + leave
            if not put(piece, count, iu + u.shape[0] * iv, entry, leave, max(half / by, LEVEL), near):
                return False
    return True


cdef bint slab(
    const double[:, ::1] points, const int64_t[:, ::1] facets, const double[:, ::1] normals, Py_ssize_t f, int axis,
    const double[::1] u, const double[::1] v, double by, double near, Py_ssize_t begin, Py_ssize_t end,
    double[:, :, ::1] piece, int32_t[::1] count,
) noexcept nogil:
    """All above a facet and within a distance of it."""
    cdef int W = axis, U = (axis + 1) % 3, V = (axis + 2) % 3, i, j, k
    cdef Py_ssize_t iu, iv, a = facets[f, 0], c
    cdef double inward[3][3]
    cdef double pu[6]
    cdef double pv[6]
    cdef double edge[3]
    cdef double bottom = 1e300, top = -1e300, low, high, entry, leave, du, dv, length, above
    cdef double tilt = max(fabs(normals[f, W]), LEVEL)
    cdef bint met
    for i in range(3):
        c = facets[f, i]
        pu[i], pv[i] = points[c, U], points[c, V]
        pu[i + 3], pv[i + 3] = pu[i] + by * normals[f, U], pv[i] + by * normals[f, V]
        bottom = min(bottom, points[c, W] + min(0.0, by * normals[f, W]))
        top = max(top, points[c, W] + max(0.0, by * normals[f, W]))
        length = 0.0
        for j in range(3):
            edge[j] = points[facets[f, (i + 1) % 3], j] - points[c, j]
            length += edge[j] ** 2
        for j in range(3):
            k = (j + 1) % 3
            inward[i][j] = (normals[f, k] * edge[3 - j - k] - normals[f, 3 - j - k] * edge[k]) / sqrt(length)
    low, high = pv[0], pv[0]
    for i in range(1, 6):
        low, high = min(low, pv[i]), max(high, pv[i])
    for iv in range(max(begin, first_at_or_above(v, low - near)), min(end, first_at_or_above(v, high + near))):
        extent(pu, pv, 3, v[iv], near, &low, &high)
        for iu in range(first_at_or_above(u, low), first_at_or_above(u, high)):
            if held(piece, count, iu + u.shape[0] * iv, bottom, top):
                continue
            du, dv = u[iu] - points[a, U], v[iv] - points[a, V]
            above = normals[f, U] * du + normals[f, V] * dv
            entry, leave = -1e300, 1e300
            met = beyond(above + near, normals[f, W], &entry, &leave)
            met = met and beyond(by - above, -normals[f, W], &entry, &leave)
            for i in range(3):
                if met:
                    c = facets[f, i]
                    du = inward[i][U] * (u[iu] - points[c, U]) + inward[i][V] * (v[iv] - points[c, V])
                    met = beyond(du + inward[i][W] * (points[a, W] - points[c, W]) + near, inward[i][W], &entry, &leave)
            if not met:
                continue
            if not put(piece, count, iu + u.shape[0] * iv, points[a, W] + entry, points[a, W] + leave, tilt, near):
                return False
    return True


cdef bint rows(
    const double[:, ::1] points, const int64_t[::1] corners, const int64_t[:, ::1] edges,
    const double[:, :, ::1] turns, const int64_t[:, ::1] facets, const double[:, ::1] normals, int axis,
    const double[::1] u, const double[::1] v, double by, double near, Py_ssize_t begin, Py_ssize_t end,
    double[:, :, ::1] piece, int32_t[::1] count,
) noexcept nogil:
    """All of them over the rows begin..end; false where a ray has no room for one more piece."""
    cdef Py_ssize_t i
    for i in range(corners.shape[0]):  # the largest first: what they hold needs no more room
        if not ball(points, corners[i], axis, u, v, by, near, begin, end, piece, count):
            return False
    for i in range(edges.shape[0]):
        if not wedge(points, edges[i, 0], edges[i, 1], turns[i], axis, u, v, by, near, begin, end, piece, count):
            return False
    for i in range(facets.shape[0]):
        if not slab(points, facets, normals, i, axis, u, v, by, near, begin, end, piece, count):
            return False
    return True


def within(
    const double[:, ::1] points, const int64_t[::1] corners, const int64_t[:, ::1] edges,
    const double[:, :, ::1] turns, const int64_t[:, ::1] facets, const double[:, ::1] normals, int axis,
    const double[::1] u, const double[::1] v, double by, double near, double[:, :, ::1] piece, int32_t[::1] count,
):
    """Add to the pieces of each ray what lies within a distance; true where they all found room. See the door."""
    cdef Py_ssize_t block, blocks = 16, n = v.shape[0]
    cdef int full = 0
    for block in prange(blocks, nogil=True, schedule="dynamic"):
        full += not rows(points, corners, edges, turns, facets, normals, axis, u, v, by, near, block * n // blocks,
                         (block + 1) * n // blocks, piece, count)
    return full == 0
