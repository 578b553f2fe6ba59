// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// What the slot of another image takes, what flash makes of it, and when the reset comes.
#include "tests/firmware/meter/image_fixture.hpp"

namespace {

using namespace image_test;

// Transferred and verified, and activated at this second of a minute.
void activate_at(MeterFixture& meter, int second) {
  meter.run_to(kStart + 60 + second);
  Talk talk(meter);
  ASSERT_TRUE(talk.open());
  ASSERT_EQ(talk.transfer(container()), AccessResult::success);
  ASSERT_EQ(talk.verify(), AccessResult::success);
  ASSERT_EQ(talk.activate(), AccessResult::success);
}

TEST(ImageSlot, TheResetKeepsAwayFromFullMinutes) {
  // Ten seconds later, or behind the next full minute; or before it.
  for (const auto& [second, reset] :
       {std::pair{0, 15}, {5, 15}, {20, 30}, {34, 44}, {36, 75}, {45, 75}, {53, 75}}) {
    MeterFixture meter(kStart);
    const Maker maker(meter);
    activate_at(meter, second);
    meter.run_to(kStart + 60 + reset - 1);
    EXPECT_EQ(meter.confirmations, 0) << second;
    meter.run_to(kStart + 60 + reset + 1);
    EXPECT_EQ(meter.confirmations, 1) << second;
  }
}

TEST(ImageSlot, BehindItsActivationNothingElseIsTaken) {
  MeterFixture meter(kStart);
  const Maker maker(meter);
  activate_at(meter, 20);
  {
    Talk talk(meter);
    ASSERT_TRUE(talk.open());
    EXPECT_EQ(talk.initiate(container()), AccessResult::temporary_failure);
    EXPECT_EQ(talk.initiate(container("AD11A", 3000), "another"), AccessResult::temporary_failure);
    EXPECT_EQ(talk.status(), ImageStatus::activation_initiated);
  }
  meter.run_for_us(90 * kSecond_us);
  EXPECT_EQ(meter.firmware, good_firmware());
}

TEST(ImageSlot, AnImageOfTheSameNameAndAnotherSizeBeginsAnew) {
  MeterFixture meter(kStart);
  const Maker maker(meter);
  const auto octets = container();
  const auto larger = container("AD11A", 3500);
  Talk talk(meter);
  ASSERT_TRUE(talk.open());
  ASSERT_EQ(talk.initiate(octets), AccessResult::success);
  ASSERT_EQ(talk.block(0, Bytes(octets).first(960)), AccessResult::success);
  ASSERT_EQ(talk.transfer(larger), AccessResult::success);
  EXPECT_EQ(talk.first_asked, 0u);
  EXPECT_EQ(*talk.client().get(attribute(3)), (std::vector<std::uint8_t>{0x04, 4, 0xF0}));
  EXPECT_EQ(talk.verify(), AccessResult::success);
}

TEST(ImageSlot, ABlockThatFlashTookInPartIsToldAndTakenTheNextTime) {
  MeterFixture meter(kStart);
  const Maker maker(meter);
  const auto octets = container();
  Talk talk(meter);
  ASSERT_TRUE(talk.open());
  ASSERT_EQ(talk.initiate(octets), AccessResult::success);
  ASSERT_NE(octets[960], 0xFF);
  meter.slot_keeps = 0xFF;
  EXPECT_EQ(talk.block(1, Bytes(octets).subspan(960, 960)), AccessResult::hardware_fault);
  EXPECT_EQ(*talk.client().get(attribute(3)), (std::vector<std::uint8_t>{0x04, 3, 0x00}));
  EXPECT_EQ(talk.status(), ImageStatus::initiated);
  EXPECT_EQ(talk.block(1, Bytes(octets).subspan(960, 960)), AccessResult::success);
  ASSERT_EQ(talk.transfer(octets), AccessResult::success);
  EXPECT_EQ(talk.verify(), AccessResult::success);
}

// A bit that was cleared for nothing comes back by an erase alone.
TEST(ImageSlot, ABlockThatFlashSpoiltEndsItsTransferAndTheNextBeginsAnew) {
  MeterFixture meter(kStart);
  const Maker maker(meter);
  const auto octets = container();
  Talk talk(meter);
  ASSERT_TRUE(talk.open());
  ASSERT_EQ(talk.initiate(octets), AccessResult::success);
  ASSERT_EQ(talk.block(0, Bytes(octets).first(960)), AccessResult::success);
  meter.slot_clears = octets[960];
  ASSERT_NE(meter.slot_clears, 0);
  EXPECT_EQ(talk.block(1, Bytes(octets).subspan(960, 960)), AccessResult::hardware_fault);
  EXPECT_EQ(talk.status(), ImageStatus::verification_failed);
  EXPECT_EQ(talk.block(1, Bytes(octets).subspan(960, 960)), AccessResult::temporary_failure);
  ASSERT_EQ(talk.transfer(octets), AccessResult::success);
  EXPECT_EQ(talk.first_asked, 0u);
  EXPECT_EQ(talk.verify(), AccessResult::success);
}

}  // namespace
