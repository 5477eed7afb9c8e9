/*
 * Listings that servers send, addresses, and profiles: texts in, names out.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/os.h"
#include "storage/address.h"
#include "storage/aws_profile.h"
#include "storage/listing.h"

/* ---- listings ---- */

/* The names that were told, each with "/" before a folder's and " " behind. */
typedef struct told {
    char text[4096];
    size_t at_most;
} told;

static bool note(void *user, const char *name, zoe_os_name_kind kind)
{
    told *names = user;
    size_t used = strlen(names->text);
    snprintf(names->text + used, sizeof names->text - used, "%s%s ",
             kind == ZOE_OS_NAME_FOLDER ? "/" : "", name);
    return --names->at_most > 0;
}

static told names;

static zoe_listing begin(size_t at_most)
{
    names = (told){.at_most = at_most};
    return (zoe_listing){.each = note, .user = &names};
}

static void test_json(void **state)
{
    (void)state;
    static const struct {
        const char *text, *names;
        zoe_status status;
    } rows[] = {
        {"[]", "", ZOE_OK},
        {" [ {\"name\":\"a.exr\", \"type\":\"file\", \"size\":3},\n"
         "{\"name\":\"b\",\"type\":\"directory\"}]",
         "a.exr /b ", ZOE_OK},
        {"[{\"name\":\"\\u00e4 50%?#.exr\"}]", "\xC3\xA4 50%?#.exr ", ZOE_OK},
        {"[{\"name\":\"..\"},{\"name\":\".\"},{\"name\":\"\"},{\"name\":\"../x\"},"
         "{\"name\":\"/etc/passwd\"},{\"name\":\"a\\nb\"},{\"name\":\"a\\u007f\"},{\"name\":3},"
         "{},7,null,[],{\"type\":\"file\"},{\"name\":\"c\"}]",
         "c ", ZOE_OK},
        {"[{\"name\":\"a\\u0000b\"}]", "", ZOE_ERROR_SYNTAX},
        {"[{\"name\":\"a\"}", "", ZOE_ERROR_SYNTAX},
        {"{\"name\":\"a\"}", "", ZOE_ERROR_SYNTAX},
        {"", "", ZOE_ERROR_SYNTAX},
        {"[] []", "", ZOE_ERROR_SYNTAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        zoe_listing listing = begin(1000);
        const char *why = NULL;
        zoe_status status = zoe_listing_json(&listing, rows[i].text, strlen(rows[i].text), &why);
        assert_int_equal(status, rows[i].status);
        assert_string_equal(names.text, rows[i].names);
        assert_true(status == ZOE_OK || (why && why[0]));
    }
    zoe_listing listing = begin(1);
    const char *why, *two = "[{\"name\":\"a\"},{\"name\":\"b\"}]";
    assert_int_equal(zoe_listing_json(&listing, two, strlen(two), &why), ZOE_OK);
    assert_string_equal(names.text, "a ");
    assert_true(listing.has_ended);
}

/* What would take much memory, or go deep, for few bytes. */
static void test_json_bomb(void **state)
{
    (void)state;
    enum { BYTES = 1 << 20 };
    char *text = malloc(BYTES);
    assert_non_null(text);
    static const char *const pieces[] = {"[", "[],", "{\"a\":", "0,"};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        size_t bytes = strlen(pieces[i]);
        text[0] = '[';
        for (size_t at = 1; at + bytes <= BYTES; at += bytes)
            memcpy(text + at, pieces[i], bytes);
        zoe_listing listing = begin(1000);
        const char *why;
        assert_int_equal(zoe_listing_json(&listing, text, BYTES, &why), ZOE_ERROR_SYNTAX);
        assert_string_equal(names.text, "");
    }
    free(text);
}

#define DAV_HEAD "<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\">"
#define DAV_ROW(href, kind)                                                                        \
    "<D:response><D:href>" href "</D:href><D:propstat><D:prop><D:resourcetype>" kind               \
    "</D:resourcetype></D:prop></D:propstat></D:response>"

static void test_dav(void **state)
{
    (void)state;
    static const struct {
        const char *text, *names;
        zoe_status status;
    } rows[] = {
        {DAV_HEAD DAV_ROW("/my%20shots/", "<D:collection/>") DAV_ROW("/my%20shots/a.exr", "")
             DAV_ROW("/my%20shots/b/", "<D:collection/>")
                 DAV_ROW("/my%20shots/c", "<D:collection/>")
                     DAV_ROW("http://host:80/my%20shots/d%25%3f.exr", "") "</D:multistatus>",
         "a.exr /b /c d%?.exr ", ZOE_OK},
        /* Others' children, deeper ones, names that lead away. */
        {DAV_HEAD DAV_ROW("/other/a.exr", "") DAV_ROW("/my%20shots/b/c.exr", "") DAV_ROW(
             "/my%20shots/../x", "") DAV_ROW("/my%20shots/..", "") DAV_ROW("/my%20shots/x%2Fy", "")
             DAV_ROW("/my%20shots/x%00y", "") DAV_ROW("/my%20shots/x%0Ay", "") DAV_ROW("", "")
                 DAV_ROW("x", "") DAV_ROW(" /my%20shots/good \n", "") "</D:multistatus>",
         "good ", ZOE_OK},
        {"<multistatus xmlns=\"DAV:\"><response><href>/my%20shots/a&amp;b&#x41;</href></response>"
         "</multistatus>",
         "a&bA ", ZOE_OK},
        {"<html></html>", "", ZOE_ERROR_SYNTAX},
        {"", "", ZOE_ERROR_SYNTAX},
        {DAV_HEAD DAV_ROW("/my%20shots/a", ""), "a ", ZOE_ERROR_SYNTAX},
        /* Entities: of strangers' making, and files. */
        {"<!DOCTYPE x [<!ENTITY a \"aaaa\">]>" DAV_HEAD DAV_ROW("/my%20shots/&a;",
                                                                "") "</D:multistatus>",
         "", ZOE_ERROR_SYNTAX},
        {"<!DOCTYPE x SYSTEM \"file:///etc/passwd\">" DAV_HEAD "</D:multistatus>", "",
         ZOE_ERROR_SYNTAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        zoe_listing listing = begin(1000);
        const char *why = NULL;
        zoe_status status =
            zoe_listing_dav(&listing, "/my%20shots", rows[i].text, strlen(rows[i].text), &why);
        assert_int_equal(status, rows[i].status);
        assert_string_equal(names.text, rows[i].names);
        assert_true(status == ZOE_OK || (why && why[0]));
    }
    enum { DEEP = 100000 };
    char *text = malloc(DEEP * 3 + 1);
    assert_non_null(text);
    for (size_t i = 0; i < DEEP; i++)
        memcpy(text + i * 3, "<a>", 4);
    zoe_listing listing = begin(1000);
    const char *why = NULL;
    assert_int_equal(zoe_listing_dav(&listing, "/", text, DEEP * 3, &why), ZOE_ERROR_SYNTAX);
    assert_non_null(strstr(why, "deep"));
    free(text);
}

static void test_s3(void **state)
{
    (void)state;
    static const struct {
        const char *text, *names, *token;
        zoe_status status;
    } rows[] = {
        {"<ListBucketResult xmlns=\"x\"><Prefix>p/</Prefix><IsTruncated>true</IsTruncated>"
         "<NextContinuationToken>a+/=&amp;</NextContinuationToken><Contents><Key>p/a b+%.exr</Key>"
         "</Contents><Contents><Key>p/</Key></Contents><CommonPrefixes><Prefix>p/c/</Prefix>"
         "</CommonPrefixes></ListBucketResult>",
         "a b+%.exr /c ", "a+/=&", ZOE_OK},
        {"<ListBucketResult><IsTruncated>false</IsTruncated><NextContinuationToken>x"
         "</NextContinuationToken><Contents><Key>q/a</Key></Contents><Contents><Key>p/x/y</Key>"
         "</Contents><Contents><Key>p/..</Key></Contents><CommonPrefixes><Prefix>p//</Prefix>"
         "</CommonPrefixes></ListBucketResult>",
         "", "", ZOE_OK},
        {"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>", "", "",
         ZOE_ERROR_SYNTAX},
        {"<Error><Code>AccessDenied</Code></Error>", "", "", ZOE_ERROR_SYNTAX},
        {"<!DOCTYPE x><ListBucketResult/>", "", "", ZOE_ERROR_SYNTAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        zoe_listing listing = begin(1000);
        const char *why = NULL;
        char token[ZOE_LISTING_TOKEN_BYTES];
        zoe_status status =
            zoe_listing_s3(&listing, "p/", rows[i].text, strlen(rows[i].text), token, &why);
        assert_int_equal(status, rows[i].status);
        assert_string_equal(names.text, rows[i].names);
        assert_string_equal(token, rows[i].token);
    }
    const char *problem =
        "<?xml version=\"1.0\"?>\n<Error><Code>SlowDown</Code><Message>Reduce.</Message>"
        "<AWSAccessKeyId>AKID</AWSAccessKeyId><StringToSi";
    char text[256];
    assert_true(zoe_listing_s3_error(problem, strlen(problem), text, sizeof text));
    assert_string_equal(text, "SlowDown: Reduce.");
    assert_false(zoe_listing_s3_error("<html>", 6, text, sizeof text));
}

static void test_html(void **state)
{
    (void)state;
    const char *page =
        "<html><a href=\"../\">up</a><a href=\"?C=N\">sort</a><a HREF=\"a%20b.exr\">a</a>"
        "<a href=\"./c.exr\">c</a><a href=\"/abs\">x</a><a href=\"http://o/x\">x</a>"
        "<a href=\"d/\">d</a><a href=\"e/f\">x</a><a href=\"#top\">x</a><a href=\"open";
    zoe_listing listing = begin(1000);
    const char *why;
    assert_int_equal(zoe_listing_html(&listing, page, strlen(page), &why), ZOE_OK);
    assert_string_equal(names.text, "a b.exr c.exr /d ");
    assert_int_equal(zoe_listing_html(&listing, "hello", 5, &why), ZOE_ERROR_SYNTAX);
}

/* ---- addresses ---- */

static void test_address(void **state)
{
    (void)state;
    static const struct {
        const char *path, *url, *folder;
    } rows[] = {
        {"http://h/a.exr", "http://h/a.exr", "http://h/a.exr/"},
        {"https://u:p@h:1/my shots/\xC3\xA4#1.exr?q=a b?c",
         "https://u:p@h:1/my%20shots/%C3%A4%231.exr?q=a%20b?c",
         "https://u:p@h:1/my%20shots/%C3%A4%231.exr/?q=a%20b?c"},
        {"http://h/a%20b%2", "http://h/a%20b%252", "http://h/a%20b%252/"},
        {"http://h", "http://h", "http://h/"},
        {"http://h/", "http://h/", "http://h/"},
        {"http://h/a\n\"<>\\^`{|}", "http://h/a%0A%22%3C%3E%5C%5E%60%7B%7C%7D",
         "http://h/a%0A%22%3C%3E%5C%5E%60%7B%7C%7D/"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *url = zoe_address_encode(rows[i].path);
        char *folder = zoe_address_encode_folder(rows[i].path);
        assert_string_equal(url, rows[i].url);
        assert_string_equal(folder, rows[i].folder);
        zoe_os_free(url);
        zoe_os_free(folder);
    }
    /* A listed name comes back as what it is. */
    static const char *const listed[] = {"a.exr", "50% off?#1 \xC3\xA4+%41.exr", "%", "a&b=c;d"};
    for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++) {
        char part[256], path[300], back[256];
        assert_true(zoe_address_name(listed[i], part, sizeof part));
        snprintf(path, sizeof path, "http://h/%s", part);
        char *url = zoe_address_encode(path);
        assert_null(strpbrk(url + 8, " ?#"));
        assert_true(zoe_address_decode(url + 9, strlen(url + 9), back, sizeof back));
        assert_string_equal(back, listed[i]);
        zoe_os_free(url);
    }
    char small[4];
    assert_false(zoe_address_name("%%", small, sizeof small));
    assert_true(zoe_address_decode("abc", 3, small, sizeof small));
    assert_false(zoe_address_decode("abcd", 4, small, sizeof small));
    assert_false(zoe_address_decode("%00", 3, small, sizeof small));
}

/* ---- profiles ---- */

static void assert_text(const char *text, const char *expected)
{
    assert_int_equal(text != NULL, expected != NULL);
    if (text)
        assert_string_equal(text, expected);
}

static void test_profile(void **state)
{
    (void)state;
    const char *text =
        "# a comment\n[default]\naws_access_key_id = AKID\r\n"
        "aws_secret_access_key=s/e=c+r\n\n[other]\n; more\n"
        "aws_access_key_id=OTHER\nregion = eu-west-1\ns3 =\n  endpoint_url = http://no\n"
        "endpoint_url = http://yes\n[profile named]\nregion=us-west-2\n[broken\nregion=x";
    static const struct {
        const char *name;
        bool is_config, is_there;
        const char *key, *secret, *region, *endpoint;
    } rows[] = {
        {"default", false, true, "AKID", "s/e=c+r", NULL, NULL},
        {"other", false, true, "OTHER", NULL, "eu-west-1", "http://yes"},
        {"other", true, false, NULL, NULL, NULL, NULL},
        {"named", true, true, NULL, NULL, "us-west-2", NULL},
        {"named", false, false, NULL, NULL, NULL, NULL},
        {"default", true, true, "AKID", "s/e=c+r", NULL, NULL},
        {"none", false, false, NULL, NULL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        zoe_aws_profile profile = {.token = NULL};
        bool is_there;
        assert_true(zoe_aws_profile_parse(&profile, text, strlen(text), rows[i].name,
                                          rows[i].is_config, &is_there));
        assert_int_equal(is_there, rows[i].is_there);
        assert_text(profile.access_key, rows[i].key);
        assert_text(profile.secret_key, rows[i].secret);
        assert_text(profile.region, rows[i].region);
        assert_text(profile.endpoint, rows[i].endpoint);
        zoe_aws_profile_free(&profile);
        assert_null(profile.access_key);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),    cmocka_unit_test(test_json_bomb),
        cmocka_unit_test(test_dav),     cmocka_unit_test(test_s3),
        cmocka_unit_test(test_html),    cmocka_unit_test(test_address),
        cmocka_unit_test(test_profile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
