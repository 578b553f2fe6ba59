// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cctype>
#include <set>
#include <string>
#include <vector>

namespace tidy {

// A C or C++ file of the product, path relative to the root of the tree.
struct SourceFile {
  std::string path;
  std::vector<std::string> lines;
};
struct Include {
  int line;
  std::string target;  // as written, without brackets
  bool angled;         // <...>
};

// Of an identifier.
inline bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// All .c .h .cpp .hpp files under the source folders, sorted by path.
const std::vector<SourceFile>& source_files();
std::vector<Include> includes_of(const SourceFile& file);
// Lines with comments and string literals blanked out, same count as file.lines.
std::vector<std::string> code_of(const SourceFile& file);
bool starts_with_any(const std::string& path, const std::vector<std::string>& prefixes);

// Lines of a list without comments (#) and empty ones.
std::vector<std::string> lines_of_list(const std::string& path);

// A list of what a rule lets pass, a line each, that may only shrink: a line that nothing needs any
// more fails.
class Exceptions {
 public:
  explicit Exceptions(const std::string& path);
  bool holds(const std::string& line);
  void expect_all_used() const;

 private:
  std::string path_;
  std::set<std::string> unused_;
  std::set<std::string> used_;
};

}  // namespace tidy
