/*
 * A census as one JSON document. `version` is of this format.
 */
#include "output/columns.h"
#include "output/report.h"
#include "output/rows_json.h"

enum { FORMAT_VERSION = 1 };

static void put_day(struct buf *buf, const char *name, struct day day)
{
    char out[DAY_TEXT];
    if (day.number == DAY_NONE)
        buf_format(buf, "\"%s\":null,", name);
    else
        buf_format(buf, "\"%s\":\"%s\",", name, day_format(day, out));
}

/* null: not known. Without an estimate the bounds hold if addresses are held for a day or more. */
static void put_live(struct buf *buf, const struct census_live *live)
{
    if (live->windows == 0) {
        buf_string(buf, "\"live\":null,\n");
        return;
    }
    buf_string(buf, "\"live\":{\"estimate\":");
    if (live->known)
        buf_format(buf, "%.1f", live->live);
    else
        buf_string(buf, "null");
    buf_format(buf,
               ",\"low\":%.1f,\"high\":%.1f,\"interval95\":%s,\"share_of_addresses\":%.4f,"
               "\"addresses_a_week\":%.1f,\"weeks\":%u},\n",
               live->low, live->high, live->known ? "true" : "false", live->share, live->addresses,
               live->windows);
}

static void put_checks(struct buf *buf, const struct census *census)
{
    buf_string(buf, "\"checks\":[");
    for (unsigned i = 0; i < census->checks; i++) {
        const struct census_check *check = &census->check[i];
        buf_string(buf, i ? ",\n  {\"what\":" : "\n  {\"what\":");
        buf_json(buf, check->what);
        buf_format(buf, ",\"left\":%lld,\"right\":%lld,\"holds\":%s}", (long long)check->left,
                   (long long)check->right, census_check_holds(check) ? "true" : "false");
    }
    buf_string(buf, "]");
}

static void write(struct buf *buf, const struct census *census)
{
    buf_format(buf, "{\"version\":%d,\"muster\":\"%s\",\"tlp\":\"TLP:AMBER\",\n\"period\":{",
               FORMAT_VERSION, MUSTER_VERSION);
    put_day(buf, "from", census->from);
    put_day(buf, "to", census->to);
    buf_string(buf, "\"first_day_watched\":");
    if (census->first_day.at != NULL)
        buf_format(buf, "\"%s\",\"last_day_watched\":\"%s\"},\n", census->first_day.at,
                   census->last_day.at);
    else
        buf_string(buf, "null,\"last_day_watched\":null},\n");
    buf_string(buf, "\"numbers\":{");
    for (unsigned i = 0; i < CENSUS_NUMBERS; i++)
        buf_format(buf, "%s\n  \"%s\":%lld", i ? "," : "", census_number_id[i],
                   (long long)census->number[i]);
    buf_string(buf, "},\n");
    put_live(buf, &census->live);
    buf_string(buf, "\"warnings\":[");
    for (unsigned i = 0; i < census->warnings; i++) {
        buf_string(buf, i ? "," : "");
        buf_json(buf, census->warning[i]);
    }
    buf_string(buf, "],\n");
    buf_string(buf, "\"tables\":{\n");
    for (unsigned i = 0; i < census->tables; i++) {
        buf_format(buf, "%s\"%s\":{\"title\":", i ? ",\n" : "", census->table[i].id);
        buf_json(buf, text_of(census->table[i].title));
        buf_string(buf, ",\"definition\":");
        buf_json(buf, text_of(census->table[i].definition));
        buf_string(buf, ",\"rows\":");
        rows_json(buf, &census->table[i].rows);
        buf_char(buf, '}');
    }
    buf_string(buf, "},\n\"pairs\":");
    rows_json(buf, &census->pair);
    buf_string(buf, ",\n\"evidence\":");
    rows_json(buf, &census->evidence);
    buf_string(buf, ",\n");
    put_checks(buf, census);
    buf_string(buf, "}\n");
}

const struct report_format report_json = {
    .name = "json",
    .about = "one JSON document with every table, the hosts and their evidence",
    .write = write,
};
