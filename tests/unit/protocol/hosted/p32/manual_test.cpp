// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// docs/p32ex.md shows the golden files; the page and the files are the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "protocol/hosted/p32/sign.hpp"
#include "protocol/hosted/p32/text.hpp"
#include "tests/unit/protocol/hosted/p32/samples.hpp"

namespace protocol::p32::test {
namespace {

using testing::HasSubstr;

std::string manual() {
  std::ifstream file("docs/p32ex.md", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Manual, ShowsEveryGoldenFileAsItIs) {
  const std::string page = manual();
  for (const Sample& sample : all_samples()) {
    const std::string file = sample.name + ".xml";
    EXPECT_TRUE(page.find("`" + file + "`\n\n```xml\n" + vector_file(file) + "```\n") != page.npos)
        << file << " is not in docs/p32ex.md, or another";
  }
}

TEST(Manual, WorkedExampleOfTheSignatureIsTrue) {
  const std::string page = manual();
  const SignedOrder order = Signer(test_key()).sign(relay_order());
  std::string signature;
  put_base64(order.signature.octets, signature);
  EXPECT_THAT(page, HasSubstr("```\n" + order.canonical + "\n```"));
  EXPECT_THAT(page, HasSubstr(std::to_string(order.canonical.size()) + " octets"));
  EXPECT_THAT(page, HasSubstr("signature `" + signature + "`"));
  EXPECT_THAT(page, HasSubstr("key id `" + order.signature.key + "`"));
}

TEST(Manual, SaysThatItIsNobodyElsesInterface) {
  EXPECT_THAT(manual(), HasSubstr("compatible with nobody's P3.2"));
}

}  // namespace
}  // namespace protocol::p32::test
