#include "commands/report.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/args.h"
#include "commands/process_memory.h"

static const double mebibyte = 1024.0 * 1024.0;

bool zoe_samples_init(zoe_samples *samples, size_t capacity)
{
    memset(samples, 0, sizeof *samples);
    samples->values = malloc((capacity ? capacity : 1) * sizeof *samples->values);
    if (!samples->values)
        return false;
    /* Not calloc: its pages would be touched one by one while measuring. */
    memset(samples->values, 0xff, (capacity ? capacity : 1) * sizeof *samples->values);
    samples->capacity = capacity;
    return true;
}

void zoe_samples_free(zoe_samples *samples)
{
    free(samples->values);
    memset(samples, 0, sizeof *samples);
}

void zoe_samples_add(zoe_samples *samples, uint64_t value)
{
    if (samples->count < samples->capacity)
        samples->values[samples->count++] = value;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void zoe_samples_sort(zoe_samples *samples)
{
    if (samples->count)
        qsort(samples->values, samples->count, sizeof *samples->values, compare);
}

uint64_t zoe_samples_percentile(const zoe_samples *samples, double percent)
{
    if (!samples->count)
        return 0;
    double rank = ceil(percent / 100 * (double)samples->count);
    size_t index = rank < 1 ? 0 : (size_t)rank - 1;
    return samples->values[index < samples->count ? index : samples->count - 1];
}

void zoe_report_integer(json_t *report, const char *key, int64_t value)
{
    json_object_set_new(report, key, json_integer(value));
}

void zoe_report_count(json_t *report, const char *key, uint64_t value)
{
    json_object_set_new(report, key, json_integer((json_int_t)value));
}

void zoe_report_number(json_t *report, const char *key, double value)
{
    json_object_set_new(report, key, json_real(isfinite(value) ? round(value * 1000) / 1000 : 0));
}

void zoe_report_text(json_t *report, const char *key, const char *value)
{
    char shown[4096]; /* of a URL, what others may see */
    if (zoe_storage_is_url(value)) {
        zoe_storage_text(value, shown, sizeof shown);
        value = shown;
    }
    json_t *text = json_string(value);
    if (!text) /* file names need not be UTF-8 */
        text = json_string("?");
    json_object_set_new(report, key, text);
}

static void report_ms(json_t *report, const char *key, uint64_t p50, uint64_t p95, uint64_t max)
{
    json_t *times = json_object();
    zoe_report_number(times, "p50", (double)p50 / 1e6);
    zoe_report_number(times, "p95", (double)p95 / 1e6);
    zoe_report_number(times, "max", (double)max / 1e6);
    json_object_set_new(report, key, times);
}

void zoe_report_samples_ms(json_t *report, const char *key, const zoe_samples *sorted)
{
    report_ms(report, key, zoe_samples_percentile(sorted, 50), zoe_samples_percentile(sorted, 95),
              zoe_samples_percentile(sorted, 100));
}

void zoe_report_times_ms(json_t *report, const char *key, const zoe_times *times)
{
    report_ms(report, key, times->p50_ns, times->p95_ns, times->max_ns);
}

void zoe_report_memory(json_t *report, const zoe_stats *stats)
{
    zoe_report_number(report, "limit_mb", (double)stats->limit_bytes / mebibyte);
    zoe_report_number(report, "used_mb", (double)stats->used_bytes / mebibyte);
    zoe_report_number(report, "high_water_mb", (double)stats->high_water_bytes / mebibyte);
    zoe_report_count(report, "frames_loaded", stats->frames_loaded);
    zoe_report_number(report, "frames_mb", (double)stats->frame_bytes / mebibyte);
    zoe_report_number(report, "full_frames_mb", (double)stats->full_frame_bytes / mebibyte);
    /* The program's own count is of one process only. */
    bool isolated = stats->decoders > 0 || stats->decoder_restarts > 0;
    uint64_t now = isolated ? stats->resident_bytes : zoe_process_resident();
    uint64_t peak = isolated ? stats->resident_peak_bytes : zoe_process_resident_peak();
    zoe_report_number(report, "rss_mb", (double)now / mebibyte);
    zoe_report_number(report, "rss_peak_mb", (double)peak / mebibyte);
    zoe_report_count(report, "decoders", stats->decoders);
    zoe_report_number(report, "decoders_rss_mb", (double)stats->decoder_bytes / mebibyte);
    zoe_report_count(report, "decoder_restarts", stats->decoder_restarts);
    zoe_report_count(report, "decoder_deaths", stats->decoder_deaths);
    zoe_report_count(report, "workers", stats->workers);
}

void zoe_report_storage(json_t *report, const zoe_storage *storage)
{
    zoe_storage_stats stats;
    zoe_storage_get_stats(storage, &stats);
    zoe_report_number(report, "network_mb", (double)stats.network_bytes / mebibyte);
    zoe_report_number(report, "network_mb_per_s", (double)stats.network_bytes_per_s / mebibyte);
    zoe_report_count(report, "requests", stats.requests);
    zoe_report_number(report, "disk_cache_mb", (double)stats.disk_bytes / mebibyte);
    zoe_report_number(report, "disk_cache_limit_mb", (double)stats.disk_limit_bytes / mebibyte);
    if (!stats.disk_problem[0])
        return;
    zoe_report_text(report, "disk_cache_problem", stats.disk_problem);
    fprintf(stderr, "zoetrope: nothing is kept on disk: %s\n", stats.disk_problem);
}

static void print_value(const json_t *value)
{
    if (json_is_integer(value))
        printf("%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        printf("%.6g", json_real_value(value));
    else if (json_is_string(value))
        zoe_print_text(json_string_value(value));
    else if (json_is_boolean(value))
        printf("%s", json_is_true(value) ? "yes" : "no");
}

/* One line for each key; what an object holds stands side by side. Lists are for JSON only. */
static void print_table(json_t *report, const char *title)
{
    const char *key;
    json_t *value;
    zoe_print_text(title);
    putchar('\n');
    json_object_foreach(report, key, value)
    {
        if (json_is_array(value))
            continue;
        printf("  %-24s", key);
        if (json_is_object(value)) {
            const char *inner;
            json_t *part;
            const char *gap = "";
            json_object_foreach(value, inner, part)
            {
                printf("%s%s ", gap, inner);
                print_value(part);
                gap = "   ";
            }
        } else {
            print_value(value);
        }
        printf("\n");
    }
}

/* DEL alone is left as it is by JSON_ENSURE_ASCII. It only comes in strings. */
static int print_escaped(const char *bytes, size_t count, void *user)
{
    FILE *out = user;
    for (const char *end = bytes + count, *next; bytes < end; bytes = next + 1) {
        next = memchr(bytes, 0x7F, (size_t)(end - bytes));
        bool is_last = !next;
        if (is_last)
            next = end;
        fwrite(bytes, 1, (size_t)(next - bytes), out);
        if (!is_last)
            fputs("\\u007f", out);
    }
    return ferror(out) ? -1 : 0;
}

bool zoe_json_print(const json_t *value, size_t digits)
{
    int status =
        json_dump_callback(value, print_escaped, stdout,
                           JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(digits));
    printf("\n");
    return status == 0 && !ferror(stdout);
}

int zoe_report_print(json_t *report, const char *command, const char *title, int as_json)
{
    if (!report)
        return zoe_failure(command, "%s: out of memory", title);
    if (as_json) {
        (void)zoe_json_print(report, 12);
    } else {
        print_table(report, title);
    }
    json_decref(report);
    if (fflush(stdout) != 0 || ferror(stdout))
        return zoe_failure(command, "%s: cannot write to standard output", title);
    return ZOE_EXIT_DONE;
}
