/*
 * Fetching by libcurl. What the other side may do to us is bounded here: a redirection stays
 * HTTP(S) and never falls from HTTPS to HTTP; no compression is asked for, so what is counted is
 * what comes; a body that is longer than it may be, shorter than announced, or slower than a
 * trickle ends the transfer, and nothing of it is used.
 */
#include "feeds/fetch.h"

#include "feeds/remote.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <stdio.h>
#include <strings.h>

const struct knob feeds_knobs[] = {
    [FEEDS_MEGABYTES] = {"megabytes_max", "MB", "most that a fetched feed may have", 512, 0.001,
                         4000},
    [FEEDS_CONNECT] = {"connect_seconds", "seconds", "how long a server may take to be reached", 15,
                       1, 600},
    [FEEDS_STALL] = {"stall_seconds", "seconds", "how long less than 100 bytes a second may come",
                     30, 1, 600},
    [FEEDS_TOTAL] = {"total_seconds", "seconds", "how long one feed may take", 900, 1, 86400},
    [FEEDS_REDIRECTS] = {"redirects_max", "redirects", "how often a server may point elsewhere", 5,
                         0, 20},
    {0},
};

/* The part of libcurl that is used. */
struct curl_calls {
    void *library;
    __typeof__(curl_easy_init) *init;
    __typeof__((curl_easy_setopt)) *setopt;
    __typeof__((curl_easy_getinfo)) *getinfo;
    __typeof__(curl_easy_perform) *perform;
    __typeof__(curl_easy_strerror) *strerror;
    __typeof__(curl_easy_cleanup) *cleanup;
    __typeof__(curl_slist_append) *append;
    __typeof__(curl_slist_free_all) *free_all;
};

static bool calls_load(struct curl_calls *calls, struct err *err)
{
    calls->library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (calls->library == NULL) {
        (void)err_set(err, "fetching needs libcurl (on Debian: apt-get install libcurl4): %s",
                      dlerror());
        return false;
    }
    const struct {
        void **to;
        const char *name;
    } names[] = {
        {(void **)&calls->init, "curl_easy_init"},
        {(void **)&calls->setopt, "curl_easy_setopt"},
        {(void **)&calls->getinfo, "curl_easy_getinfo"},
        {(void **)&calls->perform, "curl_easy_perform"},
        {(void **)&calls->strerror, "curl_easy_strerror"},
        {(void **)&calls->cleanup, "curl_easy_cleanup"},
        {(void **)&calls->append, "curl_slist_append"},
        {(void **)&calls->free_all, "curl_slist_free_all"},
    };
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        *names[i].to = dlsym(calls->library, names[i].name);
        if (*names[i].to == NULL) {
            (void)err_set(err, "this libcurl has no %s", names[i].name);
            return false;
        }
    }
    return true;
}

bool fetch_url_is(const char *text)
{
    size_t len = strlen(text);
    if (strncmp(text, "http://", 7) != 0 && strncmp(text, "https://", 8) != 0)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] >= 127)
            return false;
    return len > 8 && len < FETCH_URL;
}

/* One transfer under way. */
struct transfer {
    struct fetch_reply *reply;
    uint64_t bytes_max;
    bool too_large;
};

static size_t body_take(char *at, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t len = size * count;
    if (transfer->reply->body.len + len > transfer->bytes_max) {
        transfer->too_large = true;
        return 0; /* ends the transfer */
    }
    buf_add(&transfer->reply->body, at, len);
    return len;
}

/* "Name: value" into out when the header is so called. */
static void header_keep(const char *at, size_t len, const char *name, char out[FETCH_TAG])
{
    size_t skip = strlen(name);
    if (len <= skip || strncasecmp(at, name, skip) != 0)
        return;
    while (skip < len && (at[skip] == ' ' || at[skip] == '\t'))
        skip++;
    while (len > skip && (unsigned char)at[len - 1] <= ' ')
        len--;
    for (size_t i = skip; i < len; i++)
        if ((unsigned char)at[i] < ' ' || (unsigned char)at[i] >= 127)
            return;
    if (len - skip < FETCH_TAG) {
        memcpy(out, at + skip, len - skip);
        out[len - skip] = '\0';
    }
}

static size_t header_take(char *at, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t len = size * count;
    if (len >= 5 && strncmp(at, "HTTP/", 5) == 0) /* of a redirection before this */
        transfer->reply->etag[0] = transfer->reply->modified[0] = '\0';
    header_keep(at, len, "etag:", transfer->reply->etag);
    header_keep(at, len, "last-modified:", transfer->reply->modified);
    return len;
}

static struct curl_slist *conditions(const struct curl_calls *c, const struct fetch_wish *wish)
{
    char line[FETCH_TAG + 32];
    struct curl_slist *list = NULL;
    if (wish->etag != NULL && wish->etag[0] != '\0') {
        (void)snprintf(line, sizeof line, "If-None-Match: %s", wish->etag);
        list = c->append(list, line);
    }
    if (wish->modified != NULL && wish->modified[0] != '\0') {
        (void)snprintf(line, sizeof line, "If-Modified-Since: %s", wish->modified);
        list = c->append(list, line);
    }
    return list;
}

static void limits_set(const struct curl_calls *c, CURL *curl, const struct fetch_wish *wish,
                       uint64_t bytes_max)
{
    bool secure = strncmp(wish->url, "https://", 8) == 0;
    (void)c->setopt(curl, CURLOPT_URL, wish->url);
    (void)c->setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)c->setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
    (void)c->setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    (void)c->setopt(curl, CURLOPT_MAXREDIRS, (long)wish->knob[FEEDS_REDIRECTS]);
    (void)c->setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)wish->knob[FEEDS_CONNECT]);
    (void)c->setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 100L);
    (void)c->setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)wish->knob[FEEDS_STALL]);
    (void)c->setopt(curl, CURLOPT_TIMEOUT, (long)wish->knob[FEEDS_TOTAL]);
    (void)c->setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)bytes_max);
    (void)c->setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)c->setopt(curl, CURLOPT_USERAGENT, "muster/" MUSTER_VERSION);
}

static bool status_right(long status, const struct fetch_reply *reply, const char *url,
                         struct err *err)
{
    if (status == 304)
        return true;
    if (status != 200)
        return err_set(err, "%s answered with status %ld", url, status);
    return reply->body.len ? true : err_set(err, "%s answered with nothing", url);
}

bool fetch(const struct fetch_wish *wish, struct fetch_reply *ret, struct err *err)
{
    struct curl_calls c = {0};
    struct transfer transfer = {.reply = ret,
                                .bytes_max = (uint64_t)(wish->knob[FEEDS_MEGABYTES] * 1e6)};
    struct curl_slist *headers = NULL;
    CURL *curl = NULL;
    long status = 0;
    bool done = false;
    *ret = (struct fetch_reply){0};
    if (!calls_load(&c, err))
        goto out;
    curl = c.init();
    if (curl == NULL) {
        (void)err_set(err, "libcurl does not start");
        goto out;
    }
    limits_set(&c, curl, wish, transfer.bytes_max);
    headers = conditions(&c, wish);
    (void)c.setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)c.setopt(curl, CURLOPT_WRITEFUNCTION, body_take);
    (void)c.setopt(curl, CURLOPT_WRITEDATA, &transfer);
    (void)c.setopt(curl, CURLOPT_HEADERFUNCTION, header_take);
    (void)c.setopt(curl, CURLOPT_HEADERDATA, &transfer);
    CURLcode code = c.perform(curl);
    (void)c.getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (transfer.too_large || code == CURLE_FILESIZE_EXCEEDED)
        (void)err_set(err, "%s is larger than %.6g MB (--set feeds.megabytes_max=)", wish->url,
                      wish->knob[FEEDS_MEGABYTES]);
    else if (code != CURLE_OK)
        (void)err_set(err, "%s: %s", wish->url, c.strerror(code));
    else
        done = status_right(status, ret, wish->url, err);
    ret->unchanged = done && status == 304;
out:
    if (headers != NULL)
        c.free_all(headers);
    if (curl != NULL)
        c.cleanup(curl);
    if (c.library != NULL)
        (void)dlclose(c.library);
    return done;
}
