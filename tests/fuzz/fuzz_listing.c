/*
 * What servers send besides pixels: listings, headers, errors; and profile files. The first byte
 * says which. Names that are told lead nowhere else, and a body is never larger than what was asked
 * for.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "storage/address.h"
#include "storage/aws_profile.h"
#include "storage/http_answer.h"
#include "storage/listing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz_listing: %s\n", what);
    abort();
}

static bool check_name(void *user, const char *name, zoe_os_name_kind kind)
{
    uint32_t *left = user;
    (void)kind;
    size_t bytes = strlen(name);
    check(bytes > 0 && bytes < ZOE_LISTING_NAME_BYTES, "a name's length");
    check(!strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0,
          "a name leads away");
    for (size_t i = 0; i < bytes; i++)
        check((unsigned char)name[i] >= 0x20, "a control character in a name");
    char part[3 * ZOE_LISTING_NAME_BYTES], back[ZOE_LISTING_NAME_BYTES];
    check(zoe_address_name(name, part, sizeof part), "a name does not fit");
    char *url = zoe_address_encode(part);
    if (url && !strchr(name, '/')) {
        check(zoe_address_decode(url, strlen(url), back, sizeof back) && strcmp(back, name) == 0,
              "a name comes back as another");
    }
    zoe_os_free(url);
    return --*left > 0;
}

static void check_listing(uint8_t kind, const char *text, size_t bytes)
{
    uint32_t left = 100;
    zoe_listing listing = {.each = check_name, .user = &left};
    const char *why = NULL;
    char token[ZOE_LISTING_TOKEN_BYTES];
    zoe_status status = ZOE_OK;
    switch (kind) {
    case 0: status = zoe_listing_json(&listing, text, bytes, &why); break;
    case 1: status = zoe_listing_dav(&listing, "/shots/", text, bytes, &why); break;
    case 2: status = zoe_listing_s3(&listing, "shots/", text, bytes, token, &why); break;
    default: status = zoe_listing_html(&listing, text, bytes, &why); break;
    }
    check(status == ZOE_OK || status == ZOE_ERROR_SYNTAX || status == ZOE_ERROR_NO_MEMORY,
          "status");
    check(status == ZOE_OK || (why && why[0]), "an error without a reason");
    check(listing.count <= 100, "names after the end");
}

static void check_answer(const char *text, size_t bytes)
{
    zoe_http_answer answer = {0};
    for (size_t i = 0; i < bytes;) {
        const char *end = memchr(text + i, '\n', bytes - i);
        size_t line = end ? (size_t)(end - text) - i + 1 : bytes - i;
        if (!zoe_http_answer_take(&answer, text + i, line))
            break;
        i += line;
    }
    const zoe_http_request requests[] = {{.offset = 1000, .bytes = 500, .capacity = 500},
                                         {.capacity = 100000},
                                         {.method = ZOE_HTTP_HEAD},
                                         {.bytes = 1, .capacity = 9, .etag = "\"x\""}};
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        zoe_http_verdict verdict;
        zoe_http_judge(&answer, &requests[i], &verdict);
        check(verdict.status == ZOE_OK || verdict.why, "a refusal without a reason");
        check(verdict.status != ZOE_OK || verdict.take == ZOE_HTTP_UNKNOWN ||
                  verdict.take <= requests[i].capacity,
              "more is taken than there is room for");
        check(verdict.status != ZOE_OK || !requests[i].bytes || verdict.take <= requests[i].bytes,
              "more is taken than was asked for");
    }
}

static void check_profile(const char *text, size_t bytes)
{
    zoe_aws_profile profile = {.token = NULL};
    bool has_section;
    check(zoe_aws_profile_parse(&profile, text, bytes, "default", false, &has_section), "memory");
    check(has_section || !profile.access_key, "a key of no section");
    zoe_aws_profile_free(&profile);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (!bytes)
        return 0;
    uint8_t kind = data[0] % 7;
    const char *text = (const char *)data + 1;
    bytes--;
    char said[64];
    if (kind < 4)
        check_listing(kind, text, bytes);
    else if (kind == 4)
        check_answer(text, bytes);
    else if (kind == 5)
        check_profile(text, bytes);
    else if (zoe_listing_s3_error(text, bytes, said, sizeof said))
        check(strlen(said) < sizeof said, "an error's length");
    return 0;
}
