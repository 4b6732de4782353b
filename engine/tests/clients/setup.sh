#!/usr/bin/env bash
# Installs what the Python and Node clients and the browser tests need, once, under a cache folder.
#
#   setup.sh DIR     then: DIR/python/bin/python …, node with NODE_PATH=DIR/node/node_modules, and for
#                    the browser with NODE_PATH=DIR/browser/node_modules
#
# Quiet when everything is in place. A change of the pinned versions installs anew.
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: setup.sh DIR" >&2
    exit 64
fi
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
browser="$here/../../../gens-plugin/tests/browser"
mkdir -p "$1"
cache="$(cd "$1" && pwd)"

# Two test runs on one machine share the cache: the second one waits.
if command -v flock >/dev/null; then
    exec 9>"$cache/lock"
    flock 9
fi

digest() {
    cat "$@" | { sha256sum 2>/dev/null || shasum -a 256; } | cut -d' ' -f1
}

# install NAME STAMP COMMAND…: runs the command unless the stamp says that it ran for these versions.
install() {
    local name="$1" stamp="$2" file="$cache/$1.stamp" log="$cache/$1.log"
    shift 2
    if [ -f "$file" ] && [ "$(cat "$file")" = "$stamp" ]; then
        return
    fi
    rm -rf "$file" "${cache:?}/$name"
    if ! "$@" >"$log" 2>&1; then
        echo "setup.sh: installing the $name client failed; see $log" >&2
        tail -n 5 "$log" >&2
        exit 1
    fi
    echo "$stamp" >"$file"
}

install_python() {
    python3 -m venv "$cache/python"
    "$cache/python/bin/python" -m pip install --quiet --disable-pip-version-check \
        --requirement "$here/python/requirements.txt"
}

# install_node FROM NAME: the packages that the folder FROM asks for.
install_node() {
    mkdir -p "$cache/$2"
    cp "$1/package.json" "$1/package-lock.json" "$1/.npmrc" "$cache/$2/"
    (cd "$cache/$2" && npm ci --no-audit --no-fund --ignore-scripts)
}

install python "$(python3 --version) $(digest "$here/python/requirements.txt")" install_python
for folder in "$here/node" "$browser"; do
    install "$(basename "$folder")" \
        "$(node --version) $(digest "$folder/package.json" "$folder/package-lock.json")" \
        install_node "$folder" "$(basename "$folder")"
done
