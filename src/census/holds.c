#include "census/live.h"

#include "base/digits.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

static struct text field(struct text *rest)
{
    struct text t = text_trim(text_word(rest, ','));
    bool quoted = t.len >= 2 && t.at[0] == '"' && t.at[t.len - 1] == '"';
    return quoted ? text_at(t.at + 1, t.len - 2) : t;
}

/* Seconds of 1970, with or without a fraction, or RFC 3339. */
static bool seconds(struct text t, int64_t *ret)
{
    struct text rest = t;
    struct instant at;
    if (digits_read(text_word(&rest, '.'), ret))
        return true;
    if (!instant_parse(t, &at))
        return false;
    *ret = at.us / SECOND_US;
    return true;
}

static const char *line_read(struct text line, struct network_hold *ret, bool *open_start,
                             bool *open_end)
{
    struct text rest = line;
    struct text asn = field(&rest), start = field(&rest), end = field(&rest), device = field(&rest);
    if (asn.len > 2 && ascii_lower(asn.at[0]) == 'a' && ascii_lower(asn.at[1]) == 's')
        asn = text_at(asn.at + 2, asn.len - 2);
    ret->asn = -1;
    if (asn.len && !text_is(asn, "private") && !digits_read(asn, &ret->asn))
        return "the network is no number";
    *open_start = start.len == 0;
    *open_end = end.len == 0;
    if (*open_start && *open_end)
        return "neither start nor end";
    if (!*open_start && !seconds(start, &ret->hold.start_s))
        return "the start is no time";
    if (!*open_end && !seconds(end, &ret->hold.end_s))
        return "the end is no time";
    if (!*open_start && !*open_end && ret->hold.end_s <= ret->hold.start_s)
        return "it ends before it starts";
    ret->hold.device = device.len ? XXH3_64bits(device.at, device.len) : 0;
    return NULL;
}

static struct network_hold *hold_new(struct holds *holds)
{
    if (holds->len == holds->room) {
        holds->room = holds->room ? holds->room * 2 : 1024;
        holds->at = mem_resize(holds->at, holds->room, sizeof *holds->at);
    }
    return &holds->at[holds->len++];
}

void holds_read(struct holds *holds, struct text file)
{
    struct text rest = file, line;
    size_t began = holds->len;
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (uint64_t n = 1; text_line(&rest, &line); n++) {
        struct network_hold h = {0};
        bool open_start, open_end;
        if (line.len == 0 || line.at[0] == '#' || (n == 1 && text_starts(line, "asn")))
            continue;
        holds->lines++;
        const char *why =
            holds->len < HOLDS_MOST ? line_read(line, &h, &open_start, &open_end) : "too many";
        if (why) {
            holds->refused++;
            if (holds->first_refused[0] == 0)
                (void)snprintf(holds->first_refused, sizeof holds->first_refused, "line %llu: %s",
                               (unsigned long long)n, why);
            continue;
        }
        h.hold.cut = open_start || open_end;
        h.hold.start_s = open_start ? INT64_MIN : h.hold.start_s;
        h.hold.end_s = open_end ? INT64_MAX : h.hold.end_s;
        h.hold.device = h.hold.device ? h.hold.device : n * 2 + 1;
        first = !open_start && h.hold.start_s < first ? h.hold.start_s : first;
        last = !open_end && h.hold.end_s > last ? h.hold.end_s : last;
        last = !open_start && h.hold.start_s > last ? h.hold.start_s : last;
        first = !open_end && h.hold.end_s < first ? h.hold.end_s : first;
        *hold_new(holds) = h;
    }
    for (size_t i = began; i < holds->len; i++) { /* what is open reaches as far as the file does */
        struct hold *h = &holds->at[i].hold;
        h->start_s = h->start_s == INT64_MIN ? first : h->start_s;
        h->end_s = h->end_s == INT64_MAX ? last + 1 : h->end_s;
    }
}

void holds_free(struct holds *holds)
{
    mem_free(holds->at);
    *holds = (struct holds){0};
}
