// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/no_result.hpp"

#include <cmath>

#include "sim/drive/firmware_end.hpp"
#include "sim/report/text.hpp"

namespace sim::run {

result::Summary summary_of_none(const Scenario& scenario, const RunOptions& options,
                                const std::string& error) {
  result::Summary summary;
  summary.scenario = scenario.general.name;
  summary.seed = static_cast<std::uint64_t>(scenario.general.seed);
  summary.mode = name_of(scenario.sim.mode);
  summary.meters = static_cast<std::uint64_t>(scenario.meters.count);
  summary.warnings = options.warnings;
  summary.sim_s = summary.wall_s = summary.cpu_s = std::nan("");
  summary.cut_short = true;
  summary.error = error;
  summary.kpis = result::judge(result::kpis_of({}), scenario.expectations);
  for (result::Kpi& kpi : summary.kpis) {
    kpi.value = std::nan("");
    kpi.cut_short = true;
  }
  return summary;
}

void prepare_summary_files(const Scenario& scenario, const RunOptions& options) {
  const std::string mark = "@the firmware's end@";
  const result::Summary summary = summary_of_none(scenario, options, mark);
  const auto prepared = [&](std::string text) {
    result::replace_all(text, result::escape_markup(mark), std::string(1, kSentence));
    result::replace_all(text, mark, std::string(1, kSentence));
    result::replace_all(text, "\"sim_s\": null", std::string("\"sim_s\": ").append(1, kSimulatedS));
    result::replace_all(
        text, "\"simulated_s\" value=\"nan\"",
        std::string("\"simulated_s\" value=\"").append(1, kSimulatedS).append("\""));
    return text;
  };
  set_firmware_file(0, options.folder + "/summary.json", prepared(result::summary_text(summary)));
  set_firmware_file(1, options.folder + "/junit.xml", prepared(result::junit_text(summary)));
}

void forget_summary_files() {
  for (const std::size_t each : {0, 1}) set_firmware_file(each, "", "");
}

}  // namespace sim::run
