/*
 * Attachments of mail as SMTP carries them (RFC 5321 DATA, RFC 2045 and 2046 MIME): what the sender
 * says, line by line over any cuts, into parts whose bytes are decoded. Pure; one struct a
 * conversation. Mail in BDAT chunks and after STARTTLS is not followed.
 */
#ifndef MUSTER_MAIL_PARTS_H
#define MUSTER_MAIL_PARTS_H

#include "base/text.h"

#include <stdint.h>

enum { MAIL_LINE = 1100, MAIL_DEPTH = 4, MAIL_BOUNDARY = 72, MAIL_NAME = 128, MAIL_TYPE = 64 };

struct mail_sink {
    void *context;
    /* An attachment begins; its bytes follow, then its end. Only between them is there one. */
    void (*begin)(void *context, struct text name, struct text type);
    void (*data)(void *context, const uint8_t *bytes, size_t len);
    void (*end)(void *context, bool whole);
};

struct mail_parts {
    enum { MAIL_COMMANDS, MAIL_HEAD, MAIL_BODY, MAIL_OVER } state;
    uint32_t len; /* of the line so far */
    bool long_line;
    char line[MAIL_LINE];
    unsigned depth; /* multiparts in one another */
    char boundary[MAIL_DEPTH][MAIL_BOUNDARY];
    /* of the part in hand */
    bool base64, quoted, multipart, attached, open;
    char name[MAIL_NAME], type[MAIL_TYPE], next[MAIL_BOUNDARY];
    uint32_t bits; /* of base64, left over from the line before */
    unsigned kept;
    char field[MAIL_LINE]; /* a field of the head, unfolded */
    uint32_t field_len;
};

/* Starts from a zeroed struct. */
void mail_parts_feed(struct mail_parts *mail, const uint8_t *bytes, size_t len,
                     const struct mail_sink *sink);
/* The conversation is over, or bytes are missing: what is open ends unfinished. */
void mail_parts_stop(struct mail_parts *mail, const struct mail_sink *sink);

#endif
