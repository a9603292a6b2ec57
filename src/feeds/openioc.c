/*
 * OpenIOC 1.0 and 1.1 (XML): a tree of <Indicator operator="OR|AND"> with <IndicatorItem
 * condition="is"><Context search="Network/DNS"/><Content>...</Content></IndicatorItem>. Each item
 * is a record. An item lists something when it alone decides (every operator above it is OR), or
 * when its AND group holds nothing but one end and its port. Everything else is refused: a part of
 * a condition would match what the whole does not. "contains" is taken as "is", which is narrower.
 *
 * The parser is expat. A document type (entities) ends it; depth and text are bounded.
 */
#include "feeds/feed.h"

#include "feeds/compile.h"

#include <expat.h>
#include <stdio.h>

enum { IOC_DEPTH = 64, IOC_TEXT = 2048, IOC_STEP = 1 << 16 };

static bool openioc_is(const struct feed_file *file, struct text head)
{
    (void)file;
    return feed_holds(head, "schemas.mandiant.com/2010/ioc") ||
           feed_holds(head, "openioc.org/schemas/OpenIOC");
}

enum term_is { TERM_END, TERM_URL, TERM_PORT, TERM_FILE };

static const struct {
    const char *search;
    enum term_is is;
} terms[] = {
    {"Network/DNS", TERM_END},
    {"Network/URI", TERM_URL},
    {"Network/HTTP_Host", TERM_END},
    {"PortItem/remoteIP", TERM_END},
    {"PortItem/remotePort", TERM_PORT},
    {"DnsEntryItem/Host", TERM_END},
    {"DnsEntryItem/RecordName", TERM_END},
    {"DnsEntryItem/RecordData/Host", TERM_END},
    {"DnsEntryItem/RecordData/IPv4Address", TERM_END},
    {"RouteEntryItem/Destination", TERM_END},
    {"UrlHistoryItem/URL", TERM_URL},
    {"UrlHistoryItem/HostName", TERM_END},
    {"FileDownloadHistoryItem/SourceURL", TERM_URL},
    {"Email/ReceivedFromIP", TERM_END},
    {"FileItem/Md5sum", TERM_FILE},
    {"FileItem/Sha1sum", TERM_FILE},
    {"FileItem/Sha256sum", TERM_FILE},
};

enum element {
    ELEMENT_OTHER,
    ELEMENT_INDICATOR,
    ELEMENT_ITEM,
    ELEMENT_CONTENT,
    ELEMENT_DATE,
    ELEMENT_NAME
};

struct ioc {
    struct feed_sink *sink;
    XML_Parser parser;
    struct feed_listing listing;
    unsigned depth, ands; /* elements open; AND groups among them */
    uint8_t is_and[IOC_DEPTH], element[IOC_DEPTH];
    char text[IOC_TEXT], family[FEED_FAMILY]; /* of the element that is read */
    uint32_t text_len;
    bool text_long, broken;
    /* the item */
    uint64_t items;
    bool plain; /* condition is, not negated */
    int term;   /* of `terms`; -1 = none */
    /* the AND group */
    char end[IOC_TEXT], port[8];
    unsigned members, ends, ports, others;
};

static const char *attribute(const char **attributes, const char *name)
{
    for (; attributes[0] != NULL; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return "";
}

/* The name without "namespace:". */
static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static void stop(struct ioc *ioc)
{
    ioc->broken = true;
    (void)XML_StopParser(ioc->parser, XML_FALSE);
}

static void item_start(struct ioc *ioc, const char **attributes)
{
    const char *condition = attribute(attributes, "condition");
    ioc->plain = (strcmp(condition, "is") == 0 || strcmp(condition, "contains") == 0) &&
                 strcmp(attribute(attributes, "negate"), "true") != 0;
    ioc->term = -1;
    feed_record(ioc->sink, "item", ++ioc->items);
}

static void context_read(struct ioc *ioc, const char **attributes)
{
    const char *search = attribute(attributes, "search");
    for (unsigned i = 0; i < sizeof terms / sizeof *terms; i++)
        if (strcmp(search, terms[i].search) == 0)
            ioc->term = (int)i;
}

static void element_start(void *context, const char *full_name, const char **attributes)
{
    struct ioc *ioc = context;
    const char *name = local_name(full_name);
    if (ioc->depth == IOC_DEPTH) {
        stop(ioc);
        return;
    }
    uint8_t element = ELEMENT_OTHER;
    bool is_and = false;
    ioc->text_len = 0;
    ioc->text_long = false;
    if (strcmp(name, "ioc") == 0 || strcmp(name, "OpenIOC") == 0) {
        ioc->listing.last = feed_day(text_of(attribute(attributes, "last-modified")));
    } else if (strcmp(name, "Indicator") == 0) {
        element = ELEMENT_INDICATOR;
        is_and = strcmp(attribute(attributes, "operator"), "AND") == 0;
        if (is_and && ioc->ands++ == 0)
            ioc->members = ioc->ends = ioc->ports = ioc->others = 0;
        else if (ioc->ands)
            ioc->others++; /* a group inside an AND */
    } else if (strcmp(name, "IndicatorItem") == 0) {
        element = ELEMENT_ITEM;
        item_start(ioc, attributes);
    } else if (strcmp(name, "Context") == 0) {
        context_read(ioc, attributes);
    } else if (strcmp(name, "Content") == 0) {
        element = ELEMENT_CONTENT;
    } else if (strcmp(name, "authored_date") == 0) {
        element = ELEMENT_DATE;
    } else if (strcmp(name, "short_description") == 0) {
        element = ELEMENT_NAME;
    }
    ioc->element[ioc->depth] = element;
    ioc->is_and[ioc->depth++] = is_and;
}

static void text_add(void *context, const char *at, int len)
{
    struct ioc *ioc = context;
    if (ioc->text_len + (uint32_t)len > sizeof ioc->text) {
        ioc->text_long = true;
        return;
    }
    memcpy(ioc->text + ioc->text_len, at, (size_t)len);
    ioc->text_len += (uint32_t)len;
}

/* An item that alone decides. */
static void item_alone(struct ioc *ioc, struct text content)
{
    if (terms[ioc->term].is == TERM_PORT) {
        feed_reject(ioc->sink, REJECT_KIND, content);
        return;
    }
    struct feed_listing listing = ioc->listing;
    if (terms[ioc->term].is == TERM_FILE)
        listing.kinds = 1u << INDICATOR_FILE;
    /* a URI without host: a path */
    feed_item(ioc->sink, &listing, content);
}

/* A member of an AND group: kept until the group ends. */
static void item_member(struct ioc *ioc, struct text content)
{
    bool port = terms[ioc->term].is == TERM_PORT;
    ioc->members++;
    if (port && content.len < sizeof ioc->port) {
        memcpy(ioc->port, content.at, content.len);
        ioc->port[content.len] = '\0';
        ioc->ports++;
        feed_remark(ioc->sink); /* said with its end */
    } else if (!port && terms[ioc->term].is != TERM_FILE && ioc->ends++ == 0) {
        memcpy(ioc->end, content.at, content.len);
        ioc->end[content.len] = '\0';
        feed_remark(ioc->sink); /* told when the group is whole */
    } else {
        ioc->others++;
        feed_reject(ioc->sink, REJECT_PATTERN, content);
    }
}

static void content_end(struct ioc *ioc)
{
    struct text content = feed_trim(text_at(ioc->text, ioc->text_len));
    if (ioc->text_long || content.len == 0 || content.len >= sizeof ioc->end) {
        ioc->others++;
        feed_reject(ioc->sink, REJECT_LINE, text_at(ioc->text, ioc->text_len));
    } else if (ioc->term < 0) {
        ioc->others++;
        feed_reject(ioc->sink, REJECT_KIND, content);
    } else if (!ioc->plain) {
        ioc->others++;
        feed_reject(ioc->sink, REJECT_PATTERN, content);
    } else if (ioc->ands) {
        item_member(ioc, content);
    } else {
        item_alone(ioc, content);
    }
}

/* The outermost AND group is whole: one end with its port is a listing, a record of its own. */
static void group_end(struct ioc *ioc)
{
    char joined[IOC_TEXT + 16];
    if (ioc->members == 0)
        return;
    feed_record(ioc->sink, "item", ++ioc->items);
    if (ioc->ends != 1 || ioc->ports > 1 || ioc->others) {
        feed_reject(ioc->sink, REJECT_PATTERN, text_of("conditions that hold only together"));
        return;
    }
    struct text port = text_of(ioc->ports ? ioc->port : "");
    struct text item = feed_end_join(text_of(ioc->end), port, joined, sizeof joined);
    if (item.len)
        feed_item(ioc->sink, &ioc->listing, item);
    else
        feed_reject(ioc->sink, REJECT_NOT_UNDERSTOOD, text_of(ioc->end));
}

static void element_end(void *context, const char *name)
{
    struct ioc *ioc = context;
    (void)name;
    if (ioc->depth == 0)
        return;
    uint8_t element = ioc->element[--ioc->depth];
    struct text text = feed_trim(text_at(ioc->text, ioc->text_len));
    if (element == ELEMENT_CONTENT) {
        content_end(ioc);
    } else if (element == ELEMENT_DATE) {
        ioc->listing.first = feed_day(text);
        if (ioc->listing.last.number < ioc->listing.first.number)
            ioc->listing.last = ioc->listing.first;
    } else if (element == ELEMENT_NAME && text.len <= sizeof ioc->family &&
               ioc->listing.family.len == 0) {
        memcpy(ioc->family, text.at, text.len);
        ioc->listing.family = text_at(ioc->family, text.len);
    } else if (element == ELEMENT_INDICATOR && ioc->is_and[ioc->depth] && --ioc->ands == 0) {
        group_end(ioc);
    }
    ioc->text_len = 0;
}

static void doctype_start(void *context, const char *name, const char *system, const char *public,
                          int internal)
{
    struct ioc *ioc = context;
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    stop(ioc);
}

static void openioc_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct ioc ioc = {.sink = sink, .listing = FEED_LISTING_NONE, .term = -1};
    ioc.listing.kinds = FEED_KINDS_END;
    ioc.parser = XML_ParserCreate(NULL);
    if (ioc.parser == NULL) {
        feed_reject(sink, REJECT_FILE, text_of("no memory for the XML"));
        return;
    }
    XML_SetUserData(ioc.parser, &ioc);
    XML_SetElementHandler(ioc.parser, element_start, element_end);
    XML_SetCharacterDataHandler(ioc.parser, text_add);
    XML_SetStartDoctypeDeclHandler(ioc.parser, doctype_start);
    bool whole = true;
    for (uint32_t at = 0; whole && at < file->content.len; at += IOC_STEP) {
        uint32_t len = file->content.len - at < IOC_STEP ? file->content.len - at : IOC_STEP;
        bool last = at + len == file->content.len;
        whole = XML_Parse(ioc.parser, file->content.at + at, (int)len, last) == XML_STATUS_OK;
    }
    if (!whole || ioc.broken) {
        char why[160];
        (void)snprintf(why, sizeof why, "XML that is damaged at line %lu: %s",
                       XML_GetCurrentLineNumber(ioc.parser),
                       ioc.broken ? "a document type, or too deep"
                                  : XML_ErrorString(XML_GetErrorCode(ioc.parser)));
        feed_sink_file(sink, file->path);
        feed_damaged(sink, why);
    }
    XML_ParserFree(ioc.parser);
}

const struct feed_format feed_openioc = {
    .name = "openioc",
    .about = "OpenIOC: addresses, names and URLs that decide alone (XML)",
    .is = openioc_is,
    .read = openioc_read,
};
