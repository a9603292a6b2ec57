/*
 * Zeek's logs, inside this folder only. A log is of one kind (its #path: conn, dns, http...), whose
 * columns are named by its header, or in JSON by every line. What both forms have in common: a line
 * becomes values, one for each column that the kind uses, as text where it lies; the kind's reader
 * makes records of them. A column that is not used (a label that somebody added) is never looked
 * at.
 *
 * zeek.c tells files and lines apart, zeek_tsv.c and zeek_json.c cut lines into values,
 * zeek_value.c reads values, the others are the readers of kinds.
 */
#ifndef MUSTER_SOURCE_ZEEK_H
#define MUSTER_SOURCE_ZEEK_H

#include "base/table.h"
#include "source/log.h"

enum {
    ZEEK_VALUES = 32,             /* columns that a kind uses, at most */
    ZEEK_FIELDS = 512,            /* columns of a log, at most */
    ZEEK_MARK = 16,               /* bytes of a separator or of the words for "unset" and "empty" */
    ZEEK_CERTIFICATES = 16 << 20, /* bytes: some 16,000 certificates */
    ZEEK_TEXT = 4096,             /* bytes kept of one text */
    ZEEK_KEYS = 128,              /* of JSON: names of members remembered */
    ZEEK_KEY_BYTES = 40,
    ZEEK_QUIC = 1 << 16, /* a power of two */
    ZEEK_TOLD = 64,      /* a power of two */
};

/* The first columns of every kind. */
enum { VALUE_TS, VALUE_ORIG_H, VALUE_ORIG_P, VALUE_RESP_H, VALUE_RESP_P, VALUE_OWN };

struct zeek;

/* A kind of log that is used. Columns are named as in Zeek's documentation ("Log files"), with '_'
 * for '.', which some writers put. */
struct zeek_kind {
    const char *name;
    unsigned rank;       /* within an hour of a set: what explains comes first */
    const char *columns; /* separated by blanks: the common ones, then those of the kind's enum */
    const char *marks; /* of JSON without a path: a log with one of these columns is of this kind */
    enum log_line (*read)(struct zeek *zeek, struct log_entry *entry);
};

#define ZEEK_COMMON "ts id_orig_h id_orig_p id_resp_h id_resp_p "

extern const struct zeek_kind zeek_conn, zeek_dns, zeek_http, zeek_ssl, zeek_quic, zeek_x509,
    zeek_files, zeek_dhcp, zeek_kerberos, zeek_ntlm, zeek_smtp, zeek_ftp, zeek_notice, zeek_intel;

struct zeek_mark {
    uint8_t len;
    char at[ZEEK_MARK];
};

/* What a header says, kept for the lines below it. */
struct zeek_header {
    char separator, set_separator;
    struct zeek_mark empty, unset;
    bool named;                 /* #fields was read */
    bool spaced;                /* what stands behind blanks in the last field is none of Zeek's */
    uint16_t fields;            /* in a line */
    uint8_t value[ZEEK_FIELDS]; /* of a field, the value it is; ZEEK_VALUES: none */
};

/* A member's name that was seen in JSON, and which value it is. */
struct zeek_key {
    uint8_t len, value;
    char at[ZEEK_KEY_BYTES];
};

/* One file on its way. */
struct zeek {
    enum { ZEEK_NEW, ZEEK_TSV, ZEEK_JSON } form;
    const struct zeek_kind *kind; /* of the line in hand; NULL: not known, or not used */
    unsigned kinds;               /* seen, a bit each */
    struct zeek_header header;
    struct zeek_key key[ZEEK_KEYS]; /* by hash */
    struct text
        value[ZEEK_VALUES + 1]; /* null: unset or not there; the last takes what is not used */
    uint64_t told[ZEEK_TOLD];   /* conversations whose login was told, by their uid's hash */
    struct zeek_shared *shared;
    const struct zeek_kind *const *of; /* NULL-terminated: all kinds */
};

/* What the logs of a set share: certificates, by the name that ssl.log gives them. */
struct zeek_shared {
    struct table certificates; /* made when the first comes */
    uint64_t seed;
    unsigned kinds;        /* seen */
    bool certificate_seen; /* some handshake came with one */
    uint64_t *quic;        /* ZEEK_QUIC uids of QUIC conversations, by hash; made with the first */
};

/* zeek_tsv.c */
/* A line that begins with '#'. */
void zeek_header_read(struct zeek *zeek, struct text line);
/* Whether lines without a header are those of conn.log by their shape; sets the header then. */
bool zeek_header_guess(struct zeek *zeek, struct text line);
/* Cuts a line into values; false: it has fewer fields than the header names. */
bool zeek_tsv_cut(struct zeek *zeek, struct text line);
/* Place of a column among the kind's; ZEEK_VALUES: not used. */
unsigned zeek_value_of(const struct zeek_kind *kind, struct text column);

/* zeek_json.c */
/* Cuts an object into values and tells its kind; false: no JSON, *ret_wrong says why. */
bool zeek_json_cut(struct zeek *zeek, struct text line, const char **ret_wrong);
/* The path that an object names for itself ("_path", "@stream"); null: none. */
struct text zeek_json_path(struct text line);

/* zeek_value.c */
bool zeek_time(const struct zeek *zeek, struct block *block, struct instant *ret);
/* "0.25", also "9.5e-07"; 0 when unset or unreadable. At most 400 days. */
int64_t zeek_interval_us(struct text text);
uint64_t zeek_count_long(struct text text);
static inline uint64_t zeek_count(struct text text) /* 0 when it is none */
{
    uint64_t n = 0;
    if (text.at == NULL || text.len > 8)
        return text.at ? zeek_count_long(text) : 0;
    for (uint32_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned)(unsigned char)text.at[i] - '0';
        if (digit > 9)
            return 0;
        n = n * 10 + digit;
    }
    return n;
}
bool zeek_true(struct text text); /* "T", "true" */
/* Both ends, not the protocol; false: an address is missing or cannot be read. */
bool zeek_ends(const struct zeek *zeek, struct ends *ret);
uint8_t zeek_protocol(struct text text); /* 0: none of those that are read */
/* Escapes undone, in the block where there were any; null stays null. */
struct text zeek_text(const struct zeek *zeek, struct block *block, struct text value);
struct text zeek_lower(struct block *block, struct text text); /* ASCII letters */
/* As zeek_text, and printable UTF-8 of at most `most` bytes. */
struct text zeek_printable(const struct zeek *zeek, struct block *block, struct text value,
                           size_t most);
/* The elements of a set or vector, one after the other; with their escapes. */
bool zeek_element(const struct zeek *zeek, struct text *rest, struct text *ret);
struct text zeek_first(const struct zeek *zeek, struct text value); /* null: none */
/* Hexadecimal digits into bytes; false unless there are just as many as `len` needs. */
bool zeek_hex(struct text text, uint8_t *ret, size_t len);

/* zeek_tls.c */
void zeek_shared_free(struct zeek_shared *shared);

#endif
