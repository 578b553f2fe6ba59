// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Rates and calendar: programmed over the wire, changed by the clock, cut at any write.
#include "tests/firmware/meter/tariff_fixture.hpp"

namespace {

using namespace tariff_test;

TEST_F(Tariff, WithoutACalendarThereIsOneRate) {
  EXPECT_EQ(rate(), 1u);
  consume_to(kStart + kHour_s, 1000.0);
  EXPECT_THAT(rates(), testing::ElementsAre(1000, 0, 0, 0, 0, 0));
}

TEST_F(Tariff, TheLargestCalendarArrivesInBlocksAndIsReadBackAsItWasSet) {
  const Plan plan = largest();
  ASSERT_TRUE(program(plan));
  const std::pair<int, Octets> all[] = {{6, name_value(plan)},
                                        {7, seasons_value(plan)},
                                        {8, weeks_value(plan)},
                                        {9, days_value(plan)}};
  for (const auto& [index, value] : all) {
    EXPECT_EQ(client->get(calendar(static_cast<std::int8_t>(index))), value) << index;
  }
  EXPECT_GT(days_value(plan).size(), 1500u);
  ASSERT_TRUE(activate());
  for (const auto& [index, value] : all) {
    EXPECT_EQ(client->get(calendar(static_cast<std::int8_t>(index - 4))), value) << index;
  }
  EXPECT_THAT(events(), Contains(9));
  EXPECT_EQ(rate(), 1u + (4 + 1) % 6);  // Monday's day profile, 10:25 is still to come
  std::vector<std::pair<DateRule, std::uint8_t>> days;
  for (std::uint8_t k = 0; k < 30; ++k) {
    days.push_back({{0xFF, 0xFF, 0xFC, static_cast<std::uint8_t>(k - 20), 0xFF}, 7});
  }
  ASSERT_TRUE(set(kSpecial, special_value(days)));
  EXPECT_EQ(client->get(kSpecial), special_value(days));
}

TEST_F(Tariff, EnergyGoesToTheRateOfItsHour) {
  ASSERT_TRUE(program(plan_of_three()));
  EXPECT_EQ(rate(), 1u);  // the passive plan does nothing yet
  const std::int64_t activation = kStart + 2 * kHour_s;
  ASSERT_TRUE(set(calendar(10), time_value(activation)));
  EXPECT_THAT(events(), Contains(19));
  consume_to(activation, 1000.0);
  EXPECT_EQ(rate(), 2u);
  EXPECT_THAT(events(), Contains(9));
  EXPECT_THAT(rates(), testing::ElementsAre(2000, 0, 0, 0, 0, 0));
  EXPECT_EQ(client->get(calendar(10))->at(2), 0xFF);  // done
  consume_to(utc_s(2026, 2, 9, 23), 1000.0);          // 12:00 to midnight
  EXPECT_THAT(rates(), testing::ElementsAre(4000, 7500, 2500, 0, 0, 0));
  consume_to(utc_s(2026, 2, 14, 23), 100.0);  // Tuesday to Friday, and a Saturday
  EXPECT_THAT(rates(),
              testing::ElementsAre(4000 + 4 * 800, 7500 + 4 * 1350, 2500 + 4 * 250, 2400, 0, 0));
  EXPECT_THAT(rates(5), testing::ElementsAre(0, 0, 0, 0, 0, 0));
}

// An interval of the day profile that both hours of autumn have comes twice; one that spring leaves
// out does not come.
TEST_F(Tariff, DaysOnWhichTheClocksChange) {
  Plan plan = plan_of_three();
  plan.days[1].changes = {{0, 0, 4}, {2, 0, 5}, {2, 30, 6}, {3, 0, 3}};
  ASSERT_TRUE(program(plan) && activate());
  meter.clock_from_outside(utc_s(2026, 3, 28, 22, 50));
  client->disconnect();
  meter.power_off(true);
  meter.power_on(METER_BOOT_POWER);
  open();
  const auto before = rates();
  consume_to(utc_s(2026, 3, 28, 23), 0.0);
  consume_to(utc_s(2026, 3, 29, 22), 1000.0);
  const auto spring = rates();
  EXPECT_EQ(spring[3] - before[3], 2000u);  // 00 to 02
  EXPECT_EQ(spring[4] - before[4], 0u);
  EXPECT_EQ(spring[5] - before[5], 0u);
  EXPECT_EQ(spring[2] - before[2], 21000u);  // 03 to 24
  client->disconnect();
  meter.clock_from_outside(utc_s(2026, 10, 24, 21, 50));
  meter.power_off(true);
  meter.power_on(METER_BOOT_POWER);
  open();
  consume_to(utc_s(2026, 10, 24, 22), 0.0);
  const auto fall_before = rates();
  consume_to(utc_s(2026, 10, 25, 23), 1000.0);
  const auto fall = rates();
  EXPECT_EQ(fall[3] - fall_before[3], 2000u);
  EXPECT_EQ(fall[4] - fall_before[4], 1000u);  // twice half an hour
  EXPECT_EQ(fall[5] - fall_before[5], 1000u);
  EXPECT_EQ(fall[2] - fall_before[2], 21000u);
}

TEST_F(Tariff, SpecialDaysGoBeforeTheWeek) {
  ASSERT_TRUE(program(plan_of_three()) && activate());
  const auto insert = [&](std::uint16_t index, const DateRule& rule, std::uint8_t id) {
    return client->action({classes::SpecialDaysTable::kId, classes::kSpecialDaysName, 1},
                          encoded([&](Writer& out) {
                            classes::put_special_day({index, rule, id}, out);
                          }));
  };
  const auto remove = [&](std::uint16_t index) {
    return client->action({classes::SpecialDaysTable::kId, classes::kSpecialDaysName, 2},
                          encoded([&](Writer& out) { axdr::put_long_unsigned(index, out); }));
  };
  EXPECT_EQ(rate(), 2u);
  EXPECT_TRUE(insert(7, {0xFF, 0xFF, 2, 9, 0xFF}, 2));
  EXPECT_EQ(rate(), 4u);  // from now on, and not from midnight
  EXPECT_TRUE(insert(7, {0xFF, 0xFF, 2, 10, 0xFF}, 2));
  EXPECT_EQ(rate(), 2u);
  EXPECT_TRUE(remove(7));
  EXPECT_FALSE(remove(7));
  EXPECT_TRUE(insert(3, {0xFF, 0xFF, 2, 9, 0xFF}, 77));  // a day that the plan does not have
  EXPECT_EQ(rate(), 2u);
  EXPECT_TRUE(insert(8, {0xFF, 0xFF, 0xFC, 0x100 - 55, 0xFF}, 2));  // 55 days before Easter
  EXPECT_EQ(rate(), 4u) << "whoever has no day is passed over";
  EXPECT_TRUE(insert(4, {0xFF, 0xFF, 2, 9, 0xFF}, 1));
  EXPECT_EQ(rate(), 4u) << "the first counts";
  EXPECT_TRUE(remove(3) && remove(4));
  EXPECT_EQ(rate(), 4u);
  EXPECT_FALSE(insert(9, {0xFF, 0xFF, 14, 1, 0xFF}, 2));
  for (std::uint16_t k = 20; k < 49; ++k) {
    EXPECT_TRUE(insert(k, {0xFF, 0xFF, 12, 24, 0xFF}, 2));
  }
  EXPECT_FALSE(insert(50, {0xFF, 0xFF, 12, 24, 0xFF}, 2));  // the thirty-first
}

// ---- What is refused changes nothing, and is noted ----

TEST_F(Tariff, RefusedWithAReasonAndAnEvent) {
  ASSERT_TRUE(program(plan_of_three()) && activate());
  const auto all = [&] {
    std::vector<rigs::OptionalValue> values;
    for (std::int8_t k = 2; k <= 10; ++k) values.push_back(client->get(calendar(k)));
    values.push_back(client->get(kSpecial));
    values.push_back({{static_cast<std::uint8_t>(rate())}});
    return values;
  };
  const auto before = all();
  const auto refused = [&](const char* what, const Attribute& attribute, const Octets& value,
                           AccessResult why) {
    meter.run_for_us(61 * rigs::kSecond_us);  // one event a minute
    client->disconnect();
    open();
    const std::size_t noted = events().size();
    EXPECT_EQ(set_in_one_block(attribute, value), why) << what;
    client->disconnect();
    open();
    EXPECT_EQ(all(), before) << what;
    EXPECT_EQ(events().size(), noted + 1) << what;
    EXPECT_EQ(events().back(), 233) << what;
  };
  constexpr auto kOther = AccessResult::other_reason;
  Plan plan = largest();
  plan.seasons.push_back({"one more", 12, 24, "season10"});
  refused("13 seasons", calendar(7), seasons_value(plan), kOther);
  plan.days = {{1, {}}};
  for (int k = 0; k < 13; ++k) plan.days[0].changes.push_back({k, 0, 1});
  refused("a thirteenth changeover", calendar(9), days_value(plan), kOther);
  plan = plan_of_three();
  plan.days.resize(1);
  plan.days[0].changes[1].rate = 7;
  refused("a seventh rate", calendar(9), days_value(plan), kOther);
  plan.days[0].changes = {{6, 0, 1}, {6, 0, 2}};
  refused("two at once", calendar(9), days_value(plan), kOther);
  plan.days.clear();
  for (std::uint8_t id = 1; id <= 8; ++id) plan.days.push_back({id, {{0, 0, 1}}});
  refused("an eighth day", calendar(9), days_value(plan), kOther);
  for (const std::size_t left : {0u, 1u, 250u, 600u, 900u}) {
    Octets cut = days_value(largest());
    cut.resize(left);
    refused("cut", calendar(9), cut, AccessResult::type_unmatched);
  }
  refused("half a time", calendar(10), {9, 12, 0x07, 0xEA, 0xFF, 1, 0xFF, 0, 0, 0, 0, 0x80, 0, 0},
          kOther);
  refused("a time that is over", calendar(10), time_value(kStart - 60), kOther);
  refused("a demand period of 20 minutes", demand(4, 8), {6, 0, 0, 4, 0xB0}, kOther);
}

// A number of another width would be another number: 257 would be day 1, 65537, too.
TEST_F(Tariff, ANumberOfAnotherTypeIsRefusedAndNotCut) {
  ASSERT_TRUE(program(plan_of_three()) && activate());
  const auto refused = [&](const char* what, const Attribute& attribute, const Octets& value,
                           AccessResult why) {
    const auto before = client->get(attribute);
    EXPECT_EQ(set_in_one_block(attribute, value), why) << what;
    client->disconnect();
    open();
    EXPECT_EQ(client->get(attribute), before) << what;
  };
  const auto encoded_days = [](auto put_id, auto put_rate) {
    return encoded([&](Writer& out) {
      axdr::begin_array(1, out);
      axdr::begin_structure(2, out);
      put_id(out);
      axdr::begin_array(1, out);
      axdr::begin_structure(3, out);
      axdr::put_octet_string(std::array<std::uint8_t, 4>{}, out);
      axdr::put_octet_string(classes::kTariffScripts.octets, out);
      put_rate(out);
    });
  };
  const auto good_id = [](Writer& out) { axdr::put_unsigned(1, out); };
  const auto good_rate = [](Writer& out) { axdr::put_long_unsigned(1, out); };
  constexpr auto kType = AccessResult::type_unmatched;
  refused("a day id of 16 bits", calendar(9),
          encoded_days([](Writer& out) { axdr::put_long_unsigned(257, out); }, good_rate), kType);
  refused("a rate of 32 bits", calendar(9),
          encoded_days(good_id, [](Writer& out) { axdr::put_double_long_unsigned(65537, out); }),
          kType);
  const auto week = [](Writer& out) {
    axdr::begin_array(1, out);
    axdr::begin_structure(8, out);
    axdr::put_octet_string(std::array<std::uint8_t, 1>{'W'}, out);
    for (int k = 0; k < 7; ++k) axdr::put_long_unsigned(257, out);
  };
  refused("a week of 16 bits", calendar(8), encoded(week), kType);
  const auto special_day = [](Writer& out) {
    axdr::begin_array(1, out);
    axdr::begin_structure(3, out);
    axdr::put_double_long_unsigned(65537, out);
    axdr::put_octet_string(DateRule{0xFF, 0xFF, 12, 25, 0xFF}, out);
    axdr::put_unsigned(1, out);
  };
  refused("an index of 32 bits", kSpecial, encoded(special_day), kType);
  refused("29 February 2023", kSpecial,
          special_value({std::pair(DateRule{0x07, 0xE7, 2, 29, 0xFF}, std::uint8_t{1})}),
          AccessResult::other_reason);
}

// What is not whole is set in peace, but does not come into force.
TEST_F(Tariff, AnUnfinishedPlanIsNotActivated) {
  EXPECT_FALSE(activate());  // none at all
  const std::int64_t soon = kStart + kHour_s;
  EXPECT_FALSE(set(calendar(10), time_value(soon)));
  Plan plan = plan_of_three();
  plan.days.push_back({9, {{0, 0, 1}}});
  ASSERT_TRUE(program(plan));
  EXPECT_FALSE(activate()) << "a day that no week names";
  EXPECT_FALSE(set(calendar(10), time_value(soon)));
  plan.days.pop_back();
  plan.seasons[0].week = "Z";
  ASSERT_TRUE(program(plan));
  EXPECT_FALSE(activate()) << "a week that is not there";
  ASSERT_TRUE(program(plan_of_three()));
  ASSERT_TRUE(set(calendar(10), time_value(soon)));
  plan = plan_of_three();
  plan.weeks.pop_back();
  EXPECT_FALSE(set(calendar(8), weeks_value(plan))) << "a plan that waits stays whole";
  consume_to(soon + 60, 0.0);
  EXPECT_EQ(rate(), 2u);
  EXPECT_EQ(client->get(calendar(2)), name_value(plan_of_three()));
}

// ---- Power cuts ----

// Cut at every flash operation of programming, activation and a changeover: each attribute is the
// old or the new one, the plan in force is whole, no energy is there twice.
TEST_F(Tariff, CutAtEveryWriteTheCalendarIsOldOrNew) {
  Plan other = plan_of_three();
  other.name = "other";
  other.days[0].changes = {{0, 0, 5}, {11, 0, 6}};
  bool complete = false;
  bool kept = false;
  bool begun = false;
  for (std::uint64_t at = 1; !complete && at < 80; ++at) {
    for (const std::uint32_t octets : {0u, 700u, METER_FLASH_PAGE_BYTES}) {
      MeterFixture cut{kStart};
      TestClient setter{cut, rigs::management_client(cut.provision)};
      ASSERT_TRUE(setter.connect() && setter.associate());
      const auto all_set = [&](const Plan& plan) {
        return setter.set(calendar(6), name_value(plan)) &&
               setter.set(calendar(7), seasons_value(plan)) &&
               setter.set(calendar(8), weeks_value(plan)) &&
               setter.set(calendar(9), days_value(plan));
      };
      const protocol::cosem::Method activate_now{ActivityCalendar::kId,
                                                 classes::kActivityCalendarName, 1};
      ASSERT_TRUE(all_set(plan_of_three()) && setter.action(activate_now, kNothing));
      cut.consume({250.0, 4.0}, 600);
      cut.cut_at_operation(at, octets);
      setter.disconnect();
      if (setter.connect() && setter.associate() && all_set(other) && !cut.cut_happened()) {
        static_cast<void>(setter.set(calendar(10), time_value(kStart + 1800)));
      }
      if (!cut.cut_happened()) cut.consume({250.0, 4.0}, 3600 - 600);  // activation and changeover
      complete = !cut.cut_happened();
      cut.power_off(false);
      cut.power_on(METER_BOOT_POWER);
      client.emplace(cut, rigs::management_client(cut.provision, 5000));
      ASSERT_TRUE(client->connect() && client->associate());
      const auto name = client->get(calendar(2));
      const bool is_new = name == name_value(other);
      EXPECT_TRUE(is_new || name == name_value(plan_of_three())) << at;
      EXPECT_EQ(client->get(calendar(5)), days_value(is_new ? other : plan_of_three())) << at;
      const auto passive = client->get(calendar(9));
      EXPECT_TRUE(passive == days_value(other) || passive == days_value(plan_of_three())) << at;
      const auto energy = rates();
      const std::uint64_t total = std::accumulate(energy.begin(), energy.end(), std::uint64_t{0});
      EXPECT_TRUE(total == 1000 || (total <= 1000 && !complete)) << total;
      if (complete) {
        EXPECT_THAT(energy, testing::ElementsAre(0, 500, 0, 0, 500, 0));
      }
      kept |= !is_new;
      begun |= is_new;
    }
  }
  EXPECT_TRUE(complete && kept && begun);
}

// The battery is dead and the supply ends without a word: what flash has is the day before, and the
// rates still are the total.
TEST_F(Tariff, WithoutTheBatteryTheRatesStillAreTheTotal) {
  ASSERT_TRUE(program(plan_of_three()) && activate());
  consume_to(utc_s(2026, 2, 10, 12), 777.0);
  const auto before = rates();
  client->disconnect();
  meter.power_off(false);
  std::fill(meter.retained.begin(), meter.retained.end(), std::uint8_t{0});
  meter.power_on(METER_BOOT_POWER);
  open();
  const auto after = rates();
  for (std::size_t k = 0; k < 6; ++k) EXPECT_LE(after[k], before[k]);
  EXPECT_GE(after[0] + after[1] + after[2], 777u * 13u);  // as of midnight
}

}  // namespace
