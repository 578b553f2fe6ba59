// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/prime/links.hpp"
#include "protocol/prime/arq.hpp"

namespace meter::fw::prime {

// The one connection of a meter: IEC 61334-4-32 with ARQ to the base node. A registration lives on
// keep-alives, which are short; a path that carries these and no data looks alive for ever. Where a
// call returns true, connection after connection came to nothing: leave this path.
class Connection final : private protocol::prime::ArqOwner {
 public:
  Connection(Core& core, Links& links) : core_(core), links_(links) {}
  void start();
  void end(bool tell);  // all of it; `tell`: the owner hears of it
  void connect_soon();  // just registered

  bool send(std::uint8_t s_lsap, std::uint8_t d_lsap, Bytes lsdu, std::uint32_t cookie);
  [[nodiscard]] bool on_con(Bytes payload);
  [[nodiscard]] bool on_data(const protocol::prime::Packet& packet);
  [[nodiscard]] bool on_time(std::int64_t now_us);
  void on_transmitted(bool sent);
  // Hands the next packet of the connection to the transmitter; one at a time, so that each carries
  // the newest acknowledgement.
  void pump();

  std::int64_t deadline_us() const;
  std::uint16_t address() const { return address_; }
  const protocol::prime::ArqLink& arq() const { return arq_; }

 private:
  MutableBytes take_buffer() override { return core_.owner.take_buffer(); }
  void give_buffer(MutableBytes buffer) override { core_.owner.give_buffer(buffer); }
  void on_sdu(Bytes sdu) override;
  void on_sdu_done(std::uint32_t cookie, bool delivered) override;

  bool connecting() const { return tries_ > 0; }
  std::uint16_t lcid() const;
  void connect_in(std::int64_t delay_us, std::int64_t spread_us);
  bool request();
  bool on_close(std::uint16_t closed_lcid);
  void close(bool tell);
  void send_close(std::uint16_t closed_lcid);
  bool check();
  bool broke();
  bool is_path_bad();

  Core& core_;
  Links& links_;
  protocol::prime::ArqLink arq_;
  std::int64_t connect_at_us_ = protocol::prime::kNoDeadline;
  std::int64_t close_hold_until_us_ = 0;
  std::int64_t opened_us_ = 0;
  std::uint16_t closing_lcid_ = 0;   // we said CON_CLS_S first
  std::uint16_t answered_lcid_ = 0;  // we answered CON_CLS_B
  std::uint16_t address_ = protocol::prime::k432None;
  std::uint8_t number_ = 0;   // of the connection, gives the LCID
  std::uint8_t tries_ = 0;    // of CON_REQ_S
  std::uint8_t broken_ = 0;   // connections in a row that came to nothing
  bool data_queued_ = false;  // a packet of the connection waits for the line
  protocol::prime::ArqLink::Sent data_sent_;
};

// Of its frames in the transmit queue.
inline constexpr std::uint32_t kDataTag = 1;

}  // namespace meter::fw::prime
