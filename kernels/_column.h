/* One part and the state that a step has brought it to. */
#ifndef METALTWIN_COLUMN_H
#define METALTWIN_COLUMN_H

#include "_states.h"

/* Everything a heat column needs, by pointer; n part cells, m rim cells, f faces in use, p wall patches. */
typedef struct {
    Table table;
    int64_t n, m, f, p, u;
    double x, y, z;                /* 1/spacing^2 of the axes, 1/m2 */
    double reach;                  /* m, shortest wall resistance times conductivity */
    const int64_t *piece;          /* (q, 6) pieces of runs: first cell, length, first cells of the rows -y +y -z +z */
    const int64_t *tile;           /* (t, 6) first and end of the strip's cells, of the tile's pieces, of its rim cells */
    const int64_t *rim;            /* (m,) cell */
    const int32_t *neighbour;      /* (f, m) cell behind each face */
    const double *conductance;     /* (f, m) m */
    const double *inverse;         /* (m,) 1/m3, of the volume that holds the heat */
    const double *stiff;           /* (m,) 1/m2, twice the sum of conductances over the volume */
    const double *share;           /* (m,) weight of the error of each rim cell */
    const int64_t *first_patch;    /* (m + 1,) */
    const int64_t *walled;         /* (u,) cells with patches */
    const int64_t *patch_walled;   /* (p,) number among them of each patch's cell */
    const int64_t *patch_cell, *patch_law;
    const double *patch_area, *patch_distance;
    const double *H0, *D;          /* (n,) J/m3; the state is at H0 + scale D; D NULL: at H0 */
    double scale;
    const double *phase;           /* (P - 1, n) fractions of the products */
    const double *laws;            /* (laws, m knots + 1) W/m2 into the part, then the steepest -dq/dTs */
    const double *source;          /* () W/m3 */
    const float *latent;           /* (n,) W/m3 that phases are expected to release, or NULL */
    uint32_t *present;             /* (blocks,) */
    double *T;                     /* (n,) K, of the last survey; NULL where nobody asks and enthalpy tells it */
    float *per_heat;               /* (n,) m3 K/J at the last survey, of a mixture */
    double *inner;                 /* (u,) K, of the walled cells at the last look */
    double *wall, *power, *slope;
} Column;

EACH double enthalpy_at(const Column *s, int64_t c)
{
    return s->D ? s->H0[c] + s->scale * s->D[c] : s->H0[c];
}

EACH int64_t part_of(int64_t block, int64_t total)
{
    int64_t left = total - block * BLOCK;
    return left < BLOCK ? left : BLOCK;
}

#endif
