// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The meter behind its power line: associations, profiles and alarms over 4-32, with a real base
// node at the other end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meter/fw/cosem/server.hpp"
#include "protocol/cosem/classes/association_ln.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/classes/security_setup.hpp"
#include "tests/rigs/meter/object_count.hpp"
#include "tests/rigs/meter/plc_bench.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

namespace classes = protocol::cosem::classes;
using protocol::cosem::AccessResult;
using protocol::cosem::Attribute;
using protocol::cosem::ClassId;
using protocol::cosem::Method;
using protocol::cosem::obis;
using rigs::kSecond_us;
using rigs::PlcBench;
using rigs::PlcClient;

const Attribute kSerial{classes::Data::kId, obis(0, 0, 96, 1, 0), 2};
const Attribute kImport{classes::Register::kId, obis(1, 0, 1, 8, 0), 2};
const Attribute kLoadProfile{classes::ProfileGeneric::kId, obis(1, 0, 99, 1, 0), 2};
const Attribute kTheirTitle{classes::SecuritySetup::kId, obis(0, 0, 43, 0, 0), 5};
const Attribute kOurTitle{classes::SecuritySetup::kId, obis(0, 0, 43, 0, 1), 5};
const Attribute kTheirCounter{classes::Data::kId, obis(0, 0, 43, 1, 0), 2};
const Attribute kOurCounter{classes::Data::kId, obis(0, 0, 43, 1, 1), 2};

TEST(PowerLine, MeterRegistersAndTellsItsSerial) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  EXPECT_EQ(bench.identifier, "0000000042");
  dcu::fw::NodeView view;
  ASSERT_TRUE(bench.base.find({0x02, 0x41, 0x4D, 0, 0, 42}, view));
  EXPECT_TRUE(view.connected);
}

TEST(PowerLine, WithoutAnAddressTheModemIsNeverAsked) {
  PlcBench bench({}, rigs::make_provision());
  EXPECT_FALSE(bench.run_until_joined());
  EXPECT_EQ(bench.meter.alarms, 0u);
}

TEST(PowerLine, APlatformWithoutAModemRunsTheFirmwareWithoutIt) {
  PlcBench bench({}, rigs::make_plc_provision(), false);
  EXPECT_FALSE(bench.run_until_joined());
  rigs::TestClient manager(bench.meter, rigs::management_client(bench.meter.provision));
  ASSERT_TRUE(manager.connect() && manager.associate());
  EXPECT_FALSE(manager.get(kOurTitle));
  EXPECT_TRUE(manager.get(kImport));
}

TEST(PowerLine, FourClientsAssociateSideBySide) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  PlcClient anyone(bench, rigs::public_client());
  PlcClient manager(bench, rigs::management_client(bench.meter.provision));
  PlcClient reader(bench, rigs::reading_client(bench.meter.provision));
  PlcClient concentrator(bench, rigs::concentrator_client(bench.meter.provision));
  using meter::fw::ClientIndex;
  const std::pair<PlcClient*, ClientIndex> cases[] = {{&anyone, meter::fw::kPublic},
                                                      {&manager, meter::fw::kManagement},
                                                      {&reader, meter::fw::kReading},
                                                      {&concentrator, meter::fw::kConcentrator}};
  for (const auto& [client, index] : cases) {
    ASSERT_TRUE(client->associate());
  }
  for (PlcClient* client : {&concentrator, &anyone, &reader, &manager}) {
    EXPECT_EQ(rigs::text_of(client->get(kSerial)), "0000000042");
  }
  EXPECT_EQ(bench.joins, 1u);
}

// The head-end through the gateway while the concentrator polls: nobody waits for the other.
TEST(PowerLine, RequestsOfSeveralClientsMayBeUnderWayTogether) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  bench.run_for(60 * kSecond_us);
  PlcClient anyone(bench, rigs::public_client());
  PlcClient reader(bench, rigs::reading_client(bench.meter.provision));
  ASSERT_TRUE(anyone.associate() && reader.associate());
  bench.meter.work_us = 100'000;
  bench.inbox.clear();
  const std::array<std::uint8_t, 13> get_serial{0xC0, 1, 0xC1, 0, 1, 0, 0, 96, 1, 0, 255, 2, 0};
  for (int round = 0; round < 10; ++round) {
    bench.base.send(bench.address, 1, 16, get_serial);
    bench.base.send(bench.address, 1, 2, get_serial);
    bench.base_station.touched();
    bench.run_for(10 * kSecond_us);
  }
  for (const std::uint8_t sap : {16, 2}) {
    EXPECT_EQ(bench.inbox[sap].size(), 10u) << int{sap};
    for (const auto& answer : bench.inbox[sap]) {
      EXPECT_EQ(std::string(answer.end() - 10, answer.end()), "0000000042");
    }
  }
  EXPECT_EQ(bench.meter.buffers_out, 0);
}

TEST(PowerLine, APushClientOrAStrangerIsNotHeard) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  for (const protocol::dlms::Sap sap : {102, 4, 17, 0}) {
    protocol::dlms::ClientConfig config;
    config.client_sap = sap;
    PlcClient client(bench, config);
    client.patience_us = 20 * kSecond_us;
    EXPECT_FALSE(client.associate()) << sap;
    EXPECT_EQ(client.last, PlcClient::Kind::nothing) << sap;
  }
}

TEST(PowerLine, ProfileComesWholeInBlocksOfTheClientsSize) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  bench.run_for(30 * rigs::kHour_s * kSecond_us);
  PlcClient concentrator(bench, rigs::concentrator_client(bench.meter.provision));
  ASSERT_TRUE(concentrator.associate());
  const auto rows = rigs::rows_of(concentrator.get(kLoadProfile));
  ASSERT_TRUE(rows);
  const auto stored = bench.meter.rows(meter::fw::LogId::load);
  ASSERT_EQ(rows->size(), stored.size());
  ASSERT_GE(rows->size(), 119u);  // some five kilobytes
  for (std::size_t k = 0; k < rows->size(); ++k) {
    EXPECT_EQ((*rows)[k].time.utc_s, stored[k].head.utc_s);
    EXPECT_EQ((*rows)[k].status, stored[k].head.status);
  }
}

TEST(PowerLine, AnAnswerLeavesWhenItsWorkIsDoneAndTheMacDoesNotWait) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  PlcClient client(bench, rigs::public_client());
  ASSERT_TRUE(client.associate());
  ASSERT_TRUE(client.get(kSerial));
  const std::int64_t quick_us = client.last_exchange_us;
  const std::uint64_t before =
      bench.meter.work_calls[METER_WORK_FRAME] + bench.meter.work_calls[METER_WORK_GET];
  bench.meter.work_us = 300'000;
  ASSERT_TRUE(client.get(kSerial));
  const std::uint64_t pieces =
      bench.meter.work_calls[METER_WORK_FRAME] + bench.meter.work_calls[METER_WORK_GET] - before;
  ASSERT_EQ(pieces, 3u);  // the request, the service, the answer
  // Channel access is drawn anew: some tens of milliseconds either way.
  EXPECT_GE(client.last_exchange_us, 900'000);
  EXPECT_NEAR(static_cast<double>(client.last_exchange_us), static_cast<double>(quick_us + 900'000),
              700'000);
  EXPECT_EQ(bench.joins, 1u);
}

TEST(PowerLine, WrongKeysAreRefusedAndNoted) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  meter_provision wrong = bench.meter.provision;
  wrong.concentrator_unicast_key[3] ^= 1;
  wrong.unicast_key[3] ^= 1;
  EXPECT_FALSE(PlcClient(bench, rigs::concentrator_client(wrong)).associate());
  EXPECT_FALSE(PlcClient(bench, rigs::management_client(wrong)).associate());
  // Each set opens its own association only.
  meter_provision swapped = bench.meter.provision;
  std::swap(swapped.unicast_key, swapped.concentrator_unicast_key);
  std::swap(swapped.authentication_key, swapped.concentrator_authentication_key);
  EXPECT_FALSE(PlcClient(bench, rigs::concentrator_client(swapped)).associate());
  EXPECT_FALSE(PlcClient(bench, rigs::management_client(swapped)).associate());
  EXPECT_THAT(bench.meter.event_codes(meter::fw::LogId::fraud_events), testing::Contains(49));
  EXPECT_TRUE(PlcClient(bench, rigs::concentrator_client(bench.meter.provision)).associate());
}

TEST(PowerLine, TheConcentratorHasNoPartInTheHeadEndsKeys) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  PlcClient concentrator(bench, rigs::concentrator_client(bench.meter.provision));
  ASSERT_TRUE(concentrator.associate());
  for (std::int8_t attribute = 1; attribute <= 5; ++attribute) {
    Attribute theirs = kTheirTitle;
    theirs.index = attribute;
    EXPECT_FALSE(concentrator.get(theirs)) << int{attribute};
    EXPECT_EQ(concentrator.refusal, AccessResult::read_write_denied);
    Attribute ours = kOurTitle;
    ours.index = attribute;
    EXPECT_TRUE(concentrator.get(ours)) << int{attribute};
  }
  const std::vector<std::uint8_t> nothing{0x16, 3};
  for (const std::int8_t method : {1, 2}) {
    EXPECT_FALSE(
        concentrator.action({classes::SecuritySetup::kId, obis(0, 0, 43, 0, 0), method}, nothing));
    EXPECT_EQ(concentrator.refusal, AccessResult::read_write_denied);
  }
  EXPECT_FALSE(concentrator.get({classes::AssociationLn::kId, obis(0, 0, 40, 0, 3), 2}));
  EXPECT_TRUE(concentrator.get({classes::AssociationLn::kId, obis(0, 0, 40, 0, 4), 2}));
  // The rest of what a management client may do, it may.
  EXPECT_TRUE(concentrator.get(kImport));
  EXPECT_TRUE(concentrator.action({classes::Clock::kId, obis(0, 0, 1, 0, 0), 6},
                                  std::vector<std::uint8_t>{0x10, 0, 5}));
  EXPECT_TRUE(concentrator.action({classes::DisconnectControl::kId, obis(0, 0, 96, 3, 10), 1},
                                  std::vector<std::uint8_t>{0x0F, 0}));
}

TEST(PowerLine, TheHeadEndCannotTurnTheConcentratorsKeys) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  PlcClient manager(bench, rigs::management_client(bench.meter.provision));
  ASSERT_TRUE(manager.associate());
  EXPECT_TRUE(manager.get(kOurTitle));
  EXPECT_FALSE(manager.action({classes::SecuritySetup::kId, obis(0, 0, 43, 0, 1), 2},
                              std::vector<std::uint8_t>{0x01, 0}));
  EXPECT_EQ(manager.refusal, AccessResult::read_write_denied);
}

// key_transfer: array of structure{key_id, wrapped}.
std::vector<std::uint8_t> transfer(const meter_provision& provision, std::uint8_t key_id,
                                   std::uint8_t fill) {
  protocol::crypto::OpensslEngine crypto(
      [](protocol::MutableBytes out) { std::fill(out.begin(), out.end(), 1); });
  protocol::crypto::Key128 master;
  std::copy_n(provision.master_key, 16, master.begin());
  std::array<std::uint8_t, 16> key;
  key.fill(fill);
  std::array<std::uint8_t, 24> wrapped{};
  EXPECT_TRUE(crypto.wrap(master, key, wrapped));
  return rigs::encoded([&](protocol::Writer& out) {
    protocol::axdr::begin_array(1, out);
    protocol::axdr::begin_structure(2, out);
    protocol::axdr::put_enum(key_id, out);
    protocol::axdr::put_octet_string(wrapped, out);
  });
}

TEST(PowerLine, TheConcentratorsKeysAreChangedInTheirOwnSetupAndOutliveThePower) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  const Method change{classes::SecuritySetup::kId, obis(0, 0, 43, 0, 1), 2};
  PlcClient concentrator(bench, rigs::concentrator_client(bench.meter.provision, 500));
  ASSERT_TRUE(concentrator.associate());
  EXPECT_FALSE(concentrator.action(change, transfer(bench.meter.provision, 3, 0x99)));  // master
  EXPECT_TRUE(concentrator.action(change, transfer(bench.meter.provision, 0, 0x77)));
  bench.power_off(false);
  bench.run_for(20 * kSecond_us);
  bench.address = dcu::fw::kNoAddress;
  bench.power_on();
  ASSERT_TRUE(bench.run_until_joined());
  EXPECT_FALSE(PlcClient(bench, rigs::concentrator_client(bench.meter.provision, 900)).associate());
  meter_provision next = bench.meter.provision;
  std::fill(std::begin(next.concentrator_unicast_key), std::end(next.concentrator_unicast_key),
            std::uint8_t{0x77});
  EXPECT_TRUE(PlcClient(bench, rigs::concentrator_client(next, 1)).associate());
  // The head-end's own are what they were.
  EXPECT_TRUE(PlcClient(bench, rigs::management_client(bench.meter.provision)).associate());
}

TEST(PowerLine, EachClientsCounterIsKeptApartAndShownToAnyone) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  PlcClient concentrator(bench, rigs::concentrator_client(bench.meter.provision, 5000));
  PlcClient manager(bench, rigs::management_client(bench.meter.provision, 70));
  ASSERT_TRUE(concentrator.associate());
  ASSERT_TRUE(manager.associate());
  PlcClient anyone(bench, rigs::public_client());
  ASSERT_TRUE(anyone.associate());
  EXPECT_EQ(rigs::unsigned_in(anyone, kOurCounter), concentrator.counter() - 1);
  EXPECT_EQ(rigs::unsigned_in(anyone, kTheirCounter), manager.counter() - 1);
  EXPECT_FALSE(anyone.get(kOurTitle) && anyone.get(kImport));
  // What was used once opens nothing more, whatever happened to the supply.
  bench.power_off(true);
  bench.address = dcu::fw::kNoAddress;
  bench.power_on();
  ASSERT_TRUE(bench.run_until_joined());
  EXPECT_FALSE(
      PlcClient(bench, rigs::concentrator_client(bench.meter.provision, 5000)).associate());
  EXPECT_TRUE(PlcClient(bench, rigs::concentrator_client(bench.meter.provision, 6000)).associate());
}

TEST(PowerLine, TheMetersCountersNeverRepeatUnderOneKey) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  for (std::uint32_t round = 0; round < 3; ++round) {
    PlcClient concentrator(bench,
                           rigs::concentrator_client(bench.meter.provision, 1 + 1000 * round));
    PlcClient manager(bench, rigs::management_client(bench.meter.provision, 1 + 1000 * round));
    ASSERT_TRUE(concentrator.associate() && manager.associate());
    for (int k = 0; k < 3; ++k) EXPECT_TRUE(concentrator.get(kImport) && manager.get(kImport));
    bench.power_off(round == 1);
    bench.address = dcu::fw::kNoAddress;
    bench.power_on();
    ASSERT_TRUE(bench.run_until_joined());
  }
  std::map<std::array<std::uint8_t, 28>, int> uses;  // key and IV
  ASSERT_EQ(bench.meter.sealed_ivs.size(), bench.meter.sealed_keys.size());
  for (std::size_t k = 0; k < bench.meter.sealed_ivs.size(); ++k) {
    std::array<std::uint8_t, 28> both;
    std::copy_n(bench.meter.sealed_keys[k].begin(), 16, both.begin());
    std::copy_n(bench.meter.sealed_ivs[k].begin(), 12, both.begin() + 16);
    ++uses[both];
  }
  EXPECT_GT(uses.size(), 30u);
  for (const auto& [both, n] : uses) EXPECT_EQ(n, 1);
}

TEST(PowerLine, MirrorsShowTheMac) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  PlcClient reader(bench, rigs::reading_client(bench.meter.provision));
  ASSERT_TRUE(reader.associate());
  const auto at = [](std::uint16_t class_id, std::uint8_t d, std::int8_t attribute) {
    return Attribute{ClassId{class_id}, obis(0, 0, 28, d, 0), attribute};
  };
  EXPECT_EQ(rigs::unsigned_in(reader, at(80, 0, 2)), bench.address);
  EXPECT_EQ(rigs::unsigned_in(reader, at(80, 0, 3)), 0u);
  EXPECT_EQ(rigs::unsigned_in(reader, at(82, 2, 2)), 24u);
  EXPECT_EQ(rigs::text_of(reader.get(at(83, 3, 5))), std::string("\x02\x41\x44\0\0\x01", 6));
  EXPECT_EQ(reader.get(at(83, 3, 6)), (std::vector<std::uint8_t>{0x16, 1}));  // terminal
  EXPECT_GT(rigs::unsigned_in(reader, at(84, 4, 3)), 3u);
  EXPECT_EQ(rigs::text_of(reader.get(at(43, 6, 2))), std::string("\x02\x41\x4D\0\0\x2A", 6));
  EXPECT_EQ(rigs::text_of(reader.get(at(86, 7, 2))), "1.0.0");
  const std::pair<int, int> attributes[] = {{80, 3}, {81, 5}, {82, 8}, {83, 14},
                                            {84, 7}, {85, 6}, {86, 4}};
  for (const auto& [class_id, n] : attributes) {
    const auto d = static_cast<std::uint8_t>(class_id == 86 ? 7 : class_id - 80);
    for (int k = 1; k <= n; ++k) {
      EXPECT_TRUE(
          reader.get(at(static_cast<std::uint16_t>(class_id), d, static_cast<std::int8_t>(k))))
          << class_id << " attribute " << k;
    }
    EXPECT_FALSE(
        reader.get(at(static_cast<std::uint16_t>(class_id), d, static_cast<std::int8_t>(n + 1))));
  }
}

TEST(PowerLine, EveryListedRightHoldsForEveryClient) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  PlcClient anyone(bench, rigs::public_client());
  PlcClient manager(bench, rigs::management_client(bench.meter.provision));
  PlcClient reader(bench, rigs::reading_client(bench.meter.provision));
  PlcClient concentrator(bench, rigs::concentrator_client(bench.meter.provision));
  using meter::fw::ClientIndex;
  const std::pair<PlcClient*, ClientIndex> cases[] = {{&anyone, meter::fw::kPublic},
                                                      {&manager, meter::fw::kManagement},
                                                      {&reader, meter::fw::kReading},
                                                      {&concentrator, meter::fw::kConcentrator}};
  for (const auto& [client, index] : cases) {
    ASSERT_TRUE(client->associate());
    const std::vector<rigs::Listed> list = rigs::object_list(*client);
    EXPECT_EQ(list.size(), rigs::listed_objects(index, {1, true}));
    for (const rigs::Listed& object : list) {
      Attribute attribute = object.name;
      for (const std::uint8_t right : object.rights) {
        ++attribute.index;
        const auto value = client->get(attribute);
        EXPECT_EQ(value.has_value(), (right & 1) != 0)
            << static_cast<int>(attribute.class_id) << ' ' << int{attribute.index};
        EXPECT_TRUE(!value || protocol::axdr::is_one_value(*value));
      }
    }
  }
}

TEST(PowerLine, DescriptionMatchesTheWire) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  PlcClient manager(bench, rigs::management_client(bench.meter.provision));
  ASSERT_TRUE(manager.associate());
  const std::vector<rigs::Listed> list = rigs::object_list(manager);
  meter_object_info info{};
  std::uint32_t index = 0;
  for (; bench.meter.firmware->describe(index, &info) == 0; ++index) {
    ASSERT_LT(index, list.size());
    EXPECT_EQ(info.class_id, static_cast<std::uint16_t>(list[index].name.class_id));
    EXPECT_TRUE(std::equal(std::begin(info.obis), std::end(info.obis),
                           list[index].name.instance.octets.begin()));
  }
  EXPECT_EQ(index, list.size());
}

TEST(PowerLine, AMeterWithoutItHasNoneOfItsObjects) {
  rigs::MeterFixture meter(rigs::utc_s(2026, 2, 10), rigs::make_plc_provision());
  rigs::TestClient manager(meter, rigs::management_client(meter.provision));
  ASSERT_TRUE(manager.connect() && manager.associate());
  for (const Attribute& attribute :
       {kOurTitle, kOurCounter, Attribute{ClassId{84}, obis(0, 0, 28, 4, 0), 2}}) {
    EXPECT_FALSE(manager.get(attribute));
    EXPECT_EQ(manager.refusal, AccessResult::object_undefined);
  }
  rigs::TestClient concentrator(meter, rigs::concentrator_client(meter.provision));
  EXPECT_FALSE(concentrator.connect());  // DM: never over a wire
}

}  // namespace
