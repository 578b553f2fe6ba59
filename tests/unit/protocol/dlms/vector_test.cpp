// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "protocol/dlms/acse.hpp"
#include "protocol/dlms/hls.hpp"
#include "protocol/dlms/initiate.hpp"
#include "protocol/dlms/services.hpp"
#include "rig.hpp"

namespace protocol_test {
namespace {

using dlms::Wrapping;

class Vector : public ::testing::Test {
 protected:
  std::string ciphered(const std::string& plain, std::uint8_t control) {
    const dlms::Sealing sealing{keys, kMeterTitle, 0x01234567, control};
    Octets buffer(200), scratch(200);
    protocol::Writer out(buffer);
    EXPECT_TRUE(dlms::encode_ciphered(Wrapping::glo, sealing, golden(plain), engine, scratch, out));
    return to_hex(out.written());
  }
  std::string opened(const std::string& name, std::uint8_t control) {
    const auto parts = dlms::decode_ciphered(golden(name));
    EXPECT_TRUE(parts.ok());
    if (!parts.ok()) return {};
    EXPECT_EQ(parts->control, control);
    EXPECT_EQ(parts->invocation_counter, 0x01234567u);
    Octets out(200);
    const auto plain = dlms::open_ciphered(*parts, keys, kMeterTitle, engine, out);
    EXPECT_TRUE(plain.ok());
    return plain.ok() ? to_hex(*plain) : "";
  }
  std::string sealed_in_place(const std::string& plain) {
    Octets frame(200);
    std::copy(golden(plain).begin(), golden(plain).end(),
              frame.begin() + dlms::head_octets(Wrapping::glo));
    const dlms::Sealing sealing{keys, kMeterTitle, 0x01234567};
    const auto n = dlms::seal_in_place(Wrapping::glo, sealing, engine, frame, golden(plain).size());
    EXPECT_TRUE(n.ok());
    return n.ok() ? to_hex(protocol::Bytes(frame).first(*n)) : "";
  }

  dlms::Keys keys = example_keys();
  protocol::crypto::OpensslEngine engine{drawn_random(1)};
};

template <typename T>
std::string encoded(const T& value) {
  Octets buffer(400);
  protocol::Writer out(buffer);
  dlms::encode(value, out);
  EXPECT_TRUE(out.ok());
  return to_hex(out.written());
}

TEST_F(Vector, PlainGetRequestOfTheClock) {
  const auto request = dlms::decode_get_request(golden("get_request_plain"));
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->attribute, kClockTime);
  EXPECT_FALSE(request->selection.present);
  EXPECT_EQ(encoded(*request), to_hex(golden("get_request_plain")));
}

TEST_F(Vector, GloGetRequestInEachSecurityControl) {
  const std::string plain = to_hex(golden("get_request_plain"));
  for (const std::uint8_t control : {0x10, 0x20, 0x30}) {
    const std::string name = "glo_get_request_" + std::to_string(control / 16 * 10);
    EXPECT_EQ(ciphered("get_request_plain", control), to_hex(golden(name)));
    EXPECT_EQ(opened(name, control), plain);
  }
  EXPECT_EQ(sealed_in_place("get_request_plain"), to_hex(golden("glo_get_request_30")));
}

TEST_F(Vector, InitiateRequestPlainAndCiphered) {
  const auto request = dlms::decode_initiate_request(golden("initiate_request"));
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(to_hex(request->dedicated_key), "00112233445566778899AABBCCDDEEFF");
  EXPECT_EQ(request->conformance, 0x007E1Fu);
  EXPECT_EQ(request->max_pdu_octets, 1200);
  EXPECT_EQ(encoded(*request), to_hex(golden("initiate_request")));
  EXPECT_EQ(ciphered("initiate_request", 0x30), to_hex(golden("glo_initiate_request")));
  EXPECT_EQ(sealed_in_place("initiate_request"), to_hex(golden("glo_initiate_request")));
  EXPECT_EQ(opened("glo_initiate_request", 0x30), to_hex(golden("initiate_request")));
}

TEST_F(Vector, InitiateResponsePlainAndCiphered) {
  const auto response = dlms::decode_initiate_response(golden("initiate_response"));
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->conformance, 0x007C1Fu);
  EXPECT_EQ(response->max_pdu_octets, 1024);
  EXPECT_EQ(response->vaa_name, 7);
  EXPECT_EQ(encoded(*response), to_hex(golden("initiate_response")));
  EXPECT_EQ(ciphered("initiate_response", 0x30), to_hex(golden("glo_initiate_response")));
  EXPECT_EQ(sealed_in_place("initiate_response"), to_hex(golden("glo_initiate_response")));
  EXPECT_EQ(opened("glo_initiate_response", 0x30), to_hex(golden("initiate_response")));
}

TEST_F(Vector, HlsGmacTokensOfBothPasses) {
  dlms::HlsToken token{};
  ASSERT_TRUE(dlms::make_hls_token(keys, kClientTitle, 1, golden("hls_stoc"), engine, token));
  EXPECT_EQ(to_hex(token), to_hex(golden("hls_f_stoc")));
  ASSERT_TRUE(
      dlms::make_hls_token(keys, kMeterTitle, 0x01234567, golden("hls_ctos"), engine, token));
  EXPECT_EQ(to_hex(token), to_hex(golden("hls_f_ctos")));
  EXPECT_TRUE(
      dlms::verify_hls_token(keys, kClientTitle, golden("hls_f_stoc"), golden("hls_stoc"), engine));
  EXPECT_FALSE(
      dlms::verify_hls_token(keys, kMeterTitle, golden("hls_f_stoc"), golden("hls_stoc"), engine));
  EXPECT_FALSE(
      dlms::verify_hls_token(keys, kClientTitle, golden("hls_f_stoc"), golden("hls_ctos"), engine));
}

TEST_F(Vector, KeyWrapOfRfc3394) {
  const Octets key = hex("00112233445566778899AABBCCDDEEFF");
  Octets wrapped(24), unwrapped(16);
  ASSERT_TRUE(engine.wrap(keys.unicast, key, wrapped));
  EXPECT_EQ(to_hex(wrapped), to_hex(golden("key_wrap")));
  ASSERT_TRUE(engine.unwrap(keys.unicast, wrapped, unwrapped));
  EXPECT_EQ(unwrapped, key);
}

TEST_F(Vector, AarqWithPasswordInTheCipheredContext) {
  const auto aarq = dlms::decode_aarq(golden("aarq_lls_ciphered"));
  ASSERT_TRUE(aarq.ok());
  EXPECT_EQ(aarq->context, dlms::Context::ln_ciphered);
  EXPECT_EQ(aarq->mechanism, dlms::Authentication::lls);
  EXPECT_EQ(to_hex(aarq->calling_title), "4D4D4D0000BC614E");
  EXPECT_EQ(to_hex(aarq->authentication_value), "3132333435363738");
  EXPECT_EQ(to_hex(aarq->user_information), to_hex(golden("glo_initiate_request")));
  EXPECT_EQ(encoded(*aarq), to_hex(golden("aarq_lls_ciphered")));
}

TEST_F(Vector, AarqOfThePublicClient) {
  const auto aarq = dlms::decode_aarq(golden("aarq_public"));
  ASSERT_TRUE(aarq.ok());
  EXPECT_FALSE(aarq->mechanism.has_value());
  EXPECT_EQ(encoded(*aarq), to_hex(golden("aarq_public")));
  const auto initiate = dlms::decode_initiate_request(aarq->user_information);
  ASSERT_TRUE(initiate.ok());
  EXPECT_EQ(initiate->max_pdu_octets, 0xFFFF);
}

TEST_F(Vector, ReleaseResponseIsLengthCorrectWithAndWithoutUserInformation) {
  for (const char* name : {"rlre_bare", "rlre_user_information"}) {
    const auto release = dlms::decode_rlre(golden(name));
    ASSERT_TRUE(release.ok());
    EXPECT_EQ(release->reason, 0);
    Octets buffer(100);
    protocol::Writer out(buffer);
    dlms::encode_rlre(*release, out);
    EXPECT_EQ(to_hex(out.written()), to_hex(golden(name)));
  }
  EXPECT_EQ(to_hex(dlms::decode_rlre(golden("rlre_user_information"))->user_information),
            to_hex(golden("initiate_response")));
}

TEST_F(Vector, EveryTruncationOfEveryVectorFails) {
  const auto fails = [](const char* name, auto decode) {
    const Octets& whole = golden(name);
    EXPECT_TRUE(decode(protocol::Bytes(whole)).ok()) << name;
    for (std::size_t n = 0; n < whole.size(); ++n) {
      EXPECT_FALSE(decode(protocol::Bytes(whole).first(n)).ok()) << name << " cut at " << n;
    }
    Octets longer = whole;
    longer.push_back(0);
    EXPECT_FALSE(decode(protocol::Bytes(longer)).ok()) << name << " with an octet behind";
  };
  fails("get_request_plain", dlms::decode_get_request);
  fails("glo_get_request_10", dlms::decode_ciphered);
  fails("glo_get_request_20", dlms::decode_ciphered);
  fails("glo_get_request_30", dlms::decode_ciphered);
  fails("initiate_request", dlms::decode_initiate_request);
  fails("glo_initiate_request", dlms::decode_ciphered);
  fails("initiate_response", dlms::decode_initiate_response);
  fails("aarq_lls_ciphered", dlms::decode_aarq);
  fails("aarq_public", dlms::decode_aarq);
  fails("rlre_bare", dlms::decode_rlre);
  fails("rlre_user_information", dlms::decode_rlre);
}

}  // namespace
}  // namespace protocol_test
