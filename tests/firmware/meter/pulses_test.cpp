// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Test outputs: where pulses are laid, and the optical port as one of them.
#include <gtest/gtest.h>

#include <vector>

#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"

namespace {

using rigs::make_sums;
using rigs::MeterFixture;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10);

// From the end of the session on; light that is no frame does not end it, a frame is answered.
TEST(Pulses, TheOpticalPortRepeatsThemUntilItIsAskedBack) {
  MeterFixture meter(kStart);
  const protocol::cosem::Attribute port{protocol::cosem::ClassId{1},
                                        protocol::cosem::obis(0, 0, 96, 5, 130), 2};
  rigs::TestClient client(meter, rigs::management_client(meter.provision, 1), METER_UART_OPTICAL);
  ASSERT_TRUE(client.connect() && client.associate());
  EXPECT_FALSE(client.set(port, std::vector<std::uint8_t>{0x11, 3}));
  EXPECT_EQ(client.refusal, protocol::cosem::AccessResult::other_reason);
  ASSERT_TRUE(client.set(port, std::vector<std::uint8_t>{0x11, 2}));
  EXPECT_EQ(meter.repeated_pulses, METER_PULSE_OUTPUTS) << "he still talks";
  client.disconnect();
  EXPECT_EQ(meter.repeated_pulses, METER_PULSE_REACTIVE);
  const std::uint8_t light[] = {0x00, 0x7E, 0xFF};
  meter.firmware->on_uart(meter.instance(), METER_UART_OPTICAL, light, sizeof light);
  EXPECT_EQ(meter.repeated_pulses, METER_PULSE_REACTIVE);

  rigs::TestClient again(meter, rigs::management_client(meter.provision, client.counter()),
                         METER_UART_OPTICAL);
  ASSERT_TRUE(again.connect() && again.associate());
  EXPECT_EQ(meter.repeated_pulses, METER_PULSE_OUTPUTS);
  EXPECT_EQ(again.get(port), (std::vector<std::uint8_t>{0x11, 0}));
  ASSERT_TRUE(again.set(port, std::vector<std::uint8_t>{0x11, 1}));
  again.disconnect();
  EXPECT_EQ(meter.repeated_pulses, METER_PULSE_ACTIVE);
  meter.power_off(true);
  meter.power_on(METER_BOOT_POWER);
  EXPECT_EQ(meter.repeated_pulses, METER_PULSE_OUTPUTS) << "as after every power on";
}

// Where the energy, spread evenly over its windows, crosses the watt-hours.
TEST(Pulses, AreLaidWhereTheirWattHoursAre) {
  MeterFixture meter(kStart);
  constexpr double kPulse_uj = 3.6e9;
  double rest_uj = 0;
  for (const double current_a : {8.917, 22.871, 80.13, 0.4173, 71.39, 99.71, 54.83}) {
    const meter_sums sums = make_sums({240.0, current_a, 0.0, 50.0});
    for (int k = 0; k < 40; ++k) {
      const std::uint64_t before = meter.pulses[METER_PULSE_ACTIVE];
      meter.sums(sums, 1);
      const double energy_uj = 240.0 * current_a * 200'000;
      const auto count = static_cast<std::uint64_t>((rest_uj + energy_uj) / kPulse_uj);
      ASSERT_EQ(meter.pulses[METER_PULSE_ACTIVE] - before, count);
      if (count > 0) {
        const auto& laid = meter.laid[METER_PULSE_ACTIVE];
        const auto at_us = [&](std::uint64_t nth) {
          return (static_cast<double>(nth) * kPulse_uj - rest_uj) / energy_uj * 200'000;
        };
        EXPECT_NEAR(static_cast<double>(laid.first_us), at_us(1), 20);
        EXPECT_NEAR(static_cast<double>(laid.last_us), at_us(count), 20);
      }
      rest_uj += energy_uj - static_cast<double>(count) * kPulse_uj;
    }
  }
}

}  // namespace
