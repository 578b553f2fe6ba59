// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Meters on their simulated hardware, along a real cable: crystals of their own, the medium's
// modems, a base node at the substation.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>

#include "dcu/fw/base_node.hpp"
#include "models/core/afe/afe.hpp"
#include "models/core/load/supply_point.hpp"
#include "models/core/meter/factory.hpp"
#include "models/core/meter/meter_node.hpp"
#include "plc-channel/medium/medium.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/hosted/crypto_openssl/engine.hpp"
#include "tests/rigs/base_node/storage.hpp"
#include "tests/rigs/meter/plc_bench.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

namespace prime = protocol::prime;
using kernel::kNsPerMinute;
using kernel::kNsPerSecond;

constexpr std::uint64_t kSeed = 20260210;
constexpr std::uint32_t kMeters = 6;

// The substation's end: a base node whose microseconds are the world's.
class Substation final : public dcu::fw::BaseNodeOwner, prime::ModemClient, kernel::Entity {
 public:
  Substation(kernel::Agenda& agenda, plc::Modem& modem)
      : agenda_(agenda),
        timer_(agenda, *this, 1, 0),
        base(config(), storage_.memory(), modem, *this) {
    modem.set_client(this);
    modem.power(true);
    base.start();
    arm();
  }
  std::vector<std::uint8_t> exchange(const dcu::fw::Eui48& meter, std::uint8_t sap,
                                     protocol::Bytes apdu) {
    dcu::fw::NodeView view;
    if (!base.find(meter, view) || !view.connected) return {};
    answers.clear();
    base.send(view.address, 1, sap, apdu);
    arm();
    const kernel::TimeNs until = agenda_.now() + 60 * kNsPerSecond;
    while (agenda_.now() < until && answers[sap].empty()) {
      agenda_.run_until(agenda_.now() + 10 * kernel::kNsPerMs);
    }
    return answers[sap];
  }
  std::map<std::string, unsigned> joined;  // by identifier
  std::map<std::uint8_t, std::vector<std::uint8_t>> answers;
  unsigned unasked = 0;

 private:
  static dcu::fw::Config config() {
    dcu::fw::Config config;
    config.eui48 = {0x02, 0x41, 0x44, 0, 0, 1};
    return config;
  }
  void arm() {
    const std::int64_t at_us = base.deadline_us();
    timer_.arm(at_us == dcu::fw::kNoDeadline ? kernel::kNever
                                             : std::max(at_us * kernel::kNsPerUs, agenda_.now()));
  }
  void on_time(kernel::TimeNs, std::uint32_t) override {
    base.on_time();
    arm();
  }
  // BaseNodeOwner
  void on_joined(dcu::fw::Address, const dcu::fw::Eui48&, protocol::Bytes identifier) override {
    ++joined[std::string(identifier.begin(), identifier.end())];
  }
  void on_left(dcu::fw::Address, const dcu::fw::Eui48&, dcu::fw::LeaveReason) override {}
  void on_data(dcu::fw::Address, std::uint8_t, std::uint8_t d_lsap, protocol::Bytes lsdu) override {
    if (lsdu[0] == 0xDB) {
      ++unasked;
    } else {
      answers[d_lsap].assign(lsdu.begin(), lsdu.end());
    }
  }
  void on_sent(dcu::fw::SendHandle, bool) override {}
  // prime::ModemClient
  void on_frame(const prime::ReceivedFrame& frame) override {
    base.on_frame(frame);
    arm();
  }
  void on_beacon(const prime::HeardBeacon&) override {}
  void on_beacon_lost() override {}

  kernel::Agenda& agenda_;
  kernel::Timer timer_;
  dcu::fw::Storage<32, 32> storage_;

 public:
  dcu::fw::BaseNode base;
};

struct SteadyHome final : models::LoadSource {
  models::HomeLoad at(std::int64_t) const override { return {1000, 200, 0, true}; }
};

plc::Feeder street(double spacing_m) {
  plc::Feeder feeder;
  feeder.cables = {plc::kNayy4x150, plc::kNayy4x50, plc::kNayy4x35};
  feeder.buses.emplace_back();
  feeder.stations.emplace_back();
  for (std::uint32_t n = 1; n <= kMeters; ++n) {
    const double at = spacing_m * n;
    feeder.buses.push_back({n - 1, spacing_m, 0, {at, 0}, at});
    feeder.stations.push_back({n, 1, 15, 2, {at, 15}, at + 15});
  }
  return feeder;
}

struct Street {
  Street()
      : feeder(street(40)),
        channel(feeder, {}),
        medium(agenda, channel, errors(), {}),
        mains({.seed = kSeed}, kernel::kNsPerDay),
        pool(METER_BUFFER_BYTES),
        crypto([](protocol::MutableBytes out) { std::fill(out.begin(), out.end(), 1); }),
        services{agenda, crypto, pool, kSeed},
        substation(agenda, medium.add_station(0, 2)) {
    for (std::uint32_t k = 1; k <= kMeters; ++k) add(k);
  }
  void add(std::uint32_t number) {
    const bool three = number % 3 == 0;
    models::SupplyConfig home;
    if (three) home = {3, 1, true, {0.4, 0.3, 0.3}};
    supplies.push_back(std::make_unique<models::SupplyPoint>(mains, load, home));
    afes.push_back(std::make_unique<models::Afe>(kSeed, number, three ? 3 : 1,
                                                 models::draw_tolerance(kSeed, number)));
    models::MeterNodeConfig config;
    config.firmware = three ? meter_ad13a_firmware() : meter_ad11a_firmware();
    config.meter = number;
    config.rtc_start_ticks = rigs::utc_s(2026, 2, 10) * METER_RTC_HZ;
    config.tolerance = models::draw_device_tolerance(kSeed, number);
    auto node = std::make_unique<models::MeterNode>(
        services, config,
        std::make_unique<models::ElectricalFeed>(*supplies.back(), *afes.back(),
                                                 models::FeedTier::fleet));
    node->attach_plc(medium.add_station(number, models::node_id(number, models::kNodePlc)));
    ASSERT_TRUE(models::manufacture(*node, provision(number), *afes.back()));
    node->power(number * 300 * kernel::kNsPerMs, true);
    nodes.push_back(std::move(node));
  }
  static meter_provision provision(std::uint32_t number) {
    meter_provision provision = rigs::make_plc_provision();
    provision.serial[9] = static_cast<char>('0' + number);
    provision.plc_eui48[5] = static_cast<std::uint8_t>(number);
    return provision;
  }
  static const plc::PacketErrorTable& errors() {
    static const plc::PacketErrorTable table = plc::closed_form_packet_errors();
    return table;
  }

  kernel::Agenda agenda;
  plc::Feeder feeder;
  plc::Channel channel;
  plc::Medium medium;
  models::MainsSchedule mains;
  SteadyHome load;
  models::BufferPool pool;
  protocol::crypto::OpensslEngine crypto;
  models::NodeServices services;
  Substation substation;
  std::vector<std::unique_ptr<models::SupplyPoint>> supplies;
  std::vector<std::unique_ptr<models::Afe>> afes;
  std::vector<std::unique_ptr<models::MeterNode>> nodes;
};

// DLMS over the street.
class StreetClient final : public rigs::DlmsClient {
 public:
  StreetClient(Street& street, std::uint32_t meter, const protocol::dlms::ClientConfig& config)
      : DlmsClient(config), street_(street), sap_(static_cast<std::uint8_t>(config.client_sap)) {
    const auto& eui48 = Street::provision(meter).plc_eui48;
    std::copy(std::begin(eui48), std::end(eui48), eui48_.begin());
  }
  std::vector<std::uint8_t> exchange(protocol::Bytes apdu) override {
    return street_.substation.exchange(eui48_, sap_, apdu);
  }

 private:
  Street& street_;
  dcu::fw::Eui48 eui48_{};
  std::uint8_t sap_;
};

TEST(PlcStreet, MetersOfBothTypesJoinAnswerAndReport) {
  Street street;
  street.agenda.run_until(10 * kNsPerMinute);
  EXPECT_EQ(street.substation.joined.size(), kMeters);
  EXPECT_GE(street.substation.unasked, kMeters);  // power_up
  namespace classes = protocol::cosem::classes;
  using protocol::cosem::obis;
  for (std::uint32_t number = 1; number <= kMeters; ++number) {
    const meter_provision provision = Street::provision(number);
    StreetClient concentrator(street, number, rigs::concentrator_client(provision));
    ASSERT_TRUE(concentrator.associate()) << number;
    EXPECT_EQ(rigs::text_of(concentrator.get({classes::Data::kId, obis(0, 0, 96, 1, 0), 2})),
              provision.serial);
    EXPECT_EQ(concentrator.get({classes::Register::kId, obis(1, 0, 72, 7, 0), 2}).has_value(),
              number % 3 == 0);
    EXPECT_GT(rigs::unsigned_in(concentrator, {classes::Register::kId, obis(1, 0, 1, 8, 0), 2}),
              150u);
  }
}

// One day without anybody asking: a registered meter lives on its keep-alives.
TEST(PlcStreet, AnIdleMeterCostsSomeHundredsOfUpcallsADay) {
  Street street;
  street.agenda.run_until(10 * kNsPerMinute);
  std::vector<std::uint64_t> before;
  for (const auto& node : street.nodes) before.push_back(node->totals().upcalls);
  const std::uint64_t events = street.agenda.events();
  street.agenda.run_until(4 * kernel::kNsPerHour + 10 * kNsPerMinute);
  std::uint64_t most = 0;
  for (std::size_t k = 0; k < before.size(); ++k) {
    most = std::max(most, street.nodes[k]->totals().upcalls - before[k]);
    EXPECT_EQ(street.nodes[k]->totals().bad_downcalls, 0u);
  }
  RecordProperty("upcalls_in_four_hours", static_cast<int>(most));
  RecordProperty("events", static_cast<int>(street.agenda.events() - events));
  std::printf("four idle hours: at most %llu upcalls a meter, %llu events\n",
              static_cast<unsigned long long>(most),
              static_cast<unsigned long long>(street.agenda.events() - events));
  EXPECT_LT(most, 1000u);
}

}  // namespace
