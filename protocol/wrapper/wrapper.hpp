// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocol/bytes.hpp"

namespace protocol::wrapper {

// IEC 62056-47: version, source wPort, destination wPort, length of the APDU, two octets each.
// wPort numbers are the client and server addresses (SAPs).
inline constexpr std::size_t kHeaderOctets = 8;
inline constexpr std::uint16_t kVersion = 1;

struct Header {
  std::uint16_t source = 0;
  std::uint16_t destination = 0;
  std::uint16_t length = 0;
  friend constexpr bool operator==(const Header&, const Header&) = default;
};

// From the first kHeaderOctets of `octets`; Error::malformed for a version other than 1.
Result<Header> decode_header(Bytes octets);
void encode_header(const Header& header, Writer& out);

struct Message {
  std::uint16_t source = 0;
  std::uint16_t destination = 0;
  Bytes apdu;
};
// A datagram holds one message and nothing else.
Result<Message> decode(Bytes octets);
// Header and APDU; false when it does not fit or is longer than a length field can say.
bool encode(const Message& message, Writer& out);

// Cuts a TCP stream into messages, kept in the caller's buffer (header and longest APDU). The
// wrapper has no mark to resynchronise on: after a wrong version or a length above the limit
// nothing that follows can be trusted, so the deframer stays broken and its owner closes the
// connection.
//   for (Bytes rest = chunk; !rest.empty() && !deframer.broken();) {
//     rest = rest.subspan(deframer.take(rest));
//     while (deframer.next(message)) handle(message);
//   }
class Deframer {
 public:
  explicit Deframer(MutableBytes buffer);

  // Copies as much as there is room for and says how much; nothing once broken. There is room again
  // after next() has returned false.
  std::size_t take(Bytes chunk);
  // The next whole message; a view into the buffer, valid until the next take() or reset().
  bool next(Message& message);
  bool broken() const { return broken_; }
  // A new connection.
  void reset();

 private:
  MutableBytes buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool broken_ = false;
};

}  // namespace protocol::wrapper
