// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "protocol/dlms/acse.hpp"
#include "protocol/dlms/initiate.hpp"
#include "rig.hpp"

// What the server answers to requests out of order, Green Book 9.4.
namespace protocol_test {
namespace {

class ServerRules : public ::testing::Test {
 protected:
  void SetUp() override {
    rig.application.values[FakeApplication::key(kClockTime)] = hex("1105");
    rig.application.values[FakeApplication::key(kProfile)] = long_value(600);
    ASSERT_TRUE(rig.associate());
  }
  std::string ask(const char* request) { return to_hex(rig.serve(hex(request))); }
  // Another session of the same device.
  Octets ask_of(dlms::ServerSession& session, const Octets& apdu) {
    Octets buffer(300), scratch(300);
    protocol::Writer reply(buffer);
    session.on_apdu(apdu, rig.identity, rig.application, rig.engine, scratch, reply);
    return copy(reply.written());
  }

  Rig rig{kPublicRole, 200, 200};
  static constexpr const char* kGetProfile = "C001C1 0007 0100630100FF 02 00";
  static constexpr const char* kGetClock = "C001C1 0008 0000010000FF 02 00";
};

TEST_F(ServerRules, ServicesWithoutAnAssociationAreNotAllowed) {
  rig.server.reset();
  EXPECT_EQ(ask(kGetClock), "D80101");
  EXPECT_EQ(ask("C101C1 0008 0000010000FF 02 00 1101"), "D80101");
  EXPECT_EQ(ask("C301C1 0046 000060030AFF 01 00"), "D80101");
  EXPECT_EQ(rig.application.gets + rig.application.sets + rig.application.actions, 0);
}

TEST_F(ServerRules, UnknownServicesAreSaidToBe) {
  EXPECT_EQ(ask("0500"), "D80202");            // SN read
  EXPECT_EQ(ask("C004C1"), "D80202");          // no such GET
  EXPECT_EQ(ask("C105C10000"), "D80202");      // first block of a list
  EXPECT_EQ(ask("D9000000010000"), "D80202");  // ACCESS
  EXPECT_TRUE(ask("").empty());
}

TEST_F(ServerRules, UnreadableRequestsAreCounted) {
  const std::uint32_t before = rig.server.malformed();
  EXPECT_EQ(ask("C001C1 0008 0000010000FF 02"), "D80103");
  EXPECT_EQ(ask("C001C1 0008 0000010000FF 02 00 00"), "D80103");
  EXPECT_EQ(ask("C101C1 0008 0000010000FF 02 00 0902"), "D80103");
  EXPECT_EQ(rig.server.malformed(), before + 3);
}

TEST_F(ServerRules, TooLongARequestIsSaidToBe) {
  Octets request = hex("C101C1 0008 0000010000FF 02 00");
  const Octets value = long_value(300);
  request.insert(request.end(), value.begin(), value.end());
  EXPECT_EQ(to_hex(rig.serve(request)), "D80104");
}

TEST_F(ServerRules, GetNextWithoutALongGet) {
  EXPECT_EQ(ask("C002C1 00000001"), "C402C101000000010110");
}

TEST_F(ServerRules, GetNextWithAWrongBlockNumberAbortsTheTransfer) {
  EXPECT_EQ(ask(kGetProfile).substr(0, 18), "C402C1000000000100");
  EXPECT_EQ(ask("C002C1 00000002"), "C402C101000000020113");
  EXPECT_EQ(ask("C002C1 00000001"), "C402C101000000010110");
}

TEST_F(ServerRules, TheLastBlockEndsALongGet) {
  ask(kGetProfile);
  for (const char* next : {"C002C1 00000001", "C002C1 00000002", "C002C1 00000003"}) {
    EXPECT_EQ(ask(next).substr(0, 4), "C402");
  }
  EXPECT_EQ(ask("C002C1 00000004"), "C402C101000000040110");
}

TEST_F(ServerRules, AnotherRequestEndsALongGet) {
  ask(kGetProfile);
  EXPECT_EQ(ask(kGetClock), "C401C1001105");
  EXPECT_EQ(ask("C002C1 00000001"), "C402C101000000010110");
}

TEST_F(ServerRules, SetBlocksOutOfOrderOrWithoutAFirstOne) {
  EXPECT_EQ(ask("C103C1 00 00000002 02 1101"), "C503C11200000002");
  EXPECT_EQ(ask("C102C1 0008 0000010000FF 02 00 00 00000001 02 0902"), "C502C100000001");
  EXPECT_EQ(ask("C103C1 01 00000003 02 0102"), "C503C11300000003");
  EXPECT_EQ(ask("C103C1 01 00000002 02 0102"), "C503C11200000002");
  EXPECT_EQ(rig.application.sets, 0);
  EXPECT_FALSE(rig.join.busy());
}

TEST_F(ServerRules, JoinedBlocksMustBeOneValue) {
  ask("C102C1 0008 0000010000FF 02 00 00 00000001 02 0902");
  EXPECT_EQ(ask("C103C1 01 00000002 01 01"), "C503C10C00000002");
  EXPECT_EQ(rig.application.sets, 0);
  ask("C102C1 0008 0000010000FF 02 00 00 00000001 02 0902");
  EXPECT_EQ(ask("C103C1 01 00000002 02 0102"), "C503C10000000002");
  EXPECT_EQ(to_hex(rig.application.values[FakeApplication::key(kClockTime)]), "09020102");
}

TEST_F(ServerRules, ActionBlocksOutOfOrderOrWithoutAFirstOne) {
  EXPECT_EQ(ask("C302C1 00000001"), "C701C11000");
  EXPECT_EQ(ask("C306C1 00 00000002 02 1101"), "C701C11000");
  EXPECT_EQ(ask("C304C1 0046 000060030AFF 01 00 00000001 01 0F"), "C704C100000001");
  EXPECT_EQ(ask("C306C1 01 00000003 01 00"), "C701C10F00");
  EXPECT_EQ(rig.application.actions, 0);
  ask("C304C1 0046 000060030AFF 01 00 00000001 01 0F");
  EXPECT_EQ(ask("C306C1 01 00000002 01 00"), "C701C10000");
  EXPECT_EQ(to_hex(rig.application.last_parameter), "0F00");
}

TEST_F(ServerRules, JoinedActionBlocksMustBeOneValue) {
  ask("C304C1 0046 000060030AFF 01 00 00000001 01 0F");
  EXPECT_EQ(ask("C306C1 01 00000002 02 0000"), "C701C10C00");
  EXPECT_EQ(rig.application.actions, 0);
  EXPECT_FALSE(rig.join.busy());
}

TEST_F(ServerRules, ReturnBlocksAreHandedOutInOrder) {
  rig.application.return_value = long_value(400);
  EXPECT_EQ(ask("C301C1 0046 000060030AFF 01 00").substr(0, 16), "C702C10000000001");
  EXPECT_EQ(ask("C302C1 00000001").substr(0, 16), "C702C10000000002");
  EXPECT_EQ(ask("C302C1 00000001"), "C701C10E00");
  EXPECT_EQ(ask("C302C1 00000002"), "C701C11000");
  EXPECT_FALSE(rig.join.busy());
}

TEST_F(ServerRules, AnotherSessionTakesOverTheJoinBuffer) {
  ask("C102C1 0008 0000010000FF 02 00 00 00000001 02 0902");
  dlms::ServerSession other(kPublicRole, &rig.join);
  const auto other_asks = [&](const Octets& apdu) { return to_hex(ask_of(other, apdu)); };
  other_asks(golden("aarq_public"));
  EXPECT_EQ(other_asks(hex("C301C1 0046 000060030AFF 01 00")), "C701C10000");
  EXPECT_EQ(ask("C103C1 01 00000002 02 0102"), "C503C10000000002") << "an action must not disturb";
  ask("C102C1 0008 0000010000FF 02 00 00 00000001 02 0902");
  // The captured AARQ asks for conformance 001E5D: block SET is in it.
  EXPECT_EQ(other_asks(hex("C102C1 0008 0000010000FF 02 00 00 00000001 02 0902")),
            "C502C100000001");
  EXPECT_EQ(ask("C103C1 01 00000002 02 0102"), "C503C11100000002");
  EXPECT_EQ(other_asks(hex("C103C1 01 00000002 02 0304")), "C503C10000000002");
}

TEST_F(ServerRules, WithoutAJoinBufferLongSetAndActionAreNotOffered) {
  dlms::ServerSession bare(kPublicRole);
  const auto bare_asks = [&](const Octets& apdu) { return ask_of(bare, apdu); };
  const Octets aare_octets = bare_asks(golden("aarq_public"));
  const auto aare = dlms::decode_aare(aare_octets);
  ASSERT_TRUE(aare.ok());
  const auto response = dlms::decode_initiate_response(aare->user_information);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->conformance, 0x001E5Du & ~0x000C00u & 0x00129Du);
  EXPECT_EQ(to_hex(bare_asks(hex("C102C1 0008 0000010000FF 02 00 00 00000001 02 0902"))), "D80101");
  EXPECT_EQ(to_hex(bare_asks(hex("C304C1 0046 000060030AFF 01 00 00000001 01 0F"))), "D80101");
  rig.application.return_value = long_value(400);
  EXPECT_EQ(to_hex(bare_asks(hex("C301C1 0046 000060030AFF 01 00"))), "C701C1000101FA");
  rig.application.return_value = hex("1101");
  EXPECT_EQ(to_hex(bare_asks(hex("C301C1 0046 000060030AFF 01 00"))), "C701C10001001101");
}

TEST_F(ServerRules, GetWithListAnswersEach) {
  EXPECT_EQ(ask("C003C1 02 0008 0000010000FF 02 00 0001 0000010000FF 02 00"),
            "C403C102"
            "001105"
            "0104");
  EXPECT_EQ(ask("C003C1 00"), "C403C100");
}

TEST_F(ServerRules, SetAndActionWithListAnswerEach) {
  EXPECT_EQ(ask("C104C1 02 0008 0000010000FF 02 00 0001 0000010000FF 02 00 02 1106 1107"),
            "C505C1020003");
  EXPECT_EQ(to_hex(rig.application.values[FakeApplication::key(kClockTime)]), "1106");
  EXPECT_EQ(ask("C104C1 02 0008 0000010000FF 02 00 0001 0000010000FF 02 00 01 1106"), "D80103");
  rig.application.return_value = hex("1101");
  EXPECT_EQ(ask("C303C1 02 0046 000060030AFF 01 0046 000060030AFF 02 02 0F00 0F01"),
            "C703C102"
            "0001001101"
            "0001001101");
  EXPECT_EQ(rig.application.actions, 2);
}

TEST_F(ServerRules, UnconfirmedSetAndActionAreDoneInSilence) {
  EXPECT_EQ(ask("C10101 0008 0000010000FF 02 00 1109"), "");
  EXPECT_EQ(to_hex(rig.application.values[FakeApplication::key(kClockTime)]), "1109");
  EXPECT_EQ(ask("C30101 0046 000060030AFF 01 00"), "");
  EXPECT_EQ(rig.application.actions, 1);
}

TEST_F(ServerRules, SelectionsThatCannotBeServedAreRefused) {
  const std::string by_register =
      "C001C1 0007 0100630100FF 02 01 01 0204 0204 12 0003 0906 0100010800FF 0F02 120000"
      "090C07E80701FF000000000000 00 090C07E80702FF000000000000 00 0100";
  EXPECT_EQ(ask(by_register.c_str()), "C401C1010D");
  const std::string bad_date =
      "C001C1 0007 0100630100FF 02 01 01 0204 0204 12 0008 0906 0000010000FF 0F02 120000"
      "090CFFFF0701FF0000000000 0000 090C07E80702FF00000000000000 0100";
  EXPECT_EQ(ask(bad_date.c_str()), "C401C1010C");
  EXPECT_EQ(ask("C001C1 0007 0100630100FF 02 01 03 00"), "C401C1010D");
  EXPECT_EQ(ask("C001C1 0008 0000010000FF 02 01 02 00"), "C401C1010D");
}

TEST_F(ServerRules, AssociationRequestsAreJudged) {
  const auto diagnostic = [&](const dlms::Aarq& aarq) {
    Octets buffer(300);
    protocol::Writer out(buffer);
    dlms::encode(aarq, out);
    const Octets reply = rig.serve(out.written());
    const auto aare = dlms::decode_aare(reply);
    EXPECT_TRUE(aare.ok());
    return aare.ok() ? static_cast<int>(aare->diagnostic) + 100 * static_cast<int>(aare->result)
                     : -1;
  };
  const auto initiate = [](std::uint8_t version, std::uint32_t conformance, std::uint16_t pdu) {
    dlms::InitiateRequest request;
    request.dlms_version = version;
    request.conformance = conformance;
    request.max_pdu_octets = pdu;
    Octets buffer(40);
    protocol::Writer out(buffer);
    dlms::encode(request, out);
    return copy(out.written());
  };
  const Octets good = initiate(6, 0x1D, 0);
  dlms::Aarq aarq;
  aarq.user_information = good;
  EXPECT_EQ(diagnostic(aarq), 0);
  aarq.context = dlms::Context::sn;
  EXPECT_EQ(diagnostic(aarq), 102);
  EXPECT_TRUE(rig.server.associated()) << "a refused AARQ changes nothing";
  aarq.context = dlms::Context::ln_ciphered;
  EXPECT_EQ(diagnostic(aarq), 102);
  aarq.context = dlms::Context::ln;
  aarq.mechanism = dlms::Authentication::lls;
  EXPECT_EQ(diagnostic(aarq), 111);
  aarq.mechanism.reset();
  for (const Octets& bad : {initiate(5, 0x1D, 0), initiate(6, 0x02, 0), initiate(6, 0x1D, 11)}) {
    aarq.user_information = bad;
    EXPECT_EQ(diagnostic(aarq), 101);
  }
  aarq.user_information = {};
  EXPECT_EQ(diagnostic(aarq), 101);
  EXPECT_EQ(to_hex(rig.serve(hex("6003A10100"))).substr(0, 2), "61");
}

TEST_F(ServerRules, ReleaseIsAnsweredAlsoWhenNothingIsOpen) {
  EXPECT_EQ(ask("6200"), "6303800100");
  EXPECT_FALSE(rig.server.associated());
  EXPECT_EQ(ask("6203800100"), "6303800100");
}

TEST_F(ServerRules, ASessionIsSmall) { EXPECT_LE(sizeof(dlms::ServerSession), 208u); }

}  // namespace
}  // namespace protocol_test
