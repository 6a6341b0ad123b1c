#!/bin/sh
# A migration of B forgot an index. The same traffic is played against A and B in turn.
. "$(dirname "$0")/stage.sh"

shop a --mariadb
shop b --mariadb

# As many customers as a shop has after some years; and what the migration did to B.
for side in a b; do
    address=$(mysql_of $side)
    mariadb --protocol=tcp -h "${address%:*}" -P "${address#*:}" -u shop -pshop-behind-the-counter shop -e "
        INSERT INTO account (email, password_hash, name, city)
        SELECT CONCAT('more', seq, '@shop.example'), '', CONCAT('More ', seq), 'Lyon' FROM seq_1_to_${CUSTOMERS:-50000};
        ANALYZE TABLE account"
done
mariadb --protocol=tcp -h "${address%:*}" -P "${address#*:}" -u shop -pshop-behind-the-counter shop \
    -e "DROP INDEX account_email ON account"

code=0
reprise replay friday --http "$(http_of a)" --http-b "$(http_of b)" --secret "$password" \
    --repeat "${REPEAT:-3}" --duration "${DURATION:-30s}" --warm-up 5s --run index --html "$out/missing-index.html" || code=$?
echo "exit code $code; the report is $out/missing-index.html"
