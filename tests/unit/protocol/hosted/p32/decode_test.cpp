// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/sign.hpp"
#include "tests/unit/protocol/hosted/p32/samples.hpp"

namespace protocol::p32::test {
namespace {

using testing::HasSubstr;

Problem problem_in(const std::string& xml, const DecodeLimits& limits = {}) {
  const Decoded decoded = decode(xml, limits);
  EXPECT_TRUE(!decoded.ok() || decoded.left_out().size() == 1);
  if (!decoded.ok()) return decoded.problem();
  return decoded.left_out().empty() ? Problem{} : decoded.left_out().front();
}

TEST(Decode, ProblemPointsAtTheAttributeThatBreaksTheSchema) {
  const std::string xml = replaced(vector_file("report_load_profile.xml"), "clk=\"00\" st=\"02\"",
                                   "clk=\"00\" st=\"2\"");
  const Problem problem = problem_in(xml);
  EXPECT_EQ(problem.code, error_code::kBreaksSchema);
  EXPECT_EQ(problem.element, "/Message/Report/LoadProfile/Meter[1]/Row[3]/@st");
  EXPECT_EQ(problem.line, 8u);
  EXPECT_EQ(problem.column, 50u);
  EXPECT_THAT(problem.allowed, HasSubstr("[0-9A-F]{2}"));
  EXPECT_EQ(problem.id, "0000000101");  // left out of the report
}

TEST(Decode, ProblemPointsAtTheElementThatShouldNotBeThere) {
  const std::string xml = replaced(vector_file("poll.xml"), "<Poll max=\"8\"/>", "<Pool/>");
  const Problem problem = problem_in(xml);
  EXPECT_EQ(problem.element, "/Message/Pool");
  EXPECT_EQ(problem.line, 3u);
  EXPECT_EQ(problem.column, 1u);
  EXPECT_THAT(problem.allowed, HasSubstr("Poll"));
}

TEST(Decode, ProblemPointsWhereXmlEnds) {
  const Problem problem = problem_in(replaced(vector_file("poll.xml"), "</Message>", "</Massage>"));
  EXPECT_EQ(problem.code, error_code::kNotXml);
  EXPECT_EQ(problem.line, 4u);
  EXPECT_EQ(problem.element, "/Message");
}

TEST(Decode, ColumnsAreCharactersNotOctets) {
  const std::string xml = replaced(vector_file("error_message.xml"), "column=\"63\"",
                                   "element2=\"\xC3\xA9\xC3\xA9\xC3\xA9\" column=\"x\"");
  const Problem problem = problem_in(replaced(xml, " element2=\"\xC3\xA9\xC3\xA9\xC3\xA9\"", ""));
  const Problem shifted = problem_in(replaced(vector_file("error_message.xml"), "column=\"63\"",
                                              "text2=\"\xC3\xA9\" column=\"x\""));
  EXPECT_EQ(problem.element, "/Message/Error/@column");
  EXPECT_EQ(shifted.line, problem.line);
}

// A bad item of a Work is left out and named; the others are there.
TEST(Decode, fault_24_one_bad_item_does_not_take_the_others_along) {
  const std::string golden = vector_file("work.xml");
  ASSERT_EQ(std::get<Work>(decode(golden).message().body).items.size(), 3u);
  const struct {
    const char* from;
    const char* to;
    const char* id;
  } kCases[] = {
      {"source=\"meter\"", "source=\"moon\"", "HES-41"},     // breaks the schema
      {"from=\"2026-01-04", "from=\"2026-02-30", "HES-41"},  // no such day
      {"codes=\"62 63 68\"", "codes=\"62 six\"", "HES-42"},
      {"alg=\"Ed25519\"", "alg=\"none\"", "HES-43"},
      {"id=\"HES-42\" seq=\"42\"", "id=\"HES-42\" seq=\"0\"", "HES-42"},
  };
  for (const auto& one : kCases) {
    const Decoded decoded = decode(replaced(golden, one.from, one.to));
    ASSERT_TRUE(decoded.ok()) << one.to;
    ASSERT_EQ(decoded.left_out().size(), 1u) << one.to;
    EXPECT_EQ(decoded.left_out()[0].id, one.id);
    EXPECT_THAT(decoded.left_out()[0].element, HasSubstr("/Message/Work/Item["));
    EXPECT_GT(decoded.left_out()[0].line, 1u);
    const auto& items = std::get<Work>(decoded.message().body).items;
    ASSERT_EQ(items.size(), 2u);
    for (const WorkItem& item : items) EXPECT_NE(item.id, one.id);
  }
  // What is wrong around the items is wrong with all of them.
  EXPECT_FALSE(decode(replaced(golden, "more=\"true\"", "more=\"maybe\"")).ok());
  EXPECT_FALSE(
      decode(replaced(golden, "<Work more=\"true\">", "<Work more=\"true\"><Other/>")).ok());
}

TEST(Decode, fault_24_nor_does_one_bad_meter_of_a_report) {
  const std::string golden = vector_file("report_load_profile.xml");
  const auto whole = std::get<ProfileReport>(std::get<Report>(decode(golden).message().body).body);
  ASSERT_GE(whole.meters.size(), 2u);
  const Decoded decoded = decode(replaced(golden, "clk=\"00\" st=\"02\"", "clk=\"00\" st=\"2\""));
  ASSERT_TRUE(decoded.ok());
  ASSERT_EQ(decoded.left_out().size(), 1u);
  EXPECT_EQ(decoded.left_out()[0].id, whole.meters[0].id);
  const auto rest = std::get<ProfileReport>(std::get<Report>(decoded.message().body).body);
  ASSERT_EQ(rest.meters.size(), whole.meters.size() - 1);
  EXPECT_EQ(rest.meters[0], whole.meters[1]);
}

// `count` meters in front of those of a good report, each as `meter` says.
std::string report_behind(std::size_t count, const std::string& meter) {
  std::string many;
  for (std::size_t k = 0; k < count; ++k) many += meter;
  const std::string good = vector_file("report_load_profile.xml");
  return replaced(good, "<LoadProfile>\n", "<LoadProfile>\n" + many);
}

// Places are those of the message as it came, whatever was left out of it before.
TEST(Decode, TheNumberOfAMeterIsThatOfTheMessage) {
  const std::string breaks_schema = "<Meter         />\n";
  const std::string breaks_rule =
      "<Meter id=\"A\" from=\"2026-01-04T23:00:00.000Z\" to=\"2026-01-04T22:00:00.000Z\" "
      "period=\"900\"/>\n";
  const Decoded decoded = decode(report_behind(1, breaks_schema + breaks_rule + breaks_schema));
  ASSERT_TRUE(decoded.ok()) << decoded.problem().text();
  std::vector<std::string> elements;
  for (const Problem& problem : decoded.left_out()) {
    elements.push_back(problem.element.substr(0, problem.element.find("]") + 1));
  }
  const std::string meter = "/Message/Report/LoadProfile/Meter";
  EXPECT_THAT(elements, testing::UnorderedElementsAre(meter + "[1]", meter + "[2]", meter + "[3]"));
}

// Whatever is wrong with so many, a server looks through the message at most twice.
TEST(Decode, fault_24_many_bad_meters_cost_two_validations_and_have_a_limit) {
  const std::string golden = vector_file("report_load_profile.xml");
  EXPECT_EQ(decode(golden).validations(), 1u);
  const std::string breaks_schema = "<Meter         />\n";
  const std::string breaks_rule =
      "<Meter id=\"A\" from=\"2026-01-04T23:00:00.000Z\" to=\"2026-01-04T22:00:00.000Z\" "
      "period=\"900\"/>\n";
  const std::string no_value =
      "<Meter id=\"A\" from=\"2026-02-30T23:00:00.000Z\" to=\"2026-03-04T22:00:00.000Z\" "
      "period=\"900\"/>\n";
  for (const std::string& meter : {breaks_schema, breaks_rule, no_value}) {
    const Decoded most = decode(report_behind(kPartsLeftOutMax, meter));
    ASSERT_TRUE(most.ok()) << most.problem().text();
    EXPECT_EQ(most.validations(), 2u);
    ASSERT_EQ(most.left_out().size(), kPartsLeftOutMax);
    EXPECT_EQ(most.left_out().back().line, 4u + kPartsLeftOutMax);
    EXPECT_THAT(most.left_out().back().element,
                testing::StartsWith("/Message/Report/LoadProfile/Meter[1000]"));
    const auto& report = std::get<Report>(most.message().body);
    EXPECT_EQ(report, std::get<Report>(decode(golden).message().body));

    for (const std::size_t count : {kPartsLeftOutMax + 1, std::size_t{20'000}}) {
      const Decoded refused = decode(report_behind(count, meter));
      ASSERT_FALSE(refused.ok());
      EXPECT_EQ(refused.validations(), 1u);
      EXPECT_EQ(refused.problem().code, error_code::kTooLarge);
      EXPECT_EQ(refused.problem().line, 5u);
      EXPECT_THAT(refused.problem().what, HasSubstr("more than 1000 meters or items"));
      EXPECT_EQ(refused.problem().id, "DC01-13");  // of the message: the answer names it
    }
  }
  // Each half alone would be taken.
  std::string both = report_behind(600, breaks_schema);
  both = replaced(
      both, "<LoadProfile>\n", "<LoadProfile>\n" + [&] {
        std::string many;
        for (int k = 0; k < 600; ++k) many += breaks_rule;
        return many;
      }());
  EXPECT_EQ(problem_in(both).code, error_code::kTooLarge);
}

// A meter inside of a meter goes with it, once.
TEST(Decode, fault_24_a_part_within_a_part_is_left_out_with_it) {
  const std::string nested =
      "<Meter id=\"A\"><Report kind=\"loadProfile\"><LoadProfile><Meter/></LoadProfile></Report>"
      "</Meter>\n";
  const Decoded decoded = decode(report_behind(3, nested));
  ASSERT_TRUE(decoded.ok()) << decoded.problem().text();
  ASSERT_EQ(decoded.left_out().size(), 3u);
  for (const Problem& problem : decoded.left_out()) EXPECT_EQ(problem.id, "A");
  EXPECT_EQ(decoded.message(), decode(vector_file("report_load_profile.xml")).message());
}

TEST(Decode, fault_24_numbers_keep_their_width_or_are_refused) {
  const std::string golden = vector_file("poll.xml");
  const auto with = [&](const char* seq) { return replaced(golden, "seq=\"24\"", seq); };
  const Decoded last = decode(with("seq=\"72057594037927935\""));
  ASSERT_TRUE(last.ok());
  EXPECT_EQ(last.message().envelope.seq, 72'057'594'037'927'935u);
  for (const char* seq : {"seq=\"72057594037927936\"", "seq=\"9223372036854775807\"",
                          "seq=\"18446744073709551616\"", "seq=\"0\""}) {
    const Problem problem = problem_in(with(seq));
    EXPECT_EQ(problem.element, "/Message/@seq") << seq;
    EXPECT_THAT(problem.allowed, testing::AnyOf(HasSubstr("72057594037927935"),
                                                HasSubstr("at least 1"), HasSubstr("type Seq")))
        << seq;
  }
}

TEST(Decode, DateThatDoesNotExistIsRefused) {
  const std::string golden = vector_file("report_daily_closing.xml");
  for (const char* date : {"2026-02-29T00:00:00", "2026-13-01T00:00:00", "2026-00-10T00:00:00",
                           "2026-01-05T24:00:00", "2026-01-05T00:60:00", "1807-01-05T00:00:00",
                           "0015-01-05T00:00:00", "0000-01-05T00:00:00"}) {
    const Problem problem =
        problem_in(replaced(golden, "2026-01-05T00:00:00\"", std::string(date) + "\""));
    EXPECT_EQ(problem.code, error_code::kBadValue) << date;
    EXPECT_EQ(problem.element, "/Message/Report/DailyClosing/Meter/Row/@at") << date;
  }
}

TEST(Decode, LeapDayIsADate) {
  const std::string xml = replaced(vector_file("report_daily_closing.xml"), "2026-01-05T00:00:00\"",
                                   "2028-02-29T00:00:00\"");
  EXPECT_TRUE(decode(xml).ok());
}

TEST(Decode, KindAndElementMustAgree) {
  const Problem report = problem_in(replaced(vector_file("report_daily_closing.xml"),
                                             "kind=\"dailyClosing\"", "kind=\"monthlyClosing\""));
  EXPECT_THAT(report.allowed, HasSubstr("MonthlyClosing"));
  const Problem order =
      problem_in(replaced(vector_file("order_relay.xml"), "kind=\"relay\"", "kind=\"rawDlms\""));
  EXPECT_THAT(order.allowed, HasSubstr("RawDlms"));
}

struct Rule {
  const char* file;
  const char* from;
  const char* to;
  const char* what;
};
class Rules : public testing::TestWithParam<Rule> {};
TEST_P(Rules, BreakingIsALocatedBadValue) {
  const Rule& rule = GetParam();
  const Problem problem = problem_in(replaced(vector_file(rule.file), rule.from, rule.to));
  EXPECT_EQ(problem.code, error_code::kBadValue);
  EXPECT_THAT(problem.what, HasSubstr(rule.what));
  EXPECT_GT(problem.line, 1u);
  EXPECT_FALSE(problem.allowed.empty());
}
INSTANTIATE_TEST_SUITE_P(
    P32, Rules,
    testing::Values(
        Rule{"ack.xml", " re=\"DC01-13\"", "", "is missing"},
        Rule{"work.xml", " re=\"DC01-24\"", "", "is missing"},
        Rule{"poll.xml", "to=\"HES\"", "to=\"DC01\"", "the sender itself"},
        Rule{"request.xml", "until=\"2026-01-05T", "until=\"2025-01-05T", "before from"},
        Rule{"report_load_profile.xml", "to=\"2026", "to=\"2025", "before from"},
        Rule{"report_statistics.xml", "until=\"2026", "until=\"2025", "before from"},
        Rule{"report_inventory.xml", " errCode=\"3\"", "", "is missing"},
        Rule{"report_inventory.xml", " errCat=\"communication\"", "", "is missing"},
        Rule{"report_concentrator_parameters.xml", "id=\"day\"", "id=\"lp\"", "two tasks"},
        Rule{"order_relay.xml", "until=\"2026", "until=\"2025", "does not lie behind"},
        Rule{"order_relay.xml",
             "<Meter id=\"0000000101\"></Meter><Meter id=\"0000000102\"></Meter>", "",
             "names no meter"},
        Rule{"order_key_change.xml", "<KeyChange>", "<Meter id=\"1\"/><KeyChange>", "names meters"},
        Rule{"order_meter_parameters.xml",
             "capturePeriod=\"900\" clearErrors=\"true\" controlMode=\"4\" daylightSaving=\"true\" "
             "powerQualityTime=\"60\" sagThreshold=\"2070\" swellThreshold=\"2530\" "
             "timeZone=\"-60\"",
             "", "changes nothing"},
        Rule{"order_activity_calendar.xml", "week=\"w\"", "week=\"x\"", "names no week"},
        Rule{"order_activity_calendar.xml", "days=\"1 1 1 1 1 2 2\"", "days=\"1 1 1 1 1 2 3\"",
             "names no day"},
        Rule{"order_activity_calendar.xml", "date=\"*-12-25\"", "date=\"*-02-30\"",
             "no such value"},
        Rule{"order_activity_calendar.xml", "at=\"22:30:00\"", "at=\"24:30:00\"", "no such value"},
        Rule{"order_clock_sync.xml", "threshold=\"30\"", "threshold=\"901\"", "more than a shift"},
        Rule{"order_concentrator_command.xml", " target=\"HES-O-3\"", "", "cancel"},
        Rule{"order_raw_dlms.xml", "data=\"0301\" ", "", "is missing"},
        Rule{"order_raw_dlms.xml", " selector=\"2\"", "", "no selector"},
        Rule{"order_raw_dlms.xml", "obis=\"1.0.1.8.0.255\"", "obis=\"1.0.1.8.0.256\"",
             "no such value"},
        Rule{"order_firmware_campaign.xml", "size=\"163840\"", "size=\"0\"", "is 0"}));

TEST(Decode, SignatureOfAnotherLengthIsRefused) {
  Message message = order_samples()[0].message;
  std::get<SignedOrder>(message.body).signature.octets.pop_back();
  EXPECT_THAT(problem_in(encode(message)).what, HasSubstr("63 octets"));
}

TEST(Hostile, EntitiesAndDocumentTypesAreRefused) {
  const std::string poll = vector_file("poll.xml");
  const std::string_view bodies[] = {
      "<!DOCTYPE Message [<!ENTITY a \"1\">]>", "<!DOCTYPE Message SYSTEM \"file:///etc/passwd\">",
      "<!DOCTYPE Message [<!ENTITY a SYSTEM \"http://127.0.0.1:1/x\">]>",
      "<!DOCTYPE Message [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>",
      "<?xml-stylesheet href=\"http://127.0.0.1:1/x\"?>"};
  for (const std::string_view body : bodies) {
    const Problem problem = problem_in(replaced(poll, "<Message", std::string(body) + "<Message"));
    EXPECT_EQ(problem.code, error_code::kNotXml) << body;
    EXPECT_EQ(problem.line, 2u);
  }
  const Problem undeclared = problem_in(replaced(poll, "DC01-24", "&a;"));
  EXPECT_EQ(undeclared.code, error_code::kNotXml);
}

TEST(Hostile, SchemaHintsAreRefusedNotFollowed) {
  const std::string xml =
      replaced(vector_file("poll.xml"), "<Message ",
               "<Message xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
               "xsi:schemaLocation=\"urn:amitwin:p32ex:1 http://127.0.0.1:1/p32ex.xsd\" ");
  EXPECT_THAT(problem_in(xml).what, HasSubstr("XMLSchema-instance"));
}

TEST(Hostile, DepthAndNumberOfElementsAreLimited) {
  std::string deep, flat = "<a>";
  for (int k = 0; k < 30; ++k) deep += "<a>";
  EXPECT_EQ(problem_in(deep).code, error_code::kTooLarge);
  for (int k = 0; k < 100'000; ++k) flat += "<a/>";
  EXPECT_EQ(problem_in(flat + "</a>").code, error_code::kTooLarge);
  std::string wide = "<a";
  for (int k = 0; k < 100; ++k) wide += " a" + std::to_string(k) + "='1'";
  EXPECT_EQ(problem_in(wide + "/>").code, error_code::kTooLarge);
}

// libxml2 compares every attribute of a tag with every other: a quarter of a million would take it
// a minute.
TEST(Hostile, TagsFullOfAttributesCostNothing) {
  std::string wide = "<!-- <b \" --><![CDATA[ <b ' ]]><a";
  for (int k = 0; k < 250'000; ++k) wide += " a" + std::to_string(k) + "='=>'";
  EXPECT_EQ(problem_in(wide + "/>").what, "too many attributes");
}

TEST(Hostile, LongValuesAreNotRepeatedInFull) {
  const std::string key(48, '1');
  std::string bad = replaced(vector_file("order_key_change.xml"), "forMeter=\"A1", "forMeter=\"Z1");
  const std::size_t at = bad.find("Z1");
  bad.replace(at + 1, key.size() - 1, key.substr(1));
  const Problem problem = problem_in(bad);
  EXPECT_EQ(problem.what.find(key.substr(0, 30)), std::string::npos) << problem.what;
  EXPECT_THAT(problem.what, HasSubstr("..."));
  EXPECT_EQ(problem.element, "/Message/SignedOrder/Order/KeyChange/Key[1]/@forMeter");
}

TEST(Hostile, LongMessagesAreRefusedUnread) {
  DecodeLimits limits;
  limits.octets_max = 100;
  EXPECT_EQ(problem_in(vector_file("poll.xml"), limits).code, error_code::kTooLarge);
}

TEST(Hostile, AnotherNamespaceIsNotOurs) {
  const Problem problem =
      problem_in(replaced(vector_file("poll.xml"), "urn:amitwin:p32ex:1", "urn:amitwin:p32ex:2"));
  EXPECT_EQ(problem.code, error_code::kBreaksSchema);
  EXPECT_EQ(problem.element, "/Message");
}

TEST(Hostile, NothingAndNonsense) {
  for (const char* text : {"", " ", "x", "<", "<a", "<a>", "\n\n", "<?xml", "&", "]]>", "{}"}) {
    EXPECT_EQ(problem_in(text).code, error_code::kNotXml) << text;
  }
}

TEST(Encode, SameMessageSameOctets) {
  EXPECT_EQ(encode(load_profile(3, 4)), encode(load_profile(3, 4)));
}

TEST(Encode, WhatXmlCannotHoldBecomesAQuestionMark) {
  Message message = other_samples()[0].message;
  std::get<Hello>(message.body).software = std::string("a\0b\x01\xFF\xC3\xA9", 7);
  const Decoded decoded = decode(encode(message));
  ASSERT_TRUE(decoded.ok()) << decoded.problem().text();
  EXPECT_EQ(std::get<Hello>(decoded.message().body).software, "a?b??\xC3\xA9");
}

TEST(Refusal, IsAMessageThatAnswersTheRefusedOne) {
  const Problem problem = problem_in(replaced(vector_file("poll.xml"), "max=\"8\"", "max=\"0\""));
  Envelope envelope = other_samples()[4].message.envelope;
  std::swap(envelope.from, envelope.to);
  const Message answer = refusal(problem, envelope);
  EXPECT_EQ(answer.envelope.re, "DC01-24");
  const auto& error = std::get<ErrorBody>(answer.body);
  EXPECT_EQ(error.failure.category, ErrorCategory::message);
  EXPECT_EQ(error.line, 3u);
  const Decoded decoded = decode(encode(answer));
  ASSERT_TRUE(decoded.ok()) << decoded.problem().text();
  EXPECT_EQ(decoded.message(), answer);
}

}  // namespace
}  // namespace protocol::p32::test
