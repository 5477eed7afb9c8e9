#include "support/remote_place.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "storage/origin_file.h"
#include "storage/remote.h"
#include "support/temp_folder.h"

remote_place remote;

int remote_place_begin(void **state)
{
    (void)state;
    temp_folder_make(remote.top, sizeof remote.top);
    snprintf(remote.folder, sizeof remote.folder, "%s/cache", remote.top);
    zoe_storage_settings_init(&remote.settings);
    remote.settings.disk_cache = remote.folder;
    remote.settings.disk_cache_bytes = 512 * MB;
    return 0;
}

void remote_place_close(void)
{
    if (remote.store.destroy)
        remote.store.destroy(remote.store.user);
    fake_origin_free(remote.fake);
    remote.fake = NULL;
    memset(&remote.store, 0, sizeof remote.store);
}

int remote_place_finish(void **state)
{
    (void)state;
    remote_place_close();
    temp_folder_remove(remote.top);
    return 0;
}

void remote_place_open(uint64_t bytes)
{
    zoe_origin web, files;
    zoe_error error = {.text = ""};
    remote_place_close();
    remote.fake = fake_origin_make(bytes, &web);
    assert_int_equal(zoe_origin_file_create(&files, &error), ZOE_OK);
    if (zoe_remote_create_with(&remote.settings, &web, &files, &remote.store, &error) != ZOE_OK)
        fail_msg("%s", error.text);
}

const char *remote_place_path(unsigned n)
{
    static char path[64];
    snprintf(path, sizeof path, "http://fake/%u", n);
    return path;
}

zoe_status remote_place_open_object(unsigned n, zoe_storage_object *object)
{
    zoe_error error = {.text = ""};
    zoe_status status = remote.store.open(remote.store.user, remote_place_path(n), object, &error);
    if (status != ZOE_OK) {
        assert_int_equal(error.status, status);
        assert_string_not_equal(error.text, "");
    }
    return status;
}

zoe_status remote_place_check_part(const zoe_storage_object *object, unsigned n, uint64_t version,
                                   uint64_t offset, size_t bytes)
{
    zoe_error error = {.status = ZOE_OK};
    uint8_t *got = malloc(bytes + 1), *wanted = malloc(bytes + 1);
    int64_t count = remote.store.read(remote.store.user, object, got, bytes, offset, &error);
    uint64_t left = offset < object->id.bytes ? object->id.bytes - offset : 0;
    fake_origin_fill(n, version, offset, wanted, bytes);
    if (count >= 0) {
        assert_int_equal(count, bytes < left ? bytes : left);
        if (memcmp(got, wanted, (size_t)count) != 0)
            fail_msg("object %u, version %" PRIu64 ": wrong bytes from %" PRIu64, n, version,
                     offset);
    } else {
        assert_int_not_equal(error.status, ZOE_OK);
        assert_string_not_equal(error.text, "");
    }
    free(got);
    free(wanted);
    return count >= 0 ? ZOE_OK : error.status;
}

zoe_status remote_place_check_whole(unsigned n, uint64_t version)
{
    zoe_storage_object object;
    zoe_status status = remote_place_open_object(n, &object);
    if (status != ZOE_OK)
        return status;
    assert_int_equal(object.fd, -1);
    status = remote_place_check_part(&object, n, version, 0, (size_t)object.id.bytes + 10);
    remote.store.close(remote.store.user, &object);
    return status;
}

zoe_storage_stats remote_place_stats(void)
{
    zoe_storage_stats s;
    memset(&s, 0, sizeof s);
    remote.store.stats(remote.store.user, &s);
    return s;
}
