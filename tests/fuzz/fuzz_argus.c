/* Any bytes as a log of Argus flows. */
#include "logs.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    log_check(&source_argus, bytes, len);
    return 0;
}
