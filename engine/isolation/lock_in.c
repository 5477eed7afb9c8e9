#include "isolation/lock_in.h"

#include "base/os_confine.h"
#include "base/os_process.h"

#if defined(ZOE_SANITIZED)
/* Looking for leaks takes calls that the process may not make, and the program shall see what it
 * died of. */
#define OPTIONS                                                                                    \
    "detect_leaks=0:abort_on_error=1:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:"               \
    "handle_sigill=0:handle_abort=0"

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return OPTIONS;
}

const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return OPTIONS;
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
    return OPTIONS;
}
#endif

void zoe_lock_in_first(void)
{
    zoe_os_close_from(ZOE_OS_PROCESS_SOCKET + 1);
    zoe_os_die_with_parent();
}

bool zoe_lock_in(const zoe_isolation_hello *hello, char *text, size_t bytes)
{
    const zoe_os_confine_limits limits = {hello->address_bytes, hello->memory_bytes};
    return zoe_os_confine(&limits, text, bytes);
}
