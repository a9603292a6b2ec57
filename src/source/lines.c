#include "source/lines.h"

enum { LINE_STEP = 64 * 1024 }; /* bytes asked for at a time where a line goes on */

void lines_begin(struct lines *lines, struct block *block)
{
    input_begin(&lines->input, block);
    lines->from = lines->input.at;
}

/* Where the line at `at` ends, reading on as need be; NULL: not within what is left of the source
 * (*ret_len holds how much that is) or of LINE_BYTES_MAX. */
static const uint8_t *line_end(struct input *in, size_t *ret_len)
{
    size_t seen = 0;
    for (;;) {
        size_t have = (size_t)(in->end - in->at);
        if (have > LINE_BYTES_MAX)
            have = LINE_BYTES_MAX;
        const uint8_t *end = have > seen ? memchr(in->at + seen, '\n', have - seen) : NULL;
        if (end != NULL || have == LINE_BYTES_MAX) {
            *ret_len = have;
            return end;
        }
        seen = have;
        size_t want = have + LINE_STEP < LINE_BYTES_MAX ? have + LINE_STEP : LINE_BYTES_MAX;
        if (!input_need(in, want) && (size_t)(in->end - in->at) == have) {
            *ret_len = have;
            return NULL;
        }
    }
}

/* A line that is too long: its bytes up to `end`, or all that were looked at. */
static void line_pass(struct lines *lines, const uint8_t *end, size_t len)
{
    struct input *in = &lines->input;
    lines->passing = end == NULL;
    in->at = end ? end + 1 : in->at + len;
}

bool lines_next(struct lines *lines, struct source *source, struct text *ret)
{
    struct input *in = &lines->input;
    while (!lines->ended && input_roomy(in) && in->at - lines->from < LINES_BLOCK_BYTES) {
        size_t len;
        const uint8_t *end = line_end(in, &len);
        if (end == NULL && len == 0) {
            lines->ended = true;
            if (in->trouble)
                source_damaged(source, SKIP_cut_file, input_offset(in), "%s", in->trouble);
            break;
        }
        if (lines->passing) {
            line_pass(lines, end, len);
            continue;
        }
        lines->offset = input_offset(in);
        lines->number++;
        source->units++;
        if (end == NULL && len == LINE_BYTES_MAX) {
            source_damaged(source, SKIP_line_damaged, lines->offset, "line %llu is over %d bytes",
                           (unsigned long long)lines->number, LINE_BYTES_MAX);
            line_pass(lines, end, len);
            continue;
        }
        lines->cut = end == NULL;
        size_t line_len = end ? (size_t)(end - in->at) : len;
        *ret = text_at(in->at, line_len && in->at[line_len - 1] == '\r' ? line_len - 1 : line_len);
        lines->last = in->at;
        in->at += line_len + (end != NULL);
        return true;
    }
    return false;
}

void lines_return(struct lines *lines, struct source *source)
{
    lines->input.at = lines->last;
    lines->number--;
    source->units--;
}

void lines_finish(struct lines *lines, struct source *source)
{
    struct input *in = &lines->input;
    if (source->identity && in->at > lines->from)
        (void)XXH3_128bits_update(source->identity, lines->from, (size_t)(in->at - lines->from));
    input_finish(in);
}
