// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "models/core/parts/flash.hpp"

namespace {

using models::Flash;
using Octets = std::vector<std::uint8_t>;

Octets read(const Flash& flash, std::uint32_t address, std::size_t n) {
  Octets out(n);
  EXPECT_TRUE(flash.read(address, out));
  return out;
}

TEST(Flash, ErasedReadsFfAndProgrammingOnlyClearsBits) {
  Flash flash(4);
  EXPECT_EQ(read(flash, 4094, 4), Octets(4, 0xFF));
  EXPECT_TRUE(flash.write(100, Octets{0xF0, 0x0F}));
  EXPECT_TRUE(flash.write(100, Octets{0xAA, 0xFF}));
  EXPECT_EQ(read(flash, 99, 4), (Octets{0xFF, 0xA0, 0x0F, 0xFF}));
  EXPECT_TRUE(flash.erase(0));
  EXPECT_EQ(read(flash, 99, 4), Octets(4, 0xFF));
  EXPECT_EQ(flash.erases(0), 1u);
  EXPECT_EQ(flash.erases(1), 0u);
}

TEST(Flash, AccessMayCrossPages) {
  Flash flash(4);
  EXPECT_TRUE(flash.write(4095, Octets{1, 2, 3}));
  EXPECT_EQ(read(flash, 4094, 5), (Octets{0xFF, 1, 2, 3, 0xFF}));
  EXPECT_TRUE(flash.erase(1));
  EXPECT_EQ(read(flash, 4094, 5), (Octets{0xFF, 1, 0xFF, 0xFF, 0xFF}));
}

TEST(Flash, RefusesWhatLiesOutside) {
  Flash flash(2);
  Octets two(2);
  EXPECT_TRUE(flash.read(2 * 4096 - 2, two));
  EXPECT_FALSE(flash.read(2 * 4096 - 1, two));
  EXPECT_FALSE(flash.write(0xFFFFFFFF, two));
  EXPECT_FALSE(flash.erase(2));
  EXPECT_TRUE(flash.write(2 * 4096, {}));
}

TEST(Flash, FailedPageFailsAloneAndChangesNothing) {
  Flash flash(4);
  ASSERT_TRUE(flash.write(0, Octets{1}));
  flash.fail_page(1);
  EXPECT_FALSE(flash.write(4095, Octets{1, 2}));
  EXPECT_FALSE(flash.erase(1));
  EXPECT_EQ(read(flash, 4095, 1), Octets{0xFF});
  EXPECT_TRUE(flash.write(8192, Octets{5}));
}

TEST(Flash, CutTearsTheChosenOperationAndEndsEverythingAfterIt) {
  Flash flash(4);
  ASSERT_TRUE(flash.write(0, Octets(4, 0x00)));
  flash.cut_power_at(2);
  EXPECT_TRUE(flash.write(16, Octets{1}));
  EXPECT_FALSE(flash.write(32, Octets{1, 2, 3, 4}));
  EXPECT_TRUE(flash.power_cut());
  EXPECT_FALSE(flash.write(64, Octets{1}));
  EXPECT_FALSE(flash.erase(0));
  Octets any(1);
  EXPECT_FALSE(flash.read(0, any));
  flash.restore_power();
  EXPECT_EQ(read(flash, 32, 4), (Octets{1, 2, 0xFF, 0xFF}));
  EXPECT_EQ(read(flash, 64, 1), Octets{0xFF});
}

TEST(Flash, CutEraseLeavesHalfAPage) {
  Flash flash(1);
  ASSERT_TRUE(flash.write(0, Octets(4096, 0)));
  flash.cut_power_at(1);
  EXPECT_FALSE(flash.erase(0));
  flash.restore_power();
  EXPECT_EQ(read(flash, 2047, 2), (Octets{0, 0xFF}));
}

TEST(Flash, CostsMemoryOnlyForWhatIsProgrammed) {
  Flash flash(256);
  for (std::uint32_t page = 0; page < 256; ++page) {
    ASSERT_TRUE(flash.write(page * 4096, Octets(64, 0)));
  }
  EXPECT_LT(flash.memory_bytes(), 256u * 200);
  for (std::uint32_t page = 0; page < 256; ++page) ASSERT_TRUE(flash.erase(page));
  EXPECT_LT(flash.memory_bytes(), 256u * 80);
}

}  // namespace
