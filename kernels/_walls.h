/* Walls of a part: heat flux through patches to the surroundings or to a wall face to face. */
#ifndef METALTWIN_WALLS_H
#define METALTWIN_WALLS_H

#include "_column.h"

#define APART 4 /* sums that are kept side by side */
#define TRIES 3 /* for a block of patches at once, before those left open have their turn one by one */

/* conductivity half-way to the wall as ka + kb x with x = Ts - Ti */
EACH void wall_conductivity(const Table *t, const double *z, int64_t stride, double Ti, int32_t j, double middle,
                            double *ka, double *kb)
{
    double per_step = 1.0 / t->step, first = t->low + t->step * j, place = (middle - t->low) * per_step;
    int outside = place < 0.0 || place > (double)(t->knots - 1);
    *ka = *kb = 0.0;
    for (int64_t p = 0; p < t->phases; p++) {
        double share = p ? z[(p - 1) * stride] : 1.0;
        if (share == 0.0) continue;
        const double *cond = t->conductivity + p * t->knots + j;
        double slope = outside ? 0.0 : (cond[1] - cond[0]) * per_step;
        *ka += share * (outside ? cond[place > 0.0] : cond[0] + slope * (Ti - first));
        *kb += share * 0.5 * slope;
    }
}

/* d [m] held so that the resistance d/k + 1/h stays above 0.55/h and above reach/k, h the steepest slope -dq/dTs of the
   whole law: with the slope of the piece the flux would jump from piece to piece where d is negative */
EACH double held(double d, double ka, double steepest, double reach)
{
    double gap = steepest > 0.0 ? ka / steepest : INFINITY; /* k/h */
    d = d < -0.45 * gap ? -0.45 * gap : d;
    return d < reach - gap ? reach - gap : d;
}

/* x = Ts - Ti of (ka + kb x) x = (qa + qb x) d, the root that is 0 where qa is; *B > 0 where there is but one */
EACH double closed(double ka, double kb, double qa, double qb, double d, double *B)
{
    double disc;
    *B = ka - d * qb;
    disc = *B * *B + 4.0 * kb * d * qa;
    return 2.0 * d * qa / (*B + sqrt(disc > 0.0 ? disc : 0.0));
}

/* heat flux into the part at x [W/m2], and *slope, its -dq/dTi */
EACH double flux_at(double x, double ka, double kb, double qa, double qb, double d, double *slope)
{
    double through = (ka + kb * x) * x / d, taken = qa + qb * x;
    *slope = qb < 0.0 ? -qb * ka / (ka - d * qb) : 0.0;
    return fabs(d * qb) > ka ? through : taken;
}

/* Wall temperature of one patch: k((Ti + Ts)/2) (Ts - Ti) = q(Ts) d. Law and conductivity are lines between
   knots, so each try is a closed form; a try ends when the intervals are the ones it was made with.
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
        double middle = 0.5 * (Ti + ts), ka, kb, B;
        j = interval((middle - low) / step, knots);
        wall_conductivity(t, z, stride, Ti, j, middle, &ka, &kb);
        double qb = (law[i + 1] - law[i]) / step, first = low + step * i;
        double qa = law[i] + qb * (Ti - first), d = held(distance, ka, law[knots], reach);
        double x = closed(ka, kb, qa, qb, d, &B);
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
        if (settled) { /* the interval is known; only rounding could leave it */
            double least = first - Ti, most = first + step - Ti;
            if (i > 0 && x < least) x = least;
            if (i < knots - 2 && x > most) x = most;
        }
        ts = Ti + x;
        q = flux_at(x, ka, kb, qa, qb, d, slope);
        int32_t i_next = interval((ts - low) / step, knots);
        int32_t j_next = interval((0.5 * (Ti + ts) - low) / step, knots);
        if ((i_next == i || settled) && j_next == j) break;
        if (!settled) i = i_next;
    }
    *Ts = ts;
    return q;
}

/* T of n cells from `first` on among those with patches, BLOCK at most */
ROW void walled_part(const Column *s, int64_t first, int64_t n, double *RESTRICT T)
{
    double H[BLOCK], guess[BLOCK];
    const int64_t *RESTRICT cell = s->walled + first;
    for (int64_t i = 0; i < n; i++) H[i] = enthalpy_at(s, cell[i]);
    if (s->table.states) block_known(&s->table, n, H, NULL, 0.0, T, NULL, NULL, NULL);
    else {
        Mixture m;
        uint32_t present = 0;
        for (int64_t i = 0; i < n; i++) present |= s->present[cell[i] / BLOCK];
        for (int64_t i = 0; i < n; i++) guess[i] = s->T[cell[i]] + (H[i] - s->H0[cell[i]]) * s->per_heat[cell[i]];
        mixed(&s->table, present, n, cell, s->phase, s->n, &m);
        block_mixture(&s->table, &m, n, H, guess, T, NULL, NULL, NULL);
    }
}

/* Patches of a block: a few tries of `wall_flux` for all of them at once, then those one by one that are left open. */
ROW void wall_part(const Column *s, int64_t block)
{
    const Table *t = &s->table;
    const double low = t->low, step = t->step, per_step = 1.0 / step;
    const int64_t knots = t->knots, n = part_of(block, s->p);
    const int64_t *cell = s->patch_cell + block * BLOCK, *law = s->patch_law + block * BLOCK;
    const double *RESTRICT area = s->patch_area + block * BLOCK, *RESTRICT distance = s->patch_distance + block * BLOCK;
    double *RESTRICT wall = s->wall + block * BLOCK, *RESTRICT power = s->power + block * BLOCK;
    double *RESTRICT slope = s->slope + block * BLOCK;
    double Ti[BLOCK], ts[BLOCK], ka[BLOCK], kb[BLOCK], qa[BLOCK], qb[BLOCK], steepest[BLOCK], q[BLOCK], fall[BLOCK];
    int32_t i[BLOCK], j[BLOCK], open[BLOCK];
    const int64_t *number = s->patch_walled + block * BLOCK;
    int64_t left = 0, first = number[0], begun = block && number[-1] == first;
    walled_part(s, first, number[n - 1] + 1 - first, q);
    for (int64_t w = 0; w < n; w++) Ti[w] = q[number[w] - first];
    for (int64_t w = first + begun; w <= number[n - 1]; w++) s->inner[w] = q[w - first]; /* each by one block */
    for (int64_t w = 0; w < n; w++) left += law[w] >= 0;
    if (!left) return;
    for (int64_t w = 0; w < n; w++) {
        ts[w] = wall[w] == wall[w] ? wall[w] : Ti[w];
        qa[w] = qb[w] = kb[w] = steepest[w] = 0.0; /* stays so in contact with another body: its turn comes later */
        ka[w] = 1.0;
    }
    for (int64_t tries = 0; tries < TRIES && left; tries++) {
        for (int64_t w = 0; w < n; w++) {
            i[w] = interval((ts[w] - low) * per_step, knots);
            j[w] = interval((0.5 * (Ti[w] + ts[w]) - low) * per_step, knots);
        }
        for (int64_t w = 0; w < n; w++) {
            if (law[w] < 0) continue;
            const double *table = s->laws + law[w] * (knots + 1);
            qb[w] = (table[i[w] + 1] - table[i[w]]) * per_step;
            qa[w] = table[i[w]] + qb[w] * (Ti[w] - (low + step * i[w]));
            steepest[w] = table[knots];
            wall_conductivity(t, s->phase + cell[w], s->n, Ti[w], j[w], 0.5 * (Ti[w] + ts[w]), ka + w, kb + w);
        }
        left = 0;
        for (int64_t w = 0; w < n; w++) {
            double d = held(distance[w], ka[w], steepest[w], s->reach), B;
            double x = closed(ka[w], kb[w], qa[w], qb[w], d, &B);
            ts[w] = Ti[w] + x;
            q[w] = flux_at(x, ka[w], kb[w], qa[w], qb[w], d, fall + w);
            open[w] = (B <= 0.0) | (interval((ts[w] - low) * per_step, knots) != i[w])
                    | (interval((0.5 * (Ti[w] + ts[w]) - low) * per_step, knots) != j[w]);
            left += open[w] & (law[w] >= 0);
        }
    }
    for (int64_t w = 0; w < n; w++) {
        if (law[w] < 0) continue;
        if (open[w]) {
            ts[w] = wall[w];
            q[w] = wall_flux(t, s->laws + law[w] * (knots + 1), s->phase + cell[w], s->n, Ti[w], distance[w], s->reach,
                             ts + w, fall + w);
        }
        wall[w] = ts[w];
        slope[w] = fall[w];
        power[w] = area[w] * q[w];
    }
}

/* heat of the patches of a block, by zone; sums (zones, APART), the first of each the whole: one sum alone would wait
   for each addition before the next */
ROW void sum_part(const Column *s, int64_t block, const int64_t *RESTRICT zone, int64_t zones, double *RESTRICT sums)
{
    const double *RESTRICT power = s->power + block * BLOCK;
    int64_t n = part_of(block, s->p);
    for (int64_t i = 0; i < zones * APART; i++) sums[i] = 0.0;
    for (int64_t w = 0; w < n; w++) sums[zone[block * BLOCK + w] * APART + w % APART] += power[w];
    for (int64_t i = 0; i < zones; i++)
        for (int64_t k = 1; k < APART; k++) sums[i * APART] += sums[i * APART + k];
}

/* conductivity of matter half-way between cells and their walls, W/m/K */
EACH void conductivity_towards(const Column *s, int64_t n, const int64_t *cell, const double *RESTRICT Ti,
                               const double *RESTRICT Ts, double *RESTRICT k)
{
    const Table *t = &s->table;
    const double per_step = 1.0 / t->step;
    for (int64_t q = 0; q < n; q++) {
        double middle = 0.5 * (Ti[q] + Ts[q]), slope;
        int32_t j = interval((middle - t->low) * per_step, t->knots);
        wall_conductivity(t, s->phase + cell[q], s->n, middle, j, middle, k + q, &slope);
    }
}

/* Up to BLOCK patches of two bodies face to face: heat flux through both half cells and the conductance h between them.
   The conductivity half-way to the wall is found in two passes; the resistance is held as `held` holds it. */
ROW void contact_part(const Column *s, const Column *o, int64_t n, const int64_t *RESTRICT mine,
                      const int64_t *RESTRICT theirs, const double *RESTRICT h)
{
    double Ti[BLOCK], Tj[BLOCK], a[BLOCK], b[BLOCK], ki[BLOCK], kj[BLOCK], di[BLOCK], dj[BLOCK], flux[BLOCK], R[BLOCK];
    int64_t c[BLOCK], e[BLOCK];
    for (int64_t q = 0; q < n; q++) {
        c[q] = s->patch_cell[mine[q]];
        e[q] = o->patch_cell[theirs[q]];
        di[q] = s->patch_distance[mine[q]];
        dj[q] = o->patch_distance[theirs[q]];
        a[q] = Ti[q] = s->inner[s->patch_walled[mine[q]]];
        b[q] = Tj[q] = o->inner[o->patch_walled[theirs[q]]];
    }
    for (int pass = 0; pass < 2; pass++) {
        conductivity_towards(s, n, c, Ti, a, ki);
        conductivity_towards(o, n, e, Tj, b, kj);
        for (int64_t q = 0; q < n; q++) {
            double through_i = di[q] / ki[q], through_j = dj[q] / kj[q];
            double least = 0.55 / h[q], near = s->reach / ki[q] + o->reach / kj[q];
            R[q] = through_i + 1.0 / h[q] + through_j;
            R[q] = R[q] < least ? least : R[q];
            R[q] = R[q] < near ? near : R[q];
            flux[q] = (Tj[q] - Ti[q]) / R[q];
            a[q] = Ti[q] + flux[q] * through_i;
            b[q] = Tj[q] - flux[q] * through_j;
        }
    }
    for (int64_t q = 0; q < n; q++) {
        int64_t w = mine[q], v = theirs[q];
        s->wall[w] = a[q];
        o->wall[v] = b[q];
        s->power[w] = s->patch_area[w] * flux[q];
        o->power[v] = -s->power[w];
        s->slope[w] = 2.0 / R[q]; /* the neighbour's share of the Gershgorin sum included */
        o->slope[v] = 2.0 / R[q] * s->patch_area[w] / o->patch_area[v];
    }
}

#endif
