/* Explicit steps of full boxes with insulated faces, and the memory bandwidth test they are measured against. */
#ifndef METALTWIN_BOXES_H
#define METALTWIN_BOXES_H

#include "_states.h"

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
    double r[BLOCK];
    int32_t j[BLOCK];
    for (int64_t done = 0, count; done < n; done += count) {
        count = n - done < BLOCK ? n - done : BLOCK;
        for (int64_t i = 0; i < count; i++) {
            double place = (H[done + i] - low) * inverse;
            j[i] = interval(place, knots);
            r[i] = place - j[i];
        }
        for (int64_t i = 0; i < count; i++) {
            out[done + i] = pairs[2 * j[i]] + pairs[2 * j[i] + 1] * r[i];
            ONE_BY_ONE;
        }
    }
}

ROW void triad_row(int64_t n, double *RESTRICT a, const double *RESTRICT b, const double *RESTRICT c, double scalar)
{
    for (int64_t i = 0; i < n; i++) a[i] = b[i] + scalar * c[i];
}

/* `steps` explicit steps of rows y0..y1 of planes z0..z1 of a full box with insulated faces, in one pass over the memory:
   of each step but the last `rolling` keeps three planes, (steps - 1, 3, y1 - y0 + 2 steps - 2, nx) at most */
static void box_constant(int64_t nz, int64_t ny, int64_t nx, int64_t y0, int64_t y1, int64_t z0, int64_t z1,
                         int64_t steps, const double *T, double x, double y, double z, double *rolling, double *out)
{
    const int64_t size = (y1 - y0 + 2 * steps - 2) * nx;
    for (int64_t front = z0 - steps + 1; front < z1 + steps - 1; front++)
        for (int64_t s = 1; s <= steps; s++) { /* plane k of step s needs k + 1 of the step before */
            int64_t k = front - s + 1, more = steps - s, j0 = y0 > more ? y0 - more : 0;
            int64_t j1 = y1 + more < ny ? y1 + more : ny, first = s == 1 ? 0 : y0 > more + 1 ? y0 - more - 1 : 0;
            if (k < 0 || k >= nz || k < z0 - more || k >= z1 + more) continue;
            const double *from = s == 1 ? T : rolling + (s - 2) * 3 * size;
            const double *plane = from + (s == 1 ? k * ny * nx : k % 3 * size);
            const double *below = k ? from + (s == 1 ? (k - 1) * ny * nx : (k - 1) % 3 * size) : plane;
            const double *above = k < nz - 1 ? from + (s == 1 ? (k + 1) * ny * nx : (k + 1) % 3 * size) : plane;
            double *to = s == steps ? out + (k * ny + j0) * nx : rolling + ((s - 1) * 3 + k % 3) * size;
            for (int64_t j = j0; j < j1; j++, to += nx) {
                int64_t row = (j - first) * nx;
                const double *c = plane + row;
                box_row(c, j ? c - nx : c, j < ny - 1 ? c + nx : c, below + row, above + row, c, nx, x, y, z, to);
            }
        }
}

/* one explicit step of a box for enthalpy: reads H once; `rolling` keeps three planes of rows y0-1..y1 of the conductivity integral */
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
