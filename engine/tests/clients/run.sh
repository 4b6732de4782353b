#!/usr/bin/env bash
# Runs every client against one hub, by hand:
#
#   run.sh --hub target/debug/phytohub [--reference DIR] [--cache DIR] [--large-mib 20]
#
# Makes a hub in a temporary folder, serves it on a free loopback port, and ends it again. With a
# reference folder the clients also use the DeliveryService.wsdl in it. Exit code 1 when a client
# failed; its lines say where.
set -uo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
hub="" reference="" cache="${XDG_CACHE_HOME:-$HOME/.cache}/phytohub/clients" large=20
while [ $# -gt 1 ]; do
    case "$1" in
        --hub) hub="$2" ;;
        --reference) reference="$2" ;;
        --cache) cache="$2" ;;
        --large-mib) large="$2" ;;
        *) set -- ;;
    esac
    shift 2
done
if [ -z "$hub" ] || [ $# -ne 0 ]; then
    echo "usage: run.sh --hub PHYTOHUB [--reference DIR] [--cache DIR] [--large-mib N]" >&2
    exit 64
fi
"$here/setup.sh" "$cache" || exit 1

work="$(mktemp -d)"
server=""
finish() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null
        wait "$server" 2>/dev/null
    fi
    rm -rf "$work"
}
trap finish EXIT

"$hub" init "$work/hub" --connections NO,LK,AR >"$work/init.log" 2>&1 || {
    cat "$work/init.log" >&2
    exit 1
}
# The programs send the same document by several operations, and expect an envelope of each.
sed -i 's/^\[delivery\]$/&\nreplay_window_seconds = 0/' "$work/hub/hub.toml"
# The importing countries' answers go to NO; LK did not ask for any.
"$hub" connection set NO --responses yes --config "$work/hub/hub.toml" >"$work/responses.log" 2>&1 || {
    cat "$work/responses.log" >&2
    exit 1
}
"$hub" serve --config "$work/hub/hub.toml" --https 127.0.0.1:0 >"$work/out" 2>"$work/err" &
server=$!
for _ in $(seq 100); do
    grep -qs '^ready' "$work/out" && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
done
address="$(sed -n 's/^listening \(https:[^ ]*DeliveryService\).*/\1/p' "$work/out" | head -n 1)"
if [ -z "$address" ]; then
    echo "run.sh: the hub did not start" >&2
    cat "$work/err" >&2
    exit 1
fi
endpoint="${address/127.0.0.1/localhost}"
pki="$work/hub/pki"
sides=(--endpoint "$endpoint" --ca "$pki/ca.pem" --from NO --to LK)
pems=(--sender-cert "$pki/NO.pem" --sender-key "$pki/NO.key"
    --receiver-cert "$pki/LK.pem" --receiver-key "$pki/LK.key")
failed=0

# client TITLE COMMAND…
client() {
    echo "== $1"
    shift
    "$@" || failed=1
}

descriptions=("$here/../../../schemas/wsdl/DeliveryService.wsdl" "$endpoint?wsdl")
if [ -n "$reference" ]; then
    descriptions+=("$reference/DeliveryService.wsdl")
fi
for wsdl in "${descriptions[@]}"; do
    for lax in "" --lax; do
        client "zeep $lax ${wsdl##*/}" "$cache/python/bin/python" -B "$here/python/zeep_client.py" \
            --wsdl "$wsdl" "${sides[@]}" "${pems[@]}" --large-mib "$large" $lax \
            --outsider-cert "$pki/AR.pem" --outsider-key "$pki/AR.key"
    done
    mkdir -p "$work/replies"
    client "node-soap ${wsdl##*/}" env NODE_PATH="$cache/node/node_modules" \
        node "$here/node/client.js" --wsdl "$wsdl" "${sides[@]}" "${pems[@]}" \
        --large-mib "$large" --replies "$work/replies"
    client "replies to node-soap ${wsdl##*/}" "$cache/python/bin/python" -B \
        "$here/python/schema.py" --wsdl "$wsdl" --ca "$pki/ca.pem" "$work/replies"
    rm -r "$work/replies"
done
client "JDK" java "$here/java/DeliveryClient.java" "${sides[@]}" \
    --sender "$pki/NO.p12" --receiver "$pki/LK.p12"
client "curl over HTTP/1.0" "$here/curl.sh" "$endpoint" "$pki/ca.pem" "$pki/NO.pem" "$pki/NO.key"
exit $failed
