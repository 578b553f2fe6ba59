// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "dcu/app/ports/commission.hpp"
#include "dcu/app/ports/ports.hpp"
#include "protocol/prime/types.hpp"

namespace dcu::app {

// Place of a meter in the commissioned list.
using MeterIndex = std::uint32_t;
inline constexpr MeterIndex kNoMeter = UINT32_MAX;

// A registered node of the PRIME subnetwork.
struct NodeInfo {
  protocol::prime::Eui48 eui48{};
  MeterIndex meter = kNoMeter;  // kNoMeter: not in the list, or not connected yet
  bool connected = false;       // its 4-32 connection is open
  std::uint8_t level = 0;       // 0: hears the base node itself
  bool is_switch = false;
  std::uint8_t lsid = 0xFF;  // of its own, when a switch
  std::uint8_t sid = 0;      // of the switch it hangs on; 0: the base node
  std::uint16_t lnid = 0;
  std::int32_t snr_cdb = 0;  // as received last, hundredths of a decibel; 0: not known
};

enum class PollOutcome : std::uint8_t {
  done,
  refused,      // the meter said no
  no_answer,    // retries used up
  rejected,     // association refused
  unreadable,   // answered with what is no such value
  lost,         // the node left meanwhile
  unreachable,  // not registered
};
std::string_view outcome_name(PollOutcome outcome);

// What the outside may want to see. Every call is made from within a call into the concentrator.
class Observer {
 public:
  virtual void node_joined(UtcNs, const NodeInfo&) {}  // 4-32 connection opened
  virtual void node_left(UtcNs, const NodeInfo&) {}
  // After a change of the subnetwork, at most once a minute.
  virtual void topology(UtcNs, std::span<const NodeInfo>) {}
  // A job of one meter: "loadProfile", "relay", "clockSync" ...; octets of LSDUs.
  virtual void poll_started(UtcNs, MeterIndex, std::string_view /*job*/) {}
  virtual void poll_finished(UtcNs, MeterIndex, std::string_view /*job*/, PollOutcome,
                             std::uint32_t /*octets_up*/, std::uint32_t /*octets_down*/,
                             UtcNs /*begun*/, std::uint32_t /*new_rows*/) {}
  virtual void clock_checked(UtcNs, MeterIndex, UtcNs /*deviation_ns*/) {}
  virtual void alarm(UtcNs, MeterIndex, std::uint8_t /*code*/) {}
  // Octets of the HTTP body as sent.
  virtual void report_sent(UtcNs, std::string_view /*kind*/, std::uint64_t /*seq*/,
                           std::uint32_t /*octets*/, bool /*again*/) {}
  virtual void report_acked(UtcNs, std::uint64_t /*seq*/, UtcNs /*created*/) {}
  virtual void order_executed(UtcNs, std::string_view /*kind*/, std::uint64_t /*seq*/,
                              std::string_view /*result*/) {}
  virtual void store_written(UtcNs, std::uint32_t /*pages*/, std::uint32_t /*octets*/) {}
  virtual void gateway_request(UtcNs, MeterIndex, std::uint16_t /*client*/,
                               std::uint32_t /*octets*/) {}
  virtual void gateway_answer(UtcNs, MeterIndex, std::uint16_t /*client*/,
                              std::uint32_t /*octets*/) {}

 protected:
  ~Observer() = default;
};

}  // namespace dcu::app
