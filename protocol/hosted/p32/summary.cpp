// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/p32/message.hpp"
#include "protocol/hosted/p32/names.hpp"

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
  void operator()(const InventoryReport& report) const { meters(report.meters); }
  void operator()(const RelayStatusReport& report) const { meters(report.meters); }
  void operator()(const InstantaneousReport& report) const {
    meters(report.meters);
    std::size_t n = 0;
    for (const InstantaneousMeter& meter : report.meters) n += meter.readings.size();
    add_count(text, n, "reading");
  }
  void operator()(const ProfileReport& report) const {
    meters(report.meters);
    std::size_t n = 0;
    for (const ProfileMeter& meter : report.meters) n += meter.rows.size();
    add_count(text, n, "row");
  }
  void operator()(const MeterEventsReport& report) const {
    meters(report.meters);
    std::size_t n = 0;
    for (const EventMeter& meter : report.meters) n += meter.events.size();
    add_count(text, n, "event");
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
  if (report.order) {
    const auto state = static_cast<std::size_t>(report.order->state);
    text += ", order " + report.order->order + ' ' + kOrderStateNames[state];
  }
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

const char* name_of(ReportKind kind) { return kReportNames[static_cast<std::size_t>(kind)]; }
const char* name_of(OrderKind kind) { return kOrderNames[static_cast<std::size_t>(kind)]; }
const char* name_of(ErrorCategory category) {
  return kCategoryNames[static_cast<std::size_t>(category)];
}

ReportKind Report::kind() const {
  struct KindOf {
    ReportKind operator()(const InventoryReport&) const { return ReportKind::inventory; }
    ReportKind operator()(const InstantaneousReport&) const { return ReportKind::instantaneous; }
    ReportKind operator()(const ProfileReport& report) const { return report.profile; }
    ReportKind operator()(const MeterEventsReport& report) const {
      return report.alarms ? ReportKind::alarms : ReportKind::meter_events;
    }
    ReportKind operator()(const ConcentratorParametersReport&) const {
      return ReportKind::concentrator_parameters;
    }
    ReportKind operator()(const ConcentratorEventsReport&) const {
      return ReportKind::concentrator_events;
    }
    ReportKind operator()(const RelayStatusReport&) const { return ReportKind::relay_status; }
    ReportKind operator()(const FirmwareStatusReport&) const { return ReportKind::firmware_status; }
    ReportKind operator()(const StatisticsReport&) const { return ReportKind::statistics; }
  };
  return std::visit(KindOf{}, body);
}

ReportKind result_kind(OrderKind kind) {
  switch (kind) {
    case OrderKind::relay:
      return ReportKind::relay_status;
    case OrderKind::concentrator_parameters:
      return ReportKind::concentrator_parameters;
    case OrderKind::concentrator_command:
      return ReportKind::concentrator_events;
    case OrderKind::firmware_campaign:
      return ReportKind::firmware_status;
    default:
      return ReportKind::instantaneous;
  }
}

const char* kind_of(const Message& message) { return kBodyElements[message.body.index()]; }

std::string summary_of(const Message& message) {
  return kind_of(message) +
         std::visit([](const auto& body) { return text_of(body); }, message.body);
}

}  // namespace protocol::p32
