// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/engine/inventory.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "hes-stub/engine/json_reader.hpp"

namespace hes {
namespace {

constexpr std::size_t kMaxNameLength = 64;
constexpr std::size_t kLogicalDeviceNameLength = 16;  // Blue Book 6.2.20
constexpr std::int64_t kShortestPeriodS = 60;

MeterEntry read_meter(const JsonNode& node) {
  MeterEntry meter;
  meter.serial = node.text("serial", 1, kMaxNameLength);
  meter.logical_device_name = node.text("logical_device_name", 1, kLogicalDeviceNameLength);
  node.hex("system_title", meter.system_title);
  meter.model = node.text("model", 1, kMaxNameLength);
  meter.firmware = node.text("firmware", 1, kMaxNameLength);
  meter.capture_period_s = node.integer("capture_period_s", kShortestPeriodS, kDayS);
  if (kDayS % meter.capture_period_s != 0) {
    node.fault("capture_period_s", "a divisor of 86400");
  }
  node.hex("unicast_key", meter.keys.unicast);
  node.hex("authentication_key", meter.keys.authentication);
  if (node.has("low_level_password")) {
    meter.low_level_password =
        node.text("low_level_password", 0, protocol::dlms::kMaxPasswordOctets);
  }
  return meter;
}

template <typename Key>
void refuse_twice(const std::vector<MeterEntry>& meters, const std::vector<JsonNode>& nodes,
                  const char* key, Key key_of) {
  std::map<std::decay_t<decltype(key_of(meters[0]))>, std::size_t> seen;
  for (std::size_t i = 0; i < meters.size(); ++i) {
    const auto [first, added] = seen.emplace(key_of(meters[i]), i);
    if (added) continue;
    nodes[i].fault(key, "no two alike; meters[" + std::to_string(first->second) + "] has it too");
  }
}

}  // namespace

Inventory::Inventory(std::vector<MeterEntry> meters) : meters_(std::move(meters)) {
  title_order_.resize(meters_.size());
  std::iota(title_order_.begin(), title_order_.end(), MeterIndex{0});
  std::sort(title_order_.begin(), title_order_.end(), [this](MeterIndex a, MeterIndex b) {
    return meters_[a].system_title < meters_[b].system_title;
  });
}

MeterIndex Inventory::by_system_title(const protocol::dlms::SystemTitle& title) const {
  const auto before = [this](MeterIndex a, const protocol::dlms::SystemTitle& b) {
    return meters_[a].system_title < b;
  };
  const auto at = std::lower_bound(title_order_.begin(), title_order_.end(), title, before);
  return at != title_order_.end() && meters_[*at].system_title == title ? *at : kNoMeter;
}

MeterIndex Inventory::by_serial(std::string_view serial) const {
  const auto is = [serial](const MeterEntry& meter) { return meter.serial == serial; };
  const auto at = std::find_if(meters_.begin(), meters_.end(), is);
  return at == meters_.end() ? kNoMeter : static_cast<MeterIndex>(at - meters_.begin());
}

Inventory parse_inventory(const std::string& name, std::string_view text,
                          std::vector<std::string>& faults) {
  JsonReader reader(name, text);
  std::vector<MeterEntry> meters;
  if (reader.faults().empty()) {
    const std::vector<JsonNode> nodes = reader.root().objects("meters");
    meters.reserve(nodes.size());
    for (const JsonNode& node : nodes) meters.push_back(read_meter(node));
    if (reader.faults().empty()) {
      refuse_twice(meters, nodes, "serial", [](const MeterEntry& m) { return m.serial; });
      refuse_twice(meters, nodes, "logical_device_name",
                   [](const MeterEntry& m) { return m.logical_device_name; });
      refuse_twice(meters, nodes, "system_title",
                   [](const MeterEntry& m) { return m.system_title; });
    }
  }
  if (reader.faults().empty()) return Inventory(std::move(meters));
  faults.insert(faults.end(), reader.faults().begin(), reader.faults().end());
  return {};
}

Inventory read_inventory(const std::string& path, std::vector<std::string>& faults) {
  std::string text;
  if (!read_text_file(path, text, faults)) return {};
  return parse_inventory(path, text, faults);
}

}  // namespace hes
