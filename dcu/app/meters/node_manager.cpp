// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/meters/node_manager.hpp"

#include <algorithm>

#include "dcu/app/ports/event_code.hpp"
#include "protocol/hosted/p32/text.hpp"

namespace dcu::app {
namespace {

namespace p32 = protocol::p32;

constexpr UtcNs kHour = 3600 * kNsPerSecond;
constexpr std::int64_t kTopologyEveryS = 60;
constexpr std::size_t kMaxStrangers = 64;

std::string hex(const fw::Eui48& eui48) {
  std::string text;
  p32::put_hex(eui48, text);
  return text;
}

// What a stranger says its name is, fit for a message.
std::string readable(Bytes identifier) {
  std::string text;
  for (const std::uint8_t octet : identifier) {
    const bool plain = (octet >= '0' && octet <= '9') || (octet >= 'A' && octet <= 'Z') ||
                       (octet >= 'a' && octet <= 'z');
    text += plain ? static_cast<char>(octet) : '.';
  }
  return text.empty() ? "." : text;
}

std::int16_t centibel(std::int32_t snr_cdb) { return static_cast<std::int16_t>(snr_cdb / 10); }

// PHY_SNR classes of 3 dB (prime clause 7.2): class 1 ends at 3 dB; their middle.
std::int16_t centibel_of_class(std::uint8_t quality) {
  return quality == fw::kUnknownQuality ? std::int16_t{0}
                                        : static_cast<std::int16_t>(quality * 30 - 15);
}

}  // namespace

void NodeManager::start() {
  presence_.assign(core_.store.meters().size(), {});
  window_from_ = core_.now();
  for (Presence& presence : presence_) presence.since = window_from_;
}

MeterIndex NodeManager::joined(fw::Address address, const fw::Eui48& eui48, Bytes identifier) {
  const std::string serial = readable(identifier);
  const MeterIndex meter = core_.store.meter_of(serial);
  if (meter == kNoMeter) {
    ++core_.counters.unknown_nodes;
    if (strangers_.size() < kMaxStrangers || strangers_.contains(eui48)) {
      const bool again = strangers_.contains(eui48);
      strangers_[eui48] = {address, core_.now(), serial};
      if (!again) {
        core_.store.note(Store::EventGroup::meters, event_code::kUnknownMeter, serial);
      }
    }
    changed();
    return kNoMeter;
  }
  Presence& presence = presence_[meter];
  by_address_.erase(presence.address);
  by_address_[address] = meter;
  by_eui48_[eui48] = meter;
  presence.eui48 = eui48;
  set_state(meter, address);
  fw::NodeView view;
  if (core_.subnetwork.find(eui48, view)) core_.observer.node_joined(core_.now(), info(view));
  core_.store.note(Store::EventGroup::meters, event_code::kMeterJoined, serial);
  return meter;
}

MeterIndex NodeManager::left(fw::Address address, const fw::Eui48& eui48) {
  const auto at = by_address_.find(address);
  changed();
  if (at == by_address_.end()) {
    strangers_.erase(eui48);
    return kNoMeter;
  }
  const MeterIndex meter = at->second;
  by_address_.erase(at);
  set_state(meter, fw::kNoAddress);
  NodeInfo gone;
  gone.eui48 = eui48;
  gone.meter = meter;
  core_.observer.node_left(core_.now(), gone);
  core_.store.note(Store::EventGroup::meters, event_code::kMeterLeft,
                   core_.store.meters()[meter].given.serial);
  return meter;
}

void NodeManager::set_state(MeterIndex meter, fw::Address address) {
  Presence& presence = presence_[meter];
  const UtcNs now = core_.now();
  if (presence.address != fw::kNoAddress) {
    presence.available += now - presence.since;
    --nodes_;
  } else {
    mark_gap(presence, presence.since, now);
  }
  presence.address = address;
  presence.since = now;
  ++presence.changes;
  if (address != fw::kNoAddress) ++nodes_;
  nodes_min_ = std::min(nodes_min_, nodes_);
  nodes_max_ = std::max(nodes_max_, nodes_);
  changed();
}

void NodeManager::mark_gap(Presence& presence, UtcNs from, UtcNs to) const {
  for (UtcNs hour = from / kHour; hour <= to / kHour && hour < from / kHour + 24; ++hour) {
    presence.gaps |= 1u << (hour % 24);
  }
}

MeterIndex NodeManager::meter_at(fw::Address address) const {
  const auto at = by_address_.find(address);
  return at == by_address_.end() ? kNoMeter : at->second;
}
fw::Address NodeManager::address_of(MeterIndex meter) const { return presence_[meter].address; }

void NodeManager::forget(MeterIndex meter) {
  if (presence_[meter].address != fw::kNoAddress) {
    core_.subnetwork.forget(presence_[meter].eui48);
  }
}

void NodeManager::add_tally(MeterIndex meter, std::uint32_t requests, std::uint32_t failed) {
  presence_[meter].requests += requests;
  presence_[meter].failed += failed;
}

// Snapshots of the subnetwork, at most one a minute.
void NodeManager::changed() {
  if (topology_told_) return;
  topology_told_ = true;
  core_.agenda.at(core_.in_s(kTopologyEveryS), [this] {
    topology_told_ = false;
    core_.observer.topology(core_.now(), nodes());
  });
}

NodeInfo NodeManager::info(const fw::NodeView& view) const {
  NodeInfo info;
  info.eui48 = view.eui48;
  const auto at = by_eui48_.find(view.eui48);
  if (at != by_eui48_.end()) info.meter = at->second;
  info.connected = view.connected;
  info.level = view.level;
  info.is_switch = view.state == fw::NodeState::switching;
  info.lsid = view.lsid;
  info.sid = view.sid;
  info.lnid = view.lnid;
  info.snr_cdb = view.snr_up_cdb;
  return info;
}

std::vector<NodeInfo> NodeManager::nodes() const {
  std::vector<NodeInfo> result;
  for (const fw::NodeView& view : core_.subnetwork.nodes()) {
    if (view.state == fw::NodeState::terminal || view.state == fw::NodeState::switching) {
      result.push_back(info(view));
    }
  }
  return result;
}

p32::InventoryReport NodeManager::inventory(const std::vector<MeterIndex>& meters,
                                            bool strangers) const {
  p32::InventoryReport report;
  for (const MeterIndex meter : meters) {
    const MeterEntry& entry = core_.store.meters()[meter];
    const Presence& presence = presence_[meter];
    p32::InventoryMeter line;
    line.id = entry.given.serial;
    const std::int64_t silent_s = core_.now_s() - entry.last_contact_s;
    const bool lost = silent_s > core_.store.parameters().meter_lost_after_s;
    line.state = presence.address != fw::kNoAddress  ? p32::MeterState::registered
                 : lost && entry.last_contact_s != 0 ? p32::MeterState::failed
                                                     : p32::MeterState::disconnected;
    line.position = meter;
    line.eui48 = hex(presence.eui48);
    line.device_name = entry.device_name;
    line.firmware = entry.firmware;
    line.since = p32::utc_ms_of_ns(presence.since);
    if (entry.last_contact_s != 0) line.last_contact = entry.last_contact_s * 1000;
    report.meters.push_back(std::move(line));
  }
  if (!strangers) return report;
  for (const auto& [eui48, stranger] : strangers_) {
    p32::InventoryMeter line;
    line.id = stranger.identifier;
    line.failure = p32::Failure{p32::ErrorCategory::communication, p32::error_code::kUnknownMeter};
    line.state = p32::MeterState::registered;
    line.eui48 = hex(eui48);
    line.since = p32::utc_ms_of_ns(stranger.since);
    report.meters.push_back(std::move(line));
  }
  return report;
}

p32::NodeStatistics NodeManager::statistics_of(MeterIndex meter) const {
  Presence presence = presence_[meter];
  p32::NodeStatistics line;
  line.id = core_.store.meters()[meter].given.serial;
  line.eui48 = hex(presence.eui48);
  const bool there = presence.address != fw::kNoAddress;
  const UtcNs now = core_.now();
  line.registered = there;
  if (there) presence.available += now - presence.since;
  if (!there) mark_gap(presence, presence.since, now);
  line.available_s = static_cast<std::uint32_t>(presence.available / kNsPerSecond);
  line.state_changes = presence.changes;
  for (UtcNs hour = (window_from_ + kHour - 1) / kHour; (hour + 1) * kHour <= now; ++hour) {
    if ((presence.gaps >> (hour % 24) & 1) == 0) line.hours |= 1u << (hour % 24);
  }
  line.requests = presence.requests;
  line.requests_failed = presence.failed;
  fw::NodeView view;
  if (core_.subnetwork.find(presence.eui48, view)) {
    line.lnid = view.lnid;
    line.sid = view.sid;
    line.level = view.level;
    line.is_switch = view.state == fw::NodeState::switching;
    line.own_sid = view.lsid;
    line.snr_up_cb = view.level == 0 && view.snr_up_cdb == 0 ? centibel_of_class(view.quality_up)
                                                             : centibel(view.snr_up_cdb);
    line.snr_down_cb = centibel_of_class(view.quality_down);
    line.scheme = static_cast<std::uint8_t>(view.scheme_down);
  }
  return line;
}

p32::StatisticsReport NodeManager::statistics(const std::vector<MeterIndex>& meters,
                                              bool begin_anew) {
  p32::StatisticsReport report;
  report.from = p32::utc_ms_of_ns(window_from_);
  report.until = p32::utc_ms_of_ns(core_.now());
  report.nodes_registered = nodes_;
  report.nodes_min = nodes_min_;
  report.nodes_max = nodes_max_;
  const fw::Counters counters = core_.subnetwork.counters();
  report.airtime_us = counters.airtime_us;
  for (std::size_t k = 0; k < fw::kPduKinds; ++k) {
    report.frames_sent += counters.sent[k];
    report.frames_received += counters.received[k];
  }
  report.frames_damaged = counters.damaged;
  report.uplink_sent_octets = core_.counters.uplink_octets_up;
  report.uplink_received_octets = core_.counters.uplink_octets_down;
  for (const MeterIndex meter : meters) report.nodes.push_back(statistics_of(meter));
  if (!begin_anew) return report;
  window_from_ = core_.now();
  nodes_min_ = nodes_max_ = nodes_;
  for (Presence& presence : presence_) {
    const Presence before = presence;
    presence = {};
    presence.address = before.address;
    presence.eui48 = before.eui48;
    presence.since = before.address == fw::kNoAddress ? before.since : window_from_;
  }
  return report;
}

}  // namespace dcu::app
