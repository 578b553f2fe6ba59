// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/scenario/schema.hpp"

namespace sim::run {

// Fills a scenario from raw TOML by the schema table and collects every problem on the way.
// Keys are remembered by path ("meters.count", "event#3.at") so that checks over several keys can
// point at one, and stay silent where a key was wrong by itself.
class Loader {
 public:
  explicit Loader(Scenario& scenario) : scenario_(scenario) {}

  void read(const Raw& root);
  Problems take_problems();

 private:
  void read_section(const Section& section, const Raw& raw);
  void read_map(const Raw& raw);
  void read_events(const Raw& root);
  void read_expectations(const Raw& root);
  void unknown_key(const std::string& path, const Raw& raw, const std::vector<std::string>& near);
  void unknown(const std::string& path, const Raw& raw, const std::string& meant);

  // cross_checks.cpp: what one key alone cannot tell.
  void cross_check();
  void check_general();
  void check_numbers_of_meters();
  void check_files();
  void check_push(const std::string& prefix, std::int64_t capture_s, std::int64_t push_s);
  void check_expose_and_trace();
  void check_ports();
  void check_events();
  void check_sags();
  void check_map();
  void check_concentrators();
  void check_doors();

  template <typename Target>
  bool read_key(const Key<Target>& key, const std::string& path, const Raw& raw, Target& target);
  template <typename Target>
  void read_row(const std::string& table, std::size_t row, const Raw& raw,
                const std::vector<Key<Target>>& keys, Target& target);
  template <typename Target>
  void read_rows(const Raw& root, const std::string& table, const std::vector<Key<Target>>& keys,
                 std::vector<Target>& targets);

  void complain(const std::string& path, const Raw& raw, const std::string& what,
                const std::string& allowed);
  // Complains at a key that was read; silent when it is absent or was wrong already.
  void complain_at(const std::string& path, const std::string& what, const std::string& allowed);
  bool good(const std::string& path) const { return !bad_.contains(path); }
  const Raw* seen(const std::string& path) const;

  Scenario& scenario_;
  Problems problems_;
  std::map<std::string, const Raw*> seen_;
  std::set<std::string> bad_;
};

// "event#3.at", the path of a key in a row of a table, from 0.
std::string row_key(const std::string& table, std::size_t row, const std::string& key);
// "event#3.at" -> "event.at", as the user writes it.
std::string display_path(const std::string& path);

}  // namespace sim::run
