// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/crypto_openssl/engine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "tests/rigs/octets/octets.hpp"

namespace protocol::crypto {
namespace {

using rigs::concat;
using rigs::hex;
using rigs::Octets;

Key128 key_of(std::string_view text) {
  const Octets octets = hex(text);
  Key128 key{};
  std::copy(octets.begin(), octets.end(), key.begin());
  return key;
}

// The Green Book's examples: one key pair, one system title, one counter.
const Key128 kUnicast = key_of("000102030405060708090A0B0C0D0E0F");
const Octets kAuthentication = hex("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF");
const Octets kIv = hex("4D4D4D0000BC614E 01234567");
const Octets kGetClock = hex("C0010000080000010000FF0200");

class EngineTest : public testing::Test {
 protected:
  struct Sealed {
    Octets text;
    Octets tag;
  };
  Sealed seal(const Key128& key, const Octets& iv, const Octets& aad, const Octets& in) {
    Sealed sealed{Octets(in.size()), Octets(kTagOctets)};
    EXPECT_TRUE(engine_.gcm_seal(key, iv, aad, in, sealed.text, sealed.tag));
    return sealed;
  }
  OpensslEngine engine_{[](MutableBytes out) { std::fill(out.begin(), out.end(), 0xA5); }};
};

TEST_F(EngineTest, GloGetRequestAuthenticatedOnly) {
  const Sealed sealed = seal(kUnicast, kIv, concat({hex("10"), kAuthentication, kGetClock}), {});
  EXPECT_EQ(sealed.tag, hex("06725D910F9221D263877516"));
}

TEST_F(EngineTest, GloGetRequestEncryptedOnly) {
  EXPECT_EQ(seal(kUnicast, kIv, {}, kGetClock).text, hex("411312FF935A47566827C467BC"));
}

TEST_F(EngineTest, GloGetRequestAuthenticatedAndEncrypted) {
  const Sealed sealed = seal(kUnicast, kIv, concat({hex("30"), kAuthentication}), kGetClock);
  EXPECT_EQ(sealed.text, hex("411312FF935A47566827C467BC"));
  EXPECT_EQ(sealed.tag, hex("7D825C3BE4A77C3FCC056B6B"));
}

TEST_F(EngineTest, GloInitiateRequestAndResponse) {
  const Octets aad = concat({hex("30"), kAuthentication});
  const Sealed request = seal(
      kUnicast, kIv, aad, hex("01011000112233445566778899AABBCCDDEEFF0000065F1F0400007E1F04B0"));
  EXPECT_EQ(request.text, hex("801302FF8A7874133D414CED25B42534D28DB0047720606B175BD52211BE68"));
  EXPECT_EQ(request.tag, hex("41DB204D39EE6FDB8E356855"));
  const Sealed response = seal(kUnicast, kIv, aad, hex("0800065F1F0400007C1F04000007"));
  EXPECT_EQ(response.text, hex("891214A0845E475714383F65BC19"));
  EXPECT_EQ(response.tag, hex("745CA235906525E4F3E1C893"));
}

TEST_F(EngineTest, Hls5AnswersToBothChallenges) {
  const Octets server_challenge = hex("503677524A323146");  // "P6wRJ21F"
  const Octets client_challenge = hex("4B35366956616759");  // "K56iVagY"
  EXPECT_EQ(seal(kUnicast, hex("4D4D4D0000000001 00000001"),
                 concat({hex("10"), kAuthentication, server_challenge}), {})
                .tag,
            hex("1A52FE7DD3E72748973C1E28"));
  EXPECT_EQ(seal(kUnicast, kIv, concat({hex("10"), kAuthentication, client_challenge}), {}).tag,
            hex("FE1466AFB3DBCD4F9389E2B7"));
}

TEST_F(EngineTest, OpensInPlaceWhatItSealedInPlace) {
  const Octets aad = concat({hex("30"), kAuthentication});
  Octets buffer = kGetClock;
  Octets tag(kTagOctets);
  ASSERT_TRUE(engine_.gcm_seal(kUnicast, kIv, aad, buffer, buffer, tag));
  ASSERT_TRUE(engine_.gcm_open(kUnicast, kIv, aad, buffer, tag, buffer));
  EXPECT_EQ(buffer, kGetClock);
}

TEST_F(EngineTest, AnyFlippedBitIsRefusedAndTheOutputZeroed) {
  const Octets aad = concat({hex("30"), kAuthentication});
  const Sealed sealed = seal(kUnicast, kIv, aad, kGetClock);
  const Octets whole = concat({aad, sealed.text, sealed.tag});
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Octets damaged = whole;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    const Bytes all(damaged);
    Octets out(sealed.text.size(), 0xEE);
    ASSERT_FALSE(engine_.gcm_open(kUnicast, kIv, all.first(aad.size()),
                                  all.subspan(aad.size(), sealed.text.size()), all.last(kTagOctets),
                                  out))
        << "bit " << bit;
    ASSERT_EQ(out, Octets(out.size(), 0));
  }
}

TEST_F(EngineTest, AFailedOpenLeavesNoTraceInTheNextCall) {
  const Octets aad = concat({hex("30"), kAuthentication});
  const Sealed sealed = seal(kUnicast, kIv, aad, kGetClock);
  Octets out(kGetClock.size());
  EXPECT_FALSE(
      engine_.gcm_open(kUnicast, kIv, aad, sealed.text, hex("000000000000000000000000"), out));
  EXPECT_TRUE(engine_.gcm_open(kUnicast, kIv, aad, sealed.text, sealed.tag, out));
  EXPECT_EQ(out, kGetClock);
}

TEST_F(EngineTest, WrongSizesAreRefused) {
  Octets out(kGetClock.size());
  Octets tag(kTagOctets);
  EXPECT_FALSE(engine_.gcm_seal(kUnicast, hex("0011"), {}, kGetClock, out, tag));
  Octets short_out(kGetClock.size() - 1);
  EXPECT_FALSE(engine_.gcm_seal(kUnicast, kIv, {}, kGetClock, short_out, tag));
  Octets no_tag;
  EXPECT_FALSE(engine_.gcm_seal(kUnicast, kIv, {}, kGetClock, out, no_tag));
  EXPECT_FALSE(engine_.gcm_open(kUnicast, kIv, {}, kGetClock, no_tag, out));
  Octets wrapped(24);
  EXPECT_FALSE(engine_.wrap(kUnicast, Octets(15), wrapped));
  EXPECT_FALSE(engine_.wrap(kUnicast, Octets(8), wrapped));
  EXPECT_FALSE(engine_.unwrap(kUnicast, Octets(16), wrapped));
}

TEST_F(EngineTest, Rfc3394Section4Point1) {
  const Octets plain = hex("00112233445566778899AABBCCDDEEFF");
  Octets wrapped(24);
  ASSERT_TRUE(engine_.wrap(kUnicast, plain, wrapped));
  EXPECT_EQ(wrapped, hex("1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5"));
  Octets unwrapped(16);
  ASSERT_TRUE(engine_.unwrap(kUnicast, wrapped, unwrapped));
  EXPECT_EQ(unwrapped, plain);
}

TEST_F(EngineTest, ADamagedWrappedKeyIsRefusedAndTheNextOneStillOpens) {
  const Octets good = hex("1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5");
  for (std::size_t at = 0; at < good.size(); ++at) {
    Octets damaged = good;
    damaged[at] ^= 0x40;
    Octets out(16, 0xEE);
    ASSERT_FALSE(engine_.unwrap(kUnicast, damaged, out));
    ASSERT_EQ(out, Octets(16, 0));
    ASSERT_TRUE(engine_.unwrap(kUnicast, good, out));
  }
}

TEST_F(EngineTest, RandomOctetsComeFromTheCaller) {
  Octets out(5);
  engine_.random(out);
  EXPECT_EQ(out, Octets(5, 0xA5));
  OpensslEngine real(system_random());
  Octets first(32), second(32);
  real.random(first);
  real.random(second);
  EXPECT_NE(first, second);
}

}  // namespace
}  // namespace protocol::crypto
