/*
 * Has a test's engines decode in processes of their own, where ZOE_TEST_ISOLATED names the program
 * for that. Linked with --wrap=zoe_engine_settings_init.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdlib.h>

#include <zoetrope/settings.h>

void __real_zoe_engine_settings_init(zoe_engine_settings *settings);
void __wrap_zoe_engine_settings_init(zoe_engine_settings *settings);

void __wrap_zoe_engine_settings_init(zoe_engine_settings *settings)
{
    __real_zoe_engine_settings_init(settings);
    settings->decoder_program = getenv("ZOE_TEST_ISOLATED");
    settings->isolation = settings->decoder_program ? ZOE_ISOLATION_ON : ZOE_ISOLATION_OFF;
}
