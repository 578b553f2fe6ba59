// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace os {

// What a process of its own may take.
struct Allowance {
  std::uint64_t cpu_s = 60;
  std::uint64_t memory_octets = std::uint64_t{4} << 30;  // address space; not under sanitizers
};

// Runs `work` in a process of its own, whose exit code it becomes; what it printed is there before
// this returns. For libraries that crash on, or never end with, a file that is damaged: a checksum
// would tell such a file only from those that we wrote ourselves, and looking at parts first means
// to read it first. When the process dies of its own doing, or takes more than it may, that is said
// with `name` in front, and kBadInput is the code; when somebody else kills it, kEnvironment. An
// interrupt ends both.
int apart(const std::string& name, const Allowance& allowance, const std::function<int()>& work);

}  // namespace os
