/*
 * Indicator sets as they are looked up: read-only maps of compiled files (made by feeds/compile.h),
 * opened in milliseconds whatever their size. The file's format is described in indicators.c and is
 * read as untrusted: magic, version, digest of the header, every offset checked.
 *
 * Look-ups take a day: an indicator holds in [first_listed - before, last_listed + after] (knobs of
 * the intel detector); undated ones always. All look-ups are pure and thread-safe.
 */
#ifndef MUSTER_RECORD_INDICATORS_H
#define MUSTER_RECORD_INDICATORS_H

#include "base/clock.h"
#include "base/err.h"
#include "record/address.h"

enum indicator_kind {
    INDICATOR_ADDRESS,      /* 192.0.2.1 or CIDR */
    INDICATOR_ADDRESS_PORT, /* 192.0.2.1:443 */
    INDICATOR_NAME,         /* example.org and everything under it */
    INDICATOR_URL,          /* /path or host/path, without the query or with it */
    INDICATOR_CERTIFICATE,  /* SHA-1 or SHA-256 of a server certificate */
    INDICATOR_JA3,
    INDICATOR_JA4,
    INDICATOR_FILE, /* MD5, SHA-1 or SHA-256 of a file */
    INDICATOR_KINDS
};

enum { INDICATOR_ITEM_MAX = 1024 }; /* bytes of an item */

/* What a listing says of the other end. */
enum indicator_class {
    CLASS_CONTROL,    /* malware, its controllers */
    CLASS_MALICIOUS,  /* harmful, not a controller: kits, redirects, payload sites */
    CLASS_SUSPICIOUS, /* weak: dynamic DNS, own-address look-up services, parking... */
    CLASS_SINKHOLE,
    CLASS_SCANNER,
    CLASS_NETWORK,     /* a whole range of bad reputation (DROP): weak */
    CLASS_COMPROMISED, /* somebody's hacked machine or site, misused by malware */
    /* Warning lists: what a match must be seen by, never matches themselves. */
    CLASS_WARN_SHARED, /* content networks, clouds, open resolvers: others are served there too */
    CLASS_WARN_SINKHOLE,
    CLASS_WARN_SCANNER,
    CLASS_WARN_PARKING,
    CLASS_WARN_POPULAR, /* top sites, well-known services: worth a remark */
    CLASSES
};

struct indicator {
    uint8_t kind;            /* enum indicator_kind */
    uint8_t class;           /* enum indicator_class */
    uint8_t confidence;      /* percent; 0 = not said */
    bool port_listed;        /* matched with its port */
    struct day first_listed; /* DAY_NONE = undated or censored */
    struct day last_listed;  /* DAY_NONE = undated; a still listed one: the set's day */
    struct text item;        /* as listed, e.g. "185.86.148.68:443" */
    struct text family;      /* or null */
    struct text set;         /* "maltrail@1f3c5a77" */
    uint8_t set_index;       /* with `reference`, what indicators_get finds it again by */
    uint32_t reference;
};

/* Why a line of a feed was not used. */
enum indicator_reject {
    REJECT_NOT_UNDERSTOOD,
    REJECT_PATTERN,  /* regular expressions, and conditions that no single look-up answers */
    REJECT_RESERVED, /* private and reserved addresses */
    REJECT_SUFFIX,   /* a public suffix or a single label: would match half the world */
    REJECT_PORTS,    /* "a.b.c.d:22:443" */
    REJECT_SCHEME,   /* ftp: and others that are not watched */
    REJECT_LINE,     /* longer than any indicator */
    REJECT_KIND,     /* what traffic does not show, or a kind that is not meant */
    REJECT_REVOKED,  /* taken back by who published it, or not meant for detection */
    REJECT_SAME,     /* the item is listed under more families than are kept */
    REJECT_FULL,     /* the set holds as many as it may */
    REJECT_FILE,     /* whole files: of no known format, damaged, too large */
    INDICATOR_REJECTS
};

struct indicator_set_info {
    struct text name;    /* file or folder name without its ending */
    char digest[17];     /* of the input, hex */
    uint64_t indicators; /* total */
    uint64_t by_kind[INDICATOR_KINDS];
    uint64_t rejected; /* lines not understood or reserved addresses, counted at compile */
    struct day newest; /* newest listing date, DAY_NONE when undated */
    uint64_t files;    /* that were read */
    uint64_t lines;    /* of them: lines, objects of JSON; each is one of the next three */
    uint64_t lines_used, lines_refused, lines_remark;
    uint64_t listings; /* taken from the used ones, before those of one item were joined */
    uint64_t reject[INDICATOR_REJECTS];
    struct text reject_example[INDICATOR_REJECTS]; /* "file:line: text" of the first; or null */
    struct text origin;                            /* path it was compiled from */
};
extern const char *const indicator_kind_text[INDICATOR_KINDS];     /* "address:port" */
extern const char *const indicator_reject_text[INDICATOR_REJECTS]; /* "regular expressions" */

struct indicators; /* up to 64 sets */

struct indicators *indicators_new(void);
/* Opens a compiled file; false and err when damaged (then nothing is added). */
bool indicators_open(struct indicators *all, const char *compiled_path, struct err *err);
void indicators_free(struct indicators *all); /* accepts NULL */
unsigned indicators_sets(const struct indicators *all);
void indicators_info(const struct indicators *all, unsigned set, struct indicator_set_info *ret);
/* Finds an indicator again by its set_index and reference; false when there is none. */
bool indicators_get(const struct indicators *all, uint8_t set_index, uint8_t kind,
                    uint32_t reference, struct indicator *ret);

/* Window in days around the listing dates, and the day after which listings are ignored
 * (--known-by; DAY_NONE = off). */
struct indicator_window {
    int before_days, after_days;
    struct day known_by;
};

enum { INDICATOR_HITS = 8 };
/* Each writes up to INDICATOR_HITS hits that hold on `day`, strongest first, and returns how many.
 * Texts live as long as `all`. */
unsigned indicators_address(const struct indicators *all, struct address address, struct port port,
                            struct day day, const struct indicator_window *window,
                            struct indicator ret[INDICATOR_HITS]);
/* name: lower case, no final dot; matched by suffix at label borders. */
unsigned indicators_name(const struct indicators *all, struct text name, struct day day,
                         const struct indicator_window *window,
                         struct indicator ret[INDICATOR_HITS]);
/* What warning lists say of an end, whatever the day; a look-up above never yields these. */
unsigned indicators_warnings_address(const struct indicators *all, struct address address,
                                     struct indicator ret[INDICATOR_HITS]);
unsigned indicators_warnings_name(const struct indicators *all, struct text name,
                                  struct indicator ret[INDICATOR_HITS]);
/* host may be null; target as in the request line, with its query. Tries host/path and /path, with
 * and without the query. */
unsigned indicators_url(const struct indicators *all, struct text host, struct text target,
                        struct day day, const struct indicator_window *window,
                        struct indicator ret[INDICATOR_HITS]);
unsigned indicators_certificate(const struct indicators *all, const uint8_t sha1[20],
                                struct day day, const struct indicator_window *window,
                                struct indicator ret[INDICATOR_HITS]);
unsigned indicators_certificate_sha256(const struct indicators *all, const uint8_t sha256[32],
                                       struct day day, const struct indicator_window *window,
                                       struct indicator ret[INDICATOR_HITS]);
/* Whether any set lists files. */
bool indicators_have_files(const struct indicators *all);
/* Digests in lower case hex, each may be null. A bare digest in a list without kinds stands for
 * whatever has it, so these are looked for too. */
unsigned indicators_file(const struct indicators *all, struct text md5, struct text sha1,
                         struct text sha256, struct day day, const struct indicator_window *window,
                         struct indicator ret[INDICATOR_HITS]);
/* ja3: 32 hex digits; ja4: its text. */
unsigned indicators_ja3(const struct indicators *all, const char *ja3, struct day day,
                        const struct indicator_window *window,
                        struct indicator ret[INDICATOR_HITS]);
unsigned indicators_ja4(const struct indicators *all, const char *ja4, struct day day,
                        const struct indicator_window *window,
                        struct indicator ret[INDICATOR_HITS]);

#endif
