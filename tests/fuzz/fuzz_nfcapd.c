/* Any bytes as what nfdump prints of a file of nfcapd. */
#include "logs.h"
#include "source/nfcapd.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct source_kind printed = source_nfcapd;
    printed.open = nfcapd_printed;
    log_check(&printed, bytes, len);
    return 0;
}
