/*
 * The pages of the frame on screen: its layers, its metadata, and going to another one; over a real
 * session, by mouse and keyboard. And the name that a saved picture gets.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "model/frame_write.h"
#include "support/session_place.h"
#include "support/ui_hand.h"
#include "ui/goto_page.h"
#include "ui/layers_page.h"
#include "ui/metadata_page.h"

enum { WIDTH = 400, HEIGHT = 400 };

/* ---- a file system that does not answer, see the linker's --wrap ---- */

zoe_status __real_zoe_header_read(const char *path, zoe_storage *storage, zoe_header **header,
                                  zoe_error *error);
zoe_status __wrap_zoe_header_read(const char *path, zoe_storage *storage, zoe_header **header,
                                  zoe_error *error);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static bool is_stuck; /* guarded by lock, like what follows */
static int waiting;   /* threads */

zoe_status __wrap_zoe_header_read(const char *path, zoe_storage *storage, zoe_header **header,
                                  zoe_error *error)
{
    pthread_mutex_lock(&lock);
    waiting++;
    while (is_stuck)
        pthread_cond_wait(&moved, &lock);
    waiting--;
    pthread_mutex_unlock(&lock);
    return __real_zoe_header_read(path, storage, header, error);
}

static void set_stuck(bool stuck)
{
    pthread_mutex_lock(&lock);
    is_stuck = stuck;
    pthread_cond_broadcast(&moved);
    pthread_mutex_unlock(&lock);
}

static int count_waiting(void)
{
    pthread_mutex_lock(&lock);
    int count = waiting;
    pthread_mutex_unlock(&lock);
    return count;
}

static struct {
    zoe_layers_page layers;
    zoe_metadata_page metadata;
    zoe_goto_page go;
    zoe_session *session;
    zoe_layers_page_result layer;
    zoe_goto_page_result went;
    int copied;
} stage;

static ui_hand hand;

static void draw_layers(zoe_ui *ui, void *unused)
{
    zoe_layers_page_result result;
    (void)unused;
    zoe_layers_page_run(ui, ui->window, &stage.layers, stage.session, &result);
    if (result.layer)
        stage.layer = result;
}

static void draw_metadata(zoe_ui *ui, void *unused)
{
    (void)unused;
    zoe_metadata_page_run(ui, ui->window, &stage.metadata, stage.session);
    stage.copied += stage.metadata.copied;
}

static void draw_goto(zoe_ui *ui, void *unused)
{
    zoe_goto_page_result result;
    (void)unused;
    zoe_goto_page_run(ui, &stage.go, stage.session, &result);
    if (result.go)
        stage.went = result;
}

static int begin(void **state)
{
    if (session_place_set_up(state))
        return -1;
    session_place *p = *state;
    memset(&stage, 0, sizeof stage);
    stage.session = &p->session;
    stage.went.position = -1;
    for (int i = 11; i <= 16; i++)
        session_place_write(p, "a", i, SESSION_PLACE_RGBZ);
    session_place_open(p, "a", 13, 0);
    session_place_settle(p);
    zoe_layers_page_start(&stage.layers);
    zoe_metadata_page_start(&stage.metadata);
    zoe_goto_page_start(&stage.go);
    stage.layers.fresh = stage.metadata.fresh = true;
    return 0;
}

static int end(void **state)
{
    ui_hand_end(&hand);
    zoe_layers_page_end(&stage.layers);
    zoe_metadata_page_end(&stage.metadata);
    return session_place_tear_down(state);
}

static void show(void (*page)(zoe_ui *ui, void *data))
{
    ui_hand_begin(&hand, WIDTH, HEIGHT, 1.0, page, NULL);
    ui_hand_settle(&hand);
}

static const zoe_draw *see(const char *text)
{
    const zoe_draw *item = ui_hand_find(&hand, text);
    if (!item)
        fail_msg("not seen: %s", text);
    return item;
}

/* ---- layers ---- */

static void layers_are_listed_with_their_channels(void **state)
{
    (void)state;
    show(draw_layers);
    see("1 of 2");
    see("RGB");
    see("R, G, B \302\267 half");
    see("Z");
    see("Z \302\267 half");
}

static void a_click_chooses_a_layer(void **state)
{
    (void)state;
    show(draw_layers);
    const zoe_draw *item = see("Z \302\267 half");
    ui_hand_click(&hand, item->rect.x + 4, item->rect.y + 4);
    assert_string_equal(stage.layer.layer, "Z");
    assert_string_equal(stage.layer.view, "");
}

static void what_is_typed_filters_and_enter_chooses(void **state)
{
    (void)state;
    show(draw_layers);
    ui_hand_text(&hand, "z");
    assert_null(ui_hand_find(&hand, "RGB"));
    see("1 of 2, 1 matches");
    assert_null(stage.layer.layer);
    ui_hand_key(&hand, SDLK_RETURN, 0);
    assert_string_equal(stage.layer.layer, "Z");
    assert_int_equal(
        zoe_session_choose_layer(stage.session, stage.layer.header, stage.layer.index, NULL),
        ZOE_OK);
    ui_hand_frame(&hand);
    see("2 of 2, 1 matches");
    assert_false(hand.ui.answer.wants_keyboard);
}

static void nothing_that_matches_is_harmless(void **state)
{
    (void)state;
    show(draw_layers);
    ui_hand_text(&hand, "nosuch");
    ui_hand_key(&hand, SDLK_RETURN, 0);
    assert_null(stage.layer.layer);
    see("1 of 2, 0 match");
}

/* ---- metadata ---- */

static void attributes_are_found_and_copied(void **state)
{
    (void)state;
    show(draw_metadata);
    see("37\303\22718");
    ui_hand_text(&hand, "framesPer");
    see("framesPerSecond");
    assert_null(ui_hand_find(&hand, "compression"));
    see("Frame 13: 1 entry. Ctrl+C copies");
    ui_hand_key(&hand, SDLK_c, KMOD_CTRL);
    assert_int_equal(stage.copied, 1);
    assert_int_equal(strncmp(hand.clipboard, "framesPerSecond: ", 17), 0);
}

static void selected_rows_are_copied_alone(void **state)
{
    (void)state;
    show(draw_metadata);
    const zoe_draw *item = see("compression");
    ui_hand_click(&hand, item->rect.x + 4, item->rect.y + 4);
    ui_hand_key(&hand, SDLK_c, KMOD_CTRL);
    assert_int_equal(stage.copied, 1);
    assert_int_equal(strncmp(hand.clipboard, "compression: ", 13), 0);
}

static void metadata_follows_the_frame_but_not_while_playing(void **state)
{
    session_place *p = *state;
    show(draw_metadata);
    assert_int_equal(stage.metadata.kept.number, 13);
    zoe_session_seek(&p->session, 4, session_place_second);
    session_place_settle(p);
    ui_hand_frame(&hand);
    assert_int_equal(stage.metadata.kept.number, 15);
    zoe_session_transport(&p->session)->speed = 1;
    p->session.screen.frame.position = 0;
    ui_hand_frame(&hand);
    assert_int_equal(stage.metadata.kept.number, 15);
    see("Frame 15; while playing it is not read");
    zoe_session_transport(&p->session)->speed = 0;
    ui_hand_frame(&hand);
    assert_int_equal(stage.metadata.kept.number, 11);
}

/* ---- files that take their time ---- */

static void pause_briefly(void)
{
    nanosleep(&(struct timespec){0, 5000000}, NULL);
}

/* Frames of the window, until the text is seen. */
static void await(const char *text)
{
    for (int i = 0; i < 24000 && !ui_hand_find(&hand, text); i++) {
        pause_briefly();
        ui_hand_frame(&hand);
    }
    see(text);
}

/* The window goes on while nothing answers; what comes then of a frame that was left is not
 * shown. */
static void a_header_that_does_not_come_holds_up_nothing(void **state)
{
    session_place *p = *state;
    zoe_task_hub *hub = zoe_task_hub_create(NULL, NULL);
    stage.metadata.kept.hub = stage.layers.kept.hub = hub;
    set_stuck(true);
    show(draw_metadata);
    see("Reading\342\200\246");
    while (count_waiting() < 1)
        pause_briefly();
    zoe_session_seek(&p->session, 4, session_place_second);
    session_place_settle(p);
    ui_hand_frame(&hand);
    while (count_waiting() < 2)
        pause_briefly();
    see("Reading\342\200\246");
    set_stuck(false);
    await("framesPerSecond");
    assert_int_equal(stage.metadata.kept.number, 15);
    assert_false(zoe_kept_header_is_ready(&stage.metadata.kept));

    /* The frame before is shown for a moment, no longer. */
    while (count_waiting() > 0)
        pause_briefly();
    set_stuck(true);
    zoe_session_seek(&p->session, 3, session_place_second);
    session_place_settle(p);
    ui_hand_frame(&hand);
    see("framesPerSecond");
    await("Reading\342\200\246");
    assert_null(ui_hand_find(&hand, "framesPerSecond"));
    set_stuck(false);
    await("framesPerSecond");
    assert_int_equal(stage.metadata.kept.number, 14);
    zoe_task_hub_leave(&hub);
    stage.metadata.kept.hub = stage.layers.kept.hub = NULL;
}

/* The choice needs no header but the page's. */
static void a_layer_is_chosen_while_nothing_answers(void **state)
{
    session_place *p = *state;
    zoe_error error;
    show(draw_layers);
    set_stuck(true);
    const zoe_draw *item = see("Z \302\267 half");
    ui_hand_click(&hand, item->rect.x + 4, item->rect.y + 4);
    assert_int_equal(
        zoe_session_choose_layer(stage.session, stage.layer.header, stage.layer.index, &error),
        ZOE_OK);
    assert_string_equal(zoe_session_shot(&p->session)->layer, "Z");
    set_stuck(false);
}

/* ---- go to frame ---- */

static void enter(const char *text)
{
    stage.went = (zoe_goto_page_result){.position = -1};
    zoe_goto_page_show(&hand.ui, &stage.go, (SDL_Rect){10, 10, 40, 20});
    ui_hand_frame(&hand);
    ui_hand_settle(&hand);
    ui_hand_text(&hand, text);
    ui_hand_key(&hand, SDLK_RETURN, 0);
}

static void numbers_steps_and_time_codes_lead_to_frames(void **state)
{
    (void)state;
    show(draw_goto);
    enter("15");
    assert_int_equal(stage.went.position, 4);
    assert_int_equal(hand.ui.open_count, 0);
    enter("+2");
    assert_int_equal(stage.went.position, 4);
    enter("-1");
    assert_int_equal(stage.went.position, 1);
    /* Without a time code in the file, it counts from the first frame. */
    enter("0:05");
    assert_int_equal(stage.went.position, 5);
}

static void a_wrong_entry_is_marked_and_goes_nowhere(void **state)
{
    (void)state;
    show(draw_goto);
    enter("99");
    assert_false(stage.went.go);
    assert_int_equal(hand.ui.open_count, 1);
    assert_true(stage.go.field.wrong);
    see("No frame 99: 11\342\200\22316");
    ui_hand_key(&hand, SDLK_ESCAPE, 0);
    assert_int_equal(hand.ui.open_count, 0);
    enter("abc");
    assert_false(stage.went.go);
    assert_true(stage.go.field.wrong);
    /* All of it, though it is wider than the popup. */
    see("\"abc\" is no frame: write 1001,");
    see("+10, -5 or 01:02:03:04");
}

/* ---- saving ---- */

static void a_saved_picture_takes_no_name_that_is_taken(void **state)
{
    session_place *p = *state;
    char path[512], expected[512];
    const zoe_sequence *sequence = zoe_session_sequence(&p->session);
    const zoe_frame *frame = &p->session.screen.frame;
    show(draw_goto);
    assert_true(zoe_frame_write_name(sequence, 13, p->folder, "exr", path, sizeof path));
    snprintf(expected, sizeof expected, "%s/a 13.exr", p->folder);
    assert_string_equal(path, expected);
    assert_int_equal(zoe_frame_write_exr(path, frame, NULL, NULL, NULL, NULL, false, NULL), ZOE_OK);
    assert_true(zoe_frame_write_name(sequence, 13, p->folder, "exr", path, sizeof path));
    snprintf(expected, sizeof expected, "%s/a 13 (2).exr", p->folder);
    assert_string_equal(path, expected);
    assert_true(zoe_frame_write_name(sequence, 13, p->folder, "png", path, sizeof path));
    const zoe_paint seen = {.frame = frame};
    assert_int_equal(zoe_frame_write_png(path, &seen, &p->session.grade, NULL, NULL,
                                         (zoe_extent){0, 0}, false, NULL),
                     ZOE_OK);
    assert_false(zoe_frame_write_name(sequence, 13, p->folder, "png", path, 8));
}

int main(void)
{
#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        ON_STAGE(layers_are_listed_with_their_channels),
        ON_STAGE(a_click_chooses_a_layer),
        ON_STAGE(what_is_typed_filters_and_enter_chooses),
        ON_STAGE(nothing_that_matches_is_harmless),
        ON_STAGE(attributes_are_found_and_copied),
        ON_STAGE(selected_rows_are_copied_alone),
        ON_STAGE(metadata_follows_the_frame_but_not_while_playing),
        ON_STAGE(a_header_that_does_not_come_holds_up_nothing),
        ON_STAGE(a_layer_is_chosen_while_nothing_answers),
        ON_STAGE(numbers_steps_and_time_codes_lead_to_frames),
        ON_STAGE(a_wrong_entry_is_marked_and_goes_nowhere),
        ON_STAGE(a_saved_picture_takes_no_name_that_is_taken),
    };
    return cmocka_run_group_tests_name("pages of the frame", tests, NULL, NULL);
}
