// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/inventory/type_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "os/text_file.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/obis.hpp"
#include "protocol/cosem/quantities.hpp"
#include "protocol/hosted/json/json_reader.hpp"

namespace hes {
namespace {

using protocol::JsonNode;
using protocol::JsonReader;

constexpr std::int64_t kMaxClass = 0xFFFF;

struct ScalerUnit {
  std::int8_t scaler = 0;
  std::uint8_t unit = 255;
};
using Scalers = std::map<std::pair<std::uint16_t, Obis>, ScalerUnit>;

Obis read_obis(const JsonNode& node) {
  const auto obis = protocol::cosem::parse_obis(node.optional_text("obis"));
  if (!obis) node.fault("obis", "five or six numbers 0 to 255 with dots between");
  return obis.value_or(Obis{});
}

Scalers read_scalers(const std::vector<JsonNode>& objects) {
  Scalers scalers;
  for (const JsonNode& node : objects) {
    const auto class_id = static_cast<std::uint16_t>(node.integer("class", 1, kMaxClass));
    ScalerUnit entry;
    if (node.has("scaler"))
      entry.scaler = static_cast<std::int8_t>(node.integer("scaler", -12, 12));
    if (node.has("unit")) entry.unit = static_cast<std::uint8_t>(node.integer("unit", 0, 255));
    scalers[{class_id, read_obis(node)}] = entry;
  }
  return scalers;
}

ProfileType read_profile(const JsonNode& node, const Scalers& scalers) {
  ProfileType profile;
  profile.obis = read_obis(node);
  for (const JsonNode& captured : node.objects("captured")) {
    Column column;
    const auto class_id = static_cast<std::uint16_t>(captured.integer("class", 1, kMaxClass));
    column.source.class_id = static_cast<ClassId>(class_id);
    column.source.instance = read_obis(captured);
    column.source.index = static_cast<std::int8_t>(captured.integer("attribute", 0, 127));
    const auto found = scalers.find({class_id, column.source.instance});
    if (found != scalers.end()) {
      column.scaler = found->second.scaler;
      column.unit = found->second.unit;
    }
    profile.columns.push_back(column);
  }
  return profile;
}

// Profile status words stand in 0.0.96.10.x (Blue Book 6.2.30).
bool is_status_word(const Column& column) {
  const auto& o = column.source.instance.octets;
  return column.source.class_id == classes::Data::kId && o[0] == 0 && o[2] == 96 && o[3] == 10;
}

}  // namespace

std::size_t ProfileType::value_count() const {
  return columns.size() - (clock_column >= 0 ? 1 : 0) - (status_column >= 0 ? 1 : 0) -
         (counter_column >= 0 ? 1 : 0);
}

bool assign_roles(ProfileType& profile) {
  profile.clock_column = -1;
  profile.status_column = -1;
  profile.counter_column = -1;
  for (std::size_t i = 0; i < profile.columns.size(); ++i) {
    const Column& column = profile.columns[i];
    if (column.source.class_id == classes::Clock::kId && profile.clock_column < 0) {
      profile.clock_column = static_cast<int>(i);
    } else if (is_status_word(column) && profile.status_column < 0) {
      profile.status_column = static_cast<int>(i);
    } else if (column.source.instance == protocol::cosem::kCaptureCounter &&
               profile.counter_column < 0) {
      profile.counter_column = static_cast<int>(i);
    }
  }
  return profile.clock_column >= 0 && profile.value_count() <= kMaxValues;
}

const ProfileType* TypeTemplate::profile(const Obis& obis) const {
  const auto is = [&obis](const ProfileType& profile) { return profile.obis == obis; };
  const auto at = std::find_if(profiles.begin(), profiles.end(), is);
  return at == profiles.end() ? nullptr : &*at;
}

TypeTemplate parse_type_template(const std::string& name, std::string_view text,
                                 std::vector<std::string>& faults) {
  JsonReader reader(name, text);
  TypeTemplate type;
  if (reader.faults().empty()) {
    const JsonNode root = reader.root();
    type.firmware = root.text("firmware", 1, 64);
    type.revision = root.optional_text("revision");
    const std::vector<JsonNode> objects = root.objects("objects");
    const Scalers scalers = read_scalers(objects);
    for (const JsonNode& node : objects) {
      if (!node.has("captured")) continue;
      ProfileType profile = read_profile(node, scalers);
      // Event logs and the like carry no clock or no numbers; they are no load profiles.
      if (assign_roles(profile)) type.profiles.push_back(std::move(profile));
    }
    if (reader.faults().empty() && type.profile(kLoadProfile) == nullptr) {
      root.fault("objects", "a class 7 object 1.0.99.1.0 whose \"captured\" has the clock");
    }
  }
  faults.insert(faults.end(), reader.faults().begin(), reader.faults().end());
  return type;
}

TypeTemplate read_type_template(const std::string& path, std::vector<std::string>& faults) {
  const os::Input input = os::read_text_file(path);
  if (input.error.empty()) return parse_type_template(path, input.text, faults);
  faults.push_back(input.error);
  return {};
}

std::string to_json(const TypeTemplate& type) {
  std::string objects;
  std::map<std::pair<std::uint16_t, Obis>, ScalerUnit> registers;
  for (const ProfileType& profile : type.profiles) {
    std::string captured;
    for (const Column& column : profile.columns) {
      const auto class_id = static_cast<std::uint16_t>(column.source.class_id);
      captured +=
          fmt::format(R"({}{{"class":{},"obis":"{}","attribute":{}}})", captured.empty() ? "" : ",",
                      class_id, to_string(column.source.instance), column.source.index);
      if (column.unit != 255) {
        registers[{class_id, column.source.instance}] = {column.scaler, column.unit};
      }
    }
    objects += fmt::format(R"({}{{"class":7,"version":1,"obis":"{}","captured":[{}]}})",
                           objects.empty() ? "" : ",", to_string(profile.obis), captured);
  }
  for (const auto& [key, entry] : registers) {
    objects += fmt::format(R"(,{{"class":{},"version":0,"obis":"{}","scaler":{},"unit":{}}})",
                           key.first, to_string(key.second), entry.scaler, entry.unit);
  }
  return fmt::format(R"({{"firmware":{},"revision":{},"objects":[{}]}})",
                     protocol::json_quoted(type.firmware), protocol::json_quoted(type.revision),
                     objects);
}

std::string to_string(const Obis& obis) {
  const std::string text(protocol::cosem::ObisText(obis).view());
  return obis.octets[5] == 255 ? text.substr(0, text.rfind('.')) : text;
}

}  // namespace hes
