/*
 * The state file of a follower, as text:
 *
 *     muster follow 1
 *     kind zeek 2024-03-05 -
 *     log zeek DIGEST DIGESTED FROM LINE HEAD TAKEN LINE HEAD INODE SIZE CHANGED ENDED MISSED
 *     end CHECKSUM
 *
 * kind: the day closed last and the one that is being closed ("-": none). log: see struct
 * follow_log. The checksum (XXH3) is of all bytes before its line. What does not fit in every
 * respect is refused as a whole: a half-known state would count twice.
 */
#include "source/follow_inside.h"

#include "base/buf.h"
#include "base/digits.h"
#include "base/file.h"
#include "source/fields.h"
#include "source/input.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define FIRST_LINE "muster follow 1"
enum { LOG_FIELDS = 15 };

static const char *day_text(struct day day, char out[DAY_TEXT])
{
    return day.number == DAY_NONE ? "-" : day_format(day, out);
}

bool follow_state_write(const struct follow *follow, struct err *err)
{
    struct buf buf = {0};
    char closed[DAY_TEXT], closing[DAY_TEXT];
    buf_string(&buf, FIRST_LINE "\n");
    for (unsigned i = 0; i < follow->kinds; i++) {
        const struct follow_kind *k = &follow->kind[i];
        buf_format(&buf, "kind %s %s %s\n", k->kind->name, day_text(k->closed, closed),
                   day_text(k->closing, closing));
    }
    for (size_t i = 0; i < follow->logs; i++) {
        const struct follow_log *l = &follow->log[i];
        bool ended = l->path != NULL && l->from.offset == l->scanned.offset && l->days == 0;
        buf_format(&buf, "log %s %016llx %u %llu %llu %llu %llu %llu %llu %llu %llu %lld %d %u\n",
                   follow->kind[l->kind].kind->name, (unsigned long long)l->digest, l->digested,
                   (unsigned long long)l->from.offset, (unsigned long long)l->from.line,
                   (unsigned long long)l->from.head, (unsigned long long)l->taken.offset,
                   (unsigned long long)l->taken.line, (unsigned long long)l->taken.head,
                   (unsigned long long)l->file.inode, (unsigned long long)l->file.size,
                   (long long)l->file.changed_ns, ended || (l->path == NULL && l->ended),
                   l->missed);
    }
    buf_format(&buf, "end %016llx\n", (unsigned long long)XXH3_64bits(buf.at, buf.len));
    bool done = file_write(follow->state_path, buf.at, buf.len, 0600, err);
    buf_free(&buf);
    return done;
}

static bool hex_read(struct text text, uint64_t *ret)
{
    *ret = 0;
    for (uint32_t i = 0; i < text.len; i++) {
        int digit = hex_digit(text.at[i]);
        if (digit < 0)
            return false;
        *ret = *ret << 4 | (uint64_t)digit;
    }
    return text.len == 16;
}

static bool day_read(struct text text, struct day *ret)
{
    ret->number = DAY_NONE;
    return text_is(text, "-") || day_parse(text, ret);
}

static bool kind_read(struct follow *follow, const struct text *field, unsigned fields)
{
    char name[32];
    if (fields != 4 || field[1].len >= sizeof name)
        return false;
    memcpy(name, field[1].at, field[1].len);
    name[field[1].len] = '\0';
    unsigned before = follow->kinds, i = follow_kind_of(follow, source_kind_named(name, NULL));
    return i == before && i < FOLLOW_KINDS && day_read(field[2], &follow->kind[i].closed) &&
           day_read(field[3], &follow->kind[i].closing);
}

static bool mark_is_sound(const struct follow_mark *mark)
{
    return mark->head <= mark->offset && mark->line <= mark->offset;
}

static bool log_read(struct follow *follow, const struct text *field, unsigned fields)
{
    struct follow_log l = {.newest = {INSTANT_NONE_US}};
    uint64_t number[LOG_FIELDS] = {0};
    if (fields != LOG_FIELDS || follow->logs == FOLLOW_LOGS || !hex_read(field[2], &l.digest))
        return false;
    while (l.kind < follow->kinds && !text_is(field[1], follow->kind[l.kind].kind->name))
        l.kind++;
    for (unsigned i = 3; i < LOG_FIELDS; i++)
        if (!field_u64(field[i], &number[i]) || number[i] > INT64_MAX)
            return false;
    l.digested = (uint32_t)number[3];
    l.from = (struct follow_mark){.offset = number[4], .line = number[5], .head = number[6]};
    l.taken = (struct follow_mark){.offset = number[7], .line = number[8], .head = number[9]};
    l.file = (struct follow_file){number[10], number[11], (int64_t)number[12]};
    l.ended = number[13] == 1;
    l.missed = (unsigned)number[14];
    if (l.kind == follow->kinds || number[3] > FOLLOW_HEAD || number[13] > 1 || number[14] > 1000 ||
        !mark_is_sound(&l.from) || !mark_is_sound(&l.taken) || l.from.offset > l.taken.offset)
        return false;
    l.scanned = l.from;
    *follow_log_add(follow) = l;
    return true;
}

bool follow_state_parse(struct follow *follow, struct text text, const char **why)
{
    struct text rest = text, line;
    *why = "is not the state of a follower of this version";
    if (!text_line(&rest, &line) || !text_is(line, FIRST_LINE))
        return false;
    *why = "is damaged";
    for (;;) {
        const char *at = rest.at;
        struct text field[LOG_FIELDS + 1];
        if (!text_line(&rest, &line))
            return false;
        unsigned fields = fields_cut(line, ' ', field, LOG_FIELDS + 1);
        uint64_t sum;
        if (text_is(field[0], "end"))
            return fields == 2 && hex_read(field[1], &sum) &&
                   sum == XXH3_64bits(text.at, (size_t)(at - text.at)) && rest.len == 0 &&
                   text.at[text.len - 1] == '\n';
        if (text_is(field[0], "kind")
                ? !kind_read(follow, field, fields)
                : !text_is(field[0], "log") || !log_read(follow, field, fields))
            return false;
    }
}

bool follow_state_read(struct follow *follow, struct err *err)
{
    struct file_map map;
    const char *why = "";
    if (access(follow->state_path, F_OK) != 0 && errno == ENOENT)
        return true;
    if (!file_map(&map, follow->state_path, err))
        return false;
    bool good = map.len <= INT32_MAX && follow_state_parse(follow, text_at(map.at, map.len), &why);
    file_unmap(&map);
    return good || err_set(err,
                           "%s %s: what was read before is not known. Delete it to begin anew; "
                           "days that are in the store already are then not counted twice",
                           follow->state_path, map.len <= INT32_MAX ? why : "is too long");
}
