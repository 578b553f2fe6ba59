// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/wrapper/wrapper.hpp"

#include <algorithm>
#include <cstring>

namespace protocol::wrapper {

Result<Header> decode_header(Bytes octets) {
  Reader in(octets);
  const std::uint16_t version = in.u16();
  Header header;
  header.source = in.u16();
  header.destination = in.u16();
  header.length = in.u16();
  if (!in.ok()) return Error::truncated;
  if (version != kVersion) return Error::malformed;
  return header;
}

void encode_header(const Header& header, Writer& out) {
  out.u16(kVersion);
  out.u16(header.source);
  out.u16(header.destination);
  out.u16(header.length);
}

Result<Message> decode(Bytes octets) {
  const Result<Header> header = decode_header(octets);
  if (!header) return header.error();
  const Bytes apdu = octets.subspan(kHeaderOctets);
  if (apdu.size() < header->length) return Error::truncated;
  if (apdu.size() > header->length) return Error::malformed;
  return Message{header->source, header->destination, apdu};
}

bool encode(const Message& message, Writer& out) {
  if (message.apdu.size() > 0xFFFF) return false;
  encode_header(
      {message.source, message.destination, static_cast<std::uint16_t>(message.apdu.size())}, out);
  out.bytes(message.apdu);
  return out.ok();
}

Deframer::Deframer(MutableBytes buffer) : buffer_(buffer) {
  PROTOCOL_ASSERT(buffer.size() > kHeaderOctets);
}

std::size_t Deframer::take(Bytes chunk) {
  if (broken_) return 0;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const std::size_t n = std::min(chunk.size(), buffer_.size() - end_);
  if (n > 0) std::memcpy(buffer_.data() + end_, chunk.data(), n);
  end_ += n;
  return n;
}

bool Deframer::next(Message& message) {
  if (broken_) return false;
  const Bytes held = Bytes(buffer_).subspan(begin_, end_ - begin_);
  // The version is looked at as soon as it is there: a foreign protocol may never send eight
  // octets.
  constexpr std::uint8_t kVersionOctets[2] = {kVersion >> 8, kVersion & 0xFF};
  const std::size_t n = std::min<std::size_t>(held.size(), 2);
  if (!std::equal(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(n), kVersionOctets)) {
    broken_ = true;
    return false;
  }
  const Result<Header> header = decode_header(held);
  if (!header) return false;  // more octets are needed: the version was right
  if (header->length > buffer_.size() - kHeaderOctets) {
    broken_ = true;
    return false;
  }
  if (held.size() - kHeaderOctets < header->length) return false;
  message = {header->source, header->destination, held.subspan(kHeaderOctets, header->length)};
  begin_ += kHeaderOctets + header->length;
  return true;
}

void Deframer::reset() {
  begin_ = end_ = 0;
  broken_ = false;
}

}  // namespace protocol::wrapper
