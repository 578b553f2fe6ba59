// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/toml_depth.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace sim::run {
namespace {

// Goes through a text once, without calling itself; what is no TOML is the parser's business.
class DepthScan {
 public:
  explicit DepthScan(std::string_view text) : text_(text) {}

  std::optional<Place> run() {
    while (at_ < text_.size()) {
      step();
      if (header_ + enclosing_ + key_ + dots_ > kMostTomlLevels) return place();
    }
    return {};
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '"' || c == '\'') return skip_text(c);
    if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
      return;
    }
    ++at_;
    const bool outside = open_.empty();
    if (c == '.') ++dots_;
    if (c == '=') key_ = std::exchange(dots_, 0);
    if (c == ',' || (c == '\n' && outside)) key_ = dots_ = 0;
    if (c == '[' && outside && first_of_line()) {
      header_ = 0;
      in_header_ = true;
      return;
    }
    if (in_header_) {
      if (c == ']' || c == '\n') {
        header_ += std::exchange(dots_, 0);
        in_header_ = false;
      }
      return;
    }
    if (c == '[' || c == '{') {
      open_.push_back(enclosing_);
      enclosing_ += 1 + std::exchange(key_, 0);
      dots_ = 0;
    } else if ((c == ']' || c == '}') && !outside) {
      enclosing_ = open_.back();
      open_.pop_back();
      key_ = dots_ = 0;
    }
  }

  // Only white space, or the bracket of [[, stands between the line's begin and the bracket here.
  bool first_of_line() const {
    std::size_t before = at_ - 1;
    while (before > 0 && (text_[before - 1] == ' ' || text_[before - 1] == '\t')) --before;
    return before == 0 || text_[before - 1] == '\n';
  }

  void skip_text(char quote) {
    const bool three = at_ + 2 < text_.size() && text_[at_ + 1] == quote && text_[at_ + 2] == quote;
    const std::string_view end = text_.substr(at_, three ? 3 : 1);
    at_ += end.size();
    while (at_ < text_.size() && text_.substr(at_, end.size()) != end) {
      if (!three && text_[at_] == '\n') return;  // not closed
      at_ += quote == '"' && text_[at_] == '\\' ? 2 : 1;
    }
    at_ = std::min(at_ + end.size(), text_.size());
  }

  Place place() const {
    const std::string_view before = text_.substr(0, at_ - 1);
    const std::size_t line = before.rfind('\n') + 1;  // npos + 1: the first
    const auto is_character = [](char c) { return (c & 0xC0) != 0x80; };
    return {{},
            static_cast<unsigned>(1 + std::ranges::count(before, '\n')),
            static_cast<unsigned>(1 + std::ranges::count_if(before.substr(line), is_character))};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t header_ = 0;  // dots of the [table] that lines belong to
  bool in_header_ = false;
  std::size_t enclosing_ = 0;  // levels of open brackets, with the dots of their keys
  std::vector<std::size_t> open_;
  std::size_t key_ = 0;   // dots of the key whose value follows
  std::size_t dots_ = 0;  // since the last sign that ends a key
};

}  // namespace

std::optional<Place> too_deep(std::string_view toml) { return DepthScan(toml).run(); }

}  // namespace sim::run
