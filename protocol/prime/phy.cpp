// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/prime/phy.hpp"

#include <algorithm>
#include <bit>

#include "protocol/prime/crc.hpp"

namespace protocol::prime {
namespace {

// Generators of clause 7.5.2, newest bit on the left.
constexpr unsigned kGenerator1 = 0171;
constexpr unsigned kGenerator2 = 0133;
constexpr unsigned kConstraintLength = 7;
constexpr std::size_t kSequenceLength = 127;

constexpr std::array<std::uint8_t, kSequenceLength> kSequence = [] {
  std::array<std::uint8_t, kSequenceLength> bits{};
  std::array<std::uint8_t, 7> shift{};
  for (std::uint8_t& cell : shift) cell = 1;
  for (std::uint8_t& bit : bits) {
    bit = shift[6] ^ shift[3];  // x_n = x_(n-7) + x_(n-4)
    for (std::size_t i = 6; i > 0; --i) shift[i] = shift[i - 1];
    shift[0] = bit;
  }
  return bits;
}();

class BitWriter {
 public:
  explicit BitWriter(MutableBits out) : out_(out) {}
  void put(unsigned value, unsigned bits) {
    for (unsigned i = bits; i-- > 0;) out_[at_++] = (value >> i) & 1u;
  }
  std::size_t size() const { return at_; }

 private:
  MutableBits out_;
  std::size_t at_ = 0;
};

unsigned take(Bits bits, std::size_t& at, unsigned count) {
  unsigned value = 0;
  for (unsigned i = 0; i < count; ++i) value = value << 1 | bits[at++];
  return value;
}

// 70 bits, most significant first, as a number with leading zeros does not change the CRC: its
// register starts at zero.
std::uint8_t crc_ctrl(Bits bits) {
  std::uint8_t crc = 0;
  for (const std::uint8_t bit : bits) {
    const unsigned feedback = (crc >> 7) ^ bit;
    crc = static_cast<std::uint8_t>((crc << 1) ^ (feedback != 0 ? 0x07 : 0));
  }
  return crc;
}

constexpr std::size_t kCheckedBits = kHeaderBits - kHeaderFlushBits - 8;

}  // namespace

PpduHeader header_of(Bytes mpdu, Scheme scheme) {
  PROTOCOL_ASSERT(mpdu.size() >= kHeaderMpduOctets && mpdu.size() <= max_mpdu_octets(scheme));
  PpduHeader header;
  header.scheme = scheme;
  header.symbols = static_cast<std::uint8_t>(payload_symbols(mpdu.size(), scheme));
  const std::size_t used =
      (mpdu.size() - kHeaderMpduOctets) * 8 + (is_coded(scheme) ? kFlushBits : 0);
  header.pad_octets =
      static_cast<std::uint8_t>((header.symbols * bits_per_symbol(scheme) - used) / 8);
  std::copy_n(mpdu.begin(), kHeaderMpduOctets, header.mac.begin());
  return header;
}

std::array<std::uint8_t, kHeaderBits> encode(const PpduHeader& header) {
  std::array<std::uint8_t, kHeaderBits> bits{};
  BitWriter out(bits);
  out.put(static_cast<unsigned>(header.scheme), 4);
  out.put(header.symbols, 6);
  out.put(header.pad_octets, 6);
  out.put(header.mac[0] & 0x3F, 6);  // without the two unused bits
  for (std::size_t i = 1; i < header.mac.size(); ++i) out.put(header.mac[i], 8);
  PROTOCOL_ASSERT(out.size() == kCheckedBits);
  out.put(crc_ctrl(Bits(bits).first(kCheckedBits)), 8);
  out.put(0, kHeaderFlushBits);
  return bits;
}

Result<PpduHeader> decode_header(std::span<const std::uint8_t, kHeaderBits> bits) {
  if (crc_ctrl(Bits(bits).first(kCheckedBits + 8)) != 0) return Error::bad_checksum;
  std::size_t at = 0;
  const unsigned scheme = take(bits, at, 4);
  if (!is_scheme(static_cast<std::uint8_t>(scheme))) return Error::unsupported;
  PpduHeader header;
  header.scheme = static_cast<Scheme>(scheme);
  header.symbols = static_cast<std::uint8_t>(take(bits, at, 6));
  header.pad_octets = static_cast<std::uint8_t>(take(bits, at, 6));
  header.mac[0] = static_cast<std::uint8_t>(take(bits, at, 6));
  for (std::size_t i = 1; i < header.mac.size(); ++i) {
    header.mac[i] = static_cast<std::uint8_t>(take(bits, at, 8));
  }
  return header;
}

std::size_t payload_bits(Bytes mpdu, Scheme scheme, MutableBits out) {
  const PpduHeader header = header_of(mpdu, scheme);
  const std::size_t size = header.symbols * bits_per_symbol(scheme);
  if (out.size() < size) return 0;
  BitWriter bits(out);
  for (const std::uint8_t octet : mpdu.subspan(kHeaderMpduOctets)) bits.put(octet, 8);
  while (bits.size() < size) bits.put(0, 1);  // flush and pad
  return size;
}

void convolve(Bits in, MutableBits out) {
  PROTOCOL_ASSERT(out.size() == 2 * in.size());
  unsigned window = 0;
  for (std::size_t i = 0; i < in.size(); ++i) {
    window = window >> 1 | static_cast<unsigned>(in[i]) << (kConstraintLength - 1);
    out[2 * i] = std::popcount(window & kGenerator1) & 1;
    out[2 * i + 1] = std::popcount(window & kGenerator2) & 1;
  }
}

void scramble(MutableBits bits, std::size_t offset) {
  std::size_t at = offset % kSequenceLength;
  for (std::uint8_t& bit : bits) {
    bit ^= kSequence[at];
    at = at + 1 == kSequenceLength ? 0 : at + 1;
  }
}

std::size_t interleaved_from(std::size_t position, std::size_t n) {
  PROTOCOL_ASSERT(position < n && n % interleaver_step(n) == 0);
  const std::size_t s = interleaver_step(n);
  const std::size_t rows = n / s;
  if (kInterleaverInverse) return rows * (position % s) + position / s;
  return s * (position % rows) + position / rows;
}

void interleave(Bits in, MutableBits out) {
  PROTOCOL_ASSERT(in.size() == out.size());
  for (std::size_t i = 0; i < in.size(); ++i) out[i] = in[interleaved_from(i, in.size())];
}

void deinterleave(Bits in, MutableBits out) {
  PROTOCOL_ASSERT(in.size() == out.size());
  for (std::size_t i = 0; i < in.size(); ++i) out[interleaved_from(i, in.size())] = in[i];
}

std::array<std::uint8_t, kHeaderCodedBits> header_symbols(const PpduHeader& header) {
  std::array<std::uint8_t, kHeaderCodedBits> coded{};
  std::array<std::uint8_t, kHeaderCodedBits> sent{};
  convolve(encode(header), coded);
  scramble(coded, 0);
  for (std::size_t at = 0; at < coded.size(); at += kDataSubcarriersHeader) {
    interleave(Bits(coded).subspan(at, kDataSubcarriersHeader),
               MutableBits(sent).subspan(at, kDataSubcarriersHeader));
  }
  return sent;
}

std::size_t payload_symbols_bits(Bytes mpdu, Scheme scheme, MutableBits scratch, MutableBits out) {
  const std::size_t plain = payload_bits(mpdu, scheme, out);
  const std::size_t size = is_coded(scheme) ? 2 * plain : plain;
  if (plain == 0 || scratch.size() < size || out.size() < size) return 0;
  const MutableBits bits = scratch.first(size);
  if (is_coded(scheme)) {
    convolve(Bits(out).first(plain), bits);
  } else {
    std::copy_n(out.begin(), plain, bits.begin());
  }
  scramble(bits, kScramblerContinues ? kHeaderCodedBits : 0);
  if (!is_coded(scheme)) {
    std::copy(bits.begin(), bits.end(), out.begin());
    return size;
  }
  const std::size_t symbol = 2 * bits_per_symbol(scheme);
  for (std::size_t at = 0; at < size; at += symbol) {
    interleave(Bits(bits).subspan(at, symbol), out.subspan(at, symbol));
  }
  return size;
}

}  // namespace protocol::prime
