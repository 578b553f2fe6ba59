// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "protocol/dlms/exception.hpp"
#include "rig.hpp"

namespace protocol_test {
namespace {

using Kind = dlms::ClientEvent::Kind;
using Service = dlms::Application::Service;
using Reason = dlms::ExceptionResponse::Service;

// The exception-response in `reply`; Reason::none when it is something else.
Reason reason_of(const Octets& reply) {
  const auto exception = dlms::decode_exception_response(reply);
  return exception.ok() ? exception->service : Reason::none;
}

TEST(Security, WrongPasswordIsRejectedAndReported) {
  for (const char* password : {"12345679", "1234567", "123456789", ""}) {
    dlms::ClientConfig config = example_client(kReadingRole, 1024);
    config.password = {};
    config.password_octets = static_cast<std::uint8_t>(std::string_view(password).size());
    std::copy_n(password, config.password_octets, config.password.begin());
    Rig rig(kReadingRole, 1024, 1024, config);
    EXPECT_EQ(rig.run(rig.client.associate()).kind, Kind::rejected) << password;
    EXPECT_FALSE(rig.server.associated());
    EXPECT_FALSE(rig.client.associated());
    EXPECT_EQ(rig.application.served_count[Service::authentication_failed], 1);
  }
}

TEST(Security, WrongKeysOfTheClientAreRejectedAndReported) {
  for (const bool unicast : {true, false}) {
    dlms::ClientConfig config = example_client(kManagementRole, 1024);
    (unicast ? config.keys.unicast : config.keys.authentication)[3] ^= 0x10;
    Rig rig(kManagementRole, 1024, 1024, config);
    EXPECT_EQ(rig.run(rig.client.associate()).kind, Kind::rejected);
    EXPECT_FALSE(rig.server.associated());
    EXPECT_EQ(rig.application.served_count[Service::decryption_failed], 1);
    EXPECT_EQ(rig.application.accepted[kManagementRole.sap], 0u) << "counter of a stranger";
  }
}

TEST(Security, HlsInThePlainContextStillNeedsTheKeys) {
  const dlms::ClientRole role{7, dlms::Authentication::hls5_gmac, false, false};
  dlms::ClientConfig config = example_client(role, 1024);
  config.keys.authentication[0] ^= 1;
  Rig rig(role, 1024, 1024, config);
  EXPECT_EQ(rig.run(rig.client.associate()).kind, Kind::rejected);
  EXPECT_FALSE(rig.server.associated());
  EXPECT_EQ(rig.application.served_count[Service::authentication_failed], 1);
}

TEST(Security, AServerWithoutTheKeysIsNotBelieved) {
  const dlms::ClientRole role{7, dlms::Authentication::hls5_gmac, false, false};
  Rig rig(role);
  // The server accepts whatever comes; its own token is wrong.
  rig.on_reply = [](Octets& reply) {
    if (reply[0] == 0xC7) reply.back() ^= 1;
  };
  EXPECT_EQ(rig.run(rig.client.associate()).kind, Kind::rejected);
  EXPECT_FALSE(rig.client.associated());
}

// Whoever has no key may hope that we compute for him what he must prove.
TEST(Security, OurOwnChallengeOrTitleSentBackGetsNoToken) {
  const dlms::ClientRole role{7, dlms::Authentication::hls5_gmac, false, false};
  for (const bool title : {false, true}) {
    Rig rig(role);
    Octets challenge;
    int requests = 0;
    rig.on_request = [&](Octets& request) {
      ++requests;
      if (request[0] == 0x60) challenge.assign(request.end() - 16 - 18, request.end() - 18);
    };
    rig.on_reply = [&](Octets& reply) {
      if (reply[0] != 0x61) return;
      const auto place =
          std::search(reply.begin(), reply.end(), kMeterTitle.begin(), kMeterTitle.end());
      ASSERT_NE(place, reply.end());
      if (title)
        std::copy(kClientTitle.begin(), kClientTitle.end(), place);
      else
        std::copy(challenge.begin(), challenge.end(), reply.end() - 16 - 18);
    };
    EXPECT_EQ(rig.run(rig.client.associate()).kind, Kind::rejected);
    EXPECT_EQ(requests, 1);
  }
}

TEST(Security, EveryBitOfACipheredRequestIsProtected) {
  Rig rig(kManagementRole);
  ASSERT_TRUE(rig.associate());
  const Octets good = copy(*rig.client.get(kClockTime));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Octets bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1u << (bit % 8)));
    const Octets reply = rig.serve(bad);
    ASSERT_NE(reason_of(reply), Reason::none) << "bit " << bit << ": " << to_hex(reply);
  }
  EXPECT_EQ(rig.application.gets, 0);
  EXPECT_GT(rig.application.served_count[Service::decryption_failed], 8 * 20);
  // None of them moved the counter: the true one still gets through.
  EXPECT_EQ(rig.client.on_apdu(rig.serve(good)).kind, Kind::refused);
}

TEST(Security, EveryBitOfACipheredAnswerIsProtected) {
  Rig rig(kManagementRole);
  rig.application.values[FakeApplication::key(kClockTime)] = hex("1105");
  ASSERT_TRUE(rig.associate());
  const Octets good = rig.serve(copy(*rig.client.get(kClockTime)));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Octets bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1u << (bit % 8)));
    ASSERT_EQ(rig.client.on_apdu(bad).kind, Kind::nothing) << "bit " << bit;
  }
  EXPECT_EQ(rig.client.malformed(), good.size() * 8);
  EXPECT_EQ(rig.client.on_apdu(good).kind, Kind::data);
  EXPECT_EQ(rig.client.on_apdu(good).kind, Kind::nothing) << "a second time";
}

TEST(Security, AReplayedRequestIsRefusedWithTheCounterExpected) {
  Rig rig(kManagementRole);
  rig.application.values[FakeApplication::key(kClockTime)] = hex("1105");
  ASSERT_TRUE(rig.associate());
  const Octets request = copy(*rig.client.get(kClockTime));
  rig.serve(request);
  const auto exception = dlms::decode_exception_response(rig.serve(request));
  ASSERT_TRUE(exception.ok());
  EXPECT_EQ(exception->service, Reason::invocation_counter_error);
  EXPECT_EQ(exception->invocation_counter, rig.client.invocation_counter());
  EXPECT_EQ(rig.application.gets, 1);
  EXPECT_EQ(rig.application.served_count[Service::replay_refused], 1);
  EXPECT_TRUE(rig.server.associated());
}

TEST(Security, AnOldAnswerIsNotTakenForTheNewOne) {
  Rig rig(kManagementRole);
  rig.application.values[FakeApplication::key(kClockTime)] = hex("1105");
  ASSERT_TRUE(rig.associate());
  const Octets old = rig.serve(copy(*rig.client.get(kClockTime)));
  ASSERT_EQ(rig.client.on_apdu(old).kind, Kind::data);
  rig.application.values[FakeApplication::key(kClockTime)] = hex("1106");
  // After 16 requests the invoke id is the one of the old answer again.
  for (int i = 1; i < 16; ++i) ASSERT_EQ(rig.run(rig.client.get(kClockTime)).kind, Kind::data);
  const Octets fresh = rig.serve(copy(*rig.client.get(kClockTime)));
  EXPECT_EQ(rig.client.on_apdu(old).kind, Kind::nothing);
  const dlms::ClientEvent event = rig.client.on_apdu(fresh);
  ASSERT_EQ(event.kind, Kind::data);
  EXPECT_EQ(to_hex(event.data), "1106");
}

TEST(Security, AReplayedAssociationRequestIsRefused) {
  Rig rig(kManagementRole);
  const Octets aarq = copy(*rig.client.associate());
  const Octets accepted = rig.serve(aarq);
  EXPECT_NE(to_hex(accepted).find("A203020100"), std::string::npos);
  const Octets refused = rig.serve(aarq);
  EXPECT_NE(to_hex(refused).find("A203020101"), std::string::npos);
  EXPECT_EQ(rig.application.served_count[Service::replay_refused], 1);
  EXPECT_FALSE(rig.server.associated());
}

TEST(Security, PlainServicesInACipheredAssociationAreRefused) {
  Rig rig(kManagementRole);
  rig.application.values[FakeApplication::key(kClockTime)] = hex("1105");
  ASSERT_TRUE(rig.associate());
  EXPECT_EQ(reason_of(rig.serve(golden("get_request_plain"))), Reason::operation_not_possible);
  EXPECT_EQ(rig.application.gets, 0);
  ASSERT_TRUE(rig.client.get(kClockTime).ok());
  // C2: the invoke id asked with, the token of HLS having had the first one.
  EXPECT_EQ(rig.client.on_apdu(hex("C401C2001105")).kind, Kind::nothing);
  EXPECT_TRUE(rig.client.busy());
}

TEST(Security, LessThanAuthenticationAndEncryptionIsRefused) {
  for (const std::uint8_t control : {0x10, 0x20}) {
    Rig rig(kManagementRole);
    ASSERT_TRUE(rig.associate());
    const dlms::Keys keys = example_keys();
    Octets buffer(200), scratch(200);
    protocol::Writer out(buffer);
    const dlms::Sealing sealing{keys, kClientTitle, 5000, control};
    ASSERT_TRUE(dlms::encode_ciphered(dlms::Wrapping::glo, sealing, golden("get_request_plain"),
                                      rig.engine, scratch, out));
    EXPECT_EQ(reason_of(rig.serve(out.written())), Reason::operation_not_possible);
    EXPECT_EQ(rig.application.gets, 0);
  }
}

TEST(Security, CipheredServicesInAPlainAssociationAreRefused) {
  Rig rig(kPublicRole);
  ASSERT_TRUE(rig.associate());
  EXPECT_EQ(reason_of(rig.serve(golden("glo_get_request_30"))), Reason::operation_not_possible);
}

TEST(Security, BetweenThePassesOnlyTheTokenIsServed) {
  const dlms::ClientRole role{7, dlms::Authentication::hls5_gmac, false, false};
  Rig rig(role);
  rig.application.values[FakeApplication::key(kClockTime)] = hex("1105");
  const dlms::ClientEvent event = rig.client.on_apdu(rig.serve(copy(*rig.client.associate())));
  ASSERT_EQ(event.kind, Kind::send);
  EXPECT_FALSE(rig.server.associated());
  EXPECT_EQ(reason_of(rig.serve(golden("get_request_plain"))), Reason::operation_not_possible);
  EXPECT_EQ(reason_of(rig.serve(hex("C301C1 0046 000060030AFF 02 00"))),
            Reason::operation_not_possible);
  EXPECT_EQ(rig.application.actions, 0);
  EXPECT_EQ(rig.client.on_apdu(rig.serve(event.send)).kind, Kind::associated);
}

TEST(Security, AClientThatCallsItselfByTheMetersTitleIsRefused) {
  dlms::ClientConfig config = example_client(kManagementRole, 1024);
  config.system_title = kMeterTitle;
  Rig rig(kManagementRole, 1024, 1024, config);
  rig.on_reply = [](Octets& aare) {
    EXPECT_NE(to_hex(aare).find("A305A103020103"), std::string::npos);
  };
  EXPECT_EQ(rig.run(rig.client.associate()).kind, Kind::rejected);
  EXPECT_FALSE(rig.server.associated());
}

TEST(Security, AReleaseWithAForgedInitiateIsDropped) {
  Rig rig(kManagementRole);
  ASSERT_TRUE(rig.associate());
  Octets forged = copy(*rig.client.release());
  forged.back() ^= 1;
  EXPECT_TRUE(rig.serve(forged).empty());
  EXPECT_TRUE(rig.server.associated());
  forged.back() ^= 1;
  EXPECT_EQ(rig.client.on_apdu(rig.serve(forged)).kind, Kind::released);
}

TEST(Security, GeneralGloCipheringIsAnsweredInKind) {
  Rig rig(kManagementRole);
  rig.application.values[FakeApplication::key(kClockTime)] = hex("1105");
  ASSERT_TRUE(rig.associate());
  const dlms::Keys keys = example_keys();
  const auto request = [&](const dlms::SystemTitle& title, std::uint32_t counter) {
    Octets buffer(200);
    protocol::Writer out(buffer);
    const dlms::Sealing sealing{keys, title, counter};
    EXPECT_TRUE(dlms::encode_ciphered(dlms::Wrapping::general_glo, sealing,
                                      golden("get_request_plain"), rig.engine, {}, out));
    return copy(out.written());
  };
  const Octets reply = rig.serve(request(kClientTitle, 1000));
  EXPECT_EQ(dlms::sender_of_general_glo(reply).value(), kMeterTitle);
  Octets out(200);
  const auto opened = dlms::open_general_glo(reply, keys, rig.engine, out);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(to_hex(opened->apdu), "C40100001105");
  dlms::SystemTitle stranger = kClientTitle;
  stranger[7] = 9;
  EXPECT_EQ(reason_of(rig.serve(request(stranger, 1001))), Reason::operation_not_possible);
}

TEST(Security, NotificationsAreSealedOpenedAndNotReplayed) {
  const dlms::ServerIdentity identity = example_identity(1024);
  protocol::crypto::OpensslEngine engine(drawn_random(1));
  const Octets body = hex("0203 0906 0000190900FF 0906 0100630100FF 0100");
  Octets buffer(200), scratch(200), work(4096);
  protocol::Writer out(buffer);
  ASSERT_TRUE(dlms::encode_ciphered_notification(identity, 77, 5, {}, body, engine, scratch, out));
  EXPECT_EQ(dlms::sender_of_general_glo(out.written()).value(), kMeterTitle);
  Octets opened_octets(200);
  const auto opened = dlms::open_general_glo(out.written(), identity.keys, engine, opened_octets);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->invocation_counter, 77u);
  const auto notification = dlms::decode_notification(opened->apdu);
  ASSERT_TRUE(notification.ok());
  EXPECT_EQ(notification->long_invoke_id, 5u);
  EXPECT_EQ(copy(notification->body), body);

  dlms::ClientSession client(example_client(kPushRole, 1024), engine, work);
  const dlms::ClientEvent event = client.on_apdu(out.written());
  ASSERT_EQ(event.kind, Kind::notification);
  EXPECT_EQ(copy(event.data), body);
  EXPECT_EQ(client.on_apdu(out.written()).kind, Kind::nothing);
  for (std::size_t i = 0; i < out.size(); ++i) {
    Octets bad = copy(out.written());
    bad[i] ^= 0x40;
    EXPECT_FALSE(dlms::open_general_glo(bad, identity.keys, engine, opened_octets).ok()) << i;
  }
}

TEST(Security, ANotificationWithoutAuthenticationIsNotOpened) {
  const dlms::Keys keys = example_keys();
  protocol::crypto::OpensslEngine engine(drawn_random(1));
  Octets buffer(200), scratch(200);
  protocol::Writer out(buffer);
  const dlms::Sealing sealing{keys, kMeterTitle, 77, protocol::dlms::kSecurityEncrypted};
  ASSERT_TRUE(dlms::encode_ciphered(dlms::Wrapping::general_glo, sealing, hex("0F00000001001101"),
                                    engine, scratch, out));
  Octets opened(200);
  EXPECT_EQ(dlms::open_general_glo(out.written(), keys, engine, opened).error(),
            protocol::Error::refused);
}

TEST(Security, ThePushAssociationIsThereFromTheStartAndServesOnlyGeneralGlo) {
  Rig rig(kPushRole);
  EXPECT_TRUE(rig.server.associated());
  EXPECT_EQ(reason_of(rig.serve(golden("glo_get_request_30"))), Reason::operation_not_possible);
  EXPECT_EQ(reason_of(rig.serve(golden("get_request_plain"))), Reason::operation_not_possible);
  const Octets aare = rig.serve(golden("aarq_public"));
  EXPECT_NE(to_hex(aare).find("A203020101"), std::string::npos);
  EXPECT_TRUE(rig.serve(hex("6203800100")).empty());
  rig.server.reset();
  EXPECT_TRUE(rig.server.associated());
}

}  // namespace
}  // namespace protocol_test
