// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sim/scenario/schema.hpp"
#include "sim/scenario/written.hpp"

namespace sim::run {

// Fills a scenario from raw TOML by the schema table and collects every problem on the way.
// Keys are remembered by path ("meters.count", "event#3.at") so that checks over several keys can
// point at one, and stay silent where a key was wrong by itself.
class Loader {
 public:
  explicit Loader(Scenario& scenario) : scenario_(scenario) {}

  void read(const Raw& root);
  Problems take_problems() { return written_.take_problems(); }
  Problems take_warnings() { return written_.take_warnings(); }

 private:
  void read_section(const Section& section, const Raw& raw);
  void read_map(const Raw& raw);
  void read_events(const Raw& root);
  void read_expectations(const Raw& root);
  void unknown_key(const std::string& path, const Raw& raw, const std::vector<std::string>& near);
  void unknown(const std::string& path, const Raw& raw, const std::string& meant);

  template <typename Target>
  bool read_key(const Key<Target>& key, const std::string& path, const Raw& raw, Target& target);
  template <typename Target>
  void read_row(const std::string& table, std::size_t row, const Raw& raw,
                const std::vector<Key<Target>>& keys, Target& target);
  template <typename Target>
  void read_rows(const Raw& root, const std::string& table, const std::vector<Key<Target>>& keys,
                 std::vector<Target>& targets);

  Scenario& scenario_;
  Written written_;
};

}  // namespace sim::run
