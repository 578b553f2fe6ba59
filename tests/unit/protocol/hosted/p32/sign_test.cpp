// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/p32/sign.hpp"

#include <gtest/gtest.h>

#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/text.hpp"
#include "tests/unit/protocol/hosted/p32/samples.hpp"

namespace protocol::p32::test {
namespace {

std::string hex(Bytes octets) {
  std::string text;
  put_hex(octets, text);
  return text;
}

const SignedOrder& order_of(const Decoded& decoded) {
  return std::get<SignedOrder>(decoded.message().body);
}

// RFC 8032 7.1 test 1.
TEST(Sign, PublicKeyOfTheTestKey) {
  EXPECT_EQ(hex(Signer(test_key()).public_key()),
            "D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F707511A");
}

TEST(Sign, CanonicalOctetsAreThoseOfTheManual) {
  EXPECT_EQ(
      canonical_order(relay_order()),
      "<Order xmlns=\"urn:amitwin:p32ex:1\" dc=\"DC01\" from=\"2026-01-05T00:00:00.000Z\" "
      "id=\"HES-O-1\" kind=\"relay\" priority=\"2\" seq=\"1\" until=\"2026-01-06T00:00:00.000Z\">"
      "<Meter id=\"0000000101\"></Meter><Meter id=\"0000000102\"></Meter>"
      "<Relay action=\"open\"></Relay></Order>");
}

TEST(Sign, SameOrderSameSignature) {
  const Signer signer(test_key());
  EXPECT_EQ(signer.sign(relay_order()), signer.sign(relay_order()));
}

TEST(Sign, EveryGoldenOrderVerifiesFromItsFile) {
  const Verifier verifier(Signer(test_key()).public_key());
  for (const Sample& sample : order_samples()) {
    const Decoded decoded = decode(vector_file(sample.name + ".xml"));
    ASSERT_TRUE(decoded.ok()) << sample.name << decoded.problem().text();
    EXPECT_TRUE(verifier.verify(order_of(decoded))) << sample.name;
  }
}

TEST(Sign, OrdersInsideWorkVerify) {
  const Verifier verifier(Signer(test_key()).public_key());
  const Decoded decoded = decode(vector_file("work.xml"));
  ASSERT_TRUE(decoded.ok());
  const auto& item = std::get<Work>(decoded.message().body).items[2];
  EXPECT_TRUE(verifier.verify(std::get<SignedOrder>(item.body)));
}

// What an XML tool may do to a message on its way without touching the signed octets.
TEST(Sign, OrderSurvivesAnotherMakersXmlTool) {
  const Verifier verifier(Signer(test_key()).public_key());
  std::string xml = vector_file("order_relay.xml");
  xml = replaced(xml, "<Order xmlns=\"urn:amitwin:p32ex:1\" dc=\"DC01\"", "<Order   dc='DC01'");
  xml = replaced(xml, "<Meter id=\"0000000101\"></Meter>", "<Meter id='&#48;000000101'\n/>");
  xml = replaced(xml, "id=\"HES-O-1\" kind=\"relay\"", "kind=\"relay\" id=\"HES-O-1\"");
  xml = replaced(xml, "<Relay ", "<!-- a comment --><Relay ");
  const Decoded decoded = decode(xml);
  ASSERT_TRUE(decoded.ok()) << decoded.problem().text();
  EXPECT_EQ(order_of(decoded).canonical, canonical_order(relay_order()));
  EXPECT_TRUE(verifier.verify(order_of(decoded)));
}

// An order that another maker wrote with its own white space is signed with it, and keeps it when
// we store and hand it on.
TEST(Sign, ForeignFormIsHandedOnAsItWasSigned) {
  const Signer signer(test_key());
  Message message = order_samples()[0].message;
  std::string xml = replaced(encode(message), "<Relay ", "\n  <Relay ");
  Decoded decoded = decode(xml);
  ASSERT_TRUE(decoded.ok());
  const SignedOrder foreign = order_of(decoded);
  EXPECT_NE(foreign.canonical, canonical_order(foreign.order));
  message.body = foreign;
  decoded = decode(encode(message));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(order_of(decoded).canonical, foreign.canonical);
  EXPECT_EQ(order_of(decoded).order, relay_order());
}

TEST(Sign, WhateverIsChangedDoesNotVerify) {
  const Signer signer(test_key());
  const Verifier verifier(signer.public_key());
  const std::string xml = vector_file("order_relay.xml");
  const std::pair<const char*, const char*> changes[] = {{"action=\"open\"", "action=\"close\""},
                                                         {"dc=\"DC01\"", "dc=\"DC02\""},
                                                         {"seq=\"1\" until", "seq=\"2\" until"},
                                                         {"until=\"2026", "until=\"2027"},
                                                         {"0000000102", "0000000103"},
                                                         {"<Meter id=\"0000000102\"></Meter>", ""},
                                                         {"<Relay ", " <Relay "},
                                                         {"priority=\"2\"", "priority=\"1\""}};
  for (const auto& [from, to] : changes) {
    const Decoded decoded = decode(replaced(xml, from, to));
    ASSERT_TRUE(decoded.ok()) << from << ": " << decoded.problem().text();
    EXPECT_FALSE(verifier.verify(order_of(decoded))) << from;
  }
}

TEST(Sign, AnotherKeyDoesNotVerify) {
  PrivateKey other = test_key();
  other[31] ^= 1;
  const Signer signer(other);
  SignedOrder order = signer.sign(relay_order());
  const Verifier verifier(Signer(test_key()).public_key());
  EXPECT_FALSE(verifier.verify(order));
  order.signature.key = verifier.id();  // claims to be ours
  EXPECT_FALSE(verifier.verify(order));
}

TEST(Sign, AnyBitOfTheSignatureCounts) {
  const Signer signer(test_key());
  const Verifier verifier(signer.public_key());
  const SignedOrder good = signer.sign(relay_order());
  for (std::size_t bit = 0; bit < kSignatureOctets * 8; ++bit) {
    SignedOrder bad = good;
    bad.signature.octets[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_FALSE(verifier.verify(bad)) << bit;
  }
  SignedOrder none = good;
  none.signature.octets.clear();
  EXPECT_FALSE(verifier.verify(none));
}

TEST(Sign, KeyIdIsTheHashOfThePublicKey) {
  // sha256(D75A98...511A), first 8 octets.
  EXPECT_EQ(key_id(Signer(test_key()).public_key()), "21FE31DFA154A261");
}

}  // namespace
}  // namespace protocol::p32::test
