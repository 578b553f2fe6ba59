// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <ostream>

#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/target/target_firmware.hpp"

namespace target {

// Both models: each test runs for AD11A and for AD13A.
struct Model {
  const char* name;
  const meter_firmware* (*twin)();
  std::uint32_t n_elements;
};
inline std::ostream& operator<<(std::ostream& out, const Model& model) { return out << model.name; }
inline constexpr Model kModels[] = {{"Ad11a", ad11a_twin, 1}, {"Ad13a", ad13a_twin, 3}};

inline const std::int64_t kStart = rigs::utc_s(2026, 2, 10, 10, 0, 0);

// A meter whose host build and image do everything together. Each upcall is compared by itself, so
// a test that comes to its end has held law 1; what it expects besides is that enough happened.
class Law1 : public testing::TestWithParam<Model> {
 protected:
  rigs::MeterFixture meter{kStart, rigs::make_provision(), GetParam().twin()};

  const Twin& twin() const { return twin_of(meter.hal); }
  std::uint64_t upcalls() const { return twin().totals().upcalls; }
};

}  // namespace target
