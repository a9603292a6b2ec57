/* What a parser of a stream's start says. */
#ifndef MUSTER_WIRE_PARSE_H
#define MUSTER_WIRE_PARSE_H

enum parse {
    PARSE_MORE, /* fine so far, not whole */
    PARSE_DONE, /* a whole, valid value; only now was anything written to ret_ */
    PARSE_BAD,  /* never becomes valid */
};

#endif
