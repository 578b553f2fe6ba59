// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Scenarios of any text: refused with located lines, or whole. What was taken is walked as a run
// would.
#include <cstdlib>
#include <string>

#include "sim/scenario/scenario.hpp"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sim::run;
  // The first line may be the value of an override.
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string first = text.substr(0, text.find('\n'));
  const std::string overrides[] = {"meters.count=" + first, first};
  for (const std::size_t n : {0u, 1u, 2u}) {
    const LoadedScenario loaded = parse_scenario(text, "f.toml", std::span(overrides, n));
    require(loaded.scenario.has_value() == loaded.errors.empty());
    for (const Problem& problem : loaded.errors) require(!problem.text.empty());
    for (const Problem& problem : loaded.warnings) require(!problem.text.empty());
    if (!loaded.scenario) continue;
    const Scenario& scenario = *loaded.scenario;
    require(scenario.meters.count >= 1 && scenario.meters.count <= 1000);
    require(scenario.end() >= scenario.capture_end() && scenario.capture_end() > 0);
    for (std::uint32_t meter = 1; meter <= scenario.meters.count; ++meter) {
      const MeterSettings settings = settings_of(scenario, meter);
      require(settings.concentrator <= scenario.concentrators.size());
      require(settings.zone.offset_min >= -840 && settings.zone.offset_min <= 840);
    }
    for (const Event& event : scenario.events) {
      require(event.at >= 0 && event.at < scenario.end());
      for (const std::uint32_t meter : event.meters.list(1000)) {
        require(meter <= scenario.meters.count || event.meters.text() == "all");
      }
    }
  }
  return 0;
}
