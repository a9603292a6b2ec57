/* Pieces of Zeek's logs, for tests. */
#ifndef MUSTER_TESTS_ZEEK_LINES_H
#define MUSTER_TESTS_ZEEK_LINES_H

#include "logs.h"

#define HEAD(path, fields)                                                                         \
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t" path    \
    "\n#open\t2024-03-05-10-00-00\n#fields\t" fields "\n"
#define ENDS "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\t"
#define CONN_FIELDS                                                                                \
    ENDS "proto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\t"  \
         "missed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\t"             \
         "tunnel_parents"
#define CONN HEAD("conn", CONN_FIELDS)
#define FROM "\tCHhAvVGS1DHFjwGM9\t10.0.0.5\t50000\t203.0.113.9\t"
#define CONN_LINE                                                                                  \
    "1709632800.250000" FROM "443\ttcp\tssl\t1.500000\t700\t4000\tSF\tT\tF\t0\tShADadFf\t11\t"     \
    "1200\t9\t4400\t(empty)\n"
#define TIME_US (INT64_C(1709632800) * SECOND_US + 250000)
#define DNS                                                                                        \
    HEAD("dns",                                                                                    \
         ENDS "proto\ttrans_id\trtt\tquery\tqclass\tqclass_name\tqtype\tqtype_name\trcode\t"       \
              "rcode_name\tAA\tTC\tRD\tRA\tZ\tanswers\tTTLs\trejected")
#define SSL HEAD("ssl", ENDS "version\tserver_name\testablished\tcert_chain_fuids")

static inline void take(struct log_taken *ret, const char *log)
{
    log_take(ret, &source_zeek, log, strlen(log), false);
}

#endif
