#include "cmd/cmd.h"

#include "base/clock.h"
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum kind { TEXT, LIST, FLAG, COUNTED, NUMBER, SIZE };

/* One table per truth: what is parsed and what the help of a subcommand shows. */
static const struct option_of {
    const char *name;
    enum kind kind;
    size_t offset;
    const char *value, *about;
    char letter;
} table[] = {
#define AT(field) offsetof(struct options, field)
    {"store", TEXT, AT(store), "DIR",
     "where findings are kept (./muster-data, $MUSTER_STORE, none)", 0},
    {"home", TEXT, AT(home), "CIDR,...",
     "the addresses you answer for (private ones; !CIDR excludes)", 0},
    {"sensor", TEXT, AT(sensor), "NAME", "the place that watched (default)", 0},
    {"intel", LIST, AT(intel), "PATH", "indicators: a list, a folder or an archive; repeatable", 0},
    {"geo", LIST, AT(geo), "[FROM=]FILE", "country or network database, from a day on; repeatable",
     0},
    {"allow", LIST, AT(allow), "FILE", "ends and fingerprints that are not to be shown; repeatable",
     0},
    {"roles", LIST, AT(roles), "FILE", "roles of addresses and names: ADDRESS ROLE WHY; repeatable",
     0},
    {"server", LIST, AT(server), "ADDRESS",
     "read: the web server's own address, for access logs; repeatable (IPv4, IPv6)", 0},
    {"alerts", LIST, AT(alerts), "FILE",
     "what alerts of Suricata and others say of control, before muster's own table; repeatable", 0},
    {"marks", LIST, AT(marks), "PATH",
     "YARA rules of known protocol marks beside muster's: a file or folder; repeatable", 0},
    {"baseline", LIST, AT(baseline), "DIR|PACKAGE",
     "scan: files known to be good: a release's folder or a Debian package; repeatable", 0},
    {"clamd", TEXT, AT(clamd), "SOCKET",
     "scan, read: clamd's socket (scan: /run/clamav/clamd.ctl; none)", 0},
    {"file-marks", LIST, AT(file_marks), "PATH",
     "read: YARA rules for files, tried on those that HTTP carries to hosts; repeatable", 0},
    {"carve", TEXT, AT(carve), "DIR",
     "read: keep these files in DIR, with a manifest; they may be live malware", 0},
    {"site", TEXT, AT(site), "NAME",
     "scan: the website PATH is the root of (www.example.org): findings join the store", 0},
    {"at", TEXT, AT(at), "ADDRESS", "scan: of that website's server", 0},
    {"remember", TEXT, AT(remember), "FILE",
     "scan: keeps which files were clean; the next scan looks at what is new or changed", 0},
    {"map", TEXT, AT(map), "FILE",
     "read: CSV or Parquet tables of flows; FILE says what their columns are", 0},
    {"known-by", TEXT, AT(known_by), "DATE", "ignore indicators first listed later", 0},
    {"as", TEXT, AT(as), "KIND", "read input as this kind, whatever it looks like", 0},
    {"with", TEXT, AT(with), "suricata[:RULES]",
     "read: also run an installed Suricata over each capture, with its own rules or this file's",
     0},
    {"workers", NUMBER, AT(workers), "N", "threads (the machine's cores)", 0},
    {"memory", SIZE, AT(memory_bytes), "SIZE", "most memory for tables and store (1G)", 0},
    {"config", TEXT, AT(config), "FILE", "settings: name = value under [stage]", 0},
    {"set", LIST, AT(set), "STAGE.NAME=VALUE", "one setting; repeatable", 0},
    {"cache", TEXT, AT(cache), "DIR", "compiled indicators and networks (~/.cache/muster)", 0},
    {"follow", FLAG, AT(follow), NULL,
     "read: go on with logs that grow and rotate; each UTC day is judged when it is over", 0},
    {"finish", FLAG, AT(finish), NULL, "read: at the end of following judge the open day too", 0},
    {"again", FLAG, AT(again), NULL, "read what was read before once more", 0},
    {"json", FLAG, AT(json), NULL, "one JSON object a line on standard output", 0},
    {"listen", LIST, AT(listen), "ADDRESS:PORT",
     "collect: where exporters send to (127.0.0.1:2055); repeatable", 0},
    {"for", TEXT, AT(lasting), "TIME",
     "collect, read --follow: ends after so long: 90s, 15m, 8h, 2d", 0},
    {"year", TEXT, AT(year), "YYYY", "report: this year", 0},
    {"period", TEXT, AT(period), "P", "report, audit: 2018, 2018-Q3, 2018-07, 2018-W27, 2018-07-01",
     0},
    {"against", TEXT, AT(against), "P|none", "report: the period to compare with (a year before)",
     0},
    {"from", TEXT, AT(from), "DATE", "report, judge, forget: first day", 0},
    {"to", TEXT, AT(to), "DATE", "report, judge, forget: last day", 0},
    {"before", TEXT, AT(before), "DATE", "forget: every source that ended before this day", 0},
    {"holds", LIST, AT(holds), "FILE",
     "report: how long machines keep an address, asn,start,end[,device]; repeatable", 0},
    {"by", TEXT, AT(by), "owner",
     "report: a file of findings for each owner of addresses, into the folder -o", 0},
    {"contacts", TEXT, AT(contacts), "FILE",
     "report: with --by owner: who answers for what: CIDR or ASN,owner[,e-mail]", 0},
    {"claims", TEXT, AT(claims), "FILE",
     "report: published figures: source,date,period,population,unit,definition,value", 0},
    {"population", TEXT, AT(population), "NAME",
     "report: whom you watch, as --claims names it: \"mainland China\"", 0},
    {"explain", TEXT, AT(explain), "CELL",
     "report: the question and the findings behind a cell: country=US, hosts_counted", 0},
    {"release", TEXT, AT(release), "NAME", "report: keep these figures as given out under a name",
     0},
    {"publish", FLAG, AT(publish), NULL,
     "report: what anybody may read: rounded counts, no host, site, user or controller", 0},
    {"format", TEXT, AT(format), "text|html|json|csv|parquet", "report: format", 0},
    {"output", TEXT, AT(output), "FILE", "write there instead of standard output", 'o'},
    {"force", FLAG, AT(force), NULL,
     "feeds: take what came even if much smaller or of another format", 0},
    {"near", FLAG, AT(near), NULL, "trace: also what stood just under the line", 0},
    {"reason", TEXT, AT(reason), "TEXT", "trace, forget, verdict: why (kept in the store)", 0},
    {"seed", NUMBER, AT(seed), "N", "simulate, audit: another world, another sample", 0},
    {"sample", NUMBER, AT(sample), "N", "audit: so many that count, and so many that do not (20)",
     0},
    {"campus", FLAG, AT(campus), NULL, "simulate: whole days of a campus, not a small network", 0},
    {"country", FLAG, AT(country), NULL,
     "simulate: findings of a country's years, straight into DIR/store, with their truth", 0},
    {"scale", TEXT, AT(scale), "X", "simulate: the country's size; 1 is the model report's (0.001)",
     0},
    {"world", TEXT, AT(world), "NAME",
     "simulate: the country's kind: plain, night, tied, nat, sensors, feed", 0},
    {"devices", NUMBER, AT(devices), "N",
     "simulate: campus machines (60); of a country, machines a network whose holds are known", 0},
    {"days", NUMBER, AT(days), "N",
     "simulate: days; a capture each of a campus (1), of a country (365)", 0},
    {"start", TEXT, AT(start), "DATE",
     "simulate: first day (campus: 2024-03-05, country: 2017-01-01)", 0},
    {"no-infections", FLAG, AT(no_infections), NULL, "simulate: a campus that nobody controls", 0},
    {"quiet", FLAG, AT(quiet), NULL, "no progress, no summary", 'q'},
    {"verbose", COUNTED, AT(verbose), NULL, "more about the run", 'v'},
#undef AT
};

static const struct option_of *find(const char *word, size_t len)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strlen(table[i].name) == len && strncmp(table[i].name, word, len) == 0)
            return &table[i];
    return NULL;
}

static const struct option_of *find_letter(char letter)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].letter == letter)
            return &table[i];
    return NULL;
}

/* "512M", "1.5G", "1073741824"; bytes. */
static bool size_parse(const char *text, uint64_t *ret)
{
    char *end;
    double number = strtod(text, &end);
    static const char units[] = "KMGT";
    double unit = 1;
    if (end != text && *end) {
        const char *at = strchr(units, *end >= 'a' ? *end - 32 : *end);
        if (at == NULL)
            return false;
        for (long i = 0; i <= at - units; i++)
            unit *= 1024;
        end++;
        if (*end == 'i')
            end++;
        if (*end == 'B')
            end++;
    }
    if (end == text || *end != '\0' || !(number * unit >= 1) || number * unit > 1e15)
        return false;
    *ret = (uint64_t)(number * unit);
    return true;
}

bool option_time(const char *text, int64_t *ret)
{
    static const struct {
        char letter;
        int64_t seconds;
    } unit[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    int64_t n = 0;
    while (*text >= '0' && *text <= '9' && n < 100000000)
        n = n * 10 + (*text++ - '0');
    for (size_t i = 0; i < sizeof unit / sizeof unit[0]; i++)
        if (n > 0 && n < 100000000 && text[0] == unit[i].letter && text[1] == '\0') {
            *ret = n * unit[i].seconds * SECOND_US;
            return true;
        }
    return false;
}

static bool refuse(const struct command *command, const char *what, const char *word)
{
    cmd_say(command->name, "%s %s", what, word);
    (void)fprintf(stderr, "Try: muster %s --help\n", command->name);
    return false;
}

static bool store_value(struct options *options, const struct option_of *o, const char *value,
                        const struct command *command)
{
    char *field = (char *)options + o->offset, *end;
    uint64_t size;
    switch (o->kind) {
    case TEXT:
        *(const char **)(void *)field = value;
        return true;
    case LIST: {
        struct string_list *list = (void *)field;
        if (list->len == OPTION_LIST)
            return refuse(command, "too many times", o->name);
        list->at[list->len++] = value;
        return true;
    }
    case NUMBER: {
        errno = 0;
        unsigned long number = strtoul(value, &end, 10);
        if (end == value || *end || errno || number > UINT32_MAX || value[0] == '-')
            return refuse(command, "not a whole number:", value);
        *(unsigned *)(void *)field = (unsigned)number;
        return true;
    }
    case SIZE:
        if (!size_parse(value, &size))
            return refuse(command, "not a size such as 512M or 2G:", value);
        *(uint64_t *)(void *)field = size;
        return true;
    default:
        return true;
    }
}

static void store_flag(struct options *options, const struct option_of *o)
{
    char *field = (char *)options + o->offset;
    if (o->kind == FLAG)
        *(bool *)(void *)field = true;
    else
        ++*(unsigned *)(void *)field;
}

static void defaults(struct options *options)
{
    const char *store = getenv("MUSTER_STORE");
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    *options = (struct options){.store = store && *store ? store : "./muster-data",
                                .sensor = "default",
                                .workers = cores > 0 ? (unsigned)cores : 1,
                                .memory_bytes = UINT64_C(1) << 30,
                                .seed = 1};
}

/* Whose option it is stands before the colon of its text: "report, judge: first day". Returns the
 * text behind it; *mine: whether the command is among them. NULL: it is everybody's. */
static const char *of_commands(const char *about, const char *name, bool *mine)
{
    const char *colon = strchr(about, ':');
    struct text rest = text_at(about, colon ? (size_t)(colon - about) : 0);
    *mine = false;
    if (rest.len == 0)
        return NULL;
    while (rest.len) {
        struct text part = text_trim(text_word(&rest, ','));
        struct text word = text_word(&part, ' '); /* "read --follow" is read's */
        bool known = false;
        for (unsigned i = 0; i < commands_len; i++)
            known |= text_is(word, commands[i]->name);
        if (!known)
            return NULL;
        *mine |= text_is(word, name);
    }
    return colon + 2;
}

bool options_next(const struct command *command, unsigned *at, struct option_text *ret)
{
    for (size_t i = *at; i < sizeof table / sizeof *table; i++) {
        const struct option_of *o = &table[i];
        bool mine;
        const char *about = of_commands(o->about, command->name, &mine);
        if (about && !mine)
            continue;
        *ret = (struct option_text){o->name, o->value, about ? about : o->about, o->letter};
        *at = (unsigned)i + 1;
        return true;
    }
    return false;
}

void options_help(const struct command *command)
{
    struct option_text o;
    (void)printf("muster %s\n  %s\n", command->usage, command->about);
    if (command->help)
        (void)printf("%s", command->help);
    (void)printf("\nOptions\n");
    for (unsigned at = 0; options_next(command, &at, &o);) {
        char left[64];
        (void)snprintf(left, sizeof left, "--%s%s%s%s%c", o.name, o.value ? " " : "",
                       o.value ? o.value : "", o.letter ? ", -" : "", o.letter ? o.letter : ' ');
        (void)printf("  %-28s %s\n", left, o.about);
    }
}

/* One word that begins with '-'; takes the next when it needs a value. */
static bool option_read(struct options *options, char **argv, int argc, int *i,
                        const struct command *command)
{
    const char *word = argv[*i];
    const struct option_of *o;
    const char *value = NULL;
    if (word[1] == '-') {
        const char *equals = strchr(word, '=');
        o = find(word + 2, equals ? (size_t)(equals - word) - 2 : strlen(word + 2));
        value = equals ? equals + 1 : NULL;
    } else if (word[1] == 'v' && strspn(word + 1, "v") == strlen(word + 1)) {
        options->verbose += (unsigned)strlen(word + 1);
        return true;
    } else {
        o = find_letter(word[1]);
        value = word[2] ? word + 2 : NULL;
    }
    if (o == NULL)
        return refuse(command, "no such option:", word);
    if (o->value == NULL) {
        if (value)
            return refuse(command, "takes no value:", word);
        store_flag(options, o);
        return true;
    }
    if (value == NULL && ++*i < argc)
        value = argv[*i];
    if (value == NULL)
        return refuse(command, "needs a value:", word);
    return store_value(options, o, value, command);
}

bool options_read(struct options *options, char **argv, int argc, const struct command *command)
{
    defaults(options);
    options->words = argv;
    bool only_words = false;
    for (int i = 0; i < argc; i++) {
        if (!only_words && strcmp(argv[i], "--") == 0)
            only_words = true;
        else if (only_words || argv[i][0] != '-' || argv[i][1] == '\0')
            argv[options->words_len++] = argv[i];
        else if (!option_read(options, argv, argc, &i, command))
            return false;
    }
    if (options->workers == 0)
        options->workers = 1;
    if (options->memory_bytes < UINT64_C(64) << 20)
        return refuse(command, "--memory must be at least", "64M");
    return true;
}
