// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a broken invariant does on a host: say where, then stop. Firmware on silicon brings its own.
#include <cstdio>
#include <cstdlib>

#include "protocol/assert.hpp"

namespace protocol {

void assert_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: invariant broken: %s\n", file, line, condition);
  std::abort();
}

}  // namespace protocol
