#include "rules.h"

#include "judge/review.h"

#include <stdio.h>

void rules_count(struct rules_notes *notes, struct text rule, uint64_t pairs)
{
    unsigned i = 0;
    notes->hidden += pairs;
    while (i + 1 < RULES_TOLD && notes->tally[i].pairs && !text_is(rule, notes->tally[i].rule))
        i++;
    if (notes->tally[i].pairs == 0)
        (void)snprintf(notes->tally[i].rule, sizeof notes->tally[i].rule, "%.*s", (int)rule.len,
                       rule.at);
    else if (!text_is(rule, notes->tally[i].rule))
        (void)snprintf(notes->tally[i].rule, sizeof notes->tally[i].rule, "other rules");
    notes->tally[i].pairs += pairs;
}

void rules_print(const struct rules_notes *notes, struct buf *buf)
{
    if (notes->hidden == 0)
        return;
    buf_format(buf, "hidden    %llu pair%s not shown because of --allow:",
               (unsigned long long)notes->hidden, notes->hidden == 1 ? "" : "s");
    for (unsigned i = 0; i < RULES_TOLD && notes->tally[i].pairs; i++) {
        buf_string(buf, i ? ", " : " ");
        buf_printable(buf, text_of(notes->tally[i].rule)); /* a file's name and line */
        buf_format(buf, " (%llu)", (unsigned long long)notes->tally[i].pairs);
    }
    buf_char(buf, '\n');
}

static struct contact contact_of(const struct sighting *s)
{
    return (struct contact){
        .day = s->day,
        .host = s->host,
        .controller = s->controller,
        .controller_name = s->controller_name,
        .port = s->port,
        .proto = s->proto,
        .first = s->first,
        .last = s->last,
        .flows = s->flows,
        .answered = s->answered,
        .opened_by = s->opened_by,
        .bytes_out = s->bytes_out,
        .bytes_in = s->bytes_in,
        .p = s->p,
        .evidence = s->evidence,
    };
}

bool rules_talked(const struct sighting *s)
{
    return !address_known(s->controller) ||
           (s->answered > 0 && (text_is(s->kind, "implant") || !text_is(s->opened_by, "outside")));
}

/* The evidence as the rules leave it; a role that the user gave brings the user's reason. */
static void evidence_keep(struct sighting *s, const struct reviewed *said, struct arena *arena)
{
    struct evidence *kept = arena_new(arena, s->evidence.len * sizeof *kept);
    uint32_t len = 0;
    for (uint32_t i = 0; i < s->evidence.len; i++) {
        struct evidence e = s->evidence.at[i];
        bool role = strcmp(e.detector, "role") == 0;
        if (i < REVIEW_EVIDENCE && said->dropped[i])
            continue;
        if (role && said->host_why[0] && text_starts(e.item, "host is ")) {
            e.item =
                arena_format(arena, "host is %.*s", (int)said->host_role.len, said->host_role.at);
            e.why = arena_text(arena, text_of(said->host_why));
            e.flags = said->relayed ? EVIDENCE_RELAYED : 0;
        } else if (role && said->controller_why[0] && text_starts(e.item, "controller is ")) {
            e.item = arena_format(arena, "controller is %.*s", (int)said->controller_role.len,
                                  said->controller_role.at);
            e.why = arena_text(arena, text_of(said->controller_why));
        }
        kept[len++] = e;
    }
    s->evidence = (struct evidence_list){.at = kept, .len = len};
}

static void review_one(const struct review *review, const double *knob, const struct sighting *s,
                       struct reviewed *said)
{
    char host[ADDRESS_TEXT], controller[ADDRESS_TEXT];
    struct review_row row = {
        .host = text_of(address_format(s->host, host)),
        .controller_name = s->controller_name,
        .host_role = s->host_role,
        .controller_role = s->controller_role,
        .port = s->port,
        .answered = rules_talked(s),
        .p = s->p,
        .evidence = s->evidence,
    };
    if (address_known(s->controller))
        row.controller = text_of(address_format(s->controller, controller));
    judge_review(review, knob, &row, said);
}

void rules_apply(struct findings *f, const struct review *review, const double *knob,
                 struct rules_notes *notes)
{
    size_t kept = 0;
    if (review_rules(review) == 0)
        return;
    for (size_t i = 0; i < f->sightings; i++) {
        struct sighting *s = &f->sighting[i];
        struct reviewed said;
        review_one(review, knob, s, &said);
        if (said.allowed_by.at != NULL) {
            rules_count(notes, said.allowed_by, 1);
            f->contact[f->contacts++] = contact_of(s);
            continue;
        }
        const char *grade = judge_grade(said.p);
        evidence_keep(s, &said, &f->arena);
        s->p = said.p;
        s->grade = text_of(grade ? grade : "suspected");
        s->host_role = arena_text(&f->arena, said.host_role);
        s->controller_role = arena_text(&f->arena, said.controller_role);
        f->sighting[kept++] = *s;
    }
    f->sightings = kept;
}
