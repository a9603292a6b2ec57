/* Any bytes as the state of a follower; its checksum is put right, so that more is reached. */
#include "base/mem.h"
#include "source/follow_inside.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    enum { END = 22 }; /* "end ", 16 digits, line feed, NUL */
    struct follow f = {0};
    const char *why = NULL;
    char *text = mem_new(len + END, 1);
    if (len)
        memcpy(text, bytes, len);
    (void)snprintf(text + len, END, "end %016llx\n", (unsigned long long)XXH3_64bits(bytes, len));
    bool good = follow_state_parse(&f, text_at(text, len + END - 1), &why);
    muster_assert(good || why != NULL);
    for (size_t i = 0; good && i < f.logs; i++)
        muster_assert(f.log[i].from.offset <= f.log[i].taken.offset && f.log[i].kind < f.kinds);
    mem_free(f.log);
    mem_free(text);
    return 0;
}
