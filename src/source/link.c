/*
 * Link types: what stands in a file, and what the registry calls it
 * (https://www.tcpdump.org/linktypes.html). A packet of a type that is not read is counted under
 * the name given here, so that a person can look it up.
 */
#include "source/input.h"

static const struct link_name {
    uint16_t link;
    const char *name;
} names[] = {
    {0, "NULL"},
    {1, "ETHERNET"},
    {3, "AX25"},
    {6, "IEEE802_5"},
    {7, "ARCNET_BSD"},
    {8, "SLIP"},
    {9, "PPP"},
    {10, "FDDI"},
    {50, "PPP_HDLC"},
    {51, "PPP_ETHER"},
    {99, "SYMANTEC_FIREWALL"},
    {100, "ATM_RFC1483"},
    {101, "RAW"},
    {104, "C_HDLC"},
    {105, "IEEE802_11"},
    {107, "FRELAY"},
    {108, "LOOP"},
    {109, "ENC"},
    {113, "LINUX_SLL"},
    {114, "LTALK"},
    {117, "PFLOG"},
    {119, "IEEE802_11_PRISM"},
    {122, "IP_OVER_FC"},
    {123, "SUNATM"},
    {127, "IEEE802_11_RADIOTAP"},
    {129, "ARCNET_LINUX"},
    {130, "JUNIPER_MLPPP"},
    {131, "JUNIPER_MLFR"},
    {132, "JUNIPER_ES"},
    {133, "JUNIPER_GGSN"},
    {134, "JUNIPER_MFR"},
    {135, "JUNIPER_ATM2"},
    {136, "JUNIPER_SERVICES"},
    {137, "JUNIPER_ATM1"},
    {138, "APPLE_IP_OVER_IEEE1394"},
    {139, "MTP2_WITH_PHDR"},
    {140, "MTP2"},
    {141, "MTP3"},
    {142, "SCCP"},
    {143, "DOCSIS"},
    {144, "LINUX_IRDA"},
    {147, "USER0"},
    {148, "USER1"},
    {149, "USER2"},
    {163, "IEEE802_11_AVS"},
    {165, "BACNET_MS_TP"},
    {166, "PPP_PPPD"},
    {169, "GPRS_LLC"},
    {177, "LINUX_LAPD"},
    {178, "JUNIPER_ETHER"},
    {179, "JUNIPER_PPP"},
    {180, "JUNIPER_FRELAY"},
    {181, "JUNIPER_CHDLC"},
    {182, "MFR"},
    {187, "BLUETOOTH_HCI_H4"},
    {189, "USB_LINUX"},
    {192, "PPI"},
    {195, "IEEE802_15_4_WITHFCS"},
    {197, "ERF"},
    {201, "BLUETOOTH_HCI_H4_WITH_PHDR"},
    {203, "LAPD"},
    {204, "PPP_WITH_DIR"},
    {205, "C_HDLC_WITH_DIR"},
    {206, "FRELAY_WITH_DIR"},
    {209, "IPMB_LINUX"},
    {215, "IEEE802_15_4_NONASK_PHY"},
    {220, "USB_LINUX_MMAPPED"},
    {224, "FC_2"},
    {225, "FC_2_WITH_FRAME_DELIMS"},
    {226, "IPNET"},
    {227, "CAN_SOCKETCAN"},
    {228, "IPV4"},
    {229, "IPV6"},
    {230, "IEEE802_15_4_NOFCS"},
    {231, "DBUS"},
    {239, "NFLOG"},
    {240, "NETANALYZER"},
    {242, "IPOIB"},
    {243, "MPEG_2_TS"},
    {247, "INFINIBAND"},
    {248, "SCTP"},
    {249, "USBPCAP"},
    {251, "BLUETOOTH_LE_LL"},
    {253, "NETLINK"},
    {254, "BLUETOOTH_LINUX_MONITOR"},
    {256, "BLUETOOTH_LE_LL_WITH_PHDR"},
    {258, "PKTAP"},
    {259, "EPON"},
    {266, "USB_DARWIN"},
    {271, "VSOCK"},
    {272, "NORDIC_BLE"},
    {276, "LINUX_SLL2"},
    {281, "DSA_TAG_BRCM"},
    {282, "DSA_TAG_BRCM_PREPEND"},
    {283, "IEEE802_15_4_TAP"},
    {284, "DSA_TAG_DSA"},
    {285, "DSA_TAG_EDSA"},
    {290, "ETW"},
};

enum {
    LINK_RAW = 101,
    DLT_RAW_MOST = 12, /* what most systems call raw IP inside; some write it to files */
    DLT_RAW_OPENBSD = 14,
};

const char *source_link_name(uint16_t link)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].link == link)
            return names[i].name;
    return "unknown";
}

/* The upper bits of a pcap header's field say whether and how long frames carry a check sequence
 * (draft-ietf-opsawg-pcap 4); IP's own length makes it harmless. */
uint16_t source_link_number(uint32_t field)
{
    uint16_t link = (uint16_t)field;
    return link == DLT_RAW_MOST || link == DLT_RAW_OPENBSD ? LINK_RAW : link;
}
