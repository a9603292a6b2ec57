/* One feed file as one set: what must be found in it, what must not, and how its lines count. */
#ifndef MUSTER_TESTS_FEED_EXPECT_H
#define MUSTER_TESTS_FEED_EXPECT_H

#include "feed_set.h"
#include "feeds/container.h"
#include "guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct indicator_window always = {100000, 100000, {DAY_NONE}};
static const struct day some_day = {18416};

static inline struct day on(const char *text)
{
    struct day day = {DAY_NONE};
    if (text != NULL)
        assert_true(day_parse(text_of(text), &day));
    return day;
}

/* The first hit of an address (met on port 443), a host/path, a certificate, JA3 or name; "file "
 * before a digest: of a file. */
static inline bool lookup(const struct feed_set *set, const char *what, struct indicator *ret)
{
    struct indicator hit[INDICATOR_HITS] = {{0}};
    struct address address;
    const char *slash = strchr(what, '/');
    unsigned hits;
    size_t len = strlen(what);
    if (strncmp(what, "file ", 5) == 0) {
        struct text digest = text_of(what + 5), none = text_of(NULL);
        hits = indicators_file(set->all, digest.len == 32 ? digest : none,
                               digest.len == 40 ? digest : none, digest.len == 64 ? digest : none,
                               some_day, &always, hit);
    } else if (slash != NULL)
        hits = indicators_url(set->all, text_at(what, (size_t)(slash - what)), text_of(slash),
                              some_day, &always, hit);
    else if (len == 32 && strchr(what, '.') == NULL)
        hits = indicators_ja3(set->all, what, some_day, &always, hit);
    else if (len == 40 && strchr(what, '.') == NULL) {
        uint8_t sha1[20];
        for (unsigned i = 0; i < 20; i++) {
            unsigned byte;
            assert_int_equal(sscanf(what + (size_t)i * 2, "%2x", &byte), 1);
            sha1[i] = (uint8_t)byte;
        }
        hits = indicators_certificate(set->all, sha1, some_day, &always, hit);
    } else if (len == 64 && strchr(what, '.') == NULL) {
        uint8_t sha256[32];
        memset(sha256, 0xab, sizeof sha256); /* the one that the tests use */
        hits = indicators_certificate_sha256(set->all, sha256, some_day, &always, hit);
    } else if (address_parse(text_of(what), &address))
        hits = indicators_address(set->all, address, (struct port){443}, some_day, &always, hit);
    else
        hits = indicators_name(set->all, text_of(what), some_day, &always, hit);
    *ret = hit[0];
    return hits != 0;
}

struct expected {
    const char *what; /* as lookup */
    int class;
    const char *family, *first, *last; /* NULL = none */
    bool port;
    uint8_t confidence;
};

struct expected_counts {
    uint64_t used, refused, remarks;
};

/* One file as one set; `absent` must not be found; every line is counted once. */
static inline void expect(const char *file, const char *content, size_t content_len,
                          const struct expected *expected, unsigned len, const char *absent,
                          struct expected_counts counts)
{
    struct feed_set set = feed_set_new();
    struct indicator_set_info info;
    struct indicator hit;
    struct err err = {""};
    bool compiled;
    const char *path = feed_set_file(&set, file, content, content_len);
    struct text compiled_path = feed_set_compile(&set, path, &compiled, &err);
    if (compiled_path.at == NULL || !indicators_open(set.all, compiled_path.at, &err))
        fail_msg("%s", err.text);
    for (unsigned i = 0; i < len; i++) {
        const struct expected *e = &expected[i];
        if (!lookup(&set, e->what, &hit))
            fail_msg("%s: %s is not found", file, e->what);
        if (hit.class != e->class || hit.port_listed != e->port ||
            hit.confidence != e->confidence || hit.first_listed.number != on(e->first).number ||
            hit.last_listed.number != on(e->last).number ||
            !(e->family ? text_is(hit.family, e->family) : hit.family.at == NULL))
            fail_msg("%s: %s: class %d, port %d, confidence %d, days %d to %d, family %.*s", file,
                     e->what, hit.class, hit.port_listed, hit.confidence, hit.first_listed.number,
                     hit.last_listed.number, (int)hit.family.len,
                     hit.family.at ? hit.family.at : "");
    }
    if (absent)
        assert_false(lookup(&set, absent, &hit));
    indicators_info(set.all, 0, &info);
    if (info.lines_used != counts.used || info.lines_refused != counts.refused ||
        info.lines_remark != counts.remarks)
        fail_msg("%s: %d used, %d refused, %d remarks", file, (int)info.lines_used,
                 (int)info.lines_refused, (int)info.lines_remark);
    assert_int_equal(info.lines, counts.used + counts.refused + counts.remarks);
    feed_set_free(&set);
}
#define EXPECT(file, content, expected, absent, ...)                                               \
    expect(file, content, strlen(content), expected, sizeof(expected) / sizeof *(expected),        \
           absent, (struct expected_counts){__VA_ARGS__})

static inline void feed_read_bytes(const uint8_t *bytes, size_t len, void *context)
{
    (void)context;
    struct feed_sink *sink = feed_sink_new();
    feed_container_read(sink, text_of("x"), text_at(bytes, len));
    feed_sink_free(sink);
}

#endif
