/* Geo databases: a MaxMind DB, a compiled ASN table, or an ASN CSV; told apart by content. */
#include "enrich/asn_table.h"
#include "enrich/enrich.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);
const char *__asan_default_options(void);

/*
 * libmaxminddb 1.7.1 forgets the list it reads the languages from when one of them is no string
 * (corpus/geo/languages): MMDB_open then fails, and there is no handle to give back. muster opens a
 * database once and never calls this function itself, so nothing of ours is hidden. That the
 * function is in the trace at all needs the slow unwinder: Debian's library has no frame pointers.
 */
const char *__lsan_default_suppressions(void)
{
    return "leak:MMDB_get_entry_data_list\n";
}

const char *__asan_default_options(void)
{
    return "fast_unwind_on_malloc=0";
}

static void try_table(const uint8_t *at, size_t len)
{
    struct asn_table table;
    int64_t asn;
    struct text name;
    if (asn_table_open(&table, at, len))
        for (uint32_t i = 0; i < 32; i++)
            (void)asn_table_find(&table, address_v4(i << 27 | 0x01010101), &asn, &name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf made = {0};
    uint64_t skipped;
    try_table(data, size);
    if (asn_csv_knows(data, size) && asn_table_compile(data, size, 0, &made, &skipped, NULL))
        try_table((const uint8_t *)made.at, made.len);
    buf_free(&made);

    /* libmaxminddb opens files only. */
    int fd = memfd_create("geo", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        return 0;
    char path[40];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct enrich *enrich = enrich_new("/nonexistent");
    struct place place;
    struct day day = {18000};
    (void)enrich_add(enrich, path, NULL);
    for (uint32_t i = 0; i < 16; i++)
        enrich_place(enrich, address_v4(i << 27 | 0x01010101), day, &place);
    struct address v6 = {UINT64_C(0x2600000000000000), 1};
    enrich_place(enrich, v6, day, &place);
    enrich_free(enrich);
    (void)close(fd);
    return 0;
}
