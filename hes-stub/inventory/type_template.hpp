// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hes-stub/ports/row.hpp"
#include "protocol/cosem/class.hpp"

namespace hes {

namespace classes = protocol::cosem::classes;
using protocol::cosem::ClassId;
using protocol::cosem::Obis;

inline constexpr Obis kClock = protocol::cosem::obis(0, 0, 1, 0, 0);
inline constexpr Obis kLoadProfile = protocol::cosem::obis(1, 0, 99, 1, 0);
inline constexpr Obis kDailyClosing = protocol::cosem::obis(1, 0, 99, 2, 0);
inline constexpr Obis kMonthlyClosing = protocol::cosem::obis(0, 0, 98, 1, 0);

// One column of a profile: value * 10^scaler in the unit of Blue Book table 4.
struct Column {
  protocol::cosem::Attribute source;
  std::int8_t scaler = 0;
  std::uint8_t unit = 255;  // 255: a count, no unit
};

struct ProfileType {
  Obis obis;
  std::vector<Column> columns;
  // Roles of the columns: the clock, the status word, the capture counter, and the rest in order.
  int clock_column = -1;
  int status_column = -1;
  int counter_column = -1;
  std::size_t value_count() const;
  bool is_value(std::size_t column) const {
    const int c = static_cast<int>(column);
    return c != clock_column && c != status_column && c != counter_column;
  }
};

// Gives the columns their roles. False without a clock, or with more values than a row holds:
// such a profile cannot be stored.
bool assign_roles(ProfileType& profile);

// What the meters of one firmware have in common.
struct TypeTemplate {
  std::string firmware;
  std::string revision;
  std::vector<ProfileType> profiles;  // those that can be stored

  const ProfileType* profile(const Obis& obis) const;
};

// Reads {"firmware", "revision", "objects":[{"class", "version", "obis", "scaler", "unit",
// "captured":[{"class", "obis", "attribute"}]}]}, as `amitwin template` writes it. Faults as with
// the inventory.
TypeTemplate parse_type_template(const std::string& name, std::string_view text,
                                 std::vector<std::string>& faults);
TypeTemplate read_type_template(const std::string& path, std::vector<std::string>& faults);
// The same document again, as far as the head-end keeps it; stored beside the rows.
std::string to_json(const TypeTemplate& type);

// Five groups when F is 255, otherwise six.
std::string to_string(const Obis& obis);

}  // namespace hes
