// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "protocol/cosem/classes/clock.hpp"
#include "protocol/dlms/acse.hpp"
#include "protocol/dlms/client.hpp"
#include "protocol/wrapper/wrapper.hpp"
#include "tests/rigs/concentrator/world.hpp"

namespace dcu_test {

namespace classes = protocol::cosem::classes;
using protocol::cosem::obis;
using protocol::dlms::ClientEvent;

// A head-end's DLMS client on a gateway connection.
class Reader {
 public:
  Reader(World& world, std::uint16_t client, unsigned meter) : Reader(world, client, meter, 0) {
    stream = world.call(Door::gateway);
  }
  Reader(World& world, std::uint16_t client, unsigned meter, StreamId on)
      : stream(on), world_(world), client_(client), port_(static_cast<std::uint16_t>(256 + meter)) {
    protocol::dlms::ClientConfig config;
    config.client_sap = client;
    if (client == 1) {
      config.authentication = protocol::dlms::Authentication::hls5_gmac;
      config.ciphered = true;
      config.system_title = {'H', 'E', 'S', 0, 0, 0, 0, 1};
      config.meter_system_title = world.meters[meter]->title;
      config.keys = world.meters[meter]->management_keys;
      config.invocation_counter = world.meters[meter]->last_counter[1] + 1;
    }
    session.emplace(config, world.crypto, work_);
  }
  void send(protocol::Bytes apdu) {
    Octets frame(apdu.size() + 8);
    protocol::Writer out(frame);
    protocol::wrapper::encode({client_, port_, apdu}, out);
    world_.say(stream, out.written());
  }
  // Sends, and what the answer comes to.
  ClientEvent exchange(const protocol::Result<protocol::Bytes>& apdu) {
    EXPECT_TRUE(apdu.ok());
    protocol::Bytes next = *apdu;
    for (;;) {
      world_.heard[stream].clear();
      send(next);
      world_.run_for(5);
      const auto message = protocol::wrapper::decode(world_.heard[stream]);
      if (!message) return {};
      EXPECT_EQ(message->source, port_);
      EXPECT_EQ(message->destination, client_);
      const ClientEvent event = session->on_apdu(message->apdu);
      if (event.kind != ClientEvent::Kind::send) return event;
      next = event.send;
    }
  }
  StreamId stream = 0;
  std::optional<protocol::dlms::ClientSession> session;

 private:
  World& world_;
  std::uint16_t client_;
  std::uint16_t port_;
  Octets work_ = Octets(16'384);
};

// The answer is an exception-response.
inline bool refused(World& world, StreamId stream) {
  const auto message = protocol::wrapper::decode(world.heard[stream]);
  return message.ok() && message->apdu.size() >= 3 && message->apdu[0] == 0xD8;
}

// Rejected, transient: try again later.
inline bool busy(World& world, StreamId stream) {
  const auto message = protocol::wrapper::decode(world.heard[stream]);
  if (!message || message->apdu.empty()) return false;
  const auto aare = protocol::dlms::decode_aare(message->apdu);
  return aare && aare->result == protocol::dlms::AssociationResult::rejected_transient;
}

// GET of the clock by the public client, as octets.
inline const Octets kGetClock{0xC0, 1, 0xC1, 0, 8, 0, 0, 1, 0, 0, 255, 2, 0};

}  // namespace dcu_test
