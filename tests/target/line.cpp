// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/target/line.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>

#include "protocol/hdlc/fcs.hpp"

namespace target {
namespace {

using meter::port::kFcsOctets;
using meter::port::kHeadOctets;
using meter::port::kSync;

constexpr int kPatience_ms = 30'000;

}  // namespace

std::vector<std::uint8_t> framed(Kind kind, Bytes payload) {
  std::vector<std::uint8_t> frame(kHeadOctets + payload.size() + kFcsOctets);
  protocol::Writer out{frame};
  out.u8(kSync);
  out.u8(static_cast<std::uint8_t>(kind));
  out.u32(static_cast<std::uint32_t>(payload.size()));
  out.bytes(payload);
  out.u16(protocol::hdlc::fcs16(out.written().subspan(1)));
  return frame;
}

void Line::send(Kind kind, Bytes payload) {
  const std::vector<std::uint8_t> frame = framed(kind, payload);
  if (upcalls_ == nullptr) return send_octets(frame);
  const bool answer = kind == Kind::answer;
  const std::size_t room = answer ? meter::port::kMaxAnswerOctets : meter::port::kMaxUpcallOctets;
  if (frame.size() - 1 > room) throw std::runtime_error("a message longer than its box");
  std::memcpy(answer ? answers_ : upcalls_, frame.data() + 1, frame.size() - 1);
  send_octets({&meter::port::kSyncInRam, 1});
}

void Line::send_octets(Bytes octets) {
  for (std::size_t sent = 0; sent < octets.size();) {
    const ssize_t n = ::send(fd_, octets.data() + sent, octets.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) throw std::runtime_error("the image's line is closed");
    sent += static_cast<std::size_t>(n);
  }
  octets_out_ += octets.size();
}

void Line::read_more() {
  std::array<std::uint8_t, 4096> chunk;
  pollfd end{fd_, POLLIN, 0};
  if (poll(&end, 1, kPatience_ms) <= 0) throw std::runtime_error("the image fell silent");
  const ssize_t n = recv(fd_, chunk.data(), chunk.size(), 0);
  if (n <= 0) throw std::runtime_error("QEMU has ended");
  pending_.insert(pending_.end(), chunk.begin(), chunk.begin() + n);
  octets_in_ += static_cast<std::uint64_t>(n);
}

Message Line::next() {
  Message message;
  while (pending_.size() < kHeadOctets) read_more();
  protocol::Reader in(pending_);
  const bool in_step = in.u8() == kSync;
  message.kind = static_cast<Kind>(in.u8());
  const std::size_t n = in.u32();
  const std::size_t whole = kHeadOctets + n + kFcsOctets;
  if (!in_step) throw std::runtime_error("the image lost its framing");
  while (pending_.size() < whole) read_more();
  const Bytes frame(pending_.data(), whole);
  protocol::Reader tail(frame.last(kFcsOctets));
  if (tail.u16() != protocol::hdlc::fcs16(frame.subspan(1, whole - 1 - kFcsOctets))) {
    throw std::runtime_error("a damaged message from the image");
  }
  message.payload.assign(frame.begin() + kHeadOctets, frame.end() - kFcsOctets);
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(whole));
  return message;
}

std::vector<std::uint8_t> joined(std::initializer_list<Bytes> parts) {
  std::vector<std::uint8_t> all;
  for (const Bytes part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::array<std::uint8_t, 4> big_endian(std::uint32_t value) {
  std::array<std::uint8_t, 4> octets;
  protocol::Writer out{octets};
  out.u32(value);
  return octets;
}

}  // namespace target
