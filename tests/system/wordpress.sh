#!/bin/bash
# A real WordPress on loopback (Debian's, with nginx, php-fpm and MariaDB), in a network namespace of
# its own: what its users, editors and machines do is no backdoor; beside it scripts that talk as
# webshells' tools do, and do nothing, are named, each with its tool. Skipped without the packages.
set -euo pipefail
cd "$(dirname "$0")/../.."
muster=$PWD/muster
php=$(command -v php-fpm8.2 php-fpm || true)
for need in nginx mariadbd mariadb-install-db dumpcap curl unshare php; do
    PATH=$PATH:/usr/sbin command -v "$need" >/dev/null || { echo "skipped: no $need"; exit 77; }
done
[[ -n $php && -d /usr/share/wordpress && $(id -u) == 0 ]] || { echo "skipped: no WordPress"; exit 77; }
export PATH=$PATH:/usr/sbin
if [[ ${1:-} != inside ]]; then
    exec unshare -n -m -p -f --kill-child --mount-proc bash "$PWD/tests/system/wordpress.sh" inside
fi
ip link set lo up
ip address add 192.0.2.80/32 dev lo
ip address add 198.51.100.7/32 dev lo
ip address add 198.51.100.66/32 dev lo
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir "$work"/{db,run,log,tmp,www}
chmod 1777 "$work"/{run,log,tmp}
chown mysql "$work/db"

mariadb-install-db --no-defaults --user=mysql --datadir="$work/db" --auth-root-authentication-method=normal \
    --skip-test-db >"$work/log/db" 2>&1
mariadbd --no-defaults --user=mysql --datadir="$work/db" --socket="$work/run/db" --skip-networking \
    --pid-file="$work/run/db.pid" --innodb-flush-log-at-trx-commit=0 >>"$work/log/db" 2>&1 &
cp -rL /usr/share/wordpress/. "$work/www/" 2>/dev/null || true
cp /usr/share/wordpress/wp-config-sample.php "$work/www/wp-config.php" 2>/dev/null || true
cat >"$work/www/wp-config.php" <<EOF
<?php
define('DB_NAME', 'wp'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:$work/run/db'); define('DB_CHARSET', 'utf8mb4');
define('AUTH_KEY', 'a'); define('SECURE_AUTH_KEY', 'b'); define('LOGGED_IN_KEY', 'c'); define('NONCE_KEY', 'd');
define('WP_HTTP_BLOCK_EXTERNAL', true);
\$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
EOF
mkdir -p "$work/www/wp-content/uploads"
# Scripts that answer as shells do. They run nothing of what they are sent.
cat >"$work/www/wp-content/uploads/a.php" <<'EOF'
<?php $sent = $_POST['a'] ?? '';
if (preg_match('/echo \("(->\|)"\)/', base64_decode($_POST['z'] ?? ''), $m)) echo $m[1], "/var/www\t/\tLinux", '|<-';
EOF
cat >"$work/www/wp-content/uploads/g.php" <<'EOF'
<?php $key = '0a1b2c3d4e5f6071'; $gz = gzencode(str_repeat('ok ', random_int(1, 9)));
$gz = substr_replace($gz, "\0\3", 8, 2);
for ($i = 0; $i < strlen($gz); $i++) $gz[$i] = $gz[$i] ^ $key[($i + 1) & 15];
echo '89abcdef01234567', base64_encode($gz), '76543210fedcba98';
EOF
cat >"$work/www/wp-content/themes/b.php" <<'EOF'
<?php $key = '5f0e1d2c3b4a5968';
echo base64_encode(openssl_encrypt('{"status":"c3VjY2Vzcw==","msg":"' . base64_encode(random_bytes(30)) . '"}', 'AES-128-CBC', $key, OPENSSL_RAW_DATA, str_repeat("\0", 16)));
EOF
chown -R www-data "$work/www"
cat >"$work/fpm.conf" <<EOF
[global]
error_log = $work/log/fpm
[www]
user = www-data
listen = $work/run/fpm
listen.mode = 0666
pm = static
pm.max_children = 4
EOF
"$php" -n -d extension=mysqlnd -d extension=mysqli -d extension=xml -d extension=dom -d upload_tmp_dir="$work/tmp" \
    --nodaemonize -y "$work/fpm.conf" >"$work/log/php" 2>&1 &
cat >"$work/nginx.conf" <<EOF
daemon off; pid $work/run/nginx; error_log $work/log/nginx; user www-data;
events {}
http {
  include /etc/nginx/mime.types; access_log $work/log/access; client_body_temp_path $work/tmp/b; fastcgi_temp_path $work/tmp/f;
  proxy_temp_path $work/tmp/p; uwsgi_temp_path $work/tmp/u; scgi_temp_path $work/tmp/s; client_max_body_size 8m;
  server {
    listen 192.0.2.80:80; root $work/www; index index.php;
    location / { try_files \$uri \$uri/ /index.php?\$args; }
    location ~ \.php\$ { include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name; fastcgi_pass unix:$work/run/fpm; }
  }
}
EOF
nginx -c "$work/nginx.conf" 2>"$work/log/nginx.err" &
for _ in $(seq 100); do
    [[ -S $work/run/db && -S $work/run/fpm ]] && mariadb --no-defaults -S "$work/run/db" -u root -e 'CREATE DATABASE IF NOT EXISTS wp' 2>/dev/null && break
    sleep 0.1
done
dumpcap -q -B 256 -i lo -w "$work/all.pcap" -s 66000 2>/dev/null &
dumpcap=$!
sleep 1
site=http://192.0.2.80
user=(curl -s --interface 198.51.100.7 -A 'Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0' -b "$work/jar" -c "$work/jar")
said() { "${user[@]}" -o "$work/page" "$@"; }
echo '-- installation, log-in, pages'
said -e $site/wp-admin/install.php -d 'weblog_title=A+site&user_name=editor&admin_password=longword1&admin_password2=longword1&pw_weak=1&admin_email=e%40site.example&blog_public=0&Submit=x' "$site/wp-admin/install.php?step=2"
said -e $site/ -d 'log=editor&pwd=longword1&wp-submit=Log+In&testcookie=1' -b wordpress_test_cookie=WP+Cookie+check $site/wp-login.php
for page in '' '?p=1' wp-admin/ wp-admin/post-new.php wp-admin/edit.php wp-includes/css/buttons.css wp-json/ wp-json/wp/v2/posts; do
    said -e $site/ "$site/$page"
done
said $site/wp-admin/post-new.php
nonce=$(grep -o 'createNonceMiddleware( "[0-9a-f]*"' "$work/page" | grep -o '[0-9a-f]\{10\}' | head -1 || true)
said $site/wp-admin/media-new.php
media=$(grep -o 'name="_wpnonce" value="[0-9a-f]*"' "$work/page" | grep -o '[0-9a-f]\{10\}' | head -1 || true)
# one pixel
base64 -d >"$work/picture.png" <<<'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
echo '-- posts with program text, uploads, comments, admin-ajax, REST, XML-RPC, cron'
for i in 1 2 3 4 5; do
    said -e $site/wp-admin/post-new.php -H "X-WP-Nonce: $nonce" -H 'Content-Type: application/json' -d "{\"title\":\"How eval works $i\",\"content\":\"<pre>&lt;?php eval(base64_decode(\$_POST['x'])); system('id');</pre>\",\"status\":\"publish\"}" "$site/index.php?rest_route=/wp/v2/posts"
    said -e $site/wp-admin/ -d "action=heartbeat&_nonce=$nonce&interval=60" $site/wp-admin/admin-ajax.php
    said -e "$site/?p=1" -d "comment=echo+%22hello%22;+eval(1)&author=a&email=a%40b.example&comment_post_ID=1" $site/wp-comments-post.php
    said -e $site/wp-admin/upload.php -F "async-upload=@$work/picture.png;type=image/png" -F "name=picture$i.png" -F action=upload-attachment -F "_wpnonce=$media" $site/wp-admin/async-upload.php
    grep -q '"success":true' "$work/page" || { echo "FAILED: the upload was not taken"; head -c 300 "$work/page"; exit 1; }
    curl -s -o /dev/null --interface 198.51.100.7 -A 'Windows Live Writer' -H 'Content-Type: text/xml' -d "<?xml version=\"1.0\"?><methodCall><methodName>wp.getPosts</methodName><params><param><value>1</value></param><param><value>editor</value></param><param><value>longword1</value></param></params></methodCall>" $site/xmlrpc.php
    curl -s -o /dev/null --interface 198.51.100.7 -A 'WordPress/6.1; http://192.0.2.80' -d "doing_wp_cron=$i" "$site/wp-cron.php?doing_wp_cron=$i"
done
posts=$(mariadb --no-defaults -S "$work/run/db" -u root -N -e "SELECT count(*) FROM wp.wp_posts" || echo 0)
((posts >= 7)) || { echo "FAILED: WordPress did not install, or took no posts: $posts"; cat "$work/log/php" "$work/log/fpm" | tail; exit 1; }
sleep 1
kill $dumpcap; wait $dumpcap || true
mv "$work/all.pcap" "$work/clean.pcap"
got=$("$muster" read --store none --home 192.0.2.80/32 --json -q "$work/clean.pcap")
requests=$(wc -l <"$work/log/access")
[[ -z $got ]] || { echo "FAILED: an honest site was named: $got"; exit 1; }
log=$("$muster" read --store none --home 192.0.2.80/32 --server 192.0.2.80 --json -q "$work/log/access")
[[ -z $log ]] || { echo "FAILED: an honest site was named in its access log: $log"; exit 1; }
echo "-- $requests requests, $posts rows of posts: nobody named"

dumpcap -q -B 256 -i lo -w "$work/all.pcap" -s 66000 2>/dev/null &
dumpcap=$!
sleep 1
away=(curl -s -o /dev/null --interface 198.51.100.66)
for i in 1 2 3 4; do
    code=$(printf '@ini_set("display_errors","0");echo ("->|");$n=%d;echo ("|<-");' $i | base64 -w0)
    "${away[@]}" --data-urlencode 'a=@eval(base64_decode($_POST[z]));' --data-urlencode "z=$code" $site/wp-content/uploads/a.php
    "${away[@]}" --data-urlencode "pass=$(head -c $((20 + i * 9)) /dev/urandom | base64 -w0)" $site/wp-content/uploads/g.php
    body=$(printf 'assert|eval(base64_decode(%s))' "$(head -c 60 /dev/urandom | base64 -w0)" | openssl enc -aes-128-cbc -K 35663065316432633362346135393638 -iv 00000000000000000000000000000000 | base64 -w0)
    "${away[@]}" -d "$body" $site/wp-content/themes/b.php
    "${away[@]}" -d 'a=@eval(1);' "$site/wp-content/uploads/none$i.php" # a scanner's guesses
done
sleep 1
kill $dumpcap; wait $dumpcap || true
"$muster" read --store none --home 192.0.2.80/32 --json -q "$work/all.pcap" >"$work/found"
for want in 'uploads/a.php confirmed china' 'uploads/g.php confirmed godzilla' 'themes/b.php probable null'; do
    read -r site_path grade tool <<<"$want"
    line=$(grep -F "\"site\":\"192.0.2.80/wp-content/$site_path\"" "$work/found" || true)
    [[ $line == *'"kind":"implant"'*'"controller":"198.51.100.66"'*"\"grade\":\"$grade\""* ]] ||
        { echo "FAILED: $site_path: ${line:-not found}"; exit 1; }
    [[ $tool == null || $line == *"\"family\":\"$tool"* ]] || { echo "FAILED: $site_path: $line"; exit 1; }
done
[[ $(wc -l <"$work/found") == 3 ]] || { echo "FAILED: more was found"; cat "$work/found"; exit 1; }
echo '-- three imitations found, each with its tool and client; guesses at scripts that are not there are none'
