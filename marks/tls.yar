// Certificates and fingerprints of handshakes. See README.

// The builder's own name for its certificate.
rule asyncrat_certificate
{
    meta:
        family = "AsyncRAT"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.asyncrat"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $subject = "CN=AsyncRAT Server"
    condition:
        $subject and tls
}

// The author's name stands in every default certificate.
rule dcrat_certificate
{
    meta:
        family = "DcRat"
        reference = "https://github.com/qwqdanchun/DcRat"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $server = "DcRat"
        $author = "qwqdanchun"
    condition:
        any of them and tls
}

// The fork's name stands in its default certificate.
rule venomrat_certificate
{
    meta:
        family = "VenomRAT"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.venomrat"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $name = "VenomRAT"
    condition:
        $name and tls
}

// The name that the server makes itself a certificate authority under.
rule quasar_certificate
{
    meta:
        family = "Quasar RAT"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.quasar_rat"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $subject = "CN=Quasar Server CA"
    condition:
        $subject and tls
}

// Its makers' name for the server.
rule bitrat_certificate
{
    meta:
        family = "BitRAT"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.bit_rat"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $subject = /CN=BitRAT[,\n]/
    condition:
        $subject and tls
}

// Its makers' name for the server.
rule orcus_certificate
{
    meta:
        family = "Orcus RAT"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.orcus_rat"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $subject = /CN=Orcus ?Server[,\n]/
    condition:
        $subject and tls
}

// The certificate that the product ships with; who pays for it and takes care changes it.
rule cobaltstrike_certificate
{
    meta:
        family = "Cobalt Strike"
        reference = "https://attack.mitre.org/software/S0154/"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $name = "Major Cobalt Strike"
        $unit = "O=cobaltstrike"
    condition:
        any of them and tls
}

// OpenSSL's default answers with "localhost" as the name: so its servers were told from others. A
// developer's machine may have the same, but then it is seldom called from elsewhere.
rule icedid_certificate
{
    meta:
        family = "IcedID"
        reference = "https://archive.orkl.eu/dd7fd8dbbb294353765aa2823bb77329c37b13db.json"
        date = "2026-11-26"
        confidence = "medium"
    strings:
        $localhost = "CN=localhost"
        $state = "ST=Some-State"
        $widgits = "O=Internet Widgits Pty Ltd"
        $self = "\nself-signed\n"
    condition:
        all of them and tls
}
