#!/usr/bin/env bash
# SPDX-FileCopyrightText: amitwin contributors
# SPDX-License-Identifier: Apache-2.0
#
# Installs what is missing on a Debian 12 machine. setup.sh run: to build and run; setup.sh test:
# also what only the tests need. Does nothing, and needs no root, when all is there.
set -euo pipefail

need_run=(
  g++ cmake ninja-build ccache pkg-config ca-certificates
  libsystemc-dev libboost-dev libboost-system-dev libeigen3-dev libhdf5-dev libbenchmark-dev
  libfftw3-dev
  libgtest-dev libgmock-dev libssl-dev libtomlplusplus-dev libcli11-dev libfmt-dev libsqlite3-dev
  nlohmann-json3-dev zlib1g-dev libxml2-dev libhowardhinnant-date-dev tzdata
)
need_test=(dpkg-dev file python3 python3-h5py libxml2-utils openssl binutils clang-format gcc-arm-none-eabi libnewlib-arm-none-eabi
           libstdc++-arm-none-eabi-newlib qemu-system-arm valgrind)

packages=("${need_run[@]}")
[ "${1:-run}" = test ] && packages+=("${need_test[@]}")

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "setting up: ${missing[*]}" >&2
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "setup: these Debian packages are missing and neither root nor sudo is at hand:" >&2
    echo "  apt-get install ${missing[*]}" >&2
    exit 2
  }
  as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update &&
       "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1
then
  tail -n 20 "$log" >&2
  exit 2
fi
