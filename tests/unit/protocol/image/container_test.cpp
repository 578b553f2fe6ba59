// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "protocol/hosted/signed_image/signed_image.hpp"

namespace {

using namespace protocol;
using namespace protocol::image;

std::vector<std::uint8_t> octets_of(const std::string& hex) {
  std::vector<std::uint8_t> octets;
  for (std::size_t k = 0; k + 1 < hex.size(); k += 2) {
    octets.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(k, 2), nullptr, 16)));
  }
  return octets;
}

// The key of RFC 8032, 7.1, test 1, and the code "abc" of FIPS 180-4.
const PrivateKey kKey = [] {
  const auto octets = octets_of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  PrivateKey key;
  std::copy(octets.begin(), octets.end(), key.begin());
  return key;
}();
const std::vector<std::uint8_t> kCode{'a', 'b', 'c'};

std::vector<std::uint8_t> container() { return make_container("AD11A", "1.1.0", kCode, kKey); }

TEST(Container, LayoutIsThatOfTheVector) {
  EXPECT_EQ(public_key_of(kKey)[0], 0xd7);  // RFC 8032, 7.1
  const auto expected = octets_of(
      "414d5449010000004144313141000000312e312e300000000000000000000003"
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const auto made = container();
  ASSERT_EQ(made.size(), kHeadOctets + kCode.size());
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), made.begin()));
  EXPECT_TRUE(std::equal(kCode.begin(), kCode.end(), made.end() - 3));
  const auto head = decode(made);
  ASSERT_TRUE(head.ok());
  EXPECT_STREQ(head->variant.data(), "AD11A");
  EXPECT_STREQ(head->version.data(), "1.1.0");
  EXPECT_EQ(head->code_octets, 3u);
  const Identifier name = identifier_of(*head);
  EXPECT_EQ(std::string(name.bytes().begin(), name.bytes().end()), "AD11A 1.1.0 ba788579");
}

TEST(Container, AnotherSignatureIsAnotherName) {
  PrivateKey other = kKey;
  other[0] ^= 1;
  const auto twin = decode(make_container("AD11A", "1.1.0", kCode, other));
  ASSERT_TRUE(twin.ok());
  EXPECT_FALSE(std::ranges::equal(identifier_of(*twin).bytes(),
                                  identifier_of(*decode(container())).bytes()));
}

TEST(Container, EveryOctetIsUnderDigestOrSignature) {
  const auto good = container();
  const PublicKey key = public_key_of(kKey);
  ASSERT_TRUE(judge(good, key));
  for (std::size_t k = 0; k < good.size(); ++k) {
    auto bad = good;
    bad[k] ^= 0x10;
    EXPECT_FALSE(judge(bad, key)) << k;
  }
  for (std::size_t n = 0; n < good.size(); ++n) EXPECT_FALSE(judge(Bytes(good).first(n), key)) << n;
  auto longer = good;
  longer.push_back(0);
  EXPECT_FALSE(judge(longer, key));
  PrivateKey other = kKey;
  other[0] ^= 1;
  EXPECT_FALSE(judge(make_container("AD11A", "1.1.0", kCode, other), key));
}

TEST(Container, WhatIsNoneIsRefusedByName) {
  const auto with = [](std::size_t at, std::uint8_t octet) {
    auto octets = container();
    octets[at] = octet;
    return decode(octets).error();
  };
  EXPECT_EQ(decode(Bytes(container()).first(kHeadOctets - 1)).error(), Error::truncated);
  EXPECT_EQ(with(0, 'B'), Error::malformed);
  EXPECT_EQ(with(4, 2), Error::unsupported);
  EXPECT_EQ(with(7, 1), Error::malformed);
  EXPECT_EQ(with(8, 0), Error::malformed);     // no variant
  EXPECT_EQ(with(15, 'x'), Error::malformed);  // octets behind its end
  EXPECT_EQ(with(17, 7), Error::malformed);    // not printable
  EXPECT_EQ(with(31, 0), Error::malformed);    // no code
}

TEST(Container, AStandInIsOfItsObjectAlone) {
  const auto one = stand_in(kCode, 1000);
  EXPECT_EQ(one.size(), 1000u);
  EXPECT_EQ(one, stand_in(kCode, 1000));
  EXPECT_NE(one, stand_in(Bytes(kCode).first(2), 1000));
  EXPECT_TRUE(std::equal(one.begin(), one.begin() + 32, sha256(kCode).begin()));
}

}  // namespace
