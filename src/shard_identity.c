/*
 * Who a shard's hosts are: a table of what messages told, one entry for each distinct thing that
 * one way of knowing told of one address, with when it was first and last told. What a DHCP client
 * only wishes for is left out unless the server agreed.
 */
#include "shard_state.h"

#include "base/printable.h"

#include <xxhash.h>

static uint8_t keep(char *to, struct text from, size_t room)
{
    size_t len = from.at ? from.len : 0;
    if (len > room)
        len = room;
    if (len > 0)
        memcpy(to, from.at, len);
    return (uint8_t)len;
}

static void entry_make(struct identity_entry *e, const struct record *record)
{
    const struct identity_record *r = record->identity;
    memset(&e->told, 0, sizeof e->told);
    e->told.host = record->ends.host;
    e->told.mac = r->mac;
    e->told.known_by = r->known_by;
    e->told.client_len = keep(e->told.client, r->client, sizeof e->told.client);
    e->told.name_len = keep(e->told.name, r->name, sizeof e->told.name);
    e->told.domain_len = keep(e->told.domain, r->domain, sizeof e->told.domain);
    e->told.user_len = keep(e->told.user, r->user, sizeof e->told.user);
    e->told.print_len = keep(e->told.print, r->fingerprint, sizeof e->told.print);
}

static void set_pending(struct shard *s, struct identity_entry *e, bool pending)
{
    s->identities_pending += pending && !e->pending;
    s->identities_pending -= e->pending && !pending;
    e->pending = pending;
}

/* The server gave the address to the machine with this MAC: what that asked for counts. */
static void confirm(struct shard *s, const struct identity_entry *by)
{
    uint32_t i = s->identities_pending ? table_each(&s->identities, 0) : 0;
    for (; i; i = table_each(&s->identities, i)) {
        struct identity_entry *e = table_at(&s->identities, i);
        if (e->pending && e->told.mac == by->told.mac && address_same(e->told.host, by->told.host))
            set_pending(s, e, false);
    }
}

static struct identity_entry *find(struct shard *s, const struct identity_entry *wanted,
                                   uint32_t hash, bool *fresh)
{
    for (uint32_t i = table_first(&s->identities, hash); i; i = table_next(&s->identities, i)) {
        struct identity_entry *e = table_at(&s->identities, i);
        if (memcmp(&e->told, &wanted->told, sizeof e->told) == 0) {
            table_touch(&s->identities, i, 0);
            return e;
        }
    }
    if (table_full(&s->identities)) {
        uint32_t oldest = table_oldest(&s->identities, 0);
        set_pending(s, table_at(&s->identities, oldest), false);
        table_remove(&s->identities, oldest);
        s->counts.skips.count[SKIP_identity_evicted]++;
    }
    *fresh = true;
    return table_at(&s->identities, table_add(&s->identities, hash, 0));
}

void shard_identity(struct shard *s, const struct record *record)
{
    struct identity_entry wanted;
    bool fresh = false;
    entry_make(&wanted, record);
    uint32_t hash = (uint32_t)XXH3_64bits_withSeed(&wanted.told, sizeof wanted.told, s->seed.a);
    struct identity_entry *e = find(s, &wanted, hash, &fresh);
    if (fresh) {
        e->told = wanted.told;
        e->first = e->last = record->time;
        e->number = record->number;
        set_pending(s, e, record->identity->pending);
    }
    e->seen++;
    if (record->time.us < e->first.us)
        e->first = record->time;
    if (record->time.us > e->last.us)
        e->last = record->time;
    if (!record->identity->pending)
        set_pending(s, e, false);
    if (record->identity->confirms)
        confirm(s, e);
}

void shard_tell(struct shard *s, const struct frame *frame, struct address about)
{
    struct identity_ends ends = identity_ends_of(frame);
    struct identity_record told;
    struct address host;
    bool tells;
    (void)identity_of_datagram(&ends, frame->payload, frame->payload_len, &s->app.identity, &told,
                               &host, &tells);
    if (!tells || !address_same(host, about))
        return;
    struct record record = {.kind = RECORD_IDENTITY,
                            .time = frame->time,
                            .number = frame->number,
                            .ends = {.host = about},
                            .identity = &told};
    shard_identity(s, &record);
}

static struct text text_kept(struct shard *s, const char *at, uint8_t len)
{
    return len ? arena_text(&s->arena, text_at(at, len)) : text_of(NULL);
}

static struct identity row_of(struct shard *s, const struct identity_entry *e)
{
    struct printable_room room = {.used = 0};
    struct text mac =
        e->told.mac ? arena_text(&s->arena, printable_mac(&room, e->told.mac)) : text_of(NULL);
    struct identity row = {
        .host = e->told.host,
        .mac = mac,
        .dhcp_client = text_kept(s, e->told.client, e->told.client_len),
        .name = text_kept(s, e->told.name, e->told.name_len),
        .domain = text_kept(s, e->told.domain, e->told.domain_len),
        .user = text_kept(s, e->told.user, e->told.user_len),
        .fingerprint = text_kept(s, e->told.print, e->told.print_len),
        .known_by = text_of(e->told.known_by),
        .first = e->first,
        .last = e->last,
        .seen = (int64_t)e->seen,
        .packet = (int64_t)e->number,
    };
    row.device = row.mac.at ? row.mac : row.dhcp_client;
    return row;
}

void shard_close_identities(struct shard *s)
{
    s->rows.identity = arena_new(&s->arena, s->identities.used * sizeof *s->rows.identity);
    s->rows.identities = 0;
    for (uint32_t i = table_each(&s->identities, 0); i; i = table_each(&s->identities, i)) {
        const struct identity_entry *e = table_at(&s->identities, i);
        if (!e->pending)
            s->rows.identity[s->rows.identities++] = row_of(s, e);
    }
}

const struct identity *shard_identities(const struct shard *s, size_t *len)
{
    *len = s->rows.identities;
    return s->rows.identity;
}
