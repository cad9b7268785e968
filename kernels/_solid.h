/* Element loops of the stress operator: one batch of trilinear box cells at a time, one cell per vector lane.

   Node a of a cell has bits (x, y, z); a row r = (y, z) names its two nodes along x, which have consecutive numbers.
   The seven strain-producing modes of a nodal field are xi, eta, zeta, xi eta, eta zeta, zeta xi, xi eta zeta.
   Mean dilatation (B-bar): the trace of the strain is that of the cell's centre, at every point. The gradient of
   component k along another axis, where it varies with coordinate k, is shear that comes with bending and should not:
   it counts as in a cube, 1/(4 d_k) in place of 1/(4 d), or long cells would not bend. */
#ifndef REAL
#ifndef METALTWIN_SOLID_H
#define METALTWIN_SOLID_H
#include <stdint.h>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("avx512f", "avx2,fma", "default")))
#else
#define CLONES
#endif
#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static __inline
#endif

#define REAL float
#define LANES 16
#define NAME(x) x##_single
#define WIDE wide_single
#include "_solid.h"
#undef REAL
#undef LANES
#undef NAME
#undef WIDE
#define REAL double
#define LANES 8
#define NAME(x) x##_double
#define WIDE wide_double
#include "_solid.h"
#undef REAL
#undef LANES
#undef NAME
#undef WIDE

/* y += K x for `lanes` <= 16 cells.  rows (16, 4), moduli (2, 16): bulk and shear times their weight;
   scale (4): 1/(4 dx), 1/(4 dy), 1/(4 dz), volume */
CLONES static void elastic_batch(const int32_t *rows, const float *moduli, const float *scale, int lanes,
                                 const float *x, float *y) {
    wide_single u[3][8], f[3][8], pair[2];
    gather_single(rows, lanes, x, u);
    load_single(moduli, &pair[0]);
    load_single(moduli + 16, &pair[1]);
    elastic_single(u, pair, scale, f);
    scatter_single(rows, lanes, f, y);
}

/* The same for cells made of eight children: y += sum P_c^T K_c P_c x.  moduli (8, 2, 16); scale that of a child */
CLONES static void nested_batch(const int32_t *rows, const float *moduli, const float *scale, int lanes,
                                const float *x, float *y) {
    wide_single u[3][8], f[3][8], mid[3][27], sum[3][27], pair[2];
    gather_single(rows, lanes, x, u);
    for (int k = 0; k < 3; k++) {
        wide_single *m = mid[k];
        for (int a = 0; a < 8; a++) m[2 * (a & 1) + 6 * (a >> 1 & 1) + 18 * (a >> 2)] = u[k][a];
        for (int r = 0; r < 4; r++) { /* edges along x, then planes, then the middle */
            int at = 6 * (r & 1) + 18 * (r >> 1);
            m[at + 1] = 0.5f * (m[at] + m[at + 2]);
        }
        for (int i = 0; i < 3; i++)
            for (int z = 0; z < 27; z += 18) m[i + 3 + z] = 0.5f * (m[i + z] + m[i + 6 + z]);
        for (int i = 0; i < 9; i++) m[i + 9] = 0.5f * (m[i] + m[i + 18]);
        for (int i = 0; i < 27; i++) sum[k][i] = 0.0f * m[i];
    }
    for (int c = 0; c < 8; c++) {
        int corner = (c & 1) + 3 * (c >> 1 & 1) + 9 * (c >> 2);
        load_single(moduli + 32 * c, &pair[0]);
        load_single(moduli + 32 * c + 16, &pair[1]);
        for (int k = 0; k < 3; k++)
            for (int a = 0; a < 8; a++) u[k][a] = mid[k][corner + (a & 1) + 3 * (a >> 1 & 1) + 9 * (a >> 2)];
        elastic_single(u, pair, scale, f);
        for (int k = 0; k < 3; k++)
            for (int a = 0; a < 8; a++) sum[k][corner + (a & 1) + 3 * (a >> 1 & 1) + 9 * (a >> 2)] += f[k][a];
    }
    for (int k = 0; k < 3; k++) {
        wide_single *m = sum[k];
        for (int i = 0; i < 9; i++) {
            m[i] += 0.5f * m[i + 9];
            m[i + 18] += 0.5f * m[i + 9];
        }
        for (int i = 0; i < 3; i++)
            for (int z = 0; z < 27; z += 18) {
                m[i + z] += 0.5f * m[i + 3 + z];
                m[i + 6 + z] += 0.5f * m[i + 3 + z];
            }
        for (int r = 0; r < 4; r++) {
            int at = 6 * (r & 1) + 18 * (r >> 1);
            m[at] += 0.5f * m[at + 1];
            m[at + 2] += 0.5f * m[at + 1];
        }
        for (int a = 0; a < 8; a++) f[k][a] = m[2 * (a & 1) + 6 * (a >> 1 & 1) + 18 * (a >> 2)];
    }
    scatter_single(rows, lanes, f, y);
}

/* The same for one cell with a matrix of its own, (24, 24) symmetric, degrees of freedom (node, component). */
CLONES static void dense_cell(const int32_t *rows, const float *matrix, const float *x, float *y) {
    float f[24] = {0};
    for (int a = 0; a < 8; a++)
        for (int k = 0; k < 3; k++) {
            float value = x[3 * ((int64_t)rows[a >> 1] + (a & 1)) + k];
            const float *column = matrix + 24 * (3 * a + k);
            for (int i = 0; i < 24; i++) f[i] += column[i] * value;
        }
    for (int a = 0; a < 8; a++)
        for (int k = 0; k < 3; k++) y[3 * ((int64_t)rows[a >> 1] + (a & 1)) + k] += f[3 * a + k];
}

/* Gradients of the nodal field of `lanes` <= 8 cells at the points, (component, axis, point), c (3, 7) its modes */
INLINE void gradients(const int32_t *rows, const double *scale, int lanes, const double *x, wide_double c[3][7],
                      wide_double grad[3][3][4]) {
    wide_double u[3][8];
    const double gauss = 0.57735026918962576451;
    gather_double(rows, lanes, x, u);
    for (int k = 0; k < 3; k++) modes_double(u[k], c[k]);
    for (int d = 0; d < 3; d++) { /* values at (p, q) = (-, -), (+, -), (-, +), (+, +) of the two other coordinates */
        int q = (d + 2) % 3;
        for (int k = 0; k < 3; k++) {
            wide_double one = scale[d] * c[k][d], by_p = scale[k == q ? d : k] * gauss * c[k][3 + d];
            wide_double by_q = scale[k == q ? k : d] * gauss * c[k][3 + q], both = scale[k] / 3.0 * c[k][6];
            grad[k][d][0] = one - by_p - by_q + both;
            grad[k][d][1] = one + by_p - by_q - both;
            grad[k][d][2] = one - by_p + by_q - both;
            grad[k][d][3] = one + by_p + by_q + both;
        }
    }
}

/* The transpose: y += what forces (like gradients, an eighth of a stress each) and a pressure bulk times dilatation do
   at the nodes */
INLINE void collect(const int32_t *rows, const double *scale, int lanes, wide_double force[3][3][4],
                    const wide_double *bulk, const wide_double *dilatation, double *y) {
    wide_double u[3][8], c[3][7];
    const double gauss = 0.57735026918962576451;
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < 7; i++) c[k][i] = 0.0 * *dilatation;
    for (int d = 0; d < 3; d++) {
        int q = (d + 2) % 3;
        for (int k = 0; k < 3; k++) {
            wide_double *f = force[k][d];
            wide_double low = f[0] + f[1], high = f[2] + f[3], low_p = f[1] - f[0], high_p = f[3] - f[2];
            double by = scale[3] * gauss;
            c[k][d] += scale[3] * scale[d] * (low + high);
            c[k][3 + d] += by * scale[k == q ? d : k] * (low_p + high_p);
            c[k][3 + q] += by * scale[k == q ? k : d] * (high - low);
            c[k][6] += scale[3] * scale[k] / 3.0 * (high_p - low_p);
        }
        c[d][d] += scale[3] * scale[d] * *bulk * *dilatation;
    }
    for (int k = 0; k < 3; k++) spread_double(c[k], u[k]);
    scatter_double(rows, lanes, u, y);
}

/* Strain of a point less its mean, xx yy zz xy yz zx; `at` its places in the gradients along each axis [written] */
INLINE void apart(wide_double grad[3][3][4], int g, int at[3], wide_double s[6]) {
    int bit[3] = {g & 1, g >> 1 & 1, g >> 2};
    for (int d = 0; d < 3; d++) at[d] = bit[(d + 1) % 3] + 2 * bit[(d + 2) % 3];
    wide_double mean = (grad[0][0][at[0]] + grad[1][1][at[1]] + grad[2][2][at[2]]) * (1.0 / 3.0);
    for (int k = 0; k < 3; k++) s[k] = grad[k][k][at[k]] - mean;
    s[3] = 0.5 * (grad[0][1][at[1]] + grad[1][0][at[0]]);
    s[4] = 0.5 * (grad[1][2][at[2]] + grad[2][1][at[1]]);
    s[5] = 0.5 * (grad[2][0][at[0]] + grad[0][2][at[2]]);
}

INLINE void put(const wide_double s[6], const int at[3], wide_double force[3][3][4]) {
    for (int k = 0; k < 3; k++) force[k][k][at[k]] += s[k];
    force[0][1][at[1]] += s[3];
    force[1][0][at[0]] += s[3];
    force[1][2][at[2]] += s[4];
    force[2][1][at[1]] += s[4];
    force[2][0][at[0]] += s[5];
    force[0][2][at[2]] += s[5];
}

/* y += K x for `lanes` <= 8 cells with the tangent of the point law.  rows (8, 4), bulk (8), shear (8) times weight;
   tangent (8 points, 6, 8): a and sqrt(a - b) n (xx yy xy yz zx) of plasticity.point in units of 1/32767 */
CLONES static void tangent_batch(const int32_t *rows, const float *bulk, const float *shear, const int16_t *tangent,
                                 const double *scale, int lanes, const double *x, double *y) {
    wide_double c[3][7], grad[3][3][4], force[3][3][4], wide_bulk, twice;
    widen(bulk, 1.0, &wide_bulk);
    widen(shear, 2.0, &twice);
    gradients(rows, scale, lanes, x, c, grad);
    wide_double dilatation = scale[0] * c[0][0] + scale[1] * c[1][1] + scale[2] * c[2][2];
    for (int k = 0; k < 3; k++)
        for (int d = 0; d < 3; d++)
            for (int i = 0; i < 4; i++) force[k][d][i] = 0.0 * dilatation;
    for (int g = 0; g < 8; g++) {
        int at[3];
        wide_double a, m[6], s[6], along;
        unpack(tangent + 48 * g, &a);
        unpack(tangent + 48 * g + 8, &m[0]);
        unpack(tangent + 48 * g + 16, &m[1]);
        for (int k = 3; k < 6; k++) unpack(tangent + 48 * g + 8 * k, &m[k]);
        m[2] = -m[0] - m[1];
        apart(grad, g, at, s);
        along = m[0] * s[0] + m[1] * s[1] + m[2] * s[2] + 2.0 * (m[3] * s[3] + m[4] * s[4] + m[5] * s[5]);
        for (int k = 0; k < 6; k++) s[k] = 0.125 * twice * (a * s[k] - along * m[k]);
        put(s, at, force);
    }
    collect(rows, scale, lanes, force, &wide_bulk, &dilatation, y);
}

/* The same with a full tangent at each point, (8 points, 21, 8): its lower triangle, times weight, in components of
   which shears are sqrt 2 times tensor shear; the dilatation of the strain is that of the cell's centre */
CLONES static void whole_batch(const int32_t *rows, const float *tangent, const double *scale, int lanes,
                               const double *x, double *y) {
    wide_double c[3][7], grad[3][3][4], force[3][3][4];
    const double root = 1.41421356237309504880;
    gradients(rows, scale, lanes, x, c, grad);
    wide_double dilatation = scale[0] * c[0][0] + scale[1] * c[1][1] + scale[2] * c[2][2], pressure = 0.0 * dilatation;
    for (int k = 0; k < 3; k++)
        for (int d = 0; d < 3; d++)
            for (int i = 0; i < 4; i++) force[k][d][i] = 0.0 * dilatation;
    for (int g = 0; g < 8; g++) {
        int at[3];
        const float *entry = tangent + 168 * g;
        wide_double e[6], s[6], slope;
        apart(grad, g, at, e);
        for (int k = 0; k < 6; k++) {
            e[k] = k < 3 ? e[k] + dilatation * (1.0 / 3.0) : root * e[k];
            s[k] = 0.0 * dilatation;
        }
        for (int i = 0; i < 6; i++)
            for (int k = 0; k <= i; k++, entry += 8) {
                widen(entry, 0.125, &slope);
                s[i] += slope * e[k];
                if (k < i) s[k] += slope * e[i];
            }
        wide_double mean = (s[0] + s[1] + s[2]) * (1.0 / 3.0);
        pressure += mean;
        for (int k = 0; k < 6; k++) s[k] = k < 3 ? s[k] - mean : s[k] * (1.0 / root);
        put(s, at, force);
    }
    const wide_double one = 0.0 * pressure + 1.0;
    collect(rows, scale, lanes, force, &pressure, &one, y);
}

#endif
#else /* REAL: the part that exists in both precisions */

#if defined(__GNUC__)
typedef REAL WIDE __attribute__((vector_size(64)));
#define LANE(v, l) (v)[l]
#else
#error "the stress operator needs a compiler with vector extensions (gcc, clang)"
#endif

INLINE void NAME(load)(const REAL *from, WIDE *to) {
    for (int l = 0; l < LANES; l++) LANE(*to, l) = from[l];
}

INLINE void NAME(gather)(const int32_t *rows, int lanes, const REAL *x, WIDE u[3][8]) {
    for (int l = 0; l < LANES; l++)
        for (int r = 0; r < 4; r++) {
            const REAL *p = x + 3 * (int64_t)rows[4 * l + r];
            for (int k = 0; k < 3; k++) {
                LANE(u[k][2 * r], l) = p[k];
                LANE(u[k][2 * r + 1], l) = p[3 + k];
            }
        }
    (void)lanes;
}

INLINE void NAME(scatter)(const int32_t *rows, int lanes, WIDE f[3][8], REAL *y) {
    for (int l = 0; l < lanes; l++)
        for (int r = 0; r < 4; r++) {
            REAL *p = y + 3 * (int64_t)rows[4 * l + r];
            for (int k = 0; k < 3; k++) {
                p[k] += LANE(f[k][2 * r], l);
                p[3 + k] += LANE(f[k][2 * r + 1], l);
            }
        }
}

/* eight times the coefficients of the seven modes */
INLINE void NAME(modes)(const WIDE u[8], WIDE c[7]) {
    WIDE p[4], m[4];
    for (int r = 0; r < 4; r++) {
        p[r] = u[2 * r + 1] + u[2 * r];
        m[r] = u[2 * r + 1] - u[2 * r];
    }
    WIDE pm0 = p[1] - p[0], pm1 = p[3] - p[2], mp0 = m[1] + m[0], mp1 = m[3] + m[2];
    WIDE mm0 = m[1] - m[0], mm1 = m[3] - m[2];
    c[0] = mp0 + mp1;
    c[1] = pm0 + pm1;
    c[2] = p[2] + p[3] - p[0] - p[1];
    c[3] = mm0 + mm1;
    c[4] = pm1 - pm0;
    c[5] = mp1 - mp0;
    c[6] = mm1 - mm0;
}

/* its transpose */
INLINE void NAME(spread)(const WIDE c[7], WIDE u[8]) {
    for (int z = 0; z < 2; z++) {
        WIDE pp = z ? c[2] : -c[2], pm = z ? c[1] + c[4] : c[1] - c[4];
        WIDE mp = z ? c[0] + c[5] : c[0] - c[5], mm = z ? c[3] + c[6] : c[3] - c[6];
        WIDE p0 = pp - pm, p1 = pp + pm, m0 = mp - mm, m1 = mp + mm;
        u[4 * z] = p0 - m0;
        u[4 * z + 1] = p0 + m0;
        u[4 * z + 2] = p1 - m1;
        u[4 * z + 3] = p1 + m1;
    }
}

/* f = K u of cells of one bulk and one shear modulus. The points +-1/sqrt 3 make the modes of the strain
   orthogonal, with mean squares 1, 1/3 and 1/9. */
INLINE void NAME(elastic)(WIDE u[3][8], const WIDE *moduli, const REAL *scale, WIDE f[3][8]) {
    WIDE c[3][7], out[3][7], bulk = moduli[0], shear = moduli[1];
    const REAL third = (REAL)1 / 3;
    for (int k = 0; k < 3; k++) NAME(modes)(u[k], c[k]);
    bulk *= scale[3];
    shear *= scale[3];
    WIDE trace = scale[0] * c[0][0] + scale[1] * c[1][1] + scale[2] * c[2][2];
    WIDE mean = bulk * trace - (2 * third) * shear * trace;
    for (int d = 0; d < 3; d++) {
        int p = (d + 1) % 3;
        WIDE slide = shear * (scale[p] * c[d][p] + scale[d] * c[p][d]);
        out[d][d] = scale[d] * (2 * shear * scale[d] * c[d][d] + mean);
        out[d][p] = scale[p] * slide;
        out[p][d] = scale[d] * slide;
        for (int k = 0; k < 3; k++) out[k][3 + d] = 0 * trace;
        out[d][6] = shear * c[d][6] * (10 * third * third * third * scale[d] * scale[d]);
    }
    shear *= third;
    for (int d = 0; d < 3; d++) { /* strains that vary with coordinate d come from the gradients along p and q */
        int p = (d + 1) % 3, q = (d + 2) % 3;
        WIDE along_p = scale[p] * c[p][3 + d], along_q = scale[q] * c[q][3 + q];
        WIDE part = third * (along_p + along_q);
        WIDE slide = shear * (scale[p] * c[q][3 + d] + scale[q] * c[p][3 + q]);
        out[p][3 + d] += scale[p] * (2 * shear) * (along_p - part);
        out[q][3 + q] += scale[q] * (2 * shear) * (along_q - part);
        out[d][3 + d] += scale[d] * scale[d] * shear * c[d][3 + d];
        out[d][3 + q] += scale[d] * scale[d] * shear * c[d][3 + q];
        out[q][3 + d] += scale[p] * slide;
        out[p][3 + q] += scale[q] * slide;
    }
    for (int k = 0; k < 3; k++) NAME(spread)(out[k], f[k]);
}

#ifndef METALTWIN_SOLID_UNPACK
#define METALTWIN_SOLID_UNPACK
#else
INLINE void widen(const float *from, double factor, WIDE *to) {
    for (int l = 0; l < LANES; l++) LANE(*to, l) = factor * from[l];
}

INLINE void unpack(const int16_t *from, WIDE *to) {
    for (int l = 0; l < LANES; l++) LANE(*to, l) = from[l] * (1.0 / 32767.0);
}
#endif
#endif
