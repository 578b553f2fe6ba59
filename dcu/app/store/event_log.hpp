// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "dcu/app/store/records.hpp"
#include "protocol/hosted/p32/report_concentrator.hpp"

namespace dcu::app {

using EventGroup = protocol::p32::EventGroup;

// Events of the concentrator; the oldest give way.
class EventLog {
 public:
  EventLog(Records& records, const Clock& clock) : records_(records), clock_(clock) {}
  void open();
  void note(EventGroup group, std::uint16_t code, std::string_view subject);
  std::vector<protocol::p32::ConcentratorEvent> events(std::uint64_t from_number) const;

 private:
  Records& records_;
  const Clock& clock_;
  std::uint64_t next_ = 1;
  std::uint64_t oldest_ = 1;
};

}  // namespace dcu::app
