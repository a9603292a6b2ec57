// What stealers mail or put on FTP servers, in the commands' clear text. See README.

// Kind of booty, user and machine, and the moment: the name of every file or subject it sends.
rule agenttesla_ftp
{
    meta:
        family = "Agent Tesla"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.agent_tesla"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $file = /STOR [^\r\n]{0,80}(PW|SC|KL|CO|HD)_[^\r\n]{2,100}_20[0-9]{2}_[01][0-9]_[0-3][0-9]_[0-2][0-9]_[0-5][0-9]_[0-5][0-9]\.(html|txt|zip|jpeg|jpg)/
    condition:
        $file and talk and sent
}

// The same in a mail: the kind, the user, a slash and the machine.
rule agenttesla_mail
{
    meta:
        family = "Agent Tesla"
        reference = "https://attack.mitre.org/software/S0331/"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $subject = /Subject: (PW|SC|KL|CO|HD)_[^\r\n\/]{1,64}\/[^\r\n\/ ]{1,32}\r?\n/ nocase
    condition:
        $subject and talk and sent
}

// It signs what it sends.
rule snake_keylogger
{
    meta:
        family = "Snake Keylogger"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.404keylogger"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $subject = /Subject: [^\r\n]{0,120}(\| Snake\b|Snake Keylogger|VIP Recovery)/ nocase
        $file = /STOR [^\r\n]{1,100} - (Passwords|keystroke|Screenshot|Clipboard)[^\r\n]{0,12} ID - [^\r\n]{4,40}\.(txt|png|zip)/ nocase
    condition:
        any of them and talk and sent
}

// Keyloggers that are sold under their names, which stand in the subject.
rule keylogger_named
{
    meta:
        family = "HawkEye"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.hawkeye_keylogger"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $subject = /Subject: [^\r\n]{0,40}(HawkEye ?Keylogger|HawkEye ?Logger|Predator Pain v|iSpy Keylogger|Phoenix Keylogger|MassLogger \|)/ nocase
    condition:
        $subject and talk and sent
}

// A file of stolen passwords named after the machine, by a keylogger's builder.
rule hawkeye_ftp
{
    meta:
        family = "HawkEye"
        reference = "https://malpedia.caad.fkie.fraunhofer.de/details/win.hawkeye_keylogger"
        date = "2026-11-26"
        confidence = "high"
    strings:
        $file = /STOR [^\r\n]{0,60}HawkEye[^\r\n]{0,8}_[^\r\n]{0,80}\.txt/ nocase
    condition:
        $file and talk and sent
}
