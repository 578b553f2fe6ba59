// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protocol/dlms/types.hpp"

namespace hes {

// What became of the keys of a meter since the inventory was written.
struct ChangedKeys {
  std::string serial;
  bool of_concentrator = false;              // the set of client 3, else that of client 1
  std::optional<protocol::dlms::Keys> keys;  // in force; none: still those of the inventory
  std::optional<protocol::dlms::Keys> next;  // the meter may have them
  std::uint32_t changes = 0;                 // that were settled
  // Our invocation counter may be used up to here under the newest keys, if no store knows more.
  std::uint32_t reserved = 0;
};

// Where changed keys outlive the head-end: whoever loses them has lost the meter.
class KeyVault {
 public:
  virtual std::vector<ChangedKeys> load() = 0;
  // All that there are, instead of those before. True: nothing that happens to this process or its
  // machine takes them away.
  virtual bool save(std::span<const ChangedKeys> all) = 0;

 protected:
  ~KeyVault() = default;
};

// Of a simulated run: what it brought about ends with it.
class KeysInMemory final : public KeyVault {
 public:
  std::vector<ChangedKeys> load() override { return {}; }
  bool save(std::span<const ChangedKeys>) override { return true; }
};

}  // namespace hes
