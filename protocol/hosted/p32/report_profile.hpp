// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "protocol/cosem/quantities.hpp"
#include "protocol/hosted/p32/shape.hpp"

namespace protocol::p32 {

// A row as the meter captured it; nothing is recomputed. Values are the raw registers by index in
// kQuantityTable.
struct ProfileRow {
  MeterTime at;
  std::uint8_t status = 0;
  std::array<std::uint64_t, cosem::kQuantities> values{};
  std::uint32_t capture_counter = 0;  // 0: the meter's rows have none
  bool operator==(const ProfileRow&) const = default;
};
struct ProfileMeter {
  std::string id;
  std::optional<Failure> failure;
  // The range that was asked of the meter, ends included. What it did not answer in it, it does not
  // have.
  std::optional<UtcMs> from;
  std::optional<UtcMs> to;
  std::uint32_t period_s = 0;    // capture period; 0 for closings
  std::vector<ProfileRow> rows;  // in the order of the meter's buffer
  bool operator==(const ProfileMeter&) const = default;
};
struct ProfileReport {
  static constexpr ReportKind kKinds[] = {ReportKind::load_profile, ReportKind::daily_closing,
                                          ReportKind::monthly_closing};
  ReportKind profile = ReportKind::load_profile;  // or daily_closing, monthly_closing
  std::vector<ProfileMeter> meters;
  ReportKind kind() const { return profile; }
  void take_kind(ReportKind kind) { profile = kind; }
  bool operator==(const ProfileReport&) const = default;
};

template <typename Io, Of<ProfileRow> V>
void shape(Io& io, V& v) {
  shape(io, v.at);
  io.unless("n", v.capture_counter, 0u);
  io.hex_octet("st", v.status);
  io.list("v", v.values);
}

template <typename Io, Of<ProfileMeter> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kMeter);
  io.failure(v.failure);
  io.time("from", v.from);
  io.time("to", v.to);
  io.unless("period", v.period_s, 0u, in("s"));
  io.elements("Row", v.rows);
}

}  // namespace protocol::p32
