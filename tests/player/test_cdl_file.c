/*
 * Colour decision lists: the three kinds of file, choosing one by its id, and what is wrong with
 * them.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "color/cdl_file.h"

#define SOP(s)                                                                                     \
    "<SOPNode><Description>" s "</Description><Slope>" s " 1 1.5</Slope>\n<Offset>-0.1 0 0.1"      \
    "</Offset><Power>1 0.5 2</Power></SOPNode>"
#define SAT "<SatNode><Saturation> 0.75 </Saturation></SatNode>"

static void assert_found(const char *text, const char *id, float slope, float saturation)
{
    zoe_error error = {ZOE_OK, ""};
    zoe_cdl cdl;
    if (zoe_cdl_file_parse("t.cc", text, strlen(text), id, &cdl, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    assert_true(cdl.slope[0] == slope && cdl.slope[2] == 1.5f);
    assert_true(cdl.offset[0] == -0.1f && cdl.power[1] == 0.5f && cdl.power[2] == 2);
    assert_true(cdl.saturation == saturation);
}

static void three_kinds_of_file(void **state)
{
    (void)state;
    assert_found("<ColorCorrection id='a'>" SOP("2") SAT "</ColorCorrection>", NULL, 2, 0.75f);
    static const char collection[] =
        "<?xml version='1.0'?>\n<ColorCorrectionCollection xmlns='urn:ASC:CDL:v1.2'>"
        "<ColorCorrection id='a'>" SOP("2") "</ColorCorrection>"
                                            "<ColorCorrection id='b'>" SOP("3") SAT
        "</ColorCorrection></ColorCorrectionCollection>";
    assert_found(collection, "", 2, 1);
    assert_found(collection, "b", 3, 0.75f);
    assert_found("<c:ColorDecisionList xmlns:c='urn:x'><c:ColorDecision><c:ColorCorrection>"
                 "<c:SOPNode><c:Slope>4 1 1.5</c:Slope><c:Offset>-0.1 0 0</c:Offset>"
                 "<c:Power>1 .5 2</c:Power></c:SOPNode></c:ColorCorrection></c:ColorDecision>"
                 "</c:ColorDecisionList>",
                 NULL, 4, 1);
}

static void assert_refused(const char *text, const char *id, zoe_status status, const char *why)
{
    zoe_error error = {ZOE_OK, ""};
    zoe_cdl cdl = {{7, 7, 7}, {0}, {0}, 0};
    assert_int_equal(zoe_cdl_file_parse("t.cc", text, strlen(text), id, &cdl, &error), status);
    assert_true(cdl.slope[0] == 7);
    assert_string_equal(error.text, why);
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
    (void)state;
    assert_refused("", NULL, ZOE_ERROR_SYNTAX, "t.cc: line 1: no element found");
    assert_refused("<a>\n<b></a>", NULL, ZOE_ERROR_SYNTAX, "t.cc: line 2: mismatched tag");
    assert_refused("<a/>", NULL, ZOE_ERROR_SYNTAX, "t.cc: no colour correction in it");
    assert_refused("<ColorCorrection id='a'/>", "b", ZOE_ERROR_NOT_FOUND,
                   "t.cc: no correction has the id b");
    assert_refused("<ColorCorrection>\n<Slope>1 2</Slope></ColorCorrection>", NULL,
                   ZOE_ERROR_SYNTAX, "t.cc: line 2: three numbers are wanted");
    assert_refused("<ColorCorrection><Slope>1 -2 1</Slope></ColorCorrection>", NULL,
                   ZOE_ERROR_SYNTAX, "t.cc: line 1: a number outside its range");
    assert_refused("<ColorCorrection><Power>1 0 1</Power></ColorCorrection>", NULL,
                   ZOE_ERROR_SYNTAX, "t.cc: line 1: a number outside its range");
    assert_refused("<ColorCorrection><Power>1 nan 1</Power></ColorCorrection>", NULL,
                   ZOE_ERROR_SYNTAX, "t.cc: line 1: a number outside its range");
    assert_refused("<ColorCorrection><Saturation>1 1</Saturation></ColorCorrection>", NULL,
                   ZOE_ERROR_SYNTAX, "t.cc: line 1: too many numbers");
    assert_refused("<!DOCTYPE a [<!ENTITY b 'c'>]>\n<ColorCorrection/>", NULL, ZOE_ERROR_SYNTAX,
                   "t.cc: line 1: entities are not read");
    zoe_error error = {ZOE_OK, ""};
    zoe_cdl cdl;
    assert_int_equal(zoe_cdl_file_read("/nowhere/x.cc", NULL, &cdl, &error), ZOE_ERROR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_kinds_of_file),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
