/* Any bytes as a report of Shadowserver. */
#include "logs.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    log_check(&source_shadowserver, bytes, len);
    return 0;
}
