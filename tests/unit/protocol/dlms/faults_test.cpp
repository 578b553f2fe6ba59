// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "protocol/axdr/encode.hpp"
#include "protocol/dlms/acse.hpp"
#include "protocol/dlms/ciphering.hpp"
#include "protocol/dlms/hls.hpp"
#include "protocol/dlms/initiate.hpp"
#include "protocol/dlms/services.hpp"
#include "rig.hpp"

// What trials from outside found about associations; the numbers are those of the trials.
namespace protocol_test {
namespace {

using dlms::Authentication;
using dlms::Diagnostic;

const Octets kGetClock = hex("C001C1 0008 0000010000FF 02 00");
const cosem::Attribute kOther{cosem::classes::Clock::kId, cosem::obis(0, 0, 1, 0, 1), 2};

// A client that says exactly what the test wants it to say.
class RawClient {
 public:
  explicit RawClient(Rig& rig, std::uint32_t first_counter = 1)
      : rig_(rig), counter(first_counter) {}

  // Any APDU, sealed with SC 30h as a glo- one.
  Octets sealed(const Octets& plain) {
    Octets octets(1100);
    protocol::Writer out(octets);
    const dlms::Keys keys = example_keys();
    const dlms::Sealing sealing{keys, kClientTitle, counter++};
    EXPECT_TRUE(dlms::encode_ciphered(dlms::Wrapping::glo, sealing, plain, rig_.engine, {}, out));
    return copy(out.written());
  }
  // The plain APDU inside a sealed answer.
  Octets opened(const Octets& apdu) {
    const auto ciphered = dlms::decode_ciphered(apdu);
    if (!ciphered.ok()) return apdu;
    Octets plain(1100);
    const auto content =
        dlms::open_ciphered(*ciphered, example_keys(), kMeterTitle, rig_.engine, plain);
    return content.ok() ? copy(*content) : Octets{};
  }
  static Octets initiate(const Octets& dedicated_key = {}) {
    dlms::InitiateRequest request;
    request.dedicated_key = dedicated_key;
    request.conformance = dlms::conformance::kOffered;
    request.max_pdu_octets = 1024;
    Octets octets(100);
    protocol::Writer out(octets);
    encode(request, out);
    return copy(out.written());
  }
  dlms::Aare aarq(const Octets& challenge, const Octets& user_information) {
    dlms::Aarq request;
    request.context = dlms::Context::ln_ciphered;
    request.calling_title = kClientTitle;
    request.mechanism = Authentication::hls5_gmac;
    request.authentication_value = challenge;
    request.user_information = user_information;
    Octets octets(1000);
    protocol::Writer out(octets);
    encode(request, out);
    answer_ = rig_.serve(out.written());
    const auto aare = dlms::decode_aare(answer_);
    EXPECT_TRUE(aare.ok());
    return aare.ok() ? *aare : dlms::Aare{};
  }
  // Pass 3 with the token of another challenge if `wrong`; the plain answer.
  Octets pass3(const dlms::Aare& aare, bool wrong = false) {
    dlms::HlsToken token{};
    Octets challenge = copy(aare.authentication_value);
    if (wrong) challenge[0] ^= 1;
    EXPECT_TRUE(
        dlms::make_hls_token(example_keys(), kClientTitle, 77, challenge, rig_.engine, token));
    Octets request = hex("C301C1 000F 0000280000FF 01 01");
    request.insert(request.end(), {9, static_cast<std::uint8_t>(token.size())});
    request.insert(request.end(), token.begin(), token.end());
    return opened(rig_.serve(sealed(request)));
  }
  Octets ask(const Octets& plain) { return opened(rig_.serve(sealed(plain))); }
  bool associate(std::size_t challenge_octets = 16) {
    const dlms::Aare aare = aarq(Octets(challenge_octets, 0x5A), sealed(initiate()));
    if (aare.result != dlms::AssociationResult::accepted) return false;
    const Octets answer = pass3(aare);
    return answer.size() > 4 && answer[0] == 0xC7 && answer[3] == 0;
  }

 private:
  Rig& rig_;
  Octets answer_;

 public:
  std::uint32_t counter;
};

class AssociationFaults : public ::testing::Test {
 protected:
  Rig rig{kManagementRole};
  RawClient client{rig};

  void SetUp() override {
    rig.application.values[FakeApplication::key(kClockTime)] = hex("1105");
    rig.application.values[FakeApplication::key(kOther)] = hex("1106");
  }
  std::string asked(const char* plain) { return to_hex(client.ask(hex(plain))); }
};

// Green Book 9.3.6: no response, whatever came of it, and the association stays.
TEST_F(AssociationFaults, fault_02_unconfirmed_services_get_no_answer) {
  ASSERT_TRUE(client.associate());
  EXPECT_EQ(asked("C10181 0008 0000010000FF 02 00 1109"), "");
  EXPECT_EQ(rig.application.sets, 1);
  EXPECT_EQ(asked("C30181 0046 000060030AFF 01 00"), "");
  EXPECT_EQ(rig.application.actions, 1);
  EXPECT_EQ(asked("C10481 01 0008 0000010000FF 02 00 01 1107"), "") << "a list";
  EXPECT_EQ(rig.application.sets, 2);
  EXPECT_EQ(asked("C30381 01 0046 000060030AFF 01 01 00"), "");
  EXPECT_EQ(rig.application.actions, 2);
  rig.application.return_value = long_value(3000);
  EXPECT_EQ(asked("C30181 0046 000060030AFF 01 00"), "") << "a return value in blocks";
  EXPECT_FALSE(rig.join.busy());
  EXPECT_EQ(asked("C10181 0008 0000010000FF 02 00 0902"), "") << "unreadable";
  EXPECT_EQ(asked("C10181 0008 00000100EEFF 02 00 1109"), "") << "refused";
  EXPECT_EQ(asked("C00181 0008 0000010000FF 02 00"), "C40181001107") << "a GET asks for a value";
  EXPECT_TRUE(rig.server.associated());
}

TEST_F(AssociationFaults, fault_02_nor_without_an_association) {
  Rig plain{kPublicRole};
  EXPECT_EQ(to_hex(plain.serve(hex("C10181 0008 0000010000FF 02 00 1109"))), "");
  EXPECT_EQ(to_hex(plain.serve(hex("C101C1 0008 0000010000FF 02 00 1109"))), "D80101");
  EXPECT_EQ(plain.application.sets, 0);
}

// Green Book 9.2.2.2.2.4: CtoS and StoC have 8 to 64 octets.
TEST_F(AssociationFaults, fault_05_challenges_of_8_to_64_octets) {
  for (const std::size_t octets : {8u, 16u, 32u, 33u, 40u, 48u, 63u, 64u}) {
    EXPECT_TRUE(client.associate(octets)) << octets;
    EXPECT_EQ(to_hex(client.ask(kGetClock)), "C401C1001105") << octets;
  }
  for (const std::size_t octets : {1u, 7u, 65u, 100u, 127u}) {
    const dlms::Aare aare = client.aarq(Octets(octets, 1), client.sealed(RawClient::initiate()));
    EXPECT_EQ(aare.result, dlms::AssociationResult::rejected_permanent) << octets;
    EXPECT_EQ(aare.diagnostic, Diagnostic::authentication_failure) << octets;
  }
}

// The same at our own client: a meter that gives a challenge of any legal length.
TEST_F(AssociationFaults, fault_05_the_client_answers_challenges_of_8_to_64_octets) {
  dlms::HlsToken token{};
  for (std::size_t octets = 0; octets <= 70; ++octets) {
    EXPECT_EQ(
        dlms::make_hls_token(example_keys(), kClientTitle, 1, Octets(octets, 3), rig.engine, token),
        octets >= 8 && octets <= 64)
        << octets;
  }
}

TEST_F(AssociationFaults, fault_06_a_dedicated_key_is_refused_at_once) {
  const Octets key(16, 0x0E);
  const dlms::Aare aare = client.aarq(Octets(16, 1), client.sealed(RawClient::initiate(key)));
  EXPECT_EQ(aare.result, dlms::AssociationResult::rejected_permanent);
  EXPECT_EQ(aare.diagnostic, Diagnostic::no_reason_given);
  EXPECT_EQ(to_hex(aare.user_information), "0E010604")
      << "initiateError: refused by the VDE handler";
  EXPECT_FALSE(rig.server.associated());
  EXPECT_TRUE(client.associate()) << "the same without a dedicated key";
}

// To client 1 from somebody without any key.
TEST_F(AssociationFaults, fault_25_a_stranger_neither_ends_nor_replaces_an_association) {
  ASSERT_TRUE(client.associate());
  EXPECT_EQ(to_hex(rig.serve(hex("60 00"))).substr(0, 2), "61") << "refused";
  EXPECT_EQ(to_hex(client.ask(kGetClock)), "C401C1001105");
  EXPECT_EQ(to_hex(rig.serve(hex("62 00"))), "6303800101") << "not finished";
  EXPECT_EQ(to_hex(rig.serve(hex("62 03 80 01 00"))), "6303800101");
  EXPECT_EQ(to_hex(client.ask(kGetClock)), "C401C1001105");
  for (const Octets& user_information :
       {Octets{}, RawClient::initiate(), Octets(40, 0x21), hex("211E3000000001")}) {
    EXPECT_NE(client.aarq(Octets(16, 1), user_information).result,
              dlms::AssociationResult::accepted);
    EXPECT_EQ(to_hex(client.ask(kGetClock)), "C401C1001105");
  }
  const Octets replayed = [&] {
    RawClient old(rig, 1);
    return old.sealed(RawClient::initiate());
  }();
  EXPECT_NE(client.aarq(Octets(16, 1), replayed).result, dlms::AssociationResult::accepted);
  EXPECT_EQ(to_hex(client.ask(kGetClock)), "C401C1001105");
}

TEST_F(AssociationFaults, fault_25_nor_one_that_waits_for_its_token) {
  const dlms::Aare aare = client.aarq(Octets(16, 7), client.sealed(RawClient::initiate()));
  ASSERT_EQ(aare.result, dlms::AssociationResult::accepted);
  const Octets challenge = copy(aare.authentication_value);
  dlms::Aare waiting;
  waiting.authentication_value = challenge;
  rig.serve(hex("60 00"));
  rig.serve(hex("62 00"));
  EXPECT_EQ(to_hex(client.pass3(waiting)).substr(0, 8), "C701C100");
  EXPECT_TRUE(rig.server.associated());
}

TEST_F(AssociationFaults, fault_25_who_has_the_key_starts_again_and_releases) {
  ASSERT_TRUE(client.associate());
  EXPECT_TRUE(client.associate());
  Octets release = hex("62 00 80 01 00 BE 00 04 00");
  const Octets sealed = client.sealed(RawClient::initiate());
  release.insert(release.end(), sealed.begin(), sealed.end());
  release[1] = static_cast<std::uint8_t>(release.size() - 2);
  release[6] = static_cast<std::uint8_t>(sealed.size() + 2);
  release[8] = static_cast<std::uint8_t>(sealed.size());
  EXPECT_EQ(to_hex(rig.serve(release)).substr(0, 2), "63");
  EXPECT_FALSE(rig.server.associated());
}

// A client that spent its counters, or jumped to the last one, can still change its key.
TEST_F(AssociationFaults, fault_25_the_last_counters_are_kept_for_the_key_change) {
  ASSERT_TRUE(client.associate());
  client.counter = UINT32_MAX;
  EXPECT_EQ(to_hex(client.ask(kGetClock)), "D80101");
  EXPECT_EQ(rig.application.accepted[dlms::kManagementClient], 2u) << "nothing was accepted";
  client.counter = dlms::kFirstReservedCounter - 1;
  EXPECT_EQ(to_hex(client.ask(kGetClock)), "C401C1001105");
  ASSERT_EQ(client.counter, dlms::kFirstReservedCounter);
  EXPECT_TRUE(client.associate());
  EXPECT_EQ(to_hex(client.ask(kGetClock)), "D80101");
  EXPECT_EQ(asked("C101C1 0008 0000010000FF 02 00 1109"), "D80101");
  EXPECT_EQ(asked("C301C1 0046 000060030AFF 01 00"), "D80101");
  EXPECT_EQ(rig.application.actions, 0);
  EXPECT_EQ(asked("C301C1 0040 00002B0000FF 02 01 0100"), "C701C10000") << "global key transfer";
  EXPECT_EQ(rig.application.actions, 1);
}

// Green Book 9.4.2: without bit 0 there is no version in common; diagnostic 2 of the provider.
TEST_F(AssociationFaults, fault_29_a_protocol_version_without_bit_0_is_refused) {
  Rig plain{kPublicRole};
  const Octets aarq = golden("aarq_public");
  for (const bool first : {true, false}) {
    Octets versioned = aarq;
    const Octets version = first ? hex("80 02 07 80") : hex("80 02 07 00");
    versioned.insert(versioned.begin() + 2, version.begin(), version.end());
    versioned[1] = static_cast<std::uint8_t>(versioned[1] + 4);
    const Octets answer = plain.serve(versioned);
    const auto aare = dlms::decode_aare(answer);
    ASSERT_TRUE(aare.ok());
    EXPECT_EQ(aare->result == dlms::AssociationResult::accepted, first);
    EXPECT_EQ(plain.server.associated(), first);
    EXPECT_EQ(aare->of_provider, !first);
    if (!first) {
      EXPECT_EQ(static_cast<int>(aare->diagnostic), 2);
    }
    plain.server.reset();
  }
}

// A mechanism whose functional unit is not asked for is none, in LLS and in HLS.
TEST_F(AssociationFaults, fault_29_authentication_must_be_asked_for) {
  for (const dlms::ClientRole& role : {kReadingRole, kManagementRole}) {
    Rig other{role};
    const auto request = other.client.associate();
    ASSERT_TRUE(request.ok());
    const Octets good = copy(*request);
    const Octets requirements = hex("8A 02 07 80");
    const auto at = std::search(good.begin(), good.end(), requirements.begin(), requirements.end());
    ASSERT_NE(at, good.end());
    Octets cleared = good;
    cleared[static_cast<std::size_t>(at - good.begin()) + 3] = 0;
    Octets missing = good;
    missing.erase(missing.begin() + (at - good.begin()), missing.begin() + (at - good.begin()) + 4);
    missing[1] = static_cast<std::uint8_t>(missing[1] - 4);
    for (const Octets& bad : {cleared, missing}) {
      const Octets answer = other.serve(bad);
      const auto aare = dlms::decode_aare(answer);
      ASSERT_TRUE(aare.ok());
      EXPECT_EQ(aare->result, dlms::AssociationResult::rejected_permanent);
      EXPECT_EQ(aare->diagnostic, Diagnostic::authentication_required);
      EXPECT_FALSE(aare->of_provider);
      EXPECT_EQ(to_hex(other.serve(kGetClock)), "D80101");
    }
    const Octets answer = other.serve(good);
    const auto aare = dlms::decode_aare(answer);
    ASSERT_TRUE(aare.ok());
    EXPECT_EQ(aare->result, dlms::AssociationResult::accepted);
  }
}

// Nor to a long SET of somebody who proved less than he did.
TEST_F(AssociationFaults, fault_25_a_stranger_ends_nobodys_long_set) {
  ASSERT_TRUE(client.associate());
  dlms::ServerSession stranger(kPublicRole, &rig.join);
  Octets buffer(300), scratch(300);
  const auto stranger_asks = [&](const Octets& apdu) {
    protocol::Writer reply(buffer);
    stranger.on_apdu(apdu, rig.identity, rig.application, rig.engine, scratch, reply);
    return to_hex(reply.written());
  };
  stranger_asks(golden("aarq_public"));
  EXPECT_EQ(stranger_asks(hex("C102C1 0008 0000010000FF 02 00 00 00000001 02 0902")),
            "C502C100000001");
  EXPECT_EQ(asked("C102C1 0008 0000010000FF 02 00 00 00000001 02 0902"), "C502C100000001");
  EXPECT_EQ(stranger_asks(hex("C103C1 01 00000002 02 0102")), "C503C11100000002");
  EXPECT_EQ(stranger_asks(hex("C102C1 0008 0000010000FF 02 00 00 00000001 02 0902")),
            "C503C10200000001")
      << "temporary failure";
  EXPECT_EQ(asked("C103C1 01 00000002 02 0102"), "C503C10000000002");
}

// Mutant: the association stays open for another guess.
TEST_F(AssociationFaults, fault_28_one_wrong_token_ends_the_association) {
  const dlms::Aare aare = client.aarq(Octets(16, 9), client.sealed(RawClient::initiate()));
  dlms::Aare challenged;
  const Octets challenge = copy(aare.authentication_value);
  challenged.authentication_value = challenge;
  EXPECT_EQ(to_hex(client.pass3(challenged, true)), "C701C10300");
  EXPECT_EQ(rig.application.served_count[dlms::Application::Service::authentication_failed], 1);
  EXPECT_EQ(to_hex(client.pass3(challenged)), "D80101") << "the right one comes too late";
  EXPECT_EQ(to_hex(client.ask(kGetClock)), "D80101");
  EXPECT_FALSE(rig.server.associated());
}

// Siblings: a challenge serves once; the meter's own title, and its own challenge, are nobody
// else's.
TEST_F(AssociationFaults, fault_28_no_challenge_comes_twice) {
  const dlms::Aare first = client.aarq(Octets(16, 9), client.sealed(RawClient::initiate()));
  const Octets challenge = copy(first.authentication_value);
  const dlms::Aare second = client.aarq(Octets(16, 9), client.sealed(RawClient::initiate()));
  EXPECT_NE(to_hex(second.authentication_value), to_hex(challenge));
  dlms::Aare old;
  old.authentication_value = challenge;
  EXPECT_EQ(to_hex(client.pass3(old)), "C701C10300");
  EXPECT_FALSE(rig.server.associated());
}
TEST_F(AssociationFaults, fault_28_a_counter_is_accepted_once) {
  ASSERT_TRUE(client.associate());
  const Octets request = client.sealed(kGetClock);
  EXPECT_EQ(to_hex(client.opened(rig.serve(request))), "C401C1001105");
  EXPECT_EQ(to_hex(client.opened(rig.serve(request))).substr(0, 6), "D80106");
}
TEST_F(AssociationFaults, fault_28_between_the_passes_nothing_else_is_served) {
  const dlms::Aare aare = client.aarq(Octets(16, 9), client.sealed(RawClient::initiate()));
  dlms::Aare challenged;
  const Octets challenge = copy(aare.authentication_value);
  challenged.authentication_value = challenge;
  EXPECT_EQ(to_hex(client.ask(kGetClock)), "D80101");
  EXPECT_EQ(asked("C301C1 0046 000060030AFF 01 00"), "D80101");
  EXPECT_EQ(rig.application.gets + rig.application.actions, 0);
  EXPECT_EQ(to_hex(client.pass3(challenged)).substr(0, 8), "C701C100");
}

}  // namespace
}  // namespace protocol_test
