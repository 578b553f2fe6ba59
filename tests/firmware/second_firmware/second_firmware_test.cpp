// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// A firmware that knows nothing but meter_hal.h, and the built-in ones, each out of a shared
// object.
#include "tests/firmware/second_firmware/second_firmware.h"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/classes/security_setup.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstring>

#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

namespace classes = protocol::cosem::classes;
using protocol::cosem::Attribute;
using protocol::cosem::obis;
using rigs::MeterFixture;
using rigs::TestClient;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10);
const Attribute kName{classes::Data::kId, obis(0, 0, 42, 0, 0), 2};
const Attribute kTitle{classes::SecuritySetup::kId, obis(0, 0, 43, 0, 0), 5};
const Attribute kWindows{classes::Data::kId, obis(0, 0, 128, 0, 0), 2};

const meter_firmware* entry_of(const char* path) {
  void* const object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (object == nullptr) {
    ADD_FAILURE() << dlerror();
    return nullptr;
  }
  using Entry = const meter_firmware* (*)();
  const auto entry = reinterpret_cast<Entry>(dlsym(object, METER_FIRMWARE_ENTRY));
  return entry == nullptr ? nullptr : entry();
}

void read_identity(const meter_firmware* firmware) {
  MeterFixture meter(kStart, rigs::make_provision(), firmware);
  for (int round = 0; round < 2; ++round) {
    TestClient client(meter, rigs::public_client());
    ASSERT_TRUE(client.connect());
    ASSERT_TRUE(client.associate());
    EXPECT_EQ(rigs::text_of(client.get(kName)), meter.provision.logical_device_name);
    EXPECT_EQ(rigs::text_of(client.get(kTitle)), std::string("AMT\0\0\0\0\x2A", 8));
    client.disconnect();
    meter.power_off(false);
    meter.power_on(METER_BOOT_POWER);
  }
}

TEST(SecondFirmware, AnswersThePublicClient) { read_identity(second_firmware()); }

TEST(SecondFirmware, CountsWindowsOverPowerCuts) {
  MeterFixture meter(kStart, rigs::make_provision(), second_firmware());
  const meter_sums sums = rigs::make_sums({240.0, 1.0});
  meter.sums(sums, 300);
  meter.sums(sums, 7);
  const meter_window window{};
  meter.firmware->on_samples(meter.instance(), &window);
  meter.power_off(false);
  meter.power_on(METER_BOOT_POWER);
  TestClient client(meter, rigs::public_client());
  ASSERT_TRUE(client.connect() && client.associate());
  EXPECT_EQ(rigs::unsigned_in(client, kWindows), 308u);
  EXPECT_FALSE(client.get({classes::Register::kId, obis(1, 0, 1, 8, 0), 2}));
  EXPECT_EQ(client.refusal, protocol::cosem::AccessResult::object_undefined);
}

TEST(SecondFirmware, HasNothingToPushAndLetsNobodyElseIn) {
  MeterFixture meter(kStart, rigs::make_provision(), second_firmware());
  TestClient module(meter, rigs::push_client());
  ASSERT_TRUE(module.connect());
  EXPECT_TRUE(module.poll().empty());
  EXPECT_TRUE(module.is_open());
  TestClient manager(meter, rigs::management_client(meter.provision));
  EXPECT_FALSE(manager.connect());
}

TEST(SecondFirmware, AnswersAgainWhenAnAnswerWasLost) {
  MeterFixture meter(kStart, rigs::make_provision(), second_firmware());
  TestClient client(meter, rigs::public_client());
  ASSERT_TRUE(client.connect() && client.associate());
  int frames = 0;
  client.on_wire = [&](std::vector<std::uint8_t>& frame) {
    if (++frames % 2 == 0) frame[6] ^= 4;
  };
  for (int k = 0; k < 10; ++k) {
    EXPECT_EQ(rigs::text_of(client.get(kName)), meter.provision.logical_device_name);
  }
  client.on_wire = nullptr;
}

TEST(SecondFirmware, SurvivesNoise) {
  MeterFixture meter(kStart, rigs::make_provision(), second_firmware());
  std::uint32_t state = 3;
  for (int k = 0; k < 20'000; ++k) {
    std::vector<std::uint8_t> octets(1 + k % 300);
    for (auto& octet : octets) octet = static_cast<std::uint8_t>((state = state * 69069 + 1) >> 24);
    octets.front() = octets.back() = 0x7E;
    meter.firmware->on_uart(meter.instance(), METER_UART_RS485, octets.data(),
                            static_cast<std::uint32_t>(octets.size()));
  }
}

TEST(SharedObject, AnyFirmwareComesThroughOneSymbol) {
  const struct {
    const char* path;
    const char* name;
  } cases[] = {{SECOND_FIRMWARE_SO, "SECOND"}, {AD11A_SO, "AD11A"}};
  for (const auto& c : cases) {
    const meter_firmware* const firmware = entry_of(c.path);
    ASSERT_NE(firmware, nullptr) << c.path;
    EXPECT_EQ(firmware->version, METER_HAL_VERSION);
    EXPECT_EQ(firmware->size, sizeof(meter_firmware));
    EXPECT_STREQ(firmware->name, c.name);
    read_identity(firmware);
  }
  EXPECT_NE(entry_of(AD11A_SO), meter_ad11a_firmware());  // its own copy, not ours
}

TEST(SharedObject, DescriptionNeedsNoInstance) {
  meter_object_info info{};
  std::uint32_t n = 0;
  while (second_firmware()->describe(n, &info) == 0) ++n;
  EXPECT_EQ(n, 3u);
}

}  // namespace
