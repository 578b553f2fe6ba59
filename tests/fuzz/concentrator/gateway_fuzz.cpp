// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// A concentrator whose gateway has hostile visitors, several at once, in front of meters that are
// slow, deaf or gone. No visitor gets what it did not ask for, no meter does what a stranger wants;
// when they have gone a correct client is served.
#include <set>

#include "protocol/dlms/client.hpp"
#include "protocol/wrapper/wrapper.hpp"
#include "tests/fuzz/program.hpp"
#include "tests/fuzz/rig_failures.hpp"
#include "tests/rigs/concentrator/world.hpp"

namespace {

using namespace fuzz;
using dcu::app::Door;
using dcu::app::StreamId;
using dcu_test::World;
using protocol::Bytes;

constexpr std::uint16_t kFirstPort = 256;

class Session {
 public:
  Session() { world_.run_for(20); }
  void run(Program& program) {
    for (int steps = 0; !program.done() && steps < 80; ++steps) {
      step(program);
      check();
    }
  }
  void check_served();

 private:
  struct Visitor {
    StreamId stream = 0;
    std::size_t checked = 0;                                  // of what it heard
    std::set<std::pair<std::uint16_t, std::uint16_t>> asked;  // client, meter's port
    bool gone = false;
  };
  void step(Program& program);
  void say(Visitor& visitor, Bytes octets);
  void check();
  Visitor* visitor(std::uint8_t choice) {
    return visitors_.empty() ? nullptr : &visitors_[choice % visitors_.size()];
  }

  World world_{{.meters = 2, .disk_pages = 64}};
  std::vector<Visitor> visitors_;
  unsigned passed_s_ = 0;
};

void Session::say(Visitor& visitor, Bytes octets) {
  if (visitor.gone || world_.hung_up[visitor.stream]) return;
  world_.say(visitor.stream, octets);
}

void Session::step(Program& program) {
  const std::uint8_t what = program.u8();
  Visitor* const who = visitor(what / 8);
  switch (what % 8) {
    case 0:
      if (visitors_.size() < 24) visitors_.push_back({world_.call(Door::gateway), 0, {}, false});
      break;
    case 1: {
      const Bytes octets = program.string();
      if (who == nullptr) break;
      // What such octets may come to is not looked into: any answer may follow.
      for (std::uint16_t client = 0; client < 128; ++client) {
        for (std::uint16_t port = kFirstPort; port < kFirstPort + 4; ++port) {
          who->asked.emplace(client, port);
        }
      }
      say(*who, octets);
      break;
    }
    case 2:
    case 3: {
      const std::uint16_t client = program.u8();
      const std::uint16_t port = static_cast<std::uint16_t>(kFirstPort + program.u8() % 4);
      const Bytes apdu = program.string();
      if (who == nullptr) break;
      Octets frame(protocol::wrapper::kHeaderOctets + apdu.size());
      protocol::Writer out(frame);
      if (!protocol::wrapper::encode({client, port, apdu}, out)) break;
      who->asked.emplace(client, port);
      const std::size_t cut = std::min<std::size_t>(program.u8(), frame.size());
      say(*who, Bytes(frame).first(cut));
      say(*who, Bytes(frame).subspan(cut));
      break;
    }
    case 4: {
      const unsigned span_s = std::min<unsigned>(program.u8() * (what / 8 + 1), 3000 - passed_s_);
      passed_s_ += span_s;
      world_.run_for(span_s);
      break;
    }
    case 5:
      if (who == nullptr || who->gone || world_.hung_up[who->stream]) break;
      who->gone = true;
      world_.hang_up(who->stream);
      break;
    case 6: {
      const std::uint8_t how = program.u8();
      (how & 2) != 0 ? world_.leave(how % 2) : world_.join(how % 2);
      world_.meters[how % 2]->deaf = (how & 4) != 0;
      world_.meters[how % 2]->forgets_answers = (how & 8) != 0;
      world_.line_ms = 50 + 20 * (how >> 4);
      break;
    }
    case 7: {
      const unsigned meter = program.u8() % 2u;
      const std::uint8_t lsap = program.u8();
      const Bytes lsdu = program.string();
      world_.inject(meter, lsap, {lsdu.begin(), lsdu.end()});
      break;
    }
  }
}

// Whole wrapper messages, each an answer to a client of this connection.
void Session::check() {
  std::size_t open = 0;
  for (Visitor& visitor : visitors_) {
    if (!visitor.gone && !world_.hung_up[visitor.stream]) ++open;
    const Octets& heard = world_.heard[visitor.stream];
    while (visitor.checked < heard.size()) {
      const Bytes rest = Bytes(heard).subspan(visitor.checked);
      const auto header = protocol::wrapper::decode_header(rest);
      require(header.ok() && rest.size() >= protocol::wrapper::kHeaderOctets + header->length,
              "what a visitor hears are whole messages");
      const bool refusal = rest[protocol::wrapper::kHeaderOctets] == 0xD8;
      require(refusal || visitor.asked.contains({header->destination, header->source}),
              "a visitor hears answers to what it asked");
      visitor.checked += protocol::wrapper::kHeaderOctets + header->length;
    }
  }
  require(open <= 16, "so many visitors at once");
  for (const auto& meter : world_.meters) {
    require(meter->relay_actions == 0, "no stranger moves a relay");
  }
}

void Session::check_served() {
  for (Visitor& visitor : visitors_) {
    if (!visitor.gone && !world_.hung_up[visitor.stream]) world_.hang_up(visitor.stream);
  }
  for (unsigned k = 0; k < world_.meters.size(); ++k) {
    world_.meters[k]->deaf = world_.meters[k]->forgets_answers = false;
    world_.join(k);
  }
  world_.line_ms = 100;
  world_.run_for(600);
  for (unsigned meter = 0; meter < world_.meters.size(); ++meter) {
    Octets work(4096);
    protocol::dlms::ClientConfig config;
    protocol::dlms::ClientSession session(config, world_.crypto, work);
    const StreamId stream = world_.call(Door::gateway);
    require(!world_.hung_up[stream], "there is a place for a visitor");
    const auto aarq = session.associate();
    Octets frame(protocol::wrapper::kHeaderOctets + aarq->size());
    protocol::Writer out(frame);
    const auto port = static_cast<std::uint16_t>(kFirstPort + meter);
    require(protocol::wrapper::encode({config.client_sap, port, *aarq}, out), "an AARQ fits");
    // The concentrator's own job with this client may come first.
    bool associated = false;
    for (int tries = 0; tries < 5 && !associated; ++tries) {
      world_.heard[stream].clear();
      world_.say(stream, out.written());
      world_.run_for(30);
      const auto message = protocol::wrapper::decode(world_.heard[stream]);
      require(message.ok(), "a correct client gets an answer");
      associated = message->source == port && session.on_apdu(message->apdu).kind ==
                                                  protocol::dlms::ClientEvent::Kind::associated;
      if (!associated) session.reset();
      if (!associated) static_cast<void>(session.associate());
      if (!associated) world_.run_for(120);
    }
    require(associated, "a correct client is let in");
    world_.hang_up(stream);
    world_.run_for(30);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  Program program(Bytes(data, size));
  Session session;
  session.run(program);
  session.check_served();
  return 0;
}
