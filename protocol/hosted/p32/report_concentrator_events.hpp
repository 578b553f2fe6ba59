// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "protocol/hosted/p32/shape.hpp"

namespace protocol::p32 {

enum class EventGroup : std::uint8_t { standard, access, communication, meters, orders };
inline constexpr const char* kGroupNames[] = {"standard", "access", "communication", "meters",
                                              "orders"};
constexpr Names names_of_type(EventGroup) { return kGroupNames; }
struct ConcentratorEvent {
  std::uint64_t number = 0;  // counts through the log: tells repeats from new ones
  UtcMs at = 0;
  EventGroup group = EventGroup::standard;
  std::uint16_t code = 0;  // docs/p32ex.md has the list
  std::string subject;     // meter, order or message concerned; may be empty
  bool operator==(const ConcentratorEvent&) const = default;
};
struct ConcentratorEventsReport {
  static constexpr ReportKind kKinds[] = {ReportKind::concentrator_events};
  std::vector<ConcentratorEvent> events;
  bool operator==(const ConcentratorEventsReport&) const = default;
};

template <typename Io, Of<ConcentratorEvent> V>
void shape(Io& io, V& v) {
  io.required("number", v.number);
  io.time("at", v.at);
  io.required("group", v.group, column("grp"));
  io.required("code", v.code);
  io.unless_empty("subject", v.subject);
}

template <typename Io, Of<ConcentratorEventsReport> V>
void shape(Io& io, V& v) {
  io.elements("Event", v.events);
}

}  // namespace protocol::p32
