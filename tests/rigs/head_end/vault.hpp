// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "hes-stub/ports/key_vault.hpp"
#include "hes-stub/ports/ports.hpp"

namespace hes_test {

// Changed keys, kept as long as the test lives.
class Vault final : public hes::KeyVault {
 public:
  std::vector<hes::ChangedKeys> load() override { return kept; }
  bool save(std::span<const hes::ChangedKeys> all) override {
    if (full) return false;
    kept.assign(all.begin(), all.end());
    ++saves;
    return true;
  }

  std::vector<hes::ChangedKeys> kept;
  int saves = 0;
  bool full = false;
};

class NotedLog final : public hes::LogPort {
 public:
  void line(hes::UtcNs, std::string_view said) override { text += std::string(said) + "\n"; }
  std::string text;
};

inline std::string hex(protocol::Bytes octets) {
  return fmt::format("{:02x}", fmt::join(octets, ""));
}
// As octets, or as digits of either case.
inline bool holds_key(const std::string& text, protocol::Bytes key) {
  const std::string upper = fmt::format("{:02X}", fmt::join(key, ""));
  for (const std::string& form : {std::string(key.begin(), key.end()), hex(key), upper}) {
    if (text.find(form) != std::string::npos) return true;
  }
  return false;
}

}  // namespace hes_test
