// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// A base node and whatever comes from the line: frames of any content, messages of any kind from
// anybody in any order, an owner who sends and forgets. Its tables hold together after every step,
// the owner gets one outcome for each handle and one end for each connection; when the line is
// silent it forgets everybody, and the next meter registers.
#include <map>
#include <set>

#include "tests/fuzz/program.hpp"
#include "tests/fuzz/rig_failures.hpp"
#include "tests/rigs/base_node/scripted.hpp"

namespace {

using namespace fuzz;
using dcu::fw::NodeState;
using dcu::fw::NodeView;
using protocol::Bytes;
namespace prime = protocol::prime;
using prime::ControlType;

dcu::fw::Config config_of(std::uint8_t choice) {
  dcu::fw::Config config;
  config.quiet_frames = 0;
  config.concurrency = static_cast<std::uint8_t>(1 + (choice & 3));
  config.max_switch_level = static_cast<std::uint8_t>((choice >> 2 & 3) * 2);
  config.alive_time_code = (choice & 0x40) != 0 ? 0 : 2;
  if ((choice & 0x80) != 0) config.max_beacon_slots = 2;
  return config;
}

class Session {
 public:
  explicit Session(std::uint8_t choice) : line_(config_of(choice)) {}
  void run(Program& program) {
    for (int steps = 0; !program.done() && steps < 200; ++steps) {
      step(program);
      check();
      line_.modem.sent.clear();
    }
  }
  void check_silence();

 private:
  void step(Program& program);
  void control(Program& program);
  void meter(Program& program);
  void data(Program& program);
  void send(Program& program);
  void check();
  void check_tree(const std::vector<NodeView>& nodes);
  void check_owner();
  // Somebody of the table, or a number.
  NodeView somebody(std::uint8_t choice) const {
    NodeView view;
    if (line_.base.node(choice % line_.base.node_capacity(), view)) return view;
    view.sid = choice & 7;
    view.lnid = choice;
    return view;
  }
  void pass(std::int64_t span_us) {
    span_us = std::min(span_us, kLeft_us - passed_us_);
    passed_us_ += span_us;
    line_.run_for(span_us);
  }

  static constexpr std::int64_t kLeft_us = 3'600'000'000;
  fake::ScriptedBase line_;
  std::set<dcu::fw::SendHandle> handles_;
  std::size_t outcomes_seen_ = 0;
  std::int64_t passed_us_ = 0;
};

// A message as a meter sends it, with the number of the meter and its fields from the input.
void Session::meter(Program& program) {
  const unsigned number = program.u8() % 30;
  const NodeView known = line_.view(number);
  const std::uint8_t under = program.u8();
  const NodeView parent = somebody(under);
  const bool here = known.state != NodeState::disconnected;
  const std::uint8_t sid = here ? known.sid : parent.lsid != prime::kNoSid ? parent.lsid : 0;
  const std::uint16_t lnid = here ? known.lnid : prime::kBroadcastLnid;
  switch (under % 6) {
    case 0:
      line_.hear_control(ControlType::reg, sid, lnid, line_.reg(number));
      break;
    case 1:
      line_.hear_con(known.lnid, static_cast<std::uint16_t>(256 + program.u8() % 4), known.sid);
      break;
    case 2: {
      prime::Pro request;
      request.long_form = true;
      request.needed_by = line_.eui(program.u8() % 30u);
      request.quality = 5;
      line_.hear_control(ControlType::pro, known.sid, known.lnid, request);
      break;
    }
    case 3: {
      prime::Pro ack;
      ack.nsid = program.u8() % 2 == 0 ? known.lsid : program.u8();
      ack.negative = program.u8() % 4 == 0;
      line_.hear_control(ControlType::pro, known.sid, known.lnid, ack);
      break;
    }
    case 4: {
      // The slot it was given last, as a meter repeats it.
      for (const fake::Down& down : line_.said(ControlType::bsi)) {
        if (const auto slot = prime::decode_bsi(down.payload)) {
          line_.hear_control(ControlType::bsi, down.packet.sid, down.packet.lnid, *slot);
        }
      }
      break;
    }
    case 5:
      line_.hear_control(ControlType::alv, known.sid, known.lnid,
                         prime::Alv{program.u8(), program.u8(), 0, known.lsid});
      break;
  }
}

// A control packet with good checksums around any payload.
void Session::control(Program& program) {
  const NodeView from = somebody(program.u8());
  const std::uint8_t how = program.u8();
  prime::Packet packet;
  packet.control = true;
  packet.lcid = how % 13;
  packet.sid = (how & 0x40) != 0 ? from.lsid : from.sid;
  packet.lnid = (how & 0x80) != 0 ? prime::kBroadcastLnid : from.lnid;
  packet.payload = program.take(program.u8());
  line_.hear(packet, how & 0x20 ? 1 : 0, prime::Scheme::dbpsk_f, 100 * program.u8());
}

void Session::data(Program& program) {
  const NodeView from = somebody(program.u8());
  prime::Packet packet;
  packet.sid = from.sid;
  packet.lnid = from.lnid;
  packet.lcid = static_cast<std::uint16_t>(256 + program.u8() % 4);
  const Bytes payload = program.take(program.u8());
  packet.payload = payload;
  line_.hear(packet);
}

void Session::send(Program& program) {
  const std::uint8_t how = program.u8();
  const NodeView to = somebody(program.u8());
  const Octets lsdu(program.u16() % 1100, how);
  if (how % 8 == 7) {
    static_cast<void>(line_.base.broadcast(1, 1, lsdu));
  } else if (how % 8 == 6) {
    static_cast<void>(line_.base.forget(to.eui48));
  } else {
    const auto priority = (how & 8) != 0 ? dcu::fw::Priority::high : dcu::fw::Priority::normal;
    const dcu::fw::SendHandle handle = line_.base.send(to.address, 1, 1, lsdu, priority);
    if (handle != dcu::fw::kNotSent) {
      require(to.connected, "only who is connected is sent to");
      require(handles_.insert(handle).second, "handles are new");
    }
  }
}

void Session::step(Program& program) {
  switch (program.u8() % 8) {
    case 0: {
      const Bytes mpdu = program.string();
      line_.base.on_frame({mpdu, prime::Scheme::dbpsk_f, 1000, line_.modem.now});
      break;
    }
    case 1:
      control(program);
      break;
    case 2:
    case 3:
    case 4:
      meter(program);
      break;
    case 5:
      data(program);
      break;
    case 6:
      pass(program.u8() * 250'000ll * (1 + program.u8() % 64));
      break;
    case 7:
      send(program);
      break;
  }
}

// ---- What always holds ----

void Session::check_tree(const std::vector<NodeView>& nodes) {
  std::map<std::uint8_t, const NodeView*> switches;
  for (const NodeView& node : nodes) {
    require(node.lsid != prime::kNoSid || node.state != NodeState::switching,
            "a switch has an LSID");
    if (node.lsid == prime::kNoSid) continue;  // a node on its way to a switch repeats as one
    require(node.lsid != 0, "the base node's SID is nobody's");
    require(switches.emplace(node.lsid, &node).second, "LSIDs are unique");
  }
  for (const NodeView& node : nodes) {
    unsigned hops = 0;
    for (std::uint8_t sid = node.sid; sid != 0; ++hops) {
      const auto parent = switches.find(sid);
      require(parent != switches.end(), "everybody hangs on a switch that is one");
      require(hops < nodes.size(), "the tree of switches has no circle");
      sid = parent->second->sid;
    }
    require(node.level == hops, "the level is the number of switches above");
    require(node.state != NodeState::switching || node.level < line_.base.node_capacity(),
            "levels end");
    std::size_t children = 0;
    for (const NodeView& other : nodes) {
      if (node.lsid != prime::kNoSid && other.sid == node.lsid) ++children;
    }
    require(node.children == children, "children are those that hang on it");
  }
}

void Session::check() {
  std::vector<NodeView> nodes;
  std::set<std::pair<std::uint8_t, std::uint16_t>> names;
  std::set<dcu::fw::Address> addresses;
  std::set<prime::Eui48> euis;
  for (std::size_t at = 0; at < line_.base.node_capacity(); ++at) {
    NodeView view;
    if (!line_.base.node(at, view)) continue;
    require(euis.insert(view.eui48).second, "a node stands in the table once");
    if (view.state == NodeState::disconnected) {
      require(!view.connected, "who is not there has no connection");
      continue;
    }
    require(view.lnid != 0 && view.lnid < prime::kBroadcastLnid, "an LNID is one");
    require(names.emplace(view.sid, view.lnid).second, "LNIDs are unique below a switch");
    if (view.connected) {
      require(view.address != 0 && addresses.insert(view.address).second, "addresses are unique");
    }
    nodes.push_back(view);
  }
  require(line_.base.registered() <= nodes.size(), "who is registered stands in the table");
  require(line_.base.beacon_slots() >= 1 && line_.base.beacon_slots() <= prime::kMaxBeaconSlots,
          "beacon slots are bounded");
  check_tree(nodes);
  check_owner();
}

void Session::check_owner() {
  std::map<dcu::fw::Address, int> open;
  for (const auto& [address, eui48] : line_.joined) ++open[address];
  for (const auto& left : line_.left) --open[left.address];
  for (std::size_t at = 0; at < line_.base.node_capacity(); ++at) {
    NodeView view;
    if (line_.base.node(at, view) && view.connected) --open[view.address];
  }
  for (const auto& [address, left] : open) require(left == 0, "every connection ends once");
  for (; outcomes_seen_ < line_.outcomes.size(); ++outcomes_seen_) {
    require(handles_.erase(line_.outcomes[outcomes_seen_].first) == 1, "one outcome a handle");
  }
}

void Session::check_silence() {
  line_.run_for(3 * 3'600'000'000ll);
  check();
  require(line_.base.registered() == 0, "who is silent is forgotten");
  require(handles_.empty(), "every handle comes to an end");
  line_.modem.sent.clear();
  const std::uint16_t lnid = line_.register_meter(29);
  require(lnid != 0 && line_.base.registered() == 1, "the next meter registers");
  require(line_.connect_meter(lnid, 300) != dcu::fw::kNoAddress, "and connects");
  require(line_.modem.rules.size() <= prime::kMaxFilterRules, "filter rules are bounded");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  Program program(Bytes(data, size));
  Session session(program.u8());
  session.run(program);
  session.check_silence();
  return 0;
}
