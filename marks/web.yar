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
        $agent = /\nUser-Agent: [^\n]{0,40}\(Charon; Inferno\)/
    condition:
        http and sent and $agent
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
        http and sent and $ckav
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
        http and sent and $cookie
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
        $path = /^(GET|POST) \/[a-z]{2,5}[0-9]{1,5}\/[^\/\n ]{1,64}_W[0-9]{6,8}\.[0-9A-F]{32}\/[0-9]{1,3}\//
    condition:
        http and sent and $path
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
        http and sent and $form
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
        http and sent and all of them
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
        http and sent and $post and $start at filesize - 6
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
        $path = /^(GET|POST) \/[a-z0-9_\/]{0,24}\/[A-Za-z0-9_\/]{30,400}\.(avi|gif|jpeg|bmp|crw|drr|bob|src|jlk|nsu|dot|pct|tap)\n/
        $escaped = /_2[BF][A-Za-z0-9_\/]{1,300}_2[BF]/
    condition:
        http and sent and $path and $escaped in (4..500)
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
        http and sent and $query
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
        $post = /^POST \/[^\n]{0,200}\.php\n/
        $body = { 0a 0a 4a (2? | 3? | 4?) (8? | e? | f?) (2? | 3? | 4?) (2? | 3? | 4?) (8? | e? | f?)
                  (2? | 3? | 4?) (2? | 3? | 4?) (8? | e? | f?) (2? | 3? | 4?) (2? | 3? | 4?)
                  (8? | e? | f?) (2? | 3? | 4?) (2? | 3? | 4?) (8? | e? | f?) }
    condition:
        http and sent and $post and $body
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
        http and sent and $form
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
        http and sent and any of ($call, $swapped) and not $agent and not $referer
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
        $post = /^POST \/[^\n]{0,200}\.php/
        $agent = "\nUser-Agent: Mozilla/4.0 (compatible; MSIE 5.0; Windows 98)\n"
    condition:
        http and sent and $post and $agent
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
        http and sent and any of them
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
        http and sent and all of them
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
        http and sent and $hwid and $build and ($post or @hwid < @build)
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
        http and sent and ($receive or ($post and $life at filesize - 10))
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
        $method = /tempuri\.org\/"><\/?(CheckConnect|EnvironmentSettings|SetEnvironment)|<(CheckConnect|EnvironmentSettings|SetEnvironment) xmlns="http:\/\/tempuri\.org\/"/
        $entity = /tempuri\.org\/Entity\/Id[0-9]{1,2}/
    condition:
        http and sent and any of them
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
        http and sent and $form
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
        $page = /^(GET|POST) \/(admin\/get|news|login\/process)\.php\n/
        $agent = "\nUser-Agent: Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko\n"
        $cookie = /\nCookie: session=[A-Za-z0-9+\/]{26,28}={1,2}\n/
        $referer = "\nReferer: "
    condition:
        http and sent and $page and $agent and $cookie and not $referer
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
        http and sent and any of them
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
        http and sent and $post at 0 and $magic
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
        $agent = /\nUser-Agent: [^\n<|]{0,60}<\|>[^\n]{1,160}<\|>/
        $wsh = /\nUser-Agent: WSHRAT\|/
    condition:
        http and sent and any of them
}

// The same with backslashes, to a page "Vre".
rule vjworm_page
{
    meta:
        family = "Vjw0rm"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/js.vjw0rm"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $page = /^POST \/Vre\n/
        $agent = /\nUser-Agent: [^\n\\]{1,60}\\[^\n\\]{1,40}\\[^\n\\]{1,40}\\[^\n]{2,100}\\/
    condition:
        http and sent and all of them
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
        http and sent and $agent
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
        http and sent and $agent
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
        http and sent and $agent
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
        http and sent and any of them
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
        http and sent and $gate
}

// The panel's pages and its words for a victim.
rule blacknet_page
{
    meta:
        family = "BlackNET"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.blacknet_rat"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $receive = /^(GET|POST) \/[^\n]{0,60}receive\.php\?command=[^\n]{1,200}&vicID=/
        $order = /^GET \/[^\n]{0,60}getCommand\.php\?id=[A-Za-z0-9+\/=%]{8,80}\n/
    condition:
        http and sent and any of them
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
        http and sent and $form
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
        http and sent and all of them
}

// A phone presents model, maker and Android's release in a socket's query.
rule ahmyth_hello
{
    meta:
        family = "AhMyth"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/apk.ahmyth"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $hello = /^GET \/socket\.io\/\?[^\n]{0,40}model=[^\n&]{1,60}&[^\n]{0,80}manf=[^\n&]{1,60}&[^\n]{0,80}release=/
        $other = /^GET \/socket\.io\/\?[^\n]{0,40}manf=[^\n&]{1,60}&[^\n]{0,80}model=/
    condition:
        http and sent and any of them
}
