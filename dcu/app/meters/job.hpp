// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "dcu/app/core/core.hpp"
#include "dcu/app/ports/observer.hpp"
#include "dcu/app/store/page_store.hpp"
#include "protocol/cosem/types.hpp"

namespace dcu::app {

// One DLMS service to be asked for.
struct Operation {
  enum class Service : std::uint8_t { get, set, action } service = Service::get;
  protocol::cosem::Attribute target;  // or the method
  protocol::cosem::Selection selection;
  Octets value;  // A-XDR, to set or as parameter
  // Must not be done twice: when its answer is lost the job begins again, or, when nothing would
  // tell it whether it was done, fails.
  bool once = false;
  bool read_back = false;  // a GET that must give `value`
};
inline constexpr auto kClock = protocol::cosem::obis(0, 0, 1, 0, 0);

inline Operation get_of(protocol::cosem::ClassId class_id, const protocol::cosem::Obis& name,
                        std::int8_t index, const protocol::cosem::Selection& selection = {}) {
  return {Operation::Service::get, {class_id, name, index}, selection, {}, false};
}
inline Operation set_of(protocol::cosem::ClassId class_id, const protocol::cosem::Obis& name,
                        std::int8_t index, Octets value) {
  return {Operation::Service::set, {class_id, name, index}, {}, std::move(value), false};
}
inline Operation action_of(protocol::cosem::ClassId class_id, const protocol::cosem::Obis& name,
                           std::int8_t index, Octets value) {
  return {Operation::Service::action, {class_id, name, index}, {}, std::move(value), false};
}

// What came of it.
struct Answer {
  protocol::cosem::AccessResult result = protocol::cosem::AccessResult::success;
  Bytes data;  // of a get, or returned by an action; valid during the call
  UtcNs sent = 0;
  UtcNs received = 0;
  bool ok() const { return result == protocol::cosem::AccessResult::success; }
};

// Operations for one meter, done one after the other in an association of client 3. A job outlives
// sessions: when one breaks off, the operation under way is asked for again in the next one.
struct Job {
  enum class Next : std::uint8_t {
    go_on,       // the next operation, if there is one
    finished,    // enough
    unreadable,  // no such value: counts as a failure, asked for again
  };
  std::string_view name;  // for the observer; a literal
  MeterIndex meter = kNoMeter;
  std::uint8_t priority = 3;  // 1 first
  // Tries again until then, however often the meter fails; kNever with `patient`: for ever.
  UtcNs until = kNever;
  // Waits for a meter that is not there, and starts again after failures. Otherwise the first
  // session that fails for good ends it.
  bool patient = true;
  std::uint64_t owner = 0;  // of what order or request; 0: a task
  std::vector<Operation> operations;
  std::function<void(Job&)> prepare;  // makes the operations when its turn comes
  std::size_t at = 0;                 // the operation to be asked for next
  // May append operations. Not set: go on, and stop at the first refusal.
  std::function<Next(Job&, const Answer&)> on_answer;
  std::function<void(Job&, PollOutcome)> on_finished;
  protocol::cosem::AccessResult refusal = protocol::cosem::AccessResult::success;
  std::uint32_t new_rows = 0;
  UtcNs begun = 0;  // 0: not yet
  std::uint32_t octets_up = 0;
  std::uint32_t octets_down = 0;
};
using JobPtr = std::unique_ptr<Job>;
inline JobPtr job_of(std::string_view name, MeterIndex meter, std::uint8_t priority) {
  auto job = std::make_unique<Job>();
  job->name = name;
  job->meter = meter;
  job->priority = priority;
  return job;
}

}  // namespace dcu::app
