// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "dcu/app/meters/collector.hpp"
#include "dcu/app/meters/poller.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/hosted/p32/message.hpp"

namespace dcu::app {

// Why a job did not do what it was for.
std::optional<protocol::p32::Failure> failure_of(const Job& job, PollOutcome outcome);

// Reads of meters what is not collected regularly, into lines of reports.
class MeterReader {
 public:
  MeterReader(Core& core, Poller& poller, Collector& collector)
      : core_(core), poller_(poller), collector_(collector) {}

  // Logical device name and firmware of a meter, into the store.
  JobPtr identity_job(MeterIndex meter, std::uint8_t priority);
  JobPtr instantaneous_job(MeterIndex meter, std::uint8_t priority,
                           std::shared_ptr<protocol::p32::InstantaneousMeter> line);
  JobPtr relay_job(MeterIndex meter, std::uint8_t priority,
                   std::shared_ptr<protocol::p32::RelayMeter> line);
  JobPtr firmware_job(MeterIndex meter, std::uint8_t priority,
                      std::shared_ptr<protocol::p32::FirmwareTarget> line);

  // Reads what a selection asks of each of its meters that is not in `skip`. Every so many meters,
  // and at the end, `part` gets the lines that are there, with the serials they are about.
  struct Part {
    protocol::p32::ReportBody body;
    std::vector<std::string> meters;
    bool last = false;
  };
  void survey(const protocol::p32::Selection& selection, std::uint64_t owner,
              const std::set<std::string>& skip, std::size_t meters_per_part,
              std::function<void(Part)> part);

 private:
  struct Survey;
  using SurveyPtr = std::shared_ptr<Survey>;
  void ask(const SurveyPtr& survey, MeterIndex meter);
  void ask_rows(const SurveyPtr& survey, MeterIndex meter);
  void ask_events(const SurveyPtr& survey, MeterIndex meter);
  template <typename Line, typename Make>
  void ask_line(const SurveyPtr& survey, MeterIndex meter, Make&& make);
  void start(const SurveyPtr& survey, JobPtr job,
             std::function<void(std::optional<protocol::p32::Failure>)> done);
  void done(const SurveyPtr& survey, const std::string& serial);

  Core& core_;
  Poller& poller_;
  Collector& collector_;
  // Scalers and units of a model's registers; a model is asked once.
  std::map<std::pair<std::string, protocol::cosem::Obis>, protocol::cosem::classes::ScalerUnit>
      units_;
};

}  // namespace dcu::app
