#!/usr/bin/env bash
# Asks for the caller's profile with curl over HTTP/1.0, as Axis 1.4 would, over HTTP/1.1 in chunks
# with Expect: 100-continue, and over HTTP/2:   curl.sh ENDPOINT CA CERTIFICATE KEY
set -euo pipefail

if [ $# -ne 4 ]; then
    echo "usage: curl.sh ENDPOINT CA CERTIFICATE KEY" >&2
    exit 64
fi
body='<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
body+='<GetProfile xmlns="http://ephyto.ippc.int/"/></s:Body></s:Envelope>'

# ask NAME OPTIONS…
ask() {
    local name="$1" reply
    shift
    if ! reply="$(printf %s "$body" | curl --silent --show-error --fail-with-body --noproxy '*' \
        --max-time 30 --cacert "$2" --cert "$3" --key "$4" --header 'SOAPAction: ""' \
        --header 'Content-Type: text/xml; charset=utf-8' "${@:5}" "$1")"; then
        echo "FAILED  $name: $reply" >&2
        exit 1
    fi
    case "$reply" in
        *GetProfileResult*) echo "ok      $name" ;;
        *) echo "FAILED  $name: $reply" >&2 && exit 1 ;;
    esac
}

ask "HTTP/1.0" "$@" --http1.0 --data-binary @-
ask "HTTP/1.1 in chunks" "$@" --http1.1 --upload-file - --request POST \
    --header 'Transfer-Encoding: chunked' --header 'Expect: 100-continue'
ask "HTTP/2" "$@" --http2 --data-binary @-
ask "TLS 1.2" "$@" --tls-max 1.2 --data-binary @-
