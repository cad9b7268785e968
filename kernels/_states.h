/* State of matter: temperature and conductivity of blocks of cells from their enthalpy, by tables.

   Innermost loops are plain C functions, so that they can be cloned for each vector unit: the attribute does not reach
   a loop that OpenMP outlines; a function called from that loop it does. Never -ffast-math: a NaN must stay visible. */
#ifndef METALTWIN_STATES_H
#define METALTWIN_STATES_H

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
#define ONE_BY_ONE
#define SOON(address)
#else
#define RESTRICT __restrict__
#define EACH static inline __attribute__((always_inline))
#define ONE_BY_ONE __asm__ volatile("") /* in a loop of table look-ups: vector gathers are slower than single loads */
#define SOON(address) __builtin_prefetch(address)
#endif

#if defined(__has_builtin) && defined(__GNUC__)
#if __has_builtin(__builtin_shufflevector)
#define SHUFFLE __builtin_shufflevector
typedef double Two __attribute__((vector_size(16), aligned(8), may_alias));
typedef double Four __attribute__((vector_size(32)));
typedef double Eight __attribute__((vector_size(64), aligned(8), may_alias));
#endif
#endif

#define LINE 8      /* doubles that the memory hands over at once */
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

/* Fractions of up to BLOCK cells, those of products with the same rows added up; row: of the tables, for each. */
typedef struct {
    int64_t count, row[DISTINCT];
    double share[DISTINCT][BLOCK];
} Mixture;

/* largest of n numbers that are 0 or more, compared by their bits: whole numbers have a vector maximum, and a NaN wins */
EACH double largest(const double *RESTRICT e, int64_t n)
{
    int64_t most = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t bits;
        memcpy(&bits, e + i, sizeof bits);
        most = bits > most ? bits : most;
    }
    double worst;
    memcpy(&worst, &most, sizeof worst);
    return worst;
}

/* largest |e| of a row, likewise */
ROW float largest_size(const float *RESTRICT e, int64_t n)
{
    int32_t most = 0;
    for (int64_t i = 0; i < n; i++) {
        int32_t bits;
        memcpy(&bits, e + i, sizeof bits);
        bits &= INT32_MAX;
        most = bits > most ? bits : most;
    }
    float worst;
    memcpy(&worst, &most, sizeof worst);
    return worst;
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

/* the mixture of n cells that follow each other, or of those named in `cell` */
ROW void mixed(const Table *t, uint32_t present, int64_t n, const int64_t *cell, const double *RESTRICT z,
               int64_t stride, Mixture *m)
{
    m->count = 0;
    for (int64_t p = 1; p < t->phases; p++) {
        if (!(present >> p & 1)) continue;
        const double *RESTRICT zp = z + (p - 1) * stride;
        int64_t g = 0;
        while (g < m->count && m->row[g] != t->like[p]) g++;
        double *RESTRICT share = m->share[g];
        if (g == m->count) {
            m->row[m->count++] = t->like[p];
            if (cell) for (int64_t c = 0; c < n; c++) share[c] = zp[cell[c]];
            else memcpy(share, zp, n * sizeof *share);
        } else if (cell) for (int64_t c = 0; c < n; c++) share[c] += zp[cell[c]];
        else for (int64_t c = 0; c < n; c++) share[c] += zp[c];
    }
}

/* a property of one cell of a mixture at both ends of an interval of its table (P, m) */
EACH void ends(const Table *t, const double *table, const Mixture *m, int64_t c, int32_t j, double *low, double *high)
{
    double a = table[j], b = table[j + 1];
    for (int64_t g = 0; g < m->count; g++) {
        const double *row = table + m->row[g] * t->knots + j;
        a += m->share[g][c] * row[0];
        b += m->share[g][c] * row[1];
    }
    *low = a;
    *high = b;
}

/* fallback of `block_mixture` where Newton's steps circle round a peak of the heat capacity */
static int32_t interval_of(const Table *t, const Mixture *m, int64_t c, double H)
{
    int32_t below = 0, above = (int32_t)(t->knots - 1);
    while (above - below > 1) {
        int32_t i = (below + above) / 2;
        double a, b;
        ends(t, t->enthalpy, m, c, i, &a, &b);
        if (a <= H) below = i;
        else above = i;
    }
    return below;
}

/* values of a table at both ends of the intervals j of n cells: both in one load, sorted by shuffles, for single loads
   take twice as long and gathers of the vector unit longer still */
EACH void both_ends(const double *table, int64_t n, const int32_t *j, double *RESTRICT low, double *RESTRICT high)
{
    int64_t c = 0;
#ifdef SHUFFLE
#define TWO(i) (*(const Two *)(table + j[c + i]))
    for (; c + 8 <= n; c += 8) {
        Four a = SHUFFLE(TWO(0), TWO(2), 0, 1, 2, 3), b = SHUFFLE(TWO(1), TWO(3), 0, 1, 2, 3);
        Four d = SHUFFLE(TWO(4), TWO(6), 0, 1, 2, 3), e = SHUFFLE(TWO(5), TWO(7), 0, 1, 2, 3);
        Eight even = SHUFFLE(a, d, 0, 1, 2, 3, 4, 5, 6, 7), odd = SHUFFLE(b, e, 0, 1, 2, 3, 4, 5, 6, 7);
        *(Eight *)(low + c) = SHUFFLE(even, odd, 0, 8, 2, 10, 4, 12, 6, 14);
        *(Eight *)(high + c) = SHUFFLE(even, odd, 1, 9, 3, 11, 5, 13, 7, 15);
    }
#undef TWO
#endif
    for (; c < n; c++) {
        low[c] = table[j[c]];
        high[c] = table[j[c] + 1];
        ONE_BY_ONE;
    }
}

/* n cells whose enthalpy alone tells their state, at H0 + scale D, D may be NULL; what is NULL is not asked for. The
   next block is fetched meanwhile. */
ROW void block_known(const Table *t, int64_t n, const double *RESTRICT H0, const double *RESTRICT D, double scale,
                     double *RESTRICT T, double *RESTRICT conducted, double *RESTRICT per_heat,
                     double *RESTRICT diffusivity)
{
    const double datum = t->datum, per_rise = 1.0 / t->rise;
    double r[BLOCK], low[BLOCK], high[BLOCK];
    int32_t j[BLOCK], last = (int32_t)(t->states - 2);
    for (int64_t c = 0; c < n; c++) {
        double place = ((D ? H0[c] + scale * D[c] : H0[c]) - datum) * per_rise;
        int32_t at = (int32_t)place; /* bounds are cheaper in whole numbers; a NaN lands at 0 */
        at = at < last ? at : last;
        j[c] = at > 0 ? at : 0;
        r[c] = place - j[c];
    }
    for (int64_t c = 0; c < n; c += LINE) {
        SOON(H0 + n + c);
        if (D) SOON(D + n + c);
    }
    if (T || per_heat) both_ends(t->temperature, n, j, low, high);
    if (T) for (int64_t c = 0; c < n; c++) T[c] = low[c] + r[c] * (high[c] - low[c]);
    if (per_heat) for (int64_t c = 0; c < n; c++) per_heat[c] = (high[c] - low[c]) * per_rise;
    if (conducted || diffusivity) both_ends(t->conducted, n, j, low, high);
    if (conducted) for (int64_t c = 0; c < n; c++) conducted[c] = low[c] + r[c] * (high[c] - low[c]);
    if (diffusivity) {
        for (int64_t c = 0; c < n; c++) r[c] = high[c] - low[c];
        *diffusivity = largest(r, n) * per_rise;
    }
}

/* n cells of a mixture or of one phase, T from a guess; `conducted` is the conductivity of a mixture, the conductivity
   integral of one phase; what is NULL is not asked for */
ROW void block_mixture(const Table *t, const Mixture *m, int64_t n, const double *RESTRICT H,
                       const double *RESTRICT guess, double *RESTRICT T, double *RESTRICT conducted,
                       double *RESTRICT per_heat, double *RESTRICT diffusivity)
{
    const int64_t knots = t->knots;
    const double low = t->low, step = t->step;
    double a[BLOCK], b[BLOCK], r[BLOCK], k[BLOCK];
    int32_t j[BLOCK], next[BLOCK];
    for (int64_t c = 0; c < n; c++) j[c] = interval((guess[c] - low) / step, knots);
    for (int pass = 0; pass < 8; pass++) {
        int64_t moved = 0;
        for (int64_t c = 0; c < n; c++) {
            ends(t, t->enthalpy, m, c, j[c], a + c, b + c);
            ONE_BY_ONE;
        }
        for (int64_t c = 0; c < n; c++) {
            r[c] = (H[c] - a[c]) / (b[c] - a[c]);
            next[c] = interval(j[c] + r[c], knots);
            moved += next[c] != j[c];
        }
        if (!moved) break;
        if (pass < 5 && moved > FEW) {
            memcpy(j, next, n * sizeof *j);
            continue;
        }
        for (int64_t c = 0; c < n; c++) { /* few have moved, or Newton circles */
            if (next[c] == j[c]) continue;
            j[c] = pass < 5 ? next[c] : interval_of(t, m, c, H[c]);
            for (int tries = 0; tries < 8; tries++) {
                ends(t, t->enthalpy, m, c, j[c], a + c, b + c);
                r[c] = (H[c] - a[c]) / (b[c] - a[c]);
                int32_t to = interval(j[c] + r[c], knots);
                if (to == j[c]) break;
                j[c] = tries < 4 ? to : interval_of(t, m, c, H[c]);
            }
        }
        break;
    }
    if (T) for (int64_t c = 0; c < n; c++) T[c] = low + step * (j[c] + r[c]);
    if (per_heat) for (int64_t c = 0; c < n; c++) per_heat[c] = step / (b[c] - a[c]);
    if (!conducted && !diffusivity) return;
    for (int64_t c = 0; c < n; c++) {
        double k0, k1, s = r[c] < 0.0 ? 0.0 : r[c] > 1.0 ? 1.0 : r[c];
        ends(t, t->conductivity, m, c, j[c], &k0, &k1);
        k[c] = k0 + s * (k1 - k0);
        if (conducted)
            conducted[c] = t->phases > 1 ? k[c]
                         : t->integral[j[c]] + step * (s * 0.5 * (k0 + k[c]) + (r[c] - s) * k[c]);
        ONE_BY_ONE;
    }
    if (diffusivity) {
        for (int64_t c = 0; c < n; c++) k[c] *= step / (b[c] - a[c]);
        *diffusivity = largest(k, n);
    }
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

#endif
