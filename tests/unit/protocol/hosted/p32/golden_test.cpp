// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/lint.hpp"
#include "tests/unit/protocol/hosted/p32/samples.hpp"

namespace protocol::p32::test {
namespace {

class Golden : public testing::TestWithParam<Sample> {};

TEST_P(Golden, EncodeGivesExactlyTheFile) {
  const Sample& sample = GetParam();
  const std::string xml = encode(sample.message);
  if (std::getenv("TWIN_UPDATE") != nullptr) {
    std::ofstream("tests/vectors/p32/" + sample.name + ".xml", std::ios::binary) << xml;
  }
  EXPECT_EQ(xml, vector_file(sample.name + ".xml"));
}

TEST_P(Golden, DecodeGivesTheMessageBack) {
  const Decoded decoded = decode(encode(GetParam().message));
  ASSERT_TRUE(decoded.ok()) << decoded.problem().text();
  EXPECT_EQ(decoded.message(), GetParam().message);
}

TEST_P(Golden, LintFindsNothing) {
  const LintReport report = lint(vector_file(GetParam().name + ".xml"));
  EXPECT_TRUE(report.ok() && report.remarks.empty()) << report.text(GetParam().name);
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(report.kind, kind_of(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(P32, Golden, testing::ValuesIn(all_samples()),
                         [](const auto& instance) { return instance.param.name; });

TEST(GoldenSet, HasEveryKind) {
  std::set<std::string> kinds;
  std::set<ReportKind> reports;
  std::set<OrderKind> orders;
  for (const Sample& sample : all_samples()) {
    kinds.insert(kind_of(sample.message));
    if (const auto* report = std::get_if<Report>(&sample.message.body)) {
      reports.insert(report->kind());
    }
    if (const auto* order = std::get_if<SignedOrder>(&sample.message.body)) {
      orders.insert(order->order.kind());
    }
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Body>);
  EXPECT_EQ(reports.size(), kReportKinds);
  EXPECT_EQ(orders.size(), kOrderKinds);
}

TEST(Soap, EnvelopeOfAnotherMakersToolIsUnwrapped) {
  const Decoded decoded = decode(vector_file("soap_poll.xml"));
  ASSERT_TRUE(decoded.ok()) << decoded.problem().text();
  EXPECT_EQ(decoded.message(), decode(vector_file("poll.xml")).message());
}

TEST(Soap, OrderStaysVerifiableInAnEnvelope) {
  const Decoded decoded = decode(vector_file("soap_order_relay.xml"));
  ASSERT_TRUE(decoded.ok()) << decoded.problem().text();
  const Signer signer(test_key());
  EXPECT_TRUE(Verifier(signer.public_key()).verify(std::get<SignedOrder>(decoded.message().body)));
}

TEST(Soap, EmptyBodyIsRefusedWithItsPlace) {
  const Decoded decoded = decode(
      "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body/></s:Envelope>");
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.problem().element, "/Envelope");
}

}  // namespace
}  // namespace protocol::p32::test
