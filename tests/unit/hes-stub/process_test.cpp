// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Lockstep with a real child process, and what a killed one leaves.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "hes-stub/lockstep/lockstep_client.hpp"
#include "net/socket.hpp"
#include "tests/rigs/head_end/head_end_process.hpp"
#include "tests/rigs/head_end/vault.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes {
namespace {

using hes_test::kFebruary;
using hes_test::World;

using hes_test::FakeMeter;
using hes_test::hex;
using hes_test::holds_key;
using hes_test::Octets;

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The program by the wall clock, killed at the end if not before.
class Serving {
 public:
  explicit Serving(const std::string& arguments)
      : output_(
            popen(("echo $$; exec " HES_TEST_PROGRAM " --listen 127.0.0.1:0 " + arguments + " 2>&1")
                      .c_str(),
                  "r")) {
    EXPECT_EQ(std::fscanf(output_, "%d", &child_), 1);
    EXPECT_EQ(std::fscanf(output_, " listening on 127.0.0.1:%u", &port_), 1);
  }
  ~Serving() { end(); }
  // What it said on either output.
  std::string end() {
    std::string said;
    if (output_ == nullptr) return said;
    kill(child_, SIGKILL);
    for (int c = std::fgetc(output_); c != EOF; c = std::fgetc(output_)) {
      said += static_cast<char>(c);
    }
    pclose(std::exchange(output_, nullptr));
    return said;
  }
  // Lets the meter serve it until then; the last answer is kept back.
  template <typename Done>
  void meet(FakeMeter& meter, Done&& done) {
    net::Socket socket = net::Socket::connect({"127.0.0.1", static_cast<std::uint16_t>(port_)});
    socket.write(meter.announce());
    for (;;) {
      Octets message(8);
      socket.read(message);
      message.resize(8u + static_cast<unsigned>(message[6] * 256 + message[7]));
      socket.read(protocol::MutableBytes(message).subspan(8));
      const Octets answer = meter.answer(message, kFebruary);
      if (done()) return;
      socket.write(answer);
    }
  }

 private:
  std::FILE* output_;
  int child_ = 0;
  unsigned port_ = 0;
};

std::string inventory_json(const Inventory& inventory) {
  std::string meters;
  for (const MeterEntry& meter : inventory.meters()) {
    meters += fmt::format(
        R"({}{{"serial":"{}","logical_device_name":"{}","system_title":"{}","model":"{}",)"
        R"("firmware":"{}","capture_period_s":{},"unicast_key":"{}","authentication_key":"{}",)"
        R"("master_key":"{}"}})",
        meters.empty() ? "" : ",", meter.serial, meter.logical_device_name, hex(meter.system_title),
        meter.model, meter.firmware, meter.capture_period_s, hex(meter.keys.unicast),
        hex(meter.keys.authentication), hex(*meter.master_key));
  }
  return "{\"meters\":[" + meters + "]}";
}

class ProcessTest : public testing::Test {
 protected:
  ProcessTest()
      : base_(testing::TempDir() + "hes_process_" + std::to_string(getpid())),
        inventory_(hes_test::fake_inventory(2)),
        world_(2) {
    std::ofstream(base_ + ".json") << inventory_json(inventory_);
    std::ofstream(base_ + ".type.json") << to_json(hes_test::fake_type());
  }
  ~ProcessTest() override {
    for (const char* end :
         {".json", ".type.json", ".sqlite", ".sqlite-wal", ".sqlite-shm", ".sqlite.keys.json"}) {
      std::remove((base_ + end).c_str());
    }
  }
  std::vector<std::string> arguments() const {
    return {"--control",   "127.0.0.1:0",     "--listen",   "127.0.0.1:0",
            "--inventory", base_ + ".json",   "--template", base_ + ".type.json",
            "--store",     base_ + ".sqlite", "--fresh"};
  }

  std::string base_;
  Inventory inventory_;
  World world_;
  hes_test::SeededRandom random_{5};
  hes_test::Recorder seen_;
};

TEST_F(ProcessTest, AChildServesARunAndLeavesItsStore) {
  hes_test::HeadEndProcess process(HES_TEST_PROGRAM, arguments());
  {
    LockstepClient far("127.0.0.1", process.control_port(), EngineConfig{}, {2, 0}, world_, random_,
                       seen_, World::kBegin);
    world_.attach(far);
    for (std::size_t m = 0; m < 2; ++m) {
      world_.live(m, world_.connect(m), 6, [](int hour) { return hour != 3; });
    }
    world_.run_for_s(9 * 3600);
    far.finish();
    EXPECT_EQ(far.rows(), 48u);
  }
  EXPECT_EQ(process.wait(), 0);
  Store store(StoreOptions{base_ + ".sqlite", false, false});
  EXPECT_EQ(store.rows(), 48u);
  EXPECT_EQ(seen_.rows, 48);
}

TEST_F(ProcessTest, AKilledChildLeavesAStoreThatOpensAndAnErrorForTheSimulator) {
  for (const int hours : {1, 2, 5}) {
    World world(2);
    hes_test::Recorder seen;
    auto process = std::make_unique<hes_test::HeadEndProcess>(HES_TEST_PROGRAM, arguments());
    LockstepClient far("127.0.0.1", process->control_port(), EngineConfig{}, {2, 0}, world, random_,
                       seen, World::kBegin);
    world.attach(far);
    for (std::size_t m = 0; m < 2; ++m) {
      world.live(m, world.connect(m), 8, [](int) { return true; });
    }
    world.run_for_s(hours * 3600 + 125);
    process.reset();  // SIGKILL
    EXPECT_THROW(world.run_for_s(3600), std::runtime_error);
    Store store(StoreOptions{base_ + ".sqlite", false, false});
    EXPECT_EQ(store.rows(), 8u * static_cast<unsigned>(hours));  // up to the last full minute
  }
}

// Killed while new keys are on their way: the next one finds the meter under them, with the
// inventory as it was, and nothing but their file has them.
TEST_F(ProcessTest, NewKeysOutliveAHeadEndThatIsKilledOverThem) {
  const std::string arguments = fmt::format(
      "--inventory {0}.json --template {0}.type.json "
      "--store {0}.sqlite --order ",
      base_);
  const std::string keys_path = base_ + ".sqlite.keys.json";
  FakeMeter meter(0);
  std::string said;
  {
    Serving first(arguments + "key:1000000");
    first.meet(meter, [&] { return meter.key_transfers == 1; });
    said = first.end();
  }
  const auto now = meter.identity.keys;
  ASSERT_NE(now.unicast, inventory_[0].keys.unicast);
  struct stat status {};
  ASSERT_EQ(stat(keys_path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_NE(read_text(keys_path).find("next_unicast_key"), std::string::npos);
  EXPECT_TRUE(holds_key(read_text(keys_path), now.unicast));
  EXPECT_TRUE(holds_key(read_text(keys_path), now.authentication));
  {
    Serving second(arguments + "relay_open:1000000");
    second.meet(meter, [&] { return !meter.relay_closed; });
    said += second.end();
  }
  EXPECT_EQ(read_text(keys_path).find("next_unicast_key"), std::string::npos);
  EXPECT_TRUE(meter.counters_went_on);
  said += read_text(base_ + ".sqlite") + read_text(base_ + ".sqlite-wal");
  for (const auto& keys : {now, inventory_[0].keys}) {
    EXPECT_FALSE(holds_key(said, keys.unicast));
    EXPECT_FALSE(holds_key(said, keys.authentication));
  }
}

TEST_F(ProcessTest, AChildThatCannotStartIsAnError) {
  EXPECT_THROW(hes_test::HeadEndProcess("/nonexistent/amitwin", {"hes"}), std::runtime_error);
  EXPECT_THROW(hes_test::HeadEndProcess(HES_TEST_PROGRAM, {"--control", "127.0.0.1:0"}),
               std::runtime_error);
}

}  // namespace
}  // namespace hes
