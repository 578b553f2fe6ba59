// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <utility>

#include "dcu/app/meters/node_manager.hpp"
#include "dcu/app/meters/poller.hpp"
#include "protocol/wrapper/wrapper.hpp"

namespace dcu::app {

// The transparent DLMS gateway (TCP 4059): the wrapper's destination wPort 256 + position chooses
// the meter, the source wPort is the client. APDUs pass unseen; their security is end to end. A
// client of a meter belongs to one connection at a time, from its first request on until that
// connection closes or asks nothing for a while.
class Gateway {
 public:
  static constexpr std::uint16_t kFirstPort = 256;

  Gateway(Core& core, NodeManager& nodes, Poller& poller)
      : core_(core), nodes_(nodes), poller_(poller) {}

  void on_open(StreamId stream);
  void on_data(StreamId stream, Bytes octets);
  void on_closed(StreamId stream);
  void close_all();
  bool owns(StreamId stream) const { return callers_.contains(stream); }

  // An APDU of a meter to a client of ours. False: nobody asked.
  bool on_meter_data(MeterIndex meter, std::uint16_t client, Bytes apdu);
  bool on_sent(fw::SendHandle handle, bool ok);
  void on_left(MeterIndex meter);

 private:
  static constexpr std::size_t kCallersMost = 16;
  using Channel = std::pair<MeterIndex, std::uint16_t>;  // meter, client
  struct Caller {
    Octets buffer;
    std::unique_ptr<protocol::wrapper::Deframer> deframer;
    Agenda::Ticket idle = Agenda::kNone;
  };
  struct Use {
    StreamId stream = 0;
    UtcNs asked = 0;
    bool waiting = false;  // for the meter's answer
    fw::SendHandle handle = fw::kNotSent;
    Agenda::Ticket timeout = Agenda::kNone;
  };
  void request(StreamId stream, const protocol::wrapper::Message& message);
  bool may_use(StreamId stream, const Channel& channel);
  void refuse(StreamId stream, const protocol::wrapper::Message& message, bool too_long);
  void reply(StreamId stream, const Channel& channel, Bytes apdu);
  void answered(const Channel& channel, Use& use);
  void no_answer(const Channel& channel);
  void damaged(StreamId stream);
  void close(StreamId stream);
  void touch(StreamId stream);

  Core& core_;
  NodeManager& nodes_;
  Poller& poller_;
  std::map<StreamId, Caller> callers_;
  std::map<Channel, Use> uses_;
};

}  // namespace dcu::app
