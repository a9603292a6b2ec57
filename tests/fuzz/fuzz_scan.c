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
    enum scan_language language =
        scan_language_of(text_of(names[bytes[0] % (sizeof names / sizeof names[0])]), source);
    if (language == SCAN_PHP)
        scan_php(&found, source, &arena);
    else
        scan_other(&found, language, source);
    scan_text(&found, language, source);
    arena_free(&arena);
    return scan_weigh(&found) < 0;
}
