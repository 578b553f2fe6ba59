// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/hosted/civil_text/civil_text.hpp"
#include "protocol/hosted/power_limit/limit.hpp"

namespace protocol::limits {
namespace {

template <typename Number>
bool take_number(std::string_view text, std::uint64_t most, Number& value) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc{} || at != end || number > most) return false;
  value = static_cast<Number>(number);
  return true;
}
template <typename Enum>
bool take_name(std::string_view text, Enum& value) {
  const EnumNames names = names_of_type(value);
  const auto found =
      std::ranges::find(names, text, [](const char* name) { return std::string_view(name); });
  if (found == names.end()) return false;
  value = static_cast<Enum>(found - names.begin());
  return true;
}

constexpr std::uint64_t kMost = kNoLimit - 1;
constexpr std::uint32_t kMostVoltage = 0xFFFE;  // of a long-unsigned, as FFFFh is none

EmergencyLimit& emergency_of(PowerLimit& limit) {
  if (!limit.emergency) limit.emergency = EmergencyLimit{1, 0, 0, 0};
  return *limit.emergency;
}

struct Word {
  std::string_view name;
  const char* allowed;
  bool (*take)(std::string_view text, PowerLimit& limit);
};
constexpr Word kWords[] = {
    {"threshold", "a number, or none",
     [](std::string_view text, PowerLimit& limit) {
       if (text == "none") {
         limit.threshold_w = kNoLimit;
         return true;
       }
       return take_number(text, kMost, limit.threshold_w);
     }},
    {"quantity", "power, current, voltage, sag, swell",
     [](std::string_view text, PowerLimit& limit) {
       return take_name(text, limit.quantity.emplace());
     }},
    {"over_s", "whole seconds",
     [](std::string_view text, PowerLimit& limit) {
       return take_number(text, kMost, limit.over_s);
     }},
    {"under_s", "whole seconds",
     [](std::string_view text, PowerLimit& limit) {
       return take_number(text, kMost, limit.under_s);
     }},
    {"action", "none, disconnect",
     [](std::string_view text, PowerLimit& limit) { return take_name(text, limit.action); }},
    {"mode", "0 to 6",
     [](std::string_view text, PowerLimit& limit) {
       return take_number(text, 6, limit.control_mode.emplace());
     }},
    {"emergency", "a number",
     [](std::string_view text, PowerLimit& limit) {
       return take_number(text, kMost, emergency_of(limit).threshold_w);
     }},
    {"from", "a time like 2026-03-01T18:00:00Z",
     [](std::string_view text, PowerLimit& limit) {
       const auto utc_s = parse_rfc3339(text);
       if (utc_s) emergency_of(limit).from = *utc_s * 1000;
       return utc_s.has_value();
     }},
    {"for_s", "whole seconds",
     [](std::string_view text, PowerLimit& limit) {
       return take_number(text, kMost, emergency_of(limit).duration_s);
     }},
    {"id", "0 to 65535",
     [](std::string_view text, PowerLimit& limit) {
       return take_number(text, 0xFFFF, emergency_of(limit).id);
     }},
};

}  // namespace

ParsedLimit parse_limit(std::string_view text) {
  PowerLimit limit;
  std::array<bool, std::size(kWords)> taken{};
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" ,\t\r\n"), text.size());
    const std::string_view whole = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (whole.empty()) continue;
    const std::size_t equals = std::min(whole.find('='), whole.size());
    const auto word = std::ranges::find(kWords, whole.substr(0, equals), &Word::name);
    if (word == std::end(kWords) || equals == whole.size()) {
      std::string allowed;
      for (const Word& one : kWords)
        allowed += (allowed.empty() ? "" : ", ") + std::string(one.name) + "=";
      return {{}, "\"" + std::string(whole) + "\", allowed: " + allowed};
    }
    if (!word->take(whole.substr(equals + 1), limit)) {
      return {{}, std::string(whole) + ", allowed: " + word->allowed};
    }
    bool& before = taken[static_cast<std::size_t>(word - std::begin(kWords))];
    if (before) return {{}, std::string(whole) + ", allowed: " + std::string(word->name) + " once"};
    before = true;
  }
  const auto has = [&taken](std::string_view name) {
    return taken[static_cast<std::size_t>(std::ranges::find(kWords, name, &Word::name) - kWords)];
  };
  if (!has("threshold")) return {{}, "no threshold, allowed: threshold=3000, threshold=none"};
  const auto& emergency = limit.emergency;
  if (emergency && (!has("emergency") || emergency->from == 0 || emergency->duration_s == 0)) {
    return {{},
            "an emergency without threshold or time, allowed: emergency=, from=, for_s= together"};
  }
  if (quantity_of(limit) == Quantity::voltage && limit.threshold_w > kMostVoltage &&
      limit.threshold_w != kNoLimit) {
    return {{},
            "threshold=" + std::to_string(limit.threshold_w) +
                ", allowed of a voltage: 0 to 65534 tenths of a volt, none"};
  }
  const bool durations = limit.over_s != 0 || limit.under_s != 0 || emergency.has_value();
  if (quantity_of(limit) != Quantity::power && durations) {
    return {{}, "durations or an emergency of another quantity than power, allowed: none of them"};
  }
  if (is_of_quality(limit) && limit.threshold_w > 0xFFFF) {
    return {{}, "threshold of a voltage, allowed: 0 to 65535 tenths of a volt"};
  }
  return {limit, {}};
}

std::string text_of(const PowerLimit& limit) {
  std::string text =
      "threshold=" +
      (limit.threshold_w == kNoLimit ? std::string("none") : std::to_string(limit.threshold_w));
  text += std::string(" quantity=") + kQuantityNames[static_cast<std::size_t>(quantity_of(limit))];
  text += std::string(" action=") + kLimiterNames[static_cast<std::size_t>(limit.action)];
  text += " over_s=" + std::to_string(limit.over_s) + " under_s=" + std::to_string(limit.under_s);
  if (limit.control_mode) text += " mode=" + std::to_string(*limit.control_mode);
  if (const auto& emergency = limit.emergency) {
    text += " emergency=" + std::to_string(emergency->threshold_w) +
            " from=" + format_utc(emergency->from / 1000) +
            " for_s=" + std::to_string(emergency->duration_s) +
            " id=" + std::to_string(emergency->id);
  }
  return text;
}

}  // namespace protocol::limits
