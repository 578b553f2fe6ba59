// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace kernel {

void invariant_broken(const char* condition, const char* file, int line,
                      const std::string& values) {
  std::fprintf(stderr, "%s:%d: broken invariant: %s%s%s\n", file, line, condition,
               values.empty() ? "" : " with", values.c_str());
  std::fflush(stderr);
  std::abort();
}

}  // namespace kernel
