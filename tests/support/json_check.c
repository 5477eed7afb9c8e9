/*
 * Checks a JSON object on standard input: json_check [PATH | PATH=VALUE | PATH>=NUMBER]...
 * PATH is a key, or keys joined by dots; without a value it must be a number. A VALUE is compared
 * as a number when both are, else as text; `[N]` as VALUE is a list of N entries. Says every
 * mismatch on stderr; exit status 0 when there is none.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

enum { PATH_MAX_BYTES = 256 };

static const json_t *find(const json_t *root, const char *path)
{
    char key[PATH_MAX_BYTES];
    while (root && *path) {
        size_t n = strcspn(path, ".");
        if (n >= sizeof key)
            return NULL;
        memcpy(key, path, n);
        key[n] = '\0';
        root = json_object_get(root, key);
        path += n + (path[n] == '.');
    }
    return root;
}

static int compare(const json_t *value, const char *wanted, int at_least)
{
    if (json_is_number(value)) {
        double is = json_number_value(value), want = strtod(wanted, NULL);
        return at_least ? is >= want : is <= want && is >= want;
    }
    if (json_is_string(value))
        return strcmp(json_string_value(value), wanted) == 0;
    if (json_is_boolean(value))
        return strcmp(json_is_true(value) ? "true" : "false", wanted) == 0;
    if (json_is_array(value) && wanted[0] == '[')
        return json_array_size(value) == strtoul(wanted + 1, NULL, 10);
    return 0;
}

/* Returns 1 when the expectation does not hold. */
static int check(const json_t *root, const char *expectation)
{
    char path[PATH_MAX_BYTES];
    size_t n = strcspn(expectation, ">=");
    if (n >= sizeof path)
        return 1;
    memcpy(path, expectation, n);
    path[n] = '\0';
    const json_t *value = find(root, path);
    int at_least = expectation[n] == '>';
    const char *wanted = expectation[n] ? expectation + n + 1 + at_least : NULL;
    int right = wanted ? value && compare(value, wanted, at_least) : json_is_number(value);
    if (!right) {
        char *is = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
        fprintf(stderr, "json_check: wanted %s, it is %s\n", expectation, is ? is : "absent");
        free(is);
    }
    return !right;
}

int main(int argc, char **argv)
{
    json_error_t error;
    json_t *root = json_loadf(stdin, 0, &error);
    if (!json_is_object(root)) {
        fprintf(stderr, "json_check: line %d: %s\n", error.line, error.text);
        json_decref(root);
        return 1;
    }
    int wrong = 0;
    for (int i = 1; i < argc; i++)
        wrong += check(root, argv[i]);
    json_decref(root);
    return wrong != 0;
}
