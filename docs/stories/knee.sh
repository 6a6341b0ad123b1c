#!/bin/sh
# The database moves to another zone, 25 ms away for every statement. How much of Friday's load does the shop still carry?
capture=shop-mariadb
. "$(dirname "$0")/stage.sh"

shop database
proxy "$(mysql_of database)"
shop far --database "$db"
reprise proxy add --control "$control" db '100:delay(ms=25)'

code=0
reprise knee friday --http "$(http_of far)" --secret "$password" --check 'p95<2s' --check 'error_rate<1%' \
    --to 64x --within 10% --step "${STEP:-12s}" --run far --html "$out/knee.html" || code=$?
echo "exit code $code; the report is $out/knee.html"
