// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/hosted/order_steps/step.hpp"

// A limit as people write it, and as it goes into a meter. Whoever orders one has this: the
// scenario, the head-end, its concentrators.
namespace protocol::limits {

using EnumNames = std::span<const char* const>;

// What is limited: power (class 71, W), or current (mA) or voltage (0.1 V) of phase L1, which
// register monitors (class 21) watch without durations. Or from where on a voltage is a sag or a
// swell (0.1 V), which is told and opens nothing.
enum class Quantity : std::uint8_t { power, current, voltage, sag, swell };
inline constexpr const char* kQuantityNames[] = {"power", "current", "voltage", "sag", "swell"};
constexpr EnumNames names_of_type(Quantity) { return kQuantityNames; }

enum class LimiterAction : std::uint8_t { none, disconnect };
inline constexpr const char* kLimiterNames[] = {"none", "disconnect"};
constexpr EnumNames names_of_type(LimiterAction) { return kLimiterNames; }

inline constexpr std::uint32_t kNoLimit = 0xFFFFFFFF;

// A lower threshold for a time.
struct EmergencyLimit {
  std::uint16_t id = 0;
  std::int64_t from = 0;  // ms, UTC since 1970
  std::uint32_t duration_s = 0;
  std::uint32_t threshold_w = 0;
  bool operator==(const EmergencyLimit&) const = default;
};
struct PowerLimit {
  std::uint32_t threshold_w = 0;  // in the unit of the quantity; kNoLimit: none any more
  std::uint32_t over_s = 0;       // above the threshold for so long: act
  // Below it again for so long: connect again, in the control modes that reconnect locally.
  std::uint32_t under_s = 0;
  LimiterAction action = LimiterAction::disconnect;
  std::optional<EmergencyLimit> emergency;
  std::optional<std::uint8_t> control_mode;  // class 70, set first
  std::optional<Quantity> quantity;          // none: power
  bool operator==(const PowerLimit&) const = default;
};

// The text of a limit, words apart by spaces or commas:
//   threshold=3000|none [quantity=power] [over_s=60] [under_s=300] [action=disconnect] [mode=6]
//   [emergency=1000 from=2026-03-01T18:00:00Z for_s=3600 [id=1]]
struct ParsedLimit {
  std::optional<PowerLimit> limit;
  std::string fault;  // "over_s=x, allowed: ..."
};
ParsedLimit parse_limit(std::string_view text);
std::string text_of(const PowerLimit& limit);

// What a client does with a meter, in this order: everything else first, read back, the threshold
// last.
std::vector<orders::Step> steps_of(const PowerLimit& limit);

constexpr Quantity quantity_of(const PowerLimit& limit) {
  return limit.quantity.value_or(Quantity::power);
}
// Not the relay's business.
constexpr bool is_of_quality(const PowerLimit& limit) {
  return quantity_of(limit) >= Quantity::sag;
}

}  // namespace protocol::limits
