// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Profiles as clients want them: columns, period and depth, one at the cost of another, whatever
// write the supply ends in; and the closings of months.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "meter/fw/time/clock.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

namespace axdr = protocol::axdr;
namespace classes = protocol::cosem::classes;
using meter::fw::LogId;
using protocol::Writer;
using protocol::cosem::AccessResult;
using protocol::cosem::Attribute;
using protocol::cosem::obis;
using protocol::cosem::Obis;
using protocol::cosem::Selection;
using rigs::encoded;
using rigs::kDay_s;
using rigs::kHour_s;
using rigs::MeterFixture;
using rigs::StoredRow;
using rigs::TestClient;
using rigs::unsigned_in;
using testing::ElementsAre;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10);
constexpr Obis kLoad = obis(1, 0, 99, 1, 0);
constexpr Obis kSecond = obis(1, 0, 99, 3, 0);
constexpr Obis kClosing = obis(1, 0, 99, 2, 0);
constexpr Obis kBilling = obis(0, 0, 98, 1, 0);
Attribute of(const Obis& profile, std::int8_t index) {
  return {classes::ProfileGeneric::kId, profile, index};
}

const Attribute kClock{protocol::cosem::ClassId{8}, obis(0, 0, 1, 0, 0), 2};
const Attribute kStatus{classes::Data::kId, obis(0, 0, 96, 10, 9), 2};  // of the second
const Attribute kCounter{classes::Data::kId, obis(0, 0, 96, 15, 50), 2};
Attribute reg(const Obis& name) { return {classes::Register::kId, name, 2}; }
const Attribute kImport = reg(obis(1, 0, 1, 8, 0));
const Attribute kVoltage = reg(obis(1, 0, 32, 7, 0));

std::vector<std::uint8_t> columns(const std::vector<Attribute>& wanted,
                                  std::uint16_t data_index = 0) {
  return encoded([&](Writer& out) {
    axdr::begin_array(wanted.size(), out);
    for (const Attribute& one : wanted) classes::put_capture_object({one, data_index}, out);
  });
}
std::vector<std::uint8_t> number(std::uint32_t value) {
  return encoded([&](Writer& out) { axdr::put_double_long_unsigned(value, out); });
}

// An array of structures of a date-time where there is one and numbers.
using Rows = std::vector<std::vector<std::int64_t>>;
Rows rows_in(const rigs::OptionalValue& value) {
  Rows rows;
  if (!value) return rows;
  axdr::Cursor in(*value);
  rows.resize(in.array());
  for (auto& row : rows) {
    row.resize(in.structure());
    for (auto& number : row) {
      if (in.peek() == axdr::Tag::octet_string) {
        const auto time = protocol::cosem::decode_date_time(in.date_time());
        number = time.ok() ? time->utc_s : -1;
      } else {
        number = in.number();
      }
    }
  }
  EXPECT_TRUE(in.at_end());
  return rows;
}

constexpr std::uint8_t kParameterRefused = 233;

class ProfileSetup : public testing::Test {
 protected:
  MeterFixture meter{kStart};
  TestClient manager{meter, rigs::management_client(meter.provision)};

  // Also anew: after minutes of silence the link is gone.
  void open() {
    if (manager.is_open()) manager.disconnect();
    ASSERT_TRUE(manager.connect() && manager.associate());
  }
  Rows read(const Obis& profile, const Selection& selection = {}) {
    return rows_in(manager.get(of(profile, 2), selection));
  }
  bool set(const Obis& profile, std::int8_t index, const std::vector<std::uint8_t>& value) {
    return manager.set(of(profile, index), value);
  }
  // Refused for this reason; that is noted, no more than once a minute, and nothing changed.
  void refused(const Obis& profile, std::int8_t index, const std::vector<std::uint8_t>& value,
               AccessResult why) {
    const auto all = [&] {
      std::vector<rigs::OptionalValue> values;
      for (const std::int8_t k : {3, 4, 7, 8}) values.push_back(manager.get(of(profile, k)));
      return values;
    };
    const auto before = all();
    const auto events = meter.event_codes(LogId::standard_events);
    EXPECT_FALSE(set(profile, index, value));
    EXPECT_EQ(manager.refusal, why);
    EXPECT_EQ(all(), before);
    auto now = meter.event_codes(LogId::standard_events);
    if (now.size() > events.size() && now.back() == kParameterRefused) now.pop_back();
    EXPECT_EQ(now, events);
  }
};

std::vector<std::int64_t> stamps(const std::vector<StoredRow>& rows) {
  std::vector<std::int64_t> all;
  for (const StoredRow& row : rows) all.push_back(row.head.utc_s);
  return all;
}

// ---- Columns, period, depth ----

TEST_F(ProfileSetup, the_examples_of_the_data_sheet_fit_together) {
  open();
  EXPECT_TRUE(set(kSecond, 4, number(3600)));
  meter.run_to(kStart + 14 * kDay_s);
  open();
  EXPECT_EQ(unsigned_in(manager, of(kLoad, 8)), 63u * 96u);
  EXPECT_EQ(unsigned_in(manager, of(kLoad, 7)), 14u * 96u);
  EXPECT_EQ(unsigned_in(manager, of(kSecond, 8)), 13u * 24u);
  EXPECT_EQ(read(kSecond).size(), 13u * 24u);
  manager.disconnect();
  meter.management_counter = manager.counter();
  for (int month = 0; month < 111; ++month) {
    const auto of_year = static_cast<unsigned>((2 + month) % 12) + 1;
    meter.set_clock(rigs::utc_s(2026 + (2 + month) / 12, of_year, 1, 0) - 2 * kHour_s - 10);
    meter.run_for_us((kHour_s + 20) * rigs::kSecond_us);
  }
  TestClient reader(meter, rigs::reading_client(meter.provision));
  ASSERT_TRUE(reader.connect() && reader.associate());
  const Rows months = rows_in(reader.get(of(kBilling, 2)));
  ASSERT_EQ(months.size(), 110u);
  EXPECT_EQ(months.back()[0], meter.rows(LogId::billing).back().head.utc_s);
  EXPECT_GT(unsigned_in(reader, of(kLoad, 7)), 14u * 96u);
}

TEST_F(ProfileSetup, clients_choose_columns) {
  using classes::kColumnsChanged;
  open();
  const auto chosen = columns({kCounter, kVoltage, kClock, kImport});
  EXPECT_TRUE(set(kSecond, 3, chosen));
  EXPECT_TRUE(set(kSecond, 4, number(3600)));
  EXPECT_EQ(manager.get(of(kSecond, 3)), chosen);
  meter.consume({231.0, 5.0, 0.0, 50.0}, 3 * kHour_s);
  open();
  const Rows rows = read(kSecond);
  ASSERT_EQ(rows.size(), 3u);
  const std::vector<StoredRow> load = meter.rows(LogId::load);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const std::uint32_t counter = load[4 * k + 3].values.back() + 1;
    EXPECT_THAT(rows[k],
                ElementsAre(counter, 2310, kStart + static_cast<std::int64_t>(k + 1) * kHour_s,
                            load[4 * k + 3].values[0]));
  }
  Selection some;
  some.kind = Selection::Kind::numbers;
  some.from_entry = static_cast<std::uint32_t>(rows[1][0]);
  some.to_entry = static_cast<std::uint32_t>(rows[1][0]);
  EXPECT_EQ(read(kSecond, some), Rows{rows[1]});
  // Whoever knows the profile as it left the production line is warned; of the load profile not.
  EXPECT_EQ(unsigned_in(manager, kStatus) & kColumnsChanged, kColumnsChanged);
  EXPECT_EQ(unsigned_in(manager, {kStatus.class_id, obis(0, 0, 96, 10, 7), 2}) & kColumnsChanged,
            0u);
  EXPECT_EQ((*rigs::rows_of(manager.get(of(kLoad, 2))))[0].time.status & kColumnsChanged, 0);
  EXPECT_THAT(meter.event_codes(LogId::standard_events), ElementsAre(2, 47, 47));
  // Entries 2 to 3, columns 3 to 4; and all rows, columns by name.
  manager.disconnect();
  TestClient reader(meter, rigs::reading_client(meter.provision));
  ASSERT_TRUE(reader.connect() && reader.associate());
  const auto ask = [&](const std::vector<std::uint8_t>& selection) {
    const std::vector<std::uint8_t> head{0xC0, 1, 0xC1, 0, 7, 1, 0, 99, 3, 0, 255, 2, 1};
    std::vector<std::uint8_t> request = head;
    request.insert(request.end(), selection.begin(), selection.end());
    std::vector<std::uint8_t> answer = reader.exchange(request);
    EXPECT_GT(answer.size(), 4u);
    return rows_in(std::vector<std::uint8_t>(answer.begin() + 4, answer.end()));
  };
  EXPECT_EQ(ask({2, 2, 4, 6, 0, 0, 0, 2, 6, 0, 0, 0, 3, 18, 0, 3, 18, 0, 4}),
            (Rows{{rows[1][2], rows[1][3]}, {rows[2][2], rows[2][3]}}));
  const auto named = columns({kImport, kVoltage});
  std::vector<std::uint8_t> range{1, 2, 4};
  const auto add = [&](const std::vector<std::uint8_t>& octets) {
    range.insert(range.end(), octets.begin(), octets.end());
  };
  add(encoded([](Writer& out) { classes::put_capture_object({kCounter}, out); }));
  add(number(static_cast<std::uint32_t>(rows[2][0])));
  add(number(UINT32_MAX));
  add(named);
  EXPECT_EQ(ask(range), (Rows{{rows[2][3], rows[2][1]}}));
}

TEST_F(ProfileSetup, what_cannot_be_is_refused_and_changes_nothing) {
  meter.run_to(kStart + kDay_s);
  open();
  const Attribute demand{protocol::cosem::ClassId{3}, obis(1, 0, 77, 7, 0), 2};
  const Attribute serial{classes::Data::kId, obis(0, 0, 96, 1, 0), 2};
  const Attribute scaler{classes::Register::kId, obis(1, 0, 1, 8, 0), 3};
  const Attribute data{classes::Data::kId, obis(1, 0, 1, 8, 0), 2};
  const Attribute phase_2 = reg(obis(1, 0, 52, 7, 0));
  refused(kLoad, 3, columns({kClock, demand}), AccessResult::object_undefined);
  refused(kLoad, 3, columns({kClock, phase_2}), AccessResult::object_undefined);
  refused(kLoad, 3, columns({kClock, data}), AccessResult::object_class_inconsistent);
  refused(kLoad, 3, columns({kClock, serial}), AccessResult::object_unavailable);
  refused(kLoad, 3, columns({kClock, scaler}), AccessResult::object_unavailable);
  refused(kLoad, 3, columns({kClock, kStatus}), AccessResult::object_unavailable);  // another's
  refused(kLoad, 3, columns({kClock, kImport}, 1), AccessResult::object_unavailable);
  refused(kLoad, 3, columns(std::vector<Attribute>(17, kImport)),
          AccessResult::scope_of_access_violated);
  refused(kLoad, 3, columns({kClock, kImport, kImport}), AccessResult::other_reason);
  refused(kLoad, 3, columns({}), AccessResult::other_reason);
  refused(kLoad, 3, number(3), AccessResult::type_unmatched);
  refused(kLoad, 3, encoded([](Writer& out) {
            axdr::begin_array(1, out);
            axdr::put_unsigned(1, out);
          }),
          AccessResult::type_unmatched);
  for (const std::uint32_t period_s : {0u, 1u, 777u, 7200u}) {
    refused(kLoad, 4, number(period_s), AccessResult::other_reason);
  }
  refused(kClosing, 4, number(3600), AccessResult::read_write_denied);
  refused(kBilling, 4, number(3600), AccessResult::read_write_denied);
  for (const std::uint32_t entries : {0u, 30'000u, UINT32_MAX}) {
    refused(kLoad, 8, number(entries), AccessResult::other_reason);
  }
  TestClient reader(meter, rigs::reading_client(meter.provision));
  manager.disconnect();
  ASSERT_TRUE(reader.connect() && reader.associate());
  EXPECT_FALSE(reader.set(of(kLoad, 8), number(100)));
  EXPECT_EQ(reader.refusal, AccessResult::read_write_denied);
}

TEST_F(ProfileSetup, a_minute_is_a_period_of_the_single_phase_meter_only) {
  open();
  EXPECT_TRUE(set(kLoad, 4, number(60)));
  meter.run_for_us(600 * rigs::kSecond_us);
  open();
  EXPECT_EQ(unsigned_in(manager, of(kLoad, 7)), 10u);
  MeterFixture three(kStart, rigs::make_provision(), meter_ad13a_firmware());
  TestClient client(three, rigs::management_client(three.provision));
  ASSERT_TRUE(client.connect() && client.associate());
  EXPECT_FALSE(client.set(of(kLoad, 4), number(60)));
  EXPECT_TRUE(client.set(of(kLoad, 4), number(300)));
  meter_provision minute = rigs::make_provision();
  minute.capture_period_s = 60;
  EXPECT_NO_THROW((MeterFixture{kStart, minute}));
  EXPECT_ANY_THROW((MeterFixture{kStart, minute, meter_ad13a_firmware()}));
}

// 247 pages less those of the others: what one has, another has not.
TEST_F(ProfileSetup, one_grows_at_the_cost_of_another_and_only_it_moves) {
  meter.run_to(kStart + 2 * kDay_s);
  const auto days = meter.rows(LogId::closing);
  open();
  EXPECT_TRUE(set(kClosing, 8, number(10'000)));
  EXPECT_EQ(unsigned_in(manager, of(kClosing, 7)), 0u);
  EXPECT_EQ(unsigned_in(manager, of(kLoad, 7)), 192u);
  refused(kLoad, 8, number(12'000), AccessResult::other_reason);
  EXPECT_TRUE(set(kClosing, 8, number(130)));
  EXPECT_TRUE(set(kLoad, 8, number(12'000)));
  EXPECT_EQ(unsigned_in(manager, of(kLoad, 8)), 12'000u);
  EXPECT_EQ(unsigned_in(manager, of(kLoad, 7)), 0u);
  meter.run_to(kStart + 3 * kDay_s);
  meter.power_off(true);
  meter.power_on(METER_BOOT_POWER);
  EXPECT_EQ(meter.rows(LogId::load).size(), 96u);
  ASSERT_EQ(meter.rows(LogId::closing).size(), 1u);
  EXPECT_GT(meter.rows(LogId::closing)[0].head.utc_s, days.back().head.utc_s);
}

TEST_F(ProfileSetup, rows_are_captured_and_cleared_by_method) {
  meter.run_to(kStart + 1000);
  open();
  const auto method = [&](std::int8_t which) {
    return manager.action({classes::ProfileGeneric::kId, kLoad, which},
                          encoded([](Writer& out) { axdr::put_integer(0, out); }));
  };
  EXPECT_TRUE(method(2));
  EXPECT_THAT(stamps(meter.rows(LogId::load)), ElementsAre(kStart + 900, kStart + 1000));
  EXPECT_EQ(meter.rows(LogId::load)[1].head.status, meter::fw::kDataNotValid);
  EXPECT_TRUE(method(1));
  EXPECT_TRUE(meter.rows(LogId::load).empty());
  EXPECT_TRUE(set(kLoad, 3, columns({kClock, kImport})));
  EXPECT_TRUE(method(2));
  EXPECT_EQ((*rigs::rows_of(manager.get(of(kLoad, 2))))[0].time.status, classes::kColumnsChanged);
  meter.run_to(kStart + 1900);
  EXPECT_THAT(stamps(meter.rows(LogId::load)), ElementsAre(kStart + 1000, kStart + 1800));
}

// Cut at every flash operation: the old setup with its rows or the new one without any, the others
// as they were, no number twice. Pages of the setup before last lie beneath.
TEST_F(ProfileSetup, a_cut_in_a_change_of_columns_leaves_the_old_profile_or_the_new_one) {
  const auto old_columns = columns({kClock, kImport});
  const auto new_columns = columns({kCounter, kClock, kVoltage});
  bool complete = false;
  std::set<std::size_t> seen;
  for (std::uint64_t at = 1; !complete && at < 60; ++at) {
    for (const std::uint32_t octets : {0u, 13u, 100u, METER_FLASH_PAGE_BYTES}) {
      MeterFixture cut{kStart};
      cut.run_to(kStart + 6 * kHour_s);
      TestClient client{cut, rigs::management_client(cut.provision)};
      ASSERT_TRUE(client.connect() && client.associate());
      ASSERT_TRUE(client.set(of(kLoad, 3), old_columns));
      cut.run_to(kStart + 26 * kHour_s);
      client.disconnect();
      ASSERT_TRUE(client.connect() && client.associate());
      const std::size_t rows = cut.rows(LogId::load).size();
      const auto days = stamps(cut.rows(LogId::closing));
      cut.cut_at_operation(at, octets);
      static_cast<void>(client.set(of(kLoad, 3), new_columns));
      complete = !cut.cut_happened();
      cut.power_off(false);
      if (octets == 13) cut.retained.fill(0);  // the battery is dead, too
      cut.power_on(METER_BOOT_POWER);
      cut.run_for_us(kHour_s * rigs::kSecond_us);
      TestClient reader{cut, rigs::reading_client(cut.provision)};
      ASSERT_TRUE(reader.connect() && reader.associate());
      const rigs::OptionalValue shown = reader.get(of(kLoad, 3));
      const bool old = shown == old_columns;
      ASSERT_TRUE(old || shown == new_columns) << at;
      const Rows load = rows_in(reader.get(of(kLoad, 2)));
      ASSERT_EQ(load.size(), (old ? rows : 0) + 4) << at << '/' << octets;
      for (const auto& row : load) ASSERT_EQ(row.size(), old ? 2u : 3u);
      EXPECT_EQ(stamps(cut.rows(LogId::closing)), days);
      std::set<std::uint32_t> numbers;
      for (std::uint8_t k = 0; k < static_cast<std::uint8_t>(LogId::logs); ++k) {
        for (const StoredRow& row : cut.rows(static_cast<LogId>(k))) {
          EXPECT_TRUE(numbers.insert(row.values.back()).second) << row.values.back();
        }
      }
      seen.insert(old ? 0 : 1);
    }
  }
  EXPECT_TRUE(complete);
  EXPECT_EQ(seen.size(), 2u);
}

// As many as a message takes.
TEST_F(ProfileSetup, rows_of_other_columns_are_pushed_as_they_are) {
  open();
  std::vector<Attribute> wide{kClock};
  for (const auto& quantity : protocol::cosem::kQuantityTable) wide.push_back(reg(quantity.obis));
  for (const Obis& one :
       {obis(1, 0, 1, 7, 0), obis(1, 0, 2, 7, 0), obis(1, 0, 3, 7, 0), obis(1, 0, 4, 7, 0),
        obis(1, 0, 31, 7, 0), obis(1, 0, 32, 7, 0), obis(1, 0, 14, 7, 0)}) {
    wide.push_back(reg(one));
  }
  wide.push_back(kCounter);
  ASSERT_EQ(wide.size(), 15u);
  EXPECT_TRUE(set(kLoad, 3, columns(wide)));
  EXPECT_TRUE(set(kLoad, 4, number(300)));
  meter.run_for_us(2 * kHour_s * rigs::kSecond_us);
  open();
  EXPECT_EQ(read(kLoad).size(), 24u);
  ASSERT_EQ(read(kLoad)[0].size(), 15u);
  manager.disconnect();
  TestClient module(meter, rigs::push_client());
  EXPECT_FALSE(module.poll().empty());  // that it started is an alarm
  std::size_t pushes = 0;
  while (!module.poll().empty() && pushes < 10) ++pushes;
  EXPECT_EQ(pushes, 3u);  // eleven rows a message
}

}  // namespace
