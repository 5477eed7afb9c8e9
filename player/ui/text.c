#define _GNU_SOURCE

#include "ui/text.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <SDL_ttf.h>
#include <fontconfig/fontconfig.h>

#include "ui/theme.h"

enum {
    GLYPHS = 1024,     /* of the table, a power of two */
    GLYPHS_MOST = 768, /* filled before all are forgotten: probing stays short */
    ATLAS = 1024,      /* pixels on a side */
    FONTS = 1 + ZOE_TEXT_FALLBACKS,
};

static const int style_px[ZOE_TEXT_STYLES] = {ZOE_TEXT_SMALL_PX, ZOE_TEXT_BODY_PX,
                                              ZOE_TEXT_TITLE_PX};

typedef struct glyph {
    uint32_t key; /* 0: free; else codepoint * 4 + style + 1 */
    int advance;
    SDL_Rect place; /* in the atlas; w = 0: nothing to draw */
} glyph;

struct zoe_text {
    SDL_Renderer *renderer;
    SDL_Texture *atlas;
    double scale;
    char *paths[FONTS]; /* of the font files; NULL: none yet */
    TTF_Font *fonts[FONTS][ZOE_TEXT_STYLES];
    int font_count;
    int height[ZOE_TEXT_STYLES];
    int shelf_x, shelf_y, shelf_height; /* where the next glyph goes in the atlas */
    int glyph_count;
    glyph glyphs[GLYPHS];
};

/* ---- UTF-8 ---- */

/* The next code point; bytes that are no UTF-8 count one each, as U+FFFD. */
static uint32_t next_codepoint(const char **at)
{
    const unsigned char *s = (const unsigned char *)*at;
    uint32_t code;
    int more;
    if (s[0] < 0x80) {
        code = s[0];
        more = 0;
    } else if ((s[0] & 0xE0) == 0xC0) {
        code = s[0] & 0x1Fu;
        more = 1;
    } else if ((s[0] & 0xF0) == 0xE0) {
        code = s[0] & 0x0Fu;
        more = 2;
    } else if ((s[0] & 0xF8) == 0xF0) {
        code = s[0] & 0x07u;
        more = 3;
    } else {
        *at += 1;
        return 0xFFFD;
    }
    for (int i = 1; i <= more; i++) {
        if ((s[i] & 0xC0) != 0x80) {
            *at += 1;
            return 0xFFFD;
        }
        code = code << 6 | (s[i] & 0x3Fu);
    }
    *at += more + 1;
    bool is_control = code < 0x20 || (code >= 0x7F && code < 0xA0) ||
                      (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
    return is_control || code > 0x10FFFF ? 0xFFFD : code;
}

/* ---- fonts ---- */

/* The file of a sans-serif font, with the given letter if codepoint is not 0. The caller frees. */
static char *find_font(uint32_t codepoint)
{
    FcPattern *pattern = FcPatternCreate();
    FcCharSet *letters = FcCharSetCreate();
    FcPattern *match = NULL;
    char *path = NULL;
    if (pattern && letters) {
        FcPatternAddString(pattern, FC_FAMILY, (const FcChar8 *)"sans-serif");
        FcPatternAddBool(pattern, FC_SCALABLE, FcTrue);
        if (codepoint && FcCharSetAddChar(letters, codepoint))
            FcPatternAddCharSet(pattern, FC_CHARSET, letters);
        FcConfigSubstitute(NULL, pattern, FcMatchPattern);
        FcDefaultSubstitute(pattern);
        FcResult result;
        match = FcFontMatch(NULL, pattern, &result);
    }
    FcChar8 *file;
    if (match && FcPatternGetString(match, FC_FILE, 0, &file) == FcResultMatch)
        path = strdup((const char *)file);
    if (match)
        FcPatternDestroy(match);
    if (letters)
        FcCharSetDestroy(letters);
    if (pattern)
        FcPatternDestroy(pattern);
    return path;
}

static TTF_Font *open_font(const char *path, zoe_text_style style, double scale)
{
    /* SDL_ttf sizes are points of 72 to the inch: one em in pixels. */
    TTF_Font *font = TTF_OpenFont(path, (int)lround(style_px[style] * scale));
    if (font) {
        TTF_SetFontHinting(font, TTF_HINTING_LIGHT);
        TTF_SetFontKerning(font, 0);
    }
    return font;
}

static void close_fonts(zoe_text *text)
{
    for (int i = 0; i < FONTS; i++) {
        for (int style = 0; style < ZOE_TEXT_STYLES; style++) {
            if (text->fonts[i][style])
                TTF_CloseFont(text->fonts[i][style]);
            text->fonts[i][style] = NULL;
        }
    }
}

static zoe_status open_fonts(zoe_text *text, zoe_error *error)
{
    for (int i = 0; i < text->font_count; i++) {
        for (int style = 0; style < ZOE_TEXT_STYLES; style++) {
            text->fonts[i][style] = open_font(text->paths[i], (zoe_text_style)style, text->scale);
            if (!text->fonts[i][style] && i == 0)
                return zoe_error_set(error, ZOE_ERROR_IO, "%s: %s", text->paths[0], TTF_GetError());
        }
    }
    for (int style = 0; style < ZOE_TEXT_STYLES; style++)
        text->height[style] = TTF_FontHeight(text->fonts[0][style]);
    return ZOE_OK;
}

/* A font that has the letter; the first font where none has. */
static TTF_Font *font_for(zoe_text *text, zoe_text_style style, uint32_t codepoint)
{
    for (int i = 0; i < text->font_count; i++) {
        TTF_Font *font = text->fonts[i][style];
        if (font && TTF_GlyphIsProvided32(font, codepoint))
            return font;
    }
    if (text->font_count < FONTS) {
        char *path = find_font(codepoint);
        if (!path)
            return text->fonts[0][style];
        int slot = text->font_count++;
        text->paths[slot] = path;
        for (int s = 0; s < ZOE_TEXT_STYLES; s++)
            text->fonts[slot][s] = open_font(path, (zoe_text_style)s, text->scale);
        TTF_Font *font = text->fonts[slot][style];
        if (font && TTF_GlyphIsProvided32(font, codepoint))
            return font;
    }
    return text->fonts[0][style];
}

/* ---- atlas ---- */

void zoe_text_forget(zoe_text *text)
{
    memset(text->glyphs, 0, sizeof text->glyphs);
    text->glyph_count = 0;
    text->shelf_x = 0;
    text->shelf_y = 0;
    text->shelf_height = 0;
}

/* Finds room for a glyph, a pixel apart from its neighbours. Returns false when the atlas is
 * full. */
static bool find_room(zoe_text *text, int width, int height, SDL_Rect *place)
{
    if (width + 1 > ATLAS || height + 1 > ATLAS)
        return false;
    if (text->shelf_x + width + 1 > ATLAS) {
        text->shelf_x = 0;
        text->shelf_y += text->shelf_height;
        text->shelf_height = 0;
    }
    if (text->shelf_y + height + 1 > ATLAS)
        return false;
    *place = (SDL_Rect){text->shelf_x, text->shelf_y, width, height};
    text->shelf_x += width + 1;
    if (text->shelf_height < height + 1)
        text->shelf_height = height + 1;
    return true;
}

static void rasterize(zoe_text *text, zoe_text_style style, uint32_t codepoint, glyph *into)
{
    TTF_Font *font = font_for(text, style, codepoint);
    int advance = 0;
    into->place = (SDL_Rect){0, 0, 0, 0};
    into->advance = 0;
    if (TTF_GlyphMetrics32(font, codepoint, NULL, NULL, NULL, NULL, &advance) == 0)
        into->advance = advance;
    if (codepoint == ' ' || codepoint == 0xA0)
        return;
    SDL_Surface *drawn =
        TTF_RenderGlyph32_Blended(font, codepoint, (SDL_Color){255, 255, 255, 255});
    if (!drawn)
        return;
    if (drawn->format->format == SDL_PIXELFORMAT_ARGB8888 &&
        find_room(text, drawn->w, drawn->h, &into->place))
        SDL_UpdateTexture(text->atlas, &into->place, drawn->pixels, drawn->pitch);
    SDL_FreeSurface(drawn);
}

static const glyph *find_glyph(zoe_text *text, zoe_text_style style, uint32_t codepoint)
{
    uint32_t key = codepoint * 4u + (uint32_t)style + 1u;
    uint32_t slot = (key * 2654435761u) >> 22;
    while (text->glyphs[slot].key && text->glyphs[slot].key != key)
        slot = (slot + 1) & (GLYPHS - 1);
    if (text->glyphs[slot].key)
        return &text->glyphs[slot];
    if (text->glyph_count >= GLYPHS_MOST || text->shelf_y > ATLAS - 2 * text->height[style]) {
        zoe_text_forget(text);
        return find_glyph(text, style, codepoint);
    }
    text->glyphs[slot].key = key;
    text->glyph_count++;
    rasterize(text, style, codepoint, &text->glyphs[slot]);
    return &text->glyphs[slot];
}

/* ---- life ---- */

zoe_status zoe_text_create(SDL_Renderer *renderer, double scale, zoe_text **out, zoe_error *error)
{
    *out = NULL;
    zoe_text *text = calloc(1, sizeof *text);
    if (!text)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "out of memory for text");
    text->renderer = renderer;
    text->scale = scale;
    zoe_status status = ZOE_OK;
    text->atlas = SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STATIC,
                                    ATLAS, ATLAS);
    text->paths[0] = find_font(0);
    if (!text->atlas) {
        status = zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "cannot make a texture for text: %s",
                               SDL_GetError());
    } else if (!text->paths[0]) {
        status = zoe_error_set(error, ZOE_ERROR_NOT_FOUND, "no sans-serif font is installed");
    } else {
        SDL_SetTextureBlendMode(text->atlas, SDL_BLENDMODE_BLEND);
        text->font_count = 1;
        status = open_fonts(text, error);
    }
    if (status != ZOE_OK)
        zoe_text_destroy(&text);
    *out = text;
    return status;
}

void zoe_text_destroy(zoe_text **pointer)
{
    if (!pointer || !*pointer)
        return;
    zoe_text *text = *pointer;
    close_fonts(text);
    for (int i = 0; i < FONTS; i++)
        free(text->paths[i]);
    if (text->atlas)
        SDL_DestroyTexture(text->atlas);
    free(text);
    FcFini();
    *pointer = NULL;
}

zoe_status zoe_text_set_scale(zoe_text *text, double scale, zoe_error *error)
{
    close_fonts(text);
    zoe_text_forget(text);
    text->scale = scale;
    return open_fonts(text, error);
}

/* ---- lines ---- */

int zoe_text_height(const zoe_text *text, zoe_text_style style)
{
    return text->height[style];
}

int zoe_text_width(zoe_text *text, zoe_text_style style, const char *line)
{
    int width = 0;
    while (*line)
        width += find_glyph(text, style, next_codepoint(&line))->advance;
    return width;
}

static int draw_glyph(zoe_text *text, zoe_text_style style, int x, int y, uint32_t codepoint)
{
    const glyph *g = find_glyph(text, style, codepoint);
    if (g->place.w) {
        SDL_Rect target = {x, y, g->place.w, g->place.h};
        SDL_RenderCopy(text->renderer, text->atlas, &g->place, &target);
    }
    return x + g->advance;
}

static void set_color(zoe_text *text, SDL_Color color)
{
    SDL_SetTextureColorMod(text->atlas, color.r, color.g, color.b);
    SDL_SetTextureAlphaMod(text->atlas, color.a);
}

int zoe_text_draw(zoe_text *text, zoe_text_style style, int x, int y, SDL_Color color,
                  const char *line)
{
    set_color(text, color);
    while (*line)
        x = draw_glyph(text, style, x, y, next_codepoint(&line));
    return x;
}
