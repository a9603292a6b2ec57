/*
 * Trouble it answers: an analyst wants today's controlled hosts on one screen, with the reason
 * beneath each, and no manual. One line a (host, controller); below it when, and the strongest
 * evidence as a sentence. The hosts that count by the rule of the census come first, then those
 * that do not count yet, then the suspected; in each part the worst finding first.
 *
 * What comes from packets is printed through buf_printable: no byte of it reaches the terminal as a
 * control.
 */
#include "output/output.h"

#include "base/err.h"
#include "base/mem.h"
#include "output/columns.h"
#include "output/wrap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SUSPECTED_MAX = 10, INDENT = 4, SENTENCE_LINES = 3, COLUMNS_LEAST = 60 };
enum { WHERE_WIDTH = 12, FAMILY_WIDTH = 14, GRADE_WIDTH = 9, P_WIDTH = 5 };

/* The parts of the page, in its order. */
enum part { PART_COUNTED, PART_ONCE, PART_SINKHOLE, PART_SUSPECTED, PARTS };

static const char *const part_title[PARTS] = {
    [PART_ONCE] = "Probable, not counted yet: one day, one kind of evidence",
    [PART_SINKHOLE] = "Seen only at sinkholes: infected, not under control",
    [PART_SUSPECTED] = "Suspected, never counted",
};

/* A (host, controller) of all its days, with the day that speaks loudest. */
struct line {
    const struct sighting *best;
    struct instant first, last;
    int64_t flows;
    unsigned days;
    double host_p; /* the largest of its host in this part */
};

struct section {
    struct line *line;
    size_t len;
    size_t left_out; /* suspected lines of hosts that have a better one */
};

struct page {
    struct buf *buf;
    bool colour;
    unsigned columns;
    unsigned host_width, controller_width;
};

static int ends_compare(const struct sighting *a, const struct sighting *b)
{
    int order = address_compare(a->host, b->host);
    if (order == 0)
        order = address_compare(a->controller, b->controller);
    if (order == 0 && !address_known(a->controller))
        order = text_compare(a->controller_name, b->controller_name);
    return order ? order : text_compare(a->site, b->site);
}

static int by_ends(const void *a, const void *b)
{
    const struct sighting *const *left = a, *const *right = b;
    int order = ends_compare(*left, *right);
    return order ? order
                 : ((*left)->day.number > (*right)->day.number) -
                       ((*left)->day.number < (*right)->day.number);
}

static int by_loudness(const void *a, const void *b)
{
    const struct line *left = a, *right = b;
    if (fabs(left->host_p - right->host_p) > 0)
        return left->host_p > right->host_p ? -1 : 1;
    int order = address_compare(left->best->host, right->best->host);
    if (order == 0 && fabs(left->best->p - right->best->p) > 0)
        return left->best->p > right->best->p ? -1 : 1;
    return order ? order : ends_compare(left->best, right->best);
}

static bool is_suspected(const struct sighting *s)
{
    return !text_is(s->grade, "confirmed") && !text_is(s->grade, "probable");
}

static bool at_sinkhole(const struct sighting *s)
{
    return text_is(s->controller_role, "sinkhole");
}

/* The part a host's lines of probable or better stand in, implants aside: sightings of one host. */
static enum part part_of_host(const struct sighting *const *sighting, size_t len)
{
    bool elsewhere = false;
    for (size_t i = 0; i < len; i++)
        elsewhere |= !is_suspected(sighting[i]) && !at_sinkhole(sighting[i]);
    if (!elsewhere)
        return PART_SINKHOLE;
    return counting_host(sighting, len) ? PART_COUNTED : PART_ONCE;
}

/* The line of one pair: sightings sorted by day. */
static struct line line_make(const struct sighting *const *sorted, size_t len)
{
    struct line line = {.best = sorted[0], .first = sorted[0]->first, .last = sorted[0]->last};
    for (size_t i = 0; i < len; i++) {
        const struct sighting *s = sorted[i];
        line.days += i == 0 || s->day.number != sorted[i - 1]->day.number;
        line.flows += s->flows > 0 ? s->flows : 0;
        if (s->p > line.best->p)
            line.best = s;
        if (instant_known(s->first) && s->first.us < line.first.us)
            line.first = s->first;
        if (instant_known(s->last) && s->last.us > line.last.us)
            line.last = s->last;
    }
    return line;
}

static size_t same_host(const struct sighting *const *sorted, size_t i, size_t len)
{
    size_t next = i;
    while (next < len && address_same(sorted[i]->host, sorted[next]->host))
        next++;
    return next;
}

/* Adds the lines of one host: sightings sorted by ends. */
static void sections_add(struct section sections[PARTS], const struct sighting *const *sorted,
                         size_t len)
{
    enum part part = part_of_host(sorted, len);
    size_t began[PARTS];
    bool better = false;
    for (size_t i = 0; i < len; i++)
        better |= !is_suspected(sorted[i]);
    for (int n = 0; n < PARTS; n++)
        began[n] = sections[n].len;
    for (size_t at = 0, next; at < len; at = next) {
        for (next = at; next < len && ends_compare(sorted[at], sorted[next]) == 0;)
            next++;
        struct line line = line_make(sorted + at, next - at);
        bool implant = text_is(line.best->kind, "implant");
        struct section *to = &sections[is_suspected(line.best) ? PART_SUSPECTED
                                       : implant               ? PART_COUNTED
                                                               : part];
        if (better && is_suspected(line.best))
            to->left_out++;
        else
            to->line[to->len++] = line;
    }
    for (int n = 0; n < PARTS; n++) {
        double most = 0;
        for (size_t at = began[n]; at < sections[n].len; at++)
            most = fmax(most, sections[n].line[at].best->p);
        for (size_t at = began[n]; at < sections[n].len; at++)
            sections[n].line[at].host_p = most;
    }
}

/* Lines of all parts from sightings sorted by ends; a pair stands once, with its best grade. */
static void sections_make(struct section sections[PARTS], const struct sighting *const *sorted,
                          size_t len)
{
    for (int part = 0; part < PARTS; part++)
        sections[part] = (struct section){.line = mem_new(len, sizeof(struct line))};
    for (size_t i = 0, next; i < len; i = next) {
        next = same_host(sorted, i, len);
        sections_add(sections, sorted + i, next - i);
    }
    for (int part = 0; part < PARTS; part++)
        if (sections[part].len)
            qsort(sections[part].line, sections[part].len, sizeof(struct line), by_loudness);
}

/* "192.0.2.1:443", "[2001:db8::1]:443", the name when there is no address. */
static void put_controller(struct buf *buf, const struct sighting *s)
{
    char address[ADDRESS_TEXT];
    if (!address_known(s->controller)) {
        buf_printable(buf, s->controller_name.at ? s->controller_name : text_of("not known"));
        return;
    }
    (void)address_format(s->controller, address);
    bool bracket = s->port >= 0 && !address_is_v4(s->controller);
    buf_format(buf, "%s%s%s", bracket ? "[" : "", address, bracket ? "]" : "");
    if (s->port >= 0)
        buf_format(buf, ":%lld", (long long)s->port);
}

static void put_where(struct buf *buf, const struct sighting *s)
{
    if (s->controller_country.at != NULL)
        buf_printable(buf, s->controller_country);
    if (s->controller_asn >= 0)
        buf_format(buf, "%sAS%lld", s->controller_country.at ? " " : "",
                   (long long)s->controller_asn);
    if (s->controller_country.at == NULL && s->controller_asn < 0)
        buf_char(buf, '-');
}

static const char *paint(const struct page *page, const char *code)
{
    return page->colour ? code : "";
}

/* The cell padded to its width, and two spaces; `cut`: one that is too long is cut. */
static void put_cell(const struct page *page, struct buf *cell, unsigned width, bool cut,
                     const char *code)
{
    struct text text = text_at(cell->at, cell->len);
    while (cut && wrap_width(text) > width)
        text.len--;
    buf_string(page->buf, paint(page, code));
    buf_text(page->buf, text);
    if (*code)
        buf_string(page->buf, paint(page, "\033[0m"));
    for (size_t n = wrap_width(text); n < width; n++)
        buf_char(page->buf, ' ');
    buf_string(page->buf, "  ");
    cell->len = 0;
}

static const char *grade_colour(struct text grade)
{
    if (text_is(grade, "confirmed"))
        return "\033[1;31m";
    return text_is(grade, "probable") ? "\033[33m" : "\033[2m";
}

static void put_line(const struct page *page, const struct line *line, bool name_host)
{
    const struct sighting *s = line->best;
    struct buf cell = {0};
    char host[ADDRESS_TEXT];
    buf_string(&cell, name_host ? address_format(s->host, host) : "");
    bool too_wide = cell.len > page->host_width;
    put_cell(page, &cell, page->host_width, false, "\033[1m");
    if (too_wide) {
        buf_char(page->buf, '\n');
        put_cell(page, &cell, page->host_width, false, "");
    }
    put_controller(&cell, s);
    too_wide = cell.len > page->controller_width;
    put_cell(page, &cell, page->controller_width, false, "");
    if (too_wide) {
        buf_char(page->buf, '\n');
        put_cell(page, &cell, page->host_width, false, "");
        put_cell(page, &cell, page->controller_width, false, "");
    }
    put_where(&cell, s);
    put_cell(page, &cell, WHERE_WIDTH, true, "");
    buf_printable(&cell, s->family.at ? s->family : text_of("-"));
    put_cell(page, &cell, FAMILY_WIDTH, true, "");
    buf_text(&cell, s->grade);
    put_cell(page, &cell, GRADE_WIDTH, true, grade_colour(s->grade));
    buf_format(page->buf, "%5.3f\n", floor(s->p * 1000) / 1000); /* never over a grade's line */
    buf_free(&cell);
}

static const struct evidence *strongest(const struct sighting *s)
{
    const struct evidence *best = NULL;
    for (uint32_t i = 0; i < s->evidence.len; i++)
        if (best == NULL || s->evidence.at[i].strength > best->strength)
            best = &s->evidence.at[i];
    return best;
}

/* "2024-03-05 08:01:25 to 15:58:50 UTC, 239 conversations. " */
static void put_when(struct buf *sentence, const struct line *line)
{
    char first[INSTANT_TEXT], last[INSTANT_TEXT];
    if (!instant_known(line->first) || !instant_known(line->last))
        return;
    bool same_day = instant_day(line->first).number == instant_day(line->last).number;
    (void)instant_format_short(line->last, last);
    buf_format(sentence, "%s to %s UTC", instant_format_short(line->first, first),
               last + (same_day && strlen(last) > 11 ? 11 : 0));
    if (line->days > 1)
        buf_format(sentence, " on %u days", line->days);
    if (line->flows) {
        buf_string(sentence, ", ");
        column_thousands(sentence, line->flows);
        buf_string(sentence, line->flows == 1 ? " conversation" : " conversations");
    }
    buf_string(sentence, ". ");
}

/* The strongest reason, and the other detectors that speak for control. */
static void put_why(struct buf *sentence, const struct sighting *s)
{
    const struct evidence *why = strongest(s);
    const char *before = why && text_ends(why->why, ".") ? " Also: " : ". Also: ";
    if (why == NULL)
        return;
    buf_printable(sentence, text_of(why->detector));
    buf_string(sentence, ": ");
    buf_printable(sentence, why->why);
    for (uint32_t i = 0; i < s->evidence.len; i++) {
        const struct evidence *e = &s->evidence.at[i];
        bool told = strcmp(e->detector, why->detector) == 0 || e->strength <= 0;
        for (uint32_t n = 0; n < i; n++)
            told |= strcmp(e->detector, s->evidence.at[n].detector) == 0;
        if (told)
            continue;
        buf_format(sentence, "%s%s", before, e->detector);
        before = ", ";
    }
}

/* Beneath a line: the name or site, an unusual role, when, and the strongest reason. */
static void put_reason(const struct page *page, const struct line *line)
{
    const struct sighting *s = line->best;
    struct buf sentence = {0};
    if (s->site.at != NULL) {
        buf_string(&sentence, "implant in ");
        buf_printable(&sentence, s->site);
        buf_string(&sentence, "; ");
    }
    if (s->controller_name.at != NULL && address_known(s->controller)) {
        buf_printable(&sentence, s->controller_name);
        buf_string(&sentence, "; ");
    }
    if (s->controller_role.at != NULL && !text_is(s->controller_role, "dedicated") &&
        !text_is(s->controller_role, "unknown")) {
        buf_string(&sentence, "role: ");
        buf_printable(&sentence, s->controller_role);
        buf_string(&sentence, "; ");
    }
    put_when(&sentence, line);
    put_why(&sentence, s);
    buf_string(page->buf, paint(page, "\033[2m"));
    wrap_text(page->buf, text_at(sentence.at, sentence.len), page->columns, INDENT, SENTENCE_LINES);
    buf_string(page->buf, paint(page, "\033[0m"));
    buf_free(&sentence);
}

static void put_heading(const struct page *page)
{
    static const char *const name[] = {"HOST", "CONTROLLER", "WHERE", "FAMILY", "GRADE"};
    const unsigned width[] = {page->host_width, page->controller_width, WHERE_WIDTH, FAMILY_WIDTH,
                              GRADE_WIDTH};
    struct buf cell = {0};
    for (unsigned i = 0; i < 5; i++) {
        buf_string(&cell, name[i]);
        put_cell(page, &cell, width[i], true, "\033[4m");
    }
    buf_string(page->buf, "p\n");
    buf_free(&cell);
}

static void put_section(const struct page *page, const struct section *section, enum part part)
{
    size_t most = part == PART_SUSPECTED ? SUSPECTED_MAX : SIZE_MAX;
    if (section->len && part_title[part] != NULL)
        buf_format(page->buf, "\n%s%s%s\n", paint(page, "\033[1m"), part_title[part],
                   paint(page, "\033[0m"));
    for (size_t i = 0; i < section->len && i < most; i++) {
        bool same =
            i > 0 && address_same(section->line[i].best->host, section->line[i - 1].best->host);
        put_line(page, &section->line[i], !same);
        put_reason(page, &section->line[i]);
    }
    if (section->len > most)
        buf_format(page->buf, "... %zu more: muster trace --near\n", section->len - most);
    if (section->left_out)
        buf_format(page->buf, "%s%zu suspected pair%s of hosts above: muster trace HOST\n",
                   section->len ? "" : "\n", section->left_out, section->left_out == 1 ? "" : "s");
}

/* Host and controller columns as wide as the widest that fits beside the fixed ones. */
static void set_widths(struct page *page, const struct section sections[PARTS])
{
    const unsigned fixed = WHERE_WIDTH + FAMILY_WIDTH + GRADE_WIDTH + P_WIDTH + 5 * 2;
    struct buf cell = {0};
    char host[ADDRESS_TEXT];
    size_t widest_host = 4, widest_controller = 10;
    for (int n = 0; n < PARTS; n++)
        for (size_t i = 0; (n < PART_SUSPECTED || i < SUSPECTED_MAX) && i < sections[n].len; i++) {
            size_t len = strlen(address_format(sections[n].line[i].best->host, host));
            cell.len = 0;
            put_controller(&cell, sections[n].line[i].best);
            widest_host = len > widest_host ? len : widest_host;
            widest_controller = cell.len > widest_controller ? cell.len : widest_controller;
        }
    buf_free(&cell);
    size_t room = page->columns > fixed + 26 ? page->columns - fixed : 26;
    page->host_width = (unsigned)(widest_host < 15 ? widest_host : 15);
    if (widest_host + widest_controller <= room)
        page->host_width = (unsigned)widest_host;
    room -= page->host_width;
    page->controller_width = (unsigned)(widest_controller < room ? widest_controller : room);
}

static void put_count(const struct page *page, const struct sighting *const *sighting, size_t len)
{
    struct counting counting;
    struct buf line = {0};
    counting_make(&counting, sighting, len);
    counting_words(&line, &counting);
    wrap_text(page->buf, text_at(line.at, line.len), page->columns, 0, 6);
    buf_free(&line);
}

void output_table(struct buf *buf, const struct sighting *const *sighting, size_t len, bool colour,
                  unsigned columns)
{
    struct page page = {.buf = buf, .colour = colour, .columns = columns};
    struct section sections[PARTS];
    if (page.columns < COLUMNS_LEAST)
        page.columns = COLUMNS_LEAST;
    const struct sighting **sorted = mem_new(len, sizeof *sorted);
    for (size_t i = 0; i < len; i++)
        sorted[i] = sighting[i];
    if (len)
        qsort(sorted, len, sizeof *sorted, by_ends);
    sections_make(sections, sorted, len);
    set_widths(&page, sections);
    if (len)
        put_heading(&page);
    for (int part = 0; part < PARTS; part++)
        put_section(&page, &sections[part], (enum part)part);
    if (len)
        buf_char(buf, '\n');
    put_count(&page, sighting, len);
    for (int part = 0; part < PARTS; part++)
        mem_free(sections[part].line);
    mem_free(sorted);
}
