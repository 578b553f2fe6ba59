// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Hostile octets against the HDLC codec and both engines. The input is a program: a control octet,
// a length (63: two octets of it follow), then octets that go in raw or wrapped into a frame with
// good checksums.
#include <algorithm>
#include <cstdlib>

#include "protocol/hdlc/scanner.hpp"
#include "tests/unit/protocol/hdlc/line.hpp"

namespace {

using namespace protocol;
using namespace protocol::hdlc;
using namespace protocol::hdlc::test;

// A broken property must stop the fuzzer in release builds too.
void require(bool condition) {
  if (!condition) std::abort();
}

void check_codec(Bytes octets) {
  const Result<Frame> frame = decode(octets);
  if (!frame || frame->kind == FrameKind::unknown) return;
  require(copy(without_flags(encoded(*frame))) == copy(octets));
}

// The splitter finds what the scanner finds, however the octets are cut.
void check_splitter(Bytes octets, std::size_t step) {
  std::size_t whole = 0, cut = 0;
  Scanner scanner(octets, Scanner::End::open);
  while (scanner.next()) ++whole;
  Octets buffer(kMaxFrameOctets);
  Splitter splitter(buffer);
  for (std::size_t at = 0; at < octets.size(); at += step) {
    for (Bytes rest = octets.subspan(at, std::min(step, octets.size() - at)); !rest.empty();) {
      rest = rest.subspan(splitter.take(rest));
      while (splitter.next()) ++cut;
    }
  }
  require(whole == cut);
}

Octets framed(std::uint8_t control, Bytes information, bool to_meter) {
  Frame frame;
  frame.destination = to_meter ? kMeter : kPublicClient;
  frame.source = to_meter ? kPublicClient : kMeter;
  frame.kind = static_cast<FrameKind>(control % 9);
  frame.poll_final = (control & 0x80) != 0;
  frame.segmented = (control & 0x40) != 0;
  frame.ns = control & 7;
  frame.nr = (control >> 3) & 7;
  frame.information = information;
  return encoded(frame);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  check_codec(input);
  check_splitter(input, size > 0 ? 1 + data[0] % 16 : 1);

  MeterEnd meter({}, 2, 3);
  meter.pushes = {Octets(300, 0x0F)};
  ReaderEnd reader({}, 256);
  std::int64_t now_us = 0;
  Reader in(input);
  while (in.remaining() > 2) {
    const std::uint8_t what = in.u8();
    const std::uint8_t control = in.u8();
    const std::size_t length = (what & 0x3F) == 0x3F ? in.u16() : what & 0x3F;
    const Bytes octets = in.take(std::min(in.remaining(), length));
    now_us += what * 50'000;
    if (reader.primary.idle()) {
      if (!reader.primary.is_open()) {
        reader.primary.open(now_us);
      } else if ((control & 1) != 0 || octets.empty()) {
        reader.primary.poll(now_us);
      } else {
        reader.primary.send(now_us, octets);
      }
    }
    const bool raw = (what & 0x40) != 0;
    meter.secondary.on_bytes(now_us, raw ? copy(octets) : framed(control, octets, true));
    reader.primary.on_bytes(now_us, raw ? copy(octets) : framed(control, octets, false));
    while ((what & 0x80) != 0 && !meter.sent.empty()) {  // and now and then a real answer
      reader.primary.on_bytes(now_us, meter.sent.front());
      meter.sent.pop_front();
    }
    meter.secondary.on_time(now_us);
    reader.primary.on_time(now_us);
  }
  meter.secondary.reset();
  require(meter.free.size() == 3);
  return 0;
}
