// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a header offers, somebody uses: functions and constants that are named nowhere but where
// they are declared and defined. By words and layout: a name that something else has too goes
// unseen.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "tests/tidy/source_tree.hpp"

namespace {

using tidy::in_word;
std::string word_before(const std::string& line, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && in_word(line[begin - 1])) --begin;
  return line.substr(begin, end - begin);
}

// The function that a line declares or begins to define: a type, then a name and a bracket.
std::string function_of(const std::string& line) {
  static const std::vector<std::string> kNoTypes = {
      "return", "else",   "throw", "if",        "for",    "while", "switch",
      "case",   "delete", "using", "co_return", "friend", "new",   "operator"};
  const std::size_t start = line.find_first_not_of(' ');
  const std::size_t bracket = line.find('(');
  if (bracket == std::string::npos || start == bracket || !in_word(line[start])) return "";
  const std::string name = word_before(line, bracket);
  const std::string type = line.substr(start, bracket - name.size() - start);
  if (name.empty() || std::isupper(static_cast<unsigned char>(name[0])) != 0) return "";
  if (type.empty() || type.find_first_of("=.?!{") != std::string::npos ||
      type.find("->") != std::string::npos) {
    return "";
  }
  const auto first_end = std::find_if_not(type.begin(), type.end(), in_word);
  const std::string first(type.begin(), first_end);
  if (std::find(kNoTypes.begin(), kNoTypes.end(), first) != kNoTypes.end()) return "";
  return type.ends_with(' ') || type.ends_with('&') || type.ends_with('*') || type.ends_with("::")
             ? name
             : "";
}

// kName of `constexpr type kName = ...`.
std::string constant_of(const std::string& line) {
  if (line.find("constexpr ") == std::string::npos) return "";
  std::size_t end = std::min(line.find(" ="), line.find('{'));
  if (end == std::string::npos) return "";
  if (end > 0 && line[end - 1] == ']') end = line.rfind('[', end);
  const std::string name = word_before(line, end);
  const bool constant =
      name.size() > 1 && name[0] == 'k' && std::isupper(static_cast<unsigned char>(name[1])) != 0;
  return constant ? name : "";
}

TEST(Unused, NothingThatAHeaderOffers) {
  std::map<std::string, std::string> offered;  // name -> where
  std::map<std::string, int> named;            // times, definitions in .cpp files left out
  for (const tidy::SourceFile& file : tidy::source_files()) {
    const bool product = !tidy::starts_with_any(file.path, {"tests/", "bench/"});
    const bool header = file.path.ends_with(".hpp") || file.path.ends_with(".h");
    const auto code = tidy::code_of(file);
    for (std::size_t n = 0; n < code.size(); ++n) {
      const std::string& line = code[n];
      for (std::size_t i = 0; i < line.size(); ++i) {
        if (!in_word(line[i])) continue;
        std::size_t end = i;
        while (end < line.size() && in_word(line[end])) ++end;
        ++named[line.substr(i, end - i)];
        i = end;
      }
      if (!product || line.empty()) continue;
      if (!header) {
        if (line[0] != ' ' && !function_of(line).empty()) --named[function_of(line)];
        continue;
      }
      if (line.find("override") != std::string::npos) continue;
      const std::string where = file.path + ':' + std::to_string(n + 1);
      const bool call = line.find("std::" + function_of(line)) != std::string::npos;
      for (const std::string& name : {call ? "" : function_of(line), constant_of(line)}) {
        if (!name.empty()) offered.emplace(name, where);
      }
    }
  }
  tidy::Exceptions exceptions("tests/tidy/unused.txt");
  for (const auto& [name, where] : offered) {
    if (named[name] > 1) continue;
    EXPECT_TRUE(exceptions.holds(name)) << where << ": nobody uses " << name;
  }
  exceptions.expect_all_used();
}

}  // namespace
