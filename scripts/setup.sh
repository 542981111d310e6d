#!/usr/bin/env bash
# Installs what kobel needs: `scripts/setup.sh build` for building and the demo, `scripts/setup.sh test` for the tests too.
# This is the only list of packages. Returns at once where all are installed.
set -euo pipefail
cd "$(dirname "$0")/.."

BUILD_PACKAGES=(
    gcc libc6-dev cmake ninja-build pkg-config
    libmicrohttpd-dev libjansson-dev libsqlite3-dev libcurl4-openssl-dev libssl-dev libsystemd-dev
    libpcre2-dev libarchive-dev libseccomp-dev librdkafka-dev
    bubblewrap util-linux procps openjdk-17-jdk-headless maven
    python3 python3-pip python3-venv
)
TEST_PACKAGES=(
    libcriterion-dev clang-14 clang-tidy-14 clang-format-14 libclang-rt-14-dev cppcheck pmccabe codespell
)

venv=${XDG_CACHE_HOME:-$HOME/.cache}/kobel/venv

install_packages() {
    local missing=()
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    echo "installing Debian packages: ${missing[*]}"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "Debian packages are missing: run this as root, or install sudo" >&2; exit 1; }
        as_root=(sudo)
    fi
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Installs the packages of a requirements file into kobel's virtual environment, where a copy of the file marks it as installed.
install_python() {
    local wanted=$1 mark
    mark=$venv/$(basename "$wanted").installed
    cmp -s "$wanted" "$mark" && return
    echo "installing Python packages of $wanted"
    [ -x "$venv/bin/python" ] || /usr/bin/python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
    cp "$wanted" "$mark"
}

case ${1:-} in
build)
    install_packages "${BUILD_PACKAGES[@]}"
    install_python scripts/requirements-demo.txt
    ;;
test)
    # A Node that is not from a Debian package is used as it is.
    command -v node >/dev/null && command -v npm >/dev/null || TEST_PACKAGES+=(nodejs npm)
    install_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
    install_python scripts/requirements-demo.txt
    install_python scripts/requirements-test.txt
    ;;
*)
    echo "usage: scripts/setup.sh build|test" >&2
    exit 2
    ;;
esac
