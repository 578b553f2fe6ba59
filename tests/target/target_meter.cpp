// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/target/target_meter.hpp"

#include <algorithm>
#include <stdexcept>

#include "meter/port/cortex_m4/stopwatch.hpp"

namespace target {
namespace {

using meter::port::Hello;
using meter::port::Moment;
using meter::port::octets_of;
using meter::port::take_struct;

constexpr std::uint32_t kFlashOctets = METER_FLASH_PAGES * METER_FLASH_PAGE_BYTES;

// First and last octet that differ.
struct Range {
  std::size_t first;
  std::size_t end;
  bool empty() const { return first == end; }
};
Range difference(Bytes a, Bytes b) {
  std::size_t first = 0;
  std::size_t end = a.size();
  if (std::memcmp(a.data(), b.data(), a.size()) == 0) return {0, 0};
  while (a[first] == b[first]) ++first;
  while (a[end - 1] == b[end - 1]) --end;
  return {first, end};
}

}  // namespace

TargetMeter::TargetMeter(const std::string& image, Transport transport)
    : qemu_(image),
      host_(qemu_.line(0)),
      crypto_(qemu_.line(1)),
      transport_(transport),
      flash_(kFlashOctets, 0xFF) {
  const Message message = host_.next();
  protocol::Reader in = message.reader();
  hello_ = take_struct<Hello>(in);
  if (message.kind != Kind::hello || !in.at_end()) throw std::runtime_error("no hello");
  if (hello_.wire_version != meter::port::kWireVersion ||
      hello_.boundary != meter::port::kBoundary) {
    throw std::runtime_error("image and test were built from different headers");
  }
  if (transport == Transport::octets) return;
  std::uint8_t* const answers = in_shared_ram(hello_.answer_address);
  host_.use_boxes(in_shared_ram(hello_.upcall_address), answers);
  crypto_.use_boxes(answers, answers);
}

void TargetMeter::adopt(const meter_hal* hal) {
  hal_ = hal;
  buffers_.fill(nullptr);
}

std::vector<std::uint8_t> TargetMeter::init_payload() const {
  std::vector<std::uint8_t> octets(8 + 2 * meter::port::kPeripherals);
  protocol::Writer out{octets};
  out.u32(hal_->capabilities);
  out.u32(hal_->retained_bytes);
  [&]<typename... P>(meter::hal::List<P...>) {
    (out.u16(static_cast<std::uint16_t>(calls_of<P>(*hal_))), ...);
  }(meter::hal::Peripherals{});
  return octets;
}

void TargetMeter::put_counts(const meter_window& window) {
  if (window.n_samples > meter::port::kMaxWindowSamples) throw std::runtime_error("long window");
  std::uint8_t* to = in_shared_ram(hello_.window_address);
  const std::size_t octets = (METER_WINDOW_LEAD + window.n_samples) * sizeof(std::int32_t);
  for (const std::int32_t* const counts : window.channel) {
    if (counts == nullptr) continue;
    std::memcpy(to, counts - METER_WINDOW_LEAD, octets);
    to += octets;
  }
}

int TargetMeter::run(Kind kind, std::initializer_list<Bytes> payload) {
  if (kind == Kind::provision) tallies_ = {};
  host_.send(kind, joined({octets_of(moment_), joined(payload)}));
  const Message done = run_until_done("upcall");
  Tally& tally = tallies_[static_cast<std::size_t>(kind)];
  ++tally.calls;
  tally.instructions += last_instructions_;
  ahead_.clear();
  ahead_used_ = 0;
  return static_cast<std::int32_t>(done.reader().u32());
}

void TargetMeter::answer_ahead(const std::vector<std::vector<std::uint8_t>>& answers) {
  ahead_used_ = 0;
  ahead_.clear();
  if (transport_ == Transport::octets) return;
  protocol::Writer out{{in_shared_ram(hello_.ahead_address), meter::port::kAheadOctets}};
  out.u32(0);
  for (const std::vector<std::uint8_t>& one : answers) {
    if (out.space() < 4 + one.size()) break;
    out.u32(static_cast<std::uint32_t>(one.size()));
    out.bytes(one);
    ahead_.push_back(one);
  }
  protocol::Writer{{in_shared_ram(hello_.ahead_address), 4}}.u32(
      static_cast<std::uint32_t>(ahead_.size()));
}

// One that the image has had already must have been this one.
void TargetMeter::answer_on(Line& line, std::initializer_list<Bytes> payload) {
  const std::vector<std::uint8_t> octets = joined(payload);
  if (ahead_used_ == ahead_.size()) return line.send(Kind::answer, octets);
  if (ahead_[ahead_used_++] != octets) throw std::runtime_error("another answer was sent ahead");
}

int TargetMeter::describe(std::uint32_t index, meter_object_info& out) {
  host_.send(Kind::describe, big_endian(index));
  const Message done = run_until_done("describe");
  protocol::Reader in = done.reader();
  const auto result = static_cast<std::int32_t>(in.u32());
  in.skip(8);
  out = take_struct<meter_object_info>(in);
  return result;
}

meter::port::Statistics TargetMeter::statistics() {
  host_.send(Kind::statistics, {});
  const Message done = run_until_done("statistics");
  protocol::Reader in = done.reader();
  in.skip(12);
  return take_struct<meter::port::Statistics>(in);
}

std::uint32_t TargetMeter::arithmetic(meter::port::Operation operation,
                                      std::span<const std::array<std::uint64_t, 2>> pairs) {
  const auto number = static_cast<std::uint8_t>(operation);
  host_.send(Kind::arithmetic, joined({{&number, 1}, octets_of(pairs)}));
  return run_until_done("arithmetic").reader().u32();
}

void TargetMeter::set(Kind kind, Bytes payload) {
  host_.send(kind, payload);
  run_until_done("set");
}

// ---- Before an upcall: what changed outside ----

void TargetMeter::prepare(const meter_hal& from) {
  moment_.uptime_us = from.clock->uptime_us(from.context);
  moment_.rtc_ticks = from.rtc->ticks(from.context);
  moment_.rtc_lost = static_cast<std::uint32_t>(from.rtc->lost(from.context));
  synchronize_flash(from);
  const auto* const retained = static_cast<const std::uint8_t*>(from.retained);
  const Range range =
      difference({retained, from.retained_bytes}, {retained_.data(), from.retained_bytes});
  if (range.empty()) return;
  const Bytes octets(retained + range.first, range.end - range.first);
  set(Kind::set_retained, joined({big_endian(static_cast<std::uint32_t>(range.first)), octets}));
  std::copy(octets.begin(), octets.end(), retained_.begin() + static_cast<int>(range.first));
}

void TargetMeter::synchronize_flash(const meter_hal& from) {
  const PageMap unreadable = unreadable_pages(from);
  if (unreadable != unreadable_) set(Kind::set_unreadable, unreadable);
  unreadable_ = unreadable;
  std::array<std::uint8_t, METER_FLASH_PAGE_BYTES> page;
  for (std::uint32_t at = 0; at < kFlashOctets; at += METER_FLASH_PAGE_BYTES) {
    if (from.flash->read(from.context, at, page.data(), METER_FLASH_PAGE_BYTES) != 0) continue;
    const Range range = difference(page, {flash_.data() + at, page.size()});
    if (range.empty()) continue;
    const Bytes octets(page.data() + range.first, range.end - range.first);
    set(Kind::set_flash,
        joined({big_endian(at + static_cast<std::uint32_t>(range.first)), octets}));
    std::copy(page.begin(), page.end(), flash_.begin() + at);
  }
}

PageMap unreadable_pages(const meter_hal& hal) {
  PageMap map{};
  std::uint8_t octet;
  for (std::uint32_t page = 0; page < METER_FLASH_PAGES; ++page) {
    if (hal.flash->read(hal.context, page * METER_FLASH_PAGE_BYTES, &octet, 1) == 0) continue;
    map[page / 8] |= static_cast<std::uint8_t>(1u << page % 8);
  }
  return map;
}

// ---- During an upcall ----

Message TargetMeter::next_message(Line*& line) {
  Message message = host_.next();
  line = message.kind == Kind::crypto ? &crypto_ : &host_;
  return line == &crypto_ ? crypto_.next() : message;
}

Message TargetMeter::run_until_done(const char* what) {
  for (;;) {
    Line* line = nullptr;
    Message message = next_message(line);
    if (!serve(*line, message)) continue;
    protocol::Reader in = message.reader();
    in.u32();
    const std::uint64_t ticks = in.u32();
    const std::uint64_t pauses = in.u32();
    if (!in.ok()) throw std::runtime_error(what);
    const std::uint64_t watch = pauses * hello_.ticks_per_pause;
    constexpr std::uint64_t kTick_ns = 1'000'000'000 / meter::port::Stopwatch::kHz;
    last_instructions_ = ((ticks > watch ? ticks - watch : 0) * kTick_ns) >> Qemu::kShift;
    instructions_ += last_instructions_;
    return message;
  }
}

}  // namespace target
