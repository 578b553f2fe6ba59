// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/display/items.hpp"

#include <algorithm>
#include <utility>

#include "meter/fw/billing/tariff.hpp"
#include "meter/fw/core/revision.hpp"
#include "meter/fw/profiles/captured_values.hpp"

namespace meter::fw {
namespace {

using enum Symbol;
constexpr UnitMask kKilowattHours = unit_of({kilo, watt, hour});
constexpr UnitMask kKilovarHours = unit_of({kilo, volt, ampere, reactive, hour});
constexpr UnitMask kKilowatts = unit_of({kilo, watt});
constexpr UnitMask kKilovars = unit_of({kilo, volt, ampere, reactive});
constexpr UnitMask kVolts = unit_of({volt});
constexpr UnitMask kAmperes = unit_of({ampere});
constexpr UnitMask kHertz = unit_of({hertz});

enum class Form : std::uint8_t {
  counter,  // all digits, as a register rolls over
  number,   // without leading zeros
  other,    // put by put_other()
};
struct Face {
  ItemCode code;
  UnitMask unit = 0;
  bool maximum = false;
};
struct Displayable {
  ItemId first;
  std::uint8_t n;
  Form form;
  std::uint8_t fraction;  // digits of the value that stand behind the unit's point
  bool by_element;
  Face (*face)(std::uint8_t which);
  std::uint32_t (*value)(const Core& core, ItemId item, std::uint8_t which);
};

constexpr std::uint8_t next(std::size_t first, std::size_t more) {
  return static_cast<std::uint8_t>(first + more);
}
std::uint32_t captured(const Core& core, ItemId item, std::uint8_t) {
  return captured_value(core, item);
}
std::uint32_t nothing(const Core&, ItemId, std::uint8_t) { return 0; }

constexpr auto kDisplayables = std::to_array<Displayable>({
    {kEnergyColumns, kQuantities, Form::counter, 3, false,
     [](std::uint8_t which) {
       const auto& quantity = protocol::cosem::kQuantityTable[which];
       const bool active = quantity.power == protocol::cosem::Power::active;
       return Face{{quantity.obis.octets[2], quantity.obis.octets[3], quantity.obis.octets[4]},
                   active ? kKilowattHours : kKilovarHours};
     },
     captured},
    {kVoltageColumns, 3, Form::number, 1, true,
     [](std::uint8_t which) {
       return Face{{next(32, std::size_t{20} * which), 7, 0}, kVolts};
     },
     captured},
    {kCurrentColumns, 3, Form::number, 3, true,
     [](std::uint8_t which) {
       return Face{{next(31, std::size_t{20} * which), 7, 0}, kAmperes};
     },
     captured},
    {kPowerColumns, 4, Form::number, 3, false,
     [](std::uint8_t which) {
       return Face{{next(1, which), 7, 0}, which < 2 ? kKilowatts : kKilovars};
     },
     captured},
    {kFrequencyColumn, 1, Form::number, 2, false,
     [](std::uint8_t) {
       return Face{{14, 7, 0}, kHertz};
     },
     captured},
    {kRateItems, 2 * kRates, Form::counter, 3, false,
     [](std::uint8_t which) {
       return Face{{next(1, which / kRates), 8, next(1, which % kRates)}, kKilowattHours};
     },
     [](const Core& core, ItemId, std::uint8_t which) {
       return rate_energy_wh(core, which % kRates, which / kRates);
     }},
    {kPeakItems, kDemands, Form::number, 3, false,
     [](std::uint8_t which) {
       return Face{{next(1, which), 6, 0}, kKilowatts, true};
     },
     [](const Core& core, ItemId, std::uint8_t which) {
       return core.durable.billing.demand.month[which][0].power_w;
     }},
    {kTimeItem, 1, Form::other, 0, false,
     [](std::uint8_t) {
       return Face{{0, 9, 1}};
     },
     nothing},
    {kDateItem, 1, Form::other, 0, false,
     [](std::uint8_t) {
       return Face{{0, 9, 2}};
     },
     nothing},
    {kSerialItem, 1, Form::other, 0, false,
     [](std::uint8_t) {
       return Face{{96, 1, 0}};
     },
     nothing},
    {kRevisionItem, 1, Form::other, 0, false,
     [](std::uint8_t) {
       return Face{{0, 2, 0}};
     },
     nothing},
    {kErrorItem, 1, Form::other, 0, false,
     [](std::uint8_t) {
       return Face{{97, 97, 0}};
     },
     nothing},
});
static_assert(kActiveImport == 0 && kActiveExport == 1);

// visit(row, which) for the row that has this item.
template <typename Visit>
bool for_item(ItemId item, Visit&& visit) {
  for (const Displayable& one : kDisplayables) {
    if (item < one.first || item >= one.first + one.n) continue;
    visit(one, static_cast<std::uint8_t>(item - one.first));
    return true;
  }
  return false;
}

void put_code(const ItemCode& code, Frame& frame) {
  std::size_t line = kCodeLine;
  for (const std::uint8_t number : {code.c, code.d, code.e}) {
    if (line != kCodeLine) frame.point(line - 1);
    if (number >= 10) frame.digit(line++, static_cast<char>('0' + number / 10 % 10));
    frame.digit(line++, static_cast<char>('0' + number % 10));
  }
}

// Digits from the right; zeros in front where all digits are shown, else up to the point.
void put_number(std::uint32_t value, std::size_t decimals, bool all_digits, Frame& frame) {
  for (std::size_t k = 0; k < kMainDigits; ++k) {
    const std::size_t line = kMainLine + kMainDigits - 1 - k;
    if (value == 0 && k > decimals && !all_digits) return;
    frame.digit(line, static_cast<char>('0' + value % 10));
    if (k == decimals && k != 0) frame.point(line);
    value /= 10;
  }
}

// Two digits from a line on, a point behind them.
void put_pair(std::size_t line, unsigned value, bool point, Frame& frame) {
  frame.digit(line, static_cast<char>('0' + value / 10 % 10));
  frame.digit(line + 1, static_cast<char>('0' + value % 10));
  if (point) frame.point(line + 1);
}
void put_pairs(unsigned first, unsigned second, unsigned third, Frame& frame) {
  constexpr std::size_t kLine = kMainLine + kMainDigits - 6;
  put_pair(kLine, first, true, frame);
  put_pair(kLine + 2, second, true, frame);
  put_pair(kLine + 4, third, false, frame);
}

std::string_view text_of(const char* text, std::size_t most) {
  std::size_t n = 0;
  while (n < most && text[n] != 0) ++n;
  return {text, n};
}

void put_other(const Core& core, ItemId item, Frame& frame) {
  if (item == kTimeItem || item == kDateItem) {
    const std::int64_t utc_s = core.clock.utc_s(core.hal);
    const std::int64_t local_s = utc_s - 60 * core.clock.zone.at(utc_s).deviation_min;
    const std::int64_t day = floor_to(local_s, kSecondsPerDay) / kSecondsPerDay;
    if (item == kTimeItem) {
      const auto second = static_cast<unsigned>(local_s - day * kSecondsPerDay);
      return put_pairs(second / 3600, second / 60 % 60, second % 60, frame);
    }
    const protocol::CivilDate date = protocol::civil_from_days(day);
    return put_pairs(date.day, date.month, static_cast<unsigned>(date.year % 100), frame);
  }
  if (item == kErrorItem) {
    std::uint32_t errors = core.errors();
    for (std::size_t k = 0; k < kMainDigits; ++k, errors >>= 4) {
      frame.digit(kMainLine + kMainDigits - 1 - k, "0123456789ABCDEF"[errors & 0xF]);
    }
    return;
  }
  std::string_view text = kRevision;
  if (item == kSerialItem) {  // its end tells meters apart
    text = text_of(core.identity.serial, sizeof core.identity.serial);
    text.remove_prefix(text.size() - std::min(text.size(), kMainDigits));
  }
  const auto points = static_cast<std::size_t>(std::count(text.begin(), text.end(), '.'));
  const std::size_t digits = std::min(text.size() - points, kMainDigits);
  frame.text(kMainLine + kMainDigits - digits, digits, text);
}

}  // namespace

bool is_displayable(ItemId item, std::uint8_t n_elements) {
  bool fitted = false;
  for_item(item, [&](const Displayable& one, std::uint8_t which) {
    fitted = !one.by_element || which < n_elements;
  });
  return fitted;
}

ItemCode code_of(ItemId item) {
  ItemCode code{};
  for_item(item, [&](const Displayable& one, std::uint8_t which) { code = one.face(which).code; });
  return code;
}

std::uint8_t most_decimals(ItemId item) {
  std::uint8_t most = 0;
  for_item(item, [&](const Displayable& one, std::uint8_t) { most = one.fraction; });
  return most;
}

bool find_item(const ItemCode& code, std::uint8_t n_elements, ItemId& item) {
  for (const Displayable& one : kDisplayables) {
    for (std::uint8_t which = 0; which < one.n; ++which) {
      item = next(one.first, which);
      if (one.face(which).code == code) return is_displayable(item, n_elements);
    }
  }
  return false;
}

void put_item(const Core& core, ItemId item, std::uint8_t decimals, Frame& frame) {
  for_item(item, [&](const Displayable& one, std::uint8_t which) {
    const Face face = one.face(which);
    put_code(face.code, frame);
    frame.unit(face.unit);
    frame.light(Symbol::maximum, face.maximum);
    if (one.form == Form::other) return put_other(core, item, frame);
    std::uint32_t value = one.value(core, item, which);
    for (std::uint8_t k = decimals; k < one.fraction; ++k) value /= 10;  // registers are cut
    put_number(value, decimals, one.form == Form::counter, frame);
  });
}

}  // namespace meter::fw
