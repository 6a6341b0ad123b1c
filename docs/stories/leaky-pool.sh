#!/bin/sh
# A shop whose connection pool loses a connection with every deadlock: a replay through a proxy that makes a few of them.
. "$(dirname "$0")/stage.sh"

shop database --mariadb
proxy "$(mysql_of database)"
shop leaky --database "$db" --leaky

code=0
reprise replay friday --http "$(http_of leaky)" --secret "$password" --duration 60s --timeout 2s --seed 11 \
    --with-proxy "$control" --fault '5:error(code=1213)@15s..25s via db for mysql SELECT' \
    --check 'recovers within 15s' --run leaky --html "$out/leaky-pool.html" || code=$?
echo "exit code $code; the report is $out/leaky-pool.html"
