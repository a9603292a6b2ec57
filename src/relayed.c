#include "relayed.h"

#include "base/buf.h"
#include "base/mem.h"

#include <stdlib.h>

static int compare_text(struct text a, struct text b)
{
    uint32_t least = a.len < b.len ? a.len : b.len;
    int order = least ? memcmp(a.at, b.at, least) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

enum { ASKERS = 3 };
struct relayed {
    struct sighting *sighting;
    struct address asker[ASKERS]; /* distinct */
    unsigned askers, more;
};

static bool is_relay(const struct sighting *s)
{
    return s->controller_name.at != NULL &&
           (text_is(s->host_role, "resolver") || text_is(s->host_role, "proxy") ||
            text_is(s->host_role, "mail gateway"));
}

static int compare_relayed(const void *left, const void *right)
{
    const struct relayed *a = left, *b = right;
    const struct sighting *x = a->sighting, *y = b->sighting;
    if (x->day.number != y->day.number)
        return x->day.number < y->day.number ? -1 : 1;
    int order = compare_text(x->controller_name, y->controller_name);
    return order ? order : address_compare(x->host, y->host);
}

/* Notes that `host` reached for `name` on that day, in every finding of a relay about that name. */
static void relayed_note(struct relayed *relayed, size_t len, struct day day, struct text name,
                         struct address host)
{
    struct sighting wanted = {.day = day, .controller_name = name};
    struct relayed key = {.sighting = &wanted};
    size_t low = 0, high = len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_relayed(&relayed[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < len && relayed[low].sighting->day.number == day.number &&
           text_same(relayed[low].sighting->controller_name, name);
         low++) {
        struct relayed *r = &relayed[low];
        bool known = address_same(r->sighting->host, host);
        for (unsigned i = 0; i < r->askers; i++)
            known |= address_same(r->asker[i], host);
        if (!known && r->askers < ASKERS)
            r->asker[r->askers++] = host;
        else if (!known)
            r->more++;
    }
}

/* Says in the reason of the host's role who is behind it. */
static void relayed_tell(const struct relayed *r, struct arena *arena)
{
    struct buf who = {0};
    char text[ADDRESS_TEXT];
    for (unsigned i = 0; i < r->askers; i++)
        buf_format(&who, "%s%s", i ? ", " : "; the same name was asked for by ",
                   address_format(r->asker[i], text));
    buf_string(&who, r->more     ? " and others"
                     : r->askers ? ""
                                 : "; who stands behind it was not seen");
    struct evidence_list *list = &r->sighting->evidence;
    struct evidence *copy = arena_new(arena, list->len * sizeof *copy);
    for (uint32_t i = 0; i < list->len; i++) {
        copy[i] = list->at[i];
        if (strcmp(copy[i].detector, "role") == 0 && text_starts(copy[i].item, "host is "))
            copy[i].why = arena_format(arena, "%.*s; the finding is about somebody behind it%s",
                                       (int)copy[i].why.len, copy[i].why.at, who.at);
    }
    list->at = copy;
    buf_free(&who);
}

void relayed_find(struct findings *f)
{
    size_t len = 0;
    for (size_t i = 0; i < f->sightings; i++)
        len += is_relay(&f->sighting[i]);
    if (len == 0)
        return;
    struct relayed *relayed = mem_new(len, sizeof *relayed);
    len = 0;
    for (size_t i = 0; i < f->sightings; i++)
        if (is_relay(&f->sighting[i]))
            relayed[len++].sighting = &f->sighting[i];
    qsort(relayed, len, sizeof *relayed, compare_relayed);
    for (size_t i = 0; i < f->sightings; i++)
        relayed_note(relayed, len, f->sighting[i].day, f->sighting[i].controller_name,
                     f->sighting[i].host);
    for (size_t i = 0; i < f->contacts; i++)
        relayed_note(relayed, len, f->contact[i].day, f->contact[i].controller_name,
                     f->contact[i].host);
    for (size_t i = 0; i < len; i++)
        relayed_tell(&relayed[i], &f->arena);
    mem_free(relayed);
}
