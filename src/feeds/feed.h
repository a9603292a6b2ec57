/*
 * What a feed format is, and what it hands its lines to. Inside feeds/ only.
 *
 * A format looks at a file's name and first bytes and says whether it is its own; then it reads the
 * whole content and calls feed_item for each listing. Everything foreign ends there: feed_item
 * tells what kind of indicator a text is, and what cannot be used is counted by reason.
 */
#ifndef MUSTER_FEEDS_FEED_H
#define MUSTER_FEEDS_FEED_H

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "record/indicators.h"

enum {
    FEED_LINE = 4096, /* bytes a line may have */
    FEED_HEAD = 4096, /* bytes a format looks at to know its own */
    FEED_COLUMNS = 32,
    FEED_FAMILY = 64,
};

struct feed_sink; /* compile.c */

struct feed_file {
    struct text path;    /* inside the set: "static/malware/dridex.txt"; or the file's name */
    struct text content; /* up to 4 GiB */
};

/* What holds for a listing besides its item. */
struct feed_listing {
    uint8_t class;      /* enum indicator_class */
    uint8_t confidence; /* percent; 0 = not said */
    uint16_t kinds;     /* 1 << enum indicator_kind of what it may be; 0 = whatever it looks like */
    struct day first, last;
    struct text family; /* any case, or null */
};
#define FEED_KINDS_END /* what a machine is met by: no fingerprints */                             \
    (1u << INDICATOR_ADDRESS | 1u << INDICATOR_ADDRESS_PORT | 1u << INDICATOR_NAME |               \
     1u << INDICATOR_URL)
#define FEED_LISTING_NONE                                                                          \
    {                                                                                              \
        .class = CLASS_CONTROL, .first = {DAY_NONE}, .last = { DAY_NONE }                          \
    }

struct feed_format {
    const char *name, *about;
    bool (*is)(const struct feed_file *file, struct text head);
    void (*read)(struct feed_sink *sink, const struct feed_file *file);
};
extern const struct feed_format *const feed_formats[];
extern const unsigned feed_formats_len;

/* Lines of a file, one after the other, without their ends and the blanks around them. */
struct feed_lines {
    struct feed_sink *sink; /* its line number goes along; NULL while only looking */
    const char *at, *end;
    struct text line;
    uint64_t number;
};
struct feed_lines feed_lines_over(struct feed_sink *sink, struct text content);
/* The next line that is not empty; longer ones than FEED_LINE are rejected and passed over. */
bool feed_line_next(struct feed_lines *lines);

/* Every line of a file, or object of a document, is a record, and each is counted once as used,
 * refused or remark. feed_line_next begins one for each line; a format without lines begins its
 * own: `unit` is what people call it ("object"), number counts from 1. A record whose reader says
 * nothing of it counts as refused. */
void feed_record(struct feed_sink *sink, const char *unit, uint64_t number);
/* This record is not meant to list anything: a comment, a header, an empty line. */
void feed_remark(struct feed_sink *sink);
/* Adds what is listed, or rejects it with its reason. */
void feed_item(struct feed_sink *sink, const struct feed_listing *listing, struct text item);
/* The file, or the rest of it, cannot be read: cut, damaged, too large. */
void feed_damaged(struct feed_sink *sink, const char *how);
void feed_reject(struct feed_sink *sink, enum indicator_reject reason, struct text what);

/* item.c: a text seen as an indicator. */
struct feed_value {
    enum indicator_kind kind;
    bool range; /* CIDR: network holds it */
    struct network network;
    struct address address;
    struct port port;
    uint8_t labels;     /* of a name */
    uint8_t confidence; /* of a URL path alone: how telling it is; else 0 */
    uint32_t len;       /* of text, the item as it is kept: lower case where case means nothing */
    char text[INDICATOR_ITEM_MAX];
};
/* True and *ret, or false and the reason. */
bool feed_value_parse(struct text item, struct feed_value *ret, enum indicator_reject *reason);

/* The document of a file, to be freed with json_free; NULL: the file was rejected with the reason.
 */
struct json *feed_json(struct feed_sink *sink, const struct feed_file *file);
/* The day of a time as JSON feeds write it: RFC 3339, or seconds since 1970 as number or text. */
struct day feed_json_day(struct json_value value);

/* text.c */
struct text feed_trim(struct text text);
/* Splits at commas (RFC 4180; also `", "` between); quotes are taken off, "" inside stays. */
unsigned feed_columns(struct text line, struct text column[FEED_COLUMNS]);
/* Index of the column so called, or -1; asks without regard to case and a leading '#'. */
int feed_column_find(const struct text column[FEED_COLUMNS], unsigned columns, const char *name);
/* Column `index`, null when there is none. */
struct text feed_column(const struct text column[FEED_COLUMNS], unsigned columns, int index);
struct day feed_day(struct text text);  /* DAY_NONE when it is none */
uint8_t feed_percent(struct text text); /* "75" -> 75; 0 when it is none */
/* "192.0.2.1:443" or "[2001:db8::1]:443" into out; just the end when port is empty; null when out
 * is too small. */
struct text feed_end_join(struct text end, struct text port, char *out, size_t room);
/* The day of "# Last updated: 2024-04-04 07:03:03 UTC" in the head; DAY_NONE. */
struct day feed_updated(struct text head);
/* The file's name without folder and without its endings (.txt .csv .gz .tar .zst ...). */
struct text feed_stem(struct text path);
bool feed_holds(struct text text, const char *part);

#endif
