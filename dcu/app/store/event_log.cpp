// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/store/event_log.hpp"

namespace dcu::app {
namespace {

using Kind = Records::Kind;

constexpr std::uint64_t kEventsKept = 1000;

}  // namespace

void EventLog::open() {
  oldest_ = 0;
  records_.each(Kind::event, 0, [&](std::uint64_t number, const Octets&) {
    if (oldest_ == 0) oldest_ = number;
    next_ = number + 1;
  });
  if (oldest_ == 0) oldest_ = next_;
}

void EventLog::note(EventGroup group, std::uint16_t code, std::string_view subject) {
  records_.put(Kind::event, next_,
               FieldWriter()(clock_.now() / (kNsPerSecond / 1000), group, code, subject).take());
  ++next_;
  for (; next_ - oldest_ > kEventsKept; ++oldest_) {
    records_.erase(Kind::event, oldest_);
  }
}

std::vector<protocol::p32::ConcentratorEvent> EventLog::events(std::uint64_t from_number) const {
  std::vector<protocol::p32::ConcentratorEvent> events;
  records_.each(Kind::event, from_number, [&](std::uint64_t number, const Octets& value) {
    FieldReader in(value);
    protocol::p32::ConcentratorEvent event;
    event.number = number;
    in(event.at, event.group, event.code, event.subject);
    if (in.at_end() && event.group <= EventGroup::orders) events.push_back(std::move(event));
  });
  return events;
}

}  // namespace dcu::app
