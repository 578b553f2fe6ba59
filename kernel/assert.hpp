// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace kernel {

// Prints the broken invariant with its values and aborts. Active in release builds.
[[noreturn]] void invariant_broken(const char* condition, const char* file, int line,
                                   const std::string& values);

template <typename... Values>
std::string join_values(const Values&... values) {
  std::string text;
  ((text += ' ', text += std::to_string(values)), ...);
  return text;
}

}  // namespace kernel

// TWIN_ASSERT(condition, numbers worth seeing...)
#define TWIN_ASSERT(condition, ...)                                         \
  ((condition) ? static_cast<void>(0)                                       \
               : ::kernel::invariant_broken(#condition, __FILE__, __LINE__, \
                                            ::kernel::join_values(__VA_ARGS__)))
