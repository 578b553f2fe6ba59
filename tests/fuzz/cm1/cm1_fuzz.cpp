// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// The module between a hostile network and a hostile line. The input is a program of steps: octets
// and messages on its sockets, cut anywhere, what the meter answers and what the line makes of it,
// losses of all kinds, damage of its flash. When all of it is over a correct client is served.
#include "tests/fuzz/program.hpp"
#include "tests/fuzz/rig_failures.hpp"
#include "tests/rigs/cm1/world.hpp"

namespace {

using namespace fuzz;
using cm1::fw::kUsPerSecond;
using cm1::fw::test::World;
using protocol::Bytes;

Octets copy(Bytes octets) { return {octets.begin(), octets.end()}; }

class Session {
 public:
  Session() {
    world_.provision.listen_port = 4060;
    world_.provision.poll_period_s = 300;
    world_.provision.start_delay_s = 1;
    world_.disturb_line = [this](Octets& octets) { disturb(octets); };
    world_.commission(world_.provision);
    world_.power_on();
    world_.run_for(30 * kUsPerSecond);
  }
  void run(Program& program) {
    for (int steps = 0; !program.done() && steps < 80; ++steps) {
      if (!world_.powered()) world_.power_on();
      step(program);
    }
  }
  void heal();
  void check_served();

 private:
  void step(Program& program);
  void network(Program& program);
  void power(Program& program);
  void pass(std::int64_t span_us) {
    span_us = std::min(span_us, kLeft_us - passed_us_);
    passed_us_ += span_us;
    world_.run_for(span_us);
  }
  // A stack tells of the end of connections that there are.
  void close(int socket, cm1_close_reason why) {
    if (!world_.is_open(socket)) return;
    world_.close_from_far_end(socket, why);
  }
  // Whatever the line does to the next frames.
  void disturb(Octets& octets) {
    if (spoils_ == 0 || octets.empty()) return;
    --spoils_;
    if (!instead_.empty()) {
      octets = instead_;
    } else {
      octets[spoil_at_ % octets.size()] ^= spoil_with_;
      if (spoil_with_ == 0) octets.resize(spoil_at_ % octets.size());
    }
  }

  static constexpr std::int64_t kLeft_us = 6 * 3600 * kUsPerSecond;
  World world_;
  unsigned spoils_ = 0;
  std::size_t spoil_at_ = 0;
  std::uint8_t spoil_with_ = 0;
  Octets instead_;
  std::int64_t passed_us_ = 0;
};

void Session::network(Program& program) {
  const std::uint8_t what = program.u8();
  world_.cell = (what & 1) == 0;
  world_.head_end_answers = (what & 2) == 0;
  world_.acknowledges = (what & 4) == 0;
  world_.stack_octets = (what & 8) == 0 ? 4096 : 64u * program.u8();
  world_.line_cut = (what & 16) != 0;
  world_.meter.alive = (what & 32) == 0;
  world_.meter.accepts = (what & 64) == 0;
  if ((what & 128) != 0) world_.meter.restart();
}

void Session::power(Program& program) {
  const std::uint8_t how = program.u8();
  if ((how & 1) != 0) {
    world_.cut_power_after_writes(1 + how / 4 % 4);
    pass(600 * kUsPerSecond);
  }
  if (world_.powered()) world_.power_off();
  if ((how & 2) != 0) {  // some of its flash is not what it was
    // Without its provision, on the first page, a module has nobody to go to.
    const std::size_t at =
        CM1_FLASH_PAGE_BYTES + program.u32() % (world_.flash.size() - CM1_FLASH_PAGE_BYTES);
    const Bytes octets = program.string();
    for (std::size_t k = 0; k < octets.size() && at + k < world_.flash.size(); ++k) {
      world_.flash[at + k] = octets[k];
    }
  }
  world_.power_on();
}

void Session::step(Program& program) {
  const std::uint8_t what = program.u8();
  const int socket = what / 16 % static_cast<int>(CM1_SOCKETS);
  switch (what % 12) {
    case 0:
      world_.deliver(socket, copy(program.string()));
      break;
    case 1: {
      const std::uint16_t source = program.u8();
      const std::uint16_t destination = program.u16();
      world_.deliver_message(socket, source, destination, copy(program.string()));
      break;
    }
    case 2:
      world_.connect_in();
      break;
    case 3:
      close(socket, program.u8() % 2 == 0 ? CM1_CLOSED_BY_PEER : CM1_CLOSED_TIMEOUT);
      break;
    case 4: {
      const Octets octets = copy(program.string());
      world_.noise_on_line(octets);
      break;
    }
    case 5:
      pass(program.u16() * kUsPerSecond / 4);
      break;
    case 6: {  // what the meter says to whatever it is asked
      const Octets answer = copy(program.string());
      world_.meter.answer = [answer](const Octets&) { return answer; };
      world_.meter.answer_public = (socket & 1) != 0;
      break;
    }
    case 7:
      spoils_ = program.u8();
      spoil_at_ = program.u16();
      spoil_with_ = program.u8();
      instead_ = copy(program.string());
      break;
    case 8:
      if (world_.meter.pushes.size() < 8) {
        world_.meter.pushes.push_back(copy(program.string()));
        if (world_.meter.pushes.back().empty()) world_.meter.pushes.pop_back();
      }
      break;
    case 9:
      network(program);
      break;
    case 10:
      power(program);
      break;
    case 11:
      world_.associate(socket, program.u8());
      break;
  }
}

void Session::heal() {
  world_.cell = world_.head_end_answers = world_.acknowledges = true;
  world_.line_cut = false;
  world_.stack_octets = 4096;
  world_.meter.alive = world_.meter.accepts = true;
  world_.meter.answer_public = false;
  world_.meter.pushes.clear();
  spoils_ = 0;
  if (!world_.powered()) world_.power_on();
  world_.cut_power_after_writes(-1);
  world_.run_for(5 * kUsPerSecond);  // what is on its way reaches a connection that ends
  for (int s = 0; s < static_cast<int>(CM1_SOCKETS); ++s) close(s, CM1_CLOSED_BY_PEER);
  world_.run_for(2 * 3600 * kUsPerSecond);
}

// Another client than the strangers before it, from its AARQ to an answer.
void Session::check_served() {
  world_.meter.answer = [](Octets request) {
    request.push_back(0xEE);
    return request;
  };
  require(world_.module().uplink().connected(), "the module finds back to its head-end");
  const int visitor = world_.connect_in();
  require(visitor != CM1_SOCKET_NONE, "a socket is free");
  const Octets get{0xC0, 0x01, 0xC1, 0x00, 0x03, 0x01, 0x00, 0x01, 0x08, 0x00, 0xFF, 0x02, 0x00};
  Octets expected = get;
  expected.push_back(0xEE);
  for (const int socket : {visitor, world_.head_end_socket()}) {
    world_.associate(socket, 2);
    const std::size_t before = world_.received.size();
    world_.deliver_message(socket, 2, 1, get);
    world_.run_for(10 * kUsPerSecond);
    bool answered = false;
    for (std::size_t k = before; k < world_.received.size(); ++k) {
      answered |= world_.received[k].socket == socket && world_.received[k].apdu == expected;
    }
    require(answered, "a correct client is served");
    world_.deliver_message(socket, 2, 1, {0x62, 0x00});
    world_.run_for(5 * kUsPerSecond);
    if (socket == visitor) world_.close_from_far_end(visitor);
    world_.run_for(5 * kUsPerSecond);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  Program program(Bytes(data, size));
  Session session;
  session.run(program);
  session.heal();
  session.check_served();
  return 0;
}
