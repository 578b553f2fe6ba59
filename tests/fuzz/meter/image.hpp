// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>

#include "tests/fuzz/program.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"

namespace fuzz {

using Key = std::array<std::uint8_t, 16>;

// What a meter leaves behind when its supply ends after days of life.
struct Image {
  const meter_firmware* firmware = nullptr;
  meter_provision provision{};
  Octets flash;
  std::array<std::uint8_t, METER_RETAINED_MAX_BYTES> retained{};
  std::int64_t utc_s = 0;
  std::map<Key, std::uint32_t> sealed_with;  // the largest invocation counter of each key
  std::array<std::set<Octets>, static_cast<std::size_t>(meter::fw::LogId::logs)> rows;
};

inline constexpr unsigned kImages = 4;
// Made once: one phase with a power line modem, three phases of five minutes, one whose load
// profile has gone round, one whose period was changed.
const Image& image(unsigned which);

// A row as it can be compared: stamp, code and values.
Octets row_key(const meter::fw::RowHead& head, protocol::Bytes values);
std::uint32_t counter_of(const std::array<std::uint8_t, 12>& iv);

// ---- Damage ----
// What the input did to the image, as far as it matters for what may still be expected.
struct Damage {
  bool parameters = false;  // the pages of the parameters were touched
  // Records can have vanished without a trace, or others passed for them.
  bool parameters_rewound = false;
  bool retained = false;
  bool forged = false;  // records with good checksums and any content
  bool failing = false;
};

// Steps of the program up to its first octet 0: what happens to flash and battery-backed memory
// while the supply is off.
Damage damage(Program& program, rigs::FakePlatform& meter, const Image& image);

}  // namespace fuzz
