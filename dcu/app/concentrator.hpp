// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "dcu/app/core/counters.hpp"
#include "dcu/app/ports/commission.hpp"
#include "dcu/app/ports/observer.hpp"
#include "dcu/app/ports/ports.hpp"
#include "protocol/crypto/engine.hpp"
#include "protocol/prime/modem.hpp"

namespace dcu::app {

struct Ports {
  Clock& clock;
  Disk& disk;
  Wan& wan;
  Random& random;
  Log& log;
  protocol::crypto::Engine& crypto;
  protocol::prime::ModemPort& modem;
};

// A data concentrator: base node of a PRIME subnetwork, node manager, DLMS client of its meters,
// store, P3.2Ex towards the head-end, and the DLMS gateway. It may be destroyed at any instant, in
// the middle of a disk write too; one built anew over the same disk goes on. It calls the ports
// only from within calls into it, never from its constructor or destructor.
class Concentrator {
 public:
  // The references live longer than the concentrator.
  Concentrator(const Ports& ports, Observer& observer);
  ~Concentrator();
  Concentrator(const Concentrator&) = delete;
  Concentrator& operator=(const Concentrator&) = delete;

  // Once, before anything else: reads the store, starts the subnetwork, dials. False: the disk
  // holds no commissioned concentrator.
  bool boot();
  void on_timer();

  // What the modem hears belongs here.
  protocol::prime::ModemClient& modem_client();

  // Streams: one that Wan::dial() asked for is open now, or somebody called in at a door. Octets
  // of a stream that is not open are ignored.
  void on_stream_open(StreamId stream, Door door);
  void on_stream_data(StreamId stream, protocol::Bytes octets);
  void on_stream_closed(StreamId stream);

  // For reports about the simulation; none before the first boot.
  std::optional<Counters> counters() const;
  std::vector<NodeInfo> nodes() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dcu::app
