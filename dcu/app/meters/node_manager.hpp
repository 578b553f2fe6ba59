// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "dcu/app/core/core.hpp"
#include "protocol/hosted/p32/report_concentrator.hpp"
#include "protocol/hosted/p32/report_inventory.hpp"

namespace dcu::app {

// Who is there: the nodes of the subnetwork, which meters they are, and how long they were.
class NodeManager {
 public:
  explicit NodeManager(Core& core) : core_(core) {}
  void start();

  // The meter behind a connection that opened; kNoMeter: not in the list.
  MeterIndex joined(fw::Address address, const fw::Eui48& eui48, Bytes identifier);
  MeterIndex left(fw::Address address, const fw::Eui48& eui48);
  MeterIndex meter_at(fw::Address address) const;
  fw::Address address_of(MeterIndex meter) const;
  // A meter was removed from the list: its node is thrown out.
  void forget(MeterIndex meter);

  std::vector<NodeInfo> nodes() const;
  protocol::p32::InventoryReport inventory(const std::vector<MeterIndex>& meters,
                                           bool strangers) const;
  // Of the window since the last call with `begin_anew`.
  protocol::p32::StatisticsReport statistics(const std::vector<MeterIndex>& meters,
                                             bool begin_anew);
  // DLMS requests of a meter that went out and that were not answered.
  void add_tally(MeterIndex meter, std::uint32_t requests, std::uint32_t failed);

 private:
  struct Presence {
    fw::Address address = fw::kNoAddress;
    fw::Eui48 eui48{};
    UtcNs since = 0;      // of the state
    UtcNs available = 0;  // in the window, up to `since`
    std::uint32_t changes = 0;
    std::uint32_t gaps = 0;  // bit h: not there all through hour h
    std::uint32_t requests = 0;
    std::uint32_t failed = 0;
  };
  struct Stranger {
    fw::Address address = fw::kNoAddress;
    UtcNs since = 0;
    std::string identifier;
  };
  NodeInfo info(const fw::NodeView& view) const;
  void set_state(MeterIndex meter, fw::Address address);
  void mark_gap(Presence& presence, UtcNs from, UtcNs to) const;
  protocol::p32::NodeStatistics statistics_of(MeterIndex meter) const;
  void changed();

  Core& core_;
  std::vector<Presence> presence_;
  std::map<fw::Address, MeterIndex> by_address_;
  std::map<fw::Eui48, Stranger> strangers_;
  std::map<fw::Eui48, MeterIndex> by_eui48_;
  UtcNs window_from_ = 0;
  std::uint32_t nodes_ = 0;
  std::uint32_t nodes_min_ = 0;
  std::uint32_t nodes_max_ = 0;
  bool topology_told_ = false;
};

}  // namespace dcu::app
