// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Inbox and order book of a concentrator. The input is a list of words, an octet each that names a
// deed, with its arguments behind: orders signed by the head-end or by somebody else, in any
// order of numbers, repeated, renumbered, with any window; requests, queries, any XML; meters that
// leave, come back and fall silent; a concentrator that dies; time. Whatever was said: each order
// that was taken ends with one result, in a state that the schema knows, and nothing that was not
// taken does; a meter does what it was told once.
#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include "tests/rigs/concentrator/world.hpp"

namespace {

namespace p32 = protocol::p32;
using dcu_test::FakeMeter;
using dcu_test::World;

constexpr std::size_t kWordsMost = 40;
constexpr std::int64_t kPassedMostS = 6 * 3600;
constexpr std::int64_t kWindowMostS = 4 * 3600;

void require(bool condition) {
  if (!condition) std::abort();
}

// No work of its own: what happens is what was ordered.
World::Setup quiet() {
  World::Setup setup;
  setup.meters = 2;
  setup.uplink = p32::Uplink::ethernet;
  setup.disk_pages = 192;
  p32::Task yearly;
  yearly.id = "never";
  yearly.period_s = 30'000'000;
  yearly.offset_s = 1;
  setup.tasks = {yearly};
  return setup;
}

class Attack {
 public:
  explicit Attack(protocol::Bytes octets) : in_(octets), world_(quiet()) { world_.run_for(60); }

  void run() {
    for (std::size_t n = 0; in_.remaining() > 0 && n < kWordsMost; ++n) word(in_.u8());
    settle();
    check();
  }

 private:
  void word(std::uint8_t octet) {
    const std::size_t number = octet >> 3 & 1;
    if (!world_.alive()) world_.run_for(60);
    switch (octet & 7) {
      case 0:
        return order(octet >> 3);
      case 1:
        if (!orders_.empty()) post(orders_[in_.u8() % orders_.size()]);
        return;
      case 2:
        return pass(std::int64_t{1} << (in_.u8() & 15));
      case 3:
        return ask(octet >> 3);
      case 4:
        return raw();
      case 5:
        disturbed_ = true;
        if ((octet & 0x10) != 0) return world_.leave(static_cast<unsigned>(number));
        world_.meters[number]->deaf = !world_.meters[number]->deaf;
        return;
      case 6:
        return world_.join(static_cast<unsigned>(number));
      case 7:
        disturbed_ = true;
        return world_.kill();
    }
  }

  void pass(std::int64_t seconds) {
    seconds = std::min(seconds, kPassedMostS - passed_s_);
    passed_s_ += seconds;
    world_.run_for(seconds);
  }

  // bits 0, 1 of `how`: whose signature; 2: the number of an earlier order, 3: its name; 4: two
  // meters, one of them unknown.
  void order(std::uint8_t how) {
    p32::Order order;
    const std::uint8_t kind = in_.u8();
    order.seq = (how & 4) != 0 ? in_.u8() : seq_ += 1 + (in_.u8() & 3);
    order.id = "O-" + std::to_string((how & 8) != 0 ? in_.u8() % 8 : order.seq);
    order.concentrator = world_.head_end.peer;
    order.from = (world_.now_s() + std::int64_t{in_.u8()} * 16 - 64) * 1000;
    order.until = order.from + std::int64_t{in_.u8()} * 56 * 1000 - 1000;
    order.priority = static_cast<p32::Priority>(1 + kind % 3);
    order.meters = {FakeMeter::serial_of(kind & 1)};
    if ((how & 16) != 0) order.meters.emplace_back("9999999999");
    order.body = body(kind >> 2);
    if (std::holds_alternative<p32::ConcentratorCommandOrder>(order.body)) order.meters.clear();
    p32::SignedOrder one = world_.head_end.sign(order);
    if ((how & 3) == 3) one.signature.octets[in_.u8() % one.signature.octets.size()] ^= 1;
    orders_.push_back(one);
    post(one);
  }

  p32::OrderBody body(std::uint8_t which) {
    switch (which % 8) {
      case 0:
        return p32::RelayOrder{p32::RelayAction::open};
      case 1:
        return p32::RelayOrder{p32::RelayAction::close};
      case 2:
        return p32::ClockSyncOrder{p32::ClockSyncMode::check, 0};
      case 3: {
        p32::MeterParametersOrder parameters;
        parameters.control_mode = in_.u8() % 7;
        return parameters;
      }
      case 4: {
        p32::ConcentratorCommandOrder command;
        command.command = p32::Command::cancel;
        command.target = "O-" + std::to_string(in_.u8() % 16);
        return command;
      }
      case 5: {
        p32::FirmwareCampaignOrder campaign;
        campaign.campaign = "C";
        return campaign;
      }
      case 6: {
        p32::ConcentratorCommandOrder command;
        command.command = p32::Command::reboot;
        disturbed_ = true;
        return command;
      }
      default: {
        p32::RawDlmsOrder raw;
        p32::DlmsOperation operation;
        operation.class_id = 8;
        operation.instance = protocol::cosem::obis(0, 0, 1, 0, 0);
        operation.index = 2;
        raw.operations = {operation, operation};
        return raw;
      }
    }
  }

  void post(const p32::SignedOrder& order) {
    const p32::Message message = world_.head_end.message(order, "");
    const auto answer = answer_to(p32::encode(message));
    if (!answer || !std::holds_alternative<p32::Ack>(answer->body)) return;
    const bool again = !taken_.insert(order.order.id).second;
    // The same order once more is told so; another one of that name is one of its own.
    if (std::get<p32::Ack>(answer->body).duplicate) return require(again);
    ++accepted_[order.order.id];
    const auto* relay = std::get_if<p32::RelayOrder>(&order.order.body);
    if (relay != nullptr) ++relays_[order.order.meters.front()];
  }

  void ask(std::uint8_t how) {
    p32::Selection selection;
    selection.report = static_cast<p32::ReportKind>(in_.u8() % p32::kReportKinds);
    selection.source = (how & 1) != 0 ? p32::Source::meter : p32::Source::cache;
    selection.from = world_.now_s() * 1000 - 3'600'000;
    selection.until = world_.now_s() * 1000;
    selection.meters = {FakeMeter::serial_of(0)};
    if ((how & 2) != 0) {
      answer_to(p32::encode(world_.head_end.message(p32::Query{selection}, "")));
    } else {
      answer_to(p32::encode(world_.head_end.message(p32::Request{selection}, "")));
    }
  }

  void raw() {
    const protocol::Bytes octets = in_.take(std::min<std::size_t>(in_.u16(), in_.remaining()));
    answer_to({octets.begin(), octets.end()});
  }

  // One connection a message; what came back within a while.
  std::optional<p32::Message> answer_to(const std::string& xml) {
    if (!world_.alive()) return {};
    const dcu_test::StreamId stream = world_.call(dcu_test::Door::p32);
    const std::string request = p32::http_request("concentrator", xml);
    world_.say(stream, protocol::bytes_of(request));
    const dcu_test::Octets octets = world_.heard[stream];
    if (world_.alive()) world_.hang_up(stream);
    p32::HttpClient client;
    client.feed(octets);
    const auto response = client.next();
    if (!response || response->body.empty()) return {};
    const p32::Decoded decoded = p32::decode(response->body);
    require(decoded.ok());  // the schema knows what the concentrator says
    return decoded.message();
  }

  void settle() {
    for (unsigned k = 0; k < 2; ++k) world_.meters[k]->deaf = false;
    world_.run_for(60);
    for (unsigned k = 0; k < 2; ++k) world_.join(k);
    world_.run_for(kWindowMostS + 256 * 16 + 3600);
  }

  void check() {
    require(world_.head_end.problems.empty());
    std::map<std::string, unsigned> results;
    for (const p32::Message& message : world_.head_end.reports) {
      const auto& report = std::get<p32::Report>(message.body);
      if (!report.order) continue;
      require(report.order->state != p32::OrderState::accepted &&
              report.order->state != p32::OrderState::running);
      ++results[report.order->order];
    }
    if (!unanswered_) require(results == accepted_);
    for (unsigned k = 0; k < 2; ++k) {
      const unsigned told = relays_[FakeMeter::serial_of(k)];
      const auto did = static_cast<unsigned>(world_.meters[k]->relay_actions);
      if (!disturbed_) require(did <= told);
    }
  }

  protocol::Reader in_;
  World world_;
  std::uint64_t seq_ = 0;
  std::vector<p32::SignedOrder> orders_;
  std::set<std::string> taken_;
  std::map<std::string, unsigned> accepted_;
  std::map<std::string, unsigned> relays_;
  std::int64_t passed_s_ = 0;
  bool disturbed_ = false;
  bool unanswered_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  Attack(protocol::Bytes(data, size)).run();
  return 0;
}
