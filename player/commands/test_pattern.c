#include "commands/test_pattern.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double turn = 6.283185307179586;

/*
 * The characters' lines on a grid 4 wide and 6 high, y down: pairs of digits are the corners of a
 * line, a blank lifts the pen.
 */
static const char *const glyphs[11] = {
    "103041453616050110 3115",             /* 0, with a stroke through it */
    "1120 2026 1636",                      /* 1 */
    "01103041420646",                      /* 2 */
    "0110304142334445361605 3313",         /* 3 */
    "36300444",                            /* 4 */
    "40000312324345361605",                /* 5 */
    "413010010516364544331304",            /* 6 */
    "004016",                              /* 7 */
    "103041423313020110 1304051636454433", /* 8 */
    "051636454130100102133342",            /* 9 */
    "1333",                                /* minus */
};

static uint32_t mix(uint32_t v)
{
    /* Enough rounds of multiply and shift that neighbouring lattice points look unrelated. */
    v ^= v >> 16;
    v *= 0x7feb352dU;
    v ^= v >> 15;
    v *= 0x846ca68bU;
    v ^= v >> 16;
    return v;
}

static uint32_t mix2(uint32_t a, uint32_t b, uint32_t seed)
{
    return mix(a * 0x9e3779b1U + mix(b * 0x85ebca77U + seed));
}

static float unit(uint32_t bits)
{
    return (float)(bits >> 8) * (1.0f / 16777216.0f);
}

/* To 1/256 of a pixel, so that adding whole pixels is exact and a row is the same in any pieces. */
static double snapped(double v)
{
    return floor(v * 256) / 256;
}

static float mixed(float a, float b, float t)
{
    return a + (b - a) * t;
}

static float clamped(float v)
{
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

static float ease(float t)
{
    return t * t * (3 - 2 * t);
}

/* Adds amplitude x value noise (0..1, smooth between lattice points `cell` apart) to out[count]. */
static void add_noise(double x, double y, double cell, uint32_t seed, float amplitude,
                      int32_t count, float *out)
{
    double v = y / cell;
    double row = floor(v);
    float fy = ease((float)(v - row));
    uint32_t iy = (uint32_t)(int64_t)row;
    double u = x / cell, step = 1 / cell;
    double column = floor(u);
    float left = 0, right = 0;
    int fresh = 1;
    for (int32_t i = 0; i < count; i++, u = (x + i) * step) {
        if (fresh || u >= column + 1) {
            column = floor(u);
            uint32_t ix = (uint32_t)(int64_t)column;
            left = mixed(unit(mix2(ix, iy, seed)), unit(mix2(ix, iy + 1, seed)), fy);
            right = mixed(unit(mix2(ix + 1, iy, seed)), unit(mix2(ix + 1, iy + 1, seed)), fy);
            fresh = 0;
        }
        out[i] += amplitude * mixed(left, right, ease((float)(u - column)));
    }
}

static void add_glyph(zoe_test_pattern *picture, const char *glyph, float x, float y,
                      float unit_size)
{
    const char *c = glyph;
    while (*c) {
        while (*c && c[1] && c[2] && c[2] != ' ' &&
               picture->stroke_count < ZOE_TEST_PATTERN_STROKES) {
            zoe_test_pattern_stroke *s = &picture->strokes[picture->stroke_count++];
            s->x0 = x + (float)(c[0] - '0') * unit_size;
            s->y0 = y + (float)(c[1] - '0') * unit_size;
            s->x1 = x + (float)(c[2] - '0') * unit_size;
            s->y1 = y + (float)(c[3] - '0') * unit_size;
            c += 2;
        }
        c += strcspn(c, " ");
        c += *c == ' ';
    }
}

static void place_number(zoe_test_pattern *picture, int64_t frame)
{
    char text[24];
    snprintf(text, sizeof text, "%04lld", (long long)frame);
    size_t length = strlen(text);
    float columns = (float)length * 4 + (float)(length - 1) * 2; /* glyphs 4 wide, 2 apart */
    float unit_size = (float)picture->height * 0.26f / 6;
    float widest = (float)picture->width * 0.8f / (columns + 4);
    if (unit_size > widest)
        unit_size = widest;
    float x = ((float)picture->width - columns * unit_size) / 2;
    float y = (float)picture->height * 0.64f - 3 * unit_size;
    picture->pen = unit_size * 0.42f;
    picture->plate_x0 = x - 1.6f * unit_size;
    picture->plate_x1 = x + (columns + 1.6f) * unit_size;
    picture->plate_y0 = y - 1.5f * unit_size;
    picture->plate_y1 = y + 7.5f * unit_size;
    for (size_t i = 0; i < length; i++) {
        int index = text[i] == '-' ? 10 : text[i] - '0';
        add_glyph(picture, glyphs[index], x + (float)i * 6 * unit_size, y, unit_size);
    }
}

static void place_balls(zoe_test_pattern *picture, int64_t frame)
{
    static const float colors[ZOE_TEST_PATTERN_BALLS][3] = {
        {0.80f, 0.07f, 0.04f}, {0.05f, 0.52f, 0.12f}, {0.04f, 0.10f, 0.75f}, {0.85f, 0.55f, 0.06f}};
    static const float radii[ZOE_TEST_PATTERN_BALLS] = {0.13f, 0.10f, 0.08f, 0.06f};
    static const int periods[ZOE_TEST_PATTERN_BALLS] = {96, 72, 60, 48};
    for (int i = 0; i < ZOE_TEST_PATTERN_BALLS; i++) {
        zoe_test_pattern_ball *ball = &picture->balls[i];
        double start = (double)unit(mix2((uint32_t)i, 77, picture->seed));
        int64_t phase = frame % periods[i];
        double angle = turn * (start + (double)phase / periods[i]);
        ball->x = (float)(picture->width * (0.5 + 0.38 * sin(angle)));
        ball->y = (float)(picture->height * (0.36 + 0.2 * cos(angle * (i % 2 ? 1 : 2) + i)));
        ball->radius = (float)picture->height * radii[i];
        memcpy(ball->color, colors[i], sizeof ball->color);
    }
}

void zoe_test_pattern_init(zoe_test_pattern *picture, int32_t width, int32_t height, uint64_t seed,
                           int64_t frame, int32_t alpha, float grain)
{
    memset(picture, 0, sizeof *picture);
    picture->width = width;
    picture->height = height;
    picture->seed = mix((uint32_t)seed + mix((uint32_t)(seed >> 32)));
    picture->grain_seed = mix2((uint32_t)frame, (uint32_t)((uint64_t)frame >> 32), picture->seed);
    picture->alpha = alpha;
    picture->grain = grain;
    /* 0.8 percent of the height each frame, at 24 a second a slow pan; the lattice wraps at 2^32.
     */
    picture->pan = snapped((double)(frame % 1000000) * height * 0.008);
    picture->far_pan = snapped(picture->pan * 0.3);
    double cell = height / 2.5;
    for (int i = 0; i < ZOE_TEST_PATTERN_OCTAVES; i++, cell /= 3)
        picture->cell[i] = cell < 2 ? 2 : cell;
    picture->horizon = (float)height * 0.58f;
    picture->ridge = (float)height * 0.22f;
    int64_t phase = frame % 240;
    double day = (double)(phase < 0 ? phase + 240 : phase) / 240;
    picture->sun_x = (float)(width * (0.15 + 0.7 * day));
    picture->sun_y = (float)(height * (0.2 - 0.08 * sin(turn / 2 * day)));
    picture->sun_radius = (float)height * 0.045f;
    place_balls(picture, frame);
    place_number(picture, frame);
}

enum { BATCH = 256 };

/* BATCH pixels of a row on their way through the layers. */
typedef struct batch {
    int32_t x, y, count;
    float r[BATCH], g[BATCH], b[BATCH], a[BATCH];
    float texture[BATCH], clouds[BATCH], hills[BATCH];
} batch;

static void over(batch *p, int32_t i, float r, float g, float b, float coverage)
{
    p->r[i] = mixed(p->r[i], r, coverage);
    p->g[i] = mixed(p->g[i], g, coverage);
    p->b[i] = mixed(p->b[i], b, coverage);
    p->a[i] = mixed(p->a[i], 1, coverage);
}

static void draw_sky(const zoe_test_pattern *picture, batch *p)
{
    float down = clamped(((float)p->y + 0.5f) / (float)picture->height / 0.62f);
    float r = mixed(0.10f, 0.72f, down * down);
    float g = mixed(0.22f, 0.56f, down * down);
    float b = mixed(0.55f, 0.46f, down);
    float dy = ((float)p->y + 0.5f - picture->sun_y) / picture->sun_radius;
    for (int32_t i = 0; i < p->count; i++) {
        float cloud = clamped(p->clouds[i] * 2.2f - 1.0f);
        float dx = ((float)(p->x + i) + 0.5f - picture->sun_x) / picture->sun_radius;
        float distance = dx * dx + dy * dy;
        float glow = 1.6f / (1 + 0.35f * distance);
        float disc = clamped((1 - distance) * 0.25f * picture->sun_radius);
        p->r[i] = mixed(r, 0.85f, cloud * 0.7f) + glow + 14 * disc;
        p->g[i] = mixed(g, 0.83f, cloud * 0.7f) + glow * 0.8f + 12 * disc;
        p->b[i] = mixed(b, 0.82f, cloud * 0.7f) + glow * 0.5f + 9 * disc;
        p->a[i] = 1;
    }
}

static void draw_land(const zoe_test_pattern *picture, batch *p)
{
    float far_edge = picture->horizon - picture->ridge * 0.5f;
    float depth = clamped(((float)p->y - far_edge) / ((float)picture->height * 0.48f));
    for (int32_t i = 0; i < p->count; i++) {
        float line = picture->horizon - picture->ridge * (p->hills[i] - 0.35f);
        float coverage = clamped((float)p->y + 0.5f - line + 0.5f);
        if (coverage <= 0)
            continue;
        float t = clamped(p->texture[i] * 1.6f - 0.3f);
        over(p, i, (0.05f + 0.30f * t) * (0.5f + depth),
             (0.07f + 0.24f * t) * (0.5f + 0.8f * depth),
             (0.05f + 0.12f * t * t) * (0.6f + 0.5f * depth), coverage);
    }
}

/* Lit from the upper left: Lambert's cosine, a highlight over 1, a little light from below. */
static void draw_ball(const zoe_test_pattern_ball *ball, batch *p)
{
    float dy = ((float)p->y + 0.5f - ball->y) / ball->radius;
    if (dy * dy >= 1.1f)
        return;
    for (int32_t i = 0; i < p->count; i++) {
        float dx = ((float)(p->x + i) + 0.5f - ball->x) / ball->radius;
        float d = dx * dx + dy * dy;
        float coverage = clamped((1 - d) * 0.5f * ball->radius + 0.5f);
        if (coverage <= 0 || d > 1.2f)
            continue;
        float z = d < 1 ? sqrtf(1 - d) : 0;
        float light = -0.45f * dx - 0.55f * dy + 0.70f * z;
        light = light < 0 ? 0 : light;
        float shine = light * light;
        shine *= shine;
        shine *= shine;
        shine = shine * shine * 2.5f;
        float ambient = 0.12f + 0.08f * dy;
        over(p, i, ball->color[0] * (light + ambient) + shine,
             ball->color[1] * (light + ambient) + shine, ball->color[2] * (light + ambient) + shine,
             coverage);
    }
}

static void draw_ramp(const zoe_test_pattern *picture, batch *p)
{
    if ((float)p->y < (float)picture->height * 0.94f)
        return;
    for (int32_t i = 0; i < p->count; i++) {
        float v = ((float)(p->x + i) + 0.5f) / (float)picture->width;
        over(p, i, v, v, v, 1);
    }
}

static float stroke_distance(const zoe_test_pattern_stroke *s, float x, float y)
{
    float ux = s->x1 - s->x0, uy = s->y1 - s->y0;
    float vx = x - s->x0, vy = y - s->y0;
    float t = clamped((ux * vx + uy * vy) / (ux * ux + uy * uy));
    float dx = vx - t * ux, dy = vy - t * uy;
    return dx * dx + dy * dy;
}

static void draw_number(const zoe_test_pattern *picture, batch *p)
{
    float y = (float)p->y + 0.5f;
    if (y < picture->plate_y0 || y > picture->plate_y1)
        return;
    float reach = picture->pen + 1;
    for (int32_t i = 0; i < p->count; i++) {
        float x = (float)(p->x + i) + 0.5f;
        if (x < picture->plate_x0 || x > picture->plate_x1)
            continue;
        over(p, i, 0.012f, 0.012f, 0.012f, 0.8f);
        float nearest = reach * reach;
        for (int32_t k = 0; k < picture->stroke_count; k++) {
            const zoe_test_pattern_stroke *s = &picture->strokes[k];
            float low = s->x0 < s->x1 ? s->x0 : s->x1, high = s->x0 < s->x1 ? s->x1 : s->x0;
            if (x < low - reach || x > high + reach)
                continue;
            float d = stroke_distance(s, x, y);
            nearest = d < nearest ? d : nearest;
        }
        float ink = clamped(picture->pen - sqrtf(nearest) + 0.5f);
        if (ink > 0)
            over(p, i, 1, 1, 1, ink);
    }
}

/* Two dice a channel make a triangle, close enough to a bell; photon noise grows with the root. */
static void add_grain(const zoe_test_pattern *picture, batch *p)
{
    const float dice = 1.0f / 1023.0f;
    for (int32_t i = 0; i < p->count; i++) {
        uint32_t h = mix2((uint32_t)(p->x + i), (uint32_t)p->y, picture->grain_seed);
        uint32_t k = mix(h + 0x68bc21ebU);
        float *channel[3] = {&p->r[i], &p->g[i], &p->b[i]};
        float size = picture->grain * 2.449f * p->a[i];
        for (int c = 0; c < 3; c++) {
            float n =
                ((float)((h >> (c * 10)) & 1023) + (float)((k >> (c * 10)) & 1023)) * dice - 1;
            float v = *channel[c];
            v += n * size * sqrtf(0.18f * (v < 0 ? 0 : v));
            *channel[c] = v < 0 ? 0 : v;
        }
    }
}

static void make_noise(const zoe_test_pattern *picture, batch *p)
{
    size_t bytes = (size_t)p->count * sizeof(float);
    memset(p->texture, 0, bytes);
    memset(p->clouds, 0, bytes);
    memset(p->hills, 0, bytes);
    double x = p->x + 0.5 + picture->pan, y = p->y + 0.5;
    float top = picture->horizon - picture->ridge * 0.75f;
    float bottom = picture->horizon + picture->ridge * 0.35f;
    float row = (float)p->y;
    float amplitude = 0.5f;
    for (int i = 0; i < ZOE_TEST_PATTERN_OCTAVES; i++, amplitude *= 0.6f) {
        uint32_t seed = picture->seed + (uint32_t)i * 0x1000193U;
        if (row >= top - 2)
            add_noise(x, y, picture->cell[i], seed, amplitude, p->count, p->texture);
        /* The hills' outline is one row of noise; below it nothing of it is seen. */
        if (i < 4 && row >= top - 2 && row <= bottom + 2)
            add_noise(x, 0.5, picture->cell[i], seed ^ 0x5bd1e995U, amplitude, p->count, p->hills);
        /* Far away, so it moves less than the land. */
        if (!picture->alpha && i < 4 && row <= bottom + 2)
            add_noise(p->x + 0.5 + picture->far_pan, y * 1.7, picture->cell[i], seed ^ 0x27d4eb2fU,
                      amplitude, p->count, p->clouds);
    }
    if (row > bottom + 2)
        for (int32_t i = 0; i < p->count; i++)
            p->hills[i] = 0.5f;
}

static void draw_batch(const zoe_test_pattern *picture, batch *p)
{
    make_noise(picture, p);
    if (picture->alpha) {
        size_t bytes = (size_t)p->count * sizeof(float);
        memset(p->r, 0, bytes);
        memset(p->g, 0, bytes);
        memset(p->b, 0, bytes);
        memset(p->a, 0, bytes);
    } else {
        draw_sky(picture, p);
    }
    draw_land(picture, p);
    for (int i = 0; i < ZOE_TEST_PATTERN_BALLS; i++)
        draw_ball(&picture->balls[i], p);
    draw_ramp(picture, p);
    draw_number(picture, p);
    if (picture->grain > 0)
        add_grain(picture, p);
}

void zoe_test_pattern_row(const zoe_test_pattern *picture, int32_t x, int32_t y, int32_t count,
                          float *const planes[4])
{
    batch p;
    for (int32_t done = 0; done < count; done += BATCH) {
        int32_t n = count - done < BATCH ? count - done : BATCH;
        p.x = x + done;
        p.y = y;
        p.count = n;
        draw_batch(picture, &p);
        memcpy(planes[0] + done, p.r, (size_t)n * sizeof(float));
        memcpy(planes[1] + done, p.g, (size_t)n * sizeof(float));
        memcpy(planes[2] + done, p.b, (size_t)n * sizeof(float));
        if (picture->alpha)
            memcpy(planes[3] + done, p.a, (size_t)n * sizeof(float));
    }
}
