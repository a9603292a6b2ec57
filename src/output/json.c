/*
 * A sighting as one line of JSON (NDJSON), the contract of `muster read --json`.
 */
#include "output/output.h"

#include "record/row.h"

void output_json(struct buf *buf, const struct sighting *sighting)
{
    row_sighting(buf, sighting, ROW_FOR_OUTPUT);
    buf_char(buf, '\n');
}
