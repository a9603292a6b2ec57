/*
 * What one HTTP exchange says of a webshell: a program on a web server that does what its user
 * sends it. The tools that speak to such programs have habits which their protocols cannot do
 * without; each is looked for by what it is, under any password:
 *
 * - code: a field of the request begins with program text (China Chopper, AntSword, one-liners),
 *   plain, in base64 or turned by 13 letters, and the answer begins with what that text prints.
 * - marks: the answer stands between two marks: "->|" and "|<-", two halves of a digest around
 *   base64 (Godzilla), the very marks that the request had around its own words (Weevely).
 * - gzip: bodies that are gzip under a repeating key of 16 hexadecimal digits (Godzilla): ten known
 *   bytes of RFC 1952 2.3 under sixteen possible ones each.
 * - text: the same of a longer program text (Behinder's and Godzilla's XOR ways).
 * - key: a body that opens with a key that the tools come with or people like (AES-128, XOR), or
 *   with one that the server gave out before (Behinder 2).
 * - command: a command in a field, and that command's output in the answer.
 *
 * Pure: neither allocates nor keeps state. Bodies are as much as was captured of their start.
 */
#ifndef MUSTER_DETECT_WEBSHELL_LOOK_H
#define MUSTER_DETECT_WEBSHELL_LOOK_H

#include "record/record.h"

enum webshell_tool {
    WEBSHELL_UNKNOWN,
    WEBSHELL_CHOPPER,
    WEBSHELL_ANTSWORD,
    WEBSHELL_BEHINDER,
    WEBSHELL_GODZILLA,
    WEBSHELL_WEEVELY,
    WEBSHELL_TUNNEL,
    WEBSHELL_COMMANDS,
    WEBSHELL_TOOLS
};

/* What proves that the server did what the client sent, the surest last. */
enum webshell_proof {
    PROOF_NONE,
    PROOF_OUTPUT,  /* a command's output */
    PROOF_WRAP,    /* the answer alone stands between two halves of a digest */
    PROOF_ARROWS,  /* "->|" and "|<-" */
    PROOF_GREETS,  /* a tunnel's greeting */
    PROOF_GZIP,    /* gzip under a key of hexadecimal digits */
    PROOF_TEXT,    /* program text under such a key */
    PROOF_KEY,     /* opened with a known key */
    PROOF_MARKS,   /* the answer has the request's own marks */
    PROOF_PRINTED, /* it begins with what the request's program text prints */
    PROOFS
};

enum { WEBSHELL_KEY = 16 };

struct webshell_look {
    enum webshell_tool tool;
    enum webshell_proof proof;
    bool code;          /* a field begins with program text */
    bool plain;         /* answered with success by what is no page of HTML */
    bool sealed;        /* the request's body is bytes without order, bare or in base64 */
    bool sealed_answer; /* likewise the answer */
    uint64_t wrap;      /* of PROOF_WRAP: hash of both marks; 0 = none */
    uint64_t start;     /* of a sealed body: hash of its first 16 bytes; 0 = none */
    bool gives_key;     /* the answer is 16 hexadecimal digits and nothing else: */
    char key[WEBSHELL_KEY];
};

/* keys: `len` keys that the server gave out before. */
void webshell_look(const struct http_record *http, const char (*keys)[WEBSHELL_KEY], unsigned len,
                   struct webshell_look *ret);

#endif
