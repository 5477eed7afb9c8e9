#define _GNU_SOURCE /* mallinfo2 */

#include "commands/process_memory.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Without stdio: a stream's buffer would change the heap that is being measured. */
static int read_small(const char *path, char *text, size_t capacity)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, text, capacity - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0;
}

uint64_t zoe_process_resident(void)
{
    char text[256];
    if (!read_small("/proc/self/statm", text, sizeof text))
        return 0;
    const char *second = strchr(text, ' ');
    long page = sysconf(_SC_PAGESIZE);
    return second && page > 0 ? strtoull(second, NULL, 10) * (uint64_t)page : 0;
}

uint64_t zoe_process_resident_peak(void)
{
    char text[4096];
    if (!read_small("/proc/self/status", text, sizeof text))
        return 0;
    const char *line = strstr(text, "VmHWM:");
    return line ? strtoull(line + 6, NULL, 10) * 1024 : 0;
}

uint64_t zoe_process_heap(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}
