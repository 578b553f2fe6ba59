// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// The slot for another firmware, and the boot loader.
#include <gtest/gtest.h>

#include "tests/rigs/devices/meter_bench.hpp"

namespace {

using device_test::meter_script;
using device_test::MeterBench;
using device_test::MeterBenchOptions;
using device_test::scripted_meter;
using kernel::kNsPerMinute;

const meter_firmware& next_firmware() {
  static const meter_firmware next = [] {
    meter_firmware table = scripted_meter();
    table.revision = "next";
    table.retained_bytes += 64;
    return table;
  }();
  return next;
}

// Containers that begin with '!' are good.
struct OneImage final : models::ImageLibrary {
  const meter_firmware* firmware_of(std::span<const std::uint8_t> container,
                                    const meter_firmware&) override {
    return container[0] == '!' ? &next_firmware() : nullptr;
  }
};

class Images : public testing::Test {
 protected:
  OneImage library;
  MeterBench bench{[this] {
    MeterBenchOptions options;
    options.images = &library;
    return options;
  }()};
  std::vector<meter_boot_reason> boots;
  bool confirms = true;

  static constexpr std::uint32_t kOctet = 9;
  std::uint8_t program_octet() {
    std::array<std::uint8_t, 1> read{};
    EXPECT_TRUE(bench.node->board().program.read(kOctet, read));
    return read[0];
  }

  // Boots; a second later it writes this into its slot and activates it, once.
  void live(const std::string& image, std::vector<int>& results) {
    meter_script().boot = [&](meter_boot_reason reason) {
      boots.push_back(reason);
      if (reason == METER_BOOT_FIRST) bench.alarm_at(1'000'000);
      if (reason == METER_BOOT_IMAGE && confirms) bench.hal().images->confirm(bench.context());
    };
    meter_script().alarm = [&, image] {
      const meter_images& images = *bench.hal().images;
      void* const context = bench.context();
      static_cast<std::uint8_t*>(bench.hal().retained)[0] = 42;
      results.push_back(images.erase(context, 0));
      results.push_back(
          images.write(context, 0, 0, reinterpret_cast<const std::uint8_t*>(image.data()), 4));
      results.push_back(images.verify(context, 0, 4));
      results.push_back(images.activate(context, 0));
    };
    bench.start();
    bench.run_for(kNsPerMinute);
  }
};

TEST_F(Images, WhatIsActivatedRunsAfterTheResetAndStays) {
  std::vector<int> results;
  live("!abc", results);
  EXPECT_EQ(results, (std::vector<int>{0, 0, 0, 0}));
  EXPECT_EQ(boots, (std::vector<meter_boot_reason>{METER_BOOT_FIRST, METER_BOOT_IMAGE}));
  EXPECT_STREQ(bench.node->firmware().revision, "next");
  EXPECT_EQ(bench.hal().retained_bytes, next_firmware().retained_bytes);
  EXPECT_EQ(static_cast<std::uint8_t*>(bench.hal().retained)[0], 42);
  bench.node->power(2 * kNsPerMinute, false);
  bench.node->power(3 * kNsPerMinute, true);
  bench.run_for(4 * kNsPerMinute);
  EXPECT_EQ(boots.back(), METER_BOOT_POWER);
  EXPECT_STREQ(bench.node->firmware().revision, "next");
}

TEST_F(Images, WhatDoesNotConfirmGoesBack) {
  confirms = false;
  std::vector<int> results;
  live("!abc", results);
  EXPECT_EQ(boots, (std::vector<meter_boot_reason>{METER_BOOT_FIRST, METER_BOOT_IMAGE,
                                                   METER_BOOT_IMAGE_BEFORE}));
  EXPECT_EQ(&bench.node->firmware(), &scripted_meter());
}

TEST_F(Images, ATurnedBitOfProgramMemoryStaysInTheImageThatItTurnedIn) {
  const std::uint8_t whole = program_octet();
  bench.node->board().program.turn(8 * kOctet + 3);
  EXPECT_EQ(program_octet(), whole ^ 0x08);
  std::vector<int> results;
  live("!abc", results);
  ASSERT_STREQ(bench.node->firmware().revision, "next");
  EXPECT_EQ(program_octet(), whole);
}

TEST_F(Images, ATurnedBitOfProgramMemoryIsThereAgainWithItsImage) {
  const std::uint8_t whole = program_octet();
  bench.node->board().program.turn(8 * kOctet + 3);
  confirms = false;
  std::vector<int> results;
  live("!abc", results);
  ASSERT_EQ(boots.back(), METER_BOOT_IMAGE_BEFORE);
  EXPECT_EQ(program_octet(), whole ^ 0x08);
}

TEST_F(Images, WhatIsNotGoodIsNotActivated) {
  std::vector<int> results;
  live("?abc", results);
  EXPECT_EQ(results, (std::vector<int>{0, 0, -1, -1}));
  EXPECT_EQ(boots.size(), 1u);
}

TEST_F(Images, ASupplyThatEndsInAWriteEndsForTheWholeMeter) {
  bench.node->board().images.cut_power_at(models::ImageBlock::kSlotPages + 1);
  std::vector<int> results;
  live("!abc", results);
  EXPECT_EQ(results, (std::vector<int>{0, -1, -1, -1}));
  EXPECT_FALSE(bench.node->running());
  EXPECT_EQ(bench.node->board().images.operations(), models::ImageBlock::kSlotPages + 1u);
}

}  // namespace
