#include <zoetrope/display.h>

#include <math.h>
#include <stdbool.h>

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

static const double least = 1e-9;

/* ---- 3x3, rows ---- */

static void multiply(const double a[9], const double b[9], double out[9])
{
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++)
            out[3 * r + c] = a[3 * r] * b[c] + a[3 * r + 1] * b[3 + c] + a[3 * r + 2] * b[6 + c];
}

static void apply(const double m[9], const double v[3], double out[3])
{
    for (int r = 0; r < 3; r++)
        out[r] = m[3 * r] * v[0] + m[3 * r + 1] * v[1] + m[3 * r + 2] * v[2];
}

static bool invert(const double m[9], double out[9])
{
    double c0 = m[4] * m[8] - m[5] * m[7], c1 = m[5] * m[6] - m[3] * m[8];
    double c2 = m[3] * m[7] - m[4] * m[6], d = m[0] * c0 + m[1] * c1 + m[2] * c2;
    if (!(fabs(d) > least))
        return false;
    const double adjugate[9] = {c0, m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
                                c1, m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
                                c2, m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
    for (int i = 0; i < 9; i++)
        out[i] = adjugate[i] / d;
    return true;
}

/* ---- primaries ---- */

static bool white_of(const float xy[8], double white[3])
{
    double x = (double)xy[6], y = (double)xy[7];
    if (!(y > least))
        return false;
    white[0] = x / y;
    white[1] = 1;
    white[2] = (1 - x - y) / y;
    return true;
}

/* R G B to CIE XYZ, white having Y = 1 (SMPTE RP 177). */
static bool to_xyz(const float xy[8], double out[9])
{
    double columns[9], inverse[9], white[3], scale[3];
    for (int i = 0; i < 3; i++) {
        columns[i] = (double)xy[2 * i];
        columns[3 + i] = (double)xy[2 * i + 1];
        columns[6 + i] = 1 - columns[i] - columns[3 + i];
    }
    if (!white_of(xy, white) || !invert(columns, inverse))
        return false;
    apply(inverse, white, scale);
    for (int i = 0; i < 9; i++)
        out[i] = columns[i] * scale[i % 3];
    return true;
}

/* From one white to another, in the cone responses of Bradford. */
static bool adapt(const double from[3], const double to[3], double out[9])
{
    static const double cones[9] = {0.8951, 0.2664, -0.1614, -0.7502, 1.7135,
                                    0.0367, 0.0389, -0.0685, 1.0296};
    double inverse[9], a[3], b[3], scaled[9];
    apply(cones, from, a);
    apply(cones, to, b);
    if (!invert(cones, inverse))
        return false;
    for (int r = 0; r < 3; r++) {
        if (!(fabs(a[r]) > least))
            return false;
        for (int c = 0; c < 3; c++)
            scaled[3 * r + c] = cones[3 * r + c] * b[r] / a[r];
    }
    multiply(inverse, scaled, out);
    return true;
}

int32_t zoe_primaries_matrix(const float from[8], const float to[8], float matrix[9])
{
    double in[9], out[9], back[9], white[9], half[9], whole[9], a[3], b[3];
    for (int i = 0; i < 8; i++) {
        if (!(fabsf(from[i]) < 100) || !(fabsf(to[i]) < 100))
            return 0;
    }
    if (!to_xyz(from, in) || !to_xyz(to, out) || !invert(out, back) || !white_of(from, a) ||
        !white_of(to, b) || !adapt(a, b, white))
        return 0;
    multiply(white, in, half);
    multiply(back, half, whole);
    for (int i = 0; i < 9; i++) {
        if (!(fabs(whole[i]) < 1e6))
            return 0;
    }
    for (int i = 0; i < 9; i++)
        matrix[i] = (float)whole[i];
    return 1;
}

/* ---- names ---- */

static const struct {
    const char *name;
    float xy[8];
} known[] = {
    {"Rec. 709", {0.64f, 0.33f, 0.30f, 0.60f, 0.15f, 0.06f, 0.3127f, 0.3290f}},
    {"ACES AP0", {0.7347f, 0.2653f, 0.0f, 1.0f, 0.0001f, -0.0770f, 0.32168f, 0.33767f}},
    {"ACEScg AP1", {0.713f, 0.293f, 0.165f, 0.830f, 0.128f, 0.044f, 0.32168f, 0.33767f}},
    {"Rec. 2020", {0.708f, 0.292f, 0.170f, 0.797f, 0.131f, 0.046f, 0.3127f, 0.3290f}},
    {"P3-D65", {0.680f, 0.320f, 0.265f, 0.690f, 0.150f, 0.060f, 0.3127f, 0.3290f}},
    {"P3-DCI", {0.680f, 0.320f, 0.265f, 0.690f, 0.150f, 0.060f, 0.314f, 0.351f}},
    {"CIE XYZ", {1.0f, 0.0f, 0.0f, 1.0f, 0.0f, 0.0f, 1 / 3.0f, 1 / 3.0f}},
    {"Adobe RGB", {0.64f, 0.33f, 0.21f, 0.71f, 0.15f, 0.06f, 0.3127f, 0.3290f}},
};

enum { KNOWN = sizeof known / sizeof *known };

const char *zoe_primaries_name(const float xy[8])
{
    for (int i = 0; i < KNOWN; i++) {
        bool same = true;
        for (int k = 0; k < 8; k++)
            same = same && fabsf(xy[k] - known[i].xy[k]) < 0.0015f;
        if (same)
            return known[i].name;
    }
    return NULL;
}

const float *zoe_primaries_rec709(void)
{
    return known[0].xy;
}
