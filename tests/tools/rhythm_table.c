/*
 * Prints the table of docs/beacons.md: how often each synthetic case is called a beacon, by the
 * rhythm statistic (strength >= RHYTHM_DECIDES) and by RITA v5's formula (score >= 0.7).
 */
#include "rhythm_cases.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    unsigned trials = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 200;
    static const char *const group[] = {"beacon", "no beacon", "hard", "benign timer"};
    printf("| case | is | ours | RITA >= 0.7 | our strength | RITA's score "
           "|\n|---|---|---|---|---|---|\n");
    for (int i = 0; i < RHYTHM_CASES; i++) {
        struct tried tried;
        try_case(&rhythm_cases[i], trials, &tried);
        printf("| %s | %s | %.1f %% | %.1f %% | %.1f | %.2f |\n", rhythm_cases[i].name,
               group[rhythm_cases[i].truth], 100 * tried.ours, 100 * tried.rita, tried.strength,
               tried.score);
    }
    return 0;
}
