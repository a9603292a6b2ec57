/* Names of countries for people. */
#ifndef MUSTER_OUTPUT_COUNTRY_H
#define MUSTER_OUTPUT_COUNTRY_H

#include "base/text.h"

/* "Netherlands" for "NL"; NULL when the code is not known. */
const char *country_name(struct text code);

#endif
