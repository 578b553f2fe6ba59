// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernel/agenda.hpp"
#include "models/core/wan/cell.hpp"
#include "models/core/wan/ports.hpp"
#include "models/core/wan/radio.hpp"
#include "models/core/wan/traffic.hpp"

namespace models::wan {

class Cell;
class Modem;

// One reliable ordered byte stream (or a UDP association) between a module's socket and the far
// end, at segment granularity. Each direction sends one flight of up to a window of segments and
// waits for its acknowledgement: two agenda entries for a message and its acknowledgement, however
// many segments it has. Slow start, lost segments by fast retransmission or timeout with backoff,
// give-up. What is left out: overlapping flights, selective retransmission order, half-closed
// connections, zero windows.
class Stream final : private kernel::Entity {
 public:
  Stream(Cell& cell, Modem& modem, ConnectionId id, Protocol protocol, std::string host,
         std::uint16_t port, bool incoming);

  ConnectionId id() const { return id_; }
  // The handshake begins; its outcome comes from the agenda.
  void begin();

  // Ends the module's or the far end's side sends with; false: the buffer cannot take all of it.
  bool send(Direction direction, std::span<const std::uint8_t> octets);
  std::uint32_t unacknowledged(Direction direction) const;
  // Orderly end from that side: what is queued goes first.
  void close(Direction from);
  // The module's end is gone without a word: no supply, or no PDP context any more.
  void vanish();
  // The modem itself ceases to exist.
  void forget(const Modem& modem) {
    if (modem_ == &modem) vanish();
  }

  // The module's socket, kNoSocket once the module has let go of it.
  int socket() const { return socket_; }
  void set_socket(int socket) { socket_ = socket; }
  bool open() const { return open_; }
  bool over() const { return over_; }

 private:
  enum class Phase : std::uint8_t {
    kIdle,
    kSyn,          // SYN on its way to the far side of this half
    kSynAnswer,    // its answer on the way back
    kSynDone,      // third segment of the handshake on its way
    kRefusal,      // RST on the way back
    kFlight,       // data on its way
    kAnswer,       // acknowledgement on its way back
    kQuietAnswer,  // the same, nobody waits for it: no agenda entry
    kTimeout,      // something was lost; waiting for the retransmission timer
    kFin,          // FIN on its way
    kReset,        // data reached an address translation that knows nothing of us; RST coming back
    kBereft        // this side is gone; the other side's keepalive will notice
  };
  // One direction's sender.
  struct Half {
    Half(kernel::Agenda& agenda, Stream& stream, kernel::EntityId id, Direction direction)
        : timer(agenda, stream, id, static_cast<std::uint32_t>(direction)) {}
    kernel::Timer timer;
    std::vector<std::uint8_t> queue;       // accepted and not acknowledged
    std::vector<std::uint16_t> datagrams;  // UDP: their lengths
    std::uint32_t flight = 0;              // octets of the queue that are under way
    std::uint32_t delivered = 0;           // of those, already handed to the other side
    std::uint32_t segments = 0;            // in the air, of the flight
    std::uint32_t missing = 0;             // of those, lost
    std::uint32_t first_missing = 0;
    std::uint32_t window = 0;  // segments
    std::uint32_t retries = 0;
    kernel::TimeNs sent_ns = 0;
    kernel::TimeNs answer_sent_ns = 0;
    kernel::TimeNs answered_ns = 0;  // when the answer arrives
    kernel::TimeNs rto_ns = 0;
    kernel::TimeNs rtt_ns = 0;  // smoothed; 0: no sample yet
    Phase phase = Phase::kIdle;
    Phase retry = Phase::kIdle;  // what a timeout sends again
    bool first_try = true;       // of the flight
    bool fin_wanted = false;
  };

  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  Half& half(Direction d) { return halves_[static_cast<std::size_t>(d)]; }
  const Half& half(Direction d) const { return halves_[static_cast<std::size_t>(d)]; }
  Direction initiator() const { return incoming_ ? Direction::kDown : Direction::kUp; }

  // stream_setup.cpp
  void send_syn();
  void syn_arrived(kernel::TimeNs now);
  void syn_answered(kernel::TimeNs now);
  void handshake_done(kernel::TimeNs now);
  void announce();
  void send_fin(Direction d);
  void fin_arrived(Direction d, kernel::TimeNs now);
  void close_at_module(CloseReason reason);
  void finish(CloseReason module_reason, bool tell_module, CloseReason peer_reason, bool tell_peer);

  // stream_flight.cpp
  void pump(Direction d);
  void start_flight(Direction d);
  void send_segments(Direction d, std::uint32_t octets, std::uint32_t segments);
  void flight_arrived(Direction d, kernel::TimeNs now);
  void answer(Direction d, kernel::TimeNs now);
  void answer_arrived(Direction d, kernel::TimeNs now);
  void repeat_missing(Direction d);
  void deliver(Direction d, std::uint32_t octets);
  void acknowledge(Direction d);
  void fail(Direction d, Phase retry);
  void timed_out(Direction d, kernel::TimeNs now);
  void give_up(Direction d);
  void sample_rtt(Half& h, kernel::TimeNs rtt_ns);
  Passage control(Direction d, kernel::TimeNs now);
  bool reachable(kernel::TimeNs sent_ns, kernel::TimeNs now) const;
  void touch(kernel::TimeNs now);
  void send_datagram(Direction d);
  void datagram_arrived(Direction d, kernel::TimeNs now);

  Cell& cell_;
  Modem* modem_;  // nullptr once the module's end is gone
  ConnectionId id_;
  std::string host_;
  std::array<Half, 2> halves_;
  kernel::TimeNs active_ns_ = 0;  // last packet either way
  int socket_ = -1;
  std::uint16_t port_;
  Protocol protocol_;
  bool incoming_;
  bool open_ = false;       // handshake complete on the initiator's side
  bool peer_told_ = false;  // far end has seen on_open
  bool module_told_ = false;
  bool peer_gone_ = false;  // it gave up
  bool nat_lost_ = false;   // packets from outside do not find the module any more
  bool over_ = false;
};

}  // namespace models::wan
