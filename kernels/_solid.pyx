# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Loops over the cells and nodes of the 3-D stress solver; the element itself is in _solid.h.

Cells come in slabs: a thread takes a whole slab, first of the even ones, then of the odd ones, so that threads never
meet at a node and every node sums its cells in one order, whatever the number of threads.
"""

from cython.parallel cimport prange
from libc.math cimport sqrt
from libc.stdint cimport int16_t, int32_t, uint8_t

cdef extern from "_solid.h" nogil:
    void elastic_batch(const int32_t *rows, const float *moduli, const float *scale, int lanes,
                       const float *x, float *y)
    void nested_batch(const int32_t *rows, const float *moduli, const float *scale, int lanes,
                      const float *x, float *y)
    void dense_cell(const int32_t *rows, const float *matrix, const float *x, float *y)
    void tangent_batch(const int32_t *rows, const float *bulk, const float *shear, const int16_t *tangent,
                       const double *scale, int lanes, const double *x, double *y)
    void whole_batch(const int32_t *rows, const float *tangent, const double *scale, int lanes,
                     const double *x, double *y)

cdef enum:
    BLOCK = 2048  # entries that one partial sum covers: the order of a sum never depends on the threads
    PART = 64     # columns that one sweep of `mix` holds
    FEW = 4096    # cells or nodes below which waking threads costs more than it saves


def elastic(const int32_t[:, ::1] rows, const int32_t[::1] first, const int32_t[::1] count,
            const float[:, :, ::1] moduli, const float[::1] scale, const float[:, ::1] x, float[:, ::1] y):
    """y += K x of cells with one bulk and one shear modulus; see the door."""
    cdef int half, slab, batch, start, stop
    for half in range(2):
        start, stop = _half(half, first.shape[0])
        for slab in prange(start, stop, nogil=True, schedule="dynamic", use_threads_if=rows.shape[0] > FEW):
            for batch in range((count[slab] + 15) // 16):
                elastic_batch(&rows[first[slab] + 16 * batch, 0], &moduli[first[slab] // 16 + batch, 0, 0],
                              &scale[0], min(16, count[slab] - 16 * batch), &x[0, 0], &y[0, 0])


def nested(const int32_t[:, ::1] rows, const int32_t[::1] first, const int32_t[::1] count,
           const float[:, :, :, ::1] moduli, const float[::1] scale, const float[:, ::1] x, float[:, ::1] y):
    """The same of cells made of eight children; see the door."""
    cdef int half, slab, batch, start, stop
    for half in range(2):
        start, stop = _half(half, first.shape[0])
        for slab in prange(start, stop, nogil=True, schedule="dynamic", use_threads_if=rows.shape[0] > FEW // 4):
            for batch in range((count[slab] + 15) // 16):
                nested_batch(&rows[first[slab] + 16 * batch, 0], &moduli[first[slab] // 16 + batch, 0, 0, 0],
                             &scale[0], min(16, count[slab] - 16 * batch), &x[0, 0], &y[0, 0])


def dense(const int32_t[:, ::1] rows, const int32_t[::1] first, const int32_t[::1] count,
          const float[:, :, ::1] matrix, const float[:, ::1] x, float[:, ::1] y):
    """The same of cells with a matrix each; see the door."""
    cdef int half, slab, cell, start, stop
    for half in range(2):
        start, stop = _half(half, first.shape[0])
        for slab in prange(start, stop, nogil=True, schedule="dynamic", use_threads_if=rows.shape[0] > FEW // 2):
            for cell in range(first[slab], first[slab] + count[slab]):
                dense_cell(&rows[cell, 0], &matrix[cell, 0, 0], &x[0, 0], &y[0, 0])


def tangent(const int32_t[:, ::1] rows, const int32_t[::1] first, const int32_t[::1] count,
            const float[:, :, ::1] moduli, const int16_t[:, :, :, ::1] points, const double[::1] scale,
            const double[:, ::1] x, double[:, ::1] y):
    """The same with the tangent of the point law; see the door."""
    cdef int half, slab, batch, start, stop
    for half in range(2):
        start, stop = _half(half, first.shape[0])
        for slab in prange(start, stop, nogil=True, schedule="dynamic", use_threads_if=rows.shape[0] > FEW):
            for batch in range((count[slab] + 7) // 8):
                _tangent(rows, moduli, points, &scale[0], first[slab] + 8 * batch,
                         min(8, count[slab] - 8 * batch), &x[0, 0], &y[0, 0])


def whole_tangent(const int32_t[:, ::1] rows, const int32_t[::1] first, const int32_t[::1] count,
                  const float[:, :, :, ::1] points, const double[::1] scale, const double[:, ::1] x,
                  double[:, ::1] y):
    """The same with a full tangent of each point; see the door."""
    cdef int half, slab, batch, start, stop
    for half in range(2):
        start, stop = _half(half, first.shape[0])
        for slab in prange(start, stop, nogil=True, schedule="dynamic", use_threads_if=rows.shape[0] > FEW):
            for batch in range((count[slab] + 7) // 8):
                whole_batch(&rows[first[slab] + 8 * batch, 0], &points[first[slab] // 8 + batch, 0, 0, 0],
                            &scale[0], min(8, count[slab] - 8 * batch), &x[0, 0], &y[0, 0])


cdef inline (int, int) _half(int odd, Py_ssize_t slabs) noexcept nogil:
    cdef int even = <int> (slabs + 1) // 2
    if odd:
        return even, <int> slabs
    return 0, even


cdef inline void _tangent(const int32_t[:, ::1] rows, const float[:, :, ::1] moduli,
                          const int16_t[:, :, :, ::1] points, const double *scale, int slot, int cells,
                          const double *x, double *y) noexcept nogil:
    tangent_batch(&rows[slot, 0], &moduli[slot // 16, 0, slot % 16], &moduli[slot // 16, 1, slot % 16],
                  &points[slot // 8, 0, 0, 0], scale, cells, x, y)


cdef inline void _times(const float *d, const float *r, float *z) noexcept nogil:
    z[0] = d[0] * r[0] + d[3] * r[1] + d[5] * r[2]
    z[1] = d[3] * r[0] + d[1] * r[1] + d[4] * r[2]
    z[2] = d[5] * r[0] + d[4] * r[1] + d[2] * r[2]


def smooth(const float[:, ::1] inverse, float[:, ::1] image, float[:, ::1] residual, float[:, ::1] step,
           float[:, ::1] x, float keep, float gain):
    """One step of Chebyshev's recurrence, all fields (N, 3).

    residual -= image, image = 0, step = keep step + gain D^-1 residual, x += step;  inverse (N, 6): see _times
    """
    cdef int n = residual.shape[0], i
    for i in prange(n, nogil=True, schedule="dynamic", chunksize=4096, use_threads_if=n > FEW):
        _smooth(&inverse[i, 0], &image[i, 0], &residual[i, 0], &step[i, 0], &x[i, 0], keep, gain)


cdef inline void _smooth(const float *inverse, float *image, float *residual, float *step, float *x,
                         float keep, float gain) noexcept nogil:
    cdef int k
    cdef float z[3]
    for k in range(3):
        residual[k] -= image[k]
        image[k] = 0.0
    _times(inverse, residual, z)
    for k in range(3):
        step[k] = keep * step[k] + gain * z[k]
        x[k] += step[k]


def subtract(float[:, ::1] image, float[:, ::1] residual):
    """residual -= image, image = 0"""
    cdef int n = residual.shape[0], i, k
    for i in prange(n, nogil=True, schedule="dynamic", chunksize=4096, use_threads_if=n > FEW):
        for k in range(3):
            residual[i, k] -= image[i, k]
            image[i, k] = 0.0


cdef inline void _to_coarse(const int32_t *rows, int place, const float *fine, float *coarse) noexcept nogil:
    cdef int px = place % 3, py = (place // 3) % 3, pz = place // 9, r, i, k
    cdef float wy, w
    cdef float *p
    for r in range(4):
        wy = 0.25 * ((py if r & 1 else 2 - py) * (pz if r >> 1 else 2 - pz))
        if wy == 0.0:
            continue
        for i in range(2):
            w = wy * 0.5 * (px if i else 2 - px)
            if w != 0.0:
                p = coarse + 3 * (<long> rows[r] + i)
                for k in range(3):
                    p[k] += w * fine[k]


cdef inline void _to_fine(const int32_t *rows, int place, const float *coarse, float *fine) noexcept nogil:
    cdef int px = place % 3, py = (place // 3) % 3, pz = place // 9, r, i, k
    cdef float wy, w
    cdef const float *p
    for k in range(3):
        fine[k] = 0.0
    for r in range(4):
        wy = 0.25 * ((py if r & 1 else 2 - py) * (pz if r >> 1 else 2 - pz))
        if wy == 0.0:
            continue
        for i in range(2):
            w = wy * 0.5 * (px if i else 2 - px)
            if w != 0.0:
                p = coarse + 3 * (<long> rows[r] + i)
                for k in range(3):
                    fine[k] += w * p[k]


def restrict(const int32_t[:, ::1] rows, const int32_t[::1] first, const int32_t[::1] count,
             const int32_t[::1] begin, const int32_t[::1] node, const uint8_t[::1] place,
             const float[:, ::1] fine, float[:, ::1] coarse):
    """coarse = P^T fine: every slot of the coarse cells gives what its own fine nodes carry to its corners.

    rows, first, count  of the coarse cells;  begin (slots + 1,), node and place (N,): see multigrid.Level
    """
    cdef int half, slab, cell, m, start, stop
    coarse[:, :] = 0.0
    for half in range(2):
        start, stop = _half(half, first.shape[0])
        for slab in prange(start, stop, nogil=True, schedule="dynamic", use_threads_if=fine.shape[0] > FEW):
            for cell in range(first[slab], first[slab] + count[slab]):
                for m in range(begin[cell], begin[cell + 1]):
                    _to_coarse(&rows[cell, 0], place[m], &fine[node[m], 0], &coarse[0, 0])


def prolong(const int32_t[:, ::1] rows, const int32_t[::1] begin, const int32_t[::1] node,
            const uint8_t[::1] place, const float[:, ::1] coarse, float[:, ::1] step, float[:, ::1] x):
    """step = P coarse, x += step; see restrict."""
    cdef int cells = begin.shape[0] - 1, cell, m, k
    for cell in prange(cells, nogil=True, schedule="dynamic", chunksize=64, use_threads_if=cells > FEW // 4):
        for m in range(begin[cell], begin[cell + 1]):
            _to_fine(&rows[cell, 0], place[m], &coarse[0, 0], &step[node[m], 0])
            for k in range(3):
                x[node[m], k] += step[node[m], k]


def mix(const double[:, ::1] weight, const double[:, ::1] reference, float[:, ::1] out):
    """out = weight reference;  weight (n, m), reference (m, w), out (n, w)"""
    cdef int n = weight.shape[0], m = weight.shape[1], w = reference.shape[1], i
    for i in prange(n, nogil=True, schedule="dynamic", chunksize=4096, use_threads_if=n > 64):
        _mix(&weight[i, 0], &reference[0, 0], m, w, &out[i, 0])


cdef void _mix(const double *weight, const double *reference, int m, int w, float *out) noexcept nogil:
    cdef double part[PART]
    cdef int begin, width, j, i
    cdef int chunk
    for chunk in range((w + PART - 1) // PART):
        begin = PART * chunk
        width = min(PART, w - begin)
        for i in range(width):
            part[i] = 0.0
        for j in range(m):
            if weight[j] != 0.0:
                for i in range(width):
                    part[i] += weight[j] * reference[j * w + begin + i]
        for i in range(width):
            out[begin + i] = <float> part[i]


def power(const float[:, ::1] inverse, float[:, ::1] image, float[:, ::1] x):
    """x = D^-1 image, image = 0; gives the norm of x before it is scaled to 1."""
    cdef int n = x.shape[0], i, k
    cdef double total = 0.0
    for i in range(n):
        _times(&inverse[i, 0], &image[i, 0], &x[i, 0])
        for k in range(3):
            total += <double> x[i, k] * x[i, k]
            image[i, k] = 0.0
    total = sqrt(total)
    for i in range(n):
        for k in range(3):
            x[i, k] = <float> (x[i, k] / total)
    return total


def factorise(double[:, ::1] matrix):
    """Cholesky in place, lower; False where a pivot is not positive."""
    cdef int n = matrix.shape[0], i, j, k
    cdef double s
    with nogil:
        for j in range(n):
            for i in range(j + 1):
                s = matrix[j, i]
                for k in range(i):
                    s -= matrix[j, k] * matrix[i, k]
                if i < j:
                    matrix[j, i] = s / matrix[i, i]
                elif s > 0.0:
                    matrix[j, j] = sqrt(s)
                else:
                    with gil:
                        return False
    return True


def substitute(const double[:, ::1] factor, double[::1] x):
    """x = (L L^T)^-1 x, L as `factorise` left it."""
    cdef int n = x.shape[0], i, k
    cdef double s
    with nogil:
        for i in range(n):
            s = x[i]
            for k in range(i):
                s -= factor[i, k] * x[k]
            x[i] = s / factor[i, i]
        for i in range(n - 1, -1, -1):
            x[i] = x[i] / factor[i, i]
            s = x[i]
            for k in range(i):
                x[k] -= factor[i, k] * s


def dot(const double[::1] a, const double[::1] b, double[::1] part):
    """a.b;  part: work space of one entry per 1024, here and below"""
    cdef long n = a.shape[0]
    cdef int blocks = (n + BLOCK - 1) // BLOCK, block
    cdef double total = 0.0
    for block in prange(blocks, nogil=True, schedule="dynamic", chunksize=4, use_threads_if=blocks > 2):
        part[block] = _dot(&a[block * BLOCK], &b[block * BLOCK], min(BLOCK, n - block * BLOCK))
    for block in range(blocks):
        total += part[block]
    return total


cdef inline double _dot(const double *a, const double *b, int n) noexcept nogil:
    cdef double s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0
    cdef int i
    for i in range(0, n - 3, 4):
        s0 += a[i] * b[i]
        s1 += a[i + 1] * b[i + 1]
        s2 += a[i + 2] * b[i + 2]
        s3 += a[i + 3] * b[i + 3]
    for i in range(n - n % 4, n):
        s0 += a[i] * b[i]
    return (s0 + s1) + (s2 + s3)


def descend(double alpha, const double[::1] p, const double[::1] q, double[::1] x, double[::1] r,
            float[::1] single, double[::1] part):
    """x += alpha p, r -= alpha q, single = r; gives r.r"""
    cdef long n = x.shape[0]
    cdef int blocks = (n + BLOCK - 1) // BLOCK, block
    cdef double total = 0.0
    for block in prange(blocks, nogil=True, schedule="dynamic", chunksize=4, use_threads_if=blocks > 2):
        part[block] = _descend(alpha, &p[block * BLOCK], &q[block * BLOCK], &x[block * BLOCK], &r[block * BLOCK],
                               &single[block * BLOCK], min(BLOCK, n - block * BLOCK))
    for block in range(blocks):
        total += part[block]
    return total


cdef inline double _descend(double alpha, const double *p, const double *q, double *x, double *r, float *single,
                            int n) noexcept nogil:
    cdef double s = 0.0
    cdef int i
    for i in range(n):
        x[i] += alpha * p[i]
        r[i] -= alpha * q[i]
        single[i] = <float> r[i]
        s += r[i] * r[i]
    return s


def project(const float[::1] z, const double[::1] r, const double[::1] q, double[::1] part):
    """z.r and z.q"""
    cdef long n = z.shape[0]
    cdef int blocks = (n + BLOCK - 1) // BLOCK, block
    cdef double zr = 0.0, zq = 0.0
    for block in prange(blocks, nogil=True, schedule="dynamic", chunksize=4, use_threads_if=blocks > 2):
        _project(&z[block * BLOCK], &r[block * BLOCK], &q[block * BLOCK], min(BLOCK, n - block * BLOCK),
                 &part[2 * block])
    for block in range(blocks):
        zr += part[2 * block]
        zq += part[2 * block + 1]
    return zr, zq


cdef inline void _project(const float *z, const double *r, const double *q, int n, double *out) noexcept nogil:
    cdef double zr = 0.0, zq = 0.0
    cdef int i
    for i in range(n):
        zr += z[i] * r[i]
        zq += z[i] * q[i]
    out[0] = zr
    out[1] = zq


def turn(const float[::1] z, double beta, double[::1] p):
    """p = z + beta p"""
    cdef long n = p.shape[0], i
    for i in prange(n, nogil=True, schedule="dynamic", chunksize=4096, use_threads_if=n > FEW):
        p[i] = z[i] + beta * p[i]
