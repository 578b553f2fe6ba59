// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The object table: docs/objects.md is generated from it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "meter/fw/cosem/object_table.hpp"
#include "protocol/cosem/obis.hpp"

namespace {

using meter::fw::includes;
using meter::fw::Object;

struct Named {
  const char* class_name = "";
  std::vector<const char*> attributes;  // from 2 on
  std::vector<const char*> methods;
};
template <typename... Class>
Named names_of(meter::fw::ClassList<Class...>, const Object& object) {
  Named named;
  const auto take = [&named]<typename One>() {
    named.class_name = One::kName;
    for (const auto& attribute : One::kAttributes) named.attributes.push_back(attribute.name);
    for (const auto& method : One::kMethods) named.methods.push_back(method.name);
    return true;
  };
  static_cast<void>(
      ((meter::fw::kPlace<Class> == object.place && take.template operator()<Class>()) || ...));
  return named;
}

std::string fitting_text(const Object& object) {
  if (object.power_line) return "power line";
  if (object.tables == meter::fw::kIdisOnly) return "IDIS codes";
  if (object.tables == meter::fw::kPrimeOnly) return "PRIME codes";
  return object.elements > 1 ? "AD13A" : "all";
}

// What one client may do: `all` when it reads every attribute, otherwise those it reads; then what
// it writes and calls.
std::string rights_text(const Object& object, const Named& named, std::uint8_t client) {
  const auto rights = meter::fw::rights_of(object, static_cast<meter::fw::ClientIndex>(client));
  if (rights.readable == 0) return "-";
  std::string text;
  const auto add = [&text](const std::string& word) { text += (text.empty() ? "" : ", ") + word; };
  const unsigned all = (1u << object.served().attributes) - 1;
  add(rights.readable == all ? "r" : "r:");
  if (rights.readable != all) {
    std::string of;
    for (std::int8_t k = 1; k <= object.served().attributes; ++k) {
      if (includes(rights.readable, k)) of += " " + std::to_string(k);
    }
    text += of;
  }
  for (std::size_t k = 0; k < named.attributes.size(); ++k) {
    if (includes(rights.writable, static_cast<std::int8_t>(k + 2))) {
      add(std::string("set ") + named.attributes[k]);
    }
  }
  for (std::size_t k = 0; k < named.methods.size(); ++k) {
    if (includes(rights.callable, static_cast<std::int8_t>(k + 1))) {
      add(std::string("call ") + named.methods[k]);
    }
  }
  return text;
}

std::string objects_page() {
  std::string page =
      "# Objects of the meters\n\n"
      "Generated from the object table in `meter/fw/cosem/object_rows.hpp`; do not edit. "
      "`TWIN_UPDATE=1` with the test `firmware_meter` writes it anew.\n\n"
      "Rights: `r` reads every attribute (`r: 1 5` those only), `set` and `call` by name; `-`: the "
      "object is not in the client's list. Client 102 (push) has no rights.\n\n"
      "| object | class | on | public 16 | management 1 | reading 2 | concentrator 3 |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const Object& object : meter::fw::objects()) {
    const Named named = names_of(meter::fw::Classes{}, object);
    const std::string name(protocol::cosem::ObisText(object.obis).view());
    const meter::fw::ServedClass& served = object.served();
    page += "| " + name + " | " + named.class_name + " " +
            std::to_string(static_cast<unsigned>(served.id)) + " v" +
            std::to_string(served.version) + " | " + fitting_text(object) + " |";
    for (const std::uint8_t client : {meter::fw::kPublic, meter::fw::kManagement,
                                      meter::fw::kReading, meter::fw::kConcentrator}) {
      page += " " + rights_text(object, named, client) + " |";
    }
    page += "\n";
  }
  return page;
}

TEST(Objects, PageShowsTheTable) {
  const std::string path = "docs/objects.md";
  if (std::getenv("TWIN_UPDATE") != nullptr) std::ofstream(path) << objects_page();
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), objects_page()) << "TWIN_UPDATE=1 rewrites " << path;
}

TEST(Objects, NamesAreUniqueWithinTheirClass) {
  const auto all = meter::fw::objects();
  for (const Object& object : all) {
    const auto same = [&](const Object& other) {
      return other.place == object.place && other.obis == object.obis &&
             (other.tables & object.tables) != 0;
    };
    EXPECT_EQ(std::count_if(all.begin(), all.end(), same), 1);
  }
}

// A value of the wrong type changes nothing (Green Book, data-access-result 12).
TEST(Objects, TypesOfTheClassesAreHeld) {
  using protocol::cosem::is_of_type;
  using protocol::cosem::Tag;
  const std::uint8_t boolean[] = {3, 1};
  const std::uint8_t two[] = {3, 1, 3, 0};
  EXPECT_TRUE(is_of_type(Tag::boolean, boolean));
  EXPECT_FALSE(is_of_type(Tag::enum_, boolean));
  EXPECT_FALSE(is_of_type(Tag::boolean, two));
  EXPECT_FALSE(is_of_type(Tag::boolean, {}));
  EXPECT_FALSE(is_of_type(Tag::date_time, boolean));
  EXPECT_TRUE(is_of_type(protocol::cosem::kChoice, two));
}

}  // namespace
