// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "rig.hpp"

namespace protocol_test {
namespace {

using cosem::AccessResult;
using Kind = dlms::ClientEvent::Kind;
using Service = dlms::Application::Service;

const dlms::ClientRole kRoles[] = {kPublicRole,
                                   kReadingRole,
                                   kManagementRole,
                                   {5, dlms::Authentication::lls, true, false},
                                   {6, dlms::Authentication::none, true, false},
                                   {7, dlms::Authentication::hls5_gmac, false, false}};

class EveryRole : public ::testing::TestWithParam<dlms::ClientRole> {};

INSTANTIATE_TEST_SUITE_P(Session, EveryRole, ::testing::ValuesIn(kRoles));

TEST_P(EveryRole, AssociatesReadsWritesActsAndReleases) {
  Rig rig(GetParam());
  rig.application.values[FakeApplication::key(kClockTime)] = hex("090C07B201010400000000000000");
  ASSERT_TRUE(rig.associate());
  EXPECT_EQ(rig.round_trips, GetParam().authentication == dlms::Authentication::hls5_gmac ? 2 : 1);

  dlms::ClientEvent event = rig.run(rig.client.get(kClockTime));
  ASSERT_EQ(event.kind, Kind::data);
  EXPECT_EQ(to_hex(event.data), "090C07B201010400000000000000");

  event = rig.run(rig.client.set(kClockTime, hex("090101")));
  EXPECT_EQ(event.kind, Kind::done);
  EXPECT_EQ(to_hex(rig.application.values[FakeApplication::key(kClockTime)]), "090101");

  rig.application.return_value = hex("1107");
  event = rig.run(rig.client.action(kReconnect, hex("0F00")));
  ASSERT_EQ(event.kind, Kind::done);
  EXPECT_EQ(to_hex(event.data), "1107");
  EXPECT_EQ(rig.application.last_method, kReconnect);
  EXPECT_EQ(to_hex(rig.application.last_parameter), "0F00");

  EXPECT_EQ(rig.run(rig.client.release()).kind, Kind::released);
  EXPECT_FALSE(rig.client.associated());
  EXPECT_FALSE(rig.server.associated());
  EXPECT_EQ(rig.server.malformed() + rig.client.malformed(), 0u);
  const std::map<Service, int> once{{Service::associate, 1},
                                    {Service::release, 1},
                                    {Service::get, 1},
                                    {Service::set, 1},
                                    {Service::action, 1}};
  EXPECT_EQ(rig.application.served_count, once);
  EXPECT_TRUE(rig.associate()) << "a second time";
}

TEST_P(EveryRole, RefusalsOfTheApplicationReachTheClient) {
  Rig rig(GetParam());
  ASSERT_TRUE(rig.associate());
  dlms::ClientEvent event = rig.run(rig.client.get(kClockTime));
  EXPECT_EQ(event.kind, Kind::refused);
  EXPECT_EQ(event.access_result, AccessResult::object_undefined);
  event = rig.run(rig.client.set(kClockTime, hex("1101")));
  EXPECT_EQ(event.kind, Kind::refused);
  EXPECT_EQ(event.access_result, AccessResult::read_write_denied);
  rig.application.action_result = AccessResult::hardware_fault;
  event = rig.run(rig.client.action(kReconnect, {}));
  EXPECT_EQ(event.kind, Kind::refused);
  EXPECT_EQ(event.access_result, AccessResult::hardware_fault);
  EXPECT_TRUE(rig.application.last_parameter.empty());
}

TEST_P(EveryRole, LongValuesTravelInBlocksNoLargerThanNegotiated) {
  for (const std::size_t octets : {120u, 127u, 128u, 200u, 255u, 256u, 300u, 1000u, 5000u}) {
    for (const std::uint16_t pdu : {120, 160, 260, 300, 512}) {
      Rig rig(GetParam(), 512, pdu);
      const Octets value = long_value(octets);
      rig.application.values[FakeApplication::key(kProfile)] = value;
      rig.application.return_value = value;
      ASSERT_TRUE(rig.associate());
      dlms::ClientEvent event = rig.run(rig.client.get(kProfile));
      ASSERT_EQ(event.kind, Kind::data);
      EXPECT_EQ(copy(event.data), value) << octets << " in " << pdu;

      rig.application.values[FakeApplication::key(kProfile)] = {};
      event = rig.run(rig.client.set(kProfile, value));
      ASSERT_EQ(event.kind, Kind::done);
      EXPECT_EQ(rig.application.values[FakeApplication::key(kProfile)], value);
      EXPECT_EQ(rig.application.sets, 1);

      event = rig.run(rig.client.action(kReconnect, value));
      ASSERT_EQ(event.kind, Kind::done) << octets << " in " << pdu;
      EXPECT_EQ(copy(event.data), value);
      EXPECT_EQ(rig.application.last_parameter, value);
      EXPECT_EQ(rig.application.actions, 1);
      EXPECT_LE(rig.largest_reply, pdu);
      EXPECT_LE(rig.largest_request, pdu);
      EXPECT_FALSE(rig.join.busy());
    }
  }
}

TEST(Session, RequestsKeepToTheServersLimitWhenItIsTheSmallerOne) {
  Rig rig(kManagementRole, 200, 1024);
  rig.application.values[FakeApplication::key(kProfile)] = {};
  ASSERT_TRUE(rig.associate());
  EXPECT_EQ(rig.run(rig.client.set(kProfile, long_value(3000))).kind, Kind::done);
  EXPECT_LE(rig.largest_request, 200u);
}

TEST(Session, ALongReadTakesAsManyBlocksAsTheValueNeeds) {
  Rig rig(kPublicRole, 512, 512);
  rig.application.values[FakeApplication::key(kProfile)] = long_value(10'000 - 4);
  ASSERT_TRUE(rig.associate());
  ASSERT_EQ(rig.run(rig.client.get(kProfile)).kind, Kind::data);
  EXPECT_EQ(rig.round_trips, 20);  // 500 octets of raw data behind 12 of head
  EXPECT_EQ(rig.application.gets, 20);
}

TEST(Session, RangeAndEntrySelectionArriveAsAsked) {
  for (const dlms::ClientRole& role : {kReadingRole, kManagementRole}) {
    Rig rig(role);
    rig.application.values[FakeApplication::key(kProfile)] = hex("0100");
    ASSERT_TRUE(rig.associate());
    cosem::Selection range;
    range.kind = cosem::Selection::Kind::range;
    range.from_utc_s = 1719792000;
    range.to_utc_s = 1719878400;
    ASSERT_EQ(rig.run(rig.client.get(kProfile, range)).kind, Kind::data);
    EXPECT_EQ(rig.application.last_selection.kind, cosem::Selection::Kind::range);
    EXPECT_EQ(rig.application.last_selection.from_utc_s, range.from_utc_s);
    EXPECT_EQ(rig.application.last_selection.to_utc_s, range.to_utc_s);
    cosem::Selection entry;
    entry.kind = cosem::Selection::Kind::entry;
    entry.from_entry = 17;
    entry.to_entry = 4000;
    ASSERT_EQ(rig.run(rig.client.get(kProfile, entry)).kind, Kind::data);
    EXPECT_EQ(rig.application.last_selection.kind, cosem::Selection::Kind::entry);
    EXPECT_EQ(rig.application.last_selection.from_entry, 17u);
    EXPECT_EQ(rig.application.last_selection.to_entry, 4000u);
    ASSERT_EQ(rig.run(rig.client.get(kProfile)).kind, Kind::data);
    EXPECT_EQ(rig.application.last_selection.kind, cosem::Selection::Kind::all);
    const dlms::ClientEvent event = rig.run(rig.client.get(kClockTime, entry));
    EXPECT_EQ(event.access_result, AccessResult::scope_of_access_violated);
  }
}

TEST(Session, AFailureInTheMiddleOfALongReadEndsIt) {
  Rig rig(kPublicRole, 200, 200);
  rig.application.values[FakeApplication::key(kProfile)] = long_value(2000);
  rig.application.fail_get_at = 3;
  ASSERT_TRUE(rig.associate());
  const dlms::ClientEvent event = rig.run(rig.client.get(kProfile));
  EXPECT_EQ(event.kind, Kind::refused);
  EXPECT_EQ(event.access_result, AccessResult::hardware_fault);
  EXPECT_FALSE(rig.client.busy());
  rig.application.fail_get_at = -1;
  EXPECT_EQ(rig.run(rig.client.get(kProfile)).kind, Kind::data);
}

TEST(Session, AValueLargerThanTheStoreEndsInAnExceptionEvent) {
  for (const dlms::ClientRole& role : {kPublicRole, kManagementRole}) {
    Rig rig(role, 512, 512);
    rig.application.values[FakeApplication::key(kProfile)] = long_value(60'000);
    protocol::crypto::OpensslEngine engine(drawn_random(2));
    Octets work(3 * 512);
    dlms::ClientSession small(example_client(role, 512), engine, work);
    const auto run = [&](protocol::Result<protocol::Bytes> request) {
      Octets apdu = copy(*request);
      while (true) {
        const dlms::ClientEvent event = small.on_apdu(rig.serve(apdu));
        if (event.kind != Kind::send) return event.kind;
        apdu = copy(event.send);
      }
    };
    ASSERT_EQ(run(small.associate()), Kind::associated);
    EXPECT_EQ(run(small.get(kProfile)), Kind::exception);
    EXPECT_FALSE(small.busy());
    rig.application.values[FakeApplication::key(kProfile)] = hex("1101");
    EXPECT_EQ(run(small.get(kProfile)), Kind::data);
  }
}

TEST(Session, AnswersToAnotherInvokeIdOrServiceAreIgnored) {
  Rig rig(kPublicRole);
  ASSERT_TRUE(rig.associate());
  ASSERT_TRUE(rig.client.get(kClockTime).ok());  // invoke id 1
  EXPECT_EQ(rig.client.on_apdu(hex("C401C2001105")).kind, Kind::nothing);
  EXPECT_EQ(rig.client.on_apdu(hex("C501C100")).kind, Kind::nothing);
  EXPECT_EQ(rig.client.on_apdu(hex("C701C10000")).kind, Kind::nothing);
  EXPECT_EQ(rig.client.malformed(), 3u);
  EXPECT_EQ(rig.client.on_apdu(hex("C401C1001105")).kind, Kind::data);
  EXPECT_EQ(rig.client.on_apdu(hex("C401C1001105")).kind, Kind::nothing);
}

TEST(Session, ABlockOutOfOrderEndsTheRead) {
  Rig rig(kPublicRole);
  ASSERT_TRUE(rig.associate());
  ASSERT_TRUE(rig.client.get(kClockTime).ok());
  EXPECT_EQ(rig.client.on_apdu(hex("C402C1 00 00000001 00 02 0902")).kind, Kind::send);
  EXPECT_EQ(rig.client.on_apdu(hex("C402C1 01 00000003 00 02 0102")).kind, Kind::exception);
  EXPECT_FALSE(rig.client.busy());
  ASSERT_TRUE(rig.client.get(kClockTime).ok());
  EXPECT_EQ(rig.client.on_apdu(hex("C402C2 00 00000001 00 02 0902")).kind, Kind::send);
  EXPECT_EQ(rig.client.on_apdu(hex("C402C2 01 00000002 00 01 01")).kind, Kind::exception)
      << "joined, but not one value";
}

TEST(Session, OneRequestAtATimeAndOnlyWhenAssociated) {
  Rig rig(kPublicRole);
  EXPECT_EQ(rig.client.get(kClockTime).error(), protocol::Error::wrong_state);
  EXPECT_EQ(rig.client.release().error(), protocol::Error::wrong_state);
  ASSERT_TRUE(rig.client.associate().ok());
  EXPECT_TRUE(rig.client.busy());
  EXPECT_EQ(rig.client.associate().error(), protocol::Error::wrong_state);
  rig.client.reset();
  ASSERT_TRUE(rig.associate());
  ASSERT_TRUE(rig.client.get(kClockTime).ok());
  EXPECT_EQ(rig.client.get(kClockTime).error(), protocol::Error::wrong_state);
  EXPECT_EQ(rig.client.set(kClockTime, hex("00")).error(), protocol::Error::wrong_state);
  EXPECT_EQ(rig.client.action(kReconnect, {}).error(), protocol::Error::wrong_state);
  rig.client.reset();
  ASSERT_TRUE(rig.associate());
  EXPECT_EQ(rig.client.set(kClockTime, hex("0901")).error(), protocol::Error::malformed);
}

TEST(Session, TheMetersTitleIsLearntOrMustMatch) {
  dlms::ClientConfig config = example_client(kManagementRole, 1024);
  config.meter_system_title = kMeterTitle;
  Rig known(kManagementRole, 1024, 1024, config);
  EXPECT_TRUE(known.associate());
  config.meter_system_title[7] ^= 1;
  Rig other(kManagementRole, 1024, 1024, config);
  EXPECT_EQ(other.run(other.client.associate()).kind, Kind::rejected);
  EXPECT_FALSE(other.client.associated());
  // Nor does another meter get our token.
  const dlms::ClientRole plain_hls{7, dlms::Authentication::hls5_gmac, false, false};
  config.ciphered = false;
  Rig stranger(plain_hls, 1024, 1024, config);
  EXPECT_EQ(stranger.run(stranger.client.associate()).kind, Kind::rejected);
  EXPECT_EQ(stranger.round_trips, 1);
}

TEST(Session, InvocationCounterGoesUpWithEverySealedApduAndNeverWraps) {
  dlms::ClientConfig config = example_client(kManagementRole, 1024);
  config.invocation_counter = 100;
  Rig rig(kManagementRole, 1024, 1024, config);
  ASSERT_TRUE(rig.associate());
  EXPECT_EQ(rig.client.invocation_counter(), 103u);  // initiate, token, action
  rig.run(rig.client.get(kClockTime));
  EXPECT_EQ(rig.client.invocation_counter(), 104u);
  EXPECT_EQ(rig.application.accepted[kManagementRole.sap], 103u);
  config.invocation_counter = UINT32_MAX;
  Rig last(kManagementRole, 1024, 1024, config);
  EXPECT_EQ(last.client.associate().error(), protocol::Error::refused);
}

}  // namespace
}  // namespace protocol_test
