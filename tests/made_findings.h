/*
 * Findings made up for tests: `hosts` controlled hosts (10.1.0.x), each with a controller in
 * 198.51.100.0/24 (of 7), over `days` days from 2020-06-01, and `contacts` contacts.
 */
#ifndef MUSTER_TESTS_MADE_FINDINGS_H
#define MUSTER_TESTS_MADE_FINDINGS_H

#include "record/sighting.h"

#include <math.h>

struct findings_plan {
    const char *source, *source_id, *procedure_id, *sensor; /* ids of 32 and 16 hex digits */
    unsigned hosts, days, contacts, calls;
};

static inline struct instant findings_time(struct day day, int64_t seconds)
{
    struct instant t = {(int64_t)day.number * DAY_US + seconds * SECOND_US + 123456};
    return t;
}

static inline struct evidence_list findings_evidence(struct arena *arena, unsigned n, bool strong)
{
    struct evidence *e = arena_new(arena, 2 * sizeof *e);
    e[0] = (struct evidence){.detector = "intel",
                             .version = 1,
                             .group = GROUP_LISTED_END,
                             .flags = strong ? EVIDENCE_CONTENT : EVIDENCE_UNDATED,
                             .strength = strong ? 9.5 : 4.5,
                             .number = 100 + n,
                             .known_from = day_of(2020, 5, 1),
                             .set = text_of("trails@0123abcd"),
                             .item = arena_format(arena, "198.51.100.%u", n % 7 + 1),
                             .family = text_of("dridex"),
                             .why = text_of("the address is listed as a control server of dridex "
                                            "since 2020-05-01; 12 answered conversations")};
    e[1] = (struct evidence){.detector = "beacon",
                             .version = 2,
                             .group = GROUP_RHYTHM,
                             .strength = 3.25,
                             .number = 0,
                             .known_from = {DAY_NONE},
                             .item = text_of("every 300 s"),
                             .why = text_of("41 calls, every 300 s, half of them within 2 s")};
    struct evidence_list list = {e, 2};
    return list;
}

static inline struct sighting findings_sighting(struct findings *f, const struct findings_plan *p,
                                                struct day day, unsigned n)
{
    bool strong = n % 3 == 0;
    struct sighting s = {
        .day = day,
        .sensor = text_of(p->sensor),
        .kind = text_of("control"),
        .host = address_v4(0x0a010000U + n + 1),
        .host_port = 40000 + n,
        .host_role = text_of("client"),
        .device = text_of("00:08:02:1c:47:ae"),
        .controller = address_v4(0xc6336400U + n % 7 + 1),
        .controller_name = n % 7 == 2 ? text_of("c2.example.net") : text_of(NULL),
        .controller_role = text_of(n % 7 == 3 ? "sinkhole" : "dedicated"),
        .port = 443,
        .proto = text_of("tcp"),
        .family = text_of(n % 2 ? "emotet" : "dridex"),
        .grade = text_of(strong       ? "confirmed"
                         : n % 3 == 1 ? "probable"
                                      : "suspected"),
        .p = strong       ? 0.9971
             : n % 3 == 1 ? 0.94
                          : 0.61,
        .first = findings_time(day, 3600),
        .last = findings_time(day, 7200),
        .first_known = day_of(2020, 5, 1),
        .hours = 6,
        .opened_by = text_of("host"),
        .answered = 1,
        .flows = 12,
        .bytes_out = 9120,
        .bytes_in = 40213,
        .host_asn = -1,
        .controller_country = text_of(n % 7 < 4 ? "NL" : "US"),
        .controller_registered = text_of("NL"),
        .controller_asn = 64500 + n % 7,
        .geo_version = text_of("test 2020-01-01"),
        .evidence = findings_evidence(&f->arena, n, strong),
        .source = text_of(p->source),
    };
    return s;
}

static inline struct contact findings_contact(struct findings *f, const struct findings_plan *p,
                                              struct day day, unsigned n)
{
    struct instant *call = arena_new(&f->arena, p->calls * sizeof *call);
    for (unsigned i = 0; i < p->calls; i++)
        call[i] = findings_time(day, i * 60);
    struct contact c = {
        .day = day,
        .sensor = text_of(p->sensor),
        .host = address_v4(0x0a010000U + n % 50 + 1),
        .controller = address_v4(0xcb007100U + n),
        .controller_name = arena_format(&f->arena, "www%u.example.org", n),
        .port = 443,
        .proto = text_of("tcp"),
        .app = text_of("tls"),
        .first = findings_time(day, 100),
        .last = findings_time(day, 200),
        .flows = 3,
        .answered = 1,
        .opened_by = text_of("host"),
        .bytes_out = 1000,
        .bytes_in = 20000,
        .p = n % 100 == 0 ? 0.3 : 0.001,
        .calls = {call, p->calls},
        .evidence = findings_evidence(&f->arena, n, false),
        .source = text_of(p->source),
    };
    return c;
}

/* Who the first host is, and a bystander. */
static inline void findings_identities(struct findings *f, const struct findings_plan *p,
                                       struct day start)
{
    f->identity = arena_new(&f->arena, 4 * sizeof *f->identity);
    static const char *const known_by[] = {"netbios", "llmnr", "kerberos", "dhcp"};
    for (unsigned i = 0; i < 4; i++)
        f->identity[f->identities++] = (struct identity){
            .sensor = text_of(p->sensor),
            .host = address_v4(i < 3 ? 0x0a010001U : 0x0a090001U),
            .mac = i < 2 ? text_of("00:08:02:1c:47:ae") : text_of(NULL),
            .name = text_of(i == 0   ? "DESKTOP-XYZ"
                            : i == 1 ? "desktop-xyz"
                            : i == 3 ? "PRINTER"
                                     : NULL),
            .user = text_of(i == 2 ? "carl.smith" : NULL),
            .known_by = text_of(known_by[i]),
            .first = findings_time(start, 3600 + i),
            .last = findings_time(start, 7200),
            .seen = 3,
            .packet = 17,
            .source = text_of(p->source),
        };
}

/* Free with arena_free(&f->arena). */
static inline void findings_make(struct findings *f, const struct findings_plan *p)
{
    *f = (struct findings){0};
    struct day start = day_of(2020, 6, 1);
    f->sighting = arena_new(&f->arena, (size_t)p->hosts * p->days * sizeof *f->sighting);
    for (unsigned d = 0; d < p->days; d++)
        for (unsigned n = 0; n < p->hosts; n++) {
            struct day day = {start.number + (int32_t)d};
            f->sighting[f->sightings++] = findings_sighting(f, p, day, n);
        }
    f->contact = arena_new(&f->arena, p->contacts * sizeof *f->contact);
    for (unsigned n = 0; n < p->contacts; n++)
        f->contact[f->contacts++] = findings_contact(f, p, start, n);
    findings_identities(f, p, start);
    f->coverage = (struct coverage){
        .sensor = text_of(p->sensor),
        .source = text_of(p->source),
        .source_id = text_of(p->source_id),
        .procedure_id = text_of(p->procedure_id),
        .kind = text_of("pcap"),
        .first = findings_time(start, 0),
        .last = findings_time(start, (int64_t)p->days * 86400 - 1),
        .packets = 100000,
        .bytes = 70000000,
        .flows = 2000,
        .flows_answered = 1800,
        .flows_foreign = 7,
        .dns = 300,
        .tls = 900,
        .http = 44,
        .hosts = (int64_t)p->hosts * p->days + 3,
        .pairs_near = 2,
        .detectors = text_of("intel/1 beacon/2"),
        .sets = text_of("trails@0123abcd"),
        .skipped = text_of("fragment=3 stream_gap=1"),
    };
}

#endif
