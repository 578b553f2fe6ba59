// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "dcu/app/meters/collector.hpp"
#include "dcu/app/meters/meter_reader.hpp"
#include "dcu/app/meters/poller.hpp"
#include "dcu/app/reports/reporter.hpp"
#include "protocol/hosted/p32/report.hpp"

namespace dcu::app {

// Requests that are answered by the meters themselves.
class Surveyor {
 public:
  Surveyor(Core& core, Poller& poller, Collector& collector, MeterReader& reader)
      : core_(core), poller_(poller), collector_(collector), reader_(reader) {}

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

  // How one meter is asked; which report asks how is in report_list.cpp.
  struct Survey;
  using SurveyPtr = std::shared_ptr<Survey>;
  void ask_identity(const SurveyPtr& survey, MeterIndex meter);
  void ask_instantaneous(const SurveyPtr& survey, MeterIndex meter);
  void ask_rows(const SurveyPtr& survey, MeterIndex meter);
  void ask_events(const SurveyPtr& survey, MeterIndex meter);
  void ask_relay(const SurveyPtr& survey, MeterIndex meter);
  void ask_firmware(const SurveyPtr& survey, MeterIndex meter);
  void ask_clock(const SurveyPtr& survey, MeterIndex meter);

 private:
  static constexpr auto kNothingMore = [](const auto&) {};
  template <typename Line, typename Make, typename Fill = decltype(kNothingMore)>
  void ask_line(const SurveyPtr& survey, MeterIndex meter, Make&& make, Fill fill = kNothingMore);
  std::shared_ptr<Collector::Range> range_of(const Survey& survey) const;
  void start(const SurveyPtr& survey, JobPtr job,
             std::function<void(std::optional<protocol::p32::Failure>)> done);
  void done(const SurveyPtr& survey, const std::string& serial);

  Core& core_;
  Poller& poller_;
  Collector& collector_;
  MeterReader& reader_;
};

// Where a report comes from: a row a kind, in report_list.cpp.
struct ReportSource {
  protocol::p32::ReportKind kind;
  // From what the concentrator has, without asking a meter.
  protocol::p32::ReportBody (Reporter::*stored)(const protocol::p32::Selection&);
  // Of each meter; nullptr: no meter can answer it.
  void (Surveyor::*ask)(const Surveyor::SurveyPtr&, MeterIndex);
};
const ReportSource& source_of(protocol::p32::ReportKind kind);

}  // namespace dcu::app
