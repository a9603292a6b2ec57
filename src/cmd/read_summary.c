#include "cmd/read_summary.h"

#include "output/columns.h"

#include <stdio.h>
#include <stdlib.h>

/* Counts what warning lists did to a pair's evidence, and keeps the first for --verbose. */
static void add_warnings(struct read_summary *s, struct address host,
                         const struct evidence_list *evidence)
{
    char text[ADDRESS_TEXT];
    for (uint32_t i = 0; i < evidence->len; i++) {
        const struct evidence *e = &evidence->at[i];
        if (!(e->flags & (EVIDENCE_DEMOTED | EVIDENCE_RELABELLED | EVIDENCE_FLAGGED)))
            continue;
        if (s->demoted + s->relabelled + s->flagged < WARNED_SHOWN) {
            buf_format(&s->warned, "          %s: ", address_format(host, text));
            buf_printable(&s->warned, e->why);
            buf_char(&s->warned, '\n');
        }
        s->demoted += (e->flags & EVIDENCE_DEMOTED) != 0;
        s->relabelled += (e->flags & EVIDENCE_RELABELLED) != 0;
        s->flagged += (e->flags & EVIDENCE_FLAGGED) != 0;
    }
}

static void print_warnings(const struct read_summary *s, struct buf *buf, bool verbose)
{
    if (s->demoted + s->relabelled + s->flagged == 0)
        return;
    buf_format(buf, "warnings  warning lists: %llu demoted, %llu relabelled, %llu flagged%s\n",
               (unsigned long long)s->demoted, (unsigned long long)s->relabelled,
               (unsigned long long)s->flagged, verbose ? "" : " (-v lists them)");
    if (verbose)
        buf_text(buf, text_at(s->warned.at, s->warned.len));
}

void read_summary_free(struct read_summary *summary)
{
    buf_free(&summary->warned);
}

static void add_lacks(struct read_summary *s, const char *kind, unsigned lacks)
{
    for (unsigned i = 0; lacks && i < LACKING_KINDS; i++) {
        if (s->lacking[i].kind == NULL)
            s->lacking[i].kind = kind;
        if (strcmp(s->lacking[i].kind, kind) == 0) {
            s->lacking[i].lacks |= lacks;
            return;
        }
    }
}

/* Appends "what, what, what" of the bits that are set, each line below 100 columns. */
static void lack_words(struct buf *buf, size_t *line, unsigned lacks, const char *const *words)
{
    const char *comma = " ";
    for (unsigned k = 0; k < LACKS; k++) {
        if (!(lacks >> k & 1))
            continue;
        buf_string(buf, comma[0] == ',' ? "," : "");
        bool full = buf->len - *line + strlen(words[k]) > 96;
        *line = full ? buf->len : *line;
        buf_format(buf, "%s%s", full ? "\n          " : " ", words[k]);
        comma = ", ";
    }
}

/* What no detector could see, because the sources do not tell it: once a run. */
static void print_lacks(const struct read_summary *s, struct buf *buf)
{
    if (s->notes.sampling > 1)
        buf_format(buf,
                   "sampled   one packet in %u: flows' packets and bytes are multiplied, calls are "
                   "missing\n",
                   s->notes.sampling);
    for (unsigned i = 0; i < LACKING_KINDS && s->lacking[i].kind; i++) {
        size_t line = buf->len;
        buf_format(buf, "unseen    %s has no", s->lacking[i].kind);
        lack_words(buf, &line, s->lacking[i].lacks, lack_what);
        buf_string(buf, ":");
        lack_words(buf, &line, s->lacking[i].lacks, lack_unseen);
        buf_string(buf, " cannot be seen\n");
    }
}

void read_summary_add(struct read_summary *s, const char *path, const struct findings *findings,
                      const struct way_notes *notes)
{
    const struct coverage *c = &findings->coverage;
    const struct shard_counts *from = &notes->counts;
    if (s->sources++ == 0)
        s->first.us = s->last.us = INSTANT_NONE_US;
    s->packets += (uint64_t)c->packets;
    s->records += (uint64_t)c->records;
    s->units += notes->units;
    s->remarks += notes->remarks;
    add_lacks(s, findings->kind, notes->lacks);
    if (notes->sampling > s->notes.sampling)
        s->notes.sampling = notes->sampling;
    s->bytes += (uint64_t)c->bytes;
    if (instant_known(c->first) && (!instant_known(s->first) || c->first.us < s->first.us))
        s->first = c->first;
    if (instant_known(c->last) && (!instant_known(s->last) || c->last.us > s->last.us))
        s->last = c->last;
    shard_counts_add(&s->notes.counts, from);
    for (unsigned i = 0; i < SHARDS; i++)
        s->notes.shard_frames[i] += notes->shard_frames[i];
    for (unsigned i = 0; i < SOURCE_LINKS && notes->link[i].packets; i++)
        for (unsigned j = 0; j < SOURCE_LINKS; j++) {
            if (s->notes.link[j].packets == 0)
                s->notes.link[j].link = notes->link[i].link;
            if (s->notes.link[j].link == notes->link[i].link) {
                s->notes.link[j].packets += notes->link[i].packets;
                break;
            }
        }
    for (unsigned i = 0; i < RULES_TOLD && notes->rules.tally[i].pairs; i++)
        rules_count(&s->notes.rules, text_of(notes->rules.tally[i].rule),
                    notes->rules.tally[i].pairs);
    if (from->skips.count[SKIP_foreign])
        memcpy(s->notes.foreign, notes->foreign, sizeof notes->foreign);
    if (notes->damage[0] && !s->damaged[0])
        (void)snprintf(s->damaged, sizeof s->damaged, "%s: %s", path, notes->damage);
    for (size_t i = 0; i < findings->sightings; i++)
        add_warnings(s, findings->sighting[i].host, &findings->sighting[i].evidence);
    for (size_t i = 0; i < findings->contacts; i++)
        add_warnings(s, findings->contact[i].host, &findings->contact[i].evidence);
    s->demoted += findings->demoted;
    s->relabelled += findings->relabelled;
    s->flagged += findings->flagged;
    for (size_t i = 0; i < findings->sightings; i++)
        s->controlled += !text_is(findings->sighting[i].grade, "suspected");
}

static void bytes_text(struct buf *buf, uint64_t bytes)
{
    static const char *const unit[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    double number = (double)bytes;
    unsigned i = 0;
    for (; number >= 1000 && i + 1 < sizeof unit / sizeof *unit; i++)
        number /= 1000;
    buf_format(buf, i ? "%.1f %s" : "%.0f %s", number, unit[i]);
}

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* Home is likely not what the user means when most packets have no home end. */
static void print_home(const struct read_summary *s, struct buf *buf)
{
    uint64_t foreign = s->notes.counts.skips.count[SKIP_foreign];
    if (foreign == 0 || foreign <= s->notes.counts.frames)
        return;
    unsigned best = 0;
    for (unsigned i = 1; i < WAY_NETWORKS; i++)
        if (s->notes.foreign[i].packets > s->notes.foreign[best].packets)
            best = i;
    char text[ADDRESS_TEXT];
    struct network n = s->notes.foreign[best].network;
    unsigned prefix = address_is_v4(n.first) ? n.prefix - 96u : n.prefix;
    buf_format(buf,
               "home      %llu packets or records have no home end, more than have one. If %s/%u "
               "is yours, "
               "add it:\n          --home %s/%u\n",
               (unsigned long long)foreign, address_format(n.first, text), prefix, text, prefix);
}

static void print_skips(const struct read_summary *s, struct buf *buf)
{
    const struct skips *skips = &s->notes.counts.skips;
    const char *label = "skipped  ";
    for (int i = 0; i < SKIPS; i++) {
        if (skips->count[i] == 0)
            continue;
        buf_format(buf, "%s %10llu  %s", label, (unsigned long long)skips->count[i], skip_text[i]);
        if (i == SKIP_link_type)
            for (unsigned k = 0; k < SOURCE_LINKS && s->notes.link[k].packets; k++)
                buf_format(buf, "%s %s (%u)", k ? "," : ":",
                           source_link_name(s->notes.link[k].link), s->notes.link[k].link);
        buf_char(buf, '\n');
        label = "         ";
    }
    if (s->damaged[0]) {
        buf_string(buf, "damage    ");
        buf_printable(buf, text_of(s->damaged)); /* holds a file's name */
        buf_char(buf, '\n');
    }
}

static int by_flows(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (x[1] < y[1]) - (x[1] > y[1]);
}

static void print_apps(const struct read_summary *s, struct buf *buf)
{
    uint64_t order[SHARD_APPS][2];
    const struct shard_counts *c = &s->notes.counts;
    unsigned len = 0;
    for (; len < SHARD_APPS && c->app[len].name; len++) {
        order[len][0] = len;
        order[len][1] = c->app[len].flows;
    }
    if (len == 0)
        return;
    qsort(order, len, sizeof order[0], by_flows);
    buf_string(buf, "protocols");
    for (unsigned i = 0; i < len && i < 8; i++)
        buf_format(buf, "%s %s %llu", i ? "," : "", c->app[order[i][0]].name,
                   (unsigned long long)order[i][1]);
    buf_format(buf, "%s\n", len > 8 ? ", ..." : "");
}

static void print_indicators(struct buf *buf, const struct indicators *indicators)
{
    unsigned sets = indicators_sets(indicators);
    if (sets == 0) {
        buf_string(buf, "indicators none: listed controllers cannot be recognised; give --intel "
                        "LIST, or once: muster feeds add LIST\n");
        return;
    }
    buf_string(buf, "indicators");
    for (unsigned i = 0; i < sets; i++) {
        struct indicator_set_info info;
        char day[DAY_TEXT];
        indicators_info(indicators, i, &info);
        buf_string(buf, i ? ", " : " ");
        buf_printable(buf, info.name); /* a file's */
        buf_format(buf, " (%llu, %s%s)", (unsigned long long)info.indicators,
                   info.newest.number == DAY_NONE ? "undated" : "newest ",
                   day_format(info.newest, day));
    }
    buf_char(buf, '\n');
}

static void print_shards(const struct read_summary *s, struct buf *buf)
{
    unsigned heaviest = 0;
    for (unsigned i = 1; i < SHARDS; i++)
        if (s->notes.shard_frames[i] > s->notes.shard_frames[heaviest])
            heaviest = i;
    uint64_t all = s->notes.counts.frames;
    buf_format(buf, "shards    heaviest %u of %d: %llu of %llu frames (%.1f %%)\n", heaviest,
               SHARDS, (unsigned long long)s->notes.shard_frames[heaviest], (unsigned long long)all,
               all ? 100.0 * (double)s->notes.shard_frames[heaviest] / (double)all : 0.0);
}

void read_summary_print(const struct read_summary *s, struct buf *buf,
                        const struct options *options, const struct indicators *indicators)
{
    const struct shard_counts *c = &s->notes.counts;
    char first[INSTANT_TEXT], last[INSTANT_TEXT];
    buf_format(buf, "\nwatched   %u source%s", s->sources, plural(s->sources));
    if (s->packets || s->units == 0) {
        buf_format(buf, ", %llu packets, ", (unsigned long long)s->packets);
        bytes_text(buf, s->bytes);
    }
    if (s->units)
        buf_format(buf, ", %llu record%s of %llu line%s (%llu header%s)",
                   (unsigned long long)s->records, plural(s->records), (unsigned long long)s->units,
                   plural(s->units), (unsigned long long)s->remarks, plural(s->remarks));
    if (instant_known(s->first))
        buf_format(buf, ", %s to %s UTC", instant_format_short(s->first, first),
                   instant_format_short(s->last, last));
    buf_format(buf,
               "\n          %llu host-day%s, %llu conversation%s (%llu answered), %llu DNS, %llu "
               "TLS, %llu HTTP",
               (unsigned long long)c->hosts, plural(c->hosts), (unsigned long long)c->flows,
               plural(c->flows), (unsigned long long)c->flows_answered, (unsigned long long)c->dns,
               (unsigned long long)c->tls, (unsigned long long)c->http);
    if (c->alerts)
        buf_format(buf, ", %llu alert%s", (unsigned long long)c->alerts, plural(c->alerts));
    buf_string(buf, "\n");
    print_apps(s, buf);
    print_indicators(buf, indicators);
    if (c->pairs_near)
        buf_format(buf, "near      %llu pair%s just under the line: muster trace HOST --near\n",
                   (unsigned long long)c->pairs_near, plural(c->pairs_near));
    rules_print(&s->notes.rules, buf);
    print_warnings(s, buf, options->verbose > 0);
    print_home(s, buf);
    print_lacks(s, buf);
    print_skips(s, buf);
    if (options->verbose)
        print_shards(s, buf);
    if (s->unused)
        buf_format(buf, "unused    %u input%s could not be used at all: named above\n", s->unused,
                   plural(s->unused));
    if (s->known)
        buf_format(buf, "store     %u of %u source%s were read before: not counted again\n",
                   s->known, s->sources, plural(s->sources));
    if (strcmp(options->store, "none") != 0 && s->sources) {
        bool usual = strcmp(options->store, "./muster-data") == 0;
        buf_string(buf, usual ? "next      muster report" : "next      muster report --store ");
        buf_printable(buf, text_of(usual ? "" : options->store));
        buf_string(buf, s->controlled ? "    or    muster trace HOST\n" : "\n");
    }
}
