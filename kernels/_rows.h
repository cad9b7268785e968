/* Innermost rows of the heat column, as plain C so that they can be cloned for each vector unit.

   The attribute does not reach a loop that OpenMP outlines; a function called from that loop it does.
   Never -ffast-math: a NaN must stay visible. */
#ifndef METALTWIN_ROWS_H
#define METALTWIN_ROWS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__) && defined(__x86_64__) && defined(__linux__)
#define ROW static __attribute__((noinline, target_clones("avx512f", "avx2", "default")))
#else
#define ROW static
#endif
#if defined(_MSC_VER)
#define RESTRICT __restrict
#define EACH static __forceinline
#else
#define RESTRICT __restrict__
#define EACH static inline __attribute__((always_inline))
#endif

#define BLOCK 256   /* cells that share one look at which phases are present */
#define REACH 1024  /* longest piece of a row handled at once */
#define FEW 32      /* cells of a block that are better looked at one by one */
#define DISTINCT 8  /* products with rows of their own */

/* phases x knots tables on one uniform axis [K]; integral only where there is one phase. Row 0 is of the parent, the
   others less the parent's: a mixture is the parent plus fractions of the products, z (P - 1, n) */
typedef struct {
    int64_t phases, knots;
    double low, step;
    const double *enthalpy;      /* (P, m) J/m3 */
    const double *conductivity;  /* (P, m) W/m/K */
    const int64_t *like;         /* (P,)   first product with the same two rows */
    const double *integral;      /* (m,)   W/m, of the conductivity from `low` */
    int64_t states;              /* knots of what follows; 0 where enthalpy does not tell the temperature alone */
    double datum, rise;          /* uniform axis of enthalpy, J/m3 */
    const double *temperature;   /* (states,) K, level where metal freezes at one temperature */
    const double *conducted;     /* (states,) W/m, conductivity integral */
} Table;

EACH int32_t interval(double place, int64_t knots)
{
    double last = (double)(knots - 2);
    place = place > 0.0 ? place : 0.0; /* a NaN lands here too */
    return (int32_t)(place < last ? place : last);
}

/* which products a block of cells holds, bit p of phase p */
ROW uint32_t phases_present(const double *RESTRICT z, int64_t stride, int64_t phases, int64_t n)
{
    uint32_t present = 0;
    for (int64_t p = 1; p < phases; p++) {
        int64_t holds = 0;
        for (int64_t c = 0; c < n; c++) holds |= z[(p - 1) * stride + c] != 0.0;
        present |= (uint32_t)(holds != 0) << p;
    }
    return present;
}

/* shares of up to BLOCK cells, those of products with the same rows added up; answers how many, their rows in `row` */
EACH int64_t shares(const Table *t, uint32_t present, int64_t n, const double *RESTRICT z, int64_t stride,
                    double (*RESTRICT share)[BLOCK], int64_t *row)
{
    int64_t count = 0;
    for (int64_t p = 1; p < t->phases; p++) {
        if (!(present >> p & 1)) continue;
        const double *RESTRICT zp = z + (p - 1) * stride;
        int64_t g = 0;
        while (g < count && row[g] != t->like[p]) g++;
        if (g == count) {
            row[count++] = t->like[p];
            for (int64_t c = 0; c < n; c++) share[g][c] = zp[c];
        } else {
            for (int64_t c = 0; c < n; c++) share[g][c] += zp[c];
        }
    }
    return count;
}

/* fallback of `block_state` where Newton's steps circle round a peak of the heat capacity */
static int32_t interval_of(const Table *t, uint32_t present, const double *z, int64_t stride, double H)
{
    int64_t below = 0, above = t->knots - 1;
    while (above - below > 1) {
        int64_t i = (below + above) / 2;
        double a = t->enthalpy[i];
        for (int64_t p = 1; p < t->phases; p++)
            if (present >> p & 1) a += z[(p - 1) * stride] * t->enthalpy[p * t->knots + i];
        if (a <= H) below = i;
        else above = i;
    }
    return (int32_t)below;
}

/* T of up to BLOCK cells from H = H0 + D (D may be NULL), and the conductivity of a mixture or its integral where
   there is one phase */
ROW void block_state(const Table *t, uint32_t present, int64_t n, const double *RESTRICT H0,
                     const double *RESTRICT D, const double *RESTRICT z, int64_t stride,
                     double *RESTRICT T, double *RESTRICT conducted)
{
    const int64_t phases = t->phases, knots = t->knots;
    const double low = t->low, step = t->step;
    double H[BLOCK], a[BLOCK], b[BLOCK], r[BLOCK], k[BLOCK], share[DISTINCT][BLOCK];
    int64_t row[DISTINCT];
    int32_t j[BLOCK];
    if (D) for (int64_t c = 0; c < n; c++) H[c] = H0[c] + D[c];
    else   for (int64_t c = 0; c < n; c++) H[c] = H0[c];
    if (t->states) {
        const double *RESTRICT known = t->temperature, *RESTRICT theta = t->conducted;
        for (int64_t c = 0; c < n; c++) {
            double place = (H[c] - t->datum) / t->rise;
            int32_t i = interval(place, t->states);
            T[c] = known[i] + (place - i) * (known[i + 1] - known[i]);
            conducted[c] = theta[i] + (place - i) * (theta[i + 1] - theta[i]);
        }
        return;
    }
    const int64_t count = shares(t, present, n, z, stride, share, row);
    for (int64_t c = 0; c < n; c++) j[c] = interval((T[c] - low) / step, knots);
    for (int pass = 0; pass < 8; pass++) {
        int64_t moved = 0;
        for (int64_t c = 0; c < n; c++) {
            a[c] = t->enthalpy[j[c]];
            b[c] = t->enthalpy[j[c] + 1];
        }
        for (int64_t g = 0; g < count; g++) {
            const double *RESTRICT h = t->enthalpy + row[g] * knots;
            for (int64_t c = 0; c < n; c++) {
                a[c] += share[g][c] * h[j[c]];
                b[c] += share[g][c] * h[j[c] + 1];
            }
        }
        for (int64_t c = 0; c < n; c++) {
            r[c] = (H[c] - a[c]) / (b[c] - a[c]);
            int32_t next = interval(j[c] + r[c], knots);
            moved += next != j[c];
            k[c] = (double)next;
        }
        if (!moved) break;
        if (pass < 5 && moved > FEW) {
            for (int64_t c = 0; c < n; c++) j[c] = (int32_t)k[c];
            continue;
        }
        for (int64_t c = 0; c < n; c++) { /* few have moved, or Newton circles */
            if ((int32_t)k[c] == j[c]) continue;
            j[c] = pass < 5 ? (int32_t)k[c] : interval_of(t, present, z + c, stride, H[c]);
            for (int tries = 0; tries < 8; tries++) {
                double below = t->enthalpy[j[c]], above = t->enthalpy[j[c] + 1];
                for (int64_t g = 0; g < count; g++) {
                    const double *h = t->enthalpy + row[g] * knots + j[c];
                    below += share[g][c] * h[0];
                    above += share[g][c] * h[1];
                }
                r[c] = (H[c] - below) / (above - below);
                int32_t next = interval(j[c] + r[c], knots);
                if (next == j[c]) break;
                j[c] = tries < 4 ? next : interval_of(t, present, z + c, stride, H[c]);
            }
        }
        break;
    }
    for (int64_t c = 0; c < n; c++) T[c] = low + step * (j[c] + r[c]);
    if (phases == 1) {
        const double *RESTRICT cond = t->conductivity, *RESTRICT theta = t->integral;
        for (int64_t c = 0; c < n; c++) {
            double s = r[c] < 0.0 ? 0.0 : r[c] > 1.0 ? 1.0 : r[c];
            double k0 = cond[j[c]], dk = cond[j[c] + 1] - k0;
            k[c] = theta[j[c]] + step * (s * (k0 + 0.5 * s * dk) + (r[c] - s) * (k0 + s * dk));
        }
        for (int64_t c = 0; c < n; c++) conducted[c] = k[c];
        return;
    }
    for (int64_t c = 0; c < n; c++) {
        double k0 = t->conductivity[j[c]];
        r[c] = r[c] < 0.0 ? 0.0 : r[c] > 1.0 ? 1.0 : r[c];
        k[c] = k0 + r[c] * (t->conductivity[j[c] + 1] - k0);
    }
    for (int64_t g = 0; g < count; g++) {
        const double *RESTRICT cond = t->conductivity + row[g] * knots;
        for (int64_t c = 0; c < n; c++) {
            double k0 = cond[j[c]];
            k[c] += share[g][c] * (k0 + r[c] * (cond[j[c] + 1] - k0));
        }
    }
    for (int64_t c = 0; c < n; c++) conducted[c] = k[c];
}

/* diffusivity k/c [m2/s] and 1/c [m3 K/J] of one cell at H [J/m3] and T [K] */
EACH void cell_properties(const Table *t, const double *z, int64_t stride, double H, double T, double *diffusivity,
                          double *per_heat)
{
    if (t->states) {
        int32_t i = interval((H - t->datum) / t->rise, t->states);
        *diffusivity = (t->conducted[i + 1] - t->conducted[i]) / t->rise;
        *per_heat = (t->temperature[i + 1] - t->temperature[i]) / t->rise;
        return;
    }
    double place = (T - t->low) / t->step;
    int32_t j = interval(place, t->knots);
    double r = place - j;
    r = r < 0.0 ? 0.0 : r > 1.0 ? 1.0 : r;
    double c = 0.0, k = 0.0;
    for (int64_t p = 0; p < t->phases; p++) {
        double share = p ? z[(p - 1) * stride] : 1.0;
        if (share == 0.0) continue;
        const double *h = t->enthalpy + p * t->knots + j, *cond = t->conductivity + p * t->knots + j;
        c += share * (h[1] - h[0]) / t->step;
        k += share * (cond[0] + r * (cond[1] - cond[0]));
    }
    *diffusivity = k / c;
    *per_heat = 1.0 / c;
}

/* largest k/c [m2/s] of up to BLOCK cells and, unless D is NULL, the error (E + weight D) / c [K] of each */
ROW void block_survey(const Table *t, uint32_t present, int64_t n, const double *RESTRICT H0,
                      const double *RESTRICT T,
                      const double *RESTRICT z, int64_t stride, const double *RESTRICT E,
                      const double *RESTRICT D, double weight, double *RESTRICT error,
                      double *RESTRICT diffusivity)
{
    const int64_t knots = t->knots;
    const double low = t->low, step = t->step;
    double r[BLOCK], cap[BLOCK], k[BLOCK], share[DISTINCT][BLOCK];
    int64_t row[DISTINCT];
    int32_t j[BLOCK];
    double most = 0.0;
    if (t->states) {
        const double *RESTRICT known = t->temperature, *RESTRICT theta = t->conducted;
        for (int64_t c = 0; c < n; c++) {
            int32_t i = interval((H0[c] + (D ? D[c] : 0.0) - t->datum) / t->rise, t->states);
            double a = (theta[i + 1] - theta[i]) / t->rise;
            most = a > most ? a : most;
            if (D) error[c] = (E[c] + weight * D[c]) * (known[i + 1] - known[i]) / t->rise;
        }
        *diffusivity = most;
        return;
    }
    for (int64_t c = 0; c < n; c++) {
        double place = (T[c] - low) / step;
        j[c] = interval(place, knots);
        double s = place - j[c];
        r[c] = s < 0.0 ? 0.0 : s > 1.0 ? 1.0 : s;
        const double *h = t->enthalpy + j[c], *cond = t->conductivity + j[c];
        cap[c] = h[1] - h[0];
        k[c] = cond[0] + r[c] * (cond[1] - cond[0]);
    }
    const int64_t count = shares(t, present, n, z, stride, share, row);
    for (int64_t g = 0; g < count; g++) {
        const double *RESTRICT h = t->enthalpy + row[g] * knots, *RESTRICT cond = t->conductivity + row[g] * knots;
        for (int64_t c = 0; c < n; c++) {
            double k0 = cond[j[c]];
            cap[c] += share[g][c] * (h[j[c] + 1] - h[j[c]]);
            k[c] += share[g][c] * (k0 + r[c] * (cond[j[c] + 1] - k0));
        }
    }
    for (int64_t c = 0; c < n; c++) {
        double a = k[c] * step / cap[c];
        most = a > most ? a : most;
    }
    if (D) for (int64_t c = 0; c < n; c++) error[c] = (E[c] + weight * D[c]) * step / cap[c];
    *diffusivity = most;
}

/* largest |e| of a row; a NaN wins */
ROW double largest(const double *RESTRICT e, int64_t n)
{
    double worst = 0.0;
    for (int64_t i = 0; i < n; i++) {
        double size = fabs(e[i]);
        worst = size <= worst ? worst : size;
    }
    return worst;
}

/* dH/dt [W/m3] of n full cells in a row whose six faces are open: q is (first cell, n, first cells of the rows -y +y
   -z +z); x, y, z are 1/spacing^2 (2/spacing^2 in the mixture, where neighbours join in series: 2 k0 k1 / (k0 + k1)) */
ROW void row_single(const double *v, const int64_t *q, double x, double y, double z, double *RESTRICT out)
{
    const double *c = v + q[0], *south = v + q[2], *north = v + q[3], *lower = v + q[4], *upper = v + q[5];
    int64_t n = q[1];
    for (int64_t i = 0; i < n; i++)
        out[i] = x * ((c[i - 1] - c[i]) + (c[i + 1] - c[i])) + y * ((south[i] - c[i]) + (north[i] - c[i]))
               + z * ((lower[i] - c[i]) + (upper[i] - c[i]));
}

EACH double series(const double *T, const double *k, int64_t i, int64_t j)
{
    return (k[i] * k[j]) / (k[i] + k[j]) * (T[j] - T[i]);
}

ROW void row_mixture(const double *T, const double *k, const int64_t *q, double x, double y, double z,
                     double *RESTRICT out)
{
    int64_t c = q[0], n = q[1], south = q[2], north = q[3], lower = q[4], upper = q[5];
    for (int64_t i = 0; i < n; i++)
        out[i] = x * (series(T, k, c + i, c + i - 1) + series(T, k, c + i, c + i + 1))
               + y * (series(T, k, c + i, south + i) + series(T, k, c + i, north + i))
               + z * (series(T, k, c + i, lower + i) + series(T, k, c + i, upper + i));
}

/* heat [W] that flows into up to BLOCK rim cells through their open faces; conductance and neighbour (f, m) */
ROW void rim_single(const double *v, const int64_t *RESTRICT cell, const double *RESTRICT conductance, int64_t m,
                    const int64_t *RESTRICT neighbour, int64_t faces, int64_t n, double *RESTRICT out)
{
    for (int64_t r = 0; r < n; r++) out[r] = 0.0;
    for (int64_t f = 0; f < faces; f++) {
        const double *RESTRICT G = conductance + f * m;
        const int64_t *RESTRICT other = neighbour + f * m;
        for (int64_t r = 0; r < n; r++) out[r] += G[r] * (v[other[r]] - v[cell[r]]);
    }
}

ROW void rim_mixture(const double *T, const double *k, const int64_t *RESTRICT cell,
                     const double *RESTRICT conductance, int64_t m, const int64_t *RESTRICT neighbour, int64_t faces,
                     int64_t n, double *RESTRICT out)
{
    for (int64_t r = 0; r < n; r++) out[r] = 0.0;
    for (int64_t f = 0; f < faces; f++) {
        const double *RESTRICT G = conductance + f * m;
        const int64_t *RESTRICT other = neighbour + f * m;
        for (int64_t r = 0; r < n; r++) out[r] += 2.0 * G[r] * series(T, k, cell[r], other[r]);
    }
}

/* E = keep E + weight D */
ROW void note_row(int64_t n, const double *RESTRICT D, double keep, double weight, double *RESTRICT E)
{
    for (int64_t i = 0; i < n; i++) E[i] = keep * E[i] + weight * D[i];
}

/* D2 = mu D1 + nu D2 + a L + b F0, the Runge-Kutta-Legendre recurrence on increments */
ROW void combine(int64_t n, const double *RESTRICT L, const double *RESTRICT F0, const double *RESTRICT D1,
                 double *RESTRICT D2, double mu, double nu, double a, double b)
{
    for (int64_t i = 0; i < n; i++) D2[i] = mu * D1[i] + nu * D2[i] + a * L[i] + b * F0[i];
}

ROW void combine_at(int64_t n, const int64_t *RESTRICT cell, const double *RESTRICT L, const double *RESTRICT F0,
                    const double *RESTRICT D1, double *RESTRICT D2, double mu, double nu, double a, double b)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t c = cell[i];
        D2[c] = mu * D1[c] + nu * D2[c] + a * L[i] + b * F0[c];
    }
}

/* conductivity half-way to the wall as ka + kb x with x = Ts - Ti */
EACH void wall_conductivity(const Table *t, const double *z, int64_t stride, double Ti, int32_t j, double middle,
                            double *ka, double *kb)
{
    double first = t->low + t->step * j, place = (middle - t->low) / t->step;
    int outside = place < 0.0 || place > (double)(t->knots - 1);
    *ka = *kb = 0.0;
    for (int64_t p = 0; p < t->phases; p++) {
        double share = p ? z[(p - 1) * stride] : 1.0;
        if (share == 0.0) continue;
        const double *cond = t->conductivity + p * t->knots + j;
        double slope = outside ? 0.0 : (cond[1] - cond[0]) / t->step;
        *ka += share * (outside ? cond[place > 0.0] : cond[0] + slope * (Ti - first));
        *kb += share * 0.5 * slope;
    }
}

/* Wall temperature of one patch: k((Ti + Ts)/2) (Ts - Ti) = q(Ts) d. Law and conductivity are lines between
   knots, so each try is a closed form; a try ends when the intervals are the ones it was made with.
   d is held so that the resistance d/k + 1/h stays above 0.55/h and above reach/k, h the steepest slope -dq/dTs of
   the whole law: with the slope of the piece the flux would jump from piece to piece where d is negative.
   Gives q into the part [W/m2]; *Ts is read as the first guess and written; *slope is -dq/dTi. */
static double wall_flux(const Table *t, const double *law, const double *z, int64_t stride, double Ti,
                        double distance, double reach, double *Ts, double *slope)
{
    const double low = t->low, step = t->step;
    const int64_t knots = t->knots;
    double ts = *Ts == *Ts ? *Ts : Ti, q = 0.0;
    int32_t i = interval((ts - low) / step, knots), j;
    int settled = 0;
    *slope = 0.0;
    for (int tries = 0; tries < 24; tries++) {
        double middle = 0.5 * (Ti + ts), ka, kb, d = distance;
        j = interval((middle - low) / step, knots);
        wall_conductivity(t, z, stride, Ti, j, middle, &ka, &kb);
        double qb = (law[i + 1] - law[i]) / step, first = low + step * i;
        double qa = law[i] + qb * (Ti - first);
        if (law[knots] > 0.0) {
            double gap = ka / law[knots]; /* k/h */
            if (d < -0.45 * gap) d = -0.45 * gap;
            if (d < reach - gap) d = reach - gap;
        }
        double B = ka - d * qb, disc = B * B + 4.0 * kb * d * qa;
        if (!settled && (tries == 12 || B <= 0.0)) { /* circling, or several roots: the first sign change */
            int32_t below = 0, above = (int32_t)(knots - 1);
            while (above - below > 1) {
                int32_t mid = (below + above) / 2;
                double tm = low + step * mid, kc, ks, half = 0.5 * (Ti + tm);
                wall_conductivity(t, z, stride, Ti, interval((half - low) / step, knots), half, &kc, &ks);
                if ((kc + ks * (tm - Ti)) * (tm - Ti) <= d * law[mid]) below = mid;
                else above = mid;
            }
            i = below;
            ts = low + step * (i + 0.5);
            settled = 1;
            continue;
        }
        double x = 2.0 * d * qa / (B + sqrt(disc > 0.0 ? disc : 0.0));
        if (settled) { /* the interval is known; only rounding could leave it */
            double least = first - Ti, most = first + step - Ti;
            if (i > 0 && x < least) x = least;
            if (i < knots - 2 && x > most) x = most;
        }
        ts = Ti + x;
        q = fabs(d * qb) > ka ? (ka + kb * x) * x / d : qa + qb * x;
        *slope = qb < 0.0 ? -qb * ka / (ka - d * qb) : 0.0;
        int32_t i_next = interval((ts - low) / step, knots);
        int32_t j_next = interval((0.5 * (Ti + ts) - low) / step, knots);
        if ((i_next == i || settled) && j_next == j) break;
        if (!settled) i = i_next;
    }
    *Ts = ts;
    return q;
}

/* one explicit step of a row of a full box: T + x (...) + y (...) + z (...); neighbours of the row by pointer,
   so that an insulated face is the row itself */
ROW void box_row(const double *RESTRICT c, const double *south, const double *north, const double *lower,
                 const double *upper, const double *RESTRICT base, int64_t n, double x, double y, double z,
                 double *RESTRICT out)
{
    if (n == 1) {
        out[0] = base[0] + y * ((south[0] - c[0]) + (north[0] - c[0])) + z * ((lower[0] - c[0]) + (upper[0] - c[0]));
        return;
    }
    out[0] = base[0] + x * (c[1] - c[0]) + y * ((south[0] - c[0]) + (north[0] - c[0]))
           + z * ((lower[0] - c[0]) + (upper[0] - c[0]));
    for (int64_t i = 1; i < n - 1; i++)
        out[i] = base[i] + x * ((c[i - 1] - c[i]) + (c[i + 1] - c[i])) + y * ((south[i] - c[i]) + (north[i] - c[i]))
               + z * ((lower[i] - c[i]) + (upper[i] - c[i]));
    int64_t e = n - 1;
    out[e] = base[e] + x * (c[e - 1] - c[e]) + y * ((south[e] - c[e]) + (north[e] - c[e]))
           + z * ((lower[e] - c[e]) + (upper[e] - c[e]));
}

/* conductivity integral of a row by a uniform table of (value, slope) pairs over the enthalpy */
ROW void integral_row(const double *RESTRICT H, int64_t n, const double *RESTRICT pairs, int64_t knots, double low,
                      double inverse, double *RESTRICT out)
{
    for (int64_t i = 0; i < n; i++) {
        double place = (H[i] - low) * inverse;
        int32_t j = interval(place, knots);
        out[i] = pairs[2 * j] + pairs[2 * j + 1] * (place - j);
    }
}

ROW void triad_row(int64_t n, double *RESTRICT a, const double *RESTRICT b, const double *RESTRICT c, double scalar)
{
    for (int64_t i = 0; i < n; i++) a[i] = b[i] + scalar * c[i];
}

/* Everything a heat column needs, by pointer; n part cells, m rim cells, f faces in use, p wall patches. */
typedef struct {
    Table table;
    int64_t n, m, f, p;
    double x, y, z;                /* 1/spacing^2 of the axes, 1/m2 */
    double reach;                  /* m, shortest wall resistance times conductivity */
    const int64_t *piece;          /* (q, 6) pieces of runs: first cell, length, first cells of the rows -y +y -z +z */
    const int64_t *chunk;          /* (chunks + 1,) pieces of equal work */
    const int64_t *rim;            /* (m,) cell */
    const int64_t *neighbour;      /* (f, m) cell behind each face */
    const double *conductance;     /* (f, m) m */
    const double *inverse;         /* (m,) 1/m3, of the volume that holds the heat */
    const double *stiff;           /* (m,) 1/m2, twice the sum of conductances over the volume */
    const int64_t *first_patch;    /* (m + 1,) */
    const int64_t *patch_cell, *patch_law;
    const double *patch_area, *patch_distance;
    const double *H0;              /* (n,) J/m3 */
    const double *phase;           /* (P - 1, n) fractions of the products */
    const double *share;           /* (m,) weight of the error of each rim cell */
    const double *laws;            /* (laws, m knots + 1) W/m2 into the part, then the steepest -dq/dTs */
    const double *source;          /* () W/m3 */
    const float *latent;           /* (n,) W/m3 that phases are expected to release, or NULL */
    uint32_t *present;             /* (blocks,) */
    double *T, *conducted;         /* (n,) K; W/m/K, its integral W/m, or between steps the error K */
    double *wall, *power, *slope;
} Column;

EACH int64_t part_of(int64_t block, int64_t total)
{
    int64_t left = total - block * BLOCK;
    return left < BLOCK ? left : BLOCK;
}

static void present_part(const Column *s, int64_t block)
{
    int64_t c = block * BLOCK;
    s->present[block] = phases_present(s->phase + c, s->n, s->table.phases, part_of(block, s->n));
}

static void state_part(const Column *s, int64_t block, const double *D)
{
    int64_t c = block * BLOCK;
    block_state(&s->table, s->present[block], part_of(block, s->n), s->H0 + c, D ? D + c : D, s->phase + c, s->n,
                s->T + c, s->conducted + c);
}

static void wall_part(const Column *s, int64_t block)
{
    int64_t end = block * BLOCK + part_of(block, s->p);
    for (int64_t w = block * BLOCK; w < end; w++) {
        int64_t c = s->patch_cell[w];
        if (s->patch_law[w] < 0) continue; /* in contact with another body */
        double q = wall_flux(&s->table, s->laws + s->patch_law[w] * (s->table.knots + 1), s->phase + c, s->n, s->T[c],
                             s->patch_distance[w], s->reach, s->wall + w, s->slope + w);
        s->power[w] = s->patch_area[w] * q;
    }
}

/* Patches q of two bodies face to face: heat flux through both half cells and the conductance h between them. The
   conductivity half-way to the wall is found in two passes; the resistance is held as `wall_flux` holds it. */
static void contact_part(const Column *s, const Column *o, int64_t n, const int64_t *mine, const int64_t *theirs,
                         const double *h)
{
    for (int64_t q = 0; q < n; q++) {
        int64_t w = mine[q], v = theirs[q], c = s->patch_cell[w], e = o->patch_cell[v];
        double Ti = s->T[c], Tj = o->T[e], a = Ti, b = Tj, flux = 0.0, resistance = 1.0, ki, kj, slope;
        double di = s->patch_distance[w], dj = o->patch_distance[v];
        for (int pass = 0; pass < 2; pass++) {
            double middle = 0.5 * (Ti + a), other = 0.5 * (Tj + b);
            wall_conductivity(&s->table, s->phase + c, s->n, middle,
                              interval((middle - s->table.low) / s->table.step, s->table.knots), middle, &ki, &slope);
            wall_conductivity(&o->table, o->phase + e, o->n, other,
                              interval((other - o->table.low) / o->table.step, o->table.knots), other, &kj, &slope);
            double least = 0.55 / h[q], near = s->reach / ki + o->reach / kj;
            resistance = di / ki + 1.0 / h[q] + dj / kj;
            if (resistance < least) resistance = least;
            if (resistance < near) resistance = near;
            flux = (Tj - Ti) / resistance;
            a = Ti + flux * di / ki;
            b = Tj - flux * dj / kj;
        }
        s->wall[w] = a;
        o->wall[v] = b;
        s->power[w] = s->patch_area[w] * flux;
        o->power[v] = -s->power[w];
        s->slope[w] = 2.0 / resistance; /* the neighbour's share of the Gershgorin sum included */
        o->slope[v] = 2.0 / resistance * s->patch_area[w] / o->patch_area[v];
    }
}

/* the rate itself into D2 where `D1` is NULL, else one stage of the recurrence */
static void run_part(const Column *s, int64_t chunk, const double *F0, const double *D1, double *D2, double mu,
                     double nu, double a, double b)
{
    double L[REACH];
    for (int64_t q = s->chunk[chunk]; q < s->chunk[chunk + 1]; q++) {
        const int64_t *piece = s->piece + 6 * q;
        int64_t c = piece[0], n = piece[1];
        double *out = D1 ? L : D2 + c;
        if (s->table.phases == 1) row_single(s->conducted, piece, s->x, s->y, s->z, out);
        else row_mixture(s->T, s->conducted, piece, 2.0 * s->x, 2.0 * s->y, 2.0 * s->z, out);
        if (*s->source != 0.0) for (int64_t i = 0; i < n; i++) out[i] += *s->source;
        if (s->latent) for (int64_t i = 0; i < n; i++) out[i] += s->latent[c + i];
        if (D1) combine(n, L, F0 + c, D1 + c, D2 + c, mu, nu, a, b);
    }
}

static void rim_part(const Column *s, int64_t block, const double *F0, const double *D1, double *D2, double mu,
                     double nu, double a, double b)
{
    double L[BLOCK];
    int64_t first = block * BLOCK, n = part_of(block, s->m);
    if (s->table.phases == 1)
        rim_single(s->conducted, s->rim + first, s->conductance + first, s->m, s->neighbour + first, s->f, n, L);
    else
        rim_mixture(s->T, s->conducted, s->rim + first, s->conductance + first, s->m, s->neighbour + first, s->f, n, L);
    for (int64_t r = 0; r < n; r++) {
        double heat = L[r];
        for (int64_t w = s->first_patch[first + r]; w < s->first_patch[first + r + 1]; w++) heat += s->power[w];
        L[r] = heat * s->inverse[first + r] + *s->source + (s->latent ? s->latent[s->rim[first + r]] : 0.0);
    }
    if (D1) combine_at(n, s->rim + first, L, F0, D1, D2, mu, nu, a, b);
    else for (int64_t r = 0; r < n; r++) D2[s->rim[first + r]] = L[r];
}

/* errors [K] unless D is NULL, and the largest Gershgorin radius [1/s] as if all cells were full */
static double survey_part(const Column *s, int64_t block, const double *E, const double *D, double weight)
{
    int64_t c = block * BLOCK;
    double diffusivity;
    block_survey(&s->table, s->present[block], part_of(block, s->n), s->H0 + c, s->T + c, s->phase + c, s->n, E + c, D ? D + c : D,
                 weight, s->conducted + c, &diffusivity);
    return diffusivity * 4.0 * (s->x + s->y + s->z);
}

/* every error averaged with its neighbours': of a chessboard nothing is left */
static void run_calm(const Column *s, int64_t chunk, const double *e, double *out)
{
    double w = 0.25 / (s->x + s->y + s->z);
    for (int64_t q = s->chunk[chunk]; q < s->chunk[chunk + 1]; q++) {
        const int64_t *piece = s->piece + 6 * q;
        double *here = out + piece[0];
        row_single(e, piece, w * s->x, w * s->y, w * s->z, here);
        for (int64_t i = 0; i < piece[1]; i++) here[i] += e[piece[0] + i];
    }
}

static void rim_calm(const Column *s, int64_t block, const double *e, double *out)
{
    double L[BLOCK];
    int64_t first = block * BLOCK, n = part_of(block, s->m);
    rim_single(e, s->rim + first, s->conductance + first, s->m, s->neighbour + first, s->f, n, L);
    for (int64_t r = 0; r < n; r++) {
        double stiff = s->stiff[first + r];
        int64_t c = s->rim[first + r];
        out[c] = e[c] + (stiff > 0.0 ? L[r] * s->inverse[first + r] / stiff : 0.0);
    }
}

static double run_error(const Column *s, int64_t chunk, const double *e)
{
    double worst = 0.0;
    for (int64_t q = s->chunk[chunk]; q < s->chunk[chunk + 1]; q++) {
        double most = largest(e + s->piece[6 * q], s->piece[6 * q + 1]);
        worst = most <= worst ? worst : most;
    }
    return worst;
}

static double rim_error(const Column *s, int64_t block, const double *e)
{
    double worst = 0.0;
    int64_t end = block * BLOCK + part_of(block, s->m);
    for (int64_t r = block * BLOCK; r < end; r++) {
        double size = s->share[r] * fabs(e[s->rim[r]]);
        worst = size <= worst ? worst : size;
    }
    return worst;
}

static double rim_radius(const Column *s, int64_t block, const double *D)
{
    double most = 0.0;
    int64_t end = block * BLOCK + part_of(block, s->m);
    for (int64_t r = block * BLOCK; r < end; r++) {
        double diffusivity, per_heat, wall = 0.0;
        int64_t cell = s->rim[r];
        cell_properties(&s->table, s->phase + cell, s->n, s->H0[cell] + (D ? D[cell] : 0.0), s->T[cell], &diffusivity,
                        &per_heat);
        for (int64_t w = s->first_patch[r]; w < s->first_patch[r + 1]; w++) wall += s->patch_area[w] * s->slope[w];
        double radius = diffusivity * s->stiff[r] + wall * s->inverse[r] * per_heat;
        if (radius > most) most = radius;
    }
    return most;
}

/* one explicit step of rows y0..y1 of planes z0..z1 of a full box with insulated faces */
static void box_constant(int64_t nz, int64_t ny, int64_t nx, int64_t y0, int64_t y1, int64_t z0, int64_t z1,
                         const double *T, double x, double y, double z, double *out)
{
    for (int64_t k = z0; k < z1; k++)
        for (int64_t j = y0; j < y1; j++) {
            const double *c = T + (k * ny + j) * nx;
            box_row(c, j ? c - nx : c, j < ny - 1 ? c + nx : c, k ? c - nx * ny : c, k < nz - 1 ? c + nx * ny : c, c,
                    nx, x, y, z, out + (k * ny + j) * nx);
        }
}

/* the same for enthalpy: reads H once; `rolling` keeps three planes of rows y0-1..y1 of the conductivity integral */
static void box_nonlinear(int64_t nz, int64_t ny, int64_t nx, int64_t y0, int64_t y1, int64_t z0, int64_t z1,
                          const double *H, const double *pairs, int64_t knots, double low, double inverse, double x,
                          double y, double z, double *rolling, double *out)
{
    int64_t j0 = y0 ? y0 - 1 : 0, j1 = y1 < ny ? y1 + 1 : ny, size = (j1 - j0) * nx;
    for (int64_t k = z0 ? z0 - 1 : 0; k < (z1 < nz ? z1 + 1 : nz); k++) {
        integral_row(H + (k * ny + j0) * nx, size, pairs, knots, low, inverse, rolling + k % 3 * size);
        for (int64_t done = k - 1; done <= k; done++) {
            if (done < z0 || done >= z1 || (done == k && k < nz - 1)) continue;
            const double *plane = rolling + done % 3 * size;
            const double *lower = done ? rolling + (done - 1) % 3 * size : plane;
            const double *upper = done < nz - 1 ? rolling + (done + 1) % 3 * size : plane;
            for (int64_t j = y0; j < y1; j++) {
                int64_t row = (j - j0) * nx;
                const double *c = plane + row;
                box_row(c, j ? c - nx : c, j < ny - 1 ? c + nx : c, lower + row, upper + row,
                        H + (done * ny + j) * nx, nx, x, y, z, out + (done * ny + j) * nx);
            }
        }
    }
}

#endif
