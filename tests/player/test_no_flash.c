/*
 * The window never goes black while a picture is on its way: the program itself runs, on SDL's
 * dummy display, while the file on screen grows, breaks, is replaced and is asked for in another
 * form.
 *
 * The linker puts the functions __wrap_… in front of the real ones, so that every single picture is
 * looked at when it is presented: screenshots would miss what is there for a moment only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <SDL.h>
#include <cmocka.h>

#include "model/exr_write.h"
#include "app/player.h"
#include "ui/statusbar.h"

enum {
    WIDTH = 3000,
    HEIGHT = 2000, /* takes a worker much longer than the window takes to draw */
    WINDOW_WIDTH = 640,
    WINDOW_HEIGHT = 480,
    DARKEST = 100, /* of 255: the picture is brighter, black and the surround are darker */
};

static const uint64_t patience_ns = 240000000000u;

/* ---- files ---- */

typedef struct file {
    char folder[64], path[128], spare[128];
    char *bytes;
    size_t size;
} file;

/* Grain, which neither packs nor unpacks fast, over light grey. */
static int write_row(void *user, int32_t x, int32_t y, int32_t count,
                     void *const planes[ZOE_PLANES_MAX])
{
    uint32_t grain = *(const uint32_t *)user + (uint32_t)y * 2654435761u + (uint32_t)x;
    for (int c = 0; c < 3; c++) {
        for (int32_t i = 0; i < count; i++) {
            grain = grain * 1664525u + 1013904223u;
            ((uint16_t *)planes[c])[i] = (uint16_t)(0x3800u + (grain >> 24)); /* 0.5 to 0.62 */
        }
    }
    return 0;
}

static void write_whole(const char *path, uint32_t seed)
{
    zoe_error error = {ZOE_OK, ""};
    zoe_exr_write_spec spec = {
        .data_window = {0, 0, WIDTH - 1, HEIGHT - 1},
        .display_window = {0, 0, WIDTH - 1, HEIGHT - 1},
        .pixel_aspect = 1.0,
        .compression = ZOE_COMPRESSION_PIZ,
        .channel_count = 3,
        .names = {"B", "G", "R"},
        .types = {ZOE_SAMPLE_HALF, ZOE_SAMPLE_HALF, ZOE_SAMPLE_HALF},
    };
    if (zoe_exr_write(path, &spec, write_row, &seed, &error) != ZOE_OK)
        fail_msg("%s", error.text);
}

static void read_whole(file *f)
{
    FILE *in = fopen(f->path, "rb");
    assert_non_null(in);
    assert_int_equal(fseek(in, 0, SEEK_END), 0);
    f->size = (size_t)ftell(in);
    rewind(in);
    f->bytes = malloc(f->size);
    assert_non_null(f->bytes);
    assert_int_equal(fread(f->bytes, 1, f->size, in), f->size);
    fclose(in);
}

/* As if somebody were still writing it. Returns 0 when that fails. */
static int write_part(const file *f, size_t percent)
{
    FILE *out = fopen(f->path, "wb");
    size_t size = f->size * percent / 100;
    int good = out && fwrite(f->bytes, 1, size, out) == size;
    return out && fclose(out) == 0 && good;
}

/* ---- what happens to the file and the program, one after the other ---- */

/* What is waited for before the next thing happens. */
typedef enum outcome { INCOMPLETE, WHOLE, BROKEN } outcome;

typedef struct happening {
    const char *what;
    size_t percent;  /* of the file that is there from now on; 0: it is not touched */
    int replace;     /* 1: another file takes its place */
    SDL_Keycode key; /* that is pressed; 0: none */
    Uint16 modifiers;
    outcome awaited;
} happening;

static const happening story[] = {
    {"the unfinished file is opened", 0, 0, 0, 0, INCOMPLETE},
    {"it grows", 70, 0, 0, 0, INCOMPLETE},
    {"it grows again", 80, 0, 0, 0, INCOMPLETE},
    {"it breaks", 1, 0, 0, 0, BROKEN},
    {"it is finished", 100, 0, 0, 0, WHOLE},
    {"another file takes its place", 0, 1, SDLK_r, KMOD_LCTRL, WHOLE},
    {"it is asked for in half the size", 0, 0, SDLK_p, KMOD_LSHIFT, WHOLE},
    {"and with overscan", 0, 0, SDLK_o, KMOD_LSHIFT, WHOLE},
};

enum { STORY = sizeof story / sizeof story[0] };

/* The main thread's alone: the program runs on it. */
static struct {
    file file;
    size_t at;                  /* in the story */
    const zoe_session *session; /* of the picture that is drawn now */
    zoe_frame before;           /* what was on screen when the last thing happened; not pinned */
    int seen;                   /* 1: there was a picture */
    int while_loading;          /* pictures presented while another one was on its way */
    int dark;                   /* pictures without what should be seen */
    char fault[256];            /* the first one's, "" for none */
    uint64_t give_up_ns;
} stage;

static void press(SDL_Keycode key, Uint16 modifiers)
{
    SDL_Event event;
    memset(&event, 0, sizeof event);
    event.type = SDL_KEYDOWN;
    event.key.keysym.sym = key;
    event.key.keysym.mod = modifiers;
    SDL_PushEvent(&event);
}

static void push(Uint32 type, Uint8 of_window)
{
    SDL_Event event;
    memset(&event, 0, sizeof event);
    event.type = type;
    event.window.event = of_window;
    SDL_PushEvent(&event);
}

static void fault(const char *what)
{
    if (!stage.fault[0])
        snprintf(stage.fault, sizeof stage.fault, "%s: %s", story[stage.at].what, what);
}

static int has_come(outcome awaited)
{
    const zoe_session *session = stage.session;
    const zoe_frame *shown = &session->screen.frame;
    if (awaited == BROKEN)
        return session->status != ZOE_OK && session->status != ZOE_LOADING;
    int is_other = shown->planes[0].data != stage.before.planes[0].data ||
                   shown->generation != stage.before.generation;
    return session->status == ZOE_OK && shown->pin && is_other &&
           (shown->incomplete != 0) == (awaited == INCOMPLETE);
}

static void go_on(void)
{
    if (++stage.at == STORY) {
        stage.at--;
        push(SDL_QUIT, 0);
        return;
    }
    const happening *next = &story[stage.at];
    stage.before = stage.session->screen.frame;
    if (next->percent && !write_part(&stage.file, next->percent))
        fault("cannot write the file");
    if (next->replace && rename(stage.file.spare, stage.file.path))
        fault("cannot replace the file");
    if (next->key)
        press(next->key, next->modifiers);
}

/* Mean of what is seen of the picture's upper half, which every state of the file has: 0..255. */
static int brightness(SDL_Renderer *renderer)
{
    static uint32_t pixels[(WINDOW_WIDTH / 2) * 100];
    const SDL_Rect part = {WINDOW_WIDTH / 4, 60, WINDOW_WIDTH / 2, 100};
    uint64_t sum = 0;
    if (SDL_RenderReadPixels(renderer, &part, SDL_PIXELFORMAT_ARGB8888, pixels, part.w * 4))
        return -1;
    for (int i = 0; i < part.w * part.h; i++)
        sum += pixels[i] >> 8 & 255u;
    return (int)(sum / (uint64_t)(part.w * part.h));
}

void __real_SDL_RenderPresent(SDL_Renderer *renderer);
void __wrap_SDL_RenderPresent(SDL_Renderer *renderer);
void __real_zoe_statusbar_run(zoe_ui *ui, zoe_statusbar *bar, zoe_session *session,
                              const zoe_view *view, const zoe_stats *stats,
                              zoe_statusbar_result *result);
void __wrap_zoe_statusbar_run(zoe_ui *ui, zoe_statusbar *bar, zoe_session *session,
                              const zoe_view *view, const zoe_stats *stats,
                              zoe_statusbar_result *result);

void __wrap_zoe_statusbar_run(zoe_ui *ui, zoe_statusbar *bar, zoe_session *session,
                              const zoe_view *view, const zoe_stats *stats,
                              zoe_statusbar_result *result)
{
    stage.session = session;
    __real_zoe_statusbar_run(ui, bar, session, view, stats, result);
}

void __wrap_SDL_RenderPresent(SDL_Renderer *renderer)
{
    char text[64];
    int light = brightness(renderer);
    __real_SDL_RenderPresent(renderer);
    stage.seen |= stage.session->screen.frame.pin != NULL;
    if (stage.seen && light < DARKEST) {
        stage.dark++;
        snprintf(text, sizeof text, "brightness %d, less than %d", light, (int)DARKEST);
        fault(text);
    }
    stage.while_loading += stage.seen && stage.session->status == ZOE_LOADING;
    if (zoe_now_ns() > stage.give_up_ns) {
        fault("does not come");
        push(SDL_QUIT, 0);
    } else if (has_come(story[stage.at].awaited)) {
        go_on();
    }
    /* Draw again at once, whether or not the program would. */
    push(SDL_WINDOWEVENT, SDL_WINDOWEVENT_EXPOSED);
}

/* ---- the test ---- */

static int set_up(void **state)
{
    file *f = &stage.file;
    (void)state;
    strcpy(f->folder, "/tmp/zoetrope-flash-XXXXXX");
    if (!mkdtemp(f->folder))
        return -1;
    snprintf(f->path, sizeof f->path, "%s/a.0001.exr", f->folder);
    snprintf(f->spare, sizeof f->spare, "%s/spare", f->folder);
    write_whole(f->spare, 7);
    write_whole(f->path, 1);
    read_whole(f);
    return write_part(f, 60) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    free(stage.file.bytes);
    unlink(stage.file.path);
    unlink(stage.file.spare);
    return rmdir(stage.file.folder);
}

static void the_window_never_goes_black(void **state)
{
    char *sequences[] = {stage.file.path};
    zoe_options options;
    (void)state;
    zoe_options_init(&options);
    options.sequences = sequences;
    options.sequence_count = 1;
    options.size = (zoe_extent){WINDOW_WIDTH, WINDOW_HEIGHT};
    options.ui_scale = 1.0;
    options.use_config = false;
    options.workers = 1;
    options.cache_mb = 600;
    zoe_options_give(&options, ZOE_OPTION(size));
    zoe_options_give(&options, ZOE_OPTION(ui_scale));
    zoe_options_give(&options, ZOE_OPTION(use_config));
    zoe_options_give(&options, ZOE_OPTION(workers));
    zoe_options_give(&options, ZOE_OPTION(cache_mb));
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    stage.give_up_ns = zoe_now_ns() + patience_ns;
    assert_int_equal(zoe_player_run(&options), 0);
    if (stage.fault[0])
        fail_msg("%s (%d pictures were dark)", stage.fault, stage.dark);
    /* Else nothing was shown by this. */
    assert_int_not_equal(stage.while_loading, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_window_never_goes_black, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("no flash", tests, NULL, NULL);
}
