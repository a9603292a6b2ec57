/* Any bytes as an EVE log of Suricata. */
#include "logs.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct instant first;
    log_check(&source_eve, bytes, len);
    (void)source_eve.knows(bytes, len);
    (void)source_eve.first(bytes, len, &first);
    return 0;
}
