// Protocols of their own, and IRC. See README.

// A decimal length, a zero byte, a command and the quoted bar: nothing else separates fields so.
rule njrat_separator
{
    meta:
        family = "njRAT"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.njrat"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $framed = /^[0-9]{1,6}\x00[A-Za-z]{1,12}\|'\|'\|/
        $bare = /^(ll|lv|inf|kl)\|'\|'\|/
    condition:
        any of them and talk
}

// Builders change the separator; length, zero, "ll" and then the system's name in clear stay.
rule njrat_login
{
    meta:
        family = "njRAT"
        reference = "https://drkeithjones.com/index.php/2023/05/22/njrat-bladabindi-zeek-detector-update-zeek-roulette-1-part-2"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $login = /^[0-9]{2,4}\x00ll[^\x00]{16,400}(Win |Windows )/
    condition:
        $login and talk and sent
}

// "Gh0st", the packet's length that counts itself, and a zlib stream: the open source of 2008.
rule gh0st_magic
{
    meta:
        family = "Gh0st RAT"
        reference = "https://attack.mitre.org/software/S0032/"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $magic = "Gh0st"
    condition:
        $magic at 0 and uint32(5) >= 15 and uint32(5) < 0x200000 and uint16(13) == 0x9c78 and talk
}

// The same packet under another five letters. A game could frame zlib so; that both lengths fit
// and the name is five letters is rare, not impossible.
rule gh0st_variant
{
    meta:
        family = "Gh0st RAT"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.ghost_rat"
        date = "2026-11-26"
        confidence = "medium"
    strings:
        $zlib = { 78 9c }
        $magic = "Gh0st"
    condition:
        $zlib at 13 and not $magic at 0 and
        uint32(5) >= 22 and uint32(5) <= filesize and
        uint32(9) + 13 > uint32(5) and uint32(9) < 0x10000 and
        for all i in (0..4) : (uint8(i) > 0x2f and uint8(i) < 0x7b) and talk and sent
}

// The server's first words, IDTYPE under RC4 with each version's built-in key, in hexadecimal.
rule darkcomet_idtype
{
    meta:
        family = "DarkComet"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.darkcomet"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $v51 = "BF7CAB464EFB" // #KCMDDC51#-890
        $v5 = "1164805C82EE"  // #KCMDDC5#-890
        $v42f = "155CAD31A61F"
        $v42 = "C7CF9C7CD932"
        $v4 = "B47CB892B702"
        $v2 = "8EA4AB05FA7E"
    condition:
        any of them and
        ($v51 at 0 or $v5 at 0 or $v42f at 0 or $v42 at 0 or $v4 at 0 or $v2 at 0) and talk and not sent
}

// Four magic bytes and a length that counts what follows.
rule remcos_frame
{
    meta:
        family = "Remcos"
        reference = "https://rules.evebox.org/history/rule/et/open/2032776"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $magic = { 24 04 ff 00 }
    condition:
        $magic at 0 and uint32(4) >= 4 and uint32(4) < 0x1000000 and uint32(8) < 0x200 and talk
}

// Words of versions before 3, sent without a cipher.
rule remcos_words
{
    meta:
        family = "Remcos"
        reference = "https://unsafehex.com/index.php/2019/03/12/remcos-lettin-it-all-hang-out"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $start = "[DataStart]"
        $bar = "|cmd|"
    condition:
        $start at 0 and $bar and talk
}

// Its pings carry its own name.
rule strrat_ping
{
    meta:
        family = "STRRAT"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/jar.strrat"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $ping = "ping|STRRAT|"
    condition:
        $ping and talk and sent
}

// A key exchange of exactly 65 bytes: length, command 99 (or 03), seed and vector. Five bytes that
// other binary protocols can begin with too.
rule netwire_keys
{
    meta:
        family = "NetWire"
        reference = "https://unit42.paloaltonetworks.com/new-release-decrypting-netwire-c2-traffic/"
        date = "2026-11-26"
        confidence = "medium"
    strings:
        $keys = { 41 00 00 00 (03 | 99) }
    condition:
        $keys at 0 and filesize >= 69 and
        (filesize == 69 or uint32(69) < 0x10000) and talk and sent
}

// The magic 29 BB 66 E4 and an empty packet under RC4 with the built-in password "warzone160\0".
rule avemaria_hello
{
    meta:
        family = "Ave Maria"
        reference = "https://research.checkpoint.com/2020/warzone-behind-the-enemy-lines/"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $magic = { 09 12 3b 42 }
    condition:
        $magic at 0 and talk
}

// Four bytes, the length of a name, the name, and then only pairs of zero: the published source.
rule mirai_login
{
    meta:
        family = "Mirai"
        reference = "https://github.com/jgamblin/Mirai-Source-Code/blob/master/mirai/bot/main.c"
        date = "2026-11-26"
        confidence = "medium"
    strings:
        $login = { 00 00 00 01 }
    condition:
        $login at 0 and uint8(4) <= 32 and filesize >= 7 + uint8(4) and
        for all i in (5 + uint8(4) .. filesize - 1) : (uint8(i) == 0) and
        for all i in (5 .. 4 + uint8(4)) : (uint8(i) > 0x20 and uint8(i) < 0x7f) and talk and sent
}

// Commands behind an exclamation mark, as the leaked source reads them.
rule gafgyt_orders
{
    meta:
        family = "Gafgyt"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/elf.bashlite"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $order = /! ?\*? ?(SCANNER (ON|OFF)|LOLNOGTFO|KILLATTK|GETLOCALIP|HOLD [0-9.]{7,15} [0-9]|JUNK [0-9.]{7,15} [0-9]|UDP [0-9.]{7,15} [0-9]+ [0-9]+ 32|TCP [0-9.]{7,15} [0-9]+ [0-9]+ 32)/
    condition:
        $order and talk and not sent
}

// "BUILD" and an architecture before any question: what gafgyt's client presents itself with.
rule gafgyt_build
{
    meta:
        family = "Gafgyt"
        reference = "https://archive.orkl.eu/f7dec0767e7b20e7b720801fcf5e9c2e17b65574.txt"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $build = /^(BUILD|ARCH) ?:? ?(MIPS|MIPSEL|ARM|ARM4|ARM5|ARM6|ARM7|X86|X86_64|I586|I686|PPC|POWERPC|SH4|SPARC|M68K|UNKNOWN)\b/ nocase
    condition:
        $build and talk and sent
}

// Floods that the kaiten source names, ordered in a channel or in private.
rule tsunami_orders
{
    meta:
        family = "Tsunami"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/elf.tsunami"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $order = /PRIVMSG [^\r\n ]{1,64} :![^\r\n ]{1,24} (TSUNAMI|PAN|UNKNOWN|GETSPOOFS|SPOOFS|KILLALL|IRC |SH )/
        $notice = /NOTICE [^\r\n ]{1,64} :(TSUNAMI <target> <secs>|PAN <target> <port> <secs>)/
    condition:
        any of them and talk
}

// The nick holds country, system and rights between braces.
rule dorkbot_nick
{
    meta:
        family = "Dorkbot"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.ngrbot"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $nick = /NICK [nN]?\{[A-Z]{2,3}\|(W7|WIN7|XP|VIS|2K|2K3|2K8|W8|WN7|ERR)[a-z]{0,2}\}[a-z0-9]{4,12}/
    condition:
        $nick and talk and sent
}

// A nick of country, system and number between square brackets: bots of the rxbot line. A joker's
// nick could look so.
rule ircbot_nick
{
    meta:
        family = "IRC bot"
        reference = "https://www.honeynet.org/papers/bots/"
        date = "2026-11-26"
        confidence = "medium"
    strings:
        $nick = /NICK [\[\{](N|n|00|iP|P|NEW)?[_|]?[0-9]{0,2}[_|]?[A-Z]{2,3}[_|](XP|2K|2K3|VISTA|WIN7|W7|WIN8|WIN10)[_|]?[^\r\n ]{0,8}[\]\}]?[_|]?[0-9]{4,12}/
    condition:
        $nick and talk and sent
}

// A length, then a program whose DOS header is code that loads itself: reverse_tcp's second stage.
rule metasploit_stage
{
    meta:
        family = "Metasploit"
        reference = "https://docs.metasploit.com/docs/using-metasploit/advanced/meterpreter/meterpreter.html"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $x86 = { 4d 5a e8 00 00 00 00 5b }
        $x86_new = { 4d 5a 52 45 e8 00 00 00 00 5b }
        $x64 = { 4d 5a 41 52 55 48 89 e5 }
    condition:
        uint32(0) > 0x10000 and uint32(0) < 0x200000 and
        ($x86 at 4 or $x86_new at 4 or $x64 at 4) and talk and not sent
}

// A separator that its author chose; also his key.
rule revengerat_login
{
    meta:
        family = "Revenge RAT"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.revenge_rat"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $hello = "Information"
        $separator = "*-]NK[-*"
        $key = "Revenge-RAT"
    condition:
        $hello at 0 and any of ($separator, $key) and talk and sent
}

// Base64 between marks of quoted bars, njRAT's custom with other letters.
rule limerat_separator
{
    meta:
        family = "LimeRAT"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.limerat"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $n = /[A-Za-z0-9+\/=]{16,}\|'N'\|/
        $l = /[A-Za-z0-9+\/=]{16,}\|'L'\|/
    condition:
        any of them and talk
}

// The version line it begins with.
rule xtremerat_version
{
    meta:
        family = "Xtreme RAT"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.extreme_rat"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $version = /^myversion\|[0-9]\.[0-9]/
    condition:
        $version and talk and sent
}

// Fields and packets end in words of its own.
rule luminosity_separator
{
    meta:
        family = "LuminosityLink"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.luminosity_rat"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $packet = "=P4CK3T="
        $field = "8_=_8"
    condition:
        any of them and talk
}

// A register packet: magic, 75 bytes, command E2, two hashes of 32 characters each.
rule ramnit_register
{
    meta:
        family = "Ramnit"
        reference = "https://cert.pl/en/posts/2017/09/ramnit-in-depth-analysis/"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $register = { 00 ff 4b 00 00 00 e2 00 20 00 00 00 }
    condition:
        $register at 0 and talk and sent
}

// A decimal length, a zero, and so many bytes, in whole blocks of a cipher. Netstrings have a colon
// there; still it is little to go by.
rule xworm_frame
{
    meta:
        family = "XWorm"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.xworm"
        date = "2026-11-26"
        confidence = "low"
    strings:
        $frame = /^[1-9][0-9]{2}\x00/
        $words = /^[0-9]{3}\x00[ -~]{24}/
    condition:
        $frame and not $words and
        ((uint8(0) - 48) * 100 + (uint8(1) - 48) * 10 + uint8(2) - 48) % 16 == 0 and
        filesize >= 4 + (uint8(0) - 48) * 100 + (uint8(1) - 48) * 10 + uint8(2) - 48 and talk and sent
}

// .NET's framing with the stealer's own contract: numbered methods of "Entity" under the namespace
// that WCF gives to programs that name none.
rule redline_contract
{
    meta:
        family = "RedLine"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.redline_stealer"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $framing = "net.tcp://"
        $entity = /tempuri\.org\/Entity\/Id[0-9]{1,2}/
        $endpoint = /tempuri\.org\/Endpoint\/(CheckConnect|EnvironmentSettings|SetEnvironment|GetUpdates)/
    condition:
        $framing in (0..64) and any of ($entity, $endpoint) and talk and sent
}
