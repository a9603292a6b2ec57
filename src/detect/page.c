/*
 * Pages that home's websites serve and that somebody else has put there or changed: defacements,
 * hidden frames and programs in front of or behind the page proper, log-in pages of somebody else's
 * brand. Looks at the first bytes of what was served, once for each page and day, whoever fetched
 * it: visitors are no implanters, so these findings have no controller.
 *
 * Conservative: one mark alone is suspected, two are probable, and none confirms; pages that write
 * about such things have them in their text, not in these places.
 */
#include "detect/detect.h"
#include "detect/site.h"
#include "record/home.h"

#include <stdio.h>
#include <xxhash.h>

enum { LOOKED = 4096, PAGES = 8, TITLE_MOST = 200 };

enum page_mark {
    PAGE_DEFACED,   /* the title says who "hacked" it */
    PAGE_GREETS,    /* and greets friends, or a mirror of defacements */
    PAGE_FRAME,     /* a frame nobody sees, of a bare address or in front of the page */
    PAGE_REDIRECT,  /* sends visitors on to a bare address */
    PAGE_OUTSIDE,   /* a program in front of the page or behind it that nobody can read, or that
                       takes another from a bare address */
    PAGE_BRAND,     /* a log-in page in the name of a brand whose host this is not */
    PAGE_KIT_PLACE, /* in a place of programs' parts or uploads */
    PAGE_MARKS
};

static const struct {
    double strength;
    const char *text;
} marks[PAGE_MARKS] = {
    [PAGE_DEFACED] = {7.2, "its title says who hacked it"},
    [PAGE_GREETS] = {2.2, "it greets others as defacers do"},
    [PAGE_FRAME] = {7.2, "a frame of another server that nobody sees"},
    [PAGE_REDIRECT] = {7.2, "it sends its visitors on to a bare address elsewhere"},
    [PAGE_OUTSIDE] = {7.5, "a program in front of the page or behind its end that is written so "
                           "that nobody can read it or goes to a bare address"},
    [PAGE_BRAND] = {7.2, "asks for a password in the name of a brand that this host is not"},
    [PAGE_KIT_PLACE] = {2.2, "lies among the parts of a program or uploads"},
};

/* Of a host and day; of two pages in one place the smaller hash stays. */
struct page_host {
    struct page {
        uint32_t hash, marks;
        uint64_t number; /* of the first record that showed it */
    } page[PAGES];
};

struct page_pair {
    struct seen {
        uint32_t hash;
        uint8_t site_len;
        uint64_t number;
        char site[SITE_KEPT];
    } page[2];
};

static bool has(struct text in, const char *what)
{
    size_t len = strlen(what);
    return in.len >= len && memmem(in.at, in.len, what, len) != NULL;
}

static bool any_of(struct text in, const char *const *words, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (has(in, words[i]))
            return true;
    return false;
}
#define ANY(in, ...)                                                                               \
    any_of(in, (const char *const[]){__VA_ARGS__},                                                 \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* What stands between two texts; empty when there is none. */
static struct text between(struct text in, const char *from, const char *to)
{
    const char *at = in.len ? memmem(in.at, in.len, from, strlen(from)) : NULL;
    if (at == NULL)
        return text_of("");
    at += strlen(from);
    size_t left = (size_t)(in.at + in.len - at);
    const char *end = left ? memmem(at, left, to, strlen(to)) : NULL;
    return end ? text_at(at, (size_t)(end - at)) : text_of("");
}

static struct text title_of(struct text page)
{
    struct text title = between(page, "<title", "</title");
    const char *open = title.len ? memchr(title.at, '>', title.len) : NULL;
    return open ? text_trim(text_at(open + 1, (size_t)(title.at + title.len - open - 1)))
                : text_of("");
}

static uint32_t defacement(struct text page, struct text title)
{
    static const char *const starts[] = {"hacked by", "defaced by",  "owned by",    "pwned by",
                                         "h4cked by", "hacked - by", "~ hacked by", "[+] hacked"};
    uint32_t found = 0;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        found |= text_starts(title, starts[i]) ? 1u << PAGE_DEFACED : 0;
    if (found && ANY(page, "greetz", "greets to", "zone-h", "mirror-h", "defacer",
                     "we are anonymous", "cyber army", "hacker team"))
        found |= 1u << PAGE_GREETS;
    return found;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* http://192.0.2.1, with or without quotes. */
static bool is_bare(struct text tag, struct text host)
{
    const char *at = tag.len ? memmem(tag.at, tag.len, "http://", 7) : NULL;
    struct address address;
    if (at == NULL)
        return false;
    at += 7;
    size_t len = 0, left = (size_t)(tag.at + tag.len - at);
    while (len < left && (is_digit(at[len]) || at[len] == '.'))
        len++;
    return len > 6 && address_parse(text_at(at, len), &address) && !address_is_special(address) &&
           !(host.len >= len && memcmp(host.at, at, len) == 0);
}

static bool is_hidden(struct text tag)
{
    bool flat = ANY(tag, "width=\"0\"", "width=\"1\"", "width=0", "width=1 ", "width='0'",
                    "width='1'", "height=\"0\"", "height=\"1\"", "height=0", "height='0'");
    return flat || ANY(tag, "display:none", "display: none", "visibility:hidden",
                       "visibility: hidden", "left:-", "top:-", "left: -", "top: -");
}

/* The page without what is in front of it and behind it. */
static struct text front_of(struct text page)
{
    const char *doctype = memmem(page.at, page.len, "<!doctype", 9),
               *html = memmem(page.at, page.len, "<html", 5),
               *begin = doctype && (html == NULL || doctype < html) ? doctype : html;
    return begin ? text_at(page.at, (size_t)(begin - page.at)) : text_of("");
}

static struct text back_of(struct text page)
{
    const char *end = memmem(page.at, page.len, "</html>", 7);
    return end ? text_at(end + 7, (size_t)(page.at + page.len - end - 7)) : text_of("");
}

static bool is_encoded(struct text program)
{
    return ANY(program, "unescape(\"%", "unescape('%", "string.fromcharcode(",
               "eval(function(p,a,c,k", "atob(", "\\x64\\x6f\\x63", "document.write(unescape",
               "eval(unescape");
}

/* A meta tag or program that goes elsewhere at once. */
static uint32_t redirection(struct text page, struct text host)
{
    uint32_t found = 0;
    static const char *const sends[] = {
        "http-equiv=\"refresh\"", "http-equiv='refresh'", "http-equiv=refresh",
        "location.href=",         "location.href =",      "location.replace(",
        "window.location=",       "window.location ="};
    enum { TAGS = 3 }; /* of them; most pages have neither, and need not be searched eight times */
    size_t from = has(page, "http-equiv=") ? 0 : TAGS;
    size_t to = has(page, "location") ? sizeof sends / sizeof sends[0] : TAGS;
    for (size_t i = from; i < to; i++) {
        const char *at = memmem(page.at, page.len, sends[i], strlen(sends[i]));
        size_t left = at ? (size_t)(page.at + page.len - at) : 0;
        if (at && is_bare(text_at(at, left < 100 ? left : 100), host))
            found |= 1u << PAGE_REDIRECT;
    }
    return found;
}

static uint32_t injection(struct text page, struct text host)
{
    uint32_t found = redirection(page, host);
    struct text rest = page, front = front_of(page), back = back_of(page);
    for (unsigned n = 0; n < 16 && rest.len; n++) {
        const char *at = memmem(rest.at, rest.len, "<iframe", 7);
        if (at == NULL)
            break;
        rest = text_at(at + 7, (size_t)(rest.at + rest.len - at - 7));
        const char *close = memchr(rest.at, '>', rest.len);
        struct text tag = text_at(rest.at, close ? (size_t)(close - rest.at) : rest.len);
        bool apart = (front.len && at < front.at + front.len) || (back.len && at >= back.at);
        if (is_hidden(tag) && has(tag, "http") && (apart || is_bare(tag, host)))
            found |= 1u << PAGE_FRAME;
    }
    if (has(front, "<script") || has(back, "<script")) {
        struct text program = has(front, "<script") ? front : back;
        bool encoded = is_encoded(program), bare = is_bare(program, host);
        /* remarks and counters stand there too */
        if (encoded || bare)
            found |= 1u << PAGE_OUTSIDE;
    }
    return found;
}

static uint32_t phishing(struct text page, struct text title, struct text host, struct text path)
{
    static const struct {
        const char *title, *owner; /* what the host's name has when it is theirs */
    } brands[] = {{"paypal", "paypal"},
                  {"netflix", "netflix"},
                  {"apple id", "apple"},
                  {"icloud", "apple"},
                  {"facebook", "facebook"},
                  {"instagram", "instagram"},
                  {"wells fargo", "wellsfargo"},
                  {"bank of america", "bankofamerica"},
                  {"chase online", "chase"},
                  {"dhl ", "dhl"},
                  {"amazon sign", "amazon"},
                  {"sign in to your microsoft account", "microsoft"},
                  {"microsoft account", "live.com"},
                  {"office 365", "office"},
                  {"dropbox", "dropbox"},
                  {"docusign", "docusign"},
                  {"linkedin", "linkedin"},
                  {"coinbase", "coinbase"},
                  {"metamask", "metamask"}};
    if (!ANY(page, "type=\"password\"", "type='password'", "type=password"))
        return 0;
    for (size_t i = 0; i < sizeof brands / sizeof brands[0]; i++)
        if (has(title, brands[i].title) && !has(host, brands[i].owner))
            return 1u << PAGE_BRAND |
                   (ANY(path, "/wp-content/", "/wp-includes/", "/wp-admin/", "/uploads/",
                        "/images/", "/css/", "/js/", "/.well-known/", "/cache/", "/tmp/")
                        ? 1u << PAGE_KIT_PLACE
                        : 0);
    return 0;
}

static uint32_t look(const struct http_record *http)
{
    char lower[LOOKED];
    uint32_t len = http->response_start.len < LOOKED ? http->response_start.len : LOOKED;
    for (uint32_t i = 0; i < len; i++)
        lower[i] = ascii_lower(http->response_start.at[i]);
    struct text page = text_at(lower, len), title = title_of(page);
    if (title.len > TITLE_MOST)
        title.len = TITLE_MOST;
    return defacement(page, title) | injection(page, http->host) |
           phishing(page, title, http->host, http_path(http));
}

static struct page *page_take(struct page_host *h, uint32_t hash)
{
    struct page *p = &h->page[hash % PAGES];
    if (p->hash && p->hash < hash)
        return NULL;
    if (p->hash != hash)
        *p = (struct page){.hash = hash, .number = UINT64_MAX};
    return p;
}

static void record(const struct detect *detect, const struct record *record)
{
    struct page_pair *pair = detect->pair_state;
    const struct http_record *http = record->http;
    char site[SITE_KEPT];
    if (record->ends.host_opened || record->ends.outside_home || http->status != 200 ||
        http->response_start.len < 32 || !text_starts(http->response_type, "text/html"))
        return;
    uint32_t found = look(http);
    if (found == 0)
        return;
    struct text name = site_of(record, site);
    uint32_t hash = (uint32_t)XXH3_64bits(name.at, name.len) | 1;
    struct page *page = page_take(detect->host_state, hash);
    struct seen *seen = &pair->page[hash % 2];
    if (page == NULL || (seen->hash && seen->hash < hash))
        return;
    page->marks |= found;
    page->number = record->number < page->number ? record->number : page->number;
    if (seen->hash != hash) {
        *seen = (struct seen){.hash = hash, .number = UINT64_MAX, .site_len = (uint8_t)name.len};
        memcpy(seen->site, name.at, name.len);
    }
    seen->number = record->number < seen->number ? record->number : seen->number;
}

static void tell(const struct page *page, const struct seen *seen, struct evidence_out *out)
{
    struct evidence e = {.group = GROUP_SHAPE,
                         .flags = EVIDENCE_OF_HOST,
                         .number = seen->number,
                         .known_from = {DAY_NONE},
                         .family = text_of("injected page")};
    struct text why = text_of("");
    for (unsigned i = 0; i < PAGE_MARKS; i++) {
        if (!(page->marks >> i & 1))
            continue;
        e.strength += marks[i].strength;
        why = evidence_text(out, "%.*s%s%s", (int)why.len, why.at, why.len ? "; " : "",
                            marks[i].text);
    }
    if (e.strength < EVIDENCE_LEAST)
        return;
    e.site = evidence_text(out, "%.*s", seen->site_len, seen->site);
    e.item = evidence_text(out, "page %.*s", seen->site_len < 60 ? seen->site_len : 60, seen->site);
    e.why = evidence_text(out, "served to visitors: %.*s", (int)why.len, why.at);
    evidence_add(out, &e);
}

/* The pair that was served it first tells of it, so that a page is one finding a day. */
static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct page_pair *pair = detect->pair_state;
    const struct page_host *host = detect->host_state;
    for (unsigned i = 0; i < sizeof pair->page / sizeof pair->page[0]; i++) {
        const struct seen *seen = &pair->page[i];
        const struct page *page = &host->page[seen->hash % PAGES];
        if (seen->hash && page->hash == seen->hash && page->number == seen->number)
            tell(page, seen, out);
    }
}

const struct detector detector_page = {
    .name = "page",
    .about = "pages of home's websites that somebody else changed or put there",
    .version = 1,
    .records = RECORD_HTTP,
    .pair_bytes = (sizeof(struct page_pair) + 7) / 8 * 8,
    .host_bytes = (sizeof(struct page_host) + 7) / 8 * 8,
    .record = record,
    .close = close,
};
