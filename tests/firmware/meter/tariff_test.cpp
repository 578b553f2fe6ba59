// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Rates, calendar and demand: programmed over the wire, changed by the clock, cut at any write.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "meter/fw/measure/demand.hpp"
#include "protocol/cosem/classes/activity_calendar.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/demand_register.hpp"
#include "protocol/cosem/classes/extended_register.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/classes/script_table.hpp"
#include "protocol/cosem/classes/special_days.hpp"
#include "protocol/dlms/ciphering.hpp"
#include "protocol/dlms/services.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

namespace axdr = protocol::axdr;
namespace classes = protocol::cosem::classes;
using classes::ActivityCalendar;
using meter::fw::DateRule;
using meter::fw::LogId;
using protocol::Writer;
using protocol::cosem::AccessResult;
using protocol::cosem::Attribute;
using protocol::cosem::obis;
using rigs::encoded;
using rigs::kDay_s;
using rigs::kHour_s;
using rigs::MeterFixture;
using rigs::TestClient;
using rigs::unsigned_in;
using rigs::utc_s;
using testing::Contains;
using testing::Not;

using Octets = std::vector<std::uint8_t>;

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
        DateRule{kAny, kAny, 1, 0, kAny}, DateRule{kAny, kAny, 1, 1, 8},
        DateRule{kAny, kAny, 0xFC, 0x80, kAny}, DateRule{kAny, kAny, 0xFC, 1, 1}}) {
    EXPECT_FALSE(meter::fw::is_date_rule(bad)) << testing::PrintToString(bad);
  }
}

// ---- On the wire ----

struct Change {
  int hour, minute, rate;
};
struct Day {
  std::uint8_t id;
  std::vector<Change> changes;
};
struct Week {
  std::string name;
  std::array<std::uint8_t, 7> days;
};
struct Season {
  std::string name;
  std::uint8_t month, day;
  std::string week;
};
struct Plan {
  std::string name;
  std::vector<Season> seasons;
  std::vector<Week> weeks;
  std::vector<Day> days;
};

protocol::Bytes bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
template <typename Write>
Octets long_encoded(Write&& write) {
  Octets octets(8192);
  Writer out{octets};
  write(out);
  octets.resize(out.size());
  return octets;
}
Octets name_value(const Plan& plan) {
  return encoded([&](Writer& out) { axdr::put_octet_string(bytes(plan.name), out); });
}
Octets seasons_value(const Plan& plan) {
  return long_encoded([&](Writer& out) {
    axdr::begin_array(plan.seasons.size(), out);
    for (const Season& season : plan.seasons) {
      const Octets start{0xFF, 0xFF, season.month, season.day, 0xFF, 0, 0, 0, 0, 0x80, 0, 0};
      classes::put_season({bytes(season.name), start, bytes(season.week)}, out);
    }
  });
}
Octets weeks_value(const Plan& plan) {
  return long_encoded([&](Writer& out) {
    axdr::begin_array(plan.weeks.size(), out);
    for (const Week& week : plan.weeks) classes::put_week({bytes(week.name), week.days}, out);
  });
}
Octets days_value(const Plan& plan) {
  return long_encoded([&](Writer& out) {
    axdr::begin_array(plan.days.size(), out);
    for (const Day& day : plan.days) {
      axdr::begin_structure(2, out);
      axdr::put_unsigned(day.id, out);
      axdr::begin_array(day.changes.size(), out);
      for (const Change& change : day.changes) {
        const Octets time{static_cast<std::uint8_t>(change.hour),
                          static_cast<std::uint8_t>(change.minute), 0, 0};
        classes::put_day_action(
            {time, classes::kTariffScripts.octets, static_cast<std::uint16_t>(change.rate)}, out);
      }
    }
  });
}
Octets time_value(std::int64_t at_s) {
  return encoded([&](Writer& out) { protocol::cosem::put_date_time({at_s, 0, 0, 0}, out); });
}
Octets special_value(const std::vector<std::pair<DateRule, std::uint8_t>>& days) {
  return long_encoded([&](Writer& out) {
    axdr::begin_array(days.size(), out);
    std::uint16_t index = 1;
    for (const auto& [rule, id] : days) classes::put_special_day({index++, rule, id}, out);
  });
}

Attribute calendar(std::int8_t index) {
  return {ActivityCalendar::kId, classes::kActivityCalendarName, index};
}
const Attribute kSpecial{classes::SpecialDaysTable::kId, classes::kSpecialDaysName, 2};
const Attribute kIndicator{classes::Data::kId, classes::kActiveRate, 2};
Attribute rate_register(unsigned c, unsigned rate) {
  return {classes::Register::kId, obis(1, 0, c, 8, rate), 2};
}
Attribute peak(unsigned c, unsigned rate, std::int8_t index = 2) {
  return {classes::ExtendedRegister::kId, obis(1, 0, c, 6, rate), index};
}
Attribute demand(unsigned d, std::int8_t index) {
  return {classes::DemandRegister::kId, obis(1, 0, 1, d, 0), index};
}
const Octets kNothing{15, 0};

// Three rates on workdays, one at the weekend and on special days; winter and summer.
Plan plan_of_three() {
  return {"three",
          {{"winter", 10, 1, "W"}, {"summer", 4, 1, "S"}},
          {{"W", {1, 1, 1, 1, 1, 2, 2}}, {"S", {3, 3, 3, 3, 3, 2, 2}}},
          {{1, {{0, 0, 1}, {6, 0, 2}, {17, 30, 3}, {20, 0, 2}, {22, 0, 1}}},
           {2, {{0, 0, 4}}},
           {3, {{0, 0, 1}, {7, 0, 2}, {23, 0, 1}}}}};
}
// The largest there may be.
Plan largest() {
  Plan plan{"largest!", {}, {}, {}};
  for (std::uint8_t k = 0; k < 12; ++k) {
    const std::string name = "season" + std::to_string(10 + k);
    plan.seasons.push_back({name, static_cast<std::uint8_t>(k + 1), 1, name});
    plan.weeks.push_back({name, {1, 2, 3, 4, 5, 6, 7}});
  }
  for (std::uint8_t id = 1; id <= 7; ++id) {
    Day day{id, {}};
    for (int k = 0; k < 12; ++k) day.changes.push_back({2 * k, 5 * k, 1 + (k + id) % 6});
    plan.days.push_back(day);
  }
  return plan;
}

class Tariff : public testing::Test {
 protected:
  // A Monday in winter, 10:00 local time; the meter's zone is UTC+1.
  static inline const std::int64_t kStart = utc_s(2026, 2, 9, 9);
  MeterFixture meter{kStart};
  std::optional<TestClient> client;
  std::uint32_t counter = 1;

  void SetUp() override { open(); }
  void open() {
    client.emplace(meter, rigs::management_client(meter.provision, counter));
    ASSERT_TRUE(client->connect() && client->associate());
    counter += 500;
  }
  bool set(const Attribute& what, const Octets& value) { return client->set(what, value); }
  // Whatever the octets are: no client of this house sends what is no value. Sealed by hand.
  AccessResult set_in_one_block(const Attribute& what, const Octets& raw) {
    namespace dlms = protocol::dlms;
    dlms::SetRequest request;
    request.kind = dlms::SetRequest::Kind::first_block;
    request.invoke_id = 0xC1;
    request.attribute = what;
    request.block = {true, 1, raw};
    Octets plain(1000);
    Writer plain_out(plain);
    dlms::encode(request, plain_out);
    dlms::Keys keys;
    std::copy_n(meter.provision.unicast_key, 16, keys.unicast.begin());
    std::copy_n(meter.provision.authentication_key, 16, keys.authentication.begin());
    const auto config = rigs::management_client(meter.provision);
    protocol::crypto::OpensslEngine crypto([](protocol::MutableBytes) {});
    Octets octets(1100);
    Writer out(octets);
    EXPECT_TRUE(dlms::encode_ciphered(dlms::Wrapping::glo,
                                      {keys, config.system_title, client->counter() + 1},
                                      plain_out.written(), crypto, {}, out));
    const Octets answer = client->exchange(out.written());
    const auto ciphered = dlms::decode_ciphered(answer);
    if (!ciphered.ok()) return AccessResult::success;
    dlms::SystemTitle title;
    std::copy_n(meter.provision.system_title, 8, title.begin());
    Octets opened(1000);
    const auto result = dlms::open_ciphered(*ciphered, keys, title, crypto, opened);
    if (!result.ok()) return AccessResult::success;
    const auto response = dlms::decode_set_response(*result);
    return response.ok() ? response->result : AccessResult::success;
  }
  bool program(const Plan& plan) {
    return set(calendar(6), name_value(plan)) && set(calendar(7), seasons_value(plan)) &&
           set(calendar(8), weeks_value(plan)) && set(calendar(9), days_value(plan));
  }
  bool activate() {
    return client->action({ActivityCalendar::kId, classes::kActivityCalendarName, 1}, kNothing);
  }
  std::uint64_t rate() { return unsigned_in(*client, kIndicator); }
  // The rate registers of a quantity; they are its total at any instant.
  std::vector<std::uint64_t> rates(unsigned c = 1) {
    std::vector<std::uint64_t> all;
    for (unsigned k = 1; k <= 6; ++k) all.push_back(unsigned_in(*client, rate_register(c, k)));
    EXPECT_EQ(std::accumulate(all.begin(), all.end(), std::uint64_t{0}),
              unsigned_in(*client, rate_register(c, 0)));
    return all;
  }
  void consume_to(std::int64_t until_s, double watts) {
    while (meter.rtc_now() / METER_RTC_HZ < until_s) {
      const std::int64_t now_s = meter.rtc_now() / METER_RTC_HZ;
      meter.consume({250.0, watts / 250.0}, std::min<std::int64_t>(900, until_s - now_s));
    }
    client->disconnect();
    open();
  }
  std::vector<std::uint8_t> events() const { return meter.event_codes(LogId::standard_events); }
};

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
  EXPECT_TRUE(insert(8, {0xFF, 0xFF, 0xFC, 0x100 - 55, 0xFF}, 2));  // 55 days before Easter
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
    EXPECT_EQ(events().back(), 230) << what;
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

// ---- Demand ----

TEST_F(Tariff, TheHighestQuarterWithItsTimeByRate) {
  ASSERT_TRUE(program(plan_of_three()) && activate());
  consume_to(kStart + 900, 2000.0);
  consume_to(kStart + 1800, 4000.0);
  consume_to(kStart + 2700, 1000.0);
  EXPECT_EQ(unsigned_in(*client, peak(1, 0)), 4000u);
  EXPECT_EQ(unsigned_in(*client, peak(1, 2)), 4000u);
  EXPECT_EQ(unsigned_in(*client, peak(1, 3)), 0u);
  const auto captured = client->get(peak(1, 0, 5));
  ASSERT_TRUE(captured);
  axdr::Cursor in(*captured);
  EXPECT_EQ(protocol::cosem::decode_date_time(in.date_time())->utc_s, kStart + 1800);
  EXPECT_EQ(unsigned_in(*client, demand(4, 3)), 1000u);  // last average
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
