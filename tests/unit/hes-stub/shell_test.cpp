// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include "hes-stub/program/arguments.hpp"
#include "hes-stub/program/real_time.hpp"
#include "hes-stub/program/text_output.hpp"
#include "net/socket.hpp"
#include "protocol/hosted/civil_text/civil_text.hpp"
#include "protocol/hosted/signed_image/signed_image.hpp"
#include "tests/rigs/head_end/head_end_process.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes {
namespace {

using hes_test::FakeMeter;
using hes_test::kFebruary;
using hes_test::Octets;
using hes_test::run_hes;
using testing::ElementsAre;
using testing::HasSubstr;

std::string temporary(const char* name) {
  return testing::TempDir() + "hes_shell_" + std::to_string(getpid()) + "_" + name;
}

template <typename Print>
std::vector<std::string> lines_of(Print&& print) {
  std::FILE* file = std::tmpfile();
  print(file);
  std::rewind(file);
  std::vector<std::string> lines;
  char line[1024];
  while (std::fgets(line, sizeof line, file) != nullptr) {
    lines.emplace_back(line, std::string_view(line).find('\n'));
  }
  std::fclose(file);
  return lines;
}

TEST(Text, TimesAndScalers) {
  EXPECT_EQ(protocol::format_utc(kFebruary + 3661), "2024-02-01T01:01:01Z");
  EXPECT_EQ(protocol::parse_rfc3339("2024-02-01T01:00:00+01:00"), kFebruary);
  EXPECT_EQ(protocol::parse_rfc3339("2024-02-01T00:00:00Z"), kFebruary);
  for (const char* bad : {"", "2024-02-01", "2024-02-30T00:00:00Z", "2024-13-01T00:00:00Z",
                          "2024-02-01T00:00:00", "2024-02-01T00:00:00+1"}) {
    EXPECT_FALSE(protocol::parse_rfc3339(bad)) << bad;
  }
  EXPECT_EQ(scaled_text(12345, -3), "12.345");
  EXPECT_EQ(scaled_text(-5, -3), "-0.005");
  EXPECT_EQ(scaled_text(7, 2), "700");
  EXPECT_EQ(scaled_text(0, 2), "0");
}

TEST(Text, OrdersOnTheCommandLine) {
  const Inventory inventory = hes_test::fake_inventory(2);
  std::vector<Order> orders;
  std::vector<std::string> faults;
  parse_order("relay_open:1000001", inventory, orders, faults);
  parse_order("clock_shift:1000000:-37", inventory, orders, faults);
  ASSERT_EQ(orders.size(), 2u);
  EXPECT_EQ(orders[0].meter, 1u);
  EXPECT_EQ(orders[1].value_s, -37);
  parse_order("explode:1000001", inventory, orders, faults);
  parse_order("relay_open:7", inventory, orders, faults);
  parse_order("clock_shift:1000001", inventory, orders, faults);
  EXPECT_THAT(faults, ElementsAre(HasSubstr("relay_open, relay_close"), HasSubstr("serial"),
                                  HasSubstr("whole seconds")));
  faults.clear();
  for (const char* far : {"901", "-901", "0"}) {
    parse_order(std::string("clock_shift:1000001:") + far, inventory, orders, faults);
  }
  parse_order("clock_shift:1000001:-900", inventory, orders, faults);
  EXPECT_THAT(faults, testing::Each(HasSubstr("allowed: -900 to 900 s and not 0")));
  EXPECT_EQ(faults.size(), 3u);
  EXPECT_EQ(orders.size(), 3u);
}

// Whoever writes more than an order takes is told, and nothing is done.
TEST(Text, AnOrderTakesAllThatIsWritten) {
  const Inventory inventory = hes_test::fake_inventory(2);
  std::vector<Order> orders;
  std::vector<std::string> faults;
  parse_order("relay_open:1000001:5", inventory, orders, faults);
  parse_order("relay_close:1000001:later", inventory, orders, faults);
  EXPECT_THAT(faults, testing::Each(HasSubstr("nothing behind the serial")));
  parse_order("clock_shift:1000001:37:9", inventory, orders, faults);
  parse_order("clock_set:1000001:5:junk", inventory, orders, faults);
  ASSERT_EQ(faults.size(), 4u);
  EXPECT_THAT(faults[2], HasSubstr("whole seconds"));
  EXPECT_THAT(faults[3], HasSubstr("whole seconds"));
  EXPECT_THAT(orders, testing::IsEmpty());
}

class OrderFiles : public testing::Test {
 protected:
  ~OrderFiles() override {
    for (const std::string& path : paths_) std::remove(path.c_str());
  }
  std::string file(const char* name, std::string_view octets) {
    paths_.push_back(temporary(name));
    std::FILE* out = std::fopen(paths_.back().c_str(), "wb");
    std::fwrite(octets.data(), 1, octets.size(), out);
    std::fclose(out);
    return paths_.back();
  }
  void parse(const std::string& order) { parse_order(order, inventory_, orders_, faults_); }

  const Inventory inventory_ = hes_test::fake_inventory(2);
  std::vector<Order> orders_;
  std::vector<std::string> faults_;

 private:
  std::vector<std::string> paths_;
};

// The meter's clock and our own count no further.
TEST_F(OrderFiles, AnImageIsActivatedAtATimeThatAMeterKnows) {
  const auto container = protocol::image::make_container("AD11A", "1.1.0", Octets(64), {});
  const std::string path =
      file("image", {reinterpret_cast<const char*>(container.data()), container.size()});
  const std::string order = "image:1000001:" + path;
  parse(order);
  parse(order + ",at=2026-03-01T02:00:00Z");
  parse(order + ",at=2096-10-02T07:06:40Z");
  ASSERT_THAT(faults_, testing::IsEmpty());
  EXPECT_EQ(orders_.at(0).value_s, 0);
  EXPECT_EQ(orders_.at(1).value_s, 1'772'330'400);
  EXPECT_EQ(orders_.at(2).value_s, 4'000'000'000);
  EXPECT_EQ(*orders_.at(1).image, container);
  for (const char* const at :
       {"2096-10-02T07:06:41Z", "9999-12-31T23:59:59Z", "1969-12-31T00:00:00Z", "tomorrow"}) {
    parse(order + ",at=" + at);
  }
  EXPECT_THAT(faults_, testing::Each(HasSubstr("at: allowed: when it is activated, RFC 3339, up to "
                                               "2096-10-02T07:06:40Z")));
  EXPECT_EQ(faults_.size(), 4u);
  EXPECT_EQ(orders_.size(), 3u);
}

// As `check` says it of a scenario.
TEST_F(OrderFiles, WhatAMeterWillRefuseOrHasGoneByIsWarnedOf) {
  const std::string plan = "plan p\nseason s *-01-01 week W\nweek W 1 1 1 1 1 1 1\n";
  parse("calendar:1000001:" + file("good", plan + "day 1 00:00=1\n"));
  parse("calendar:1000001:" + file("none", plan));
  parse("calendar:1000000:" +
        file("past", plan + "day 1 00:00=1\nactivate 2026-03-01T00:00:00Z\n"));
  parse("limit:1000000:threshold=5,emergency=4,from=2026-03-01T00:00:01Z,for_s=60");
  ASSERT_EQ(orders_.size(), 4u);
  EXPECT_THAT(doubts_of(orders_, inventory_, *protocol::parse_rfc3339("2026-03-01T00:00:00Z")),
              ElementsAre("--order = calendar:1000001: meters will refuse it: week W names day 1, "
                          "which is not there",
                          "--order = calendar:1000000: 2026-03-01T00:00:00Z is not behind the "
                          "order"));
}

TEST_F(OrderFiles, TheProgramWarnsBeforeItServes) {
  const std::string inventory = file(
      "inventory.json",
      R"({"meters":[{"serial":"1000001","logical_device_name":"ADD1","system_title":)"
      R"("4144440000000001","model":"AD11A","firmware":"ad11a","address":"10.0.0.1","port":4059,)"
      R"("parent":"cell","tier":"T2","capture_period_s":900,"unicast_key":)"
      R"("000102030405060708090a0b0c0d0e0f","authentication_key":)"
      R"("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF","low_level_password":"12345678"}]})");
  const std::string order = "calendar:1000001:" + file("p", "plan p\n");
  testing::internal::CaptureStderr();
  // Nobody has this address (RFC 5737).
  EXPECT_EQ(run_hes({"--inventory", inventory, "--order", order, "--listen", "192.0.2.1:4059",
                     "--store", file("store", "")}),
            5);
  EXPECT_THAT(
      testing::internal::GetCapturedStderr(),
      testing::StartsWith("--order = calendar:1000001: meters will refuse it: no season\n"));
}

TEST(Text, NewKeysWantAnInventoryThatHasWhatWrapsThem) {
  const Inventory inventory = hes_test::plc_inventory(1, 1);
  std::vector<Order> orders;
  std::vector<std::string> faults;
  parse_order("key:1000000", inventory, orders, faults);
  parse_order("key:1000001", inventory, orders, faults);
  EXPECT_THAT(faults, testing::IsEmpty());
  ASSERT_EQ(orders.size(), 2u);
  EXPECT_EQ(orders[0].kind, OrderKind::key);
  std::vector<MeterEntry> meters = inventory.meters();
  meters[0].master_key.reset();
  auto concentrators = inventory.concentrators();
  concentrators[0].transport_key.reset();
  const Inventory without(std::move(meters), std::move(concentrators));
  parse_order("key:1000000", without, orders, faults);
  parse_order("key:1000001", without, orders, faults);
  parse_order("key:1000000:5", inventory, orders, faults);
  EXPECT_THAT(faults, ElementsAre(HasSubstr("an inventory with the master_key of the meter"),
                                  HasSubstr("with the transport_key of the meter's concentrator"),
                                  HasSubstr("nothing behind the serial")));
  EXPECT_EQ(orders.size(), 2u);
}

TEST(Text, MissingAndCsvOfAStoreWithoutItsInventory) {
  const std::string path = temporary("print.sqlite");
  {
    Store store(StoreOptions{path, true, false});
    store.set_meters(hes_test::fake_inventory(2), LocalZone{});
    TypeTemplate type = hes_test::fake_type();
    for (ProfileType& profile : type.profiles) profile.columns[2].scaler = -3;
    store.save_type(type);
    const ProfileIndex profile = store.profile(kLoadProfile);
    store.begin_series(0, profile, kFebruary);
    std::vector<Row> rows = hes_test::quarters(kFebruary + 900, 4, 1234);
    rows.erase(rows.begin() + 1);
    store.add_rows(0, profile, rows, Delivery::push);
    // Another meter's clock stands in the year 9999: nobody else is late for that.
    std::vector<Row> far = hes_test::quarters(253'402'300'800 - 900, 1, 1);
    far[0].arrival_utc_s = kFebruary + 3600;
    store.add_rows(1, profile, far, Delivery::push);
  }
  Store store(StoreOptions{path, false, false});
  EXPECT_THAT(lines_of([&](std::FILE* out) { EXPECT_EQ(print_missing(store, {}, out), 1u); }),
              ElementsAre("serial,profile,first_utc,last_utc,count,asked",
                          "1000000,1.0.99.1.0,2024-02-01T00:30:00Z,2024-02-01T00:30:00Z,1,no"));
  const auto csv = lines_of([&](std::FILE* out) { print_csv(store, {}, out); });
  ASSERT_EQ(csv.size(), 7u);  // three profiles' headers
  EXPECT_EQ(csv[0],
            "serial,logical_device_name,profile,stamp_utc,deviation_min,clock_status,ordinal,"
            "capture_counter,status,arrival_utc,delivery,1.0.1.8.0,1.0.2.8.0,1.0.5.8.0,1.0.6.8.0,1."
            "0.7.8.0,"
            "1.0.8.8.0");
  EXPECT_EQ(csv[1],
            "1000000,ADD1000000,1.0.99.1.0,2024-02-01T00:15:00Z,-60,0,0,,0,2024-02-01T00:16:30Z,"
            "push,1.234,1,2,3,4,5");
  std::remove(path.c_str());
}

TEST(HesMain, BadOptionsAndFilesAreExitCodeTwo) {
  EXPECT_EQ(run_hes({"--help"}), 0);
  EXPECT_EQ(run_hes({"--nonsense"}), 2);
  EXPECT_EQ(run_hes({}), 2);  // no inventory
  EXPECT_EQ(run_hes({"--inventory", "/nonexistent.json"}), 2);
  EXPECT_EQ(run_hes({"--store", "/nonexistent.sqlite", "--missing"}), 2);
  EXPECT_EQ(run_hes({"--store", "/nonexistent.sqlite", "--export", "xml"}), 2);
  EXPECT_EQ(run_hes({"--missing", "--from", "yesterday"}), 2);
}

// A meter on a real socket, the wall clock, and a clean stop by SIGINT.
TEST(RealTime, ServesAMeterUntilItIsInterrupted) {
  const Inventory inventory = hes_test::fake_inventory(1);
  Store store(StoreOptions{":memory:", false, false});
  hes_test::SilentLog log;
  hes_test::Recorder seen;
  std::atomic<int> port{0};
  RealTimeOptions options;
  options.modules.port = 0;
  options.listening = [&port](std::uint16_t opened, std::uint16_t) { port = opened; };
  Order order;
  order.meter = 0;
  order.kind = OrderKind::relay_open;
  options.orders.push_back(order);
  EngineConfig config;
  config.collect_from_utc_s = kFebruary;
  EngineCounters counters;
  std::thread shell([&] {
    counters =
        run_in_real_time(options, config, inventory, {hes_test::fake_type()}, store, log, seen);
  });
  while (port == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));

  FakeMeter meter(0);
  meter.rows = hes_test::quarters(kFebruary + 900, 4);
  net::Socket socket = net::Socket::connect({"127.0.0.1", static_cast<std::uint16_t>(port)});
  socket.write(meter.announce());
  socket.write(meter.push(0, 4));
  while (meter.relay_closed) {
    Octets message(8);
    socket.read(message);
    message.resize(8u + static_cast<unsigned>(message[6] * 256 + message[7]));
    socket.read(protocol::MutableBytes(message).subspan(8));
    socket.write(meter.answer(message, kFebruary));
  }
  std::uint8_t rest[8];
  socket.read(rest);  // the head-end has the answer, and goes on
  kill(getpid(), SIGINT);
  shell.join();
  EXPECT_EQ(store.rows(), 4u);
  EXPECT_EQ(counters.pushes, 1u);
  ASSERT_EQ(seen.orders.size(), 1u);
  EXPECT_EQ(seen.orders[0].outcome, OrderOutcome::done);
  EXPECT_FALSE(store.dirty());
}

}  // namespace
}  // namespace hes
