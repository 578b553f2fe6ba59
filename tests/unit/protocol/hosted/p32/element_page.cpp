// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// docs/p32ex-elements.md: every element with what it needs and may have, from the shapes.
#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "protocol/hosted/p32/message.hpp"
#include "tests/unit/protocol/hosted/p32/schema_writer.hpp"

namespace protocol::p32::test {
namespace {

template <typename T>
inline constexpr char kTag = 0;

struct Row {
  std::string path;
  std::string how_many;
  std::string required;
  std::string optional;
};
struct Page {
  std::vector<Row> rows;
  std::map<const void*, std::string> shown;  // path of the first element of a type
};

std::string words_of(Names names) {
  std::string text;
  for (const char* name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

// One element; walks its shape.
class Element {
 public:
  static constexpr bool kReads = false;

  Element(Page& page, std::string path, std::string how_many) : page_(page), at_(page.rows.size()) {
    page.rows.push_back({std::move(path), std::move(how_many), {}, {}});
  }

  template <typename T>
  void required(const char* name, const T& value, const As& as = {}) {
    add(row().required, name, value, as);
  }
  template <typename T>
  void optional(const char* name, const std::optional<T>&, const As& as = {}) {
    add(row().optional, name, T{}, as);
  }
  template <typename T>
  void unless(const char* name, const T& value, const T&, const As& as = {}) {
    add(row().optional, name, value, as);
  }
  template <typename T>
  void unless_empty(const char* name, const T& value, const As& as = {}) {
    add(row().optional, name, value, as);
  }
  void constant(const char* name, const char* value) { put(row().required, name, value); }
  template <typename List>
  void list(const char* name, const List&) {
    constexpr bool kFixed = requires { std::tuple_size<List>::value; };
    put(kFixed ? row().required : row().optional, name,
        "list of " + std::string(xsd_type(typename List::value_type{})));
  }
  void time(const char* name, UtcMs, const As& = {}) { put(row().required, name, "Utc"); }
  void time(const char* name, const std::optional<UtcMs>&, const As& = {}) {
    put(row().optional, name, "Utc");
  }
  void time_of_day(const char* name, std::uint32_t) { put(row().required, name, "TimeOfDay"); }
  void local(const char* name, const MeterTime&) { put(row().required, name, "Local"); }
  void hex_octet(const char* name, std::uint8_t, const As& = {}) {
    put(row().required, name, "HexOctet");
  }
  void failure(const std::optional<Failure>&) {
    put(row().optional, "errCat", words_of(kCategoryNames));
    put(row().optional, "errCode", "xs:unsignedShort");
  }
  template <typename T>
  void element(const char* name, const T& value) {
    child(name, value, "1");
  }
  template <typename T>
  void maybe_element(const char* name, const std::optional<T>&) {
    child(name, T{}, "0 or 1");
  }
  template <typename T>
  void elements(const char* name, const std::vector<T>&, const Occurs& occurs = {}) {
    const std::string most = occurs.most == 0 ? "any" : std::to_string(occurs.most);
    child(name, T{}, std::to_string(occurs.least) + " to " + most);
  }
  void meters(const std::vector<std::string>&) { elements("Meter", std::vector<MeterName>()); }
  template <typename Variant>
  void alternative(const Variant&, Names names) {
    choice<Variant>([&](std::size_t k) { return names[k]; });
  }
  void chosen(const OrderBody&, OrderKind) {
    choice<OrderBody>([](std::size_t k) { return kOrderElements[k]; });
  }
  void chosen(const ReportBody&, ReportKind) {
    for (std::size_t k = 0; k < kReportKinds; ++k) {
      std::visit([&](const auto& one) { child(kReportElements[k], one, "one of these"); },
                 p32::body_of(static_cast<ReportKind>(k)));
    }
  }
  void canonical_element(const char* name, const Order& order, const std::string&) {
    element(name, order);
  }
  void base64_text(const Octets&) { put(row().required, "(text)", "xs:base64Binary"); }

 private:
  Row& row() { return page_.rows[at_]; }
  static void put(std::string& list, const char* name, const std::string& type) {
    if (!list.empty()) list += "; ";
    list += '`' + std::string(name) + "` " + type;
  }
  template <typename T>
  void add(std::string& list, const char* name, const T& value, const As& as) {
    std::string type;
    if constexpr (Named<T>) {
      type = words_of(names_of_type(value));
    } else {
      type = as.type != nullptr ? as.type : xsd_type(value);
    }
    if (as.unit != nullptr) type += std::string(" in ") + as.unit;
    put(list, name, type);
  }
  template <typename T>
  void child(const char* name, const T& value, const std::string& how_many) {
    const std::string path = row().path + '/' + name;
    const auto [at, fresh] = page_.shown.emplace(&kTag<T>, path);
    if (!fresh) return page_.rows.push_back({path, how_many, "as " + at->second, {}});
    Element below(page_, path, how_many);
    shape(below, value);
  }
  template <typename Variant, typename Name>
  void choice(Name&& name_at) {
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      (child(name_at(k), std::variant_alternative_t<k, Variant>{}, "one of these"), ...);
    }
    (std::make_index_sequence<std::variant_size_v<Variant>>());
  }

  Page& page_;
  std::size_t at_;
};

std::string page_of_shapes() {
  Page page;
  Element message(page, "Message", "1");
  const Message empty;
  shape(message, empty);
  std::string text =
      "# P3.2Ex: elements\n\n"
      "Made from the shapes of the messages (`TWIN_UPDATE=1` with `unit_p32`); docs/p32ex.md says "
      "what they mean, `protocol/hosted/p32/p32ex.xsd` what the types are. An attribute that is "
      "absent has no value, or where it has a usual one that. Children stand in the order of this "
      "table.\n\n| element | how many | required | optional |\n|---|---|---|---|\n";
  for (const Row& row : page.rows) {
    text += "| `" + row.path + "` | " + row.how_many + " | " + row.required + " | " + row.optional +
            " |\n";
  }
  return text;
}

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ElementPage, IsWhatTheShapesSay) {
  const std::string path = "docs/p32ex-elements.md";
  const std::string page = page_of_shapes();
  if (std::getenv("TWIN_UPDATE") != nullptr) std::ofstream(path, std::ios::binary) << page;
  EXPECT_EQ(file_text(path), page);
  EXPECT_NE(page.find("| `Message/SignedOrder/Order/ClockSync`"), page.npos);
}

// Every reason of refusal has words, and docs/p32ex.md lists its number.
TEST(ElementPage, fault_24_refusals_say_why) {
  EXPECT_STREQ(reason_of({ErrorCategory::access, error_code::kReplayed}),
               "Order/@seq was used by another order, or is 64 behind the newest");
  const std::string page = file_text("docs/p32ex.md");
  const std::size_t table = page.find("| errCat | errCode |");
  ASSERT_NE(table, page.npos);
  constexpr std::uint16_t kCodes[] = {8, 6, 7, 0, 6, 4};  // by category
  for (std::size_t category = 0; category < std::size(kCodes); ++category) {
    if (kCodes[category] == 0) continue;  // dlms: numbers of the Blue Book
    const std::string row =
        std::string("\n| ") + name_of(static_cast<ErrorCategory>(category)) + " |";
    const std::size_t at = page.find(row, table);
    ASSERT_NE(at, page.npos) << row;
    // "1 no XML, 2 breaks the schema, ..."
    const std::size_t begin = at + row.size();
    std::string listed = page.substr(begin, page.find('\n', begin) - begin - 1);
    std::set<std::string> texts;
    for (std::uint16_t code = 1; code <= kCodes[category]; ++code) {
      const std::string text = reason_of({static_cast<ErrorCategory>(category), code});
      EXPECT_EQ(text.find("Blue Book"), text.npos) << category << ' ' << code;
      EXPECT_TRUE(texts.insert(text).second) << "said of two numbers: " << text;
      const std::string number = ' ' + std::to_string(code) + ' ';
      const std::size_t found = listed.find(number);
      ASSERT_NE(found, listed.npos) << row << " lists no" << number;
      EXPECT_TRUE(std::isalpha(static_cast<unsigned char>(listed[found + number.size()])));
    }
    const std::string next = ", " + std::to_string(kCodes[category] + 1) + ' ';
    EXPECT_EQ(listed.find(next), listed.npos) << "without words: " << row << next;
  }
}

}  // namespace
}  // namespace protocol::p32::test
