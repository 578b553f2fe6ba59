// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Demand, and the dates of a calendar.
#include "tests/firmware/meter/tariff_fixture.hpp"

namespace {

using namespace tariff_test;

// ---- The calendar: days and instants ----

std::int64_t day_of(int year, unsigned month, unsigned day) {
  return utc_s(year, month, day) / kDay_s;
}

TEST(DateRules, EasterOfBothCalendars) {
  const struct {
    int year;
    std::int64_t gregorian, julian;
  } known[] = {{1999, day_of(1999, 4, 4), day_of(1999, 4, 11)},
               {2008, day_of(2008, 3, 23), day_of(2008, 4, 27)},
               {2019, day_of(2019, 4, 21), day_of(2019, 4, 28)},
               {2024, day_of(2024, 3, 31), day_of(2024, 5, 5)},
               {2025, day_of(2025, 4, 20), day_of(2025, 4, 20)},
               {2026, day_of(2026, 4, 5), day_of(2026, 4, 12)},
               {2038, day_of(2038, 4, 25), day_of(2038, 4, 25)},
               {2049, day_of(2049, 4, 18), day_of(2049, 4, 25)},
               {2076, day_of(2076, 4, 19), day_of(2076, 4, 26)}};
  for (const auto& one : known) {
    EXPECT_EQ(meter::fw::easter(one.year, false), one.gregorian) << one.year;
    EXPECT_EQ(meter::fw::easter(one.year, true), one.julian) << one.year;
  }
}

TEST(DateRules, EveryKindOfWildcard) {
  constexpr std::uint8_t kAny = 0xFF;
  const struct {
    DateRule rule;
    std::int64_t yes, no;
  } cases[] = {
      {{kAny, kAny, 12, 25, kAny}, day_of(2031, 12, 25), day_of(2031, 12, 24)},
      {{0x07, 0xEA, 12, 25, kAny}, day_of(2026, 12, 25), day_of(2027, 12, 25)},
      {{kAny, kAny, kAny, 1, kAny}, day_of(2026, 7, 1), day_of(2026, 7, 2)},
      {{kAny, kAny, kAny, kAny, 7}, day_of(2026, 2, 8), day_of(2026, 2, 9)},
      {{kAny, kAny, 5, 0xFE, 1}, day_of(2026, 5, 25), day_of(2026, 5, 18)},  // last Monday of May
      {{kAny, kAny, 5, 0xFD, 1}, day_of(2026, 5, 18), day_of(2026, 5, 25)},  // last but one
      {{kAny, kAny, 2, 0xFE, kAny}, day_of(2028, 2, 29), day_of(2028, 2, 28)},
      {{kAny, kAny, 11, 22, 4}, day_of(2026, 11, 26), day_of(2026, 11, 19)},  // 4th Thursday
      {{kAny, kAny, 12, 31, 1}, day_of(2027, 1, 4), day_of(2026, 12, 28)},    // over the year's end
      {{kAny, kAny, 0xFE, kAny, kAny}, day_of(2026, 3, 29), day_of(2026, 3, 28)},
      {{kAny, kAny, 0xFD, kAny, kAny}, day_of(2026, 10, 25), day_of(2026, 10, 24)},
      {{kAny, kAny, 0xFC, 0xFE, kAny}, day_of(2026, 4, 3), day_of(2026, 4, 5)},  // Good Friday
      {{kAny, kAny, 0xFC, 50, kAny}, day_of(2026, 5, 25), day_of(2026, 5, 24)},  // Whit Monday
      {{kAny, kAny, 0xFB, 1, kAny}, day_of(2026, 4, 13), day_of(2026, 4, 6)},
  };
  for (const auto& one : cases) {
    EXPECT_TRUE(meter::fw::is_date_rule(one.rule)) << testing::PrintToString(one.rule);
    EXPECT_TRUE(meter::fw::matches(one.rule, one.yes)) << testing::PrintToString(one.rule);
    EXPECT_FALSE(meter::fw::matches(one.rule, one.no)) << testing::PrintToString(one.rule);
  }
  for (const DateRule& bad :
       {DateRule{kAny, kAny, 13, 1, kAny}, DateRule{kAny, kAny, 2, 30, kAny},
        DateRule{0x07, 0xE7, 2, 29, kAny}, DateRule{0x07, 0xE8, 4, 31, kAny},
        DateRule{kAny, kAny, 1, 0, kAny}, DateRule{kAny, kAny, 1, 1, 8},
        DateRule{kAny, kAny, 0xFC, 0x80, kAny}, DateRule{kAny, kAny, 0xFC, 1, 1}}) {
    EXPECT_FALSE(meter::fw::is_date_rule(bad)) << testing::PrintToString(bad);
  }
  // The leap day is a day, but no season can begin with it each year.
  EXPECT_TRUE(meter::fw::is_date_rule({kAny, kAny, 2, 29, kAny}));
  EXPECT_FALSE(meter::fw::is_yearly({kAny, kAny, 2, 29, kAny}));
  EXPECT_TRUE(meter::fw::is_yearly({0x07, 0xE8, 2, 29, kAny}));
}

// ---- Demand ----

TEST_F(Tariff, TheHighestQuarterWithItsTimeByRate) {
  ASSERT_TRUE(program(plan_of_three()) && activate());
  consume_to(kStart + 900, 2000.0);
  consume_to(kStart + 1800, 4000.0);
  consume_to(kStart + 2700, 4000.0);  // as much, and later: the first counts
  EXPECT_EQ(unsigned_in(*client, peak(1, 0)), 4000u);
  EXPECT_EQ(unsigned_in(*client, peak(1, 2)), 4000u);
  EXPECT_EQ(unsigned_in(*client, peak(1, 3)), 0u);
  const auto captured = client->get(peak(1, 0, 5));
  ASSERT_TRUE(captured);
  axdr::Cursor in(*captured);
  EXPECT_EQ(protocol::cosem::decode_date_time(in.date_time())->utc_s, kStart + 1800);
  EXPECT_EQ(unsigned_in(*client, demand(4, 3)), 4000u);  // last average
  consume_to(kStart + 2700 + 480, 6000.0);
  EXPECT_EQ(unsigned_in(*client, demand(4, 2)), 3200u);  // 8 of 15 minutes at 6 kW
  consume_to(utc_s(2026, 2, 9, 17), 3000.0);             // 18:00, half an hour of rate 3
  EXPECT_EQ(unsigned_in(*client, peak(1, 3)), 3000u);
  EXPECT_EQ(unsigned_in(*client, peak(1, 0)), 4600u);
  EXPECT_EQ(unsigned_in(*client, peak(2, 0)), 0u);
}

TEST_F(Tariff, APeriodOfAnHourAndOfADay) {
  ASSERT_TRUE(set(demand(4, 8), {6, 0, 0, 0x0E, 0x10}));
  EXPECT_EQ(unsigned_in(*client, demand(4, 8)), 3600u);
  consume_to(kStart + 1800, 2000.0);
  consume_to(kStart + 3600, 4000.0);
  EXPECT_EQ(unsigned_in(*client, peak(1, 0)), 3000u);
  ASSERT_TRUE(set(demand(4, 8), {6, 0, 1, 0x51, 0x80}));
  consume_to(utc_s(2026, 2, 10, 23), 500.0);  // a whole day
  EXPECT_EQ(unsigned_in(*client, demand(4, 3)), 500u);
  EXPECT_EQ(unsigned_in(*client, demand(14, 3)), 500u);
  const Attribute yesterday{classes::ExtendedRegister::kId, obis(1, 0, 1, 16, 0, 101), 2};
  EXPECT_EQ(unsigned_in(*client, yesterday), 500u);
}

// A clock that is set back by ten minutes makes a long interval: it is none.
TEST_F(Tariff, AMovedClockInventsNoMaximum) {
  consume_to(kStart + 900, 1000.0);
  consume_to(kStart + 1620, 3000.0);
  client->disconnect();
  meter.management_counter = 5000;
  meter.set_clock(kStart + 1020);

  counter = 6000;
  open();
  consume_to(kStart + 1800, 3000.0);
  EXPECT_LE(unsigned_in(*client, peak(1, 0)), 3000u);
  consume_to(kStart + 2700, 3000.0);
  EXPECT_EQ(unsigned_in(*client, peak(1, 0)), 3000u);
}

// The supply is off over the end of an interval: what flowed before counts for the interval in
// which it flowed, once.
TEST_F(Tariff, AnIntervalThatAnOutageEndsKeepsWhatFlowed) {
  consume_to(kStart + 300, 3000.0);
  client->disconnect();
  meter.power_off(true);
  meter.now_us += 3600 * rigs::kSecond_us;
  meter.power_on(METER_BOOT_POWER);
  open();
  EXPECT_EQ(unsigned_in(*client, peak(1, 0)), 1000u);
  consume_to(meter.rtc_now() / METER_RTC_HZ + 1200, 100.0);
  EXPECT_EQ(unsigned_in(*client, peak(1, 0)), 1000u);
}

}  // namespace
