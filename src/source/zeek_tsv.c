/*
 * Zeek's own form: a header of lines that begin with '#', then a record a line, its columns
 * separated by tabs (or what #separator says). The header may come again anywhere, with other
 * columns: files are put together by hand.
 *
 * Columns are found by looking at 64 bytes at a time for separators; a value is written for every
 * column, those that nobody uses to one place behind the others, so that there is nothing to
 * decide. (The columns of conn.log are five bytes long on average: a memchr for each costs more
 * than what it finds.)
 */
#include "source/zeek.h"

#include "source/fields.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* "\x09" and the like, as headers write what cannot be seen; other texts stand for themselves. */
static struct zeek_mark mark_of(struct text text)
{
    struct zeek_mark mark = {0};
    for (uint32_t i = 0; i < text.len && mark.len < ZEEK_MARK; i++) {
        uint8_t byte;
        if (text.at[i] == '\\' && text.len - i >= 4 && text.at[i + 1] == 'x' &&
            zeek_hex(text_at(text.at + i + 2, 2), &byte, 1)) {
            mark.at[mark.len++] = (char)byte;
            i += 3;
        } else {
            mark.at[mark.len++] = text.at[i];
        }
    }
    return mark;
}

static bool same_column(struct text a, struct text b)
{
    if (a.len != b.len)
        return false;
    for (uint32_t i = 0; i < a.len; i++)
        if (a.at[i] != b.at[i] && !(a.at[i] == '_' && b.at[i] == '.'))
            return false;
    return true;
}

unsigned zeek_value_of(const struct zeek_kind *kind, struct text column)
{
    struct text rest = text_of(kind->columns);
    for (unsigned i = 0; i < ZEEK_VALUES && rest.len; i++)
        if (same_column(text_word(&rest, ' '), column))
            return i;
    return ZEEK_VALUES;
}

/* The kind of a log without a path, by a column that only it has. */
static const struct zeek_kind *kind_by_column(const struct zeek *zeek, struct text column)
{
    for (const struct zeek_kind *const *kind = zeek->of; *kind; kind++) {
        struct text rest = text_of((*kind)->marks);
        while (rest.len)
            if (same_column(text_word(&rest, ' '), column))
                return *kind;
    }
    return NULL;
}

static void fields_set(struct zeek *zeek, struct text names)
{
    struct zeek_header *h = &zeek->header;
    h->fields = 0;
    h->spaced = false;
    for (unsigned i = 0; i <= ZEEK_VALUES; i++)
        zeek->value[i] = text_of(NULL);
    struct text rest = names;
    for (bool more = true; more && h->fields < ZEEK_FIELDS;) {
        more = rest.len && memchr(rest.at, h->separator, rest.len) != NULL;
        struct text name = text_word(&rest, h->separator);
        struct text word = text_word(&name, ' ');
        h->spaced = name.len > 0; /* "tunnel_parents   label   detailed-label" */
        h->value[h->fields++] =
            zeek->kind ? (uint8_t)zeek_value_of(zeek->kind, word) : (uint8_t)ZEEK_VALUES;
    }
    h->named = true;
}

void zeek_header_read(struct zeek *zeek, struct text line)
{
    struct zeek_header *h = &zeek->header;
    struct text rest = line;
    if (text_starts(line, "#separator ")) {
        struct zeek_mark mark = mark_of(text_at(line.at + 11, line.len - 11));
        *h = (struct zeek_header){.separator = mark.len ? mark.at[0] : '\t', .set_separator = ','};
        h->unset = mark_of(text_of("-"));
        h->empty = mark_of(text_of("(empty)"));
        zeek->kind = NULL;
        return;
    }
    struct text what = text_word(&rest, h->separator);
    if (text_is(what, "#set_separator") && rest.len) {
        h->set_separator = mark_of(rest).at[0];
    } else if (text_is(what, "#empty_field")) {
        h->empty = mark_of(rest);
    } else if (text_is(what, "#unset_field")) {
        h->unset = mark_of(rest);
    } else if (text_is(what, "#path")) {
        zeek->kind = NULL;
        for (const struct zeek_kind *const *kind = zeek->of; *kind; kind++)
            if (text_is(rest, (*kind)->name))
                zeek->kind = *kind;
        h->named = false;
        zeek->form = ZEEK_TSV;
    } else if (text_is(what, "#fields")) {
        struct text names = rest;
        for (bool path = zeek->form == ZEEK_TSV; !path && zeek->kind == NULL && names.len;)
            zeek->kind = kind_by_column(zeek, text_word(&names, h->separator));
        zeek->form = ZEEK_TSV;
        fields_set(zeek, rest);
    }
}

static inline struct text value_of(const struct zeek_header *h, const char *from, const char *to)
{
    struct text value = text_at(from, (size_t)(to - from));
    if (value.len && *from == h->unset.at[0] && value.len == h->unset.len &&
        (value.len == 1 || memcmp(from, h->unset.at, value.len) == 0))
        return text_of(NULL);
    if (value.len && *from == h->empty.at[0] && value.len == h->empty.len &&
        memcmp(from, h->empty.at, value.len) == 0)
        value.len = 0;
    return value;
}

/* The separators in the 64 bytes at `at`, a bit each. */
static inline uint64_t separators(const char *at, char separator)
{
    uint64_t bits = 0;
#ifdef __SSE2__
    __m128i wanted = _mm_set1_epi8(separator);
    for (unsigned i = 0; i < 4; i++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + (size_t)16 * i));
        bits |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)) << 16 * i;
    }
#else
    for (unsigned i = 0; i < 64; i++)
        bits |= (uint64_t)(at[i] == separator) << i;
#endif
    return bits;
}

bool zeek_tsv_cut(struct zeek *zeek, struct text line)
{
    const struct zeek_header *h = &zeek->header;
    if (line.len && line.at[0] == h->separator) /* no column is empty: Zeek writes "(empty)" */
        line = text_at(line.at + 1, line.len - 1);
    const char *from = line.at, *end = line.at + line.len;
    unsigned field = 0;
    for (const char *at = line.at; at < end; at += 64) {
        char last[64];
        size_t left = (size_t)(end - at);
        if (left < sizeof last)
            memcpy(last, at, left);
        uint64_t bits = separators(left < sizeof last ? last : at, h->separator);
        if (left < sizeof last)
            bits &= (UINT64_C(1) << left) - 1;
        for (; bits; bits &= bits - 1) {
            const char *to = at + __builtin_ctzll(bits);
            if (field < h->fields)
                zeek->value[h->value[field]] = value_of(h, from, to);
            field++;
            from = to + 1;
        }
    }
    if (field < h->fields) {
        if (h->spaced) {
            const char *blanks = memmem(from, (size_t)(end - from), "  ", 2);
            end = blanks ? blanks : end;
        }
        zeek->value[h->value[field]] = value_of(h, from, end);
    }
    return field + 1u >= h->fields;
}

/* ---- without a header */

static bool all_of(struct text text, const char *letters)
{
    for (uint32_t i = 0; i < text.len; i++)
        if (text.at[i] == '\0' || strchr(letters, text.at[i]) == NULL)
            return false;
    return text.len > 0;
}

#define FIRST_COLUMNS                                                                              \
    "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\t"  \
    "resp_bytes\tconn_state\tlocal_orig\t"
#define LAST_COLUMNS "missed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes"
#define SHORT_COLUMNS FIRST_COLUMNS LAST_COLUMNS /* to version 2.2 */
#define LONG_COLUMNS FIRST_COLUMNS "local_resp\t" LAST_COLUMNS

/* The columns of conn.log in versions 2.0 to 7, as far as they are certain by the shape of each. */
bool zeek_header_guess(struct zeek *zeek, struct text line)
{
    static const char states[] = " S0 S1 SF REJ S2 S3 RSTO RSTR RSTOS0 RSTRH SH SHR OTH ";
    enum { COLUMNS_LEAST = 19, STATE = 11, LOCAL_ORIG = 12 };
    struct text field[ZEEK_FIELDS], rest = text_of(states);
    struct address address;
    struct instant time;
    unsigned len = fields_cut(line, '\t', field, ZEEK_FIELDS), at = 0;
    if (len && field[0].len == 0)
        at = 1; /* a leading tab */
    if (len - at < COLUMNS_LEAST || !field_seconds(field[at], &time.us) ||
        !address_parse(field[at + 2], &address) || !address_parse(field[at + 4], &address) ||
        !all_of(field[at + 3], "0123456789") || !all_of(field[at + 5], "0123456789") ||
        !all_of(field[at + LOCAL_ORIG], "TF-"))
        return false;
    bool known = false;
    while (rest.len && !known)
        known = text_same(text_word(&rest, ' '), field[at + STATE]) && field[at + STATE].len;
    bool two = all_of(field[at + LOCAL_ORIG + 1], "TF-");
    unsigned history = at + LOCAL_ORIG + (two ? 3 : 2);
    if (!known || history + 4 >= len || !all_of(field[history - 1], "0123456789") ||
        !all_of(field[history], "^-SHAFRDCTIQGWshafrdctiqgw"))
        return false;
    for (unsigned i = 1; i <= 4; i++)
        if (!all_of(field[history + i], "0123456789-"))
            return false;
    zeek_header_read(zeek, text_of("#separator \\x09"));
    zeek_header_read(zeek, text_of("#path\tconn"));
    fields_set(zeek, text_of(two ? LONG_COLUMNS : SHORT_COLUMNS));
    return true;
}
