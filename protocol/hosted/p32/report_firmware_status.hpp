// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/hosted/p32/shape.hpp"

namespace protocol::p32 {

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

}  // namespace protocol::p32
