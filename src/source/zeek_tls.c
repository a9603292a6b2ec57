/*
 * ssl.log, x509.log and files.log: handshakes and the certificates that they came with. ssl.log has
 * the handshakes inside QUIC too; quic.log tells which they are.
 *
 * ssl.log names the certificate of a handshake by the id of a file (cert_chain_fuids, to version 4)
 * or by its digest (cert_chain_fps, since 5). What it says stands in x509.log (by id, or by
 * fingerprint, which is its SHA-256, or SHA-1 where so set up), its digests in files.log. These two
 * come first within an hour and are kept in a table that the files of a set share; the oldest make
 * room, which is counted. Where no x509.log is, ssl.log's own subject and issuer serve (to version
 * 4). What is known of a certificate is only what these say: a record whose certificate has no
 * subject text has its digests only.
 */
#include "source/zeek.h"

#include "base/mem.h"

#include <stdlib.h>
#include <sys/random.h>

enum {
    TLS_VERSION = VALUE_OWN,
    TLS_CIPHER,
    TLS_SERVER_NAME,
    TLS_PROTOCOL,
    TLS_ESTABLISHED,
    TLS_HISTORY,
    TLS_CHAIN_FUIDS,
    TLS_CHAIN_DIGESTS,
    TLS_SUBJECT,
    TLS_ISSUER,
    TLS_VALIDATION,
    TLS_CERTIFICATE_SHA1,
    TLS_JA3,
    TLS_JA3S,
    TLS_JA4,
    TLS_UID,
};

enum { QUIC_UID = VALUE_OWN };

enum {
    X509_ID = VALUE_OWN,
    X509_FINGERPRINT,
    X509_SUBJECT,
    X509_ISSUER,
    X509_FROM,
    X509_TO,
    X509_NAMES,
};

enum {
    FILE_ID = VALUE_OWN,
    FILE_TYPE,
    FILE_SHA1,
    FILE_SHA256,
    FILE_MD5,
    FILE_SENDERS,
    FILE_TAKERS,
    FILE_SOURCE,
    FILE_OF_OPENER,
    FILE_NAME,
    FILE_MISSING,
    FILE_SEEN,
};

enum { NAME_KEPT = 255, HOST_KEPT = 112, SHA1_BYTES = 20, SHA256_BYTES = 32 };

/* What is known of a certificate; its name is the digest of its id in the logs. */
struct kept {
    struct table_link link;
    XXH128_hash_t id;
    uint8_t sha1[SHA1_BYTES], sha256[SHA256_BYTES];
    bool described; /* by x509.log */
    bool has_sha1, has_sha256;
    uint8_t subject_len, issuer_len, name_len;
    char subject[NAME_KEPT], issuer[NAME_KEPT], name[HOST_KEPT];
    struct instant from, to;
};

void zeek_shared_free(struct zeek_shared *shared)
{
    if (shared->certificates.entries)
        table_free(&shared->certificates);
    mem_free(shared->quic);
}

static struct kept *kept_find(const struct zeek_shared *shared, XXH128_hash_t id, uint32_t hash)
{
    if (shared->certificates.entries == NULL)
        return NULL;
    for (uint32_t i = table_first(&shared->certificates, hash); i;
         i = table_next(&shared->certificates, i)) {
        struct kept *kept = table_at(&shared->certificates, i);
        if (XXH128_isEqual(kept->id, id))
            return kept;
    }
    return NULL;
}

static uint32_t hash_of(const struct zeek_shared *shared, XXH128_hash_t id)
{
    const uint64_t key[] = {id.low64, id.high64};
    struct table_seed seed = {shared->seed, ~shared->seed};
    return table_hash(seed, key, 2);
}

static struct kept *kept_take(struct zeek_shared *shared, struct text name, struct skips *skips)
{
    struct table *table = &shared->certificates;
    if (table->entries == NULL) {
        /* Which of them share a bucket must not be for senders to choose; no output tells. */
        bool chosen = getrandom(&shared->seed, sizeof shared->seed, 0) == sizeof shared->seed;
        muster_assert(chosen);
        table_init(table, (sizeof(struct kept) + 7) / 8 * 8, ZEEK_CERTIFICATES);
    }
    XXH128_hash_t id = XXH3_128bits(name.at, name.len);
    uint32_t hash = hash_of(shared, id);
    struct kept *kept = kept_find(shared, id, hash);
    if (kept)
        return kept;
    if (table_full(table)) {
        table_remove(table, table_oldest(table, 0));
        skips->count[SKIP_certificate_evicted]++;
    }
    kept = table_at(table, table_add(table, hash, 0));
    kept->id = id;
    kept->from.us = kept->to.us = INSTANT_NONE_US;
    return kept;
}

static uint8_t keep(char *to, struct text text, size_t room)
{
    size_t len = text.len < room ? text.len : room;
    if (len)
        memcpy(to, text.at, len);
    return (uint8_t)len;
}

/* A digest that names a certificate, by its length. */
static void digest_read(struct text text, uint8_t *sha1, bool *has_sha1, uint8_t *sha256,
                        bool *has_sha256)
{
    if (zeek_hex(text, sha1, SHA1_BYTES))
        *has_sha1 = true;
    else if (zeek_hex(text, sha256, SHA256_BYTES))
        *has_sha256 = true;
}

/* A second that x509.log names; certificates may well be valid before 1970 or after 2100. */
static struct instant second_of(struct text text)
{
    struct instant t = {INSTANT_NONE_US};
    double seconds = 0;
    char copy[32], *end;
    if (text.len == 0 || text.len >= sizeof copy)
        return t;
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    seconds = strtod(copy, &end);
    if (end == copy + text.len && seconds > -1e11 && seconds < 1e12)
        t.us = (int64_t)seconds * SECOND_US;
    else if (!instant_parse(text, &t))
        t.us = INSTANT_NONE_US;
    return t;
}

static enum log_line x509_read(struct zeek *zeek, struct log_entry *entry)
{
    enum { EARLIER_US = 300 * SECOND_US }; /* written after the handshake's own time */
    const struct text *value = zeek->value;
    struct text id = value[X509_ID].at ? value[X509_ID] : value[X509_FINGERPRINT];
    if (!zeek_time(zeek, entry->block, &entry->time) || id.len == 0) {
        entry->wrong = "no time, or no id";
        return LOG_DAMAGED;
    }
    entry->time.us -= EARLIER_US;
    struct kept *kept = kept_take(zeek->shared, id, entry->skips);
    digest_read(value[X509_FINGERPRINT], kept->sha1, &kept->has_sha1, kept->sha256,
                &kept->has_sha256);
    kept->described = true;
    kept->subject_len = keep(kept->subject, zeek_text(zeek, entry->block, value[X509_SUBJECT]),
                             sizeof kept->subject);
    kept->issuer_len =
        keep(kept->issuer, zeek_text(zeek, entry->block, value[X509_ISSUER]), sizeof kept->issuer);
    struct text name = zeek_text(zeek, entry->block, zeek_first(zeek, value[X509_NAMES]));
    kept->name_len = name.len <= sizeof kept->name ? keep(kept->name, name, sizeof kept->name) : 0;
    kept->from = second_of(value[X509_FROM]);
    kept->to = second_of(value[X509_TO]);
    return LOG_USED;
}

/* What is no certificate: a file that came whole over HTTP to who asked for it. */
static enum log_line file_read(struct zeek *zeek, struct log_entry *entry, struct instant time)
{
    const struct text *value = zeek->value;
    struct ends ends = {.protocol = PROTOCOL_TCP};
    bool asked = text_is(value[FILE_SOURCE], "HTTP") &&
                 (text_is(value[FILE_OF_OPENER], "F") || text_is(value[FILE_OF_OPENER], "false"));
    bool ours = zeek_ends(zeek, &ends); /* newer versions say them as everywhere */
    if (!asked || zeek_count(value[FILE_MISSING]) > 0 ||
        (!ours && (!address_parse(zeek_first(zeek, value[FILE_TAKERS]), &ends.host) ||
                   !address_parse(zeek_first(zeek, value[FILE_SENDERS]), &ends.outside))))
        return LOG_IGNORED;
    ends.protocol = PROTOCOL_TCP;
    struct arena *arena = &entry->block->arena;
    struct text md5 = digest_text(arena, value[FILE_MD5], 32),
                sha1 = digest_text(arena, value[FILE_SHA1], 40),
                sha256 = digest_text(arena, value[FILE_SHA256], 64);
    if (md5.at == NULL && sha1.at == NULL && sha256.at == NULL)
        return LOG_IGNORED;
    struct file_record *file = block_file(entry->block, time, entry->number, &ends);
    file->name = zeek_text(zeek, entry->block, value[FILE_NAME]);
    file->type = zeek_text(zeek, entry->block, value[FILE_TYPE]);
    file->md5 = md5;
    file->sha1 = sha1;
    file->sha256 = sha256;
    file->size = value[FILE_SEEN].at ? (int64_t)zeek_count(value[FILE_SEEN]) : -1;
    return LOG_USED;
}

static enum log_line files_read(struct zeek *zeek, struct log_entry *entry)
{
    enum { EARLIER_US = 300 * SECOND_US };
    const struct text *value = zeek->value;
    struct text type = value[FILE_TYPE];
    if (!zeek_time(zeek, entry->block, &entry->time) || value[FILE_ID].len == 0) {
        entry->wrong = "no time, or no id";
        return LOG_DAMAGED;
    }
    struct instant time = entry->time;
    entry->time.us -= EARLIER_US;
    bool certificate = type.len && (memmem(type.at, type.len, "x509", 4) != NULL ||
                                    text_is(type, "application/pkix-cert"));
    if (!certificate) {
        entry->time = time;
        return file_read(zeek, entry, time);
    }
    if (value[FILE_SHA1].at == NULL && value[FILE_SHA256].at == NULL)
        return LOG_IGNORED;
    struct kept *kept = kept_take(zeek->shared, value[FILE_ID], entry->skips);
    kept->has_sha1 |= zeek_hex(value[FILE_SHA1], kept->sha1, SHA1_BYTES);
    kept->has_sha256 |= zeek_hex(value[FILE_SHA256], kept->sha256, SHA256_BYTES);
    return LOG_USED;
}

/* ---- handshakes */

static uint16_t version_of(struct text text)
{
    static const struct {
        const char *name;
        uint16_t number;
    } versions[] = {{"TLSv12", 0x0303},  {"TLSv13", 0x0304},  {"TLSv10", 0x0301},
                    {"TLSv11", 0x0302},  {"SSLv3", 0x0300},   {"SSLv2", 0x0002},
                    {"DTLSv12", 0xfefd}, {"DTLSv10", 0xfeff}, {"DTLSv13", 0xfefc}};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
        if (text_starts(text, versions[i].name)) /* "TLSv13-draft28" */
            return versions[i].number;
    return 0;
}

static void print_copy(char *to, size_t room, struct text text)
{
    if (text.len == room - 1)
        for (uint32_t i = 0; i < text.len; i++)
            to[i] = ascii_lower(text.at[i]);
}

/* The common name in "CN=a,O=b": where no alternative name is known. */
static struct text common_name(struct text subject)
{
    struct text rest = subject;
    while (rest.at && rest.len) {
        struct text part = text_word(&rest, ',');
        while (part.len && part.at[0] == ' ')
            part = text_at(part.at + 1, part.len - 1);
        if (text_starts(part, "CN="))
            return text_at(part.at + 3, part.len - 3);
    }
    return text_of(NULL);
}

static void certificate_describe(struct certificate *c, const struct kept *kept,
                                 struct block *block)
{
    if (kept->has_sha1)
        memcpy(c->sha1, kept->sha1, sizeof c->sha1);
    if (kept->has_sha256)
        memcpy(c->sha256, kept->sha256, sizeof c->sha256);
    if (!kept->described)
        return;
    c->subject = arena_text(&block->arena, text_at(kept->subject, kept->subject_len));
    c->issuer = arena_text(&block->arena, text_at(kept->issuer, kept->issuer_len));
    c->subject_name = arena_text(&block->arena, kept->name_len ? text_at(kept->name, kept->name_len)
                                                               : text_of(NULL));
    c->not_before = kept->from;
    c->not_after = kept->to;
}

/* OpenSSL's words for a certificate that nobody else signed, before and since version 3. */
static bool is_self_signed(struct text validation)
{
    return text_is(validation, "self signed certificate") ||
           text_is(validation, "self-signed certificate");
}

static void certificate_read(struct zeek *zeek, struct block *block, struct tls_record *tls)
{
    const struct text *value = zeek->value;
    struct certificate *c = &tls->certificate;
    bool has_sha1 = false, has_sha256 = false, described = false;
    c->not_before.us = c->not_after.us = INSTANT_NONE_US;
    struct text id = zeek_first(zeek, value[TLS_CHAIN_DIGESTS].at ? value[TLS_CHAIN_DIGESTS]
                                                                  : value[TLS_CHAIN_FUIDS]);
    if (id.len) {
        XXH128_hash_t name = XXH3_128bits(id.at, id.len);
        const struct kept *kept = kept_find(zeek->shared, name, hash_of(zeek->shared, name));
        if (kept)
            certificate_describe(c, kept, block);
        described = kept && kept->described;
        digest_read(id, c->sha1, &has_sha1, c->sha256, &has_sha256);
    }
    if (value[TLS_CERTIFICATE_SHA1].at)
        has_sha1 |= zeek_hex(value[TLS_CERTIFICATE_SHA1], c->sha1, sizeof c->sha1);
    if (c->subject.at == NULL && value[TLS_SUBJECT].at) {
        c->subject = zeek_text(zeek, block, value[TLS_SUBJECT]);
        c->issuer = zeek_text(zeek, block, value[TLS_ISSUER]);
    }
    if (c->subject_name.at == NULL)
        c->subject_name = common_name(c->subject);
    c->name_unknown = c->subject_name.at == NULL && !described;
    c->self_signed = is_self_signed(value[TLS_VALIDATION]) ||
                     (c->subject.len && text_same(c->subject, c->issuer));
    tls->certificate_seen = id.len || has_sha1 || c->subject.at;
    zeek->shared->certificate_seen |= tls->certificate_seen;
}

static uint64_t *quic_place(const struct zeek_shared *shared, uint64_t hash)
{
    return &shared->quic[hash >> 32 & (ZEEK_QUIC - 1)];
}

static enum log_line quic_read(struct zeek *zeek, struct log_entry *entry)
{
    struct zeek_shared *shared = zeek->shared;
    struct text uid = zeek->value[QUIC_UID];
    if (!zeek_time(zeek, entry->block, &entry->time) || uid.len == 0) {
        entry->wrong = "no time, or no uid";
        return LOG_DAMAGED;
    }
    if (shared->quic == NULL)
        shared->quic = mem_new(ZEEK_QUIC, sizeof *shared->quic);
    uint64_t hash = XXH3_64bits(uid.at, uid.len) | 1;
    *quic_place(shared, hash) = hash;
    return LOG_USED;
}

static bool is_quic(const struct zeek_shared *shared, struct text uid)
{
    if (shared->quic == NULL || uid.len == 0)
        return false;
    uint64_t hash = XXH3_64bits(uid.at, uid.len) | 1;
    return *quic_place(shared, hash) == hash;
}

static enum log_line ssl_read(struct zeek *zeek, struct log_entry *entry)
{
    const struct text *value = zeek->value;
    struct block *block = entry->block;
    struct ends ends;
    if (!zeek_time(zeek, block, &entry->time)) {
        entry->wrong = "no time";
        return LOG_DAMAGED;
    }
    if (!zeek_ends(zeek, &ends)) {
        entry->wrong = "an address cannot be read";
        return LOG_DAMAGED;
    }
    struct text history = value[TLS_HISTORY];
    uint16_t version = version_of(value[TLS_VERSION]);
    ends.protocol = version >> 8 == 0xfe ? PROTOCOL_UDP : PROTOCOL_TCP;
    struct tls_record *tls = block_tls(block, entry->time, entry->number, &ends);
    tls->client = history.at == NULL || (history.len && memchr(history.at, 'C', history.len));
    tls->server = version || value[TLS_CIPHER].at || zeek_true(value[TLS_ESTABLISHED]);
    if (is_quic(zeek->shared, value[TLS_UID])) {
        /* as from other sources: a hello, whose flow tells whether it was answered */
        entry->block->record[entry->block->records - 1].ends.protocol = PROTOCOL_UDP;
        tls->server = false;
    }
    tls->version = version;
    struct address address;
    if (!address_parse(value[TLS_SERVER_NAME], &address)) /* is no name: RFC 6066 3 */
        tls->server_name = zeek_lower(block, zeek_text(zeek, block, value[TLS_SERVER_NAME]));
    tls->alpn = zeek_text(zeek, block, value[TLS_PROTOCOL]);
    print_copy(tls->ja3, sizeof tls->ja3, value[TLS_JA3]);
    print_copy(tls->ja3s, sizeof tls->ja3s, value[TLS_JA3S]);
    print_copy(tls->ja4, sizeof tls->ja4, value[TLS_JA4]);
    certificate_read(zeek, block, tls);
    return LOG_USED;
}

const struct zeek_kind zeek_ssl = {
    .name = "ssl",
    .rank = 4,
    .columns = ZEEK_COMMON "version cipher server_name next_protocol established ssl_history "
                           "cert_chain_fuids cert_chain_fps subject issuer validation_status "
                           "resp_certificate_sha1 ja3 ja3s ja4 uid",
    .marks = "ssl_history next_protocol resumed cert_chain_fuids cert_chain_fps",
    .read = ssl_read,
};

const struct zeek_kind zeek_quic = {
    .name = "quic",
    .rank = 3,
    .columns = ZEEK_COMMON "uid",
    .marks = "client_initial_dcid",
    .read = quic_read,
};

const struct zeek_kind zeek_x509 = {
    .name = "x509",
    .rank = 0,
    .columns = ZEEK_COMMON "id fingerprint certificate_subject certificate_issuer "
                           "certificate_not_valid_before certificate_not_valid_after san_dns",
    .marks = "certificate_version certificate_subject",
    .read = x509_read,
};

const struct zeek_kind zeek_files = {
    .name = "files",
    .rank = 1,
    .columns =
        ZEEK_COMMON "fuid mime_type sha1 sha256 md5 tx_hosts rx_hosts source is_orig filename "
                    "missing_bytes seen_bytes",
    .marks = "seen_bytes tx_hosts",
    .read = files_read,
};
