// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// A detailed meter, the concentrator and a fleet-tier station on one power line: the SystemC
// modules see what the same devices see on one plain agenda, and the VCD shows it.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include <unistd.h>

#include "models/core/node_id.hpp"
#include "models/core/wan/cell.hpp"
#include "models/sc/kernel.hpp"
#include "tests/rigs/devices/meter_bench.hpp"
#include "tests/rigs/plc/line.hpp"
#include "tests/unit/models/sc/vcd.hpp"

namespace {

using namespace device_test;
using kernel::kNsPerMs;
using kernel::kNsPerSecond;
using plc_test::Octets;
using sc_test::Vcd;

namespace prime = protocol::prime;

constexpr kernel::TimeNs kOff = 40 * kNsPerSecond;
constexpr kernel::TimeNs kBack = 50 * kNsPerSecond;
constexpr kernel::TimeNs kEnd = 80 * kNsPerSecond;
constexpr std::uint32_t kMeter = 7;
constexpr std::uint16_t kMeterLnid = 1;
constexpr std::uint16_t kOtherLnid = 2;
constexpr std::uint16_t kBaseLnid = 0;

prime::FilterRule to_lnid(std::uint64_t lnid) { return {std::uint64_t{0x3FFF} << 2, lnid << 2}; }

// Asks its stations in turn, twice a second, sends beacons, and passes the count of answers on to
// its head-end.
class Concentrator final : private kernel::Entity,
                           private prime::ModemClient,
                           private models::wan::ModemClient {
 public:
  Concentrator(kernel::Agenda& agenda, plc::Modem& modem, models::wan::ModemPort& uplink)
      : agenda_(agenda), modem_(modem), uplink_(uplink), timer_(agenda, *this, 5000, 0) {
    modem.set_client(this);
    uplink.set_client(*this);
    timer_.arm(0);
  }
  std::vector<std::string> log;
  int answers = 0;

 private:
  void on_time(kernel::TimeNs now, std::uint32_t) override {
    if (now == 0) {
      modem_.power(true);
      uplink_.power(true);
      const prime::FilterRule rule = to_lnid(kBaseLnid);
      modem_.set_filter({&rule, 1});
      const prime::BeaconPlan plan = plc_test::base_plan(10 * kNsPerMs);
      modem_.set_beacon(&plan);
    } else if (!modem_.busy()) {
      modem_.send(plc_test::data_frame(count_ % 2 == 0 ? kMeterLnid : kOtherLnid, 30),
                  plc::Scheme::dqpsk_f, 0);
      ++count_;
    }
    timer_.arm(now + 500 * kNsPerMs + 7 * kNsPerMs);
  }
  void on_frame(const prime::ReceivedFrame& frame) override {
    log.push_back(std::to_string(agenda_.now()) + " frame " + std::to_string(frame.mpdu.size()));
    ++answers;
    if (socket_ < 0) return;
    const Octets report = {static_cast<std::uint8_t>(answers)};
    uplink_.send(socket_, report);
  }
  void on_beacon(const prime::HeardBeacon&) override { log.push_back("beacon"); }
  void on_beacon_lost() override { log.push_back("lost"); }
  void on_modem(models::wan::ModemState state) override {
    log.push_back(std::to_string(agenda_.now()) + " modem " +
                  std::to_string(static_cast<int>(state)));
    if (state == models::wan::ModemState::kSearching) uplink_.connect("iot");
    if (state == models::wan::ModemState::kOnline) {
      uplink_.open(models::wan::Protocol::kTcp, "10.0.0.1", 8432);
    }
  }
  void on_socket_open(int socket, bool) override { socket_ = socket; }
  void on_socket_data(int, std::span<const std::uint8_t>) override {}
  void on_socket_closed(int, models::wan::CloseReason) override { socket_ = -1; }
  void on_socket_drained(int) override {}

  kernel::Agenda& agenda_;
  plc::Modem& modem_;
  models::wan::ModemPort& uplink_;
  kernel::Timer timer_;
  int count_ = 0;
  int socket_ = -1;
};

// A station of the fleet tier: answers at once when asked.
class Station final : public prime::ModemClient {
 public:
  Station(kernel::Agenda& agenda, plc::Modem& modem) : agenda_(agenda), modem_(modem) {
    modem.set_client(this);
    modem.power(true);
    const prime::FilterRule rule = to_lnid(kOtherLnid);
    modem.set_filter({&rule, 1});
  }
  void on_frame(const prime::ReceivedFrame&) override {
    log.push_back(std::to_string(agenda_.now()) + " asked");
    modem_.send(plc_test::data_frame(kBaseLnid, 60), plc::Scheme::dqpsk_f, 0);
  }
  void on_beacon(const prime::HeardBeacon&) override {}
  void on_beacon_lost() override {}
  std::vector<std::string> log;

 private:
  kernel::Agenda& agenda_;
  plc::Modem& modem_;
};

struct FarEnd final : models::wan::WanPeer {
  void on_open(models::wan::ConnectionId, std::uint32_t, std::string_view, std::uint16_t) override {
  }
  void on_data(models::wan::ConnectionId, std::span<const std::uint8_t> octets) override {
    received += octets.size();
  }
  void on_closed(models::wan::ConnectionId, models::wan::CloseReason) override {}
  std::size_t received = 0;
};

// Searches, follows the first beacon, answers 20 ms after it was asked.
void write_script() {
  meter_script() = {};
  meter_script().boot = [](meter_boot_reason) {
    const meter_hal* hal = meter_script().hal;
    const prime::FilterRule rule = to_lnid(kMeterLnid);
    const meter_plc_rule told{rule.mask, rule.value};
    hal->plc->filter(hal->context, &told, 1);
    hal->plc->search(hal->context, 1);
  };
  meter_script().plc_beacon = [](const meter_plc_beacon* beacon) {
    const meter_hal* hal = meter_script().hal;
    if (beacon == nullptr) return;
    hal->plc->search(hal->context, 0);
    meter_plc_watch watch{};
    std::copy_n(beacon->mpdu, sizeof watch.mpdu, watch.mpdu);
    watch.miss_limit = 5;
    hal->plc->watch(hal->context, &watch);
  };
  meter_script().plc = [](const MeterScript::PlcFrame& frame) {
    const meter_hal* hal = meter_script().hal;
    meter_script().log.push_back("asked at " + std::to_string(frame.start_us) + " snr " +
                                 std::to_string(frame.snr_cdb));
    hal->clock->alarm_us(hal->context, hal->clock->uptime_us(hal->context) + 20'000);
  };
  meter_script().alarm = [] {
    const meter_hal* hal = meter_script().hal;
    std::int64_t start = 0;
    std::uint32_t sequence = 0;
    const int known = hal->plc->frame_time(hal->context, &start, &sequence);
    const Octets answer = plc_test::data_frame(kBaseLnid, 90);
    const int busy = hal->plc->busy(hal->context);
    const int sent = hal->plc->send(hal->context, answer.data(),
                                    static_cast<std::uint32_t>(answer.size()), 5, 0);
    meter_script().log.push_back(std::to_string(known) + std::to_string(busy) +
                                 std::to_string(sent) + " frame " + std::to_string(start) + " " +
                                 std::to_string(sequence));
  };
}

struct World {
  World()
      : mains({.frequency_spread_hz = 0, .voltage_spread_percent = 0}, kernel::kNsPerDay),
        supply(mains, load),
        afe(1, kMeter, 1, {}, false),
        pool(METER_BUFFER_BYTES),
        cell(fleet, models::wan::CellConfig{}),
        channel(plc_test::straight_line(3, 40), plc_test::quiet()) {
    cell.set_peer(far_end);
    write_script();
  }
  void build(kernel::Agenda& line_agenda, kernel::Agenda& concentrator_agenda,
             kernel::Agenda& meter_agenda, models::sc::DetailedPowerLine* line,
             models::sc::DetailedPlcPoint* point) {
    medium = std::make_unique<plc::Medium>(line_agenda, channel, plc_test::errors(),
                                           plc::MediumConfig{});
    plc::Modem& base = medium->add_station(plc::kBaseStation, 4000);
    plc::Modem& of_meter = medium->add_station(1, models::node_id(kMeter, models::kNodePlc));
    modem = std::make_unique<models::wan::Modem>(fleet, cell, 100, 4500);
    concentrator = std::make_unique<Concentrator>(
        concentrator_agenda, line == nullptr ? base : line->plc(base),
        line == nullptr ? static_cast<models::wan::ModemPort&>(*modem) : line->uplink(*modem));
    station = std::make_unique<Station>(line_agenda, medium->add_station(2, 4001));
    models::MeterNodeConfig config;
    config.firmware = &scripted_meter();
    config.meter = kMeter;
    config.detailed = true;
    node = std::make_unique<models::MeterNode>(
        models::NodeServices{meter_agenda, crypto, pool, 1}, config,
        std::make_unique<models::ElectricalFeed>(supply, afe, models::FeedTier::detailed));
    node->attach_plc(point == nullptr ? of_meter : point->plc(of_meter));
    meter_script().has_plc_memory = true;
    if (point != nullptr) point->join(*node, afe);
    node->power(0, true);
    node->power(kOff, false);
    node->power(kBack, true);
  }
  std::vector<std::string> story() const {
    std::vector<std::string> all = meter_script().log;
    all.insert(all.end(), concentrator->log.begin(), concentrator->log.end());
    all.insert(all.end(), station->log.begin(), station->log.end());
    all.push_back(std::to_string(far_end.received) + " received");
    all.push_back(std::to_string(medium->counters().of(plc::FrameKind::beacon).frames));
    all.push_back(std::to_string(medium->counters().of(plc::FrameKind::data).frames));
    return all;
  }

  ConstantLoad load;
  models::MainsSchedule mains;
  models::SupplyPoint supply;
  models::Afe afe;
  PlainCrypto crypto;
  models::BufferPool pool;
  kernel::Agenda fleet;
  models::wan::Cell cell;
  FarEnd far_end;
  plc::Channel channel;
  std::unique_ptr<plc::Medium> medium;
  std::unique_ptr<models::wan::Modem> modem;
  std::unique_ptr<Concentrator> concentrator;
  std::unique_ptr<Station> station;
  std::unique_ptr<models::MeterNode> node;
};

// One process, one SystemC simulation: all of it in one test.
TEST(PowerLine, ModulesSeeWhatAPlainAgendaSees) {
  std::vector<std::string> plain;
  {
    World world;
    world.build(world.fleet, world.fleet, world.fleet, nullptr, nullptr);
    world.fleet.run_until(kEnd);
    plain = world.story();
    EXPECT_GT(world.concentrator->answers, 120);
    EXPECT_GT(world.far_end.received, 60u);
    world.node.reset();
  }
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("amitwin_power_line_" + std::to_string(::getpid())))
                               .string();
  std::vector<std::string> detailed;
  {
    World world;
    models::sc::Kernel kernel(world.fleet);
    models::sc::DetailedPowerLine& line = kernel.add_power_line(1);
    models::sc::DetailedPlcPoint& point = kernel.add_point(kMeter, line);
    world.build(line.line_agenda(), line.concentrator_agenda(), point.meter_agenda(), &line,
                &point);
    line.join(*world.medium);
    line.show("answers", [&] { return world.concentrator->answers; });
    kernel.trace({path, 0, 0, 0});
    for (kernel::TimeNs t = 0; t <= kEnd; t += kNsPerSecond) kernel.run_until(t);
    EXPECT_EQ(kernel.reports(), 0u) << kernel.first_report();
    EXPECT_FALSE(meter_script().nested);
    detailed = world.story();
    world.node.reset();
    world.station.reset();
    world.concentrator.reset();
    world.modem.reset();
    world.medium.reset();
  }
  ASSERT_EQ(plain.size(), detailed.size());
  for (std::size_t n = 0; n < plain.size(); ++n) EXPECT_EQ(plain[n], detailed[n]) << n;

  Vcd vcd(path + ".vcd");
  const std::string line = "power_line_1.";
  ASSERT_TRUE(vcd.has(line + "busy")) << vcd.names();
  // The first request: 43 octets in DQPSK_F.
  const kernel::TimeNs asked = vcd.time_of(line + "busy", "1");
  EXPECT_EQ(asked, 507 * kNsPerMs);
  EXPECT_EQ(std::stoll(vcd.value_at(line + "frame_length", asked), nullptr, 2), 43);
  EXPECT_EQ(std::stoll(vcd.value_at(line + "station", asked), nullptr, 2), 0);
  const kernel::TimeNs air = prime::airtime_us(43, plc::Scheme::dqpsk_f) * kernel::kNsPerUs;
  EXPECT_EQ(vcd.value_at(line + "busy", asked + air - 1), "1");
  EXPECT_EQ(vcd.value_at(line + "busy", asked + air), "0");
  EXPECT_GT(std::stoll(vcd.value_at("concentrator_1.answers", kEnd), nullptr, 2), 100);
  EXPECT_TRUE(vcd.has("meter_7.supply_good"));
  std::filesystem::remove(path + ".vcd");
}

}  // namespace
