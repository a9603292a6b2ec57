/* Allow-lists and roles files: any bytes; what was taken can be looked up, what was not is counted.
 */
#include "record/review.h"

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct review *review = review_new();
    struct text first, whole = text_at(bytes, len);
    review_read(review, "a", whole, false);
    review_read(review, "r", whole, true);
    size_t bad = review_bad(review, &first);
    muster_assert((bad == 0) == (first.at == NULL));
    (void)review_allows_end(review, whole, whole);
    (void)review_allows_mark(review, whole);
    (void)review_role_of(review, text_of("192.0.2.1"), whole);
    review_free(review);
    return 0;
}
