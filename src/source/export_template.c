/*
 * Templates of NetFlow v9 (RFC 3954 5.2, 6.1) and IPFIX (RFC 7011 3.4), compiled when they come
 * into steps: how many bytes to pass over, how many to take, and as what. What nobody looks at
 * melts into the next step's passing over; only fields whose length stands in the record (RFC 7011
 * 7) make each field before them a step.
 */
#include "source/export_parse.h"

#include "base/mem.h"

#include <string.h>

enum {
    STEPS_MAX = 120,
    FIELDS_MAX = 4096, /* of a template; more do not fit a datagram with their records */
    LEN_IN_RECORD = 65535,
    TEMPLATES_BYTES = 16 << 20,
    WAIT_BYTES = 1 << 20, /* of sets that came before their template */
    WAIT_SETS = 4096,
    ENTERPRISE_REVERSE = 29305,
};

struct step {
    uint16_t skip; /* bytes before */
    uint16_t len;  /* LEN_IN_RECORD: one or three bytes say it */
    uint8_t value;
    uint8_t pad;
};

struct template
{
    struct table_link link;
    uint32_t domain;
    uint16_t id;
    uint16_t steps;
    uint32_t record_bytes; /* the least that a record may have */
    bool options, variable;
    uint8_t pad[2];
    uint16_t tail; /* bytes behind the last step */
    uint8_t pad2[6];
    struct step step[STEPS_MAX];
};

/* Sets that came before their template, oldest first. */
struct export_wait {
    struct waiting {
        struct address exporter;
        struct instant received, exported;
        uint64_t offset;
        uint32_t domain, uptime_ms, at, len;
        uint16_t id;
        uint8_t protocol;
        bool uptime_known, read;
    } set[WAIT_SETS];
    unsigned sets;
    uint32_t used;
    uint8_t bytes[WAIT_BYTES];
};

static const struct {
    uint32_t enterprise;
    uint16_t id;
    uint8_t value;
} fields[] = {
#define FIELD(enterprise, id, value) {enterprise, id, VALUE_##value},
#include "source/export_field.list"
#undef FIELD
};

static enum export_value value_named(uint32_t enterprise, uint16_t id)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (fields[i].id == id && fields[i].enterprise == enterprise)
            return (enum export_value)fields[i].value;
    return VALUE_NONE;
}

/* Whether a value can be taken from a field of that length. */
static bool len_fits(enum export_value value, uint16_t len)
{
    if (value == VALUE_SOURCE_V6 || value == VALUE_TARGET_V6)
        return len == 16;
    if (value >= VALUE_NUMBERS)
        return len > 0;
    return len > 0 && len <= 8;
}

/* Adds a field; false: too many. */
static bool step_add(struct template *t, enum export_value value, uint16_t len)
{
    bool variable = len == LEN_IN_RECORD;
    if (!variable && (value == VALUE_NONE || !len_fits(value, len))) {
        if ((uint32_t)t->tail + len > UINT16_MAX)
            return false;
        t->tail = (uint16_t)(t->tail + len);
        t->record_bytes += len;
        return true;
    }
    if (t->steps == STEPS_MAX)
        return false;
    t->step[t->steps++] = (struct step){.skip = t->tail, .len = len, .value = (uint8_t)value};
    t->tail = 0;
    t->variable |= variable;
    t->record_bytes += variable ? 1 : len;
    return true;
}

static bool fields_read(struct export_job *job, struct cursor *c, struct template *t,
                        unsigned count)
{
    bool ipfix = job->protocol == EXPORT_IPFIX, good = count <= FIELDS_MAX;
    for (unsigned i = 0; i < count && cursor_ok(c); i++) {
        uint16_t id = cursor_u16(c), len = cursor_u16(c);
        uint32_t enterprise = ipfix && id & 0x8000 ? cursor_u32(c) : 0;
        if (ipfix)
            id &= 0x7fff;
        good = good && step_add(t, value_named(enterprise, id), len);
    }
    return good && cursor_ok(c);
}

/* The scope of v9's options (RFC 3954 6.1): numbers of their own, of which none is looked at. */
static bool scopes_read(struct cursor *c, struct template *t, unsigned bytes)
{
    bool good = true;
    for (unsigned i = 0; i < bytes / 4 && cursor_ok(c); i++) {
        cursor_skip(c, 2);
        good = step_add(t, VALUE_NONE, cursor_u16(c)) && good;
    }
    return good && cursor_ok(c);
}

static uint32_t template_hash(const struct exports *e, uint32_t domain, uint16_t id)
{
    const uint64_t key[] = {(uint64_t)domain << 16 | id};
    return table_hash(e->seed, key, 1);
}

static uint32_t template_find(const struct exports *e, uint32_t domain, uint16_t id)
{
    if (e->templates.entries == NULL)
        return 0;
    uint32_t i = table_first(&e->templates, template_hash(e, domain, id));
    for (; i; i = table_next(&e->templates, i)) {
        const struct template *t = table_at(&e->templates, i);
        if (t->domain == domain && t->id == id)
            break;
    }
    return i;
}

static void wait_over(struct export_job *job, const struct template *t);

/* Keeps a template in place of the one of that number. */
static void template_keep(struct export_job *job, const struct template *made)
{
    struct exports *e = job->exports;
    if (e->templates.entries == NULL)
        table_init(&e->templates, sizeof(struct template), TEMPLATES_BYTES);
    uint32_t i = template_find(e, made->domain, made->id);
    if (i == 0) {
        if (table_full(&e->templates))
            table_remove(&e->templates, table_oldest(&e->templates, 0));
        i = table_add(&e->templates, template_hash(e, made->domain, made->id), 0);
    }
    table_touch(&e->templates, i, 0);
    struct template *t = table_at(&e->templates, i);
    struct table_link link = t->link;
    *t = *made;
    t->link = link;
    wait_over(job, t);
}

static void template_forget(struct exports *e, uint32_t domain, uint16_t id)
{
    uint32_t i = template_find(e, domain, id);
    if (i)
        table_remove(&e->templates, i);
}

/* One template; false: nothing behind it can be read. */
static bool template_one(struct export_job *job, struct cursor *c, bool options)
{
    bool ipfix = job->protocol == EXPORT_IPFIX, good = true;
    const uint8_t *start = c->at;
    struct template t = {.domain = job->domain->serial, .options = options};
    t.id = cursor_u16(c);
    unsigned count = cursor_u16(c);
    if (t.id < 256)
        return false; /* padding */
    if (ipfix && count == 0 && cursor_ok(c)) {
        template_forget(job->exports, t.domain, t.id);
        export_remark(job, 1);
        return true;
    }
    if (options && ipfix) {
        cursor_skip(c, 2); /* how many of the fields are scope */
        good = fields_read(job, c, &t, count);
    } else if (options) {
        unsigned rest = cursor_u16(c);
        good = scopes_read(c, &t, count) && fields_read(job, c, &t, rest / 4);
    } else {
        good = fields_read(job, c, &t, count);
    }
    if (!cursor_ok(c)) {
        export_damaged(job, start, "a template ends inside a field");
        return false;
    }
    if (!good || t.record_bytes == 0) {
        template_forget(job->exports, t.domain, t.id);
        export_damaged(job, start,
                       good ? "a template of no bytes" : "a template of too many fields");
        return true;
    }
    export_remark(job, 1);
    template_keep(job, &t);
    return true;
}

void export_template_read(struct export_job *job, struct cursor *set, bool options)
{
    while (cursor_left(set) >= 4 && template_one(job, set, options))
        ;
}

/* ---- records */

static inline uint64_t number_at(const uint8_t *at, unsigned len)
{
    uint64_t n = 0;
    switch (len) {
    case 1:
        return at[0];
    case 2:
        return field_u16(at);
    case 4:
        return field_u32(at);
    case 8:
        return (uint64_t)field_u32(at) << 32 | field_u32(at + 4);
    default:
        for (unsigned i = 0; i < len; i++)
            n = n << 8 | at[i];
        return n;
    }
}

static inline void value_take(struct export_values *v, unsigned value, const uint8_t *at,
                              unsigned len)
{
    v->have |= UINT64_C(1) << value;
    if (value < VALUE_NUMBERS)
        v->number[value] = number_at(at, len);
    else
        v->bytes[value - VALUE_NUMBERS] = text_at(at, len);
}

/* A record whose length the template knows: `at` has all its bytes. */
static inline void record_fixed(const struct template *t, const uint8_t *at,
                                struct export_values *v)
{
    v->have = 0;
    for (unsigned i = 0; i < t->steps; i++) {
        const struct step *s = &t->step[i];
        at += s->skip;
        value_take(v, s->value, at, s->len);
        at += s->len;
    }
}

static bool record_variable(const struct template *t, struct cursor *c, struct export_values *v)
{
    v->have = 0;
    for (unsigned i = 0; i < t->steps; i++) {
        const struct step *s = &t->step[i];
        cursor_skip(c, s->skip);
        unsigned len = s->len;
        if (len == LEN_IN_RECORD) {
            len = cursor_u8(c);
            len = len == 255 ? cursor_u16(c) : len;
        }
        const uint8_t *at = cursor_take(c, len);
        if (at && s->value != VALUE_NONE && len_fits((enum export_value)s->value, (uint16_t)len))
            value_take(v, s->value, at, len);
    }
    cursor_skip(c, t->tail);
    return cursor_ok(c);
}

static void records_read(struct export_job *job, const struct template *t, const uint8_t *at,
                         size_t len)
{
    struct cursor c = cursor_over(at, len);
    struct export_values v;
    while (cursor_left(&c) >= t->record_bytes) {
        const uint8_t *start = c.at;
        if (!t->variable) {
            record_fixed(t, cursor_take(&c, t->record_bytes), &v);
        } else if (!record_variable(t, &c, &v)) {
            if (c.end - start >= 4) /* less is padding (RFC 7011 3.3.1) */
                export_damaged(job, start, "a record ends inside a field");
            return;
        }
        if (t->options)
            export_option_record(job, &v);
        else
            export_flow_record(job, &v);
    }
}

/* ---- waiting for a template */

void export_wait_free(struct exports *e)
{
    if (e->wait == NULL)
        return;
    for (unsigned i = 0; i < e->wait->sets; i++) {
        struct datagram d = {.offset = e->wait->set[i].offset};
        struct export_job job = {.exports = e, .datagram = &d};
        export_damaged(&job, d.at, "records of a template that never came");
    }
    mem_free(e->wait);
    e->wait = NULL;
}

static void wait_add(struct export_job *job, uint16_t id, const uint8_t *at, size_t len)
{
    struct exports *e = job->exports;
    if (e->wait && (e->wait->sets == WAIT_SETS || e->wait->used + len > WAIT_BYTES))
        export_wait_free(e);
    if (e->wait == NULL)
        e->wait = mem_new(1, sizeof *e->wait);
    struct export_wait *w = e->wait;
    memcpy(w->bytes + w->used, at, len);
    w->set[w->sets++] = (struct waiting){.exporter = job->datagram->exporter,
                                         .received = job->datagram->received,
                                         .offset = job->datagram->offset,
                                         .exported = job->exported,
                                         .domain = job->domain->serial,
                                         .uptime_ms = job->uptime_ms,
                                         .uptime_known = job->uptime_known,
                                         .protocol = (uint8_t)job->protocol,
                                         .id = id,
                                         .at = w->used,
                                         .len = (uint32_t)len};
    w->used += (uint32_t)len;
}

/* Takes what was read out, so that there is room again. */
static void wait_close_up(struct export_wait *w)
{
    unsigned kept = 0;
    uint32_t used = 0;
    for (unsigned i = 0; i < w->sets; i++) {
        struct waiting *s = &w->set[i];
        if (s->read)
            continue;
        memmove(w->bytes + used, w->bytes + s->at, s->len);
        w->set[kept] = *s;
        w->set[kept++].at = used;
        used += s->len;
    }
    w->sets = kept;
    w->used = used;
}

static void wait_over(struct export_job *job, const struct template *t)
{
    struct exports *e = job->exports;
    bool some = false;
    for (unsigned i = 0; e->wait && i < e->wait->sets; i++) {
        struct waiting *s = &e->wait->set[i];
        if (s->id != t->id || s->domain != t->domain)
            continue;
        struct datagram d = {.at = e->wait->bytes + s->at,
                             .len = s->len,
                             .exporter = s->exporter,
                             .received = s->received,
                             .offset = s->offset};
        struct export_job then = *job;
        then.datagram = &d;
        then.exported = s->exported;
        then.uptime_ms = s->uptime_ms;
        then.uptime_known = s->uptime_known;
        s->read = some = true;
        records_read(&then, t, d.at, d.len);
    }
    if (some)
        wait_close_up(e->wait);
}

void export_data_read(struct export_job *job, uint16_t id, const uint8_t *at, size_t len)
{
    struct exports *e = job->exports;
    uint32_t index = template_find(e, job->domain->serial, id);
    if (index)
        records_read(job, table_at(&e->templates, index), at, len);
    else
        wait_add(job, id, at, len);
}
