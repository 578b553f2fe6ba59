// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>

#include "sim/scenario/schema.hpp"

namespace sim::run {

// What a scenario says, key by key, and what was said of it. Keys go by their path ("meters.count",
// "event#3.at"), so that checks over several keys can point at one, and stay silent where a key was
// wrong by itself.
class Written {
 public:
  void remember(const std::string& path, const Raw& raw) { seen_[path] = &raw; }
  // Null: it is not written.
  const Raw* seen(const std::string& path) const;
  bool good(const std::string& path) const { return !bad_.contains(path); }
  bool from_command_line(const std::string& path) const;

  void complain(const std::string& path, const Raw& raw, const std::string& what,
                const std::string& allowed);
  // Complains at a key that was read; silent when it is absent or was wrong already.
  void complain_at(const std::string& path, const std::string& what, const std::string& allowed);
  // Complains of a key that is not there.
  void miss(const std::string& path, const Raw& row, const std::string& text);
  // A doubt, as `complain_at`.
  void warn_at(const std::string& path, const std::string& what);

  // In the order of the file; what stands in none comes last.
  Problems take_problems();
  Problems take_warnings();

 private:
  Problems problems_;
  Problems warnings_;
  std::map<std::string, const Raw*> seen_;
  std::set<std::string> bad_;
};

// "event#3.at", the path of a key in a row of a table, from 0.
std::string row_key(const std::string& table, std::size_t row, const std::string& key);
// "event#3.at" -> "event.at", as the user writes it.
std::string display_path(const std::string& path);

// What one key alone cannot tell; also resolves the zones of the meters' clocks.
void cross_check(Scenario& scenario, Written& written);
// Plans and limits that events order; also reads them.
void check_order_plans(Scenario& scenario, Written& written);
// Doors to the outside, and the trace.
void check_expose(const Scenario& scenario, Written& written);
// What is written and does nothing, as warnings.
void find_effects(const Scenario& scenario, Written& written);

}  // namespace sim::run
