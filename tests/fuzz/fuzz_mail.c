/* What a sender of mail says, whole and in two pieces: the same attachments, byte for byte. */
#include "mail_parts.h"

#include "base/err.h"

#define XXH_INLINE_ALL
#include <string.h>
#include <xxhash.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct heard {
    uint64_t sum, bytes;
    bool open;
};

static void on_begin(void *context, struct text name, struct text type)
{
    struct heard *h = context;
    muster_assert(!h->open);
    h->open = true;
    h->sum = XXH3_64bits_withSeed(name.at, name.len, h->sum);
    h->sum = XXH3_64bits_withSeed(type.at, type.len, h->sum);
}

static void on_data(void *context, const uint8_t *bytes, size_t len)
{
    struct heard *h = context;
    muster_assert(h->open);
    for (size_t i = 0; i < len; i++)
        h->sum = (h->sum ^ bytes[i]) * UINT64_C(0x100000001b3);
    h->bytes += len;
}

static void on_end(void *context, bool whole)
{
    struct heard *h = context;
    muster_assert(h->open);
    h->open = false;
    h->sum += whole ? 7 : 13;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct mail_parts mail;
    struct heard heard[2] = {{0}, {0}};
    for (unsigned i = 0; i < 2; i++) {
        const struct mail_sink sink = {&heard[i], on_begin, on_data, on_end};
        size_t first = i ? len / 3 : len;
        memset(&mail, 0, sizeof mail);
        mail_parts_feed(&mail, bytes, first, &sink);
        mail_parts_feed(&mail, bytes + first, len - first, &sink);
        mail_parts_stop(&mail, &sink);
        muster_assert(!heard[i].open && heard[i].bytes <= len * 2 + 16);
    }
    muster_assert(heard[0].sum == heard[1].sum && heard[0].bytes == heard[1].bytes);
    return 0;
}
