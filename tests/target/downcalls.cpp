// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Downcalls of the image, served from the platform's table.
#include <algorithm>
#include <stdexcept>

#include "tests/target/target_meter.hpp"

namespace target {
namespace {

std::uint32_t size32(Bytes octets) { return static_cast<std::uint32_t>(octets.size()); }

}  // namespace

// True when the upcall is over.
bool TargetMeter::serve(const Message& message) {
  if (message.kind == Kind::done) return true;
  const protocol::Reader in = message.reader();
  if (message.kind == Kind::fault) {
    throw std::runtime_error("the image stopped: " +
                             std::string(message.payload.begin(), message.payload.end()));
  }
  const bool known = serve_time(message.kind, in) || serve_memory(message.kind, in) ||
                     serve_buffers(message.kind, in) || serve_outputs(message.kind, in) ||
                     serve_plc(message.kind, in) || serve_beacons(message.kind, in) ||
                     serve_crypto(message.kind, in);
  if (!known) throw std::runtime_error("a message nobody knows");
  return false;
}

bool TargetMeter::serve_time(Kind kind, protocol::Reader in) {
  if (kind != Kind::alarm_us && kind != Kind::rtc_match && kind != Kind::rtc_set) return false;
  const auto time = static_cast<std::int64_t>(in.u64());
  if (kind == Kind::alarm_us) {
    hal_->alarm_us(hal_->context, time);
  } else if (kind == Kind::rtc_match) {
    hal_->rtc_match(hal_->context, time);
  } else {
    hal_->rtc_set(hal_->context, time);
    std::array<std::uint8_t, 9> now;
    protocol::Writer out{now};
    out.u64(static_cast<std::uint64_t>(hal_->rtc_ticks(hal_->context)));
    out.u8(hal_->rtc_lost(hal_->context) != 0 ? 1 : 0);
    answer({now});
  }
  return true;
}

bool TargetMeter::serve_memory(Kind kind, protocol::Reader in) {
  if (kind == Kind::flash_write) {
    const std::uint32_t address = in.u32();
    const Bytes data = in.rest();
    const int result = hal_->flash_write(hal_->context, address, data.data(), size32(data));
    answer_flash(result != 0, address, size32(data));
  } else if (kind == Kind::flash_erase) {
    const std::uint32_t page = in.u32();
    const int result = hal_->flash_erase(hal_->context, page);
    answer_flash(result != 0, page * METER_FLASH_PAGE_BYTES, METER_FLASH_PAGE_BYTES);
  } else if (kind == Kind::retained) {
    const std::uint32_t offset = in.u32();
    const Bytes octets = in.rest();
    if (offset + octets.size() > METER_RETAINED_BYTES) throw std::runtime_error("retained");
    auto* const retained = static_cast<std::uint8_t*>(hal_->retained(hal_->context));
    std::copy(octets.begin(), octets.end(), retained + offset);
    std::copy(octets.begin(), octets.end(), retained_.begin() + offset);
  } else {
    return false;
  }
  return true;
}

void TargetMeter::answer_flash(bool failed, std::uint32_t address, std::uint32_t n) {
  std::vector<std::uint8_t> now(n);
  const bool readable = hal_->flash_read(hal_->context, address, now.data(), n) == 0;
  const std::array<std::uint8_t, 2> flags = {static_cast<std::uint8_t>(failed ? 1 : 0),
                                             static_cast<std::uint8_t>(readable ? 1 : 0)};
  if (readable) {
    std::copy(now.begin(), now.end(), flash_.begin() + address);
    answer({flags, now});
  } else {
    unreadable_ = unreadable_pages(*hal_);
    answer({flags, unreadable_});
  }
}

bool TargetMeter::serve_buffers(Kind kind, protocol::Reader in) {
  if (kind == Kind::buffer_take) {
    std::uint8_t* const buffer = hal_->buffer_take(hal_->context);
    if (buffer == nullptr) {
      answer_octet(meter::port::kNoSlot);
      return true;
    }
    const auto slot = std::find(buffers_.begin(), buffers_.end(), nullptr);
    if (slot == buffers_.end()) throw std::runtime_error("more buffers than slots");
    *slot = buffer;
    answer_octet(static_cast<std::uint8_t>(slot - buffers_.begin()));
  } else if (kind == Kind::buffer_give) {
    const std::uint8_t slot = in.u8();
    std::uint8_t nowhere = 0;  // the firmware gave what it never took
    std::uint8_t* const buffer = slot < buffers_.size() ? buffers_[slot] : &nowhere;
    if (slot < buffers_.size()) buffers_[slot] = nullptr;
    hal_->buffer_give(hal_->context, buffer);
  } else {
    return false;
  }
  return true;
}

bool TargetMeter::serve_outputs(Kind kind, protocol::Reader in) {
  if (kind == Kind::uart_send) {
    const auto port = static_cast<meter_uart>(in.u8());
    const Bytes frame = in.rest();
    answer_octet(hal_->uart_send(hal_->context, port, frame.data(), size32(frame)) != 0);
  } else if (kind == Kind::work) {
    const auto work = static_cast<meter_work>(in.u8());
    hal_->work(hal_->context, work, in.u32());
  } else if (kind == Kind::work_done_us) {
    std::array<std::uint8_t, 8> done;
    protocol::Writer out{done};
    out.u64(static_cast<std::uint64_t>(hal_->work_done_us(hal_->context)));
    answer({done});
  } else if (kind == Kind::relay_drive) {
    hal_->relay_drive(hal_->context, in.u8());
  } else if (kind == Kind::pulse) {
    const auto output = static_cast<meter_pulse_output>(in.u8());
    const std::uint64_t count = in.u64();
    hal_->pulse(hal_->context, output, count, static_cast<std::int64_t>(in.u64()));
  } else {
    return false;
  }
  return true;
}

}  // namespace target
