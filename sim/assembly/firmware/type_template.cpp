// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/firmware/type_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sim::run {
namespace {

std::string obis_text(const std::uint8_t (&obis)[6]) {
  return fmt::format("{}.{}.{}.{}.{}.{}", obis[0], obis[1], obis[2], obis[3], obis[4], obis[5]);
}

}  // namespace

std::string type_template_text(const meter_firmware& firmware) {
  using nlohmann::ordered_json;
  ordered_json objects = ordered_json::array();
  meter_object_info info{};
  for (std::uint32_t index = 0; firmware.describe(index, &info) == 0; ++index) {
    ordered_json object = {{"class", info.class_id},
                           {"version", info.version},
                           {"obis", obis_text(info.obis)},
                           {"scaler", info.scaler},
                           {"unit", info.unit}};
    if (info.n_captured > 0) {
      ordered_json captured = ordered_json::array();
      const std::size_t n = std::min<std::size_t>(info.n_captured, std::size(info.captured));
      for (std::size_t i = 0; i < n; ++i) {
        captured.push_back({{"class", info.captured[i].class_id},
                            {"obis", obis_text(info.captured[i].obis)},
                            {"attribute", info.captured[i].attribute}});
      }
      object["captured"] = std::move(captured);
    }
    objects.push_back(std::move(object));
    info = {};
  }
  const ordered_json all = {{"firmware", firmware.name},
                            {"revision", firmware.revision},
                            {"objects", std::move(objects)}};
  return all.dump(1) + "\n";
}

}  // namespace sim::run
