// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/hosted/p32/shape.hpp"

namespace protocol::p32 {

struct Reading {
  cosem::Obis obis;
  std::int64_t value = 0;  // raw integer
  std::int8_t scaler = 0;
  std::uint8_t unit = 255;  // Blue Book unit code
  bool operator==(const Reading&) const = default;
};
struct InstantaneousMeter {
  std::string id;
  std::optional<Failure> failure;
  std::optional<MeterTime> clock;  // of the meter, read with the values
  std::vector<Reading> readings;
  bool operator==(const InstantaneousMeter&) const = default;
};
using InstantaneousReport = MetersReport<InstantaneousMeter, ReportKind::instantaneous>;

template <typename Io, Of<Reading> V>
void shape(Io& io, V& v) {
  io.required("obis", v.obis);
  io.required("value", v.value);
  io.required("scaler", v.scaler);
  io.required("unit", v.unit);
}

template <typename Io, Of<InstantaneousMeter> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kMeter);
  io.failure(v.failure);
  io.maybe_element("Clock", v.clock);
  io.elements("Reading", v.readings);
}

struct RelayMeter {
  std::string id;
  std::optional<Failure> failure;
  std::optional<UtcMs> read_at;
  bool output_closed = false;      // class 70 output_state
  std::uint8_t control_state = 0;  // 0 disconnected, 1 connected, 2 ready for reconnection
  std::uint8_t control_mode = 0;   // 0..6
  bool operator==(const RelayMeter&) const = default;
};
using RelayStatusReport = MetersReport<RelayMeter, ReportKind::relay_status>;

template <typename Io, Of<RelayMeter> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kMeter);
  io.failure(v.failure);
  io.time("readAt", v.read_at, column("read_ms"));
  io.required("outputClosed", v.output_closed);
  io.required("controlState", v.control_state);
  io.required("controlMode", v.control_mode);
}

enum class TransferState : std::uint8_t {
  idle,
  transferring,
  transferred,
  verified,
  activated,
  failed,
  cancelled,
};
inline constexpr const char* kTransferNames[] = {
    "idle", "transferring", "transferred", "verified", "activated", "failed", "cancelled"};
constexpr Names names_of_type(TransferState) { return kTransferNames; }
struct FirmwareTarget {
  std::string id;  // meter, or the concentrator itself
  std::optional<Failure> failure;
  TransferState state = TransferState::idle;
  std::string active;  // firmware identifier that runs
  std::uint32_t blocks_done = 0;
  std::uint32_t blocks_total = 0;
  bool operator==(const FirmwareTarget&) const = default;
};
struct FirmwareStatusReport {
  static constexpr ReportKind kKinds[] = {ReportKind::firmware_status};
  std::string campaign;  // empty: none, only what runs
  std::vector<FirmwareTarget> targets;
  bool operator==(const FirmwareStatusReport&) const = default;
};

template <typename Io, Of<FirmwareTarget> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kTarget);
  io.failure(v.failure);
  io.required("state", v.state);
  io.unless_empty("active", v.active);
  io.required("blocksDone", v.blocks_done);
  io.required("blocksTotal", v.blocks_total);
}

template <typename Io, Of<FirmwareStatusReport> V>
void shape(Io& io, V& v) {
  io.unless_empty("campaign", v.campaign, kId);
  io.elements("Target", v.targets);
}

// How far the clock of a meter is off; it is read, never corrected.
struct ClockMeter {
  std::string id;
  std::optional<Failure> failure;
  std::optional<UtcMs> read_at;
  std::int32_t offset_ms = 0;  // meter minus concentrator
  bool operator==(const ClockMeter&) const = default;
};
using ClockStatusReport = MetersReport<ClockMeter, ReportKind::clock_status>;

template <typename Io, Of<ClockMeter> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kMeter);
  io.failure(v.failure);
  io.time("readAt", v.read_at, column("read_ms"));
  io.required("offset", v.offset_ms, in("ms"));
}

}  // namespace protocol::p32
