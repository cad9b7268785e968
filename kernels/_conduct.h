/* Conduction in one part: sweeps that find the state of cells just ahead of the rates that need it, and the survey.

   A tile is some planes of cells that follow each other; its strip of work space also holds the plane on either side,
   so that every neighbour of a cell of the tile lies in it, at the cell's number less that of the strip's first. */
#ifndef METALTWIN_CONDUCT_H
#define METALTWIN_CONDUCT_H

#include "_walls.h"

/* One stage: D2 = mu D1 + nu D2 + a F + b F0, where mu or nu is 0 that increment is not read, and E = keep E + weight D2
   unless E is NULL; where F0 is NULL the rate F itself into D2 */
typedef struct {
    const double *F0, *D1;
    double *D2, mu, nu, a, b;
    float *E, keep, weight;
} Stage;

/* dH/dt [W/m3] of n full cells in a row whose six faces are open: q is (first cell, n, first cells of the rows -y +y
   -z +z) in a strip that begins with the cell `low`; x, y, z are 1/spacing^2 (2/spacing^2 in the mixture, where
   neighbours join in series: 2 k0 k1 / (k0 + k1)) */
ROW void row_single(const double *v, const int64_t *q, int64_t low, double x, double y, double z, double *RESTRICT out)
{
    const double *c = v + (q[0] - low), *south = v + (q[2] - low), *north = v + (q[3] - low);
    const double *lower = v + (q[4] - low), *upper = v + (q[5] - low);
    int64_t n = q[1];
    for (int64_t i = 0; i < n; i++)
        out[i] = x * ((c[i - 1] - c[i]) + (c[i + 1] - c[i])) + y * ((south[i] - c[i]) + (north[i] - c[i]))
               + z * ((lower[i] - c[i]) + (upper[i] - c[i]));
}

EACH double series(const double *T, const double *k, int64_t i, int64_t j)
{
    return (k[i] * k[j]) / (k[i] + k[j]) * (T[j] - T[i]);
}

ROW void row_mixture(const double *T, const double *k, const int64_t *q, int64_t low, double x, double y, double z,
                     double *RESTRICT out)
{
    int64_t c = q[0] - low, n = q[1], south = q[2] - low, north = q[3] - low, lower = q[4] - low, upper = q[5] - low;
    for (int64_t i = 0; i < n; i++)
        out[i] = x * (series(T, k, c + i, c + i - 1) + series(T, k, c + i, c + i + 1))
               + y * (series(T, k, c + i, south + i) + series(T, k, c + i, north + i))
               + z * (series(T, k, c + i, lower + i) + series(T, k, c + i, upper + i));
}

/* heat [W] that flows into up to BLOCK rim cells through their open faces; conductance and neighbour (f, m) */
ROW void rim_single(const double *v, const int64_t *RESTRICT cell, int64_t low, const double *RESTRICT conductance,
                    int64_t m, const int32_t *RESTRICT neighbour, int64_t faces, int64_t n, double *RESTRICT out)
{
    for (int64_t r = 0; r < n; r++) out[r] = 0.0;
    for (int64_t f = 0; f < faces; f++) {
        const double *RESTRICT G = conductance + f * m;
        const int32_t *RESTRICT other = neighbour + f * m;
        for (int64_t r = 0; r < n; r++) {
            out[r] += G[r] * (v[other[r] - low] - v[cell[r] - low]);
            ONE_BY_ONE;
        }
    }
}

ROW void rim_mixture(const double *T, const double *k, const int64_t *RESTRICT cell, int64_t low,
                     const double *RESTRICT conductance, int64_t m, const int32_t *RESTRICT neighbour, int64_t faces,
                     int64_t n, double *RESTRICT out)
{
    for (int64_t r = 0; r < n; r++) out[r] = 0.0;
    for (int64_t f = 0; f < faces; f++) {
        const double *RESTRICT G = conductance + f * m;
        const int32_t *RESTRICT other = neighbour + f * m;
        for (int64_t r = 0; r < n; r++) {
            out[r] += 2.0 * G[r] * series(T, k, cell[r] - low, other[r] - low);
            ONE_BY_ONE;
        }
    }
}

/* the Runge-Kutta-Legendre recurrence on the increments of n cells from `first` on, L the rate F */
ROW void combine(const Stage *g, int64_t first, int64_t n, const double *RESTRICT L)
{
    const double *RESTRICT F0 = g->F0 + first, *RESTRICT D1 = g->D1 + first;
    const double mu = g->mu, nu = g->nu, a = g->a, b = g->b;
    const float keep = g->keep, weight = g->weight;
    double *RESTRICT D2 = g->D2 + first;
    float *RESTRICT E = g->E ? g->E + first : NULL;
    if (nu != 0.0) for (int64_t i = 0; i < n; i++) D2[i] = mu * D1[i] + nu * D2[i] + a * L[i] + b * F0[i];
    else if (mu != 0.0) for (int64_t i = 0; i < n; i++) D2[i] = mu * D1[i] + a * L[i] + b * F0[i];
    else for (int64_t i = 0; i < n; i++) D2[i] = a * L[i] + b * F0[i];
    if (E && keep != 0.0f) for (int64_t i = 0; i < n; i++) E[i] = keep * E[i] + weight * (float)D2[i];
    else if (E) for (int64_t i = 0; i < n; i++) E[i] = weight * (float)D2[i];
}

static void present_part(const Column *s, int64_t block)
{
    int64_t c = block * BLOCK;
    s->present[block] = phases_present(s->phase + c, s->n, s->table.phases, part_of(block, s->n));
}

/* enthalpy of n cells from `first` on */
ROW void enthalpy_of(const Column *s, int64_t first, int64_t n, double *RESTRICT H)
{
    const double *RESTRICT H0 = s->H0 + first, *RESTRICT D = s->D ? s->D + first : NULL;
    const double scale = s->scale;
    if (D) for (int64_t c = 0; c < n; c++) H[c] = H0[c] + scale * D[c];
    else for (int64_t c = 0; c < n; c++) H[c] = H0[c];
}

/* temperature of n cells from `first` on that the last survey lets expect: T + D / c */
ROW void guess_of(const Column *s, int64_t first, int64_t n, double *RESTRICT guess)
{
    const double *RESTRICT T = s->T + first, *RESTRICT D = s->D ? s->D + first : NULL;
    const float *RESTRICT per_heat = s->per_heat + first;
    const double scale = s->scale;
    if (D) for (int64_t c = 0; c < n; c++) guess[c] = T[c] + scale * D[c] * per_heat[c];
    else for (int64_t c = 0; c < n; c++) guess[c] = T[c];
}

/* state of the cells from..to of a strip that begins with `low`: the conductivity integral of one phase, or T and, from
   `apart` on, the conductivity of a mixture */
static void state_strip(const Column *s, int64_t from, int64_t to, int64_t low, int64_t apart, double *strip)
{
    double H[BLOCK], guess[BLOCK];
    Mixture m;
    for (int64_t c = from, n; c < to; c += n) {
        n = BLOCK - c % BLOCK;
        n = n < to - c ? n : to - c;
        double *v = strip + (c - low);
        if (s->table.states) {
            block_known(&s->table, n, s->H0 + c, s->D ? s->D + c : NULL, s->scale, NULL, v, NULL, NULL);
            continue;
        }
        enthalpy_of(s, c, n, H);
        guess_of(s, c, n, guess);
        mixed(&s->table, s->present[c / BLOCK], n, NULL, s->phase + c, s->n, &m);
        if (s->table.phases == 1) block_mixture(&s->table, &m, n, H, guess, NULL, v, NULL, NULL);
        else block_mixture(&s->table, &m, n, H, guess, v, v + apart, NULL, NULL);
    }
}

static void run_sweep(const Column *s, const int64_t *tile, int64_t low, int64_t apart, const double *strip,
                      const Stage *g)
{
    double L[REACH];
    for (int64_t q = tile[2]; q < tile[3]; q++) {
        const int64_t *piece = s->piece + 6 * q;
        int64_t c = piece[0], n = piece[1];
        double *out = g->F0 ? L : g->D2 + c;
        for (int64_t i = 0; i < n && g->F0; i += LINE) {
            SOON(g->F0 + c + i);
            SOON(g->D2 + c + i);
        }
        if (s->table.phases == 1) row_single(strip, piece, low, s->x, s->y, s->z, out);
        else row_mixture(strip, strip + apart, piece, low, 2.0 * s->x, 2.0 * s->y, 2.0 * s->z, out);
        if (*s->source != 0.0) for (int64_t i = 0; i < n; i++) out[i] += *s->source;
        if (s->latent) for (int64_t i = 0; i < n; i++) out[i] += s->latent[c + i];
        if (g->F0) combine(g, c, n, L);
    }
}

static void rim_sweep(const Column *s, const int64_t *tile, int64_t low, int64_t apart, const double *strip,
                      const Stage *g)
{
    double L[BLOCK];
    for (int64_t first = tile[4], n; first < tile[5]; first += n) {
        n = tile[5] - first < BLOCK ? tile[5] - first : BLOCK;
        const int64_t *cell = s->rim + first;
        const int32_t *neighbour = s->neighbour + first;
        const double *conductance = s->conductance + first;
        if (s->table.phases == 1) rim_single(strip, cell, low, conductance, s->m, neighbour, s->f, n, L);
        else rim_mixture(strip, strip + apart, cell, low, conductance, s->m, neighbour, s->f, n, L);
        for (int64_t r = 0; r < n; r++) {
            int64_t c = cell[r];
            double F = L[r];
            for (int64_t w = s->first_patch[first + r]; w < s->first_patch[first + r + 1]; w++) F += s->power[w];
            F = F * s->inverse[first + r] + *s->source + (s->latent ? s->latent[c] : 0.0);
            if (g->F0) combine(g, c, 1, &F);
            else g->D2[c] = F;
        }
    }
}

/* Tiles first..end, one after the other; what the strips of two share is kept. `apart` doubles hold any strip and more:
   the strip moves on in them and is carried back to the front only where they end. */
static void sweep(const Column *s, int64_t first, int64_t end, int64_t apart, double *strip, const Stage *g)
{
    int64_t low = s->tile[6 * first], known = low;
    for (int64_t i = first; i < end; i++) {
        const int64_t *tile = s->tile + 6 * i;
        if (known <= tile[0]) low = known = tile[0];
        else if (tile[1] - low > apart) {
            memmove(strip, strip + (tile[0] - low), (known - tile[0]) * sizeof *strip);
            if (s->table.phases > 1)
                memmove(strip + apart, strip + apart + (tile[0] - low), (known - tile[0]) * sizeof *strip);
            low = tile[0];
        }
        state_strip(s, known, tile[1], low, apart, strip);
        known = tile[1];
        run_sweep(s, tile, low, apart, strip, g);
        rim_sweep(s, tile, low, apart, strip, g);
    }
}

/* T, the largest Gershgorin radius [1/s] as if all cells were full and, unless E is NULL, errors (E + weight D) / c [K]
   in its place; gives the largest */
static double survey_part(const Column *s, int64_t block, float *E, double weight, double *radius)
{
    double H[BLOCK], guess[BLOCK], per_heat[BLOCK], diffusivity;
    int64_t c = block * BLOCK, n = part_of(block, s->n);
    if (s->table.states)
        block_known(&s->table, n, s->H0 + c, s->D ? s->D + c : NULL, s->scale, E && s->T ? s->T + c : NULL, NULL,
                    E ? per_heat : NULL, &diffusivity);
    else {
        Mixture m;
        enthalpy_of(s, c, n, H);
        memcpy(guess, s->T + c, n * sizeof *guess);
        mixed(&s->table, s->present[block], n, NULL, s->phase + c, s->n, &m);
        block_mixture(&s->table, &m, n, H, guess, s->T + c, NULL, per_heat, &diffusivity);
        for (int64_t i = 0; i < n; i++) s->per_heat[c + i] = (float)per_heat[i];
    }
    *radius = diffusivity * 4.0 * (s->x + s->y + s->z);
    if (!E) return 0.0;
    for (int64_t i = 0; i < n; i++) E[c + i] = (float)((E[c + i] + weight * s->D[c + i]) * per_heat[i]);
    return largest_size(E + c, n);
}

/* every error averaged with its neighbours': of a chessboard nothing is left. Summed up in double precision, so that the
   order of the axes is lost when it is rounded: steps are chosen by it */
ROW void row_calm(const float *e, const int64_t *q, double x, double y, double z, float *RESTRICT out)
{
    const float *c = e + q[0], *south = e + q[2], *north = e + q[3], *lower = e + q[4], *upper = e + q[5];
    int64_t n = q[1];
    for (int64_t i = 0; i < n; i++) {
        double here = c[i], across = (double)c[i - 1] + c[i + 1] - 2.0 * here;
        double along = (double)south[i] + north[i] - 2.0 * here, up = (double)lower[i] + upper[i] - 2.0 * here;
        out[i] = (float)(here + x * across + y * along + z * up);
    }
}

ROW void rim_calm(const Column *s, int64_t first, int64_t n, const float *e, float *out)
{
    double sum[BLOCK];
    const int64_t *RESTRICT cell = s->rim + first;
    for (int64_t r = 0; r < n; r++) sum[r] = 0.0;
    for (int64_t f = 0; f < s->f; f++) {
        const double *RESTRICT G = s->conductance + f * s->m + first;
        const int32_t *RESTRICT other = s->neighbour + f * s->m + first;
        for (int64_t r = 0; r < n; r++) {
            sum[r] += G[r] * ((double)e[other[r]] - e[cell[r]]);
            ONE_BY_ONE;
        }
    }
    for (int64_t r = 0; r < n; r++) {
        double stiff = s->stiff[first + r];
        out[cell[r]] = (float)(e[cell[r]] + (stiff > 0.0 ? sum[r] * s->inverse[first + r] / stiff : 0.0));
    }
}

/* errors of a tile averaged once; gives the largest, in rim cells times their share */
static double calm(const Column *s, const int64_t *tile, const float *e, float *out)
{
    double w = 0.25 / (s->x + s->y + s->z), worst = 0.0;
    for (int64_t q = tile[2]; q < tile[3]; q++) {
        const int64_t *piece = s->piece + 6 * q;
        row_calm(e, piece, w * s->x, w * s->y, w * s->z, out + piece[0]);
        double most = largest_size(out + piece[0], piece[1]);
        worst = most <= worst || worst != worst ? worst : most;
    }
    for (int64_t first = tile[4], n; first < tile[5]; first += n) {
        n = tile[5] - first < BLOCK ? tile[5] - first : BLOCK;
        rim_calm(s, first, n, e, out);
        for (int64_t r = first; r < first + n; r++) {
            double size = s->share[r] * fabs((double)out[s->rim[r]]);
            worst = size <= worst || worst != worst ? worst : size;
        }
    }
    return worst;
}

static double rim_radius(const Column *s, int64_t block)
{
    double most = 0.0;
    int64_t end = block * BLOCK + part_of(block, s->m);
    for (int64_t r = block * BLOCK; r < end; r++) {
        double diffusivity, per_heat, wall = 0.0;
        int64_t cell = s->rim[r];
        cell_properties(&s->table, s->phase + cell, s->n, enthalpy_at(s, cell), s->table.states ? 0.0 : s->T[cell],
                        &diffusivity, &per_heat);
        for (int64_t w = s->first_patch[r]; w < s->first_patch[r + 1]; w++) wall += s->patch_area[w] * s->slope[w];
        double radius = diffusivity * s->stiff[r] + wall * s->inverse[r] * per_heat;
        if (radius > most) most = radius;
    }
    return most;
}

#endif
