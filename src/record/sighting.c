#include "record/sighting.h"

/* How a column of each type is copied into an arena. */
#define COPY_day(to, from) (to) = (from)
#define COPY_time(to, from) (to) = (from)
#define COPY_address(to, from) (to) = (from)
#define COPY_count(to, from) (to) = (from)
#define COPY_flag(to, from) (to) = (from)
#define COPY_real(to, from) (to) = (from)
#define COPY_text(to, from) (to) = arena_text(arena, (from))
#define COPY_evidence(to, from) (to) = evidence_copy(arena, (from))

static struct evidence_list evidence_copy(struct arena *arena, struct evidence_list from)
{
    struct evidence *to = arena_new(arena, from.len * sizeof *to);
    for (uint32_t i = 0; i < from.len; i++) {
        to[i] = from.at[i];
        to[i].set = arena_text(arena, from.at[i].set);
        to[i].item = arena_text(arena, from.at[i].item);
        to[i].family = arena_text(arena, from.at[i].family);
        to[i].why = arena_text(arena, from.at[i].why);
        to[i].where = arena_text(arena, from.at[i].where);
    }
    struct evidence_list list = {.at = to, .len = from.len};
    return list;
}

void sighting_copy(struct arena *arena, struct sighting *to, const struct sighting *from)
{
#define COLUMN(name, type, unit, help) COPY_##type(to->name, from->name);
#include "record/sighting.list"
#undef COLUMN
}

#define COMPARE_ROWS(noun)                                                                         \
    int noun##_compare(const void *left, const void *right)                                        \
    {                                                                                              \
        const struct noun *a = left, *b = right;                                                   \
        if (a->day.number != b->day.number)                                                        \
            return a->day.number < b->day.number ? -1 : 1;                                         \
        int order = address_compare(a->host, b->host);                                             \
        if (order == 0)                                                                            \
            order = address_compare(a->controller, b->controller);                                 \
        if (order == 0)                                                                            \
            order = text_compare(a->controller_name, b->controller_name);                          \
        if (order == 0)                                                                            \
            order = (a->first.us > b->first.us) - (a->first.us < b->first.us);                     \
        return order;                                                                              \
    }
COMPARE_ROWS(sighting)
COMPARE_ROWS(contact)
