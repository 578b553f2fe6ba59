// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/hosted/p32/order_result.hpp"
#include "protocol/hosted/p32/report_concentrator.hpp"
#include "protocol/hosted/p32/report_inventory.hpp"
#include "protocol/hosted/p32/report_readings.hpp"
#include "protocol/hosted/p32/report_rows.hpp"
#include "protocol/hosted/p32/shape.hpp"

// What a concentrator reports: the list of all reports. Meters are named by their serial. A meter
// that could not be read stands in a good report with its failure and without data; one that was
// read in part has both.

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

using ReportBody =
    std::variant<InventoryReport, InstantaneousReport, ProfileReport, MeterEventsReport,
                 ConcentratorParametersReport, ConcentratorEventsReport, RelayStatusReport,
                 FirmwareStatusReport, StatisticsReport, ClockStatusReport>;

// An empty body of a kind, and the kind of a body.
ReportBody body_of(ReportKind kind);
ReportKind kind_of(const ReportBody& body);

// Why the concentrator reports.
enum class Cause : std::uint8_t { schedule, request, event, order };
inline constexpr const char* kCauseNames[] = {"schedule", "request", "event", "order"};
constexpr Names names_of_type(Cause) { return kCauseNames; }

// What was asked or ordered is Envelope::re (id of the Request, Query or Order). A long answer may
// come in parts 1..n; each part stands for itself.
struct Report {
  Cause cause = Cause::schedule;
  std::uint32_t part = 1;
  bool last = true;  // no part follows
  std::optional<OrderResult> order;
  ReportBody body;

  ReportKind kind() const { return kind_of(body); }
  bool operator==(const Report&) const = default;
};

template <typename Io, Of<Report> V>
void shape(Io& io, V& v) {
  auto kind = v.kind();
  io.required("kind", kind);
  io.required("cause", v.cause);
  io.required("part", v.part, kCount);
  io.required("last", v.last);
  io.maybe_element("OrderResult", v.order);
  io.chosen(v.body, kind);
}

}  // namespace protocol::p32
