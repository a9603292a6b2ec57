#include "cmd/parts.h"

#include "base/buf.h"
#include "base/file.h"
#include "cmd/settings.h"
#include "company.h"
#include "feeds/feeds.h"
#include "marks.h"
#include "record/alerts.h"

#include <pthread.h>

void parts_complain(struct parts *parts, int status, const char *text)
{
    if (parts->progress)
        progress_clear(parts->progress);
    cmd_say(parts->command, "%s", text);
    if (status > parts->status)
        parts->status = status;
}

static bool servers_read(struct parts *parts, struct err *err)
{
    const struct string_list *list = &parts->options->server;
    for (unsigned i = 0; i < list->len; i++) {
        struct address a;
        if (!address_parse(text_of(list->at[i]), &a) || address_is_special(a))
            return err_set(err, "--server: '%s' is not the address of a machine such as 192.0.2.10",
                           list->at[i]);
        if (address_known(parts->server[!address_is_v4(a)]))
            return err_set(err, "--server: one IPv4 and one IPv6 address at most");
        parts->server[!address_is_v4(a)] = a;
    }
    return true;
}

static bool map_read(struct parts *parts, struct err *err)
{
    if (parts->options->map == NULL)
        return true;
    parts->map = arena_new(&parts->arena, sizeof *parts->map);
    return table_map_read(parts->map, parts->options->map, err);
}

static void on_bad_rules(void *context, const char *text)
{
    parts_complain(context, EXIT_UNUSED_INPUT, text);
}

/* Rules that cannot be used are named; the others work. */
static void marks_open(struct parts *parts)
{
    const struct string_list *list = &parts->options->marks;
    if (conf_value(&parts->conf, "mark", "on") < 0.5)
        return;
    parts->marks = marks_new();
    for (unsigned i = 0; i < list->len; i++)
        marks_add(parts->marks, list->at[i], (struct rule_complaint){on_bad_rules, parts});
    parts->conf.marks = parts->marks;
}

static bool configure(struct parts *parts)
{
    const struct options *o = parts->options;
    struct err err;
    home_default(&parts->home);
    bool done = o->home == NULL || home_parse(&parts->home, o->home, &err);
    done = done && servers_read(parts, &err) && map_read(parts, &err);
    done = done && settings_read(&parts->conf, o, &err);
    parts->conf.alerts = parts->alerts = alert_rules_new();
    for (unsigned i = 0; done && i < o->alerts.len; i++)
        done = alert_rules_read(parts->alerts, o->alerts.at[i], &err);
    if (done) {
        parts->review = settings_rules(o, parts->command, &err);
        done = parts->review != NULL;
    }
    if (!done)
        parts_complain(parts, EXIT_USAGE, err.text);
    else
        marks_open(parts);
    return done;
}

static bool open_set(struct parts *parts, const char *path)
{
    struct err err;
    bool compiled = false;
    struct text file = feeds_compiled(path, parts->options->cache, &parts->arena, &compiled, &err);
    if (file.at && indicators_open(parts->indicators, file.at, &err))
        return true;
    parts_complain(parts, EXIT_UNUSED_INPUT, err.text);
    return false;
}

static bool open_indicators(struct parts *parts)
{
    const struct options *o = parts->options;
    struct feed_paths known = {.len = 0};
    struct err err;
    parts->indicators = indicators_new();
    bool all = true;
    for (unsigned i = 0; i < o->intel.len; i++)
        all &= open_set(parts, o->intel.at[i]);
    if (o->intel.len == 0 && !feeds_known(o->store, &parts->arena, &known, &err))
        parts_complain(parts, EXIT_WORLD, err.text);
    for (unsigned i = 0; i < known.len; i++)
        (void)open_set(parts, known.at[i]);
    /* Indicators that were asked for and cannot be used would make every answer wrong. */
    if (!all)
        parts->status = EXIT_USAGE;
    return all;
}

/* The databases, opened beside the indicators: both may have to be compiled first. */
struct geo_opening {
    const struct options *options;
    struct enrich *enrich;
    unsigned databases;
    struct err err;
};

struct enrich *parts_databases(const struct options *o, unsigned *ret_databases, struct err *err)
{
    struct enrich *enrich = enrich_new(o->cache);
    for (unsigned i = 0; i < o->geo.len; i++)
        if (!enrich_add(enrich, o->geo.at[i], err)) {
            enrich_free(enrich);
            return NULL;
        }
    *ret_databases = o->geo.len ? o->geo.len : enrich_add_installed(enrich, err);
    return enrich;
}

static void *geo_open(void *context)
{
    struct geo_opening *geo = context;
    geo->enrich = parts_databases(geo->options, &geo->databases, &geo->err);
    return NULL;
}

static bool open_indicators_and_geo(struct parts *parts)
{
    struct geo_opening geo = {.options = parts->options};
    pthread_t thread;
    bool threaded = pthread_create(&thread, NULL, geo_open, &geo) == 0;
    bool done = open_indicators(parts);
    if (threaded)
        (void)pthread_join(thread, NULL);
    else
        (void)geo_open(&geo);
    parts->enrich = geo.enrich;
    parts->databases = geo.databases;
    if (geo.enrich == NULL)
        parts_complain(parts, EXIT_USAGE, geo.err.text);
    return done && geo.enrich;
}

/* What is done with files that come over HTTP; nothing when nobody asks for it. */
static bool open_files(struct parts *parts)
{
    const struct options *o = parts->options;
    struct err err = {0};
    bool done = true, clamd = o->clamd && strcmp(o->clamd, "none") != 0;
    if (o->file_marks.len || clamd) {
        parts->scan = scan_file_new();
        for (unsigned i = 0; i < o->file_marks.len; i++)
            scan_file_rules(parts->scan, o->file_marks.at[i],
                            (struct rule_complaint){on_bad_rules, parts});
        scan_file_ready(parts->scan);
        done = !clamd || scan_file_clamd(parts->scan, o->clamd, &err);
    }
    if (done && o->carve)
        done = file_make_folder(o->carve, 0700, &err);
    if (!done)
        parts_complain(parts, EXIT_WORLD, err.text);
    parts->files = (struct files_plan){.folder = o->carve, .scan = parts->scan};
    if (parts->scan || o->carve || indicators_have_files(parts->indicators))
        parts->conf.files = &parts->files;
    return done;
}

static const char *detectors_text(struct parts *parts)
{
    struct buf buf = {0};
    for (unsigned i = 0; i < detectors_len; i++)
        buf_format(&buf, "%s%s/%u", i ? " " : "", detectors[i]->name, detectors[i]->version);
    struct text text = arena_text(&parts->arena, text_at(buf.at, buf.len));
    buf_free(&buf);
    return text.at;
}

static const char *sets_text(struct parts *parts)
{
    struct buf buf = {0};
    buf_string(&buf, "");
    for (unsigned i = 0; i < indicators_sets(parts->indicators); i++) {
        struct indicator_set_info info;
        indicators_info(parts->indicators, i, &info);
        buf_format(&buf, "%s%.*s@%s", i ? " " : "", (int)info.name.len, info.name.at, info.digest);
    }
    struct text text = arena_text(&parts->arena, text_at(buf.at, buf.len));
    buf_free(&buf);
    return text.at;
}

bool parts_open(struct parts *parts, const struct options *options, const char *command,
                struct progress *progress)
{
    *parts = (struct parts){.options = options, .command = command, .progress = progress};
    if (!configure(parts) || !open_indicators_and_geo(parts) || !open_files(parts))
        return false;
    parts->detectors = detectors_text(parts);
    parts->sets = sets_text(parts);
    struct text also = arena_format(&parts->arena, "%s|%s|%016llx|%016llx", parts->sets,
                                    options->home ? options->home : "",
                                    (unsigned long long)review_digest(parts->review),
                                    (unsigned long long)alert_rules_digest(parts->alerts));
    also = arena_format(&parts->arena, "%s|%016llx", also.at,
                        (unsigned long long)marks_digest(parts->marks));
    if (options->with)
        also = arena_format(&parts->arena, "%s|%s", also.at, options->with);
    for (unsigned i = 0; i < options->server.len; i++)
        also = arena_format(&parts->arena, "%s|%s", also.at, options->server.at[i]);
    if (parts->map)
        also = arena_format(&parts->arena, "%s|%016llx", also.at,
                            (unsigned long long)parts->map->digest);
    also = arena_format(&parts->arena, "%s|company/%d", also.at, COMPANY_VERSION);
    if (parts->scan)
        also = arena_format(&parts->arena, "%s|%016llx", also.at,
                            (unsigned long long)scan_file_digest(parts->scan));
    conf_digest(&parts->conf, also.at, parts->procedure);
    return true;
}

void parts_close(struct parts *parts)
{
    enrich_free(parts->enrich);
    indicators_free(parts->indicators);
    review_free(parts->review);
    alert_rules_free(parts->alerts);
    marks_free(parts->marks);
    scan_file_free(parts->scan);
    arena_free(&parts->arena);
}
