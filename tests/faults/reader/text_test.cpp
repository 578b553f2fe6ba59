// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Values of every type as text and as JSON.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "protocol/hosted/printable/printable.hpp"
#include "sim/reader/value_text.hpp"
#include "tests/rigs/octets/octets.hpp"

namespace {

using namespace sim::reader;
using nlohmann::json;
using rigs::hex;

std::string text_of(const char* value) { return value_as_text(hex(value)); }
json json_of(const char* value) { return json::parse(value_as_json(hex(value))); }

TEST(ValueText, fault_08_json_is_valid_whatever_a_string_holds) {
  EXPECT_EQ(json_of("0a045ae4686c"), "5AE4686C") << "Latin-1, as octet-strings are";
  EXPECT_EQ(text_of("0a045ae4686c"), "Z\\xE4hl");
  EXPECT_EQ(json_of("0c02c328"), "C328");
  EXPECT_EQ(json_of("0c055ac3a4686c"), "Zähl") << "UTF-8 stays";
  EXPECT_EQ(text_of("0c055ac3a4686c"), "Zähl");
  EXPECT_EQ(json_of("0c03eda080"), "EDA080") << "a surrogate is no UTF-8";
  EXPECT_EQ(json_of("0c02c080"), "C080") << "nor is an overlong NUL";
  EXPECT_EQ(json_of("0202 0a015a 0a01e4"), json::parse(R"(["Z", "E4"])"));
}

TEST(ValueText, fault_09_control_characters_are_escaped) {
  EXPECT_EQ(text_of("0a051b5b33316d"), "\\x1B[31m");
  EXPECT_EQ(text_of("0a03610a00"), "a\\x0A\\x00");
  EXPECT_EQ(json_of("0a03610a00"), std::string("a\n\0", 3));
  EXPECT_EQ(value_as_json(hex("0a03610a00")), "\"a\\n\\u0000\"");
  // C1 in UTF-8 is a control sequence introducer to some terminals; DEL; a mark of direction.
  EXPECT_EQ(text_of("0c02c29b"), "\\xC2\\x9B");
  EXPECT_EQ(value_as_json(hex("0c02c29b")), "\"\\u009B\"");
  EXPECT_EQ(value_as_json(hex("0a017f")), "\"\\u007F\"");
  EXPECT_EQ(text_of("0c03e280ae"), "\\xE2\\x80\\xAE");
  EXPECT_EQ(rows_as_text(hex("0101 0202 0a021b5b 1101")).find('\x1B'), std::string::npos);
}

TEST(ValueText, fault_09_cells_of_a_table) {
  EXPECT_EQ(protocol::printable_cell("AMT1"), "AMT1");
  EXPECT_EQ(protocol::printable_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(protocol::printable_cell("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(protocol::printable_cell("a\nb\x1B"), "a\\x0Ab\\x1B");
}

TEST(ValueText, fault_10_floats_and_64_bits) {
  EXPECT_EQ(text_of("17 41480000"), "12.5");
  EXPECT_EQ(text_of("17 3dcccccd"), "0.1");
  EXPECT_EQ(text_of("18 3ff8000000000000"), "1.5");
  EXPECT_EQ(json_of("17 3dcccccd").dump(), "0.1");
  EXPECT_EQ(json_of("17 7f800000"), "inf");
  EXPECT_EQ(text_of("15 ffffffffffffffff"), "18446744073709551615");
  EXPECT_EQ(text_of("14 8000000000000000"), "-9223372036854775808");
  EXPECT_EQ(text_of("00"), "null");
  EXPECT_EQ(text_of("04 0a ffc0"), "1111111111");
}

TEST(ValueText, fault_14_a_clock_without_deviation_has_no_zone) {
  EXPECT_EQ(text_of("090c07e8061506142d2dff8000ff"), "2024-06-21T20:45:45");
  EXPECT_EQ(json_of("090c07e8061506142d2dff8000ff"), "2024-06-21T20:45:45");
  EXPECT_EQ(text_of("090c07e8061506142d2dff000000"), "2024-06-21T20:45:45Z");
  EXPECT_EQ(text_of("19 07e8061506142d2dffff8880"), "2024-06-21T20:45:45+02:00");
}

TEST(ValueText, fault_14_what_the_status_says_against_the_time) {
  EXPECT_EQ(text_of("090c07e8061506142d2dff000001"), "2024-06-21T20:45:45Z (invalid)");
  EXPECT_EQ(text_of("090c07e8061506142d2dff800083"), "2024-06-21T20:45:45 (invalid, doubtful)");
  EXPECT_EQ(json_of("090c07e8061506142d2dff800081"),
            json::parse(R"({"time": "2024-06-21T20:45:45", "status": ["invalid"]})"));
}

TEST(ValueText, fault_15_a_compact_array_is_an_array) {
  EXPECT_EQ(json_of("13 12 04 0001 0002"), json::parse("[1, 2]"));
  EXPECT_EQ(json_of("0202 1105 13 02 02 09 11 07 02 4142 01 01 43 02"),
            json::parse(R"([5, [["AB", 1], ["C", 2]]])"));
  EXPECT_EQ(text_of("13 12 03 000100"),
            "? 1312030001"
            "00")
      << "that does not fit";
  EXPECT_EQ(rows_as_text(hex("13 02 02 12 12 08 0001 0002 0003 0004")), "1  2\n3  4\n");
}

}  // namespace
