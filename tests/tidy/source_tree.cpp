// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/source_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tidy {
namespace {

namespace fs = std::filesystem;

const char* const kFolders[] = {"kernel", "net",   "os",       "protocol",    "meter",
                                "cm1",    "dcu",   "hes-stub", "plc-channel", "models",
                                "sim",    "bench", "tests"};

SourceFile read_file(const fs::path& path) {
  SourceFile file{path.generic_string(), {}};
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) file.lines.push_back(line);
  return file;
}

std::vector<SourceFile> read_all() {
  std::vector<SourceFile> files;
  for (const char* folder : kFolders) {
    if (!fs::exists(folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension == ".c" || extension == ".h" || extension == ".cpp" || extension == ".hpp") {
        files.push_back(read_file(entry.path()));
      }
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

// One pass over the text: comments and literals become spaces.
class Blanker {
 public:
  std::string operator()(const std::string& line) {
    std::string out;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (in_comment_) {
        if (line.compare(i, 2, "*/") == 0) {
          in_comment_ = false;
          ++i;
        }
      } else if (quote_ != 0) {
        if (line[i] == '\\') {
          ++i;
        } else if (line[i] == quote_) {
          quote_ = 0;
        }
      } else if (line.compare(i, 2, "//") == 0) {
        break;
      } else if (line.compare(i, 2, "/*") == 0) {
        in_comment_ = true;
        ++i;
      } else if (line[i] == '"' || (line[i] == '\'' && !digit_separator(line, i))) {
        quote_ = line[i];
      } else {
        out += line[i];
        continue;
      }
      out += ' ';
    }
    quote_ = 0;  // no literal runs over a line end in this tree
    return out;
  }

 private:
  static bool digit_separator(const std::string& line, std::size_t i) {
    return i > 0 && std::isxdigit(static_cast<unsigned char>(line[i - 1])) != 0;
  }
  bool in_comment_ = false;
  char quote_ = 0;
};

}  // namespace

const std::vector<SourceFile>& source_files() {
  static const std::vector<SourceFile> files = read_all();
  return files;
}

std::vector<Include> includes_of(const SourceFile& file) {
  std::vector<Include> includes;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    const std::size_t hash = line.find_first_not_of(' ');
    if (hash == std::string::npos || line[hash] != '#') continue;
    const std::size_t word = line.find_first_not_of(' ', hash + 1);
    if (word == std::string::npos || line.compare(word, 7, "include") != 0) continue;
    const std::size_t open = line.find_first_of("<\"", word);
    const std::size_t close = line.find_last_of(">\"");
    if (open == std::string::npos || close <= open) continue;
    includes.push_back(
        {static_cast<int>(i + 1), line.substr(open + 1, close - open - 1), line[open] == '<'});
  }
  return includes;
}

std::vector<std::string> code_of(const SourceFile& file) {
  Blanker blank;
  std::vector<std::string> code;
  for (const std::string& line : file.lines) code.push_back(blank(line));
  return code;
}

bool starts_with_any(const std::string& path, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return path.rfind(prefix, 0) == 0; });
}

std::vector<std::string> lines_of_list(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in.good()) << path;
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line[0] != '#') lines.push_back(line);
  }
  return lines;
}

Exceptions::Exceptions(const std::string& path) : path_(path) {
  for (const std::string& line : lines_of_list(path)) unused_.insert(line);
}
bool Exceptions::holds(const std::string& line) {
  if (unused_.erase(line) > 0) used_.insert(line);
  return used_.contains(line);
}
void Exceptions::expect_all_used() const {
  if (std::getenv("TWIN_UPDATE") == nullptr) {
    for (const std::string& line : unused_) {
      ADD_FAILURE() << path_
                    << ": no longer needed (TWIN_UPDATE=1 ctest -R '^tidy$' takes it out): "
                    << line;
    }
    return;
  }
  std::ifstream in(path_);
  std::string kept;
  for (std::string line; std::getline(in, line);) {
    if (!unused_.contains(line)) kept += line + "\n";
  }
  std::ofstream(path_) << kept;
}

}  // namespace tidy
