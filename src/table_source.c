#include "table_source.h"

#include "base/file.h"
#include "base/mem.h"
#include "source/conversations.h"
#include "source/fields.h"
#include "source/input.h"
#include "source/records.h"
#include "store/duck_stream.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TABLE_MAGIC UINT32_C(0x7461626c)
enum { HEADERS = 40 /* bytes of IP and TCP headers without options */, PIECES = 512 };

struct table_source {
    struct source source; /* first */
    uint32_t magic;
    const struct table_map *map;
    bool csv;
    char temp[64];
    struct duck *duck;
    struct duck_stream *stream;
    int place[TABLE_FIELDS_LEN]; /* of a field among the answer's columns; -1: not there */
    size_t piece, next;          /* rows of the piece at hand, and which is next */
    uint64_t row;
    bool over, paired; /* no more rows; `conversations` is in use */
    struct conversations conversations;
};

static struct table_source *table_of(struct source *source)
{
    struct table_source *t = (struct table_source *)source;
    muster_assert(t->magic == TABLE_MAGIC);
    return t;
}

/* ---- one row */

static struct text cell(const struct table_source *t, enum table_field field)
{
    struct text text = {0};
    if (t->place[field] >= 0)
        text = field_trim(duck_stream_cell(t->stream, t->next, (unsigned)t->place[field]));
    return text.len == 0 && t->map->value[field][0] ? text_of(t->map->value[field]) : text;
}

static bool number_read(struct text text, double *ret)
{
    char copy[40], *end;
    if (text.len == 0 || text.len >= sizeof copy)
        return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    *ret = strtod(copy, &end);
    return end == copy + text.len && *ret > -1e19 && *ret < 1e19;
}

static uint64_t count_read(struct text text)
{
    uint64_t n;
    double d;
    if (field_u64(text, &n))
        return n;
    return number_read(text, &d) && d > 0 && d < 1e18 ? (uint64_t)d : 0;
}

/* A number of units (see table_map.h) in microseconds. */
static int64_t in_us(double number, int64_t unit)
{
    double us = unit < 0 ? number / (double)-unit : number * (double)unit;
    return us > -4e18 && us < 4e18 ? (int64_t)(us + (us < 0 ? -0.5 : 0.5)) : INT64_MAX;
}

/* A text of RFC 3339 or as databases print it ("...+00"), or a number since 1970. */
static bool time_read(struct text text, int64_t unit, struct instant *ret)
{
    double n;
    if (unit == 0 && text.len > 10 && text.at[4] == '-') {
        if (text_ends(text, "+00"))
            text.len -= 3;
        return instant_parse(text, ret);
    }
    if (!number_read(text, &n))
        return false;
    if (unit == 0) /* seconds of 5138 are milliseconds of 1973, and so on */
        unit = n < 1e11 ? 1000000 : n < 1e14 ? 1000 : n < 1e17 ? 1 : -1000;
    ret->us = in_us(n, unit);
    return true;
}

static uint8_t protocol_read(struct text text)
{
    static const struct {
        const char *name;
        uint8_t number;
    } known[] = {{"tcp", PROTOCOL_TCP},     {"udp", PROTOCOL_UDP},
                 {"icmp", PROTOCOL_ICMP},   {"6", PROTOCOL_TCP},
                 {"17", PROTOCOL_UDP},      {"1", PROTOCOL_ICMP},
                 {"58", PROTOCOL_ICMP6},    {"ipv6-icmp", PROTOCOL_ICMP6},
                 {"icmp6", PROTOCOL_ICMP6}, {"icmpv6", PROTOCOL_ICMP6}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (text_is_nocase(text, known[i].name))
            return known[i].number;
    return 0;
}

static const char *app_read(struct text text)
{
    static const char *const known[][2] = {
        {"tls", "tls"},   {"ssl", "tls"},      {"https", "tls"}, {"http", "http"}, {"dns", "dns"},
        {"ssh", "ssh"},   {"smtp", "smtp"},    {"imap", "imap"}, {"pop3", "pop3"}, {"ftp", "ftp"},
        {"irc", "irc"},   {"rdp", "rdp"},      {"smb", "smb"},   {"ntp", "ntp"},   {"quic", "quic"},
        {"mqtt", "mqtt"}, {"telnet", "telnet"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (text_is_nocase(text, known[i][0]))
            return known[i][1];
    return NULL;
}

static uint8_t flags_read(struct text text, bool *ret_known)
{
    char copy[16], *end;
    *ret_known = false;
    if (text.len == 0 || text.len >= sizeof copy)
        return 0;
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    unsigned long n = strtoul(copy, &end, 0);
    *ret_known = end == copy + text.len && n <= UINT16_MAX;
    return *ret_known ? (uint8_t)n : 0;
}

/* A flow as the row tells it; its name apart. */
struct row {
    struct ends ends;
    struct instant first, last;
    uint64_t packets_out, packets_in, bytes_out, bytes_in;
};

/* Why the row cannot be read; NULL: it can. *ret_ignored: it is no conversation of machines. */
static const char *row_read(const struct table_source *t, struct row *ret, bool *ret_ignored)
{
    const struct table_map *map = t->map;
    struct text source = cell(t, TABLE_source), target = cell(t, TABLE_target);
    double lasted = 0;
    *ret = (struct row){.ends.protocol = protocol_read(cell(t, TABLE_protocol))};
    *ret_ignored = (source.len == 0 && target.len == 0) || ret->ends.protocol == 0;
    if (*ret_ignored)
        return NULL;
    bool begin = time_read(cell(t, TABLE_time), map->time_unit, &ret->first);
    bool end = time_read(cell(t, TABLE_end), map->time_unit, &ret->last);
    if (!begin && !end)
        return "no time";
    int64_t us =
        number_read(cell(t, TABLE_duration), &lasted) ? in_us(lasted, map->duration_unit) : 0;
    if (us < 0 || us > 400 * DAY_US)
        us = 0;
    if (!end)
        ret->last.us = ret->first.us + us;
    if (!begin)
        ret->first.us = ret->last.us - us;
    if (ret->last.us < ret->first.us || ret->last.us - ret->first.us > 400 * DAY_US)
        return "it ends before it begins, or lasts over 400 days";
    if (!address_parse(source, &ret->ends.host) || !address_parse(target, &ret->ends.outside))
        return "an address cannot be read";
    (void)field_port(cell(t, TABLE_source_port), &ret->ends.host_port);
    (void)field_port(cell(t, TABLE_target_port), &ret->ends.outside_port);
    ret->packets_out = count_read(cell(t, TABLE_packets_out));
    ret->packets_in = count_read(cell(t, TABLE_packets_in));
    ret->bytes_out = count_read(cell(t, TABLE_bytes_out));
    ret->bytes_in = count_read(cell(t, TABLE_bytes_in));
    return NULL;
}

static uint64_t payload(uint64_t bytes, uint64_t packets)
{
    uint64_t headers = packets * HEADERS;
    return bytes > headers ? bytes - headers : 0;
}

static void flow_make(const struct table_source *t, const struct row *row, struct block *block)
{
    const struct table_map *map = t->map;
    enum { SYN = 2 };
    bool flags_known;
    uint8_t flags = flags_read(cell(t, TABLE_flags), &flags_known);
    struct flow_record *f = block_flow(block, row->last, t->row, &row->ends);
    f->first = row->first;
    f->last = row->last;
    f->packets_out = row->packets_out;
    f->packets_in = row->packets_in;
    f->bytes_out = row->bytes_out;
    f->bytes_in = row->bytes_in;
    f->payload_out = payload(row->bytes_out, row->packets_out);
    f->payload_in = payload(row->bytes_in, row->packets_in);
    f->begun = !flags_known || row->ends.protocol != PROTOCOL_TCP || flags & SYN;
    f->app = app_read(cell(t, TABLE_app));
    struct text state = cell(t, TABLE_state);
    if (state.len && table_map_lists(map->refused, state)) {
        f->refused = true;
    } else if (state.len && map->answered[0]) {
        f->answered = table_map_lists(map->answered, state);
    } else if (!table_map_lists(map->failed, state)) {
        bool back = row->packets_in || row->bytes_in;
        f->answered = row->ends.protocol == PROTOCOL_TCP ? f->payload_in > 0 : back;
    }
    f->established = f->answered;
}

static void piece_make(struct table_source *t, const struct row *row)
{
    struct piece piece = {.source = row->ends.host,
                          .target = row->ends.outside,
                          .source_port = row->ends.host_port,
                          .target_port = row->ends.outside_port,
                          .protocol = row->ends.protocol,
                          .first = row->first,
                          .last = row->last,
                          .packets = row->packets_out,
                          .bytes = row->bytes_out,
                          .observer = 1u << OBSERVER_SIDE_BITS,
                          .number = t->row,
                          .heard = row->last};
    piece.tcp_flags = flags_read(cell(t, TABLE_flags), &piece.flags_known);
    conversations_add(&t->conversations, &piece);
}

/* What the host called the other end. */
static void name_make(const struct table_source *t, const struct row *row, struct block *block)
{
    enum { PORT_HTTP = 80, NAME_MAX_BYTES = 253 };
    struct text name = cell(t, TABLE_name);
    const char *app = app_read(cell(t, TABLE_app));
    if (name.len == 0 || name.len > NAME_MAX_BYTES)
        return;
    char *lower = arena_new(&block->arena, name.len);
    for (uint32_t i = 0; i < name.len; i++)
        lower[i] = ascii_lower(name.at[i]);
    name = text_at(lower, name.len);
    bool http = app ? strcmp(app, "http") == 0 : row->ends.outside_port.number == PORT_HTTP;
    if (http) {
        struct http_record *h = block_http(block, row->first, t->row, &row->ends);
        h->host = name;
        h->has_host = h->has_user_agent = h->body_unseen = true;
        h->request_body = h->response_body = -1;
        return;
    }
    struct tls_record *tls = block_tls(block, row->first, t->row, &row->ends);
    tls->client = true;
    tls->server_name = name;
}

static void row_take(struct table_source *t, struct block *block)
{
    struct row row;
    bool ignored;
    struct source *source = &t->source;
    t->row++;
    source->units++;
    const char *wrong = row_read(t, &row, &ignored);
    if (wrong) {
        source_damaged(source, SKIP_line_damaged, 0, "row %llu: %s", (unsigned long long)t->row,
                       wrong);
    } else if (ignored) {
        source->skips.count[SKIP_line_ignored]++;
    } else {
        source->used++;
        name_make(t, &row, block);
        if (t->map->one_way)
            piece_make(t, &row);
        else
            flow_make(t, &row, block);
    }
    t->next++;
}

/* ---- all rows */

/* Rows that DuckDB could not cut into columns: it keeps them apart. */
static void rejects_count(struct table_source *t)
{
    struct arena arena = {0};
    struct rows rows;
    struct err err;
    uint64_t n, line;
    if (t->csv &&
        duck_ask(t->duck, "SELECT count(DISTINCT line), min(line) FROM reject_errors", &arena,
                 &rows, &err) &&
        field_u64(rows.cell[0], &n) && n > 0 && field_u64(rows.cell[1], &line)) {
        source_damaged(&t->source, SKIP_line_damaged, 0,
                       "line %llu: other columns than the header names", (unsigned long long)line);
        t->source.skips.count[SKIP_line_damaged] += n - 1;
        t->source.units += n;
    }
    arena_free(&arena);
}

/* Has a row at hand; false: there are no more. */
static bool row_ready(struct table_source *t)
{
    struct err err;
    if (t->over || t->next < t->piece)
        return !t->over;
    t->next = 0;
    t->piece = duck_stream_next(t->stream, &err);
    if (t->piece)
        return true;
    t->over = true;
    if (err.text[0])
        source_damaged(&t->source, SKIP_cut_file, 0, "row %llu: %.100s",
                       (unsigned long long)t->row + 1, err.text);
    duck_stream_close(t->stream);
    t->stream = NULL;
    rejects_count(t);
    return false;
}

/* False: everything came out. */
static bool pairs_next(struct table_source *t, struct block *block)
{
    struct conversations *c = &t->conversations;
    if (!t->paired)
        conversations_init(c, t->source.memory_bytes ? t->source.memory_bytes : CONVERSATIONS_BYTES,
                           t->source.seed);
    t->paired = true;
    bool out = conversations_take(c, block);
    for (unsigned i = 0; out && i < PIECES && block_roomy(block) && row_ready(t); i++)
        row_take(t, block);
    if (!t->over || !out || c->ended)
        return !t->over || !out || !conversations_take(c, block) || block->records > 0;
    conversations_end(c);
    t->source.lacks |= conversations_lacking(c);
    return true;
}

static bool rows_next(struct source *source, struct block *block)
{
    struct table_source *t = table_of(source);
    block->packets = block->records = 0;
    arena_reset(&block->arena);
    if (t->map->one_way)
        return pairs_next(t, block);
    bool more = row_ready(t);
    while (more && block_roomy(block) && row_ready(t))
        row_take(t, block);
    return more;
}

static void rows_close(struct source *source)
{
    struct table_source *t = table_of(source);
    duck_stream_close(t->stream);
    duck_close(t->duck);
    if (t->paired)
        conversations_free(&t->conversations);
    if (t->temp[0])
        (void)rmdir(t->temp);
    (void)XXH3_freeState(source->identity);
    mem_free(source->path);
    t->magic = 0;
    mem_free(t);
}

static const struct source_kind kind = {
    .name = "table",
    .about = "a CSV or Parquet table of flows, by --map",
    .unit = "row",
    .next = rows_next,
    .close = rows_close,
};

/* ---- opening */

/* A name of a column, as SQL quotes it. */
static void quote_name(struct buf *sql, const char *name)
{
    buf_char(sql, '"');
    for (; *name; name++) {
        if (*name == '"')
            buf_char(sql, '"');
        buf_char(sql, *name);
    }
    buf_char(sql, '"');
}

static void csv_options(struct buf *sql, const struct table_map *map)
{
    char delimiter[2] = {map->delimiter, '\0'};
    /* Its usual buffers of 32 MB are too much of --memory. */
    buf_string(sql, ", max_line_size = 524288, buffer_size = 4194304, parallel = false");
    buf_string(sql, ", all_varchar = true, store_rejects = true, quote = '\"', escape = '\"', "
                    "comment = '', delim = ");
    buf_sql(sql, text_of(delimiter));
    buf_string(sql, ", nullstr = ['', ");
    buf_sql(sql, text_of(map->null));
    buf_string(sql, map->names[0] ? "], header = false, names = [" : "], header = true");
    struct text rest = text_of(map->names);
    const char *comma = "";
    while (rest.len) {
        char name[TABLE_TEXT];
        struct text word = text_word(&rest, ' ');
        if (word.len == 0 || word.len >= sizeof name)
            continue;
        memcpy(name, word.at, word.len);
        name[word.len] = '\0';
        buf_string(sql, comma);
        buf_sql(sql, text_of(name));
        comma = ", ";
    }
    buf_string(sql, map->names[0] ? "]" : "");
}

static void question_make(struct table_source *t, struct buf *sql, const char *path)
{
    const struct table_map *map = t->map;
    int columns = 0;
    buf_string(sql, "SELECT ");
    for (unsigned i = 0; i < TABLE_FIELDS_LEN; i++) {
        t->place[i] = -1;
        if (map->column[i][0] == '\0')
            continue;
        t->place[i] = columns;
        buf_string(sql, columns++ ? ", " : "");
        quote_name(sql, map->column[i]);
        buf_string(sql, "::VARCHAR");
    }
    buf_string(sql, t->csv ? " FROM read_csv(" : " FROM read_parquet(");
    duck_quote_path(sql, path);
    if (t->csv)
        csv_options(sql, map);
    buf_char(sql, ')');
}

static unsigned lacks_of(const struct table_map *map)
{
    unsigned lacks =
        LACK_BIT(web) | LACK_BIT(certificates) | LACK_BIT(content) | LACK_BIT(identity);
    bool back = map->one_way || map->column[TABLE_packets_in][0] || map->column[TABLE_bytes_in][0];
    if (!map->column[TABLE_name][0])
        lacks |= LACK_BIT(names) | LACK_BIT(tls);
    if (!back && !map->column[TABLE_state][0])
        lacks |= LACK_BIT(answers);
    return lacks;
}

static bool duck_start(struct table_source *t, const char *real, uint64_t memory_bytes,
                       struct err *err)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(real, '/');
    (void)snprintf(folder, sizeof folder, "%.*s", slash == real ? 1 : (int)(slash - real), real);
    (void)snprintf(t->temp, sizeof t->temp, "/tmp/muster-table-XXXXXX");
    if (mkdtemp(t->temp) == NULL) {
        t->temp[0] = '\0';
        return err_errno(err, "cannot make a folder in /tmp");
    }
    t->duck = duck_open(folder, t->temp, memory_bytes, 1, err);
    if (t->duck == NULL)
        return false;
    struct buf sql = {0};
    struct err why;
    question_make(t, &sql, real);
    t->stream = duck_stream_open(t->duck, sql.at, &why);
    buf_free(&sql);
    if (t->stream)
        return true;
    why.text[strcspn(why.text, "\n")] = '\0';
    return err_set(err, "%s: cannot be read as a table by this mapping: %.250s", t->source.path,
                   why.text);
}

struct source *table_open(const char *path, const struct table_map *map, uint64_t memory_bytes,
                          struct err *err)
{
    char real[PATH_MAX];
    struct file_map bytes;
    if (realpath(path, real) == NULL) {
        (void)err_errno(err, "cannot open %s", path);
        return NULL;
    }
    if (!file_map(&bytes, real, err))
        return NULL;
    struct table_source *t = source_new(sizeof *t, &kind, path);
    t->magic = TABLE_MAGIC;
    t->map = map;
    t->csv = bytes.len < 4 || memcmp(bytes.at, "PAR1", 4) != 0;
    t->source.size_bytes = bytes.len;
    t->source.lacks = lacks_of(map);
    t->source.identity = source_identity_new();
    if (bytes.len)
        (void)XXH3_128bits_update(t->source.identity, bytes.at, bytes.len);
    file_unmap(&bytes);
    if (duck_start(t, real, memory_bytes, err))
        return &t->source;
    rows_close(&t->source);
    return NULL;
}
