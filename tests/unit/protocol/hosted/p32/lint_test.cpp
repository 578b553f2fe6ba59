// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/p32/lint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/hosted/p32/gzip.hpp"
#include "protocol/hosted/p32/http.hpp"
#include "tests/unit/protocol/hosted/p32/samples.hpp"

namespace protocol::p32::test {
namespace {

using testing::HasSubstr;

TEST(Lint, NamesContainerKindAndSummary) {
  const std::string xml = vector_file("report_load_profile.xml");
  const std::string summary = "Report loadProfile, 2 meters (1 failed), 4 rows";
  EXPECT_EQ(lint(xml).container, "xml");
  EXPECT_EQ(lint(gzip(xml)).container, "gzip, xml");
  EXPECT_EQ(lint(http_request("hes", xml)).container, "http request, xml");
  EXPECT_EQ(lint(http_response(200, xml)).container, "http answer, xml");
  for (const std::string& octets :
       {xml, gzip(xml), http_request("hes", xml), http_response(200, xml)}) {
    const LintReport report = lint(octets);
    EXPECT_TRUE(report.ok()) << report.text("x");
    EXPECT_EQ(report.summary, summary);
  }
  EXPECT_EQ(lint(xml).text("a.xml"), "a.xml: xml: " + summary + "\n");
}

TEST(Lint, ReportsEveryProblemWithItsPlace) {
  std::string xml = vector_file("report_load_profile.xml");
  for (const auto& [from, to] :
       {std::pair{"period=\"900\"", "period=\"x\""}, std::pair{"st=\"02\"", "st=\"GG\""},
        std::pair{"errCat=\"communication\"", "errCat=\"luck\""}}) {
    const std::size_t at = xml.find(from);
    ASSERT_NE(at, xml.npos);
    xml.replace(at, std::string_view(from).size(), to);
  }
  const LintReport report = lint(xml);
  ASSERT_EQ(report.problems.size(), 3u) << report.text("x");
  EXPECT_EQ(report.problems[0].line, 5u);
  EXPECT_EQ(report.problems[1].line, 8u);
  EXPECT_EQ(report.problems[2].line, 11u);
  EXPECT_EQ(report.exit_code(), 1);
  EXPECT_THAT(report.text("a.xml"), HasSubstr("a.xml:8:"));
  EXPECT_THAT(report.text("a.xml"), HasSubstr("3 problems"));
}

TEST(Lint, ReportsEveryBadValue) {
  std::string xml = vector_file("report_load_profile.xml");
  for (std::size_t at = xml.find("2026-01-05T00:"); at != xml.npos;
       at = xml.find("2026-01-05T00:", at)) {
    xml.replace(at, 10, "2026-02-30");
  }
  EXPECT_GE(lint(xml).problems.size(), 3u);
}

TEST(Lint, WhatIsNoXmlIsNotReadable) {
  EXPECT_EQ(lint("").exit_code(), 2);
  EXPECT_EQ(lint("hello").exit_code(), 2);
  EXPECT_EQ(lint("\x1F\x8B\x08 broken").exit_code(), 2);
  EXPECT_EQ(lint("POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n").exit_code(), 2);
  EXPECT_EQ(lint("HTTP/1.1 200 OK\r\nContent-Le").exit_code(), 2);
}

TEST(Lint, RemarksOnForeignForm) {
  const LintReport report = lint(vector_file("soap_poll.xml"));
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_THAT(report.remarks, testing::ElementsAre(HasSubstr("not in canonical form")));
}

}  // namespace
}  // namespace protocol::p32::test
