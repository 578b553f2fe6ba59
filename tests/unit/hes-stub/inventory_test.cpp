// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/inventory/inventory.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hes {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string meter(const std::string& change = "", const std::string& serial = "0000000001",
                  const std::string& title = "4144440000000001") {
  const std::string text =
      R"({"serial":")" + serial + R"(","logical_device_name":"ADD)" + serial +
      R"(","system_title":")" + title +
      R"(","model":"AD11A","firmware":"ad11a","address":"10.0.0.1","port":4059,"parent":"cell",)"
      R"("tier":"T2","capture_period_s":900,"unicast_key":"000102030405060708090a0b0c0d0e0f",)"
      R"("authentication_key":"D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF","low_level_password":"12345678")";
  return text + (change.empty() ? "" : "," + change) + "}";
}
std::string file(const std::string& meters) { return R"({"meters":[)" + meters + "]}"; }

std::vector<std::string> faults_of(const std::string& text) {
  std::vector<std::string> faults;
  const Inventory inventory = parse_inventory("inv.json", text, faults);
  EXPECT_EQ(inventory.size() == 0, !faults.empty() || inventory.size() == 0);
  return faults;
}

TEST(Inventory, ReadsWhatTheInventoryCommandPrints) {
  std::vector<std::string> faults;
  const Inventory inventory = parse_inventory(
      "inv.json", file(meter() + "," + meter("", "0000000002", "4144440000000002")), faults);
  EXPECT_THAT(faults, ElementsAre());
  ASSERT_EQ(inventory.size(), 2u);
  EXPECT_EQ(inventory[1].serial, "0000000002");
  EXPECT_EQ(inventory[0].keys.unicast[15], 0x0F);
  EXPECT_EQ(inventory[0].keys.authentication[0], 0xD0);
  EXPECT_EQ(inventory[0].low_level_password, "12345678");
  EXPECT_EQ(inventory.by_system_title(inventory[1].system_title), 1u);
  EXPECT_EQ(inventory.by_system_title({1, 2, 3}), kNoMeter);
  EXPECT_EQ(inventory.by_serial("0000000001"), 0u);
  EXPECT_EQ(inventory.by_serial("?"), kNoMeter);
}

// What wraps new keys may be there, and is none of the faults' business.
TEST(Inventory, MasterAndTransportKeys) {
  const char* const key = "101112131415161718191a1b1c1d1e1f";
  const auto text = [](const std::string& master, const std::string& transport) {
    return R"({"concentrators":[{"id":"DC1","uplink":"gprs")" + transport + R"(}],"meters":[)" +
           meter(master) + "]}";
  };
  std::vector<std::string> faults;
  const Inventory with = parse_inventory(
      "i",
      text(fmt::format(R"("master_key":"{}")", key), fmt::format(R"(,"transport_key":"{}")", key)),
      faults);
  EXPECT_THAT(faults, ElementsAre());
  ASSERT_TRUE(with[0].master_key);
  EXPECT_EQ(with[0].master_key->back(), 0x1F);
  ASSERT_TRUE(with.concentrators()[0].transport_key);
  EXPECT_EQ(with.concentrators()[0].transport_key->front(), 0x10);
  const Inventory without = parse_inventory("i", text("", ""), faults);
  EXPECT_FALSE(without[0].master_key);
  EXPECT_FALSE(without.concentrators()[0].transport_key);
  EXPECT_THAT(faults_of(text(R"("master_key":"12")", R"(,"transport_key":"13")")),
              ElementsAre(HasSubstr("concentrators[0].transport_key = (2 characters)"),
                          HasSubstr("meters[0].master_key = (2 characters)")));
}

TEST(Inventory, FaultsNameFileIndexKeyAndWhatIsAllowed) {
  const auto faults = faults_of(file(meter() + "," + meter(R"("capture_period_s":7)", "2") + "," +
                                     meter(R"("unicast_key":"12","system_title":5)", "3")));
  EXPECT_THAT(
      faults,
      ElementsAre("inv.json: meters[1].capture_period_s = 7: allowed: a whole number from 60 to "
                  "86400",
                  "inv.json: meters[2].system_title = 5: allowed: 16 hexadecimal digits",
                  "inv.json: meters[2].unicast_key = (2 characters): allowed: 32 hexadecimal "
                  "digits"));
}

// Digits only: blanks would leave part of a key as it was.
TEST(Inventory, AKeyWithBlanksIsNone) {
  for (const char* const key :
       {"00112233445566778899AABBCCDDEE  ", "  112233445566778899AABBCCDDEEFF",
        "                                "}) {
    EXPECT_THAT(faults_of(file(meter(fmt::format(R"("unicast_key":"{}")", key)))),
                ElementsAre(HasSubstr("32 hexadecimal digits")))
        << key;
  }
}

TEST(Inventory, NoMessageShowsAKey) {
  EXPECT_THAT(faults_of(file(meter(R"("unicast_key":31415926)"))),
              ElementsAre("inv.json: meters[0].unicast_key = (number): allowed: 32 hexadecimal "
                          "digits"));
  // Nor in another shape.
  const std::string key = "000102030405060708090A0B0C0D0E0F";
  EXPECT_THAT(faults_of(R"({"meters":{"authentication_key":")" + key + "\"}}"),
              ElementsAre("inv.json: meters = (object of 1): allowed: an array of objects"));
  EXPECT_THAT(faults_of(R"({"meters":[")" + key + "\"]}"),
              ElementsAre("inv.json: meters = (array of 1): allowed: an array of objects"));
  EXPECT_THAT(faults_of(file(meter(R"("serial":[")" + key + "\"]"))),
              ElementsAre(HasSubstr("serial = (array of 1): allowed: ")));
  const auto faults = faults_of("{\"unicast_key\": \"00112233\n");
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_THAT(faults[0], Not(HasSubstr("00112233")));
}

TEST(Inventory, MissingKeysAndWrongShapesAreFaults) {
  EXPECT_THAT(faults_of("{}"),
              ElementsAre("inv.json: meters missing: allowed: an array of objects"));
  EXPECT_THAT(faults_of(R"({"meters":[1]})"), ElementsAre(HasSubstr("an array of objects")));
  EXPECT_THAT(faults_of("[]"), ElementsAre(HasSubstr("one JSON object")));
  EXPECT_THAT(faults_of("{\n\"meters\": [}"),
              ElementsAre(AllOf(HasSubstr("inv.json"), HasSubstr("line 2"))));
  EXPECT_THAT(faults_of(file(R"({"serial":"1"})")).size(), 7u);
  EXPECT_THAT(faults_of(file(meter(R"("capture_period_s":1000)"))),
              ElementsAre(HasSubstr("a divisor of 86400")));
}

TEST(Inventory, MetersHangOnConcentratorsByTheirParent) {
  const auto text = [](const std::string& concentrators, const std::string& parent) {
    std::string one = meter();
    one.replace(one.find("\"cell\""), 6, "\"" + parent + "\"");
    return R"({"concentrators":[)" + concentrators + R"(],"meters":[)" + one + "]}";
  };
  const std::string gprs = R"({"id":"DC1","uplink":"gprs","unicast_key":"passed over"})";
  const std::string wired = R"({"id":"DC2","uplink":"ethernet","address":"10.1.0.2","port":8433})";
  std::vector<std::string> faults;
  const Inventory inventory = parse_inventory("i", text(gprs + "," + wired, "DC2"), faults);
  EXPECT_THAT(faults, ElementsAre());
  ASSERT_EQ(inventory.concentrators().size(), 2u);
  EXPECT_EQ(inventory[0].concentrator, 1u);
  EXPECT_EQ(inventory.by_id("DC2"), 1u);
  EXPECT_EQ(inventory.by_id("DC3"), kNoConcentrator);
  EXPECT_EQ(inventory.concentrators()[1].uplink, Uplink::ethernet);
  EXPECT_EQ(parse_inventory("i", text(gprs, "cell-1"), faults)[0].concentrator, kNoConcentrator);
  EXPECT_THAT(faults_of(text(gprs, "DC9")), ElementsAre(HasSubstr("meters[0].parent = \"DC9\"")));
  EXPECT_THAT(faults_of(text(gprs + "," + gprs, "DC1")), ElementsAre(HasSubstr("no two alike")));
  EXPECT_THAT(faults_of(text(R"({"id":"a b","uplink":"gprs"})", "cell")),
              ElementsAre(HasSubstr("concentrators[0].id")));
  EXPECT_THAT(faults_of(text(R"({"id":"DC1","uplink":"ethernet"})", "cell")),
              ElementsAre(HasSubstr(".address missing"), HasSubstr(".port missing")));
  EXPECT_THAT(faults_of(text(R"({"id":"DC1","uplink":"pigeon"})", "cell")),
              ElementsAre(HasSubstr("gprs, ethernet")));
}

TEST(Inventory, NoTwoMetersAlike) {
  EXPECT_THAT(faults_of(file(meter() + "," + meter())),
              ElementsAre(HasSubstr("meters[1].serial"), HasSubstr("meters[1].logical_device_name"),
                          HasSubstr("meters[1].system_title")));
}

TEST(Inventory, AFaultNeverShowsASecret) {
  for (const std::string& fault : faults_of(
           file(meter(R"("unicast_key":"00ff11","low_level_password":"abcdefghijklmnopqrs")")))) {
    EXPECT_THAT(fault, testing::Not(HasSubstr("00ff11")));
    EXPECT_THAT(fault, testing::Not(HasSubstr("abcdef")));
  }
}

TEST(Inventory, AFileThatIsNotThereIsAFault) {
  std::vector<std::string> faults;
  read_inventory("/nonexistent/inv.json", faults);
  EXPECT_THAT(faults,
              ElementsAre("/nonexistent/inv.json: cannot be read (No such file or directory)"));
}

// What is shown of a file obeys no terminal and fits a line; a file of brackets is no reason to
// crash.
TEST(Inventory, FaultsShowNoMoreThanALineOfWhatStandsThere) {
  std::vector<std::string> faults;
  parse_inventory("i.json", R"({"concentrators":[{"id":"\u009b2J","uplink":"gprs"}],"meters":[]})",
                  faults);
  EXPECT_THAT(faults, ElementsAre(R"(i.json: concentrators[0].id = "\xC2\x9B2J": )"
                                  "allowed: letters, digits and . _ : -"));
  faults.clear();
  parse_inventory("i.json", R"({"meters":")" + std::string(5000, 'x') + "\"}", faults);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_LT(faults[0].size(), 200u);
  for (const char* const open : {"[", "{\"a\":"}) {
    std::string deep = "{\"capture_period_s\":";
    for (int k = 0; k < 1'000'000; ++k) deep += open;
    faults.clear();
    parse_inventory("i.json", deep, faults);
    EXPECT_THAT(faults, testing::ElementsAre("i.json: allowed: JSON of 32 levels"));
  }
}

}  // namespace
}  // namespace hes
