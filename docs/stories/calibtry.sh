#!/bin/sh
# How often a comparison is right on this machine: PAIRS pairs of 30 s of the sample shop with itself, on MariaDB, restored
# before every run; then SLOWED pairs against a shop whose search takes 20 % longer.
open_s=7200
capture=shop-mariadb
. "$(dirname "$0")/stage.sh"

shop sound --mariadb
shop slower --database "$(mysql_of sound)" --slower search=20

address=$(mysql_of sound)
host=${address%:*} port=${address#*:}
dump=$out/shop.sql
mariadb-dump --protocol=tcp -h "$host" -P "$port" -u shop -pshop-behind-the-counter shop >"$dump"
restore="mariadb --protocol=tcp -h $host -P $port -u shop -pshop-behind-the-counter shop <$dump"

calibrate=$bin/examples/calibrate
if [ -z "${BIN:-}" ]; then cargo build --quiet --release -p reprise-measure --example calibrate; fi
pairs() {
    times=$1 b=$2
    shift 2
    "$calibrate" live "$times" "$@" "$bin/reprise" replay friday --http "$(http_of sound)" --http-b "$(http_of "$b")" \
        --repeat 3 --seed '{}' --rate "${RATE:-5x}" --warm-up 3s --secret "$password" --before "$restore" --json \
        --run "$b" --duration "$duration"
}
duration=33s
duration=33s
pairs "${SLOWED:-5}" slower --slowed 'GET /search' | tee "$out/slower.md"
