/*
 * What a command measured: samples and their percentiles, and one report that is printed as a JSON
 * object or as a table for people. Keys carry their unit as a suffix (_ms, _mb, _kb).
 *
 * Thread-safety: one thread at a time. A report that could not get memory is NULL; every function
 * takes NULL for it, and zoe_report_print() then says so.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_REPORT_H
#define ZOETROPE_PLAYER_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include <zoetrope/engine.h>
#include <zoetrope/storage.h>

/* Times in nanoseconds, kept one by one. */
typedef struct zoe_samples {
    uint64_t *values; /* [capacity] */
    size_t count, capacity;
} zoe_samples;

/* Room for `capacity` samples, touched, so that adding never faults. Returns true, or false without
 * memory. */
bool zoe_samples_init(zoe_samples *samples, size_t capacity);

void zoe_samples_free(zoe_samples *samples);

/* Beyond the capacity nothing is added. */
void zoe_samples_add(zoe_samples *samples, uint64_t value);

/* Sorts; percentiles need it. */
void zoe_samples_sort(zoe_samples *samples);

/* The nearest-rank percentile of sorted samples, percent 0..100; 0 when there are none. */
uint64_t zoe_samples_percentile(const zoe_samples *samples, double percent);

/* Prints a value to standard output, and a line's end: in letters of ASCII that no terminal takes
 * for commands, numbers with so many digits. Returns false where it could not be written. */
bool zoe_json_print(const json_t *value, size_t digits);

void zoe_report_count(json_t *report, const char *key, uint64_t value);
void zoe_report_integer(json_t *report, const char *key, int64_t value);
void zoe_report_number(json_t *report, const char *key, double value); /* kept to 3 decimals */
void zoe_report_text(json_t *report, const char *key, const char *value);

/* {"p50", "p95", "max"} in milliseconds. */
void zoe_report_samples_ms(json_t *report, const char *key, const zoe_samples *sorted);
void zoe_report_times_ms(json_t *report, const char *key, const zoe_times *times);

/* limit_mb, used_mb, high_water_mb, frames_loaded, frames_mb, full_frames_mb (what the
 * loaded frames take, and would take with their windows filled), rss_mb, rss_peak_mb (all processes
 * together), decoders, decoders_rss_mb, decoder_restarts, decoder_deaths, workers. MB are 2^20
 * bytes. */
void zoe_report_memory(json_t *report, const zoe_stats *stats);

/* network_mb and requests (since the storage was made), network_mb_per_s (now), disk_cache_mb and
 * disk_cache_limit_mb (of its folder; 0: there is none), and where nothing can be kept on disk
 * disk_cache_problem, which stderr has too. MB are 2^20 bytes. */
void zoe_report_storage(json_t *report, const zoe_storage *storage);

/* Prints and frees the report. Returns an exit status. */
int zoe_report_print(json_t *report, const char *command, const char *title, int as_json);

#endif
