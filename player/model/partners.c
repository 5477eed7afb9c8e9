#include "model/partners.h"

#include <string.h>

static int64_t first_number(const zoe_shot *shot)
{
    return zoe_sequence_number(zoe_shot_sequence(shot), 0);
}

void zoe_partners_choose(zoe_partners *partners, const int *shots, int count)
{
    for (int i = 0; i < partners->count; i++)
        zoe_screen_close(&partners->list[i].screen);
    memset(partners->list, 0, sizeof partners->list);
    partners->count = count > ZOE_COMPARE_OTHERS ? ZOE_COMPARE_OTHERS : count;
    for (int i = 0; i < partners->count; i++) {
        partners->list[i].shot = shots[i];
        partners->list[i].status = ZOE_LOADING;
    }
}

bool zoe_partners_has(const zoe_partners *partners, int shot)
{
    for (int i = 0; i < partners->count; i++) {
        if (partners->list[i].shot == shot)
            return true;
    }
    return false;
}

int64_t zoe_partners_position(const zoe_partners *partners, int shot)
{
    for (int i = 0; i < partners->count; i++) {
        if (partners->list[i].shot == shot)
            return partners->list[i].position;
    }
    return -1;
}

void zoe_partners_drop(zoe_partners *partners)
{
    for (int i = 0; i < partners->count; i++)
        zoe_screen_drop(&partners->list[i].screen);
}

void zoe_partners_touch(zoe_partners *partners)
{
    zoe_partners_drop(partners);
    for (int i = 0; i < partners->count; i++)
        partners->list[i].is_told = false;
}

void zoe_partners_shift(zoe_partners *partners, int shot, int64_t shift)
{
    for (int i = 0; i < partners->count; i++) {
        zoe_partner *p = &partners->list[i];
        if (p->shot != shot)
            continue;
        p->position += shift;
        p->screen.frame.position += shift;
    }
}

void zoe_partners_tell(zoe_partners *partners, zoe_shot *shots, int current, const zoe_want *want)
{
    for (int i = 0; i < partners->count; i++) {
        zoe_partner *p = &partners->list[i];
        zoe_shot *shot = &shots[p->shot];
        zoe_want own;
        if (!zoe_compare_want(&partners->compare, want, first_number(&shots[current]),
                              first_number(shot), shot->transport.count, &own)) {
            memset(&own, 0, sizeof own);
            own.idle = 1;
        }
        if (!own.idle)
            zoe_fallback_tell(&shot->fallback, &shot->variants, &own);
        if (p->is_told && zoe_same_want(&own, &p->want))
            continue;
        p->want = own;
        p->is_told = zoe_source_set_want(shot->source, &own) == ZOE_OK;
    }
}

bool zoe_partners_ask(zoe_partners *partners, zoe_shot *shots, int current, zoe_engine *engine,
                      int64_t position)
{
    bool is_ready = true;
    for (int i = 0; i < partners->count; i++) {
        zoe_partner *p = &partners->list[i];
        zoe_shot *shot = &shots[p->shot];
        p->position = zoe_compare_position(&partners->compare, position,
                                           first_number(&shots[current]), first_number(shot));
        p->why.text[0] = '\0';
        p->status = ZOE_MISSING;
        if (p->position < 0 || p->position >= shot->transport.count) {
            zoe_screen_drop(&p->screen);
            continue;
        }
        p->status = zoe_screen_ask(&p->screen, shot, engine, &p->want, p->position);
        is_ready = is_ready && p->status != ZOE_LOADING;
    }
    return is_ready;
}

bool zoe_partners_lack_room(const zoe_partners *partners)
{
    for (int i = 0; i < partners->count; i++) {
        if (partners->list[i].status == ZOE_NO_ROOM)
            return true;
    }
    return false;
}

bool zoe_partners_give_way(zoe_partners *partners)
{
    bool goes = false;
    for (int i = 0; i < partners->count; i++)
        goes |= zoe_screen_give_way(&partners->list[i].screen);
    return goes;
}

bool zoe_partners_show(zoe_partners *partners, zoe_shot *shots, const zoe_grade *grade)
{
    bool is_other = false;
    for (int i = 0; i < partners->count; i++) {
        zoe_partner *p = &partners->list[i];
        zoe_shot *shot = &shots[p->shot];
        zoe_grade same = *grade; /* everything is seen as the current shot is */
        if (p->status == ZOE_OK) {
            is_other |= zoe_screen_show(&p->screen, shot, &same, false);
            continue;
        }
        if (p->status != ZOE_MISSING && p->status != ZOE_LOADING)
            (void)zoe_source_frame_error(shot->source, p->position, &p->why);
        is_other |= zoe_screen_has_picture(&p->screen);
        zoe_screen_clear(&p->screen);
    }
    return is_other;
}
