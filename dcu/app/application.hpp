// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "dcu/app/concentrator.hpp"
#include "dcu/app/head_end/gateway.hpp"
#include "dcu/app/head_end/uplink.hpp"
#include "dcu/app/tasks/task_table.hpp"

namespace dcu::app {

// The concentrator above its subnetwork. After any calls into it, and into the subnetwork below,
// the owner calls settle(), then looks at deadline() and stopped().
class Application final : public fw::BaseNodeOwner {
 public:
  Application(const Ports& ports, Observer& observer, Subnetwork& subnetwork);

  bool open();    // reads the store
  void start();   // the subnetwork is there: nodes may join from now on
  void settle();  // what is due, and what changed becomes durable
  UtcNs deadline() const { return core_.agenda.next(); }
  // Why it must be built anew: the store failed, or somebody ordered it.
  bool stopped() const { return restart_ || store_.failed(); }

  void close_streams();  // before it is built anew

  void on_stream_open(StreamId stream, Door door);
  void on_stream_data(StreamId stream, Bytes octets);
  void on_stream_closed(StreamId stream);

  void on_joined(fw::Address address, const fw::Eui48& eui48, Bytes identifier) override;
  void on_left(fw::Address address, const fw::Eui48& eui48, fw::LeaveReason why) override;
  void on_data(fw::Address address, std::uint8_t s_lsap, std::uint8_t d_lsap, Bytes lsdu) override;
  void on_sent(fw::SendHandle handle, bool ok) override;

  const Store& store() const { return store_; }
  std::vector<NodeInfo> nodes() const { return nodes_.nodes(); }
  const Counters& counters() const { return core_.counters; }

 private:
  Store store_;
  Core core_;
  NodeManager nodes_;
  Reporter reporter_;
  Poller poller_;
  Collector collector_;
  MeterReader reader_;
  Surveyor surveyor_;
  OrderBook orders_;
  Inbox inbox_;
  HeadEndLink link_;
  P32Door door_;
  Gateway gateway_;
  TaskTable tasks_;
  bool restart_ = false;
};

}  // namespace dcu::app
