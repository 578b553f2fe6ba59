// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/prime/phy.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/rigs/prime/octets.hpp"

namespace protocol::prime {
namespace {

using namespace test;

template <typename Bits>
Octets all(const Bits& bits) {
  return Octets(bits.begin(), bits.end());
}

TEST(Golden, ScramblerSequence) {
  Octets bits(127 * 2);
  scramble(bits, 0);
  Octets expected = vector_bits("scrambler");
  ASSERT_EQ(expected.size(), 127u);
  expected.insert(expected.end(), expected.begin(), expected.begin() + 127);
  EXPECT_EQ(bits, expected);
  Octets later(50);
  scramble(later, 168);  // the header has used as many: 168 mod 127 = 41
  EXPECT_EQ(later, Octets(expected.begin() + 41, expected.begin() + 91));
}

TEST(Golden, EncoderImpulse) {
  Octets in(7);
  in[0] = 1;
  Octets out(14);
  convolve(in, out);
  EXPECT_EQ(out, vector_bits("encoder_impulse"));
}

TEST(Golden, Interleavers) {
  for (const std::size_t n : {84u, 96u, 192u, 288u}) {
    const auto expected = vector_list("interleaver_" + std::to_string(n));
    ASSERT_EQ(expected.size(), n);
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(interleaved_from(i, n), expected[i]) << n;
    Draws draws(n);
    Octets in = draws.octets(n), out(n), back(n);
    interleave(in, out);
    deinterleave(out, back);
    EXPECT_EQ(back, in);
    EXPECT_NE(out, in);
  }
}

TEST(Golden, PpduHeaderOfTheBeacon) {
  const PpduHeader header = header_of(vector_octets("beacon"), Scheme::dbpsk_f);
  EXPECT_EQ(header.symbols, 2);
  EXPECT_EQ(header.pad_octets, 0);
  const auto bits = encode(header);
  EXPECT_EQ(all(bits), vector_bits("ppdu_header"));
  Octets coded(kHeaderCodedBits);
  convolve(bits, coded);
  EXPECT_EQ(coded, vector_bits("ppdu_header_coded"));
  scramble(coded, 0);
  EXPECT_EQ(coded, vector_bits("ppdu_header_scrambled"));
  // The chain adds the interleaver, symbol by symbol.
  const auto sent = header_symbols(header);
  Octets back(kHeaderCodedBits);
  for (const std::size_t at : {0u, 84u}) {
    deinterleave(Bits(sent).subspan(at, 84), MutableBits(back).subspan(at, 84));
  }
  EXPECT_EQ(back, coded);
}

TEST(PpduHeader, ReadsBackAndEveryFlippedBitIsSeen) {
  for (const Scheme scheme : {Scheme::dbpsk_f, Scheme::d8psk, Scheme::dqpsk_f}) {
    Octets mpdu = Draws(7).octets(200);
    mpdu[0] &= 0x3F;
    const PpduHeader header = header_of(mpdu, scheme);
    auto bits = encode(header);
    ASSERT_TRUE(decode_header(bits).ok());
    EXPECT_EQ(*decode_header(bits), header);
    for (std::size_t i = 0; i < kHeaderBits - kHeaderFlushBits; ++i) {
      bits[i] ^= 1;
      EXPECT_FALSE(decode_header(bits).ok()) << i;
      bits[i] ^= 1;
    }
  }
}

// Undoes the chain as a receiver would, the code by its syndrome: a coded stream is right when the
// encoder makes it again.
TEST(Payload, ChainCarriesEveryLengthOfEveryScheme) {
  Octets bits(kMaxPayloadCodedBits), scratch(kMaxPayloadCodedBits), plain(kMaxPayloadCodedBits);
  for (const Scheme scheme : {Scheme::dbpsk, Scheme::dqpsk, Scheme::d8psk, Scheme::dbpsk_f,
                              Scheme::dqpsk_f, Scheme::d8psk_f}) {
    for (std::size_t n = 8; n <= max_mpdu_octets(scheme); n += 53) {
      const Octets mpdu = Draws(n).octets(n);
      const PpduHeader header = header_of(mpdu, scheme);
      const std::size_t size = payload_symbols_bits(mpdu, scheme, scratch, bits);
      const std::size_t per_symbol = bits_per_symbol(scheme) * (is_coded(scheme) ? 2 : 1);
      ASSERT_EQ(size, header.symbols * per_symbol);
      ASSERT_LT(header.pad_octets * 8, bits_per_symbol(scheme));
      Octets received(bits.begin(), bits.begin() + static_cast<std::ptrdiff_t>(size));
      if (is_coded(scheme)) {
        for (std::size_t at = 0; at < size; at += per_symbol) {
          deinterleave(Bits(bits).subspan(at, per_symbol),
                       MutableBits(received).subspan(at, per_symbol));
        }
      }
      scramble(received, kHeaderCodedBits);
      const std::size_t n_plain = payload_bits(mpdu, scheme, plain);
      Octets expected(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(n_plain));
      if (is_coded(scheme)) {
        Octets coded(2 * n_plain);
        convolve(expected, coded);
        expected = coded;
      }
      ASSERT_EQ(received, expected) << "scheme " << int(scheme) << " octets " << n;
    }
  }
}

TEST(Payload, AirtimesOfTheTable) {
  EXPECT_EQ(airtime_us(256, Scheme::dbpsk_f), 100'608);
  EXPECT_EQ(airtime_us(256, Scheme::dqpsk_f), 53'568);
  EXPECT_EQ(airtime_us(256, Scheme::d8psk_f), 37'888);
  EXPECT_EQ(airtime_us(21, Scheme::dbpsk_f), 13'248);
  EXPECT_EQ(airtime_us(384, Scheme::dbpsk_f), 147'648);
}

}  // namespace
}  // namespace protocol::prime
