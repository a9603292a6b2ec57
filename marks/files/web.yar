// Programs on web servers that take orders: what the tools' own source cannot do without. Looked at by
// `muster scan`, in programs only (by ending or content), beside the look at structure. Written for this
// project from public accounts of each tool; no rule of others is in it.

// The key that the tool gives out when nobody chooses another, and what it is for.
rule behinder_server
{
    meta:
        family = "Behinder"
        reference = "https://github.com/rebeyond/Behinder"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $key = "e45e329feb5d925b"
        $aes = /openssl_decrypt|aes-?128|"aes"|rijndaelmanaged/ nocase
        $session = /\$_session|session\.(put|set)|session\.add|session\[/ nocase
    condition:
        all of them
}

rule behinder_loader
{
    meta:
        family = "Behinder"
        reference = "https://github.com/rebeyond/Behinder"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $class = /class\s+\w{1,12}\s+extends\s+ClassLoader/
        $cipher = /Cipher\.getInstance\(\s*"AES/
        $body = /request\.getReader\(\)\.readLine\(\)/
        $equals = /newInstance\(\)\s*\.\s*equals\(\s*pageContext/
    condition:
        $equals or ($class and $cipher and $body)
}

rule behinder_assembly
{
    meta:
        family = "Behinder"
        reference = "https://github.com/rebeyond/Behinder"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $load = /Assembly\.Load\([^;]{1,300}CreateInstance\("U"\)/ nocase
        $rijndael = "RijndaelManaged" nocase
    condition:
        all of them
}

rule godzilla_server
{
    meta:
        family = "Godzilla"
        reference = "https://github.com/BeichenDream/Godzilla"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $encode = /function encode\(\$D,\s*\$K\)/
        $payload = /\$payloadName\s*=|\$data\s*=\s*encode\(/
        $basics = "getBasicsInfo"
    condition:
        $encode and ($payload or $basics)
}

rule godzilla_class
{
    meta:
        family = "Godzilla"
        reference = "https://github.com/BeichenDream/Godzilla"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $loader = /class\s+X\s+extends\s+ClassLoader\s*\{\s*public\s+X\(ClassLoader\s+z\)/
        $key = /String\s+xc\s*=\s*"[0-9a-f]{16}"/
        $pass = /String\s+pass\s*=/
    condition:
        $loader or ($key and $pass)
}

rule godzilla_assembly
{
    meta:
        family = "Godzilla"
        reference = "https://github.com/BeichenDream/Godzilla"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $key = /string\s+key\s*=\s*"[0-9a-f]{16}"/
        $session = /Context\.Session\["payload"\]|Session\["payload"\]/
        $load = "Assembly\").GetMethod(\"Load"
        $load2 = "Assembly.Load" nocase
    condition:
        $key and $session and ($load or $load2)
}

rule weevely_agent
{
    meta:
        family = "Weevely"
        reference = "https://github.com/epinna/weevely3"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $keys = /\$kh?\s*=\s*"[0-9a-f]{4,12}"\s*;\s*\$k[hf]\s*=\s*"[0-9a-f]{12}"/
        $xor = /function\s+x\(\s*\$t\s*,\s*\$k\s*\)/
    condition:
        all of them
}

rule regeorg_tunnel
{
    meta:
        family = "reGeorg"
        reference = "https://github.com/sensepost/reGeorg"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $says = "Georg says, 'All seems fine'"
        $neo = "NeoGeorg says"
        $cmd = "X-CMD"
        $status = "X-STATUS"
        $target = /X-TARGET|X-PORT|X-ERROR/
    condition:
        $says or $neo or ($cmd and $status and $target)
}

rule tunna_tunnel
{
    meta:
        family = "Tunna"
        reference = "https://github.com/SECFORCE/Tunna"
        date = "2026-11-27"
        confidence = "medium"
    strings:
        $name = /\bTunna v?[0-9]/
        $args = /proxy&port|\?proxy/
        $file = /"file":|&file|file_get/
        $c = "SECFORCE"
    condition:
        $name and ($args or $file or $c)
}

rule wso_shell
{
    meta:
        family = "WSO"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $action = /actionFilesMan|wsoSecParam|wso_version|WSO_VERSION|wsoHeader|wsoEx\(/
        $files = "FilesMan"
    condition:
        $files and $action
}

rule wso_packed
{
    meta:
        family = "WSO"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $default = /\$default_action\s*=\s*["']FilesMan["']/
        $auth = /\$auth_pass\s*=\s*"[0-9a-f]{32}"/
        $color = /\$color\s*=\s*["']#[0-9a-f]{3,6}["']/
    condition:
        $default or ($auth and $color)
}

rule c99_shell
{
    meta:
        family = "C99"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $a = /c99sh(exit|_getupdate|_sources|_surl)|c99_(buff_prepare|sess_put|fsbuff)|c99ftpbrutecheck|\$c99sh/
    condition:
        $a
}

rule r57_shell
{
    meta:
        family = "r57"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $a = "r57shell" nocase
        $b = /ctshell|sf_scr|eval_txt|\$unix = 0|r57pws_dir|in\('text'|ws\(\d/
        $c = "RST/GHC" nocase
    condition:
        $c or ($a and $b)
}

rule b374k_shell
{
    meta:
        family = "b374k"
        reference = "https://github.com/b374k/b374k"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $name = "b374k" nocase
        $parts = /packer_|GLOBALS\['pass'\]|s_self|html_safe|b374k_config|get_server_info|\$s_name|fexec/
    condition:
        all of them
}

rule p0wny_shell
{
    meta:
        family = "p0wny"
        reference = "https://github.com/flozz/p0wny-shell"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $prompt = "p0wny@shell:"
        $feature = /featureShell|executeCommand|allFunctionExist/
    condition:
        all of them
}

rule alfa_shell
{
    meta:
        family = "Alfa"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $name = /alfa ?team shell|solevisible@gmail|alfacgiapi|__alfa_|alfa_data|AlfaTeam/ nocase
        $parts = /alfaex\(|alfa(header|footer|marksymlink|coldfusion|getwhois)|__ZW5jb2Rlcg|solevisible/ nocase
    condition:
        all of them
}

rule indoxploit_shell
{
    meta:
        family = "IndoXploit"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $name = "IndoXploit" nocase
        $parts = /massdeface|mass_deface|jumping|config_?grab|bypass_|auto_edit|adminer|krdp|cgi2|network&/ nocase
    condition:
        all of them
}

rule phpspy_shell
{
    meta:
        family = "PhpSpy"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $name = /phpspy/ nocase
        $parts = /4ngel|Security Angel|angel_|phpsp[iy]der|scookie\(|phpspypass/ nocase
    condition:
        all of them
}

rule aspxspy_shell
{
    meta:
        family = "ASPXSpy"
        reference = "https://attack.mitre.org/software/S0073/"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $name = /ASPX ?Spy/ nocase
        $parts = /Bin_(Button|Div|Form|Label)|IISSpy|rootkit\.net\.cn|Bin_H\d?/ nocase
    condition:
        all of them
}

rule jspspy_shell
{
    meta:
        family = "JspSpy"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $name = /JSPSpy|JSP ?Spy/ nocase
        $parts = /ninty|JspSpyPwd|DBConnInvoker|DownRemoteFile|VBackConn|ExplorerInvoker/ nocase
    condition:
        all of them
}

rule reverse_shell_php
{
    meta:
        family = "reverse shell"
        reference = "https://pentestmonkey.net/tools/web-shells/php-reverse-shell"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $shell = "uname -a; w; id; /bin/sh -i"
        $open = /fsockopen\(\s*\$ip/
        $proc = "proc_open"
    condition:
        $shell and ($open or $proc)
}

rule simple_backdoor
{
    meta:
        family = "simple backdoor"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $a = /Simple PHP backdoor by DK|simple-backdoor\.php\?cmd=|<\+\+ CmdAsp\.asp \+\+>|cmdjsp\.jsp|perlcmd\.cgi|awen asp\.net webshell|cfexec\.cfm/ nocase
    condition:
        $a
}

rule laudanum_shell
{
    meta:
        family = "Laudanum"
        reference = "https://sourceforge.net/projects/laudanum/"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $a = "laudanum.professionallyevil.com"
        $b = /Laudanum (Project|Tools|Executive)|laudanum@secureideas/ nocase
    condition:
        any of them
}

rule pas_shell
{
    meta:
        family = "P.A.S."
        reference = "https://www.cisa.gov/news-events/cybersecurity-advisories"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $name = /P\.A\.S\.\s*v?[\. ]?[0-9]/
        $base = /base'?\s*\.\s*\(\s*32\s*\*\s*2\s*\)/
        $cookie = /setcookie|_COOKIE/
    condition:
        ($base and $cookie) or ($name and $cookie)
}

rule mini_shells
{
    meta:
        family = "mini shell"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $a = /Gel4y Mini Shell|0byt3m1n1|IndoSec sHell|MARIJUANA|FoxWSO|\{Ninja-Shell\}|Mister Spy|Madstore|Sh3ll ?Bot|Tiny PHP Web ?shell|ANONYMOUSFOX|UnKnown - Simple Shell|Mini Shell By|Minishell By|AnonGhost|X-Sec Shell|LuI Shell|-=\[ ?SHELL/ nocase
        $b = /move_uploaded_file|file_put_contents|shell_exec|passthru|fwrite|system\s*\(/ nocase
    condition:
        all of them
}

rule sharpyshell
{
    meta:
        family = "SharPyShell"
        reference = "https://github.com/antonioCoco/SharPyShell"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $a = /SharPyShell/
        $b = /CompileAssemblyFromSource|Runtime_Code/
        $c = /sharpyshell|XorEnc|encodeAsUnicode|Run\(string code/ nocase
    condition:
        $b and ($a or #c > 1)
}

// A page that adds a filter, servlet or listener to the running server, and one that runs what it is sent.
rule memory_shell
{
    meta:
        family = "memory shell"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $context = /StandardContext|WebApplicationContext|ApplicationFilterChain/
        $adds = /addFilterMap|addFilterDef|createServlet|addServletMapping|registerMapping|addApplicationEventListener|addChild\(\s*\w*[wW]rapper/
        $runs = /getRuntime\(\)\.exec|ProcessBuilder|defineClass|ScriptEngine/
        $page = "<%"
    condition:
        all of them
}

rule antsword_encoder
{
    meta:
        family = "AntSword"
        reference = "https://github.com/AntSwordProject/antSword"
        date = "2026-11-27"
        confidence = "high"
    strings:
        $a = /antSword|ant_sword|AntSword/
        $b = /@ini_set\("display_errors",\s*"0"\)/
        $c = /asenc|asoutput\(/
    condition:
        ($b and $c) or ($a and $c)
}

// Programs that send mail in bulk for whoever finds them.
rule mailer_leaf
{
    meta:
        family = "Leaf mailer"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-27"
        confidence = "medium"
    strings:
        $a = /Leaf ?PHP ?Mailer|leafmailer|Alexus Mailer|Inbox Mass Mailer|Priv8 Mailer/ nocase
        $b = /mail\s*\(|PHPMailer|smtp/ nocase
    condition:
        all of them
}
