// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// The head-end's engine in hostile hands. The input is a list of words, an octet each that names
// line and deed, with its arguments behind; the first octet says whether the type is known. Three
// lines come in by the door of modules and one by that of concentrators; on each anybody says
// anything: octets, framed APDUs, what a meter said (damaged, cut, again), what a meter would
// answer, reports. Whatever was said: no row that no meter sent, each order ends once, and a meter
// that comes home afterwards is collected, by its pushes and by asking it.
#include <array>

#include "protocol/cosem/classes/clock.hpp"
#include "tests/fuzz/head_end/bench.hpp"

namespace {

using hes_fuzz::Bench;
using hes_fuzz::Octets;
using hes_fuzz::require;

constexpr std::size_t kWordsMost = 64;
constexpr std::int64_t kHostileMostS = 12 * 3600;
constexpr std::size_t kLines = 4;

class Attack {
 public:
  Attack(Bench& bench, protocol::Reader in) : bench_(bench), in_(in) {}

  std::size_t run() {
    std::size_t words = 0;
    while (in_.remaining() > 0 && words < kWordsMost) {
      word(in_.u8());
      ++words;
    }
    for (hes::ConnectionId& line : lines_) {
      if (line != 0) bench_.close_line(line);
    }
    return words;
  }

 private:
  void word(std::uint8_t octet) {
    const std::size_t at = octet >> 3 & 3;
    hes::ConnectionId& line = lines_[at];
    const bool opens = line == 0 || !bench_.is_open(line);
    if (opens) line = bench_.open(at == kLines - 1 ? hes::Door::p32 : hes::Door::wrapper);
    switch (octet & 7) {
      case 0:
        return bench_.say(line, octets());
      case 1:
        return framed(line);
      case 2:
        if (!opens) bench_.close_line(std::exchange(line, 0));
        return;
      case 3:
        return pass(std::int64_t{1} << (in_.u8() & 15));
      case 4:
        return meters_words(line);
      case 5:
        return meters_answer(line);
      case 6:
        return order();
      case 7:
        return reports(line);
    }
  }

  protocol::Bytes octets() { return in_.take(std::min<std::size_t>(in_.u8(), in_.remaining())); }

  void framed(hes::ConnectionId line) {
    constexpr std::array<std::uint16_t, 4> kClients = {1, 16, 102, 2};
    const std::uint16_t client = kClients[in_.u8() & 3];
    bench_.say(line, hes_test::wrap(1, client, octets()));
  }

  void pass(std::int64_t seconds) {
    seconds = std::min(seconds, kHostileMostS - passed_s_);
    passed_s_ += seconds;
    bench_.run_s(seconds);
  }

  // Cut in two, damaged or whole.
  void say_somehow(hes::ConnectionId line, Octets message, std::uint8_t how) {
    if (message.empty()) return;
    if ((how & 1) != 0)
      message[in_.u8() % message.size()] ^= static_cast<std::uint8_t>(1 + in_.u8());
    const std::size_t cut = (how & 2) != 0 ? in_.u8() % message.size() : message.size();
    bench_.say(line, protocol::Bytes(message).first(cut));
    if ((how & 4) == 0) bench_.say(line, protocol::Bytes(message).subspan(cut));
  }

  void meters_words(hes::ConnectionId line) {
    const std::uint8_t what = in_.u8();
    const std::size_t number = what & 1;
    hes_test::FakeMeter& meter = *bench_.meters[number];
    Octets& before = before_[number];
    switch (what >> 1 & 3) {
      case 0:
        before = meter.announce();
        break;
      case 1:
        before = meter.heartbeat();
        break;
      case 2:
        if (!meter.rows.empty()) before = meter.push(meter.rows.size() - 1, 1);
        break;
      case 3:  // again
        break;
    }
    say_somehow(line, before, what >> 3);
  }

  void meters_answer(hes::ConnectionId line) {
    const std::uint8_t how = in_.u8();
    Octets heard = bench_.last_heard(line);
    Octets answer = bench_.meters[how & 1]->answer(heard, bench_.now_s());
    say_somehow(line, std::move(answer), how >> 1);
  }

  void order() {
    hes::Order order;
    const std::uint8_t what = in_.u8();
    order.meter = what & 3;
    order.kind = static_cast<hes::OrderKind>((what >> 2) % 5);
    order.value_s = static_cast<std::int8_t>(in_.u8()) * 64;
    order.attribute = {protocol::cosem::classes::Clock::kId, hes::kClock, 2};
    bench_.submit(order);
  }

  void reports(hes::ConnectionId line) {
    const std::uint8_t what = in_.u8();
    hes_test::FakeConcentrator& dc = bench_.concentrator;
    dc.connected();  // its Hello
    const std::string& serial = bench_.serial(what >> 6);
    const auto rows = hes_test::quarters(bench_.now_s() / 900 * 900 - 3600, 4, 77);
    const Octets hello = dc.take_octets();
    protocol::p32::Message message;
    message.envelope = {"x" + std::to_string(++number_), "DC1", "AMTHES", number_,
                        bench_.now_s() * 1000,           ""};
    message.body = hes_test::rows_report(serial, rows);
    const std::string xml = (what & 1) != 0 ? protocol::p32::encode(message) : text();
    const std::string report = protocol::p32::http_request("head-end", xml);
    if ((what & 2) != 0) bench_.say(line, hello);
    say_somehow(line, Octets(report.begin(), report.end()), what >> 3);
  }
  std::string text() {
    const protocol::Bytes some = octets();
    return {some.begin(), some.end()};
  }

  Bench& bench_;
  protocol::Reader in_;
  std::array<hes::ConnectionId, kLines> lines_{};
  std::array<Octets, Bench::kMeters> before_;
  std::int64_t passed_s_ = 0;
  std::uint64_t number_ = 0;
};

// Six hours at home: one push at once, all else has to be asked for.
void live_on(Bench& bench, std::size_t number) {
  constexpr std::int64_t kAwayS = 3 * 3600;  // until a row is missed, asked for and here
  hes_test::FakeMeter& meter = *bench.meters[number];
  const hes::ConnectionId line = bench.open(hes::Door::wrapper);
  bench.hand_to_meter(line, number);
  for (int k = 0; k < 72; ++k) {
    bench.run_s(300);
    bench.say(line, meter.heartbeat());
    if (k == 12) bench.say(line, meter.push(meter.rows.size() - 4, 4));
    require(bench.is_open(line));
  }
  for (const hes::Row& row : meter.rows) {
    const std::size_t times = bench.stored(number, row);
    require(times == 1 || (times == 0 && row.stamp_utc_s > bench.now_s() - kAwayS));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 2048) return 0;
  Bench bench((data[0] & 1) == 0);
  const std::size_t words = Attack(bench, protocol::Reader({data + 1, size - 1})).run();
  live_on(bench, 0);
  bench.check_orders();
  bench.check_work(words);
  return 0;
}
