// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hes-stub/engine/row.hpp"
#include "protocol/dlms/types.hpp"

namespace hes {

// What the head-end is told about a meter before it first calls.
struct MeterEntry {
  std::string serial;
  std::string logical_device_name;  // 16 characters, three of them the maker's
  protocol::dlms::SystemTitle system_title{};
  std::string model;     // AD11A, AD13A
  std::string firmware;  // names the type template
  std::int64_t capture_period_s = 900;
  protocol::dlms::Keys keys{};
  std::string low_level_password;  // of the reading client; the engine itself does not use it
};

// All meters of the head-end, in the order of the file; MeterIndex counts from 0.
class Inventory {
 public:
  Inventory() = default;
  explicit Inventory(std::vector<MeterEntry> meters);

  const std::vector<MeterEntry>& meters() const { return meters_; }
  const MeterEntry& operator[](MeterIndex meter) const { return meters_[meter]; }
  std::size_t size() const { return meters_.size(); }
  MeterIndex by_system_title(const protocol::dlms::SystemTitle& title) const;  // or kNoMeter
  MeterIndex by_serial(std::string_view serial) const;                         // or kNoMeter

 private:
  std::vector<MeterEntry> meters_;
  std::vector<MeterIndex> title_order_;
};

// Reads {"meters":[{"serial", "logical_device_name", "system_title", "model", "firmware",
// "address", "port", "parent", "tier", "capture_period_s", "unicast_key", "authentication_key",
// "low_level_password"}]}; docs/head-end.md. Title and keys are hexadecimal; keys the engine does
// not need are passed over. Faults go to `faults`, one line each: file, index, key, what is
// allowed; the inventory is empty then.
Inventory parse_inventory(const std::string& name, std::string_view text,
                          std::vector<std::string>& faults);
Inventory read_inventory(const std::string& path, std::vector<std::string>& faults);

}  // namespace hes
