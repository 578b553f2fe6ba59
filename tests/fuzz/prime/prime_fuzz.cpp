// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Hostile octets against the PRIME codecs, ARQ and a whole service node. The input is a program: a
// control octet, a length (63: two octets of it follow), then octets that go in raw or in a PDU
// with good checksums.
#include <algorithm>
#include <cstdlib>

#include "meter/fw/prime/service_node.hpp"
#include "protocol/prime/phy.hpp"
#include "tests/rigs/prime/modem.hpp"

namespace {

using namespace protocol;
using namespace protocol::prime;
using Octets = std::vector<std::uint8_t>;

constexpr Sna kBase{0x02, 0x41, 0x44, 0x00, 0x00, 0x01};
constexpr Eui48 kMeter{0x02, 0x41, 0x4D, 0x00, 0x00, 0x2A};
constexpr std::uint16_t kNodeLnid = 7;

// A broken property must stop the fuzzer in release builds too.
void require(bool condition) {
  if (!condition) std::abort();
}

template <typename Message>
void check_message(Bytes octets, Result<Message> (*decode)(Bytes)) {
  const Result<Message> message = decode(octets);
  if (!message) return;
  Octets again(600);
  Writer out(again);
  encode(*message, out);
  const Result<Message> twice = decode(out.written());
  require(twice.ok() && out.size() == octets.size());
}

void check_codecs(Bytes octets) {
  check_message(octets, decode_reg);
  check_message(octets, decode_con);
  check_message(octets, decode_pro);
  check_message(octets, decode_bsi);
  check_message(octets, decode_fra);
  check_message(octets, decode_alv);
  check_message(octets, decode_prm);
  check_message(octets, decode_promotion_needed);
  const Result<Beacon> beacon = decode_beacon(octets);
  if (beacon) require(decode_beacon(encode(*beacon)).ok());
  static_cast<void>(decode_lpdu(octets));
  static_cast<void>(decode_establish_request(octets));
  static_cast<void>(decode_establish_response(octets));
  Bytes rest = octets;
  if (const Result<ArqHeader> header = take_arq(rest)) require(rest.size() < octets.size());
  if (octets.size() >= kHeaderBits) {
    std::array<std::uint8_t, kHeaderBits> bits;
    std::transform(octets.begin(), octets.begin() + kHeaderBits, bits.begin(),
                   [](std::uint8_t octet) { return octet & 1; });
    static_cast<void>(decode_header(bits));
  }
}

struct Owner final : meter::fw::prime::ServiceNodeOwner {
  MutableBytes take_buffer() override {
    if (free.empty()) return {};
    const MutableBytes buffer = free.back();
    free.pop_back();
    return buffer;
  }
  void give_buffer(MutableBytes buffer) override { free.push_back(buffer); }
  std::uint32_t random() override { return state = state * 1'664'525u + 1'013'904'223u; }
  void on_connected(std::uint16_t) override {}
  void on_disconnected() override {}
  void on_data(std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu, bool broadcast) override {
    if (!broadcast) static_cast<void>(node->send(d_lsap, s_lsap, lsdu, 1));  // an echo
  }
  void on_sent(std::uint32_t, bool) override {}

  std::uint32_t state = 1;
  std::vector<Octets> memory = std::vector<Octets>(4, Octets(2'048));
  std::vector<MutableBytes> free{memory.begin(), memory.end()};
  meter::fw::prime::ServiceNode* node = nullptr;
};

Octets sealed(std::uint8_t control, Bytes payload, std::uint16_t lcid) {
  Packet packet;
  packet.control = (control & 1) != 0;
  packet.lcid = packet.control ? static_cast<std::uint16_t>(1 + (control >> 1) % 10) : lcid;
  packet.sid = (control & 0x20) != 0 ? 5 : 0;
  packet.lnid = (control & 0x40) != 0 ? kBroadcastLnid : kNodeLnid;
  payload = payload.first(std::min<std::size_t>(payload.size(), 200));
  packet.payload = payload;
  Octets octets(kGpduOverhead + payload.size());
  Writer out(octets);
  const std::uint8_t level = (control & 0x30) == 0x30 ? 1 : 0;
  require(encode_gpdu({(control & 0x80) == 0, level}, packet, NetworkSeed(kBase), out));
  return octets;
}

template <typename Message>
Octets sealed_message(ControlType type, const Message& message) {
  Octets payload(300);
  Writer out(payload);
  encode(message, out);
  return sealed(static_cast<std::uint8_t>(1 | (static_cast<unsigned>(type) - 1) << 1),
                out.written(), 0);
}

// A node with a modem, brought as far up as `stage` says.
struct Station {
  explicit Station(unsigned stage) {
    owner.node = &node;
    Beacon beacon;
    beacon.sna = kBase;
    beacon.beacon_slots = 2;
    HeardBeacon heard;
    heard.mpdu = encode(beacon);
    heard.snr_cdb = 2'000;
    heard.received = 10;
    node.start();
    modem.beacons.push_back(heard);
    node.on_beacon(heard);
    if (stage > 0) run_for(33'000'000);
    if (stage > 1) hear(sealed_message(ControlType::reg, Reg{false, false, 0, 5, kMeter}));
    run_for(5'000'000);
    for (const auto& frame : modem.sent) note_lcid(frame.mpdu);
    if (stage > 2) {
      Con con;
      const Octets address{0x00, 0x45};
      con.lcid = lcid;
      con.data = address;
      hear(sealed_message(ControlType::con, con));
    }
    if (stage > 3) {
      hear(sealed_message(ControlType::pro, Pro{false, 0, 5, 5, false, {}, 0, 0, 0}));
      hear(sealed_message(ControlType::bsi, Bsi{1, 1, 0}));
    }
  }
  void note_lcid(Bytes mpdu) {
    const Result<Gpdu> gpdu = decode_gpdu(mpdu, NetworkSeed(kBase));
    if (!gpdu) return;
    Bytes rest = gpdu->packets;
    const Result<Packet> packet = take_packet(rest);
    const bool connects = packet && packet->control && packet->lcid == 2;
    if (const auto con = connects ? decode_con(packet->payload) : Error::malformed; con.ok()) {
      lcid = con->lcid;
    }
  }
  void hear(Bytes mpdu) {
    ReceivedFrame frame;
    frame.mpdu = mpdu;
    frame.snr_cdb = 1'500;
    node.on_frame(frame);
  }
  void run_for(std::int64_t span_us) {
    const std::int64_t until_us = modem.now + span_us;
    int calls = 0;
    while (node.deadline_us() <= until_us) {
      modem.now = std::max(modem.now, node.deadline_us());
      node.on_time();
      require(++calls < 100'000);
    }
    modem.now = until_us;
  }

  Owner owner;
  prime::test::FakeModem modem;
  std::uint16_t lcid = 0;
  meter::fw::prime::ServiceNode node{{kMeter, Bytes(kMeter)}, modem, owner};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  check_codecs(input);
  if (size < 4) return 0;
  Station station(data[0] % 5);
  Reader in(input.subspan(1));
  while (in.remaining() > 2) {
    const std::uint8_t what = in.u8();
    const std::uint8_t control = in.u8();
    const std::size_t length = (what & 0x3F) == 0x3F ? in.u16() : what & 0x3F;
    const Bytes octets = in.take(std::min(in.remaining(), length));
    if ((what & 0x40) != 0) {
      station.hear(octets);
    } else {
      station.hear(sealed(control, octets, station.lcid));
    }
    station.run_for(what >= 0x80 ? control * 1'000'000ll : control * 1'000ll);
    require(station.owner.free.size() <= 4);
  }
  station.node.stop();
  require(station.owner.free.size() == 4);
  station.run_for(200'000);  // what is in the air goes on to its end
  require(station.node.deadline_us() == kNoDeadline);
  return 0;
}
