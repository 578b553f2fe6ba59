// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "protocol/hosted/p32/codec.hpp"
#include "tests/rigs/octets/octets.hpp"
#include "tests/unit/protocol/hosted/p32/samples.hpp"

namespace protocol::p32::test {
namespace {

using rigs::Draws;

// Refused with a place, or a message that its own encoding gives back.
void expect_refused_or_message(const std::string& xml, const std::string& what) {
  const Decoded decoded = decode(xml);
  if (!decoded.ok()) {
    EXPECT_NE(decoded.problem().code, 0) << what;
    EXPECT_GE(decoded.problem().line, 1u) << what;
    EXPECT_GE(decoded.problem().column, 1u) << what;
    EXPECT_FALSE(decoded.problem().what.empty()) << what;
    EXPECT_FALSE(decoded.problem().allowed.empty()) << what;
    return;
  }
  const Decoded again = decode(encode(decoded.message()));
  ASSERT_TRUE(again.ok()) << what << ": " << again.problem().text();
  EXPECT_EQ(again.message(), decoded.message()) << what;
}

class Mutation : public testing::TestWithParam<Sample> {};

// A signed order that was changed does not verify, if it is still a message at all.
void expect_signature_broken(const std::string& xml, const SignedOrder& signed_order,
                             const std::string& what) {
  const Decoded decoded = decode(xml);
  if (!decoded.ok()) return;
  const auto* changed = std::get_if<SignedOrder>(&decoded.message().body);
  if (changed == nullptr || changed->canonical == signed_order.canonical) return;
  static const Verifier verifier(Signer(test_key()).public_key());
  EXPECT_FALSE(verifier.verify(*changed)) << what;
}

TEST_P(Mutation, AnyOctetChanged) {
  const std::string golden = encode(GetParam().message);
  const auto* order = std::get_if<SignedOrder>(&GetParam().message.body);
  constexpr char kTelling[] = {'\0', '\xFF', '<', '"', '9', 'z', '\x80'};
  Draws draws(20'260'105);
  for (std::size_t at = 0; at < golden.size(); ++at) {
    std::string xml = golden;
    const std::size_t kind = draws.below(std::size(kTelling) + 1);
    xml[at] = kind < std::size(kTelling) ? kTelling[kind]
                                         : static_cast<char>(xml[at] ^ (1 << draws.below(8)));
    if (xml == golden) continue;
    const std::string what = "octet " + std::to_string(at) + " of " + GetParam().name;
    expect_refused_or_message(xml, what);
    if (order != nullptr) expect_signature_broken(xml, *order, what);
  }
}

TEST_P(Mutation, CutAnywhere) {
  const std::string golden = encode(GetParam().message);
  // Without the line end it is whole.
  for (std::size_t n = 0; n + 1 < golden.size(); n += 7) {
    EXPECT_FALSE(decode(std::string_view(golden).substr(0, n)).ok()) << n;
  }
}

TEST_P(Mutation, PiecesTakenOutRepeatedAndSwapped) {
  const std::string golden = encode(GetParam().message);
  Draws draws(7);
  for (int round = 0; round < 300; ++round) {
    const std::size_t from = draws.below(golden.size());
    const std::size_t n = 1 + draws.below(std::min<std::size_t>(40, golden.size() - from));
    const std::size_t to = draws.below(golden.size());
    std::string xml = golden;
    const std::string piece = xml.substr(from, n);
    const std::uint64_t how = draws.below(3);
    if (how != 1) xml.erase(from, n);
    if (how != 0) xml.insert(std::min(to, xml.size()), piece);
    expect_refused_or_message(xml, GetParam().name + " round " + std::to_string(round));
  }
}

INSTANTIATE_TEST_SUITE_P(P32, Mutation, testing::ValuesIn(all_samples()),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace protocol::p32::test
