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
