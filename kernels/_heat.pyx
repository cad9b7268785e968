# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Heat column: temperature, wall, conduction rate and the Runge-Kutta-Legendre recurrence; explicit box steps.

Each value follows from others by the same operations wherever work is cut: results are the same bits for any number
of threads.
"""

from cython.parallel cimport prange, threadid
from libc.stdint cimport int32_t, int64_t, uint32_t

cdef enum:
    PARTS = 4  # of the tiles for each thread: more balance them better, and find more states twice
    FEW_BLOCKS = 16  # from which more than one thread is worth it
    HIGH = 32  # rows of a box that one thread takes at a time

cdef extern from "_conduct.h" nogil:
    enum: BLOCK
    enum: APART
    ctypedef struct Table:
        int64_t phases, knots
        double low, step
        const double *enthalpy
        const double *conductivity
        const int64_t *like
        const double *integral
        int64_t states
        double datum, rise
        const double *temperature
        const double *conducted
    ctypedef struct Column "Column":
        Table table
        int64_t n, m, f, p, u
        double x, y, z, reach
        const int64_t *piece
        const int64_t *tile
        const int64_t *rim
        const int32_t *neighbour
        const double *conductance
        const double *inverse
        const double *stiff
        const double *share
        const int64_t *first_patch
        const int64_t *walled
        const int64_t *patch_walled
        const int64_t *patch_cell
        const int64_t *patch_law
        const double *patch_area
        const double *patch_distance
        const double *H0
        const double *D
        double scale
        const double *phase
        const double *laws
        const double *source
        const float *latent
        uint32_t *present
        double *T
        float *per_heat
        double *inner
        double *wall
        double *power
        double *slope
    ctypedef struct Stage:
        const double *F0
        const double *D1
        double *D2
        double mu, nu, a, b
        float *E
        float keep, weight
    void present_part(const Column *, int64_t)
    void enthalpy_of(const Column *, int64_t, int64_t, double *)
    void wall_part(const Column *, int64_t)
    void sum_part(const Column *, int64_t, const int64_t *, int64_t, double *)
    void sweep(const Column *, int64_t, int64_t, int64_t, double *, const Stage *)
    double survey_part(const Column *, int64_t, float *, double, double *)
    double largest(const double *, int64_t)
    double calm(const Column *, const int64_t *, const float *, float *)
    double rim_radius(const Column *, int64_t)
    void contact_part(const Column *, const Column *, int64_t, const int64_t *, const int64_t *, const double *)

cdef extern from "_boxes.h" nogil:
    void box_constant(int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, const double *,
                      double, double, double, double *, double *)
    void box_nonlinear(int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, const double *, const double *,
                       int64_t, double, double, double, double, double, double *, double *)
    void triad_row(int64_t, double *, const double *, const double *, double)


cdef inline const double *real(const double[::1] a) noexcept:
    return &a[0] if a.shape[0] else NULL


cdef inline double *written(double[::1] a) noexcept:
    return &a[0] if a.shape[0] else NULL


cdef inline const int64_t *whole(const int64_t[::1] a) noexcept:
    return &a[0] if a.shape[0] else NULL


cdef inline int team(int threads, int64_t blocks) noexcept nogil:
    """Threads for so many blocks: to wake one costs more than a few blocks."""
    return threads if blocks >= FEW_BLOCKS else 1


cdef class Plan:
    """Arrays of one part, checked by the door; see `heat.Plan` for their meaning."""

    cdef Column s
    cdef tuple keep, state
    cdef int64_t blocks, tiles, rims, walls, zones, strip
    cdef int threads
    cdef const int64_t[::1] zone

    def __init__(self, dict a, int threads):
        cdef const double[::1] source = a["source"]
        cdef uint32_t[::1] present = a["present"]
        cdef const double[::1] table = a["enthalpy"]
        cdef const double[::1] spacing = a["inverse_square"]
        cdef const int32_t[::1] neighbour = a["neighbour"]
        self.keep = tuple(a.values())
        self.zone = a["patch_zone"]
        self.zones = a["zones"]
        self.strip = a["strip"]
        self.threads = threads
        self.s.table.phases = a["phases"]
        self.s.table.knots = table.shape[0] // self.s.table.phases
        self.s.table.low = a["low"]
        self.s.table.step = a["step"]
        self.s.table.enthalpy = &table[0]
        self.s.table.conductivity = real(a["conductivity"])
        self.s.table.like = whole(a["like"])
        self.s.table.integral = real(a["integral"])
        self.s.table.states = len(a["temperature"])
        self.s.table.datum = a["datum"]
        self.s.table.rise = a["rise"]
        self.s.table.temperature = real(a["temperature"])
        self.s.table.conducted = real(a["theta"])
        self.s.n = a["count"]
        self.s.m = len(a["rim"])
        self.s.f = a["faces"]
        self.s.p = len(a["patch_cell"])
        self.s.u = len(a["walled"])
        self.s.x = spacing[0]
        self.s.y = spacing[1]
        self.s.z = spacing[2]
        self.s.reach = a["reach"]
        self.s.piece = whole(a["piece"])
        self.s.tile = whole(a["tile"])
        self.s.rim = whole(a["rim"])
        self.s.neighbour = &neighbour[0] if neighbour.shape[0] else NULL
        self.s.conductance = real(a["conductance"])
        self.s.inverse = real(a["inverse"])
        self.s.share = real(a["share"])
        self.s.stiff = real(a["stiff"])
        self.s.first_patch = whole(a["first_patch"])
        self.s.walled = whole(a["walled"])
        self.s.patch_walled = whole(a["patch_walled"])
        self.s.patch_cell = whole(a["patch_cell"])
        self.s.patch_area = real(a["patch_area"])
        self.s.patch_distance = real(a["patch_distance"])
        self.s.source = &source[0]
        self.s.present = &present[0]
        self.s.inner = written(a["inner"])
        self.s.wall = written(a["wall"])
        self.s.power = written(a["power"])
        self.s.slope = written(a["slope"])
        self.blocks = (self.s.n + BLOCK - 1) // BLOCK
        self.rims = (self.s.m + BLOCK - 1) // BLOCK
        self.walls = (self.s.p + BLOCK - 1) // BLOCK
        self.tiles = len(a["tile"]) // 6

    def begin(
        self, const double[::1] H0, const double[::1] products, double[::1] T, float[::1] per_heat,
        const float[::1] latent
    ):
        """Take the state that a step starts from and look which phases each block of cells holds.

        H0         (n,)           J/m3
        products   ((P - 1) * n,) volume fractions
        T          (n,) or None   K, a guess   [written by `survey`]; None only where enthalpy alone tells the state
        per_heat   (n,)           zeros, or nothing where enthalpy alone tells the state   [written by `survey`]
        latent     (n,) or None   W/m3
        """
        cdef int64_t i
        self.state = (H0, products, T, per_heat, latent)
        self.s.H0 = &H0[0]
        self.s.D = NULL
        self.s.phase = &products[0] if products.shape[0] else NULL
        self.s.T = NULL
        if T is not None:
            self.s.T = &T[0]
        self.s.per_heat = &per_heat[0] if per_heat.shape[0] else NULL
        self.s.latent = NULL
        if latent is not None:
            self.s.latent = &latent[0]
        for i in prange(self.blocks, nogil=True, schedule="static", num_threads=team(self.threads, self.blocks)):
            present_part(&self.s, i)

    def rest(self):
        """Let go of what `begin` was given."""
        self.state = ()

    def look(self, const double[::1] D, double scale, const double[::1] laws, const int64_t[::1] patch_law):
        """Wall temperature and heat of every patch at H0 + scale D.

        D           (n,) or None   read until the next look
        scale       ()             that makes J/m3 of it
        laws        (laws (m + 1),)  W/m2 into the part against the wall temperature, then the steepest -dq/dTs
        patch_law   (p,)           number of the law of each patch
        """
        cdef int64_t i
        self.s.D = NULL
        if D is not None:
            self.s.D = &D[0]
        self.s.scale = scale
        self.s.laws = real(laws)
        self.s.patch_law = whole(patch_law)
        for i in prange(self.walls, nogil=True, schedule="static", num_threads=team(self.threads, self.walls)):
            wall_part(&self.s, i)

    def enthalpy(self, double[::1] out):
        """Enthalpy as last looked at.   out (n,) J/m3 [written]"""
        cdef int64_t i
        for i in prange(self.blocks, nogil=True, schedule="static", num_threads=team(self.threads, self.blocks)):
            enthalpy_of(&self.s, i * BLOCK, min(BLOCK, self.s.n - i * BLOCK), &out[i * BLOCK])

    def sum(self, double[::1] sums, double[::1] zone_power):
        """Heat into the part through the patches of each zone.

        sums        (blocks of patches * zones * APART,)  scratch
        zone_power  (zones,)                              W [written]
        """
        cdef int64_t i, zone_number
        cdef const int64_t *zone = whole(self.zone)
        cdef double *s = written(sums)
        for i in prange(self.walls, nogil=True, schedule="static", num_threads=team(self.threads, self.walls)):
            sum_part(&self.s, i, zone, self.zones, s + i * self.zones * APART)
        for zone_number in range(self.zones):
            zone_power[zone_number] = 0.0
            for i in range(self.walls):
                zone_power[zone_number] += s[(i * self.zones + zone_number) * APART]

    def touch(self, Plan other, const int64_t[::1] mine, const int64_t[::1] theirs, const double[::1] conductance):
        """Heat between patches of two bodies that were just looked at, into both.

        mine, theirs  (q,)  patches face to face
        conductance   (q,)  W/m2/K
        """
        cdef int64_t i, n = mine.shape[0], pieces = (n + BLOCK - 1) // BLOCK
        for i in prange(pieces, nogil=True, schedule="static", num_threads=team(self.threads, pieces)):
            contact_part(&self.s, &other.s, min(BLOCK, n - i * BLOCK), &mine[i * BLOCK], &theirs[i * BLOCK],
                         &conductance[i * BLOCK])

    cdef void swept(self, const Stage *stage, double[:, ::1] strips) noexcept:
        cdef int64_t i, parts = min(self.tiles, PARTS * self.threads)
        cdef int threads = team(self.threads, self.blocks)
        for i in prange(parts, nogil=True, schedule="dynamic", chunksize=1, num_threads=threads):
            sweep(&self.s, i * self.tiles // parts, (i + 1) * self.tiles // parts, self.strip,
                  &strips[threadid(), 0], stage)

    def rate(self, double[:, ::1] strips, double[::1] out):
        """dH/dt of the state last looked at.

        strips  (threads, strip or twice that of a mixture)  [written]
        out     (n,)  W/m3                                   [written]
        """
        cdef Stage stage
        stage.F0 = NULL
        stage.D2 = &out[0]
        self.swept(&stage, strips)

    def stage(
        self, const double[::1] F0, const double[::1] D1, double mu, double nu, double a, double b,
        double[:, ::1] strips, double[::1] D2, float[::1] E, float keep, float weight
    ):
        """D2 = mu D1 + nu D2 + a F + b F0 with F the rate of the state last looked at; E = keep E + weight D2.

        F0          (n,)  W/m3
        D1, D2      (n,)  J/m3, D2 [written]; not read where its weight is 0
        mu, nu      ()    -
        a, b        ()    s
        strips      as in `rate`
        E           (n,) or None   J/m3 [written]; not read where `keep` is 0
        keep, weight  ()  -
        """
        cdef Stage stage
        stage.F0 = &F0[0]
        stage.D1 = &D1[0]
        stage.D2 = &D2[0]
        stage.mu = mu
        stage.nu = nu
        stage.a = a
        stage.b = b
        stage.E = NULL
        if E is not None:
            stage.E = &E[0]
        stage.keep = keep
        stage.weight = weight
        self.swept(&stage, strips)

    def survey(self, float[::1] E, double weight, int sweeps, double floor, float[::1] spare, double[::1] radius,
               double[::1] error):
        """T of every cell as last looked at, Gershgorin radius of the rate, largest |E + weight D| over the capacity.

        Errors are averaged with their neighbours' `sweeps` times; where none is above `floor` before, as they are.

        E       (n,) or None  J/m3, then the errors K  [written]
        weight  ()            -
        floor   ()            K
        spare   (n,)          K  [written]
        radius  (blocks of cells + blocks of rim cells,)   1/s [written]
        error   (blocks of cells, tiles at least,)         K   [written]

        Gives the largest error, K.
        """
        cdef int64_t i
        cdef double worst
        cdef float *e = NULL
        cdef float *calmer = &spare[0]
        if E is not None:
            e = &E[0]
        for i in prange(self.blocks, nogil=True, schedule="static", num_threads=team(self.threads, self.blocks)):
            error[i] = survey_part(&self.s, i, e, weight, &radius[i])
            if self.s.m == self.s.n:
                radius[i] = 0.0
        for i in prange(self.rims, nogil=True, schedule="static", num_threads=team(self.threads, self.rims)):
            radius[self.blocks + i] = rim_radius(&self.s, i)
        if E is None:
            return 0.0
        worst = largest(&error[0], self.blocks)
        if worst <= floor or not sweeps:
            return worst
        for _ in range(sweeps):
            for i in prange(self.tiles, nogil=True, schedule="static", num_threads=team(self.threads, self.blocks)):
                error[i] = calm(&self.s, &self.s.tile[6 * i], e, calmer)
            e, calmer = calmer, e
        return largest(&error[0], self.tiles)


def conduct_constant(const double[:, :, ::1] T, double x, double y, double z, int steps, double[:, ::1] rolling,
                     double[:, :, ::1] out):
    """Explicit steps in a full box with insulated faces, constant properties, in one pass over the memory.

    T        (nz, ny, nx)  K
    x, y, z  ()            Fourier number of each axis, a dt / spacing^2, -
    steps    ()            at least 1
    rolling  (threads, 3 * (steps - 1) * (HIGH + 2 * steps - 2) * nx)  scratch
    out      (nz, ny, nx)  K   [written]
    """
    cdef int64_t nz = T.shape[0], ny = T.shape[1], nx = T.shape[2], rows = (ny + HIGH - 1) // HIGH, i, planes, deep
    planes = max(1, min(nz // (8 * steps), 8))
    deep = (nz + planes - 1) // planes
    for i in prange(rows * planes, nogil=True, schedule="static", num_threads=rolling.shape[0]):
        box_constant(nz, ny, nx, i // planes * HIGH, min(i // planes * HIGH + HIGH, ny), min(i % planes * deep, nz),
                     min(i % planes * deep + deep, nz), steps, &T[0, 0, 0], x, y, z, &rolling[threadid(), 0],
                     &out[0, 0, 0])


def conduct_nonlinear(const double[:, :, ::1] H, const double[:, ::1] pairs, double low, double step, double x,
                      double y, double z, double[:, ::1] rolling, double[:, :, ::1] out):
    """One explicit step in a full box with insulated faces, enthalpy state, any heat capacity and conductivity.

    H          (nz, ny, nx)  J/m3
    pairs      (m, 2)        conductivity integral and its difference to the next knot, W/m
    low, step  ()            axis of the table, J/m3
    x, y, z    ()            dt / spacing^2, s/m2
    rolling    (threads, 3 * 66 * nx)  scratch
    out        (nz, ny, nx)  J/m3   [written]
    """
    cdef int64_t nz = H.shape[0], ny = H.shape[1], nx = H.shape[2], rows = (ny + 63) // 64, i, planes, deep
    cdef int threads = <int>rolling.shape[0]
    planes = max(1, min(nz // 32, 16 // rows))
    deep = (nz + planes - 1) // planes
    for i in prange(rows * planes, nogil=True, schedule="static", num_threads=threads):
        box_nonlinear(nz, ny, nx, i // planes * 64, min(i // planes * 64 + 64, ny), min(i % planes * deep, nz),
                      min(i % planes * deep + deep, nz), &H[0, 0, 0], &pairs[0, 0], pairs.shape[0] + 1, low, 1.0 / step,
                      x, y, z, &rolling[threadid(), 0], &out[0, 0, 0])


def triad(double[::1] a, const double[::1] b, const double[::1] c, double scalar, int threads):
    """a = b + scalar c, the memory bandwidth test of STREAM (McCalpin 1995): 24 bytes an element.

    a  (n,)  [written]
    """
    cdef int64_t i, n = a.shape[0], deep = (n + 63) // 64
    for i in prange(64, nogil=True, schedule="static", num_threads=threads):
        if i * deep < n:
            triad_row(min(deep, n - i * deep), &a[i * deep], &b[i * deep], &c[i * deep], scalar)
