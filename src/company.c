#include "company.h"

#include "judge/judge.h"
#include "rules.h"

#include <string.h>

/* By hand: in 265 benign captures no host has two suspected ends at all. */
#define STRENGTH 2.5
enum { MOST = 512 /* findings of a host and day that are compared */ };
#define SHAPE_LEAST 4.0

/* What the conversation looks like, where that alone speaks: only traits can be the same. */
static const struct evidence *shape_of(const struct sighting *s)
{
    static const struct traits none = {{0}};
    if (!text_is(s->kind, "control") || !address_known(s->controller))
        return NULL;
    for (uint32_t i = 0; i < s->evidence.len; i++) {
        const struct evidence *e = &s->evidence.at[i];
        if (e->group == GROUP_SHAPE && e->strength >= SHAPE_LEAST &&
            memcmp(&e->traits, &none, sizeof none) != 0)
            return e;
    }
    return NULL;
}

/* One provider's neighbours are often one service. */
static bool same_network(struct address a, struct address b)
{
    if (address_is_v4(a) && address_is_v4(b))
        return address_v4_number(a) >> 16 == address_v4_number(b) >> 16;
    return a.high >> 32 == b.high >> 32 && address_is_v4(a) == address_is_v4(b);
}

static bool is_alike(const struct sighting *a, const struct sighting *b)
{
    const struct evidence *x = shape_of(a), *y = shape_of(b);
    return x && y && strcmp(x->detector, y->detector) == 0 &&
           memcmp(&x->traits, &y->traits, sizeof x->traits) == 0 &&
           !same_network(a->controller, b->controller);
}

static void tell(struct findings *f, struct sighting *s, const struct sighting *other,
                 unsigned others, const double *knob)
{
    struct evidence_list *list = &s->evidence;
    struct evidence *copy = arena_new(&f->arena, (list->len + 1) * sizeof *copy);
    char address[ADDRESS_TEXT];
    memcpy(copy, list->at, list->len * sizeof *copy);
    (void)address_format(other->controller, address);
    copy[list->len] = (struct evidence){
        .detector = "company",
        .version = COMPANY_VERSION,
        .group = GROUP_DIALOG,
        .strength = STRENGTH,
        .known_from = {DAY_NONE},
        .item = arena_format(&f->arena, "like %s", address),
        .why =
            arena_format(&f->arena,
                         "%u other end%s of this host, in other networks, had the same traits on "
                         "that day, such as %s",
                         others, others == 1 ? "" : "s", address),
        .where = list->at[0].where};
    list->at = copy;
    list->len++;
    struct verdict verdict;
    judge_pair(rules_talked(s), list->at, list->len, knob, &verdict);
    s->p = verdict.p;
    s->grade = text_of(verdict.grade);
}

void company_find(struct findings *f, const double *knob)
{
    for (size_t from = 0, to; from < f->sightings; from = to) {
        const struct sighting *first = &f->sighting[from];
        for (to = from + 1; to < f->sightings && f->sighting[to].day.number == first->day.number &&
                            address_same(f->sighting[to].host, first->host);)
            to++;
        for (size_t i = from; i < to; i++) {
            const struct sighting *other = NULL;
            unsigned others = 0;
            for (size_t k = from;
                 k < to && to - from <= MOST && text_is(f->sighting[i].grade, "suspected"); k++)
                if (k != i && is_alike(&f->sighting[i], &f->sighting[k])) {
                    other = other ? other : &f->sighting[k];
                    others++;
                }
            if (other)
                tell(f, &f->sighting[i], other, others, knob);
        }
    }
}
