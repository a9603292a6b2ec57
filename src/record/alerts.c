#include "record/alerts.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/mem.h"
#include "record/evidence.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

enum { RULES_MAX = 20000, CONDITIONS_MAX = 8, PARTS = 5, NUMBER_MAX = 16 };
#define STRENGTH_MOST 12.5

/* Fields of an alert that conditions speak of. */
static const struct field {
    const char *name;
    size_t offset; /* of a struct text in an alert_record */
} fields[] = {
#define AT(field) offsetof(struct alert_record, field)
    {"category", AT(category)},
    {"signature", AT(signature)},
    {"id", AT(id)},
    {"severity", AT(severity)},
    {"confidence", AT(confidence)},
    {"rank", AT(rank)},
    {"target", AT(target)},
    {"product", AT(product)},
    {"tag", AT(tags)},
    {"family", AT(family)},
    {"app", AT(proto)},
    {"name", AT(name)},
#undef AT
};

struct condition {
    size_t offset;
    struct text pattern;
};

struct line {
    struct alert_rule rule;
    struct text engine; /* "*" = any */
    struct condition condition[CONDITIONS_MAX];
    unsigned conditions;
};

struct lines {
    struct line *at;
    size_t len, room;
};

struct alert_rules {
    struct arena arena;
    struct lines own, usual; /* the user's, muster's */
    uint64_t digest;
};

/* The list's bytes and a NUL; the path is as the compiler is started, in the checkout's top. */
__asm__(".section .rodata\n.global alert_list\nalert_list:\n.incbin \"src/record/alert.list\"\n"
        ".byte 0\n.previous\n");
extern const char alert_list[];

/* ---- reading */

static const char *condition_read(struct arena *arena, struct text text, struct line *ret)
{
    struct text rest = text, name = text_trim(text_word(&rest, '='));
    if (name.len == text.len)
        return "a condition is field=pattern";
    if (ret->conditions == CONDITIONS_MAX)
        return "more than 8 conditions";
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (text_is(name, fields[i].name)) {
            ret->condition[ret->conditions++] =
                (struct condition){fields[i].offset, arena_text(arena, text_trim(rest))};
            return NULL;
        }
    return "no such field; there are category signature id severity confidence rank target "
           "product tag family app name";
}

static const char *strength_read(struct text text, double *ret)
{
    char copy[NUMBER_MAX], *end;
    if (text.len == 0 || text.len >= sizeof copy)
        return "the strength is no number";
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    *ret = strtod(copy, &end);
    if (*end != '\0' || !(*ret >= 0 && *ret <= STRENGTH_MOST))
        return "the strength is no number from 0 to 12.5";
    return NULL;
}

static const char *flags_read(struct text text, uint16_t *ret)
{
    static const struct {
        const char *name;
        uint16_t flag;
    } flags[] = {{"content", EVIDENCE_CONTENT},
                 {"suspect", EVIDENCE_SUSPECT},
                 {"sinkhole", EVIDENCE_SINKHOLE},
                 {"compromised", EVIDENCE_COMPROMISED}};
    *ret = 0;
    while (text.len) {
        struct text flag = text_trim(text_word(&text, ' '));
        bool known = flag.len == 0;
        for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
            if (text_is(flag, flags[i].name)) {
                *ret |= flags[i].flag;
                known = true;
            }
        if (!known)
            return "no such flag; there are content suspect sinkhole compromised";
    }
    return NULL;
}

/* NULL, or what is wrong. */
static const char *line_read(struct arena *arena, struct text text, struct line *ret)
{
    struct text part[PARTS] = {{0}};
    unsigned parts = 0;
    while (text.at && parts < PARTS) {
        bool more = memchr(text.at, '|', text.len) != NULL && parts + 1 < PARTS;
        part[parts++] = text_trim(more ? text_word(&text, '|') : text);
        if (!more)
            break;
    }
    if (parts != PARTS)
        return "a rule is ENGINE | CONDITIONS | STRENGTH | FLAGS | WHY";
    *ret = (struct line){.engine = arena_text(arena, part[0])};
    if (part[0].len == 0)
        return "no engine";
    const char *wrong = NULL;
    struct text rest = part[1];
    while (wrong == NULL && rest.len) {
        struct text condition = text_trim(text_word(&rest, ';'));
        wrong = condition.len ? condition_read(arena, condition, ret) : NULL;
    }
    if (wrong == NULL)
        wrong = strength_read(part[2], &ret->rule.strength);
    if (wrong == NULL)
        wrong = flags_read(part[3], &ret->rule.flags);
    ret->rule.why = arena_text(arena, part[4]).at;
    return wrong;
}

static bool lines_read(struct alert_rules *rules, struct lines *to, const char *name,
                       struct text content, struct err *err)
{
    struct text line;
    size_t before = to->len;
    for (unsigned long number = 1; text_line(&content, &line); number++) {
        line = text_trim(line);
        if (line.len == 0 || line.at[0] == '#')
            continue;
        if (to->len == to->room) {
            to->room = to->room ? to->room * 2 : 64;
            to->at = mem_resize(to->at, to->room, sizeof *to->at);
        }
        const char *wrong = to->len == RULES_MAX ? "more than 20000 rules"
                                                 : line_read(&rules->arena, line, &to->at[to->len]);
        if (wrong) {
            to->len = before;
            return err_set(err, "%s:%lu: %s", name, number, wrong);
        }
        to->len++;
        rules->digest = XXH3_64bits_withSeed(line.at, line.len, rules->digest);
    }
    return true;
}

struct alert_rules *alert_rules_new(void)
{
    struct alert_rules *rules = mem_new(1, sizeof *rules);
    struct err err = {""};
    bool good = lines_read(rules, &rules->usual, "alert.list", text_of(alert_list), &err);
    if (!good)
        (void)fprintf(stderr, "%s\n", err.text);
    muster_assert(good);
    return rules;
}

void alert_rules_free(struct alert_rules *rules)
{
    if (rules == NULL)
        return;
    mem_free(rules->own.at);
    mem_free(rules->usual.at);
    arena_free(&rules->arena);
    mem_free(rules);
}

bool alert_rules_add(struct alert_rules *rules, const char *name, struct text content,
                     struct err *err)
{
    return lines_read(rules, &rules->own, name, content, err);
}

bool alert_rules_read(struct alert_rules *rules, const char *path, struct err *err)
{
    struct file_map map;
    if (!file_map(&map, path, err))
        return false;
    bool done = map.len <= UINT32_MAX ? alert_rules_add(rules, path, text_at(map.at, map.len), err)
                                      : err_set(err, "%s: is too large for a list of rules", path);
    file_unmap(&map);
    return done;
}

uint64_t alert_rules_digest(const struct alert_rules *rules)
{
    return rules->digest;
}

/* ---- looking up */

/* Whether text is what the pattern says; `*` is anything. Goes back only to the last `*`. */
static bool fits(struct text pattern, struct text text)
{
    uint32_t p = 0, t = 0, star = UINT32_MAX, from = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.at[p] == '*') {
            star = p++;
            from = t;
        } else if (p < pattern.len && ascii_lower(pattern.at[p]) == ascii_lower(text.at[t])) {
            p++;
            t++;
        } else if (star != UINT32_MAX) {
            p = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.at[p] == '*')
        p++;
    return p == pattern.len;
}

static bool line_fits(const struct line *line, const struct alert_record *alert)
{
    if (!fits(line->engine, text_of(alert->by)))
        return false;
    for (unsigned i = 0; i < line->conditions; i++) {
        const struct condition *c = &line->condition[i];
        struct text field;
        memcpy(&field, (const char *)alert + c->offset, sizeof field);
        if (!fits(c->pattern, field))
            return false;
    }
    return true;
}

static const struct alert_rule *find_in(const struct lines *lines, const struct alert_record *alert)
{
    for (size_t i = 0; i < lines->len; i++)
        if (line_fits(&lines->at[i], alert))
            return &lines->at[i].rule;
    return NULL;
}

const struct alert_rule *alert_rules_find(const struct alert_rules *rules,
                                          const struct alert_record *alert)
{
    const struct alert_rule *rule = find_in(&rules->own, alert);
    return rule ? rule : find_in(&rules->usual, alert);
}
