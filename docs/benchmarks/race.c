/* The state loop by hand: h(n) = (1 - a) h(n-1) + a tanh(W_in u(n) + b + W h(n-1)).

   W lies in slices of 16 rows (SELL-16): within a slice all first entries, then all second ones, and
   so on, with 16-bit column numbers. race.py compiles this file with
   -O3 -march=native -ffp-contract=fast and reads it through ctypes. */

#include <stdint.h>
#include <string.h>

typedef double v8 __attribute__((vector_size(64), aligned(8), may_alias));
typedef int64_t i8 __attribute__((vector_size(64), aligned(8), may_alias));

enum { SLICE = 16 };

static inline v8 all(double x) { return (v8){x, x, x, x, x, x, x, x}; }

/* Eight numbers of h, at places that are read four at a time. */
static inline v8 pack(const double *h, const uint16_t *c) {
    uint64_t a, b;
    memcpy(&a, c, 8);
    memcpy(&b, c + 4, 8);
    return (v8){h[a & 0xffff], h[a >> 16 & 0xffff], h[a >> 32 & 0xffff], h[a >> 48],
                h[b & 0xffff], h[b >> 16 & 0xffff], h[b >> 32 & 0xffff], h[b >> 48]};
}

/* As in esnkit/kernels/activations.py: e / (e + 2) with e = expm1(2 |x|), the sign put back. */
static inline v8 tanh8(v8 x) {
    const i8 sign = (i8)x & INT64_MIN;
    v8 z = (v8)((i8)x ^ sign) * 2.0;
    const i8 beyond = z > all(22.0);
    z = (v8)((beyond & (i8)all(22.0)) | (~beyond & (i8)z));
    const v8 rounder = all(6755399441055744.0);
    const v8 k_rounded = z * 1.4426950408889634 + rounder;
    const v8 k = k_rounded - rounder;
    const v8 r = (z - k * 0.693359375) - k * -2.1219444005469058e-4;
    v8 p = all(1.0 / 6227020800.0);
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r * r + r;
    const v8 scale = (v8)(((i8)k_rounded + 1023) << 52);
    const v8 e = scale * p + (scale - 1.0);
    return (v8)((i8)(e / (e + 2.0)) | sign);
}

/* One sequence. Rows of `states` and `drive` are padded to whole slices; `states` has one row more
   than there are steps, and the first of them is where the run starts. */
void run_one(int64_t n_steps, int64_t n_padded, int64_t n_inputs, const int64_t *starts,
             const uint16_t *columns, const double *weights, const double *drive,
             const double *bias, double leak, const double *inputs, double *states) {
    for (int64_t t = 0; t < n_steps; t++) {
        const double *h = states + t * n_padded, *u = inputs + t * n_inputs;
        double *next = states + (t + 1) * n_padded;
        for (int64_t i = 0; i < n_padded; i += SLICE) {
            v8 low = *(const v8 *)(bias + i), high = *(const v8 *)(bias + i + 8);
            for (int64_t j = 0; j < n_inputs; j++) {
                low += *(const v8 *)(drive + j * n_padded + i) * u[j];
                high += *(const v8 *)(drive + j * n_padded + i + 8) * u[j];
            }
            for (int64_t e = starts[i / SLICE]; e < starts[i / SLICE + 1]; e += SLICE) {
                low += *(const v8 *)(weights + e) * pack(h, columns + e);
                high += *(const v8 *)(weights + e + 8) * pack(h, columns + e + 8);
            }
            *(v8 *)(next + i) = low;
            *(v8 *)(next + i + 8) = high;
        }
        for (int64_t i = 0; i < n_padded; i += 8) {
            const v8 fresh = tanh8(*(v8 *)(next + i));
            *(v8 *)(next + i) = (1.0 - leak) * *(const v8 *)(h + i) + leak * fresh;
        }
    }
}

/* Sixteen sequences, a lane for each. `inputs` is (16, n_steps, n_inputs), `states`
   (16, n_steps, n_units); `work` has room for 2 * 16 * n_units numbers, zeros at first. */
void run_lanes(int64_t n_steps, int64_t n_units, int64_t n_padded, int64_t n_inputs,
               const int64_t *starts, const uint16_t *columns, const double *weights,
               const double *drive, const double *bias, double leak, const double *inputs,
               double *states, double *work) {
    const int64_t size = n_units * SLICE;
    double *h = work, *next = work + size;
    for (int64_t t = 0; t < n_steps; t++) {
        for (int64_t i = 0; i < n_units; i++) {
            v8 low = all(bias[i]), high = low;
            for (int64_t j = 0; j < n_inputs; j++) {
                double u[SLICE];
                for (int lane = 0; lane < SLICE; lane++)
                    u[lane] = inputs[(lane * n_steps + t) * n_inputs + j];
                low += drive[j * n_padded + i] * *(const v8 *)u;
                high += drive[j * n_padded + i] * *(const v8 *)(u + 8);
            }
            const int64_t end = starts[i / SLICE + 1];
            for (int64_t e = starts[i / SLICE] + i % SLICE; e < end; e += SLICE) {
                const double *row = h + SLICE * columns[e];
                low += weights[e] * *(const v8 *)row;
                high += weights[e] * *(const v8 *)(row + 8);
            }
            *(v8 *)(next + SLICE * i) = low;
            *(v8 *)(next + SLICE * i + 8) = high;
        }
        for (int64_t i = 0; i < size; i += 8) {
            const v8 fresh = tanh8(*(v8 *)(next + i));
            *(v8 *)(next + i) = (1.0 - leak) * *(const v8 *)(h + i) + leak * fresh;
        }
        for (int64_t block = 0; block < n_units; block += SLICE) {
            const int64_t end = block + SLICE < n_units ? block + SLICE : n_units;
            for (int lane = 0; lane < SLICE; lane++)
                for (int64_t i = block; i < end; i++)
                    states[(lane * n_steps + t) * n_units + i] = next[SLICE * i + lane];
        }
        double *other = h;
        h = next;
        next = other;
    }
}
