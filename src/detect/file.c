/*
 * Files that came to a host and that rules for files, or clamd, know as malware. That one came is
 * not yet that it runs: of the end that served it the evidence never says more than suspected.
 * Digests on lists are intel's.
 */
#include "detect/detect.h"

#include <stdio.h>

enum { RULE_KEPT = 48, NAME_KEPT = 40 };
#define SENT_STRENGTH 7.2

/* The strongest; of two the same the name that sorts first. */
struct file_pair {
    double strength;
    uint64_t number, times;
    bool sent; /* by the host, by mail */
    char rule[RULE_KEPT], family[RULE_KEPT], name[NAME_KEPT];
};

static void keep(char *to, size_t room, struct text text)
{
    (void)snprintf(to, room, "%.*s", text.len ? (int)text.len : 0, text.len ? text.at : "");
}

static void record(const struct detect *detect, const struct record *record)
{
    struct file_pair *p = detect->pair_state;
    const struct file_record *f = record->file;
    if (!record->ends.host_opened || f->rule.at == NULL)
        return;
    char rule[RULE_KEPT];
    keep(rule, sizeof rule, f->rule);
    int order = p->times ? strcmp(rule, p->rule) : -1;
    p->times++;
    if (p->times > 1 && (f->rule_strength < p->strength ||
                         (!(f->rule_strength > p->strength) &&
                          (order > 0 || (order == 0 && record->number >= p->number)))))
        return;
    p->strength = f->rule_strength;
    p->sent = f->sent;
    p->number = record->number;
    memcpy(p->rule, rule, sizeof rule);
    keep(p->family, sizeof p->family, f->rule_family);
    keep(p->name, sizeof p->name, f->name);
}

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct file_pair *p = detect->pair_state;
    if (p->times == 0 || (detect->pair->flags & PAIR_OUTSIDE_HOME))
        return;
    /* who hands malware on may not know it: it is about the host, and no more than a suspicion */
    struct evidence e = {.group = p->sent ? GROUP_SPREAD : GROUP_FILE,
                         .flags = p->sent ? EVIDENCE_OF_HOST : EVIDENCE_PAYLOAD,
                         .strength = p->sent ? SENT_STRENGTH : p->strength,
                         .number = p->number,
                         .known_from = {DAY_NONE}};
    e.item = evidence_text(out, "rule %s", p->rule);
    e.family = p->family[0] ? evidence_text(out, "%s", p->family) : text_of(NULL);
    e.why = evidence_text(out, "the file %s, which %s, is known to the rule %s; %llu such %s",
                          p->name[0] ? p->name : "without a name",
                          p->sent ? "the host sent by mail" : "came over HTTP", p->rule,
                          (unsigned long long)p->times, p->times == 1 ? "file" : "files");
    evidence_add(out, &e);
}

const struct detector detector_file = {
    .name = "file",
    .about = "files that HTTP carried, known to rules for files or clamd",
    .version = 1,
    .records = RECORD_FILE,
    .pair_bytes = (sizeof(struct file_pair) + 7) / 8 * 8,
    .record = record,
    .close = close,
};
