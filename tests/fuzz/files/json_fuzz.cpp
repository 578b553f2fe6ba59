// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Every JSON file that is read: inventories with their keys, type templates, the knobs of the
// head-end, summaries. Each is taken, or refused with sentences that a terminal can show; what was
// taken comes back from what is written of it.
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "hes-stub/inventory/config.hpp"
#include "hes-stub/inventory/inventory.hpp"
#include "hes-stub/inventory/type_template.hpp"
#include "protocol/hosted/printable/printable.hpp"
#include "sim/reader/read.hpp"
#include "sim/reader/secrets.hpp"
#include "sim/report/summary.hpp"

namespace {

using Faults = std::vector<std::string>;

constexpr std::size_t kSentenceMost = 1000;

void require(bool condition) {
  if (!condition) std::abort();
}

// Names, places and what is allowed; of values no more than fits a line.
void check(const Faults& faults) {
  for (const std::string& fault : faults) {
    require(fault.starts_with("f.json: ") && fault.size() <= kSentenceMost);
    require(protocol::printable(fault) == fault);
  }
}

void check_inventory(const std::string& text) {
  Faults faults;
  const hes::Inventory inventory = hes::parse_inventory("f.json", text, faults);
  check(faults);
  require(faults.empty() || inventory.size() == 0);
  for (hes::MeterIndex meter = 0; meter < inventory.size(); ++meter) {
    const hes::MeterEntry& entry = inventory[meter];
    require(!entry.serial.empty() && entry.capture_period_s > 0);
    require(entry.concentrator == hes::kNoConcentrator ||
            entry.concentrator < inventory.concentrators().size());
    require(inventory.by_system_title(entry.system_title) == meter);
  }
}

void check_config(const std::string& text) {
  Faults faults;
  const hes::EngineConfig config = hes::parse_config("f.json", text, faults);
  check(faults);
  if (!faults.empty()) return;
  const std::string written = hes::to_json(config);
  Faults none;
  require(hes::to_json(hes::parse_config("f.json", written, none)) == written && none.empty());
}

void check_type(const std::string& text) {
  Faults faults;
  const hes::TypeTemplate type = hes::parse_type_template("f.json", text, faults);
  check(faults);
  if (!faults.empty()) return;
  require(type.profile(hes::kLoadProfile) != nullptr);
  for (const hes::ProfileType& profile : type.profiles) {
    require(profile.value_count() <= hes::kMaxValues && profile.clock_column >= 0);
  }
  const std::string written = hes::to_json(type);
  Faults none;
  const hes::TypeTemplate again = hes::parse_type_template("f.json", written, none);
  require(none.empty() && hes::to_json(again) == written);
}

void check_summary(const std::string& text) {
  const auto summary = sim::result::parse_summary(text);
  if (!summary) return;
  for (const double value :
       {summary->meter_days, summary->sim_s, summary->wall_s, summary->cpu_s}) {
    require(std::isfinite(value) && value >= 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_inventory(text);
  check_config(text);
  check_type(text);
  check_summary(text);
  for (const char* const meter : {"", "AMT0000000001", "AMT0020000000001"}) {
    try {
      sim::reader::parse_keys("f.json", text, meter);
    } catch (const sim::reader::InputError& error) {
      check({std::string(error.what()).substr(std::string("--keys = ").size())});
    }
  }
  return 0;
}
