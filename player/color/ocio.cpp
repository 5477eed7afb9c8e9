#include "color/ocio.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include <OpenColorIO/OpenColorIO.h>

#include "color/aces_config.h"
#include "color/cube_codes.h"

namespace OCIO = OCIO_NAMESPACE;

struct zoe_ocio {
    OCIO::ConstConfigRcPtr config;
};

namespace
{

/* ---- errors ---- */

/* Calls a function that may throw; nothing is thrown into C. */
template <class F> zoe_status guarded(zoe_error *error, const char *what, F work)
{
    try {
        return work();
    } catch (const std::bad_alloc &) {
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", what);
    } catch (const std::exception &e) {
        return zoe_error_set(error, ZOE_ERROR_SYNTAX, "%s: %s", what, e.what());
    } catch (...) {
        return zoe_error_set(error, ZOE_ERROR_SYNTAX, "%s: not understood", what);
    }
}

void copy_name(char to[ZOE_OCIO_NAME], const char *from)
{
    std::snprintf(to, ZOE_OCIO_NAME, "%s", from ? from : "");
}

/* ---- processors ---- */

void run(const OCIO::ConstCPUProcessorRcPtr &processor, float *pixels, size_t count)
{
    OCIO::PackedImageDesc image(pixels, (long)count, 1, 4);
    processor->apply(image);
}

OCIO::ConstCPUProcessorRcPtr cpu_of(const OCIO::ConstProcessorRcPtr &processor)
{
    return processor->getOptimizedCPUProcessor(OCIO::OPTIMIZATION_DEFAULT);
}

/* From a space to what the display wants. */
OCIO::ConstProcessorRcPtr view_of(const zoe_ocio *ocio, const char *space, const zoe_ocio_way *way)
{
    auto transform = OCIO::DisplayViewTransform::Create();
    transform->setSrc(space);
    transform->setDisplay(way->display);
    transform->setView(way->view);
    auto pipeline = OCIO::LegacyViewingPipeline::Create();
    pipeline->setDisplayViewTransform(transform);
    if (way->look[0]) {
        pipeline->setLooksOverrideEnabled(true);
        pipeline->setLooksOverride(way->look);
    }
    return pipeline->getProcessor(ocio->config, ocio->config->getCurrentContext());
}

/* Where exposure and CDL belong. */
const char *linear_space(const zoe_ocio *ocio, const char *otherwise)
{
    auto space = ocio->config->getColorSpace(OCIO::ROLE_SCENE_LINEAR);
    return space ? space->getName() : otherwise;
}

/* ---- the end of a way: what each channel goes through by itself ---- */

bool is_for_each_channel(const OCIO::ConstTransformRcPtr &transform)
{
    switch (transform->getTransformType()) {
    case OCIO::TRANSFORM_TYPE_EXPONENT:
    case OCIO::TRANSFORM_TYPE_EXPONENT_WITH_LINEAR:
    case OCIO::TRANSFORM_TYPE_LOG:
    case OCIO::TRANSFORM_TYPE_LOG_AFFINE:
    case OCIO::TRANSFORM_TYPE_LOG_CAMERA:
    case OCIO::TRANSFORM_TYPE_LUT1D:
    case OCIO::TRANSFORM_TYPE_RANGE: return true;
    default: return false;
    }
}

struct halves {
    OCIO::ConstCPUProcessorRcPtr head, tail;
};

/* The curve of a display is steep in the dark and clips what is outside its gamut; a table that
 * contained it would have to follow both. So it is taken off, and done for each half value
 * exactly. */
halves split(const zoe_ocio *ocio, const OCIO::ConstProcessorRcPtr &whole)
{
    halves both;
    auto all = whole->getOptimizedProcessor(OCIO::OPTIMIZATION_DEFAULT)->createGroupTransform();
    int count = all->getNumTransforms(), end = count;
    while (end > 0 && is_for_each_channel(all->getTransform(end - 1)))
        end--;
    auto head = OCIO::GroupTransform::Create(), tail = OCIO::GroupTransform::Create();
    for (int i = 0; i < count; i++)
        (i < end ? head : tail)->appendTransform(all->getTransform(i));
    both.head = cpu_of(ocio->config->getProcessor(head));
    both.tail = cpu_of(ocio->config->getProcessor(tail));
    /* Channels that differ at the end stay in the table. */
    for (float v = -0.5f; v < 2; v += 0.03125f) {
        float pixel[4] = {v, v, v, 1};
        run(both.tail, pixel, 1);
        if (pixel[0] != pixel[1] || pixel[1] != pixel[2]) {
            both.head = cpu_of(whole);
            both.tail = cpu_of(ocio->config->getProcessor(OCIO::GroupTransform::Create()));
            break;
        }
    }
    return both;
}

float half_value(uint32_t h)
{
    float value = zoe_half_to_float((uint16_t)h);
    if (std::isnan(value))
        return 0;
    return std::isinf(value) ? (value > 0 ? 65504.0f : -65504.0f) : value;
}

/* One channel of what a processor makes of the greys of all halves. */
void make_curve(const OCIO::ConstCPUProcessorRcPtr &processor, float *curve)
{
    std::vector<float> pixels((size_t)ZOE_DISPLAY_LUT_SIZE * 4);
    for (uint32_t h = 0; h < ZOE_DISPLAY_LUT_SIZE; h++) {
        pixels[4 * h] = pixels[4 * h + 1] = pixels[4 * h + 2] = half_value(h);
        pixels[4 * h + 3] = 1;
    }
    run(processor, pixels.data(), ZOE_DISPLAY_LUT_SIZE);
    for (uint32_t h = 0; h < ZOE_DISPLAY_LUT_SIZE; h++)
        curve[h] = pixels[4 * h + 1];
}

/* ---- the beginning: from the file to linear light ---- */

/*
 * Nearly every input space is a curve and then a matrix, f(v) = M c(v). The greys have M's row sums
 * as a factor, which is put into c; the columns of M are what the primaries become. Returns whether
 * that is what the processor does.
 */
bool read_input(const OCIO::ConstCPUProcessorRcPtr &processor, zoe_look_table *table)
{
    make_curve(processor, table->decode);
    const auto decoded = [&](float v) { return table->decode[zoe_float_to_half(v)]; };
    const double scale = (double)decoded(0.5f) - (double)decoded(0);
    float base[4] = {0, 0, 0, 1};
    run(processor, base, 1);
    if (!(std::fabs(scale) > 1e-6))
        return false;
    for (int c = 0; c < 3; c++) {
        float pixel[4] = {0, 0, 0, 1};
        pixel[c] = 0.5f;
        run(processor, pixel, 1);
        for (int r = 0; r < 3; r++)
            table->color.matrix[3 * r + c] = (float)(((double)pixel[r] - (double)base[r]) / scale);
    }
    uint32_t seed = 1;
    const float *m = table->color.matrix;
    for (int i = 0; i < 2000; i++) {
        float pixel[4] = {0, 0, 0, 1}, c[3];
        for (int k = 0; k < 3; k++) {
            seed = seed * 1664525u + 1013904223u;
            float value = std::exp2((float)(seed >> 8) / (float)(1 << 24) * 14 - 10);
            pixel[k] = zoe_half_to_float(zoe_float_to_half(value));
            c[k] = decoded(pixel[k]);
        }
        /* What no half holds is white whatever it is. */
        if (!(c[0] < 60000 && c[1] < 60000 && c[2] < 60000))
            continue;
        run(processor, pixel, 1);
        for (int r = 0; r < 3; r++) {
            float got = m[3 * r] * c[0] + m[3 * r + 1] * c[1] + m[3 * r + 2] * c[2];
            float size = std::fabs(c[0]) + std::fabs(c[1]) + std::fabs(c[2]) + 0.01f;
            if (!(std::fabs(got - pixel[r]) < 5e-4f * size))
                return false;
        }
    }
    table->color.has_matrix = 1;
    table->color.decode = table->decode;
    bool is_linear = true;
    const float slope = decoded(1);
    for (uint32_t h = 0; h < 0x7c00 && is_linear; h += 7) {
        float v = half_value(h);
        is_linear = std::fabs(table->decode[h] - slope * v) <= 1e-4f * v + 1e-7f;
    }
    if (is_linear)
        table->color.decode = nullptr;
    return true;
}

void multiply(const float a[9], const float b[9], float out[9])
{
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++)
            out[3 * r + c] = a[3 * r] * b[c] + a[3 * r + 1] * b[3 + c] + a[3 * r + 2] * b[6 + c];
}

/* ---- the middle: a table ---- */

/* Where the nodes are: nearly evenly in log2 from `start` to 16, and in light below, where the
 * table is held to the processor; and a few before and behind. */
std::vector<float> node_values(int edge, double start)
{
    const int before = 8, behind = edge > 64 ? 6 : 4, within = edge - before - behind;
    static const float negative[before] = {-8.0f,  -2.5f,   -0.8f,   -0.25f,
                                           -0.08f, -0.025f, -0.008f, -0.0025f};
    const double most = 16, last = 65504;
    std::vector<float> at;
    for (float v : negative)
        at.push_back(v);
    for (int i = 0; i < within; i++)
        at.push_back((float)(start * (std::pow(1 + most / start, i / (within - 1.0)) - 1)));
    for (int i = 1; i <= behind; i++)
        at.push_back((float)(most * std::pow(last / most, i / (double)behind)));
    return at;
}

void make_shaper(zoe_look_table *table, const std::vector<float> &at)
{
    for (uint32_t h = 0; h < ZOE_DISPLAY_LUT_SIZE; h++) {
        float v = half_value(h);
        auto above = std::upper_bound(at.begin(), at.end(), v);
        size_t cell = above == at.begin() ? 0 : (size_t)(above - at.begin()) - 1;
        cell = std::min(cell, at.size() - 2);
        float place = (float)cell + (v - at[cell]) / (at[cell + 1] - at[cell]);
        table->shaper[0][h] = place;
    }
    table->cube.shaper[1] = table->cube.shaper[2] = table->shaper[0];
}

bool make_nodes(zoe_look_table *table, const std::vector<float> &at,
                const OCIO::ConstCPUProcessorRcPtr &head, const volatile int *cancel)
{
    size_t edge = at.size(), area = edge * edge;
    for (size_t blue = 0; blue < edge; blue++) {
        float *to = table->nodes + blue * area * 4;
        if (cancel && __atomic_load_n(cancel, __ATOMIC_RELAXED))
            return false;
        for (size_t green = 0; green < edge; green++) {
            for (size_t red = 0; red < edge; red++, to += 4) {
                to[0] = at[red];
                to[1] = at[green];
                to[2] = at[blue];
                to[3] = 0;
            }
        }
        run(head, table->nodes + blue * area * 4, area);
    }
    const float most = 65504;
    for (size_t i = 0; i < area * edge * 4; i++) {
        float v = table->nodes[i];
        table->nodes[i] = i % 4 == 3 || !(v == v) ? 0 : std::max(-most, std::min(most, v));
    }
    return true;
}

/* ---- how good it is ---- */

/* What the display's loops make of a colour, but for the encoding. */
void through_table(const zoe_look_table *table, const float in[3], float out[3])
{
    const uint32_t edge = (uint32_t)table->cube.edge;
    const size_t strides[3] = {4, 4 * (size_t)edge, 4 * (size_t)edge * edge};
    float f[3];
    size_t cell = 0;
    int o[3] = {0, 1, 2};
    for (int c = 0; c < 3; c++) {
        float x = table->shaper[0][zoe_float_to_half(in[c])];
        uint32_t k = std::min((uint32_t)std::max(x, 0.0f), edge - 2);
        f[c] = x - (float)k;
        cell += k * strides[c];
    }
    std::sort(o, o + 3, [&](int a, int b) { return f[a] > f[b]; });
    size_t s1 = strides[o[0]], s2 = s1 + strides[o[1]], s3 = s2 + strides[o[2]];
    for (size_t c = 0; c < 3; c++) {
        const float *n = table->nodes + cell + c;
        out[c] = n[0] * (1 - f[o[0]]) + n[s1] * (f[o[0]] - f[o[1]]) + n[s2] * (f[o[1]] - f[o[2]]) +
                 n[s3] * f[o[2]];
    }
}

/* Random colours, a half evenly in log2 and a half evenly, all within 0..16. */
std::vector<float> random_colors(int count)
{
    std::vector<float> values((size_t)count * 4);
    uint32_t seed = 7;
    for (size_t i = 0; i < values.size(); i++) {
        seed = seed * 1664525u + 1013904223u;
        double u = (double)(seed >> 8) / (double)(1 << 24);
        double v = i / 4 % 2 ? u * (i / 8 % 2 ? 16 : 1) : 0.01 * (std::exp2(u * 10.6447) - 1);
        values[i] = i % 4 == 3 ? 1 : zoe_half_to_float(zoe_float_to_half((float)v));
    }
    return values;
}

/* For a number of shares (zoe_color.exact_below), each half the one before: the worst that is left,
 * and how many colours that spares. */
struct errors {
    static const int shares = 12;
    double worst[shares + 1];
    int spared[shares + 1]; /* the last: a share of 0 */
    static double share(int i)
    {
        return i == shares ? 0 : std::exp2(-2 - i);
    }
};

/* What the display shows of a colour, and its light before the display's curve. Returns whether the
 * processor may do it instead. */
bool shown_of(const zoe_look_table *table, const float in[3], double shown[3], float light[3])
{
    if (table->cube.codes)
        return zoe_cube_codes_at(table, in, shown, light);
    through_table(table, in, light);
    for (int c = 0; c < 3; c++)
        shown[c] = (double)table->encode[zoe_float_to_half(light[c])];
    return true;
}

errors measure(const zoe_look_table *table, const OCIO::ConstCPUProcessorRcPtr &whole, int count)
{
    errors e = {};
    auto values = random_colors(count), exact = values;
    run(whole, exact.data(), (size_t)count);
    for (size_t i = 0; i < (size_t)count; i++) {
        float v[3];
        double shown[3], worst = 0;
        bool may_be_exact = shown_of(table, &values[4 * i], shown, v);
        for (size_t c = 0; c < 3; c++) {
            double got = std::min(std::max(shown[c], 0.0), 1.0);
            double want = std::min(std::max((double)exact[4 * i + c], 0.0), 1.0);
            worst = std::max(worst, std::fabs(got - want) * 255);
            v[c] = std::fabs(v[c]);
        }
        double most = std::max(v[0], std::max(v[1], v[2]));
        double least = std::min(v[0], std::min(v[1], v[2]));
        for (int k = 0; k <= errors::shares; k++) {
            if (may_be_exact && least < errors::share(k) * most)
                continue;
            e.worst[k] = std::max(e.worst[k], worst);
            e.spared[k]++;
        }
    }
    return e;
}

/* ---- the processor itself ---- */

struct exact_way {
    OCIO::ConstCPUProcessorRcPtr processor;
};

extern "C" void process_exactly(void *user, float *pixels, size_t count)
{
    try {
        run(static_cast<exact_way *>(user)->processor, pixels, count);
    } catch (...) {
        /* The colours stay as they are. */
    }
}

extern "C" void give_back_exact(void *owned)
{
    delete static_cast<exact_way *>(owned);
}

/* How a table is divided: from which share on the processor itself does a pixel. */
struct division {
    double worst, table; /* as zoe_ocio_quality has them */
    double part, below; /* part of the colours that the processor does, and zoe_color.exact_below */
};

division divide(const zoe_look_table *table, const OCIO::ConstCPUProcessorRcPtr &whole)
{
    const int count = table->cube.edge > 64 ? 100000 : 5000;
    const double enough = 0.7; /* of a step: not every colour is tried */
    errors e = measure(table, whole, count);
    int k = errors::shares;
    while (k >= 0 && e.worst[k] > enough)
        k--;
    double alone = e.worst[errors::shares];
    if (k < 0)
        return {0, alone, 1, 1};
    return {e.worst[k], alone, 1 - (double)e.spared[k] / count, errors::share(k)};
}

/*
 * The table begins where the file's numbers are linear light: at the input space where that is
 * linear and its colours lie within those of scene_linear, so that no matrix comes between, whose
 * result would be rounded; else at scene_linear, after the input's curve and matrix. An input that
 * is neither curve nor matrix is part of the table, behind the grade.
 */
const char *begin(const zoe_ocio *ocio, const zoe_ocio_way *way, zoe_look_table *table)
{
    const char *linear = linear_space(ocio, way->input);
    bool is_read = read_input(cpu_of(ocio->config->getProcessor(way->input, linear)), table);
    const float *m = table->color.matrix;
    bool is_within = std::all_of(m, m + 9, [](float v) { return v >= -1e-4f; });
    if (!is_read || (!table->color.decode && is_within)) {
        zoe_color_init(&table->color);
        table->color.cube = &table->cube;
        linear = way->input;
    }
    if (way->has_matrix) {
        float own[9];
        std::memcpy(own, m, sizeof own);
        multiply(own, way->matrix, table->color.matrix);
        table->color.has_matrix = 1;
    }
    return linear;
}

struct worker {
    const OCIO::ConstCPUProcessorRcPtr head, whole;
    int edge;
    const volatile int *cancel;
    zoe_look_table *table;
};

/* Fills the table. false: to be stopped. */
bool fill(const worker &w, double start, division *d)
{
    auto at = node_values(w.edge, start);
    make_shaper(w.table, at);
    if (!make_nodes(w.table, at, w.head, w.cancel))
        return false;
    *d = divide(w.table, w.whole);
    return true;
}

/* Displays differ in where they are steep: the nodes are placed as suits this one best. */
bool fill_best(const worker &w, division *best)
{
    static const double starts[] = {0.02, 0.004, 0.001};
    double start = 0, present = 0;
    for (double next : starts) {
        division d;
        present = next;
        if (!fill(w, next, &d))
            return false;
        if (start == 0 || d.part < best->part) {
            *best = d;
            start = next;
        }
        if (d.part == 0)
            break;
    }
    return start == present || fill(w, start, best);
}

/* As codes, where these are good enough: they take half of the memory, and less work. */
void give_codes(const worker &w, bool is_fine, division *d)
{
    zoe_look_table *table = w.table;
    table->color.exact_below = d->part > 0 ? (float)d->below : 0;
    if (!zoe_cube_codes_make(table, is_fine ? 0.35f : 2.0f))
        return;
    if (is_fine) {
        const errors e = measure(table, w.whole, 20000);
        int k = 0;
        while (errors::share(k) > d->below)
            k++;
        if (e.worst[k] > 1) {
            table->cube.codes = nullptr;
            std::free(table->code_nodes);
            table->code_nodes = nullptr;
            return;
        }
        d->worst = std::max(d->worst, e.worst[k]);
    }
    std::free(table->nodes);
    table->nodes = nullptr;
    table->cube.nodes = nullptr;
}

zoe_status bake(const zoe_ocio *ocio, const zoe_ocio_way *way, int edge, const volatile int *cancel,
                zoe_look_table *table, zoe_ocio_quality *quality)
{
    auto whole = view_of(ocio, begin(ocio, way, table), way);
    halves both = split(ocio, whole);
    make_curve(both.tail, table->encode);
    table->color.encode = table->encode;
    const worker w = {both.head, cpu_of(whole), edge, cancel, table};
    const bool is_fine = edge > 64;
    division d = {};
    if (!(is_fine ? fill_best(w, &d) : fill(w, 0.01, &d)))
        return ZOE_STALE;
    if (!is_fine)
        d.part = 0; /* a table that is only a beginning is used as it is */
    if (d.part < 1)
        give_codes(w, is_fine, &d);
    *quality = {is_fine ? d.worst : d.table, d.table, d.part};
    if (d.part == 0)
        return ZOE_OK;
    table->owned = new exact_way{both.head};
    table->give_back = give_back_exact;
    table->color.process = process_exactly;
    table->color.process_user = table->owned;
    table->color.exact_below = (float)d.below;
    if (d.part >= 1)
        table->color.cube = nullptr;
    return ZOE_OK;
}

/* ---- the input space ---- */

/* What configurations call linear light of known primaries. */
const struct {
    const char *primaries;
    const char *spaces[5];
} linear_names[] = {
    {"ACES AP0", {"ACES2065-1", "aces_interchange", "ACES - ACES2065-1", nullptr}},
    {"ACEScg AP1", {"ACEScg", "ACES - ACEScg", "lin_ap1", nullptr}},
    {"Rec. 709",
     {"Linear Rec.709", "Linear Rec.709 (sRGB)", "lin_rec709", "Utility - Linear - Rec.709",
      nullptr}},
};

const char *space_named(const zoe_ocio *ocio, const char *name)
{
    auto space = name && name[0] ? ocio->config->getColorSpace(name) : nullptr;
    return space ? space->getName() : nullptr;
}

/* Primaries without a space of their own are brought to those of ACES. */
bool choose_by_primaries(const zoe_ocio *ocio, const float *primaries, zoe_ocio_way *way)
{
    const char *known = zoe_primaries_name(primaries);
    for (const auto &row : linear_names) {
        for (int i = 0; known && !std::strcmp(known, row.primaries) && row.spaces[i]; i++) {
            const char *name = space_named(ocio, row.spaces[i]);
            if (name) {
                copy_name(way->input, name);
                return true;
            }
        }
    }
    static const float ap0[8] = {0.7347f, 0.2653f,  0.0f,     1.0f,
                                 0.0001f, -0.0770f, 0.32168f, 0.33767f};
    const char *interchange = space_named(ocio, "aces_interchange");
    if (!interchange)
        interchange = space_named(ocio, "ACES2065-1");
    if (!interchange || !zoe_primaries_matrix(primaries, ap0, way->matrix))
        return false;
    way->has_matrix = 1;
    copy_name(way->input, interchange);
    return true;
}

void choose_input(const zoe_ocio *ocio, const zoe_ocio_file *file, zoe_ocio_way *way)
{
    const char *name = space_named(ocio, file->space);
    if (!name && file->is_aces)
        name = space_named(ocio, "aces_interchange");
    if (!name && file->is_aces)
        name = space_named(ocio, "ACES2065-1");
    if (!name && file->primaries && choose_by_primaries(ocio, file->primaries, way))
        return;
    if (!name)
        name = space_named(ocio, ocio->config->getColorSpaceFromFilepath(file->path));
    if (!name)
        name = space_named(ocio, OCIO::ROLE_SCENE_LINEAR);
    if (!name && ocio->config->getNumColorSpaces() > 0)
        name = ocio->config->getColorSpaceNameByIndex(0);
    copy_name(way->input, name);
}

bool has_view(const zoe_ocio *ocio, const char *display, const char *view)
{
    for (int i = 0; i < ocio->config->getNumViews(display); i++) {
        if (!std::strcmp(ocio->config->getView(display, i), view))
            return true;
    }
    return false;
}

bool has_display(const zoe_ocio *ocio, const char *display)
{
    return ocio->config->getNumViews(display) > 0;
}

/* What is chosen and not there is left out. */
zoe_status choose(const zoe_ocio *ocio, const zoe_ocio_file *file, zoe_ocio_way *way,
                  zoe_error *error)
{
    std::string missing;
    const auto leave_out = [&](unsigned bit, const char *what, char *name) {
        way->missing |= bit;
        missing += std::string(missing.empty() ? "no " : ", no ") + what + " \"" + name + "\"";
        name[0] = 0;
    };
    way->has_matrix = 0;
    way->missing = 0;
    if (way->input[0] && !space_named(ocio, way->input))
        leave_out(ZOE_OCIO_NO_INPUT, "colour space", way->input);
    if (way->display[0] && !has_display(ocio, way->display))
        leave_out(ZOE_OCIO_NO_DISPLAY, "display", way->display);
    if (!way->display[0])
        copy_name(way->display, ocio->config->getDefaultDisplay());
    if (way->view[0] && !has_view(ocio, way->display, way->view))
        leave_out(ZOE_OCIO_NO_VIEW, "view", way->view);
    if (way->look[0] && !ocio->config->getLook(way->look))
        leave_out(ZOE_OCIO_NO_LOOK, "look", way->look);
    if (!way->input[0])
        choose_input(ocio, file, way);
    if (!way->view[0])
        copy_name(way->view, ocio->config->getDefaultView(way->display));
    if (missing.empty())
        return ZOE_OK;
    return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "The configuration has %s", missing.c_str());
}

/* Whether a processor is a matrix, which is written. */
bool is_matrix(const OCIO::ConstCPUProcessorRcPtr &processor, float matrix[9])
{
    float units[12] = {1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1};
    run(processor, units, 3);
    for (int row = 0; row < 3; row++)
        for (int column = 0; column < 3; column++)
            matrix[3 * row + column] = units[4 * column + row];
    static const float tried[][3] = {
        {0, 0, 0}, {0.01f, 0.02f, 0.005f}, {0.18f, 0.3f, 0.1f}, {-0.1f, 0.4f, 0.2f}, {5, 9, 14}};
    for (const auto &v : tried) {
        float pixel[4] = {v[0], v[1], v[2], 1};
        run(processor, pixel, 1);
        for (int row = 0; row < 3; row++) {
            const float *m = matrix + 3 * row;
            float want = m[0] * v[0] + m[1] * v[1] + m[2] * v[2];
            float slack = 1e-5f + 1e-3f * (std::fabs(v[0]) + std::fabs(v[1]) + std::fabs(v[2]));
            if (!(std::fabs(pixel[row] - want) <= slack))
                return false;
        }
    }
    return true;
}

} // namespace

/* ---- called from C ---- */

bool zoe_ocio_is_built_in(void)
{
    return true;
}

zoe_status zoe_ocio_open(const char *config, zoe_ocio **ocio, zoe_error *error)
{
    *ocio = nullptr;
    return guarded(error, config, [&] {
        OCIO::ConstConfigRcPtr made;
        if (!std::strcmp(config, ZOE_OCIO_ACES)) {
            std::istringstream text(zoe_aces_config);
            made = OCIO::Config::CreateFromStream(text);
        } else {
            made = OCIO::Config::CreateFromFile(config);
        }
        made->validate();
        *ocio = new zoe_ocio{made};
        return ZOE_OK;
    });
}

void zoe_ocio_close(zoe_ocio **ocio)
{
    if (!ocio)
        return;
    delete *ocio;
    *ocio = nullptr;
}

const char *zoe_ocio_name(const zoe_ocio *ocio, zoe_ocio_list list, const char *display, int index)
{
    const auto &config = ocio->config;
    int count = 0;
    try {
        switch (list) {
        case ZOE_OCIO_SPACES: count = config->getNumColorSpaces(); break;
        case ZOE_OCIO_DISPLAYS: count = config->getNumDisplays(); break;
        case ZOE_OCIO_VIEWS: count = config->getNumViews(display); break;
        case ZOE_OCIO_LOOKS: count = config->getNumLooks(); break;
        }
        if (index < 0 || index >= count)
            return nullptr;
        switch (list) {
        case ZOE_OCIO_SPACES: return config->getColorSpaceNameByIndex(index);
        case ZOE_OCIO_DISPLAYS: return config->getDisplay(index);
        case ZOE_OCIO_VIEWS: return config->getView(display, index);
        case ZOE_OCIO_LOOKS: return config->getLookNameByIndex(index);
        }
    } catch (...) {
        return nullptr;
    }
    return nullptr;
}

zoe_status zoe_ocio_choose(const zoe_ocio *ocio, const zoe_ocio_file *file, zoe_ocio_way *way,
                           zoe_error *error)
{
    return guarded(error, "OpenColorIO", [&] { return choose(ocio, file, way, error); });
}

zoe_status zoe_ocio_matrix(const zoe_ocio *ocio, const char *from, const char *to, float matrix[9],
                           zoe_error *error)
{
    return guarded(error, "OpenColorIO", [&] {
        if (is_matrix(cpu_of(ocio->config->getProcessor(from, to)), matrix))
            return ZOE_OK;
        return zoe_error_set(error, ZOE_ERROR_UNSUPPORTED, "No matrix leads from %s to %s", from,
                             to);
    });
}

zoe_status zoe_ocio_bake(const zoe_ocio *ocio, const zoe_ocio_way *way, int edge,
                         const volatile int *cancel, zoe_look_table **table,
                         zoe_ocio_quality *quality, zoe_error *error)
{
    zoe_look_table *made = zoe_look_table_create(edge);
    *table = nullptr;
    if (!made)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "OpenColorIO: out of memory");
    zoe_status status =
        guarded(error, "OpenColorIO", [&] { return bake(ocio, way, edge, cancel, made, quality); });
    if (status == ZOE_OK)
        *table = made;
    else
        zoe_look_table_free(&made);
    return status;
}

zoe_status zoe_ocio_apply(const zoe_ocio *ocio, const zoe_ocio_way *way, float *pixels,
                          size_t count, zoe_error *error)
{
    return guarded(error, "OpenColorIO", [&] {
        for (size_t i = 0; i < count && way->has_matrix; i++) {
            float *p = pixels + 4 * i, v[3] = {p[0], p[1], p[2]};
            for (int r = 0; r < 3; r++)
                p[r] = way->matrix[3 * r] * v[0] + way->matrix[3 * r + 1] * v[1] +
                       way->matrix[3 * r + 2] * v[2];
        }
        run(cpu_of(view_of(ocio, way->input, way)), pixels, count);
        return ZOE_OK;
    });
}
