// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "protocol/dlms/acse.hpp"
#include "protocol/dlms/initiate.hpp"
#include "protocol/dlms/services.hpp"
#include "rig.hpp"

// Hostile input: whatever comes, nothing crashes, nothing asserts, and the sessions go on working.
// AMITWIN_SEED replays a run.
namespace protocol_test {
namespace {

std::uint64_t seed_of_this_run() {
  const char* text = std::getenv("AMITWIN_SEED");
  const std::uint64_t seed = text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
  std::cout << "replay with AMITWIN_SEED=" << seed << "\n";
  return seed;
}

void mutate(Octets& apdu, Draws& draws) {
  for (std::size_t n = 1 + draws.below(3); n-- > 0;) {
    const std::size_t at = apdu.empty() ? 0 : draws.below(apdu.size());
    switch (draws.below(6)) {
      case 0:
        if (!apdu.empty()) apdu[at] = draws.octet();
        break;
      case 1:
        if (!apdu.empty()) apdu[at] ^= static_cast<std::uint8_t>(1u << draws.below(8));
        break;
      case 2:
        apdu.resize(at);
        break;
      case 3:
        apdu.insert(apdu.begin() + static_cast<std::ptrdiff_t>(at), draws.octet());
        break;
      case 4:
        if (!apdu.empty()) apdu.erase(apdu.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 5:
        if (!apdu.empty())
          apdu[at] = std::array<std::uint8_t, 4>{0, 0x7F, 0x84, 0xFF}[draws.below(4)];
        break;
    }
  }
}

// Every kind of APDU a client sends, gathered from real sessions.
std::vector<Octets> requests_and_replies(std::vector<Octets>& replies) {
  std::vector<Octets> requests;
  for (const dlms::ClientRole& role : {kPublicRole, kReadingRole, kManagementRole}) {
    Rig rig(role, 200, 200);
    rig.on_request = [&](Octets& apdu) { requests.push_back(apdu); };
    rig.on_reply = [&](Octets& apdu) { replies.push_back(apdu); };
    rig.application.values[FakeApplication::key(kProfile)] = long_value(500);
    rig.application.return_value = long_value(300);
    EXPECT_TRUE(rig.associate());
    cosem::Selection range;
    range.kind = cosem::Selection::Kind::range;
    range.to_utc_s = 1'700'000'000;
    rig.run(rig.client.get(kProfile, range));
    rig.run(rig.client.set(kProfile, long_value(500)));
    rig.run(rig.client.action(kReconnect, long_value(300)));
    rig.run(rig.client.release());
  }
  for (const char* text : {"C003C1 02 0008 0000010000FF 02 00 0007 0100630100FF 02 00",
                           "C104C1 01 0008 0000010000FF 02 00 01 1106",
                           "C303C1 01 0046 000060030AFF 01 01 0F00", "0F00000001001101"}) {
    requests.push_back(hex(text));
    replies.push_back(hex(text));
  }
  return requests;
}

TEST(Mutation, ServersSurviveFiftyThousandMutatedRequests) {
  const std::uint64_t seed = seed_of_this_run();
  Draws draws(seed);
  std::vector<Octets> replies;
  const std::vector<Octets> requests = requests_and_replies(replies);
  Rig rigs[] = {Rig(kPublicRole, 200, 200), Rig(kReadingRole, 200, 200),
                Rig(kManagementRole, 200, 200), Rig(kPushRole, 200, 200)};
  for (Rig& rig : rigs) {
    rig.application.values[FakeApplication::key(kProfile)] = long_value(700);
    rig.application.return_value = long_value(300);
  }
  for (int i = 0; i < 50'000; ++i) {
    Octets apdu = requests[draws.below(requests.size())];
    if (draws.below(8) > 0) mutate(apdu, draws);
    Rig& rig = rigs[draws.below(std::size(rigs))];
    const Octets reply = rig.serve(apdu);
    ASSERT_LE(reply.size(), 300u) << "seed " << seed << " round " << i;
  }
  for (Rig& rig : rigs) {
    if (rig.server.role().pre_established) continue;
    rig.server.reset();
    rig.client.reset();
    rig.application.accepted.clear();
    EXPECT_TRUE(rig.associate());
  }
  EXPECT_EQ(rigs[2].application.sets + rigs[2].application.actions, 0)
      << "nothing unauthenticated reached the application";
}

TEST(Mutation, ClientsSurviveMutatedReplies) {
  const std::uint64_t seed = seed_of_this_run();
  Draws draws(seed + 1);
  std::vector<Octets> replies;
  requests_and_replies(replies);
  for (const dlms::ClientRole& role : {kPublicRole, kManagementRole}) {
    Rig rig(role, 200, 200);
    for (int i = 0; i < 10'000; ++i) {
      if (!rig.client.associated()) {
        rig.client.reset();
        rig.server.reset();
        ASSERT_TRUE(rig.associate()) << "seed " << seed << " round " << i;
      }
      if (!rig.client.busy()) {
        switch (draws.below(3)) {
          case 0:
            ASSERT_TRUE(rig.client.get(kProfile).ok());
            break;
          case 1:
            ASSERT_TRUE(rig.client.set(kProfile, long_value(400)).ok());
            break;
          case 2:
            ASSERT_TRUE(rig.client.action(kReconnect, long_value(400)).ok());
            break;
        }
      }
      for (int n = 0; n < 5; ++n) {
        Octets apdu = replies[draws.below(replies.size())];
        mutate(apdu, draws);
        rig.client.on_apdu(apdu);
      }
      if (draws.below(4) == 0) rig.client.reset();
    }
  }
}

TEST(Mutation, TransfersWithADamagedLineEndAndTheNextOneWorks) {
  const std::uint64_t seed = seed_of_this_run();
  Draws draws(seed + 2);
  for (const dlms::ClientRole& role : {kPublicRole, kReadingRole, kManagementRole}) {
    Rig rig(role, 160, 160);
    rig.application.values[FakeApplication::key(kProfile)] = long_value(800);
    for (int i = 0; i < 300; ++i) {
      rig.client.reset();
      rig.on_request = rig.on_reply = nullptr;
      ASSERT_TRUE(rig.associate()) << "seed " << seed << " round " << i;
      const auto damage = [&](Octets& apdu) {
        if (draws.below(4) == 0) mutate(apdu, draws);
      };
      rig.on_request = rig.on_reply = damage;
      rig.run(rig.client.get(kProfile));
      rig.client.reset();
      rig.on_request = rig.on_reply = nullptr;
      ASSERT_TRUE(rig.associate());
      const dlms::ClientEvent event = rig.run(rig.client.get(kProfile));
      ASSERT_EQ(event.kind, dlms::ClientEvent::Kind::data);
      ASSERT_EQ(copy(event.data), long_value(800));
    }
  }
}

TEST(Mutation, EveryTruncationOfEveryRequestAndReplyIsHarmless) {
  std::vector<Octets> replies;
  for (const Octets& request : requests_and_replies(replies)) {
    for (std::size_t n = 0; n < request.size(); ++n) {
      const protocol::Bytes cut = protocol::Bytes(request).first(n);
      EXPECT_FALSE(dlms::decode_aarq(cut).ok());
      EXPECT_FALSE(dlms::decode_get_request(cut).ok());
      EXPECT_FALSE(dlms::decode_set_request(cut).ok());
      EXPECT_FALSE(dlms::decode_action_request(cut).ok());
      EXPECT_FALSE(dlms::decode_ciphered(cut).ok());
    }
  }
  for (const Octets& reply : replies) {
    for (std::size_t n = 0; n < reply.size(); ++n) {
      const protocol::Bytes cut = protocol::Bytes(reply).first(n);
      EXPECT_FALSE(dlms::decode_aare(cut).ok());
      EXPECT_FALSE(dlms::decode_get_response(cut).ok());
      EXPECT_FALSE(dlms::decode_set_response(cut).ok());
      EXPECT_FALSE(dlms::decode_action_response(cut).ok());
      EXPECT_FALSE(dlms::decode_ciphered(cut).ok());
    }
  }
}

}  // namespace
}  // namespace protocol_test
