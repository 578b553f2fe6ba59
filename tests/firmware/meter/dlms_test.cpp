// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// What each client may read, set and order, over HDLC and its own authentication.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/association_ln.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/classes/sap_assignment.hpp"
#include "protocol/cosem/classes/security_setup.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/object_count.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

namespace classes = protocol::cosem::classes;
using meter::fw::LogId;
using protocol::axdr::Cursor;
using protocol::cosem::AccessResult;
using protocol::cosem::Attribute;
using protocol::cosem::obis;
using rigs::kDay_s;
using rigs::Listed;
using rigs::management_client;
using rigs::MeterFixture;
using rigs::object_list;
using rigs::public_client;
using rigs::reading_client;
using rigs::TestClient;
using rigs::text_of;
using rigs::unsigned_in;
using testing::ElementsAre;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10, 10, 0, 0);
const Attribute kLdn{classes::Data::kId, obis(0, 0, 42, 0, 0), 2};
const Attribute kTime{classes::Clock::kId, obis(0, 0, 1, 0, 0), 2};
const Attribute kTitle{classes::SecuritySetup::kId, obis(0, 0, 43, 0, 0), 5};
const Attribute kImport{classes::Register::kId, obis(1, 0, 1, 8, 0), 2};
const Attribute kObjectList{classes::AssociationLn::kId, obis(0, 0, 40, 0, 0), 2};
const Attribute kCounter{classes::Data::kId, obis(0, 0, 43, 1, 0), 2};

class Dlms : public testing::Test {
 protected:
  MeterFixture meter{kStart};
  TestClient anyone{meter, public_client()};
  TestClient reader{meter, reading_client(meter.provision)};
  TestClient manager{meter, management_client(meter.provision)};

  std::uint64_t reg(unsigned c, unsigned d) {
    return unsigned_in(reader, {classes::Register::kId, obis(1, 0, c, d, 0), 2});
  }
  static void open(TestClient& client) {
    ASSERT_TRUE(client.connect());
    ASSERT_TRUE(client.associate());
  }
  void TearDown() override {
    for (TestClient* client : {&anyone, &reader, &manager}) client->disconnect();
    EXPECT_EQ(meter.buffers_out, 0);  // nothing kept behind closed links
  }
};

TEST_F(Dlms, PublicClientReadsWhoTheMeterIs) {
  open(anyone);
  EXPECT_EQ(text_of(anyone.get(kLdn)), "AMT00000000042");
  EXPECT_EQ(text_of(anyone.get({classes::Data::kId, obis(0, 0, 96, 1, 0), 2})), "0000000042");
  EXPECT_EQ(text_of(anyone.get({classes::Data::kId, obis(0, 0, 96, 1, 1), 2})), "AD11A");
  EXPECT_EQ(text_of(anyone.get({classes::Data::kId, obis(1, 0, 0, 2, 0), 2})), "1.0.0");
  EXPECT_EQ(text_of(anyone.get(kTitle)), std::string("AMT\0\0\0\0\x2A", 8));
  EXPECT_EQ(unsigned_in(anyone, kCounter), 0u);
  meter.run_for_us(1'500'000);
  const auto time = anyone.get(kTime);
  ASSERT_TRUE(time);
  Cursor in(*time);
  const auto now = protocol::cosem::decode_date_time(in.date_time());
  ASSERT_TRUE(now.ok());
  EXPECT_EQ(now->utc_s, kStart + 1);
  EXPECT_EQ(now->hundredths, 50);
  EXPECT_EQ(now->deviation_min, -60);
  EXPECT_EQ(now->status, 0);
}

// Blue Book 4.4.5: every physical device names its logical devices.
TEST_F(Dlms, SapAssignmentNamesTheLogicalDevice) {
  open(anyone);
  const auto list = anyone.get({classes::SapAssignment::kId, obis(0, 0, 41, 0, 0), 2});
  ASSERT_TRUE(list);
  Cursor in(*list);
  ASSERT_EQ(in.array(), 1u);
  in.structure(2);
  EXPECT_EQ(in.unsigned_number(), protocol::dlms::kManagementDevice);
  const protocol::Bytes name = in.octet_string();
  EXPECT_EQ(std::string(name.begin(), name.end()), "AMT00000000042");
  EXPECT_TRUE(in.at_end());
}

TEST_F(Dlms, PublicClientReadsNothingElse) {
  open(anyone);
  for (const Attribute& attribute :
       {kImport, Attribute{classes::ProfileGeneric::kId, obis(1, 0, 99, 1, 0), 2},
        Attribute{classes::SecuritySetup::kId, obis(0, 0, 43, 0, 0), 2},
        Attribute{classes::DisconnectControl::kId, obis(0, 0, 96, 3, 10), 2}}) {
    EXPECT_FALSE(anyone.get(attribute));
    EXPECT_EQ(anyone.refusal, AccessResult::read_write_denied);
  }
  std::array<std::uint8_t, 14> now{};
  protocol::Writer value{now};
  protocol::cosem::put_date_time({kStart, -60, 0, 0}, value);
  EXPECT_FALSE(anyone.set(kTime, now));
  EXPECT_EQ(anyone.refusal, AccessResult::read_write_denied);
}

TEST_F(Dlms, WrongNamesAndClassesAreToldApart) {
  open(reader);
  EXPECT_FALSE(reader.get({classes::Register::kId, obis(1, 0, 99, 99, 99), 2}));
  EXPECT_EQ(reader.refusal, AccessResult::object_undefined);
  EXPECT_FALSE(reader.get({classes::Data::kId, obis(1, 0, 1, 8, 0), 2}));
  EXPECT_EQ(reader.refusal, AccessResult::object_class_inconsistent);
  EXPECT_FALSE(reader.get({classes::Register::kId, obis(1, 0, 1, 8, 0), 9}));
  EXPECT_EQ(reader.refusal, AccessResult::read_write_denied);
}

TEST_F(Dlms, PasswordOpensTheReadingClient) {
  meter.sums(rigs::make_sums({231.0, 10.0, -60.0, 50.1}), 18000);
  open(reader);
  EXPECT_EQ(reg(1, 8), 1152u);  // 1155 W for 3593 s
  EXPECT_EQ(reg(8, 8), 1996u);
  EXPECT_EQ(reg(1, 7), 1155u);
  EXPECT_EQ(reg(2, 7), 0u);
  EXPECT_EQ(reg(3, 7), 0u);
  EXPECT_EQ(reg(4, 7), 2001u);
  EXPECT_EQ(reg(32, 7), 2310u);
  EXPECT_EQ(reg(31, 7), 10000u);
  EXPECT_EQ(reg(14, 7), 5010u);
}

TEST_F(Dlms, WrongPasswordIsRefusedAndNoted) {
  auto config = reading_client(meter.provision);
  config.password[0] ^= 1;
  TestClient guesser(meter, config);
  ASSERT_TRUE(guesser.connect());
  for (int k = 0; k < 5; ++k) EXPECT_FALSE(guesser.associate());
  EXPECT_FALSE(guesser.get(kImport));
  // One entry a minute at most.
  EXPECT_THAT(meter.event_codes(LogId::fraud_events), ElementsAre(46));
  meter.run_for_us(61 * rigs::kSecond_us);
  EXPECT_FALSE(guesser.associate());
  EXPECT_THAT(meter.event_codes(LogId::fraud_events), ElementsAre(46, 46));
  guesser.disconnect();
  // In the fraud detection log (IDIS package 2), and once more in the one of security.
  EXPECT_THAT(meter.event_codes(LogId::security_events), ElementsAre(46, 46));
  open(manager);
  EXPECT_EQ(unsigned_in(manager, {classes::Data::kId, obis(0, 0, 96, 11, 1), 2}), 46u);
  const Attribute fraud{classes::ProfileGeneric::kId, obis(0, 0, 99, 98, 1), 2};
  const auto rows = rigs::rows_of(manager.get(fraud));
  ASSERT_TRUE(rows && rows->size() == 2);
  EXPECT_EQ(rows->back().status, 46);
}

TEST_F(Dlms, ManagementNeedsItsKeys) {
  meter_provision wrong = meter.provision;
  wrong.unicast_key[3] ^= 1;
  TestClient intruder(meter, management_client(wrong));
  ASSERT_TRUE(intruder.connect());
  EXPECT_FALSE(intruder.associate());
  intruder.disconnect();
  open(manager);
  EXPECT_EQ(unsigned_in(manager, kImport), 0u);
}

// Seen by the meter: a counter not above the last one accepted, whoever sends it.
TEST_F(Dlms, ReplayedFramesAreRefusedAlsoAfterAReset) {
  open(manager);
  EXPECT_TRUE(manager.get(kImport));
  const std::uint32_t used = manager.counter();
  manager.disconnect();
  meter.power_off(false);
  meter.power_on(METER_BOOT_POWER);
  open(anyone);
  EXPECT_EQ(unsigned_in(anyone, kCounter), used - 1);
  TestClient stale(meter, management_client(meter.provision, used - 1));
  ASSERT_TRUE(stale.connect());
  EXPECT_FALSE(stale.associate());
  stale.disconnect();
  EXPECT_EQ(meter.event_codes(LogId::fraud_events).back(), 50);
  TestClient fresh(meter, management_client(meter.provision, used));
  open(fresh);
  fresh.disconnect();
}

// At most one entry a minute of each kind, and each kind has its own minute.
TEST_F(Dlms, AReplayRightAfterAWrongKeyIsNotedToo) {
  open(manager);
  const std::uint32_t used = manager.counter();
  manager.disconnect();
  meter_provision wrong = meter.provision;
  wrong.unicast_key[3] ^= 1;
  for (int k = 0; k < 2; ++k) {
    TestClient intruder(meter, management_client(wrong, used + 1));
    ASSERT_TRUE(intruder.connect());
    EXPECT_FALSE(intruder.associate());
    intruder.disconnect();
    TestClient stale(meter, management_client(meter.provision, used - 1));
    ASSERT_TRUE(stale.connect());
    EXPECT_FALSE(stale.associate());
    stale.disconnect();
  }
  EXPECT_THAT(meter.event_codes(LogId::fraud_events), ElementsAre(49, 50));
}

TEST_F(Dlms, TheMetersCountersNeverRepeatOverResets) {
  std::uint32_t counter = 1;
  for (int reset = 0; reset < 12; ++reset) {
    TestClient client(meter, management_client(meter.provision, counter));
    open(client);
    const std::uint64_t written = meter.flash_operations;
    for (int k = 0; k < (reset == 3 ? 1500 : 20); ++k) ASSERT_TRUE(client.get(kImport));
    EXPECT_LE(meter.flash_operations - written, 4u);  // a reservation a thousand, of either side
    counter = client.counter();
    client.disconnect();
    meter.power_off(reset % 2 == 0);
    if (reset % 3 == 0) meter.retained.fill(0);  // the battery went as well
    meter.power_on(METER_BOOT_POWER);
    // What the dead battery forgot flash has a ceiling of; the client asks for it.
    open(anyone);
    counter = std::max(counter, static_cast<std::uint32_t>(unsigned_in(anyone, kCounter)) + 1);
    anyone.disconnect();
  }
  auto ivs = meter.sealed_ivs;
  ASSERT_GT(ivs.size(), 1700u);
  std::sort(ivs.begin(), ivs.end());
  EXPECT_EQ(std::adjacent_find(ivs.begin(), ivs.end()), ivs.end());
}

// ---- The object list says what is true ----

TEST_F(Dlms, EveryListedRightHoldsForEveryClient) {
  meter.run_for_us(2 * kDay_s * rigs::kSecond_us);
  using meter::fw::ClientIndex;
  const std::pair<TestClient*, ClientIndex> cases[] = {{&anyone, meter::fw::kPublic},
                                                       {&reader, meter::fw::kReading},
                                                       {&manager, meter::fw::kManagement}};
  for (const auto& [client, index] : cases) {
    open(*client);
    const std::vector<Listed> list = object_list(*client);
    EXPECT_EQ(list.size(), rigs::listed_objects(index));
    for (const Listed& object : list) {
      Attribute attribute = object.name;
      for (const std::uint8_t right : object.rights) {
        ++attribute.index;
        const auto value = client->get(attribute);
        const bool readable = (right & 1) != 0;
        EXPECT_EQ(value.has_value(), readable)
            << static_cast<int>(attribute.class_id) << ' ' << int{attribute.index};
        EXPECT_TRUE(!value || protocol::axdr::is_one_value(*value));
      }
    }
  }
}

TEST_F(Dlms, DescriptionMatchesTheWire) {
  open(manager);
  const std::vector<Listed> list = object_list(manager);
  meter_object_info info{};
  std::uint32_t index = 0;
  // What only the power line brings stands at the end; plc_test.cpp looks at it.
  for (; index < list.size(); ++index) {
    ASSERT_EQ(meter.firmware->describe(index, &info), 0);
    const Attribute& name = list[index].name;
    EXPECT_EQ(info.class_id, static_cast<std::uint16_t>(name.class_id));
    EXPECT_EQ(std::memcmp(info.obis, name.instance.octets.data(), 6), 0);
    if (name.class_id == classes::Register::kId) {
      const auto value = manager.get({name.class_id, name.instance, 3});
      ASSERT_TRUE(value);
      Cursor in(*value);
      in.structure(2);
      EXPECT_EQ(in.number(), info.scaler);
      EXPECT_EQ(in.enumeration(), info.unit);
    }
    if (name.class_id == classes::ProfileGeneric::kId) {
      const auto value = manager.get({name.class_id, name.instance, 3});
      ASSERT_TRUE(value);
      Cursor in(*value);
      ASSERT_EQ(in.array(), info.n_captured);
      for (std::uint8_t c = 0; c < info.n_captured; ++c) {
        in.structure(4);
        EXPECT_EQ(in.unsigned_number(), info.captured[c].class_id);
        EXPECT_EQ(std::memcmp(in.octet_string().data(), info.captured[c].obis, 6), 0);
        EXPECT_EQ(in.number(), info.captured[c].attribute);
        in.skip_value();
      }
    }
  }
  EXPECT_EQ(index, rigs::listed_objects(meter::fw::kManagement));
}

TEST(DlmsAd13a, HasItsOtherPhases) {
  MeterFixture meter(kStart, rigs::make_provision(), meter_ad13a_firmware());
  meter_sums sums = rigs::make_sums({230.0, 10.0}, {}, 3);
  sums.element[2].vv *= 0.81;
  meter.sums(sums, 1);
  TestClient reader(meter, reading_client(meter.provision));
  ASSERT_TRUE(reader.connect() && reader.associate());
  EXPECT_EQ(unsigned_in(reader, {classes::Register::kId, obis(1, 0, 52, 7, 0), 2}), 2300u);
  EXPECT_EQ(unsigned_in(reader, {classes::Register::kId, obis(1, 0, 72, 7, 0), 2}), 2070u);
  EXPECT_EQ(unsigned_in(reader, {classes::Register::kId, obis(1, 0, 51, 7, 0), 2}), 10000u);
  EXPECT_EQ(unsigned_in(reader, {classes::Register::kId, obis(1, 0, 1, 7, 0), 2}), 6900u);
}

// ---- Side by side ----

TEST_F(Dlms, ClientsOfOnePortAndBothPortsDoNotDisturbEachOther) {
  TestClient local(meter, reading_client(meter.provision), METER_UART_OPTICAL);
  open(anyone);
  open(reader);
  open(manager);
  open(local);
  for (int k = 0; k < 5; ++k) {
    EXPECT_TRUE(anyone.get(kLdn));
    EXPECT_TRUE(local.get(kImport));
    EXPECT_TRUE(reader.get(kImport));
    EXPECT_TRUE(manager.get(kObjectList));
  }
  reader.disconnect();
  EXPECT_TRUE(local.get(kImport));
  EXPECT_TRUE(manager.get(kImport));
  local.disconnect();
}

TEST_F(Dlms, LinksEndAfterInactivityWithOneAlarm) {
  open(reader);
  meter.run_for_us(119 * rigs::kSecond_us);
  EXPECT_TRUE(reader.get(kImport));
  meter.run_for_us(121 * rigs::kSecond_us);
  EXPECT_FALSE(reader.get(kImport));
  EXPECT_LE(meter.alarms, 3u);
  EXPECT_EQ(meter.buffers_out, 0);
}

}  // namespace
