#include "sequence/natural.h"

#include <stdbool.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int fold(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

/* Compares the runs of digits that *a and *b stand at, and moves both behind them. */
static int compare_numbers(const char **a, const char **b)
{
    while (**a == '0')
        (*a)++;
    while (**b == '0')
        (*b)++;
    size_t a_length = 0;
    size_t b_length = 0;
    while (is_digit((*a)[a_length]))
        a_length++;
    while (is_digit((*b)[b_length]))
        b_length++;
    if (a_length != b_length)
        return a_length < b_length ? -1 : 1;
    int order = memcmp(*a, *b, a_length);
    *a += a_length;
    *b += b_length;
    return order;
}

int zoe_natural_compare(const char *a, const char *b)
{
    const char *x = a;
    const char *y = b;
    while (*x && *y) {
        if (is_digit(*x) && is_digit(*y)) {
            int order = compare_numbers(&x, &y);
            if (order)
                return order;
            continue;
        }
        int order = fold(*x) - fold(*y);
        if (order)
            return order;
        x++;
        y++;
    }
    if (*x || *y)
        return *x ? 1 : -1;
    return strcmp(a, b);
}
