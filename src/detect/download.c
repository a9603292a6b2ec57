/*
 * A program comes in, and then the host begins to call where it had not called before: the middle
 * of the dialog that infections hold (Gu et al., BotHunter, USENIX Security 2007). Fetching a
 * program is what people do all day, and so is what follows for a program that installs itself;
 * so each half weighs little, and most of it only beside what the new conversation looks like.
 *
 * A program is told by its first bytes, or where a log has no bytes by the type of the answer. One
 * whose answer says picture or text, or whose name is a picture's, is disguised. Taking a payload
 * is not being controlled: of the end that served it the evidence never says more than suspected.
 */
#include "detect/detect.h"

#include <stdio.h>

enum { KEPT = 6, NAME_KEPT = 40 };
#define SOON_US (INT64_C(10) * 60 * SECOND_US)

/* The earliest programs that a host fetched on a day. */
struct fetched {
    struct instant at[KEPT];
    uint32_t len;
    bool disguised; /* one of them was */
};

struct download {
    uint32_t programs, disguised, bare;
    uint64_t number;
    uint8_t name_len;
    char name[NAME_KEPT];
};

static bool starts_like_program(struct text body)
{
    static const struct {
        const char *magic;
        uint8_t len;
    } known[] = {{"MZ", 2},
                 {"\x7f"
                  "ELF",
                  4},
                 {"\xca\xfe\xba\xbe", 4},
                 {"\xcf\xfa\xed\xfe", 4}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (body.len >= 64 && memcmp(body.at, known[i].magic, known[i].len) == 0)
            return true;
    return false;
}

static bool type_is_program(struct text type)
{
    static const char *const types[] = {"application/x-dosexec",
                                        "application/x-msdownload",
                                        "application/x-executable",
                                        "application/x-elf",
                                        "application/vnd.microsoft.portable-executable",
                                        "application/x-sharedlib",
                                        "application/x-mach-o"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (text_starts(type, types[i]))
            return true;
    return false;
}

/* What a program would call itself when it does not want to be one. */
static bool is_disguise(const struct http_record *http, struct text path)
{
    static const char *const names[] = {".jpg", ".jpeg", ".png", ".gif", ".txt", ".css",
                                        ".ico", ".bmp",  ".htm", ".pdf", ".mp3", ".js"};
    static const char *const types[] = {"image/", "text/", "audio/", "video/", "font/"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (text_ends(path, names[i]))
            return true;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (text_starts(http->response_type, types[i]))
            return true;
    return false;
}

static void remember(struct fetched *f, struct instant at)
{
    uint32_t i = f->len < KEPT ? f->len++ : KEPT;
    /* sorted, the earliest stay: whatever the order in which they are told */
    for (; i > 0 && f->at[i - 1].us > at.us; i--)
        if (i < KEPT)
            f->at[i] = f->at[i - 1];
    if (i < KEPT)
        f->at[i] = at;
}

static void record(const struct detect *detect, const struct record *record)
{
    struct download *d = detect->pair_state;
    struct fetched *f = detect->host_state;
    const struct http_record *http = record->http;
    if (!record->ends.host_opened || record->ends.outside_home || http->status != 200)
        return;
    if (!starts_like_program(http->response_start) && !type_is_program(http->response_type))
        return;
    struct text rest = http->target, path = text_word(&rest, '?');
    bool disguised = starts_like_program(http->response_start) && is_disguise(http, path);
    struct address address;
    if (d->programs++ == 0 || record->number < d->number) {
        d->number = record->number;
        struct text name = path;
        const char *slash = name.len ? memrchr(name.at, '/', name.len) : NULL;
        if (slash)
            name = text_at(slash + 1, name.len - (size_t)(slash + 1 - name.at));
        d->name_len = (uint8_t)(name.len < NAME_KEPT ? name.len : NAME_KEPT);
        if (d->name_len)
            memcpy(d->name, name.at, d->name_len);
    }
    d->disguised += disguised;
    d->bare += !http->has_host || address_parse(http->host, &address);
    f->disguised |= disguised;
    remember(f, record->time);
}

static void served(const struct detect *detect, struct evidence_out *out)
{
    const struct download *d = detect->pair_state;
    struct evidence e = {.group = GROUP_DIALOG,
                         .flags = EVIDENCE_PAYLOAD,
                         .number = d->number,
                         .known_from = {DAY_NONE}};
    trait_set(&e.traits, TRAIT_download_program, true);
    trait_set(&e.traits, TRAIT_download_disguised, d->disguised > 0);
    trait_set(&e.traits, TRAIT_download_bare, d->bare > 0);
    e.strength = traits_strength(&e.traits);
    if (e.strength < EVIDENCE_LEAST)
        return;
    e.item = evidence_text(out, "program %.*s", d->name_len, d->name);
    e.why = evidence_text(out, "%u program%s fetched%s%s", d->programs, d->programs == 1 ? "" : "s",
                          d->disguised ? ", under a disguise" : "",
                          d->bare ? ", from a bare address" : "");
    evidence_add(out, &e);
}

/* Called for the first time that day, soon after a program had come in. */
static void called(const struct detect *detect, struct evidence_out *out)
{
    const struct fetched *f = detect->host_state;
    const struct pair *pair = detect->pair;
    uint32_t i = 0;
    while (i < f->len && (pair->first.us < f->at[i].us || pair->first.us > f->at[i].us + SOON_US))
        i++;
    if (i == f->len || !(pair->flags & PAIR_OPENED_HOST))
        return;
    struct evidence e = {.group = GROUP_DIALOG, .known_from = {DAY_NONE}};
    trait_set(&e.traits, TRAIT_download_then_called, true);
    trait_set(&e.traits, TRAIT_download_disguised_then_called, f->disguised);
    e.strength = traits_strength(&e.traits);
    if (e.strength < EVIDENCE_LEAST)
        return;
    char at[INSTANT_TEXT];
    e.item = evidence_text(out, "called after a download");
    e.why =
        evidence_text(out,
                      "first called that day %lld s after the host had fetched a program%s at "
                      "%s UTC",
                      (long long)((pair->first.us - f->at[i].us) / SECOND_US),
                      f->disguised ? " under a disguise" : "", instant_format_short(f->at[i], at));
    evidence_add(out, &e);
}

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct download *d = detect->pair_state;
    const struct fetched *f = detect->host_state;
    if ((detect->pair->flags & (PAIR_POPULAR | PAIR_OUTSIDE_HOME)) || f->len == 0)
        return;
    if (d->programs)
        served(detect, out);
    else
        called(detect, out);
}

const struct detector detector_download = {
    .name = "download",
    .about = "a program comes in, then calls where the host had not called before",
    .version = 1,
    .records = RECORD_HTTP,
    .pair_bytes = (sizeof(struct download) + 7) / 8 * 8,
    .host_bytes = (sizeof(struct fetched) + 7) / 8 * 8,
    .record = record,
    .close = close,
};
