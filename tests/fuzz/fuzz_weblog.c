/* Any bytes as an access log. */
#include "logs.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    log_check(&source_weblog, bytes, len);
    return 0;
}
