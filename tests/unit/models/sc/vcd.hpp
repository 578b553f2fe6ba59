// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace sc_test {

// Value changes of a VCD file by hierarchical name, as text, with their times in ns.
class Vcd {
 public:
  using Changes = std::vector<std::pair<std::int64_t, std::string>>;

  explicit Vcd(const std::string& path) {
    std::ifstream file(path);
    std::map<std::string, std::string> name_of;
    std::vector<std::string> scopes;
    std::int64_t now = 0;
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string word;
      if (!(words >> word)) continue;
      if (word == "$scope") {
        std::string kind, name;
        words >> kind >> name;
        scopes.push_back(name);
      } else if (word == "$upscope") {
        scopes.pop_back();
      } else if (word == "$var") {
        std::string type, bits, id, name;
        words >> type >> bits >> id >> name;
        // The outermost scope is SystemC's own.
        std::string full;
        for (std::size_t n = 1; n < scopes.size(); ++n) full += scopes[n] + ".";
        name_of[id] = full + name;
      } else if (word[0] == '#') {
        now = std::stoll(word.substr(1));
      } else if (word[0] == '0' || word[0] == '1') {
        changes_[name_of[word.substr(1)]].emplace_back(now, word.substr(0, 1));
      } else if (word[0] == 'b' || word[0] == 'r') {
        std::string id;
        words >> id;
        changes_[name_of[id]].emplace_back(now, word.substr(1));
      }
    }
  }

  const Changes& of(const std::string& name) { return changes_[name]; }
  bool has(const std::string& name) const { return changes_.count(name) > 0; }
  std::string value_at(const std::string& name, std::int64_t at) {
    std::string value;
    for (const auto& [time, text] : changes_[name]) {
      if (time <= at) value = text;
    }
    return value;
  }
  // Time of the n-th change to this value, -1 without one.
  std::int64_t time_of(const std::string& name, const std::string& value, int n = 0) {
    for (const auto& [time, text] : changes_[name]) {
      if (text == value && n-- == 0) return time;
    }
    return -1;
  }
  std::string names() const {
    std::string all;
    for (const auto& [name, changes] : changes_) all += name + " ";
    return all;
  }

 private:
  std::map<std::string, Changes> changes_;
};

}  // namespace sc_test
