/*
 * Trouble it answers: JSON, the store and its schema must never disagree about a column. So each
 * column is written by its type, in the order of the .list, by code made from the .list.
 */
#include "record/row.h"

#include "base/err.h"

#include <math.h>

const char *const evidence_group_name[GROUPS] = {
    [GROUP_LISTED_END] = "listed_end",
    [GROUP_LISTED_CONTENT] = "listed_content",
    [GROUP_RHYTHM] = "rhythm",
    [GROUP_SHAPE] = "shape",
    [GROUP_NAMES] = "names",
    [GROUP_SPREAD] = "spread",
    [GROUP_DIALOG] = "dialog",
    [GROUP_ROLE] = "role",
    [GROUP_ALERT] = "alert",
    [GROUP_MARK] = "mark",
    [GROUP_FILE] = "file",
    [GROUP_VOLUME] = "volume",
};

/* What every column writer needs to know of the row around it. */
struct row {
    struct buf *buf;
    enum row_for whom;
    struct text source;
};

static void put_null(struct row *row)
{
    buf_string(row->buf, "null");
}

static void put_quoted(struct row *row, const char *plain)
{
    buf_char(row->buf, '"');
    buf_string(row->buf, plain);
    buf_char(row->buf, '"');
}

static void put_signed(struct row *row, int64_t value)
{
    if (value < 0)
        buf_char(row->buf, '-');
    buf_number(row->buf, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

static void put_text(struct row *row, struct text value)
{
    if (value.at == NULL)
        put_null(row);
    else
        buf_json(row->buf, value);
}

static void put_day(struct row *row, struct day value)
{
    char out[DAY_TEXT];
    if (value.number == DAY_NONE)
        put_null(row);
    else
        put_quoted(row, day_format(value, out));
}

static void put_time(struct row *row, struct instant value)
{
    char out[INSTANT_TEXT];
    if (!instant_known(value))
        put_null(row);
    else
        put_quoted(row, instant_format(value, out));
}

static void put_address(struct row *row, struct address value)
{
    char out[ADDRESS_TEXT];
    if (!address_known(value))
        put_null(row);
    else
        put_quoted(row, address_format(value, out));
}

static void put_count(struct row *row, int64_t value)
{
    if (value < 0)
        put_null(row);
    else
        buf_number(row->buf, (uint64_t)value);
}

static void put_flag(struct row *row, int8_t value)
{
    buf_string(row->buf, value < 0 ? "null" : value ? "true" : "false");
}

static void put_real(struct row *row, double value)
{
    if (!isfinite(value))
        put_null(row);
    else
        buf_format(row->buf, row->whom == ROW_FOR_STORE ? "%.17g" : "%.6g", value);
}

/* Many: for the store as microseconds, which both sides read and write several times faster. */
static void put_times(struct row *row, struct instant_list value)
{
    buf_char(row->buf, '[');
    for (uint32_t i = 0; i < value.len; i++) {
        if (i)
            buf_char(row->buf, ',');
        if (row->whom == ROW_FOR_STORE && instant_known(value.at[i]))
            put_signed(row, value.at[i].us);
        else
            put_time(row, value.at[i]);
    }
    buf_char(row->buf, ']');
}

static void put_where(struct row *row, struct text where, uint64_t number)
{
    if (where.at) {
        put_text(row, where);
        return;
    }
    if (row->source.at == NULL || number == 0) {
        put_text(row, row->source);
        return;
    }
    buf_json(row->buf, row->source);
    row->buf->len--; /* the closing quote */
    buf_format(row->buf, "#packet=%llu\"", (unsigned long long)number);
}

/* Names in trait.list, of the detector that stands before them. */
static void put_traits(struct row *row, const struct traits *traits)
{
    const char *comma = "";
    buf_string(row->buf, ",\"traits\":[");
    for (unsigned i = 0; i < TRAITS; i++)
        if (trait_holds(traits, i)) {
            buf_string(row->buf, comma);
            put_quoted(row, trait_table[i].name);
            comma = ",";
        }
    buf_char(row->buf, ']');
}

static void put_one_evidence(struct row *row, const struct evidence *e)
{
    muster_assert(e->group < GROUPS);
    bool store = row->whom == ROW_FOR_STORE;
    buf_string(row->buf, "{\"detector\":");
    put_text(row, text_of(e->detector));
    buf_format(row->buf, ",\"version\":%u", e->version);
    if (store)
        buf_format(row->buf, ",\"group\":\"%s\",\"flags\":%u", evidence_group_name[e->group],
                   e->flags);
    buf_string(row->buf, ",\"set\":");
    put_text(row, e->set);
    buf_string(row->buf, ",\"item\":");
    put_text(row, e->item);
    if (store) {
        buf_string(row->buf, ",\"family\":");
        put_text(row, e->family);
    }
    buf_string(row->buf, ",\"strength\":");
    put_real(row, e->strength);
    buf_string(row->buf, ",\"known_from\":");
    put_day(row, e->known_from);
    buf_string(row->buf, ",\"why\":");
    put_text(row, e->why);
    buf_string(row->buf, ",\"where\":");
    put_where(row, e->where, e->number);
    if (!store)
        put_traits(row, &e->traits);
    buf_char(row->buf, '}');
}

static void put_evidence(struct row *row, struct evidence_list value)
{
    buf_char(row->buf, '[');
    for (uint32_t i = 0; i < value.len; i++) {
        if (i)
            buf_char(row->buf, ',');
        put_one_evidence(row, &value.at[i]);
    }
    buf_char(row->buf, ']');
}

/* Each column opens with a comma, the first with the brace instead. */
#define COLUMN(name, type, unit, help)                                                             \
    buf_string(buf, ",\"" #name "\":");                                                            \
    put_##type(&to, row->name);

void row_sighting(struct buf *buf, const struct sighting *row, enum row_for whom)
{
    struct row to = {buf, whom, row->source};
    size_t start = buf->len;
#include "record/sighting.list"
    buf->at[start] = '{';
    buf_char(buf, '}');
}

void row_contact(struct buf *buf, const struct contact *row, enum row_for whom)
{
    struct row to = {buf, whom, row->source};
    size_t start = buf->len;
#include "record/contact.list"
    buf->at[start] = '{';
    buf_char(buf, '}');
}

void row_identity(struct buf *buf, const struct identity *row, enum row_for whom)
{
    struct row to = {buf, whom, row->source};
    size_t start = buf->len;
#include "record/identity.list"
    buf->at[start] = '{';
    buf_char(buf, '}');
}

void row_coverage(struct buf *buf, const struct coverage *row, enum row_for whom)
{
    struct row to = {buf, whom, row->source};
    size_t start = buf->len;
#include "record/coverage.list"
    buf->at[start] = '{';
    buf_char(buf, '}');
}
#undef COLUMN
