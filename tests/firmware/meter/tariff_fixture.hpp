// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "meter/fw/billing/demand.hpp"
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

namespace tariff_test {

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

inline protocol::Bytes bytes(const std::string& text) {
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
inline Octets name_value(const Plan& plan) {
  return encoded([&](Writer& out) { axdr::put_octet_string(bytes(plan.name), out); });
}
inline Octets seasons_value(const Plan& plan) {
  return long_encoded([&](Writer& out) {
    axdr::begin_array(plan.seasons.size(), out);
    for (const Season& season : plan.seasons) {
      const Octets start{0xFF, 0xFF, season.month, season.day, 0xFF, 0, 0, 0, 0, 0x80, 0, 0};
      classes::put_season({bytes(season.name), start, bytes(season.week)}, out);
    }
  });
}
inline Octets weeks_value(const Plan& plan) {
  return long_encoded([&](Writer& out) {
    axdr::begin_array(plan.weeks.size(), out);
    for (const Week& week : plan.weeks) classes::put_week({bytes(week.name), week.days}, out);
  });
}
inline Octets days_value(const Plan& plan) {
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
inline Octets time_value(std::int64_t at_s) {
  return encoded([&](Writer& out) { protocol::cosem::put_date_time({at_s, 0, 0, 0}, out); });
}
inline Octets special_value(const std::vector<std::pair<DateRule, std::uint8_t>>& days) {
  return long_encoded([&](Writer& out) {
    axdr::begin_array(days.size(), out);
    std::uint16_t index = 1;
    for (const auto& [rule, id] : days) classes::put_special_day({index++, rule, id}, out);
  });
}

inline Attribute calendar(std::int8_t index) {
  return {ActivityCalendar::kId, classes::kActivityCalendarName, index};
}
inline const Attribute kSpecial{classes::SpecialDaysTable::kId, classes::kSpecialDaysName, 2};
inline const Attribute kIndicator{classes::Data::kId, classes::kActiveRate, 2};
inline Attribute rate_register(unsigned c, unsigned rate) {
  return {classes::Register::kId, obis(1, 0, c, 8, rate), 2};
}
inline Attribute peak(unsigned c, unsigned rate, std::int8_t index = 2) {
  return {classes::ExtendedRegister::kId, obis(1, 0, c, 6, rate), index};
}
inline Attribute demand(unsigned d, std::int8_t index) {
  return {classes::DemandRegister::kId, obis(1, 0, 1, d, 0), index};
}
inline const Octets kNothing{15, 0};

// Three rates on workdays, one at the weekend and on special days; winter and summer.
inline Plan plan_of_three() {
  return {"three",
          {{"winter", 10, 1, "W"}, {"summer", 4, 1, "S"}},
          {{"W", {1, 1, 1, 1, 1, 2, 2}}, {"S", {3, 3, 3, 3, 3, 2, 2}}},
          {{1, {{0, 0, 1}, {6, 0, 2}, {17, 30, 3}, {20, 0, 2}, {22, 0, 1}}},
           {2, {{0, 0, 4}}},
           {3, {{0, 0, 1}, {7, 0, 2}, {23, 0, 1}}}}};
}
// The largest there may be.
inline Plan largest() {
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

}  // namespace tariff_test
