/*
 * Files on disk: what in them is a backdoor for a web server. The looks at a file's structure are
 * pure: they run nothing and keep nothing.
 *
 * Order: scan_found zeroed -> scan_look -> scan_weigh.
 */
#ifndef MUSTER_SCAN_SCAN_H
#define MUSTER_SCAN_SCAN_H

#include "base/arena.h"
#include "base/buf.h"

enum scan_trait {
#define TRAIT(name, strength, text) SCAN_##name,
#include "scan/trait.list"
#undef TRAIT
    SCAN_TRAITS
};

enum { SCAN_WHAT = 48, SCAN_FAMILY = 40, SCAN_VERSION = 2 /* of the looks */ };
struct scan_found {
    struct {
        uint32_t times, line; /* line of the first */
        char what[SCAN_WHAT]; /* a function, rule or part; "" = nothing to name */
    } trait[SCAN_TRAITS];
    char family[SCAN_FAMILY]; /* as a rule names it; "" = none does */
};

struct scan_trait_info {
    const char *name, *text;
    double strength;
};
extern const struct scan_trait_info scan_trait_table[SCAN_TRAITS];

/* Notes a trait; `what` is cut. */
void scan_find(struct scan_found *found, enum scan_trait trait, uint32_t line, struct text what);

/* "line 3: runs as a program what a request brings (eval); ..." */
void scan_put_traits(struct buf *buf, const struct scan_found *found);

/* All looks at a file of that name; false: it is no program, and nothing was looked at. arena: what
 * they need meanwhile; the caller resets it. */
bool scan_look(struct scan_found *found, struct text name, struct text source, struct arena *arena);

/* ---- parts of scan_look; `lower`: the source's first 2 MB in lower case */

enum scan_language {
    SCAN_NONE,
    SCAN_PHP,
    SCAN_JSP,
    SCAN_ASP,
    SCAN_ASPX,
    SCAN_CGI, /* Perl, shell, Ruby */
    SCAN_PYTHON,
    SCAN_NODE,
    SCAN_LUA,
    SCAN_CFM,
    SCAN_PAGE,   /* HTML with server-side includes */
    SCAN_CONFIG, /* .htaccess, .user.ini, web.config */
};

/* PHP: follows values from what a request brings to what runs it. */
void scan_php(struct scan_found *found, struct text source, struct arena *arena);
/* Perl, Python, Ruby and shell. */
void scan_cgi(struct scan_found *found, enum scan_language language, struct text source);
/* The other languages; arena: for a copy without what splits words. */
void scan_other(struct scan_found *found, enum scan_language language, struct text lower,
                struct arena *arena);
/* What needs no language: a program in a picture, a toolbox's parts, what names itself. */
void scan_text(struct scan_found *found, enum scan_language language, struct text lower,
               bool picture);

/* Of what decides their findings: their version and strengths. */
uint64_t scan_looks_digest(void);
/* The sum of strengths: never over what one surely is. */
double scan_weigh(const struct scan_found *found);

#endif
