/*
 * MaxMind DB files through libmaxminddb: MaxMind's nested layout (country.iso_code) and the flat
 * one of ip-location-db (country_code).
 *
 * The library checks offsets as it walks, so a corrupt file costs an error and no more; we refuse
 * at opening what fails on a few look-ups, and later errors read as "nothing known". Combined files
 * are IPv6 trees with IPv4 under ::/96, which the library's sockaddr look-up knows.
 */
#include "base/mem.h"
#include "enrich/kind.h"

#include <arpa/inet.h>
#include <maxminddb.h>
#include <stdio.h>

enum { PATH_DEPTH = 2 };
typedef const char *const lookup_path[PATH_DEPTH + 1];

static const lookup_path country_paths[] = {
    {"country", "iso_code", NULL}, {"country_code", NULL, NULL}, {"country", NULL, NULL}};
static const lookup_path registered_paths[] = {{"registered_country", "iso_code", NULL},
                                               {"registered_country_code", NULL, NULL},
                                               {"registered", NULL, NULL}};
static const lookup_path number_paths[] = {{"autonomous_system_number", NULL, NULL}};
static const lookup_path network_paths[] = {{"autonomous_system_organization", NULL, NULL}};
#define PATHS(of) (sizeof(of) / sizeof((of)[0]))

/* The metadata's marker lies in the last 128 KiB (MaxMind DB File Format Specification v2.0). */
static bool mmdb_knows(const uint8_t *at, size_t len)
{
    static const char marker[] = "\xab\xcd\xefMaxMind.com";
    static const size_t tail_max = (size_t)128 * 1024;
    size_t tail = len < tail_max ? len : tail_max;
    return len && memmem(at + len - tail, tail, marker, sizeof marker - 1) != NULL;
}

/* False only on damage; an address that is not in the tree is found == false. */
static bool find(const MMDB_s *db, struct address address, MMDB_lookup_result_s *ret)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    const struct sockaddr *to = NULL;
    if (address_is_v4(address)) {
        v4.sin_addr.s_addr = htonl(address_v4_number(address));
        to = (const struct sockaddr *)&v4;
    } else {
        for (int i = 0; i < 8; i++) {
            v6.sin6_addr.s6_addr[i] = (uint8_t)(address.high >> (56 - 8 * i));
            v6.sin6_addr.s6_addr[8 + i] = (uint8_t)(address.low >> (56 - 8 * i));
        }
        to = (const struct sockaddr *)&v6;
    }
    int error = MMDB_SUCCESS;
    *ret = MMDB_lookup_sockaddr(db, to, &error);
    if (error == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR) {
        ret->found_entry = false;
        return true;
    }
    return error == MMDB_SUCCESS;
}

/* The first of the paths that leads to data of the type; false and `damaged` on corrupt data. */
static bool value_at(MMDB_entry_s *entry, const lookup_path *paths, size_t len, uint32_t type,
                     MMDB_entry_data_s *ret, bool *damaged)
{
    for (size_t i = 0; i < len; i++) {
        int error = MMDB_aget_value(entry, ret, paths[i]);
        if (error == MMDB_SUCCESS && ret->has_data && ret->type == type)
            return true;
        if (error != MMDB_SUCCESS && error != MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR)
            *damaged = true;
    }
    return false;
}

static bool look(const MMDB_s *db, struct address address, struct geo_answer *answer)
{
    MMDB_lookup_result_s found;
    if (!find(db, address, &found))
        return false;
    if (!found.found_entry)
        return true;
    MMDB_entry_data_s data;
    bool damaged = false;
    const uint32_t string = MMDB_DATA_TYPE_UTF8_STRING;
    if (value_at(&found.entry, country_paths, PATHS(country_paths), string, &data, &damaged))
        geo_country(answer->country, text_at(data.utf8_string, data.data_size));
    if (value_at(&found.entry, registered_paths, PATHS(registered_paths), string, &data, &damaged))
        geo_country(answer->registered, text_at(data.utf8_string, data.data_size));
    if (value_at(&found.entry, number_paths, PATHS(number_paths), MMDB_DATA_TYPE_UINT32, &data,
                 &damaged)) {
        answer->asn = data.uint32;
        if (value_at(&found.entry, network_paths, PATHS(network_paths), string, &data, &damaged))
            answer->network = text_at(data.utf8_string, data.data_size);
    }
    return !damaged;
}

static void mmdb_look(const struct geo *geo, struct address address, struct geo_answer *answer)
{
    struct geo_answer found = {.asn = -1};
    if (!look(geo->state, address, &found))
        return;
    if (geo->by_registration && found.registered[0] == '\0') {
        memcpy(found.registered, found.country, sizeof found.registered);
        found.country[0] = '\0';
    }
    *answer = found;
}

static void mmdb_close(struct geo *geo)
{
    MMDB_close(geo->state);
    mem_free(geo->state);
    geo->state = NULL;
}

/* Look-ups that reach both halves of either tree; corrupt files fail here, with a reason. */
static bool try_out(const MMDB_s *db)
{
    static const uint32_t v4[] = {0x01010101, 0x08080808, 0x50505050, 0xC1000001, 0xDF000001};
    struct geo_answer answer = {.asn = -1};
    bool good = true;
    for (size_t i = 0; i < PATHS(v4); i++)
        good = look(db, address_v4(v4[i]), &answer) && good;
    for (uint64_t i = 0; i < 4; i++) {
        struct address v6 = {UINT64_C(0x2001486000000000) + (i << 57), 1};
        good = look(db, v6, &answer) && good;
    }
    return good;
}

static bool mmdb_open(struct geo *geo, const char *path, const char *cache, struct err *err)
{
    (void)cache;
    MMDB_s *db = mem_new(1, sizeof *db);
    int error = MMDB_open(path, MMDB_MODE_MMAP, db);
    if (error != MMDB_SUCCESS) {
        mem_free(db);
        return err_set(err, "%s cannot be used: %s", path, MMDB_strerror(error));
    }
    geo->state = db;
    const MMDB_metadata_s *about = &db->metadata;
    if (!try_out(db) || about->database_type == NULL) {
        mmdb_close(geo);
        return err_set(err, "%s cannot be used: its tree or data are damaged", path);
    }
    /* ip-location-db names all its files' type alike, so theirs goes by the file's name. */
    geo_name_of(geo->name, path);
    if (strncmp(about->database_type, "Geo", 3) == 0 || strstr(about->database_type, "DBIP"))
        (void)snprintf(geo->name, sizeof geo->name, "%s", about->database_type);
    geo->built.number = DAY_NONE;
    if (about->build_epoch > 0 && about->build_epoch < UINT64_C(4102444800)) /* year 2100 */
        geo->built.number = (int32_t)(about->build_epoch / 86400);
    geo->by_registration = strcasestr(geo->name, "whois") != NULL;
    return true;
}

const struct geo_kind geo_mmdb = {
    .name = "mmdb",
    .about = "MaxMind DB: country, network",
    .knows = mmdb_knows,
    .open = mmdb_open,
    .look = mmdb_look,
    .close = mmdb_close,
};
