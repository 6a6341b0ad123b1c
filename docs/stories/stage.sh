# What the stories share: the command and the sample shop built (or those in the folder $BIN), a folder of its own, and an end that
# stops what was started.
# Sourced, not run.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
bin=${BIN:-}
if [ -z "$bin" ]; then
    cargo build --quiet --release -p reprise
    cargo build --quiet --release -p reprise-fixtures --example shop
    bin=${CARGO_TARGET_DIR:-target}/release
fi
story=$(basename "$0" .sh)
out=$root/stories-out/$story
rm -rf "$out"
mkdir -p "$out"
REPRISE_FILE=$out/$story.reprise
export REPRISE_FILE
started=

ends() {
    for process in $started; do kill "$process" 2>/dev/null || true; done
    wait
}
trap ends EXIT

reprise() { "$bin/reprise" "$@"; }

# shop NAME [FLAGS]: opens a shop that closes with this script, and waits until it says where it listens.
shop() {
    name=$1
    shift
    mkfifo "$out/$name.open"
    "$bin/examples/shop" "$@" <"$out/$name.open" >"$out/$name.log" 2>&1 &
    # the shop stops when its standard input is closed
    sleep "${open_s:-600}" >"$out/$name.open" &
    started="$started $!"
    for _ in $(seq 300); do
        grep -q '^mysql ' "$out/$name.log" && return
        sleep 0.2
    done
    cat "$out/$name.log" >&2
    exit 1
}

# Where a shop's web pages and its database are.
http_of() { sed -n 's/^http *\(http:[^ ]*\)\/$/\1/p' "$out/$1.log"; }
mysql_of() { sed -n 's/^mysql *\([^ ]*\) .*/\1/p' "$out/$1.log"; }

# proxy TO [FLAGS]: a proxy called db before a database, controlled at $control and listening at $db.
proxy() {
    to=$1
    shift
    printf "control = '127.0.0.1:0'\n[[proxy]]\nname = 'db'\nlisten = '0'\nto = 'mysql://%s'\nseed = 5\n" "$to" >"$out/proxies.toml"
    "$bin/reprise" proxy --config "$out/proxies.toml" --for 20m "$@" >"$out/proxy.log" 2>&1 &
    started="$started $!"
    for _ in $(seq 100); do
        grep -q 'control at' "$out/proxy.log" && break
        sleep 0.1
    done
    db=$(sed -n 's/^reprise: db listens on \([^ ]*\).*/\1/p' "$out/proxy.log")
    control=$(sed -n 's/^reprise: control at \(.*\)\/api\/proxies$/\1/p' "$out/proxy.log")
}

password='login.password=correct horse battery staple'
reprise import "fixtures/captures/${capture:-shop}.pcap.gz" --name friday 2>/dev/null
