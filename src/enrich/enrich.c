/*
 * Country and network of an address on a day, out of a list of databases.
 *
 * Addresses move: between snapshots eight years apart a third of control-server addresses change
 * country. So each database may carry the day it is valid from, and of those that are valid on the
 * sighting's day the latest is asked first; what it does not know (a country database knows no
 * networks) the next one answers. The version text names every database that contributed.
 *
 * Country of registration and country of location are two things. A database made from registration
 * data answers both only when nobody knows the location, and the version text says so.
 *
 * Order: enrich_new -> enrich_add for each file -> enrich_place -> enrich_free.
 */
#include "enrich/enrich.h"

#include "base/arena.h"
#include "base/mem.h"
#include "enrich/kind.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define GEO(name) extern const struct geo_kind geo_##name;
#include "enrich/enrich.list"
#undef GEO

static const struct geo_kind *const kinds[] = {
#define GEO(name) &geo_##name,
#include "enrich/enrich.list"
#undef GEO
};

enum { DATABASES = 12, KINDS = sizeof kinds / sizeof kinds[0] };

struct database {
    struct geo geo;
    struct day from; /* DAY_NONE = always */
};

struct enrich {
    char *cache;                         /* folder, or NULL */
    struct database database[DATABASES]; /* latest `from` first; of equals the first added first */
    unsigned len;
    /* What enrich_place says of its sources, made when a database is added so that placing needs no
     * lock: by database of the location, of the registration, of the network; 0 = none. */
    struct arena texts;
    struct text version[DATABASES + 1][DATABASES + 1][DATABASES + 1];
};

/* Not global unicast: no country, no network (IANA special-purpose registries, RFC 6890; 2002::/16
 * and Teredo embed addresses of others). */
static const char *const reserved[] = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",
    "2001::/32",     "2001:2::/48",     "2001:10::/28",   "2001:20::/28",   "2001:db8::/32",
    "2002::/16",     "3fff::/20",
};

static bool address_is_global(struct address a)
{
    /* 2000::/3 is all that is given out of IPv6 (RFC 4291 2.4 and IANA's registry). */
    if (!address_is_v4(a) && a.high >> 61 != 1)
        return false;
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        struct network n;
        bool good = network_parse(text_of(reserved[i]), &n);
        muster_assert(good);
        if (network_holds(&n, a))
            return false;
    }
    return true;
}

void geo_country(char ret[3], struct text text)
{
    if (text.len != 2 || text.at[0] < 'A' || text.at[0] > 'Z' || text.at[1] < 'A' ||
        text.at[1] > 'Z')
        return;
    ret[0] = text.at[0];
    ret[1] = text.at[1];
    ret[2] = '\0';
}

void geo_name_of(char ret[64], const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    int len = dot && dot != name ? (int)(dot - name) : (int)strlen(name);
    (void)snprintf(ret, 64, "%.*s", len < 63 ? len : 63, name);
}

struct enrich *enrich_new(const char *cache_or_null)
{
    struct enrich *enrich = mem_new(1, sizeof *enrich);
    char folder[PATH_MAX];
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int len = -1;
    if (cache_or_null != NULL)
        len = snprintf(folder, sizeof folder, "%s", cache_or_null);
    else if (base != NULL && base[0] == '/')
        len = snprintf(folder, sizeof folder, "%s/muster", base);
    else if (home != NULL && home[0] == '/')
        len = snprintf(folder, sizeof folder, "%s/.cache/muster", home);
    if (len > 0 && (size_t)len < sizeof folder)
        enrich->cache = mem_strdup(folder);
    return enrich;
}

static const char *built_text(const struct geo *geo, char out[DAY_TEXT + 1])
{
    char day[DAY_TEXT];
    (void)snprintf(out, DAY_TEXT + 1, "%s%s", geo->built.number == DAY_NONE ? "" : " ",
                   day_format(geo->built, day));
    return out;
}

/* "GeoLite2-City 2026-06-17, asn-ipv4 2026-06-17"; each database once. */
static struct text version_text(struct enrich *enrich, unsigned located, unsigned registered,
                                unsigned network)
{
    const unsigned used[3] = {located, registered, network};
    struct text text = {0};
    for (int i = 0; i < 3; i++) {
        if (used[i] == 0 || (i > 0 && used[i] == used[0]) || (i > 1 && used[i] == used[1]))
            continue;
        const struct geo *geo = &enrich->database[used[i] - 1].geo;
        char built[DAY_TEXT + 1];
        text = arena_format(&enrich->texts, "%.*s%s%s%s%s", (int)text.len, text.at ? text.at : "",
                            text.at ? ", " : "", geo->name, built_text(geo, built),
                            i == 0 && geo->by_registration ? " (by registration)" : "");
    }
    return text;
}

static void versions_make(struct enrich *enrich)
{
    arena_free(&enrich->texts);
    for (unsigned l = 0; l <= enrich->len; l++)
        for (unsigned r = 0; r <= enrich->len; r++)
            for (unsigned n = 0; n <= enrich->len; n++)
                enrich->version[l][r][n] = version_text(enrich, l, r, n);
}

static const struct geo_kind *kind_of(const char *path, struct err *err)
{
    struct file_map map;
    if (!file_map(&map, path, err))
        return NULL;
    const struct geo_kind *kind = NULL;
    for (size_t i = 0; i < KINDS && kind == NULL && map.at != NULL; i++)
        if (kinds[i]->knows(map.at, map.len))
            kind = kinds[i];
    file_unmap(&map);
    if (kind == NULL)
        (void)err_set(
            err, "%s is no geo database: neither MaxMind DB nor CSV of first,last,asn,name", path);
    return kind;
}

static void insert(struct enrich *enrich, const struct database *one)
{
    unsigned i = enrich->len++;
    for (; i > 0 && enrich->database[i - 1].from.number < one->from.number; i--)
        enrich->database[i] = enrich->database[i - 1];
    enrich->database[i] = *one;
    versions_make(enrich);
}

bool enrich_add(struct enrich *enrich, const char *from_file, struct err *err)
{
    struct database one = {.from = {DAY_NONE}};
    const char *path = from_file;
    struct day from;
    if (strlen(from_file) > 11 && from_file[10] == '=' &&
        day_parse(text_at(from_file, 10), &from)) {
        one.from = from;
        path += 11;
    }
    if (enrich->len == DATABASES)
        return err_set(err, "%s: more than %d geo databases", path, DATABASES);
    one.geo.kind = kind_of(path, err);
    if (one.geo.kind == NULL || !one.geo.kind->open(&one.geo, path, enrich->cache, err))
        return false;
    insert(enrich, &one);
    return true;
}

/* The databases of the set-up, as files below a folder of packages. */
static const char *const installed[] = {"geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb",
                                        "asn/asn-ipv4.csv", "asn/asn-ipv6.csv"};
/* Those folders, from the folder that holds the executable: a checkout's, an installed one. */
static const char *const folders[] = {"../../deps/node_modules/@ip-location-db",
                                      "../share/muster/geo"};

static unsigned add_folder(struct enrich *enrich, const char *folder, struct err *err)
{
    unsigned added = 0;
    for (size_t i = 0; i < sizeof installed / sizeof installed[0]; i++) {
        char path[PATH_MAX];
        int len = snprintf(path, sizeof path, "%s/%s", folder, installed[i]);
        if (len > 0 && (size_t)len < sizeof path && file_exists(path))
            added += enrich_add(enrich, path, err);
    }
    return added;
}

unsigned enrich_add_installed(struct enrich *enrich, struct err *err)
{
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len <= 0)
        return 0;
    self[len] = '\0';
    char *slash = strrchr(self, '/');
    if (slash == NULL)
        return 0;
    *slash = '\0';
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char folder[PATH_MAX];
        int used = snprintf(folder, sizeof folder, "%s/%s", self, folders[i]);
        if (used < 0 || (size_t)used >= sizeof folder)
            continue;
        unsigned added = add_folder(enrich, folder, err);
        if (added > 0)
            return added;
    }
    return 0;
}

unsigned enrich_count(const struct enrich *enrich)
{
    return enrich->len;
}

void enrich_info(const struct enrich *enrich, unsigned i, struct enrich_info *ret)
{
    muster_assert(i < enrich->len);
    const struct database *one = &enrich->database[i];
    *ret = (struct enrich_info){.name = text_of(one->geo.name),
                                .kind = one->geo.kind->about,
                                .from = one->from,
                                .built = one->geo.built,
                                .by_registration = one->geo.by_registration};
}

/* The answers of the databases in force, first come first kept; used[] tells whose they are. */
static void gather(const struct enrich *enrich, struct address address, struct day day,
                   struct geo_answer *answer, unsigned used[3])
{
    for (unsigned i = 0; i < enrich->len; i++) {
        const struct database *one = &enrich->database[i];
        if (day.number != DAY_NONE && one->from.number > day.number)
            continue;
        struct geo_answer found = {.asn = -1};
        one->geo.kind->look(&one->geo, address, &found);
        if (used[0] == 0 && found.country[0]) {
            memcpy(answer->country, found.country, sizeof answer->country);
            used[0] = i + 1;
        }
        if (used[1] == 0 && found.registered[0]) {
            memcpy(answer->registered, found.registered, sizeof answer->registered);
            used[1] = i + 1;
        }
        if (used[2] == 0 && found.asn >= 0) {
            answer->asn = found.asn;
            answer->network = found.network;
            used[2] = i + 1;
        }
    }
}

void enrich_place(const struct enrich *enrich, struct address address, struct day day,
                  struct place *ret)
{
    struct geo_answer answer = {.asn = -1};
    unsigned used[3] = {0, 0, 0}; /* located, registered, network */
    if (address_is_global(address))
        gather(enrich, address, day, &answer, used);
    if (used[0] == 0 && used[1] != 0 && enrich->database[used[1] - 1].geo.by_registration) {
        memcpy(answer.country, answer.registered, sizeof answer.country);
        used[0] = used[1];
    }
    *ret = (struct place){.asn = answer.asn, .network = answer.network};
    memcpy(ret->country, answer.country, sizeof ret->country);
    memcpy(ret->registered, answer.registered, sizeof ret->registered);
    ret->version = enrich->version[used[0]][used[1]][used[2]];
}

void enrich_free(struct enrich *enrich)
{
    if (enrich == NULL)
        return;
    for (unsigned i = 0; i < enrich->len; i++)
        enrich->database[i].geo.kind->close(&enrich->database[i].geo);
    arena_free(&enrich->texts);
    mem_free(enrich->cache);
    mem_free(enrich);
}
