/*
 * Trouble it answers: an analyst wants today's controlled hosts on one screen, with the reason
 * beneath each, and no manual. One line a (host, controller), the days behind it counted, the
 * strongest evidence as a sentence below; hosts with the worst finding first.
 *
 * What comes from packets is printed through buf_printable: no byte of it reaches the terminal as a
 * control.
 */
#include "output/output.h"

#include "base/err.h"
#include "base/mem.h"
#include "output/wrap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SUSPECTED_MAX = 10, INDENT = 4, SENTENCE_LINES = 3, COLUMNS_LEAST = 60 };
enum { WHERE_WIDTH = 12, FAMILY_WIDTH = 14, GRADE_WIDTH = 9, P_WIDTH = 5 };

/* A (host, controller) of all its days, with the day that speaks loudest. */
struct line {
    const struct sighting *best;
    unsigned days;
    double host_p; /* the largest of its host in this section */
};

struct section {
    struct line *line;
    size_t len, hosts;
};

struct page {
    struct buf *buf;
    bool colour;
    unsigned columns;
    unsigned host_width, controller_width;
};

static int text_compare(struct text a, struct text b)
{
    uint32_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.at, b.at, shorter) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

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

/* Lines of one section from sightings sorted by ends; a pair counts with its best grade only. */
static struct section section_make(const struct sighting *const *sorted, size_t len, bool suspected)
{
    struct section section = {.line = mem_new(len, sizeof *section.line)};
    for (size_t i = 0, next; i < len; i = next) {
        struct line line = {.best = sorted[i]};
        for (next = i; next < len && ends_compare(sorted[i], sorted[next]) == 0; next++) {
            line.days += next == i || sorted[next]->day.number != sorted[next - 1]->day.number;
            if (sorted[next]->p > line.best->p)
                line.best = sorted[next];
        }
        if (is_suspected(line.best) == suspected)
            section.line[section.len++] = line;
    }
    for (size_t i = 0, next; i < section.len; i = next) {
        double most = 0;
        for (next = i; next < section.len &&
                       address_same(section.line[i].best->host, section.line[next].best->host);
             next++)
            most = fmax(most, section.line[next].best->p);
        for (size_t n = i; n < next; n++)
            section.line[n].host_p = most;
        section.hosts++;
    }
    if (section.len)
        qsort(section.line, section.len, sizeof *section.line, by_loudness);
    return section;
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

/* Beneath a line: the name or site, an unusual role, how many days, and the strongest reason. */
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
    if (line->days > 1)
        buf_format(&sentence, "%u days; ", line->days);
    const struct evidence *why = strongest(s);
    if (why != NULL) {
        buf_printable(&sentence, text_of(why->detector));
        buf_string(&sentence, ": ");
        buf_printable(&sentence, why->why);
    }
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

static void put_section(const struct page *page, const struct section *section, size_t most)
{
    for (size_t i = 0; i < section->len && i < most; i++) {
        bool same =
            i > 0 && address_same(section->line[i].best->host, section->line[i - 1].best->host);
        put_line(page, &section->line[i], !same);
        put_reason(page, &section->line[i]);
    }
    if (section->len > most)
        buf_format(page->buf, "%zu more: muster trace --near\n", section->len - most);
}

/* Host and controller columns as wide as the widest that fits beside the fixed ones. */
static void set_widths(struct page *page, const struct section *sections)
{
    const unsigned fixed = WHERE_WIDTH + FAMILY_WIDTH + GRADE_WIDTH + P_WIDTH + 5 * 2;
    struct buf cell = {0};
    char host[ADDRESS_TEXT];
    size_t widest_host = 4, widest_controller = 10;
    for (unsigned n = 0; n < 2; n++)
        for (size_t i = 0; i < sections[n].len && (n == 0 || i < SUSPECTED_MAX); i++) {
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

static int by_controller(const void *a, const void *b)
{
    const struct sighting *const *left = a, *const *right = b;
    int order = address_compare((*left)->controller, (*right)->controller);
    return order ? order : text_compare((*left)->controller_name, (*right)->controller_name);
}

static bool at_sinkhole(const struct line *line)
{
    return text_is(line->best->controller_role, "sinkhole");
}

/* Distinct controllers of a section, sinkholes apart: by address, else by name. */
static size_t count_controllers(const struct section *section)
{
    const struct sighting **all = mem_new(section->len, sizeof *all);
    size_t len = 0, count = 0;
    for (size_t i = 0; i < section->len; i++)
        if (!at_sinkhole(&section->line[i]))
            all[len++] = section->line[i].best;
    if (len)
        qsort(all, len, sizeof *all, by_controller);
    for (size_t i = 0; i < len; i++)
        count += i == 0 || !address_same(all[i]->controller, all[i - 1]->controller) ||
                 (!address_known(all[i]->controller) &&
                  !text_same(all[i]->controller_name, all[i - 1]->controller_name));
    mem_free(all);
    return count;
}

struct count {
    size_t confirmed, probable; /* hosts by their best line that is not a sinkhole's */
    size_t sinkhole;            /* hosts with sinkholes' lines only */
};

/* Lines of a host lie together, the loudest first. */
static struct count count_hosts(const struct section *section)
{
    struct count count = {0, 0, 0};
    for (size_t i = 0, next; i < section->len; i = next) {
        const struct line *best = NULL;
        for (next = i; next < section->len &&
                       address_same(section->line[i].best->host, section->line[next].best->host);
             next++)
            if (best == NULL && !at_sinkhole(&section->line[next]))
                best = &section->line[next];
        count.sinkhole += best == NULL;
        count.confirmed += best != NULL && text_is(best->best->grade, "confirmed");
        count.probable += best != NULL && !text_is(best->best->grade, "confirmed");
    }
    return count;
}

static void put_count(const struct page *page, const struct section *sections, size_t all_hosts)
{
    struct count count = count_hosts(&sections[0]);
    struct buf line = {0};
    size_t hosts = count.confirmed + count.probable;
    size_t controllers = count_controllers(&sections[0]);
    if (hosts == 0)
        buf_string(&line, "No host seen under control");
    else
        buf_format(
            &line,
            "%zu host%s seen under control (%zu confirmed, %zu probable) of %zu controller%s",
            hosts, hosts == 1 ? "" : "s", count.confirmed, count.probable, controllers,
            controllers == 1 ? "" : "s");
    if (count.sinkhole)
        buf_format(&line, "; %zu only at sinkholes (infected, not under control)", count.sinkhole);
    if (all_hosts > sections[0].hosts) /* nothing better was found of these */
        buf_format(&line, "; %zu suspected, not counted", all_hosts - sections[0].hosts);
    buf_char(&line, '.');
    wrap_text(page->buf, text_at(line.at, line.len), page->columns, 0, 4);
    buf_free(&line);
}

static size_t count_addresses(const struct sighting *const *sorted, size_t len)
{
    size_t hosts = 0;
    for (size_t i = 0; i < len; i++)
        hosts += i == 0 || !address_same(sorted[i]->host, sorted[i - 1]->host);
    return hosts;
}

void output_table(struct buf *buf, const struct sighting *const *sighting, size_t len, bool colour,
                  unsigned columns)
{
    struct page page = {.buf = buf, .colour = colour, .columns = columns};
    if (page.columns < COLUMNS_LEAST)
        page.columns = COLUMNS_LEAST;
    const struct sighting **sorted = mem_new(len, sizeof *sorted);
    for (size_t i = 0; i < len; i++)
        sorted[i] = sighting[i];
    if (len)
        qsort(sorted, len, sizeof *sorted, by_ends);
    struct section sections[2] = {section_make(sorted, len, false),
                                  section_make(sorted, len, true)};
    set_widths(&page, sections);
    if (len)
        put_heading(&page);
    put_section(&page, &sections[0], SIZE_MAX);
    if (sections[1].len)
        buf_string(buf,
                   sections[0].len ? "\nSuspected, not counted:\n" : "Suspected, not counted:\n");
    put_section(&page, &sections[1], SUSPECTED_MAX);
    if (len)
        buf_char(buf, '\n');
    put_count(&page, sections, count_addresses(sorted, len));
    mem_free(sections[0].line);
    mem_free(sections[1].line);
    mem_free(sorted);
}
