// Requests and responses of HTTP, as the text that README shows.

// A user agent that no browser ever had.
rule lokibot_agent
{
    meta:
        family = "LokiBot"
        reference = "https://attack.mitre.org/software/S0447/"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $agent = "\nUser-Agent: Mozilla/4.08 (Charon; Inferno)\n"
    condition:
        $agent and http and sent
}

// The body begins with version and "ckav.ru", whatever the user agent.
rule lokibot_body
{
    meta:
        family = "LokiBot"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.lokipws"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $ckav = /\n\n[\x12-\x13]\x00[\x00-\xff]{4,10}c\x00?k\x00?a\x00?v\x00?\.\x00?r\x00?u/
    condition:
        $ckav and http and sent
}

// Analytics' cookie names with the machine's figures: RAM, name and user in hexadecimal.
rule icedid_cookie
{
    meta:
        family = "IcedID"
        reference = "https://unit42.paloaltonetworks.com/wireshark-quiz-icedid-answers"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $cookie = /\nCookie: __gads=[0-9:]+; ?_gat=[0-9.]+; ?_ga=[0-9.]+; ?_u=[0-9A-F:]+; ?__io=[0-9_]+; ?_gid=[0-9A-F]+/
    condition:
        $cookie and http and sent
}

// The machine's name, Windows version and 32 hexadecimal digits as folders of the path.
rule trickbot_path
{
    meta:
        family = "TrickBot"
        reference = "https://attack.mitre.org/software/S0266/"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $path = /\/[a-z]{2,5}[0-9]{1,5}\/[^\/\n ]{1,64}_W[0-9]{6,8}\.[0-9A-F]{32}\/[0-9]{1,3}\//
    condition:
        $path and http and sent
}

// Answers to questions nobody asked: GUID, build, domains and Windows in one form.
rule hancitor_form
{
    meta:
        family = "Hancitor"
        reference = "https://attack.mitre.org/software/S0499/"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $form = /\n\nGUID=[0-9]{6,24}&BUILD=[^&\n]{1,40}&INFO=[^\n]{0,600}&(IP|EXT)=/
    condition:
        $form and http and sent
}

// A form of many two-letter names: id, version, group, system, bits, rights, antivirus, lock.
rule amadey_form
{
    meta:
        family = "Amadey"
        reference = "https://asec.ahnlab.com/en/36634/"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $id = /\n\nid=[0-9a-f]{8,14}&/
        $version = /&vs=[0-9]\.[0-9]{1,3}&/
        $group = /&sd=[0-9a-z]{4,10}&/
        $bits = /&bi=[01]&/
        $antivirus = /&av=[0-9]{1,2}&/
    condition:
        all of them and http and sent
}

// The first post of later versions, five bytes in all. So short a form has other uses.
rule amadey_start
{
    meta:
        family = "Amadey"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.amadey"
        date = "2026-11-26"
        confidence = "medium"
    strings:
        $post = /^POST \/[^\n]{0,80}index\.php\n/
        $start = "\n\nst=s"
    condition:
        $post and $start at filesize - 6 and http and sent
}

// Paths of base64 cut by slashes, with / and + spelt _2F and _2B, under a picture's or a film's
// name.
rule gozi_path
{
    meta:
        family = "Gozi"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.isfb"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $path = /\/[A-Za-z0-9_\/]{30,400}\.(avi|gif|jpeg|bmp|crw|drr|bob|src|jlk|nsu|dot|pct|tap)\nHost: /
        $escaped = /_2[BF]/
    condition:
        #escaped >= 2 and @escaped[2] < 500 and $path and http and sent
}

// The leaked source's first request, before its values are put under a cipher.
rule gozi_plain
{
    meta:
        family = "Gozi"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.isfb"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $query = /soft=[0-9]&version=[0-9]{5,7}&user=[0-9a-f]{32}&server=[0-9]{1,4}&id=[0-9]{1,8}/
    condition:
        $query and http and sent
}

// The body is text under a key of three bytes, 0D 0A C8: a G and then hexadecimal digits, dashes
// and per cents. Each byte's upper half is told by that.
rule azorult_body
{
    meta:
        family = "AZORult"
        reference = "https://securelist.com/azorult-analysis-history/89922/"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $post = "POST /"
        $script = ".php\n"
        $body = { 0a 0a 4a (2? | 3? | 4?) (8? | e? | f?) (2? | 3? | 4?) (2? | 3? | 4?) (8? | e? | f?)
                  (2? | 3? | 4?) (2? | 3? | 4?) (8? | e? | f?) (2? | 3? | 4?) (2? | 3? | 4?)
                  (8? | e? | f?) (2? | 3? | 4?) (2? | 3? | 4?) (8? | e? | f?) }
    condition:
        $body and $post at 0 and $script and http and sent
}

// Stolen data's form: the data, the user, browser and system numbers.
rule formbook_form
{
    meta:
        family = "Formbook"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.formbook"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $form = /\n\ndat=[A-Za-z0-9+\/_~().-]{16,900}[^\n]{0,8}&un=[A-Za-z0-9+\/_=~().-]{2,80}&br=[0-9]{1,2}&os=/
    condition:
        $form and http and sent
}

// Two values in the query of a short folder, the first long and base64, no user agent, no referer:
// the calls to its many hosts, most of which are decoys. Trackers can look so.
rule formbook_call
{
    meta:
        family = "Formbook"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.formbook"
        date = "2026-11-26"
        confidence = "low"
    strings:
        $call = /^GET \/[a-z0-9]{2,5}\/\?[A-Za-z0-9_-]{2,12}=[A-Za-z0-9+\/]{50,140}={0,2}&[A-Za-z0-9_-]{2,12}=[A-Za-z0-9_+\/-]{4,24}\nHost: www\./
        $swapped = /^GET \/[a-z0-9]{2,5}\/\?[A-Za-z0-9_-]{2,12}=[A-Za-z0-9_-]{4,24}&[A-Za-z0-9_-]{2,12}=[A-Za-z0-9+\/]{50,140}={0,2}\nHost: www\./
        $agent = "\nUser-Agent: "
        $referer = "\nReferer: "
    condition:
        any of ($call, $swapped) and not $agent and not $referer and http and sent
}

// A browser of Windows 98 that posts to a script.
rule pony_agent
{
    meta:
        family = "Pony"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.pony"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $post = "POST /"
        $script = ".php"
        $agent = "\nUser-Agent: Mozilla/4.0 (compatible; MSIE 5.0; Windows 98)\n"
    condition:
        $agent and $post at 0 and $script and http and sent
}

// Registration: the machine's GUID, its user behind a bar, and the customer's key.
rule raccoon_register
{
    meta:
        family = "Raccoon"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.recordbreaker"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $form = /\n\nmachineId=[0-9a-f-]{36}\|[^&\n]{1,80}&configId=[0-9a-f]{32}/
        $first = /\n\nbot_id=[0-9A-Fa-f-]{36}_[^&\n]{1,80}&config_id=[0-9a-f]{40}&data=/
    condition:
        any of them and http and sent
}

// A form of the machine's id and counters of what was stolen.
rule vidar_form
{
    meta:
        family = "Vidar"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.vidar"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $hwid = "name=\"hwid\""
        $profile = "name=\"profile\""
        $cards = /name="c{1,2}count"/
    condition:
        all of them and http and sent
}

// A form of two fields, the disk's number in hexadecimal and the build's name, to a page of
// hexadecimal digits.
rule stealc_form
{
    meta:
        family = "Stealc"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.stealc"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $post = /^POST \/[0-9a-f]{16}\.php\n/
        $hwid = /name="hwid"\r\n\r\n[0-9A-F]{12,40}\r\n/
        $build = /name="build"\r\n\r\n/
    condition:
        $hwid and $build and ($post or @hwid < @build) and http and sent
}

// Its author's spelling of "receive", and the question whether the server lives.
rule lumma_form
{
    meta:
        family = "Lumma"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.lumma"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $receive = /\n\nact=rece?ive_message&(ver=[0-9.]{3}&)?lid=/
        $life = "\n\nact=life"
        $post = /^POST \/(api|c2sock)\n/
    condition:
        ($receive or ($post and $life at filesize - 10)) and http and sent
}

// Methods of "Entity" under the namespace of programs that name none; see redline_contract.
rule redline_soap
{
    meta:
        family = "RedLine"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.redline_stealer"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $connect = "<CheckConnect xmlns=\"http://tempuri.org/\""
        $settings = "<EnvironmentSettings xmlns=\"http://tempuri.org/\""
        $environment = "<SetEnvironment xmlns=\"http://tempuri.org/\""
        $entity = /tempuri\.org\/Entity\/Id[0-9]{1,2}/
    condition:
        any of them and http and sent
}

// Keylogger's form of the web panel: hardware number, computer, log, screen, camera.
rule agenttesla_form
{
    meta:
        family = "Agent Tesla"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.agent_tesla"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $form = /\n\ntype=[a-z]{2,14}&hwid=[^\n]{8,120}&time=[^\n]{4,60}&pcname=[^\n]{1,80}&logdata=/
    condition:
        $form and http and sent
}

// The three pages, the browser and the cookie that its listener has until somebody changes them.
rule empire_defaults
{
    meta:
        family = "Empire"
        reference = "https://attack.mitre.org/software/S0363/"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $get = "/admin/get.php\n"
        $news = "/news.php\n"
        $login = "/login/process.php\n"
        $agent = "\nUser-Agent: Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko\n"
        $cookie = /\nCookie: session=[A-Za-z0-9+\/]{26,28}={1,2}\n/
        $referer = "\nReferer: "
    condition:
        $agent and $cookie and not $referer and
        ($get in (4..5) or $news in (4..5) or $login in (4..5)) and http and sent
}

// The name of the form's first field is a digest that its default profile holds.
rule covenant_defaults
{
    meta:
        family = "Covenant"
        reference = "https://github.com/cobbr/Covenant/blob/master/Covenant/Data/Profiles/DefaultHttpProfile.yaml"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $form = "i=a19ea23062db990386a3a478cb89d52e&data="
        $cookie = "SESSIONID=1552332971750"
    condition:
        any of them and http and sent
}

// Behind the body's length stands the agent's magic number, DE AD BE EF.
rule havoc_demon
{
    meta:
        family = "Havoc"
        reference = "https://github.com/HavocFramework/Havoc/blob/main/payloads/Demon/include/common/Defines.h"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $magic = { 0a 0a 00 00 ?? ?? de ad be ef }
        $post = "POST "
    condition:
        $post at 0 and $magic and http and sent
}

// The user agent is a record of machine, user and system between odd marks.
rule houdini_agent
{
    meta:
        family = "Houdini"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.houdini"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $agent = "\nUser-Agent: "
        $bar = "<|>"
        $end = "\n\n"
        $wsh = "\nUser-Agent: WSHRAT|"
    condition:
        ($wsh or (#bar >= 3 and @bar[1] > @agent[1] and @bar[3] < @end[1])) and $agent and $end and
        http and sent
}

// A page "Vre", which is no word.
rule vjworm_page
{
    meta:
        family = "Vjw0rm"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/js.vjw0rm"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $page = "POST /Vre\n"
    condition:
        $page at 0 and http and sent
}

// User agents that their authors chose as a signature.
rule lemonduck_agent
{
    meta:
        family = "Lemon Duck"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/ps1.lemonduck"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $agent = /\nUser-Agent: Lemon-?Duck/
    condition:
        $agent and http and sent
}

// "KUKU" and a version of the virus.
rule sality_agent
{
    meta:
        family = "Sality"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.sality"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $agent = /\nUser-Agent: KUKU v[0-9]/
    condition:
        $agent and http and sent
}

// Browsers do not call themselves so; what does says of whom it comes.
rule latrodectus_agent
{
    meta:
        family = "Latrodectus"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.unidentified_111"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $agent = "\nUser-Agent: Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1; Tob 1.1)\n"
    condition:
        $agent and http and sent
}

// A boast of the kit it was made with.
rule isrstealer_agent
{
    meta:
        family = "ISR Stealer"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.isr_stealer"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $agent = "\nUser-Agent: HardCore Software For : Public\n"
        $query = /^GET \/[^\n]{0,100}\?action=add&username=[^\n]{0,100}&password=[^\n]{0,100}&app=[^\n]{0,60}&pcname=/
    condition:
        any of them and http and sent
}

// Counters of passwords, cookies and wallets as p1, p2, p3.
rule predator_gate
{
    meta:
        family = "Predator The Thief"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.predator"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $gate = /^POST \/[^\n]{0,60}api\/gate\.get\?p1=[0-9]+&p2=[0-9]+&p3=[0-9]+/
    condition:
        $gate and http and sent
}

// The panel's page and its word for a victim.
rule blacknet_page
{
    meta:
        family = "BlackNET"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.blacknet_rat"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $receive = "receive.php?command="
        $victim = "&vicID="
    condition:
        $receive and $victim and http and sent
}

// An id of 32, data and the number of an order.
rule darkgate_form
{
    meta:
        family = "DarkGate"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.darkgate"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $form = /\n\nid=[0-9A-Za-z]{32}&data=[^\n]{0,900}&act=1[0-9]{3}$/
    condition:
        $form and http and sent
}

// A remote-support product; many are controlled through it, and schools use it honestly.
rule netsupport_gateway
{
    meta:
        family = "NetSupport"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.netsupportmanager_rat"
        date = "2026-11-26"
        confidence = "low"
    strings:
        $agent = "\nUser-Agent: NetSupport Manager/"
        $page = "/fakeurl.htm\n"
    condition:
        all of them and http and sent
}

// A phone presents model, maker and Android's release in a socket's query.
rule ahmyth_hello
{
    meta:
        family = "AhMyth"
        reference = "https://github.com/AhMyth/AhMyth-Android-RAT"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $socket = "/socket.io/?"
        $model = "model="
        $maker = "&manf="
        $other = "?manf="
        $release = "release="
    condition:
        $socket and $model and ($maker or $other) and $release and http and sent
}
