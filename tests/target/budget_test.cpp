// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the firmware costs on a Cortex-M4F: octets of the image, instructions of each operation.
#include <array>
#include <cstdio>
#include <sstream>

#include "models/core/meter/service_times.hpp"
#include "protocol/cosem/classes/association_ln.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "tests/rigs/budget/budget.hpp"
#include "tests/rigs/meter/plc_bench.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/target/models.hpp"

namespace target {
namespace {

namespace classes = protocol::cosem::classes;
using protocol::cosem::Attribute;
using protocol::cosem::obis;
using rigs::Budget;

const char* const kSizes = "tests/target/size_budget.txt";
const char* const kInstructions = "tests/target/instruction_budget.txt";

const Attribute kImport{classes::Register::kId, obis(1, 0, 1, 8, 0), 2};
const Attribute kObjectList{classes::AssociationLn::kId, obis(0, 0, 40, 0, 0), 2};
const Attribute kLoad{classes::ProfileGeneric::kId, obis(1, 0, 99, 1, 0), 2};
const Attribute kTime{classes::Clock::kId, obis(0, 0, 1, 0, 0), 2};

std::map<std::string, std::uint64_t> sections_of(const std::string& image) {
  std::map<std::string, std::uint64_t> sizes;
  std::FILE* const pipe = popen((ARM_SIZE " -A '" + image + "'").c_str(), "r");
  std::string all;
  std::array<char, 4096> chunk;
  while (const std::size_t n = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
    all.append(chunk.data(), n);
  }
  EXPECT_EQ(pclose(pipe), 0);
  std::istringstream lines(all);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    std::uint64_t octets = 0;
    if (words >> name >> octets) sizes[name] = octets;
  }
  return sizes;
}

// A meter in the course of its life, for what it costs and how deep its stack goes.
class Budgets : public testing::TestWithParam<Model> {
 protected:
  rigs::MeterFixture meter{kStart, rigs::make_provision(), GetParam().twin()};
  Budget instructions{kInstructions};

  std::string name(const char* what) const { return GetParam().name + std::string(".") + what; }
  TargetMeter& image() { return twin_of(meter.hal).image(); }
  template <typename Act>
  std::uint64_t cost(Act act) {
    const std::uint64_t before = image().instructions();
    act();
    return image().instructions() - before;
  }
  void hold(const char* what, std::uint64_t measured) { instructions.hold(name(what), measured); }
  std::vector<std::uint8_t> noise(std::size_t n) const {
    std::vector<std::uint8_t> frame(n, 0x55);
    frame.front() = frame.back() = 0x7E;
    return frame;
  }
  void hear(const std::vector<std::uint8_t>& frame) {
    meter.firmware->on_uart(meter.instance(), METER_UART_RS485, frame.data(),
                            static_cast<std::uint32_t>(frame.size()));
  }
};

TEST_P(Budgets, Windows) {
  std::vector<std::int32_t> v(METER_WINDOW_LEAD + 1280, 1'000'000), i(v.size(), 30'000);
  meter_window window{1280, METER_WINDOW_CYCLES, 1280u << 16, {}, 0, nullptr};
  for (std::uint32_t e = 0; e < GetParam().n_elements; ++e) {
    window.channel[METER_V1 + e] = v.data() + METER_WINDOW_LEAD;
    window.channel[METER_I1 + e] = i.data() + METER_WINDOW_LEAD;
  }
  const auto deliver = [&] { meter.firmware->on_samples(meter.instance(), &window); };
  deliver();
  const std::uint64_t samples = cost(deliver);
  const meter_sums sums = rigs::make_sums({230.0, 5.0, 30.0, 50.0}, {}, GetParam().n_elements);
  const std::uint64_t by_sums = cost([&] { meter.sums(sums, 1); });
  hold("window", samples);
  hold("sums", by_sums);
  EXPECT_LT(by_sums, samples);
}

TEST_P(Budgets, BootAndCapture) {
  hold("boot_first", image().tally(Kind::boot).instructions);
  meter.run_to(kStart + 899);
  const auto before = image().tally(Kind::rtc);
  meter.run_to(kStart + 901);
  const auto after = image().tally(Kind::rtc);
  ASSERT_EQ(after.calls, before.calls + 1);
  hold("capture", after.instructions - before.instructions);
  meter.run_for_us(86'400 * rigs::kSecond_us);
  hold("power_failing",
       cost([&] { meter.firmware->on_power(meter.instance(), METER_POWER_FAILING); }));
  meter.power_off(false);
  const std::uint64_t boots = image().tally(Kind::boot).instructions;
  meter.power_on(METER_BOOT_POWER);
  hold("boot_after_a_day", image().tally(Kind::boot).instructions - boots);
}

TEST_P(Budgets, Line) {
  // Damaged frames: scanning and checking only.
  const std::uint64_t little = cost([&] { hear(noise(32)); });
  const std::uint64_t much = cost([&] { hear(noise(512)); });
  hold("frame_dropped_32", little);
  hold("frame_100_octets", (much - little) * 100 / (512 - 32));
  rigs::TestClient module(meter, rigs::push_client());
  ASSERT_TRUE(module.connect());
  module.poll();  // the start is an alarm, told once
  module.poll();
  hold("frame_poll", cost([&] { module.poll(); }));
}

TEST_P(Budgets, Sessions) {
  rigs::TestClient reader(meter, rigs::reading_client(meter.provision));
  rigs::TestClient manager(meter, rigs::management_client(meter.provision));
  ASSERT_TRUE(reader.connect() && manager.connect());
  hold("associate_lls", cost([&] { ASSERT_TRUE(reader.associate()); }));
  hold("associate_hls5", cost([&] { ASSERT_TRUE(manager.associate()); }));
  const std::uint64_t plain = cost([&] { ASSERT_TRUE(reader.get(kImport)); });
  const std::uint64_t sealed = cost([&] { ASSERT_TRUE(manager.get(kImport)); });
  hold("get_register", plain);
  hold("get_register_ciphered", sealed);
  // One call opens, one seals; the block's own time is not in here.
  hold("gcm_call", (sealed - plain) / 2);
  const std::uint64_t list = cost([&] { ASSERT_TRUE(reader.get(kObjectList)); });
  hold("object_list_entry", (list - plain) / meter.work_bytes[METER_WORK_LIST_ENTRY]);
  std::vector<std::uint8_t> now(protocol::cosem::kDateTimeValueOctets);
  protocol::Writer value{now};
  protocol::cosem::put_date_time({kStart + 5, -60, 0, 0}, value);
  hold("set_time_ciphered", cost([&] { ASSERT_TRUE(manager.set(kTime, now)); }));
  const std::uint8_t shift[] = {0x10, 0, 1};
  const protocol::cosem::Method shift_time{classes::Clock::kId, obis(0, 0, 1, 0, 0), 6};
  hold("shift_time_ciphered", cost([&] { ASSERT_TRUE(manager.action(shift_time, shift)); }));
}

TEST_P(Budgets, ProfileRows) {
  rigs::TestClient reader(meter, rigs::reading_client(meter.provision));
  meter.run_for_us(4 * 900 * rigs::kSecond_us);
  ASSERT_TRUE(reader.connect() && reader.associate());
  const std::uint64_t few = cost([&] { ASSERT_TRUE(reader.get(kLoad)); });
  const std::uint64_t rows = meter.work_bytes[METER_WORK_PROFILE_ROW];
  reader.disconnect();
  meter.run_for_us(20 * 900 * rigs::kSecond_us);
  ASSERT_TRUE(reader.connect() && reader.associate());
  const std::uint64_t many = cost([&] { ASSERT_TRUE(reader.get(kLoad)); });
  const std::uint64_t more_rows = meter.work_bytes[METER_WORK_PROFILE_ROW] - 2 * rows;
  ASSERT_GE(more_rows, 20u);
  hold("profile_row", (many - few) / more_rows);
}

// The service node and the associations behind it, at the one end of a good line.
TEST(PowerLineBudgets, FramesAndBeacons) {
  rigs::PlcBench bench;
  Budget instructions(kInstructions);
  Budget sizes(kSizes);
  TargetMeter& image = twin_of(bench.meter.hal).image();
  ASSERT_TRUE(bench.run_until_joined());
  rigs::PlcClient concentrator(bench, rigs::concentrator_client(bench.meter.provision));
  ASSERT_TRUE(concentrator.associate());
  const auto before = image.tally(Kind::plc);
  const std::uint64_t all = image.instructions();
  for (int k = 0; k < 10; ++k) ASSERT_TRUE(concentrator.get(kImport));
  const auto after = image.tally(Kind::plc);
  ASSERT_GT(after.calls, before.calls + 9);
  instructions.hold("plc.frame_in",
                    (after.instructions - before.instructions) / (after.calls - before.calls));
  instructions.hold("plc.get_register_ciphered", (image.instructions() - all) / 10);
  const auto& beacons = image.tally(Kind::plc_beacon);
  ASSERT_GT(beacons.calls, 0u);
  instructions.hold("plc.beacon_in", beacons.instructions / beacons.calls);
  ASSERT_TRUE(concentrator.get(kObjectList) && concentrator.get(kLoad));
  sizes.hold("plc.instance", image.hello().plc_bytes);
  sizes.hold("plc.stack", image.statistics().stack_bytes);
}

// The deepest stack there is, after all that was done above and a little more.
TEST_P(Budgets, Sizes) {
  rigs::TestClient manager(meter, rigs::management_client(meter.provision));
  meter.run_for_us(86'400 * rigs::kSecond_us);
  ASSERT_TRUE(manager.connect() && manager.associate());
  ASSERT_TRUE(manager.get(kObjectList) && manager.get(kLoad));
  const auto sections = sections_of(std::string(METER_IMAGE_FOLDER "/meter_") +
                                    (GetParam().n_elements == 1 ? "ad11a" : "ad13a") + ".elf");
  Budget sizes(kSizes);
  const auto section = [&](const char* what) {
    const auto found = sections.find(what);
    return found == sections.end() ? 0 : found->second;
  };
  sizes.hold(name("text"), section(".text"));
  sizes.hold(name("rodata"), section(".rodata"));
  sizes.hold(name("data"), section(".data"));
  sizes.hold(name("bss"), section(".bss"));
  sizes.hold(name("port"), section(".port"));
  sizes.hold(name("instance"), image().hello().instance_bytes);
  sizes.hold(name("stack"), image().statistics().stack_bytes);
}

INSTANTIATE_TEST_SUITE_P(Both, Budgets, testing::ValuesIn(kModels),
                         [](const auto& it) { return std::string(it.param.name); });

}  // namespace
}  // namespace target
