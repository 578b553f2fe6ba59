// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>

#include "protocol/hosted/p32/message.hpp"

namespace protocol::p32 {
namespace {

// ", 60 meters"
void add_count(std::string& text, std::size_t n, const char* one) {
  text += ", " + std::to_string(n) + ' ' + one + (n == 1 ? "" : "s");
}

struct Sections {
  std::string& text;

  template <typename Meters>
  void meters(const Meters& list) const {
    add_count(text, list.size(), "meter");
    std::size_t failed = 0;
    for (const auto& meter : list) failed += meter.failure ? 1 : 0;
    if (failed > 0) text += " (" + std::to_string(failed) + " failed)";
  }
  // And the lines of each, a member of it.
  template <typename Meter, typename Line>
  void meters(const std::vector<Meter>& list, std::vector<Line> Meter::*lines_of,
              const char* one) const {
    meters(list);
    std::size_t n = 0;
    for (const Meter& meter : list) n += (meter.*lines_of).size();
    add_count(text, n, one);
  }

  template <typename Any>
  void operator()(const Any& report) const {
    meters(report.meters);
  }
  void operator()(const InstantaneousReport& report) const {
    meters(report.meters, &InstantaneousMeter::readings, "reading");
  }
  void operator()(const ProfileReport& report) const {
    meters(report.meters, &ProfileMeter::rows, "row");
  }
  void operator()(const MeterEventsReport& report) const {
    meters(report.meters, &EventMeter::events, "event");
  }
  void operator()(const ConcentratorParametersReport& report) const {
    text += ", " + report.identity.id;
    add_count(text, report.parameters.tasks ? report.parameters.tasks->size() : 0, "task");
  }
  void operator()(const ConcentratorEventsReport& report) const {
    add_count(text, report.events.size(), "event");
  }
  void operator()(const FirmwareStatusReport& report) const {
    add_count(text, report.targets.size(), "target");
  }
  void operator()(const StatisticsReport& report) const {
    add_count(text, report.nodes.size(), "node");
    text += ", " + std::to_string(report.nodes_registered) + " registered";
  }
};

std::string text_of(const Hello& hello) {
  return " version " + std::to_string(hello.version) + ", " + hello.software;
}
std::string text_of(const Report& report) {
  std::string text = std::string(" ") + name_of(report.kind());
  std::visit(Sections{text}, report.body);
  if (report.part != 1 || !report.last) {
    text += ", part " + std::to_string(report.part) + (report.last ? " (last)" : "");
  }
  if (report.order) text += ", order " + report.order->order + ' ' + name_of(report.order->state);
  return text;
}
std::string text_of(const Selection& selection) {
  std::string text = std::string(" ") + name_of(selection.report);
  text += selection.source == Source::cache ? " from the cache" : " from the meter";
  if (selection.meters.empty()) return text + ", all meters";
  add_count(text, selection.meters.size(), "meter");
  return text;
}
std::string text_of(const Request& request) { return text_of(request.selection); }
std::string text_of(const Query& query) { return text_of(query.selection); }
std::string text_of(const SignedOrder& signed_order) {
  const Order& order = signed_order.order;
  std::string text = std::string(" ") + name_of(order.kind()) + ' ' + order.id;
  text += ", until " + utc_text(order.until);
  if (!order.meters.empty()) add_count(text, order.meters.size(), "meter");
  return text;
}
std::string text_of(const Poll& poll) { return " for up to " + std::to_string(poll.items_max); }
std::string text_of(const Work& work) {
  std::string text;
  add_count(text, work.items.size(), "item");
  return text.substr(1) + (work.more ? ", more waiting" : "");
}
std::string text_of(const Ack& ack) { return ack.duplicate ? " duplicate" : ""; }
std::string text_of(const ErrorBody& error) {
  return std::string(" ") + name_of(error.failure.category) + ' ' +
         std::to_string(error.failure.code) + ": " + error.text;
}

}  // namespace

ReportKind kind_of(const ReportBody& body) {
  return std::visit(
      [](const auto& one) {
        if constexpr (requires { one.kind(); }) return one.kind();
        return one.kKinds[0];
      },
      body);
}

namespace {

template <std::size_t k = 0>
ReportBody make_body(ReportKind kind) {
  if constexpr (k < std::variant_size_v<ReportBody>) {
    std::variant_alternative_t<k, ReportBody> body;
    const auto& kinds = body.kKinds;
    if (std::find(std::begin(kinds), std::end(kinds), kind) == std::end(kinds)) {
      return make_body<k + 1>(kind);
    }
    if constexpr (requires { body.take_kind(kind); }) body.take_kind(kind);
    return body;
  } else {
    PROTOCOL_ASSERT(!"a kind that no report has");
    return {};
  }
}

}  // namespace

ReportBody body_of(ReportKind kind) { return make_body(kind); }

const char* kind_of(const Message& message) { return kBodyElements[message.body.index()]; }

std::string summary_of(const Message& message) {
  return kind_of(message) +
         std::visit([](const auto& body) { return text_of(body); }, message.body);
}

}  // namespace protocol::p32
