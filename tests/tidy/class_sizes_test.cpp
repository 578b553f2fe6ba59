// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// A class of sixty methods is a floor without walls. Those that are too large today stand in a list
// with what was measured; numbers and list may only shrink.
#include "tests/tidy/class_sizes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

namespace {

using tidy::ClassSize;

constexpr int kMaxMethods = 30;
constexpr int kMaxMembers = 15;
constexpr int kMaxFields = 40;  // of a record: data alone, e.g. a result row or a configuration
const char* const kClassList = "tests/tidy/class_sizes.txt";

bool too_large(const ClassSize& size) {
  return size.methods > kMaxMethods || size.members > (size.methods > 0 ? kMaxMembers : kMaxFields);
}

struct Allowed {
  int methods;
  int members;
};
bool shrank(int now, int allowed, int limit) { return allowed > limit && now < allowed; }

using Allowance = std::map<std::string, Allowed>;

Allowance read_list() {
  Allowance allowance;
  for (const std::string& line : tidy::lines_of_list(kClassList)) {
    std::istringstream words(line);
    Allowed allowed{};
    std::string name;
    EXPECT_TRUE(words >> allowed.methods >> allowed.members >> name) << kClassList << ": " << line;
    allowance[name] = allowed;
  }
  return allowance;
}

// TWIN_UPDATE=1: the numbers that went down, and without the classes that are small now.
void write_list(const Allowance& old, const std::map<std::string, ClassSize>& large) {
  std::ifstream in(kClassList);
  std::string head;
  for (std::string line; std::getline(in, line) && line[0] == '#';) head += line + "\n";
  std::ofstream out(kClassList);
  out << head;
  for (const auto& [name, allowed] : old) {
    const auto now = large.find(name);
    if (now == large.end()) continue;
    out << std::min(allowed.methods, now->second.methods) << ' '
        << std::min(allowed.members, now->second.members) << ' ' << name << '\n';
  }
}

TEST(ClassSizes, StaySmallOrShrink) {
  std::map<std::string, ClassSize> large;
  for (const tidy::SourceFile& file : tidy::source_files()) {
    if (tidy::starts_with_any(file.path, {"tests/", "bench/"})) continue;
    for (const ClassSize& size : tidy::class_sizes(file)) {
      if (too_large(size)) large[size.name] = size;
    }
  }
  const Allowance allowance = read_list();
  if (std::getenv("TWIN_UPDATE") != nullptr) return write_list(allowance, large);
  for (const auto& [name, size] : large) {
    const auto found = allowance.find(name);
    const Allowed allowed = found == allowance.end() ? Allowed{} : found->second;
    // Below the limit a number may come and go.
    EXPECT_TRUE(found != allowance.end() &&
                size.methods <= std::max(allowed.methods, kMaxMethods) &&
                size.members <= std::max(allowed.members, kMaxMembers))
        << size.file << ':' << size.line << ": " << name << " has " << size.methods
        << " methods and " << size.members << " data members";
  }
  for (const auto& [name, allowed] : allowance) {
    const auto found = large.find(name);
    const bool same = found != large.end() &&
                      !shrank(found->second.methods, allowed.methods, kMaxMethods) &&
                      !shrank(found->second.members, allowed.members, kMaxMembers);
    EXPECT_TRUE(same) << name << " became smaller: TWIN_UPDATE=1 ctest -R '^tidy$' lowers "
                      << kClassList;
  }
}

TEST(ClassSizes, CountsWhatAReaderWouldCount) {
  const tidy::SourceFile file{"x.hpp",
                              {"namespace a::b {",
                               "enum class Kind : int { one, two };",
                               "template <typename T, int n = (1 << 3)>",
                               "class alignas(8) Box final : public Base<T> {",
                               " public:",
                               "  explicit Box(int x) : x_{x}, y_(2) { start(); }",
                               "  Box(const Box&) = delete;",
                               "  ~Box();",
                               "  void start();",
                               "  int size() const { return x_ > 2 ? y_ : 0; }",
                               "  std::function<void(int)> make(int n = 3) const;",
                               "  bool operator<(const Box& other) const;",
                               "  bool operator==(const Box&) const = default;",
                               "  using Map = std::map<int, int>;",
                               "  static constexpr int kMost = 3;",
                               "  struct Part { int a = 1, b; };",
                               " private:",
                               "  friend class Other;",
                               "  struct Hidden;",
                               "  enum : int { kUp, kDown };",
                               "  int x_ = f(3), y_;",
                               "  std::function<void(int, int)> call_;",
                               "  struct { int c; } inner_;",
                               "  std::array<int, 3> z_{1, 2, 3};",
                               "};",
                               "}"}};
  const auto sizes = tidy::class_sizes(file);
  ASSERT_EQ(sizes.size(), 3u);
  EXPECT_EQ(sizes[0].name, "a::b::Box");
  EXPECT_EQ(sizes[0].methods, 4);
  EXPECT_EQ(sizes[0].members, 5);
  EXPECT_EQ(sizes[1].name, "a::b::Box::Part");
  EXPECT_EQ(sizes[1].methods, 0);
  EXPECT_EQ(sizes[1].members, 2);
}

}  // namespace
