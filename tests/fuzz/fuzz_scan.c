/* Programs of web servers: the first byte says in which language, the rest is the source. */
#include "scan/scan.h"

#include <stddef.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const char *const names[] = {"a.php", "a.jsp", "a.asp", "a.aspx", "a.cgi", "a.cfm", "a"};
    struct scan_found found = {0};
    struct arena arena = {0};
    if (len == 0)
        return 0;
    struct text source = text_at(bytes + 1, len - 1);
    const char *name = names[bytes[0] % (sizeof names / sizeof names[0])];
    scan_look(&found, text_of(name), source, &arena);
    arena_free(&arena);
    return scan_weigh(&found) < 0;
}
