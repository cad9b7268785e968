# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What the loops over rays share."""


cdef inline Py_ssize_t first_at_or_above(const double[::1] x, double value) noexcept nogil:
    cdef Py_ssize_t low = 0, high = x.shape[0], middle
    while low < high:
        middle = (low + high) >> 1
        if x[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low
