// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Rules between values, which the XSD cannot say.
#include <algorithm>

#include "protocol/hosted/p32/xml_reader.hpp"

namespace protocol::p32 {
namespace {

// Orders that name the meters they are for. A key change names them key by key; a purge may.
bool names_meters(const Order& order) {
  switch (order.kind()) {
    case OrderKind::key_change:
    case OrderKind::concentrator_parameters:
    case OrderKind::concentrator_command:
      return false;
    case OrderKind::firmware_campaign: {
      const auto& campaign = std::get<FirmwareCampaignOrder>(order.body);
      return !campaign.for_concentrator && campaign.image.has_value();
    }
    default:
      return true;
  }
}

bool may_name_meters(const Order& order) {
  return names_meters(order) || order.kind() == OrderKind::concentrator_command;
}

template <typename List, typename Name>
bool has_name(const List& list, const Name& name) {
  return std::any_of(list.begin(), list.end(), [&](const auto& one) { return one.name == name; });
}

bool has_day(const ActivityCalendarOrder& order, std::uint8_t id) {
  return std::any_of(order.days.begin(), order.days.end(),
                     [&](const Day& day) { return day.id == id; });
}

}  // namespace

void check(XmlReader& at, const Envelope& envelope) {
  if (envelope.from == envelope.to) at.fault("to", "is the sender itself", "the other end");
}

void check(XmlReader& at, const Message& message) {
  check(at, message.envelope);
  const bool answer =
      std::holds_alternative<Ack>(message.body) || std::holds_alternative<Work>(message.body);
  if (answer && message.envelope.re.empty()) {
    at.fault("re", "is missing", "the id of the message answered");
  }
}

void check(XmlReader& at, const Selection& selection) {
  if (selection.from && selection.until && *selection.from > *selection.until) {
    at.fault("until", "lies before from", "from or later");
  }
}
void check(XmlReader& at, const Request& request) { check(at, request.selection); }
void check(XmlReader& at, const Query& query) { check(at, query.selection); }

void check(XmlReader& at, const ProfileMeter& meter) {
  if (meter.from && meter.to && *meter.from > *meter.to) {
    at.fault("to", "lies before from", "from or later");
  }
}

void check(XmlReader& at, const StatisticsReport& report) {
  if (report.from > report.until) at.fault("until", "lies before from", "from or later");
}

void check(XmlReader& at, const ConcentratorParameters& parameters) {
  if (!parameters.tasks) return;
  std::vector<std::string_view> ids;
  for (const Task& task : *parameters.tasks) ids.push_back(task.id);
  std::sort(ids.begin(), ids.end());
  const auto twice = std::adjacent_find(ids.begin(), ids.end());
  if (twice != ids.end()) {
    at.fault({}, "two tasks \"" + std::string(*twice) + "\"", "an id of its own for each task");
  }
}

void check(XmlReader& at, const Order& order) {
  if (order.until <= order.from) at.fault("until", "does not lie behind from", "later than from");
  if (names_meters(order) && order.meters.empty()) {
    at.fault({}, "names no meter", "at least one Meter");
  }
  if (!may_name_meters(order) && !order.meters.empty()) {
    at.fault({}, "names meters", "no Meter in an order of this kind");
  }
}

void check(XmlReader& at, const Signature& signature) {
  constexpr std::size_t kOctets = 64;  // RFC 8032 5.1.6
  if (signature.octets.size() != kOctets) {
    at.fault({}, "a signature of " + std::to_string(signature.octets.size()) + " octets",
             "64 octets in base64");
  }
}

void check(XmlReader& at, const MeterParametersOrder& order) {
  if (order == MeterParametersOrder{}) at.fault({}, "changes nothing", "at least one parameter");
}

void check(XmlReader& at, const ActivityCalendarOrder& order) {
  for (const Season& season : order.seasons) {
    if (has_name(order.weeks, season.week)) continue;
    at.fault({}, "season " + season.name + " names no week of this calendar", "the name of a Week");
  }
  for (const Week& week : order.weeks) {
    for (const std::uint8_t day : week.days) {
      if (has_day(order, day)) continue;
      at.fault({}, "week " + week.name + " names no day of this calendar", "the id of a Day");
      break;
    }
  }
  for (const SpecialDay& special : order.special_days) {
    if (has_day(order, special.day)) continue;
    at.fault({}, "a special day names no day of this calendar", "the id of a Day");
  }
}

void check(XmlReader& at, const ClockSyncOrder& order) {
  constexpr std::uint32_t kShiftMax_s = 900;  // Blue Book class 8 method 6
  if (order.mode == ClockSyncMode::shift && order.threshold_s > kShiftMax_s) {
    at.fault("threshold", "is more than a shift can do", "0 to 900");
  }
}

void check(XmlReader& at, const ConcentratorCommandOrder& order) {
  if (order.target.has_value() != (order.command == Command::cancel)) {
    at.fault("target", "is there for cancel and only then", "the id of what is cancelled");
  }
  if (order.older_than_s && order.command != Command::purge) {
    at.fault("olderThan", "belongs to purge", "none");
  }
}

void check(XmlReader& at, const DlmsOperation& operation) {
  if (operation.service == DlmsService::get && !operation.data.empty()) {
    at.fault("data", "belongs to set and action", "none");
  }
  if (operation.service == DlmsService::set && operation.data.empty()) {
    at.fault("data", "is missing", "the value to set, A-XDR");
  }
  if (!operation.selector && !operation.selection.empty()) {
    at.fault("selection", "has no selector", "a selector beside it");
  }
}

void check(XmlReader& at, const FirmwareImage& image) {
  if (image.size_octets == 0) at.fault("size", "is 0", "1 or more");
  if (image.block_octets == 0) at.fault("block", "is 0", "1 or more");
}

}  // namespace protocol::p32
