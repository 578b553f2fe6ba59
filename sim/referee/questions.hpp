// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "protocol/cosem/types.hpp"
#include "sim/referee/event_judge.hpp"
#include "sim/referee/measured.hpp"
#include "sim/referee/outcome.hpp"
#include "sim/referee/tariff.hpp"

namespace sim::run {

// What a meter says that it holds.
struct ReadMeter {
  std::optional<std::vector<HeldRow>> rows;      // none: it did not answer
  std::optional<std::vector<HeldEvent>> events;  // none: it has no logs
  std::optional<HeldTariff> tariff;              // of a meter with a tariff plan
  std::string revision;                          // of a meter that was given an image
  HeldQuantities measured;                       // where sim.read_measured asks for them
  bool whole = false;  // everything was asked, and every answer made sense
};

// An answer is of some instant in between.
struct AnswerTime {
  kernel::TimeNs asked = 0;
  kernel::TimeNs answered = 0;
};

// What a hand-held unit asks a meter, one attribute after the other.
struct Question {
  protocol::cosem::Attribute attribute;
  // No value: the meter refused. False: nothing more is asked.
  std::function<bool(std::optional<protocol::Bytes> value, const AnswerTime& time)> take;
  protocol::cosem::Selection selection{};
};

// All that there is to be known of a meter which captured until then; answers go to `into`, which
// outlives the questions.
std::vector<Question> questions_of(const Scenario& scenario, const Home& home, kernel::TimeNs until,
                                   ReadMeter& into);

}  // namespace sim::run
