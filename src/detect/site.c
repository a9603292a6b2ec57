#include "detect/site.h"

struct text site_of(const struct record *record, char site[SITE_KEPT])
{
    char address[ADDRESS_TEXT];
    struct text path = http_path(record->http), host = record->http->host;
    if (text_starts(path, "http://") || host.len == 0 || host.len > SITE_KEPT / 2)
        host = text_of(address_format(record->ends.host, address));
    size_t len = path.len < SITE_KEPT - host.len ? path.len : SITE_KEPT - host.len;
    memcpy(site, host.at, host.len);
    if (len)
        memcpy(site + host.len, path.at, len);
    return text_at(site, host.len + len);
}
