// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/inventory/inventory.hpp"
#include "os/text_file.hpp"
#include "protocol/hosted/json/json_reader.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace hes {
namespace {

using protocol::JsonNode;
using protocol::JsonReader;

constexpr std::size_t kMaxNameLength = 64;
constexpr std::size_t kLogicalDeviceNameLength = 16;  // Blue Book 6.2.20
constexpr std::int64_t kShortestPeriodS = 60;

constexpr std::size_t kMaxIdLength = 32;
constexpr const char* kCell = "cell";  // a parent that is no concentrator

ConcentratorEntry read_concentrator(const JsonNode& node) {
  ConcentratorEntry entry;
  entry.id = node.identifier("id", kMaxIdLength);
  const std::string uplink = node.text("uplink", 1, kMaxNameLength);
  if (uplink == "ethernet") {
    entry.uplink = Uplink::ethernet;
    entry.address = node.text("address", 1, kMaxNameLength);
    entry.port = static_cast<std::uint16_t>(node.integer("port", 1, UINT16_MAX));
  } else if (uplink != "gprs") {
    node.fault("uplink", "gprs, ethernet");
  }
  if (node.has("transport_key")) node.hex("transport_key", entry.transport_key.emplace());
  return entry;
}

void read_parent(const JsonNode& node, const std::vector<ConcentratorEntry>& concentrators,
                 MeterEntry& meter) {
  const std::string parent = node.optional_text("parent");
  if (parent.empty()) return;
  for (std::size_t i = 0; i < concentrators.size(); ++i) {
    if (concentrators[i].id == parent) meter.concentrator = static_cast<ConcentratorIndex>(i);
  }
  if (meter.concentrator != kNoConcentrator || parent.rfind(kCell, 0) == 0) return;
  node.fault("parent", "the id of a concentrator, or cell and a number");
}

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
  if (node.has("master_key")) node.hex("master_key", meter.master_key.emplace());
  if (node.has("low_level_password")) {
    meter.low_level_password =
        node.text("low_level_password", 0, protocol::dlms::kMaxPasswordOctets);
  }
  return meter;
}

template <typename Entry, typename Key>
void refuse_twice(const char* list, const std::vector<Entry>& entries,
                  const std::vector<JsonNode>& nodes, const char* key, Key key_of) {
  std::map<std::decay_t<decltype(key_of(entries[0]))>, std::size_t> seen;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto [first, added] = seen.emplace(key_of(entries[i]), i);
    if (added) continue;
    nodes[i].fault(key, "no two alike; " + std::string(list) + "[" + std::to_string(first->second) +
                            "] has it too");
  }
}

}  // namespace

Inventory::Inventory(std::vector<MeterEntry> meters, std::vector<ConcentratorEntry> concentrators)
    : meters_(std::move(meters)), concentrators_(std::move(concentrators)) {
  title_order_.resize(meters_.size());
  std::iota(title_order_.begin(), title_order_.end(), MeterIndex{0});
  std::sort(title_order_.begin(), title_order_.end(), [this](MeterIndex a, MeterIndex b) {
    return meters_[a].system_title < meters_[b].system_title;
  });
  serial_order_ = title_order_;
  std::sort(serial_order_.begin(), serial_order_.end(),
            [this](MeterIndex a, MeterIndex b) { return meters_[a].serial < meters_[b].serial; });
}

MeterIndex Inventory::by_system_title(const protocol::dlms::SystemTitle& title) const {
  const auto before = [this](MeterIndex a, const protocol::dlms::SystemTitle& b) {
    return meters_[a].system_title < b;
  };
  const auto at = std::lower_bound(title_order_.begin(), title_order_.end(), title, before);
  return at != title_order_.end() && meters_[*at].system_title == title ? *at : kNoMeter;
}

MeterIndex Inventory::by_serial(std::string_view serial) const {
  const auto before = [this](MeterIndex a, std::string_view b) { return meters_[a].serial < b; };
  const auto at = std::lower_bound(serial_order_.begin(), serial_order_.end(), serial, before);
  return at != serial_order_.end() && meters_[*at].serial == serial ? *at : kNoMeter;
}

MeterIndex Inventory::by_serial(std::string_view serial, ConcentratorIndex parent) const {
  const MeterIndex meter = by_serial(serial);
  return meter != kNoMeter && meters_[meter].concentrator == parent ? meter : kNoMeter;
}

ConcentratorIndex Inventory::by_id(std::string_view id) const {
  for (std::size_t i = 0; i < concentrators_.size(); ++i) {
    if (concentrators_[i].id == id) return static_cast<ConcentratorIndex>(i);
  }
  return kNoConcentrator;
}

Inventory parse_inventory(const std::string& name, std::string_view text,
                          std::vector<std::string>& faults) {
  JsonReader reader(name, text);
  std::vector<MeterEntry> meters;
  std::vector<ConcentratorEntry> concentrators;
  if (reader.faults().empty()) {
    const JsonNode root = reader.root();
    if (root.has("concentrators")) {
      const std::vector<JsonNode> nodes = root.objects("concentrators");
      for (const JsonNode& node : nodes) concentrators.push_back(read_concentrator(node));
      if (reader.faults().empty()) {
        refuse_twice("concentrators", concentrators, nodes, "id",
                     [](const ConcentratorEntry& c) { return c.id; });
      }
    }
    const std::vector<JsonNode> nodes = root.objects("meters");
    meters.reserve(nodes.size());
    for (const JsonNode& node : nodes) {
      meters.push_back(read_meter(node));
      read_parent(node, concentrators, meters.back());
    }
    if (reader.faults().empty()) {
      refuse_twice("meters", meters, nodes, "serial", [](const MeterEntry& m) { return m.serial; });
      refuse_twice("meters", meters, nodes, "logical_device_name",
                   [](const MeterEntry& m) { return m.logical_device_name; });
      refuse_twice("meters", meters, nodes, "system_title",
                   [](const MeterEntry& m) { return m.system_title; });
    }
  }
  if (reader.faults().empty()) return Inventory(std::move(meters), std::move(concentrators));
  faults.insert(faults.end(), reader.faults().begin(), reader.faults().end());
  return {};
}

Inventory read_inventory(const std::string& path, std::vector<std::string>& faults) {
  const os::Input input = os::read_text_file(path);
  if (input.error.empty()) return parse_inventory(path, input.text, faults);
  faults.push_back(input.error);
  return {};
}

}  // namespace hes
