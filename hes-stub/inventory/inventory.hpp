// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hes-stub/ports/row.hpp"
#include "protocol/dlms/types.hpp"

namespace hes {

enum class Uplink : std::uint8_t {
  gprs,      // only calls us: orders wait for its poll
  ethernet,  // can be dialled too
};

// What the head-end is told about a concentrator.
struct ConcentratorEntry {
  std::string id;       // `from` of its messages, `dc` of its orders
  std::string address;  // of its own P3.2Ex server, with Ethernet
  std::uint16_t port = 8433;
  Uplink uplink = Uplink::gprs;
  // Under it it is given new keys of its meters.
  std::optional<protocol::crypto::Key128> transport_key{};
};

// What the head-end is told about a meter before it first calls.
struct MeterEntry {
  std::string serial;
  std::string logical_device_name;  // 16 characters, three of them the maker's
  protocol::dlms::SystemTitle system_title{};
  std::string model;     // AD11A, AD13A
  std::string firmware;  // names the type template
  std::int64_t capture_period_s = 900;
  protocol::dlms::Keys keys{};
  std::optional<protocol::crypto::Key128> master_key{};  // under it it is given new ones
  std::string low_level_password;  // of the reading client; the engine itself does not use it
  ConcentratorIndex concentrator = kNoConcentrator;  // behind which it hangs; none: a module
};

// All meters and concentrators of the head-end, in the order of the file; indices count from 0.
class Inventory {
 public:
  Inventory() = default;
  explicit Inventory(std::vector<MeterEntry> meters,
                     std::vector<ConcentratorEntry> concentrators = {});

  const std::vector<MeterEntry>& meters() const { return meters_; }
  const MeterEntry& operator[](MeterIndex meter) const { return meters_[meter]; }
  std::size_t size() const { return meters_.size(); }
  MeterIndex by_system_title(const protocol::dlms::SystemTitle& title) const;     // or kNoMeter
  MeterIndex by_serial(std::string_view serial) const;                            // or kNoMeter
  MeterIndex by_serial(std::string_view serial, ConcentratorIndex parent) const;  // behind it
  const std::vector<ConcentratorEntry>& concentrators() const { return concentrators_; }
  ConcentratorIndex by_id(std::string_view id) const;  // or kNoConcentrator

 private:
  std::vector<MeterEntry> meters_;
  std::vector<ConcentratorEntry> concentrators_;
  std::vector<MeterIndex> title_order_;
  std::vector<MeterIndex> serial_order_;
};

// Reads {"concentrators":[{"id", "address", "port", "uplink", "transport_key"}],
// "meters":[{"serial", "logical_device_name", "system_title", "model", "firmware", "address",
// "port", "parent", "tier", "capture_period_s", "unicast_key", "authentication_key", "master_key",
// "low_level_password"}]}; docs/head-end.md. Title and keys are hexadecimal; keys the engine does
// not need are passed over, those that concentrators use among them. `parent` names a concentrator
// or begins with "cell". Faults go to `faults`, one line each: file, index, key, what is allowed;
// the inventory is empty then.
Inventory parse_inventory(const std::string& name, std::string_view text,
                          std::vector<std::string>& faults);
Inventory read_inventory(const std::string& path, std::vector<std::string>& faults);

}  // namespace hes
