// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/hosted/p32/shape.hpp"

namespace protocol::p32 {

// What is asked for. Rows count by their own UTC, ends included.
struct Selection {
  ReportKind report = ReportKind::load_profile;
  Source source = Source::cache;
  Priority priority = Priority::normal;
  std::optional<UtcMs> from;
  std::optional<UtcMs> until;
  std::vector<std::string> meters;   // empty: all
  std::vector<std::uint16_t> codes;  // events: only these; empty: all
  bool operator==(const Selection&) const = default;
};

template <typename Io, Of<Selection> V>
void shape(Io& io, V& v) {
  io.required("report", v.report);
  io.required("source", v.source);
  io.required("priority", v.priority);
  io.time("from", v.from);
  io.time("until", v.until);
  io.list("codes", v.codes);
  io.meters(v.meters);
}

}  // namespace protocol::p32
