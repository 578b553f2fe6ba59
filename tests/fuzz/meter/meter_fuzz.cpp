// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// A whole meter over hostile memory, and then over hostile lines. The input is a program: an image
// of a meter that has lived, what happens to its memory while the supply is off (damage.cpp), and
// behind an octet 0 what happens at its ports once it has booted.
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/hdlc/frame.hpp"
#include "protocol/prime/pdu.hpp"
#include "tests/fuzz/meter/board.hpp"
#include "tests/fuzz/rig_failures.hpp"

namespace {

using namespace fuzz;
using meter::fw::LogId;
using protocol::Bytes;
namespace classes = protocol::cosem::classes;
namespace prime = protocol::prime;

constexpr prime::Sna kBase{0x02, 0x41, 0x44, 0, 0, 1};

class Session {
 public:
  explicit Session(Board& board) : board_(board) {}
  void run(Program& program) {
    for (int steps = 0; !program.done() && steps < 60; ++steps) {
      step(program);
      board_.check_work("a step");
    }
  }

 private:
  void step(Program& program);
  void to_port(unsigned port, Bytes octets) {
    board_.firmware->on_uart(board_.instance(),
                             port % 2 == 0 ? METER_UART_RS485 : METER_UART_OPTICAL, octets.data(),
                             static_cast<std::uint32_t>(octets.size()));
    board_.frames.clear();
  }
  void frame_to_port(Program& program);
  void request(Program& program);
  void line(Program& program);
  void beacon(Program& program);
  void power(Program& program);
  void pass(std::int64_t span_us) {
    span_us = std::clamp<std::int64_t>(span_us, 0, kLeft_us - passed_us_);
    passed_us_ += span_us;
    board_.run_for_us(span_us);
  }

  static constexpr std::int64_t kLeft_us = 3 * rigs::kDay_s * rigs::kSecond_us;
  Board& board_;
  std::int64_t passed_us_ = 0;
};

// In a frame with good checksums, from any client to any device of the meter.
void Session::frame_to_port(Program& program) {
  constexpr std::uint16_t kClients[] = {16, 1, 2, 3, 102, 7};
  const std::uint8_t port = program.u8();
  const std::uint8_t control = program.u8();
  protocol::hdlc::Frame frame;
  frame.source = {kClients[port / 2 % std::size(kClients)], 0, 1};
  frame.destination = {static_cast<std::uint16_t>(port < 200 ? 1 : port & 0x7F), 0, 1};
  frame.kind = static_cast<protocol::hdlc::FrameKind>(control % 9);
  frame.poll_final = (control & 0x80) != 0;
  frame.segmented = (control & 0x40) != 0;
  frame.ns = control & 7;
  frame.nr = (control >> 3) & 7;
  frame.information = program.string();
  Octets octets(frame.information.size() + 40);
  protocol::Writer out(octets);
  if (protocol::hdlc::encode(frame, out)) to_port(port, out.written());
}

// A client that knows the meter: one service with any name and value.
void Session::request(Program& program) {
  const std::uint8_t how = program.u8();
  rigs::TestClient client(board_,
                          how % 3 == 0   ? rigs::public_client()
                          : how % 3 == 1 ? board_.reading()
                                         : board_.management(),
                          (how & 0x40) == 0 ? METER_UART_RS485 : METER_UART_OPTICAL);
  protocol::cosem::Attribute attribute;
  attribute.class_id = static_cast<protocol::cosem::ClassId>(program.u16());
  for (std::uint8_t& octet : attribute.instance.octets) octet = program.u8();
  attribute.index = static_cast<std::int8_t>(program.u8());
  const Bytes value = program.string();
  if (client.connect()) {
    if ((how & 0x80) == 0 && !client.associate()) return;
    if (how / 3 % 4 == 0) {
      static_cast<void>(client.get(attribute));
    } else if (how / 3 % 4 == 1) {
      static_cast<void>(client.set(attribute, value));
    } else if (how / 3 % 4 == 2) {
      static_cast<void>(
          client.action({attribute.class_id, attribute.instance, attribute.index}, value));
    } else if (!value.empty()) {
      static_cast<void>(client.exchange(value));
    }
    client.disconnect();
  }
  if (how % 3 == 2)
    board_.management_counter = std::max(board_.management_counter, client.counter());
}

void Session::line(Program& program) {
  const std::uint8_t control = program.u8();
  prime::Packet packet;
  packet.control = (control & 1) != 0;
  packet.lcid = packet.control ? static_cast<std::uint16_t>(1 + (control >> 1) % 10) : 256;
  packet.sid = (control & 0x20) != 0 ? 5 : 0;
  packet.lnid = (control & 0x40) != 0 ? prime::kBroadcastLnid : program.u8();
  const Bytes payload = program.string();
  packet.payload = payload;
  Octets mpdu(prime::kGpduOverhead + payload.size());
  protocol::Writer out(mpdu);
  prime::ReceivedFrame frame;
  frame.snr_cdb = 1'500;
  frame.start_us = board_.now_us();
  frame.mpdu = payload;
  if ((control & 0x10) == 0 &&
      prime::encode_gpdu({(control & 0x80) == 0, 0}, packet, prime::NetworkSeed(kBase), out)) {
    frame.mpdu = out.written();
  }
  board_.hear(frame);
}

void Session::beacon(Program& program) {
  prime::Beacon beacon;
  const std::uint8_t how = program.u8();
  beacon.sna = kBase;
  beacon.beacon_slots = 2;
  beacon.sid = (how & 1) != 0 ? program.u8() : 0;
  beacon.level = (how & 2) != 0 ? program.u8() % 64 : 0;
  prime::HeardBeacon heard;
  heard.mpdu = prime::encode(beacon);
  heard.snr_cdb = 2'000;
  heard.start_us = board_.now_us();
  heard.received = 10;
  if ((how & 4) != 0) {
    const Bytes octets = program.string();
    std::copy_n(octets.begin(), std::min(octets.size(), heard.mpdu.size()), heard.mpdu.begin());
  }
  if (board_.beacons.size() < 8) board_.beacons.push_back(heard);
  board_.hear((how & 0x80) != 0 ? nullptr : &heard);
}

void Session::power(Program& program) {
  const std::uint8_t how = program.u8();
  if ((how & 1) != 0) board_.cut_at_operation(1 + program.u8() % 40, program.u16());
  if ((how & 2) != 0) pass(program.u16() * rigs::kSecond_us);
  board_.power_off((how & 4) != 0);
  pass(program.u8() * rigs::kSecond_us);
  board_.start((how & 8) != 0 ? METER_BOOT_WATCHDOG : METER_BOOT_POWER);
}

void Session::step(Program& program) {
  switch (program.u8() % 10) {
    case 0: {
      const std::uint8_t port = program.u8();
      to_port(port, program.string());
      break;
    }
    case 1:
      frame_to_port(program);
      break;
    case 2:
    case 3:
      request(program);
      break;
    case 4:
      pass(program.u16() * rigs::kSecond_us);
      break;
    case 5: {
      const meter_sums sums = rigs::make_sums({program.u16() / 100.0, program.u16() / 100.0, 10.0},
                                              {}, board_.firmware->n_elements);
      board_.firmware->on_sums(board_.instance(), &sums, program.u16());
      break;
    }
    case 6:
      power(program);
      break;
    case 7:
      line(program);
      break;
    case 8:
      beacon(program);
      break;
    case 9:
      board_.rtc_adjust(board_.rtc_now() +
                        static_cast<std::int32_t>(program.u32()) / 16 * std::int64_t{METER_RTC_HZ});
      board_.firmware->on_rtc(board_.instance());
      break;
  }
}

// What is read was written: rows of the image, and the events of what came after it.
void check_rows(const Board& board, const Image& image, bool clock_known) {
  for (std::size_t k = 0; k < image.rows.size(); ++k) {
    const auto id = static_cast<LogId>(k);
    const bool events = !meter::fw::is_profile(id);
    if (events && !clock_known) continue;
    for (const Octets& row : board.rows(id)) {
      const bool later = events && protocol::Reader(row).u32() >= image.utc_s;
      if (!later && !image.rows[k].contains(row)) {
        std::fprintf(stderr, "log %zu, stamp %u, written until %lld, code %d\n", k,
                     protocol::Reader(row).u32(), static_cast<long long>(image.utc_s), row[7]);
        require(false, "a row that is read was written");
      }
    }
  }
}

void check_profile(Board& board) {
  rigs::TestClient client(board, board.reading());
  if (!client.connect() || !client.associate()) return;
  protocol::cosem::Selection newest;
  newest.kind = protocol::cosem::Selection::Kind::entry;
  const protocol::cosem::Attribute profile{classes::ProfileGeneric::kId,
                                           protocol::cosem::obis(1, 0, 99, 1, 0), 2};
  const std::uint64_t entries = rigs::unsigned_in(client, {profile.class_id, profile.instance, 7});
  newest.from_entry = static_cast<std::uint32_t>(entries > 40 ? entries - 39 : 1);
  const rigs::OptionalValue value = client.get(profile, newest);
  require(!value || rigs::rows_of(value).has_value(), "what a profile shows are rows");
  newest.kind = protocol::cosem::Selection::Kind::range;
  newest.from_utc_s = 0;
  newest.to_utc_s = rigs::utc_s(2026, 3, 26, 12);
  const rigs::OptionalValue range = client.get(profile, newest);
  require(!range || rigs::rows_of(range).has_value(), "what a range shows are rows");
  client.disconnect();
}

void use_counters(Board& board) {
  rigs::TestClient client(board, board.management());
  if (client.connect() && client.associate()) {
    static_cast<void>(client.get({classes::Clock::kId, protocol::cosem::obis(0, 0, 1, 0, 0), 2}));
    client.disconnect();
  }
  board.management_counter = std::max(board.management_counter, client.counter());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  Program program(Bytes(data, size));
  const Image& start = image(program.u8());
  Board board(start);
  const Damage done = damage(program, board, start);
  board.start(METER_BOOT_POWER);
  // A checkpoint from before tells again of the power failure that it was made in.
  const bool forgetful = done.retained && done.parameters;
  if (!done.forged) {
    check_rows(board, start, !forgetful && board.rtc_now() / METER_RTC_HZ >= start.utc_s);
  }

  const bool served = board.serves();
  require(served || done.parameters, "the object list is readable");
  const auto before = board.state();
  require(!before.empty() || done.parameters, "a reading client is let in");
  use_counters(board);
  board.power_off(true);
  board.start(METER_BOOT_POWER);
  require(board.serves() == served, "a second start serves as the first one did");
  require(board.state() == before || (done.failing && done.parameters),
          "a second start gives the same state");
  use_counters(board);

  Session(board).run(program);
  board.power_off(false);
  board.start(METER_BOOT_POWER);
  require(board.serves() || !served, "the meter serves after all of it");
  check_profile(board);
  use_counters(board);
  if (!done.forged && !done.parameters_rewound) board.check_counters();
  return 0;
}
