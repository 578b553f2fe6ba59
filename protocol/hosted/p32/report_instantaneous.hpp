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

}  // namespace protocol::p32
