// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a client makes of a meter that behaves otherwise than ours: notifications in front, reasons,
// transfers without end.
#include "protocol/axdr/compact_array.hpp"
#include "protocol/dlms/names.hpp"
#include "protocol/dlms/services.hpp"
#include "rig.hpp"

namespace protocol_test {
namespace {

using Kind = dlms::ClientEvent::Kind;
using Why = dlms::ClientReason::Kind;

// A public client that has asked for the clock; what comes is up to the test.
struct Asked : Rig {
  explicit Asked(const dlms::ClientRole& role = kPublicRole) : Rig(role) {
    EXPECT_TRUE(associate());
    request = copy(*client.get(kClockTime));
  }
  // The invoke-id of a plain request goes into the answer.
  Octets answer(const char* text) const {
    Octets octets = hex(text);
    octets[2] = request[2];
    return octets;
  }
  Octets request;
};

TEST(ClientFaults, fault_12_notifications_in_front_of_an_answer_are_told_from_it) {
  Asked rig;
  auto event = rig.client.on_apdu(hex("0f00000001000910414d54313341303000000000000000000000"));
  EXPECT_EQ(event.kind, Kind::notification);
  EXPECT_TRUE(event.data.empty()) << "what cannot be read is no answer either";
  event = rig.client.on_apdu(hex("0f0000000100090241 42"));
  EXPECT_EQ(event.kind, Kind::notification);
  EXPECT_EQ(copy(event.data), hex("09024142"));
  event = rig.client.on_apdu(hex("c20000010000010000ff02091100"));
  EXPECT_EQ(event.kind, Kind::notification);
  event = rig.client.on_apdu(rig.answer("c401ff001105"));
  ASSERT_EQ(event.kind, Kind::data);
  EXPECT_EQ(copy(event.data), hex("1105"));
}

TEST(ClientFaults, fault_12_a_plain_notification_does_not_end_a_ciphered_request) {
  Rig rig(kManagementRole);
  ASSERT_TRUE(rig.associate());
  rig.application.values[FakeApplication::key(kClockTime)] = hex("1107");
  const Octets request = copy(*rig.client.get(kClockTime));
  const auto event = rig.client.on_apdu(hex("0f00000001000902 4142"));
  EXPECT_EQ(event.kind, Kind::notification);
  EXPECT_TRUE(event.data.empty()) << "nobody knows who sent it";
  const auto answer = rig.client.on_apdu(rig.serve(request));
  ASSERT_EQ(answer.kind, Kind::data);
  EXPECT_EQ(copy(answer.data), hex("1107"));
}

// An AARE as a meter sends it, Green Book 11.6 with another result.
Octets aare(std::uint8_t result, std::uint8_t source, std::uint8_t diagnostic,
            const Octets& user_information = {}) {
  dlms::Aare value;
  value.result = static_cast<dlms::AssociationResult>(result);
  value.of_provider = source == 2;
  value.diagnostic = static_cast<dlms::Diagnostic>(diagnostic);
  value.user_information = user_information;
  Octets octets(100);
  protocol::Writer out(octets);
  encode(value, out);
  octets.resize(out.size());
  return octets;
}

TEST(ClientFaults, fault_13_the_reason_of_a_refused_association_is_told_by_name) {
  const struct {
    Octets answer;
    const char* name;
  } cases[] = {
      {aare(1, 1, 1), "no-reason-given"},
      {aare(1, 1, 2), "application-context-name-not-supported"},
      {aare(1, 1, 11), "authentication-mechanism-name-not-recognised"},
      {aare(1, 1, 12), "authentication-mechanism-name-required"},
      {aare(1, 1, 13), "authentication-failure"},
      {aare(2, 2, 2), "no-common-acse-version"},
      {aare(1, 1, 1, hex("0e010603")), "pdu-size-too-short"},
      {aare(1, 1, 1, hex("0e010602")), "incompatible-conformance"},
      {hex("0e010601"), "dlms-version-too-low"},
      {hex("d80103"), "other-reason"},
      {hex("d8010600000099"), "invocation-counter-error"},
      {aare(0, 1, 14, hex("0800065f1f0400001e1d04000007")), "authentication-required"},
      {aare(0, 1, 0, hex("0800055f1f0400001e1d04000007")), "no usable InitiateResponse"},
  };
  for (const auto& [answer, name] : cases) {
    Rig rig(kPublicRole);
    ASSERT_TRUE(rig.client.associate().ok());
    const auto event = rig.client.on_apdu(answer);
    EXPECT_EQ(event.kind, Kind::rejected) << name;
    EXPECT_STREQ(dlms::reason_name(event.reason), name);
  }
  Rig rig(kPublicRole);
  ASSERT_TRUE(rig.client.associate().ok());
  EXPECT_EQ(rig.client.on_apdu(hex("d8010600000099")).reason.exception.invocation_counter, 0x99u);
}

TEST(ClientFaults, fault_13_answers_that_cannot_be_trusted_say_why_and_end_nothing) {
  Rig rig(kManagementRole);
  ASSERT_TRUE(rig.associate());
  rig.application.values[FakeApplication::key(kClockTime)] = hex("1107");
  const Octets first = rig.serve(copy(*rig.client.get(kClockTime)));
  ASSERT_EQ(rig.client.on_apdu(first).kind, Kind::data);
  const Octets request = copy(*rig.client.get(kClockTime));
  auto event = rig.client.on_apdu(first);
  EXPECT_EQ(event.kind, Kind::nothing);
  EXPECT_EQ(event.reason.kind, Why::replayed);
  Octets answer = rig.serve(request);
  Octets forged = answer;
  forged.back() ^= 1;
  event = rig.client.on_apdu(forged);
  EXPECT_EQ(event.kind, Kind::nothing);
  EXPECT_EQ(event.reason.kind, Why::not_authentic);
  EXPECT_EQ(rig.client.on_apdu(answer).kind, Kind::data);
}

// A block of a GET answer.
Octets block(const Asked& rig, bool last, std::uint32_t number, const Octets& raw) {
  dlms::GetResponse response;
  response.kind = dlms::GetResponse::Kind::with_block;
  response.invoke_id = rig.request[2];
  response.last = last;
  response.block_number = number;
  response.data = raw;
  Octets octets(200);
  protocol::Writer out(octets);
  encode(response, out);
  octets.resize(out.size());
  return octets;
}

TEST(ClientFaults, BlockTransfersWithoutEndAreEnded) {
  const Octets some = hex("090a0102");
  {
    Asked rig;
    EXPECT_EQ(rig.client.on_apdu(block(rig, false, 1, some)).kind, Kind::send);
    const auto event = rig.client.on_apdu(block(rig, false, 1, some));
    EXPECT_EQ(event.kind, Kind::exception);
    EXPECT_EQ(event.reason.kind, Why::block_number);
  }
  {
    Asked rig;
    EXPECT_EQ(rig.client.on_apdu(block(rig, false, 1, some)).kind, Kind::send);
    const auto event = rig.client.on_apdu(block(rig, false, 2, {}));
    EXPECT_EQ(event.kind, Kind::exception);
    EXPECT_EQ(event.reason.kind, Why::endless);
  }
  {
    dlms::ClientConfig config = example_client(kPublicRole, 1024);
    config.max_blocks = 100;
    Rig rig(kPublicRole, 1024, 1024, config);
    ASSERT_TRUE(rig.associate());
    Asked asked;  // for its helper alone: both have asked once
    ASSERT_EQ(copy(*rig.client.get(kClockTime)), asked.request);
    for (std::uint32_t n = 1; n <= 100; ++n) {
      ASSERT_EQ(rig.client.on_apdu(block(asked, false, n, hex("01"))).kind, Kind::send) << n;
    }
    EXPECT_EQ(rig.client.on_apdu(block(asked, false, 101, hex("01"))).reason.kind, Why::endless);
  }
  {
    Asked rig;  // the store of 102 048 octets is full before
    const Octets raw(150, 0x11);
    dlms::ClientEvent event;
    std::uint32_t n = 0;
    do {
      event = rig.client.on_apdu(block(rig, false, ++n, raw));
    } while (event.kind == Kind::send);
    EXPECT_EQ(event.reason.kind, Why::too_long);
    EXPECT_EQ(n, (rig.work.size() - 1024) / 150 + 1);
  }
}

TEST(ClientFaults, AnActionAnsweredByItsFirstBlockForEverIsEnded) {
  Rig rig(kPublicRole);
  ASSERT_TRUE(rig.associate());
  const Octets request = copy(*rig.client.action(kReconnect, hex("0f00")));
  dlms::ActionResponse response;
  response.kind = dlms::ActionResponse::Kind::with_block;
  response.invoke_id = request[2];
  const Octets raw = hex("0911");
  response.block = {false, 1, raw};
  Octets octets(100);
  protocol::Writer out(octets);
  encode(response, out);
  EXPECT_EQ(rig.client.on_apdu(out.written()).kind, Kind::send);
  const auto event = rig.client.on_apdu(out.written());
  EXPECT_EQ(event.kind, Kind::exception);
  EXPECT_EQ(event.reason.kind, Why::block_number);
}

// ---- compact-array ----

Octets expanded(const char* text, std::size_t room = 1000) {
  Octets out(room);
  const auto array = protocol::axdr::expand_compact_array(hex(text), out);
  if (!array) return hex("EE");
  return copy(*array);
}

TEST(CompactArray, fault_15_is_an_array_of_the_same_values) {
  EXPECT_EQ(expanded("12 04 0001 0002"), hex("01 84 00000002 12 0001 12 0002"));
  // Structures of an octet-string and an array of two bytes.
  EXPECT_EQ(expanded("02 02 09 01 0002 11 09 02 4142 01 02 01 43 03 04"),
            hex("01 84 00000002 02 02 09 02 4142 01 02 11 01 11 02"
                "                02 02 09 01 43   01 02 11 03 11 04"));
  // A structure in a structure, with a field behind it; nulls take no octet.
  EXPECT_EQ(expanded("02 03 02 02 11 00 16 12 04 01 02 0003"),
            hex("01 84 00000001 02 03 02 02 11 01 00 16 02 12 0003"));
  EXPECT_EQ(expanded("12 00"), hex("01 84 00000000"));
}

TEST(CompactArray, fault_15_contents_that_do_not_fit_are_refused) {
  EXPECT_EQ(expanded("12 03 0001 00"), hex("EE"));
  EXPECT_EQ(expanded("12 04 0001 0002", 11), hex("EE")) << "no room";
  EXPECT_EQ(expanded("00 01 00"), hex("EE")) << "nulls without number";
  EXPECT_EQ(expanded("13 12 01 00"), hex("EE")) << "one in the other";
  EXPECT_EQ(expanded("01 FFFF 01 FFFF 01 FFFF 00 01 00"), hex("EE")) << "a bomb";
  EXPECT_EQ(expanded("12 04 0001"), hex("EE"));
  EXPECT_EQ(expanded("02 84 FFFFFFFF 11"), hex("EE"));
}

TEST(CompactArray, fault_15_is_one_element_of_what_is_around_it) {
  Asked rig;
  const auto event = rig.client.on_apdu(rig.answer("c401ff00 13 12 04 0001 0002"));
  ASSERT_EQ(event.kind, Kind::data);
  EXPECT_EQ(copy(event.data), hex("13 12 04 0001 0002"));
  const Octets around = hex("02 02 13 02 02 11 12 03 01 0002 11 07");
  protocol::axdr::Cursor cursor(around);
  cursor.structure(2);
  EXPECT_EQ(cursor.peek(), protocol::axdr::Tag::compact_array);
  EXPECT_EQ(copy(cursor.next().content), hex("02 02 11 12 03 01 0002"));
  EXPECT_EQ(cursor.unsigned_number(), 7u);
  EXPECT_TRUE(cursor.at_end());
}

}  // namespace
}  // namespace protocol_test
