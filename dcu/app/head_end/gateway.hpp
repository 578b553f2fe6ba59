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
// the meter, the source wPort is the client. APDUs pass unseen; their security is end to end. An
// association belongs to the connection that opened it: services on any other are answered with an
// exception, an AARQ while it stands with "rejected, transient". When its connection goes the
// gateway releases it at the meter; an AARQ that comes meanwhile waits for that. A ciphered one it
// cannot release, as it has no keys: the meter keeps it until the next AARQ, and nobody is let to
// it. It is held by answers: who gets none, or exceptions only, has it no longer than
// `gateway_idle_s` when somebody else wants it, and the public client no longer than that in all
// when a poll needs it.
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
    UtcNs heard = 0;
    Agenda::Ticket idle = Agenda::kNone;
  };
  enum class Phase : std::uint8_t { opening, open, releasing };
  struct Use {
    Phase phase = Phase::opening;
    StreamId stream = 0;       // releasing: nobody's any more
    StreamId next_stream = 0;  // who waits for the release, with what
    Octets next;
    UtcNs opened = 0;
    UtcNs served = 0;      // the meter answered, and not by an exception
    bool waiting = false;  // for the meter's answer
    fw::SendHandle handle = fw::kNotSent;
    Agenda::Ticket timeout = Agenda::kNone;
  };
  using Uses = std::map<Channel, Use>;
  enum class Entry : std::uint8_t { free, stranger, busy, over, repeated };
  void request(StreamId stream, const protocol::wrapper::Message& message);
  Entry entry(StreamId stream, const Channel& channel, Bytes apdu);
  void pass_on(StreamId stream, const Channel& channel, Bytes apdu, fw::SendHandle handle);
  void refuse(StreamId stream, const protocol::wrapper::Message& message, bool too_long);
  void refuse_for_now(StreamId stream, const protocol::wrapper::Message& message);
  void say(StreamId stream, const protocol::wrapper::Message& to, Bytes apdu);
  void await(const Channel& channel, Use& use, std::int64_t seconds);
  void release(Uses::iterator use);
  void refuse_next(const Channel& channel, Use& use);
  bool waits_for_release(StreamId stream, const Channel& channel, Bytes apdu);
  void forget(Uses::iterator use);
  bool engaged(StreamId stream) const;
  // A poll needs it, and who has it had his time.
  bool is_over(const Channel& channel, const Use& use) const;
  void watch(StreamId stream);
  void reply(StreamId stream, const Channel& channel, Bytes apdu);
  void answered(const Channel& channel, Use& use);
  void let_polls_go(MeterIndex meter);
  void no_answer(const Channel& channel);
  void damaged(StreamId stream);
  void close(StreamId stream);
  Core& core_;
  NodeManager& nodes_;
  Poller& poller_;
  std::map<StreamId, Caller> callers_;
  Uses uses_;
};

}  // namespace dcu::app
