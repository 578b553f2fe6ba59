// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "hes-stub/lockstep/lockstep_server.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes_test {

// The other process, here a thread with a store of its own.
class Child {
 public:
  Child(hes::Inventory inventory, std::vector<hes::TypeTemplate> types)
      : inventory_(std::move(inventory)),
        types_(std::move(types)),
        store_(hes::StoreOptions{":memory:", false, false}),
        server_(hes::LockstepOptions{}, inventory_, types_, store_, log_),
        thread_([this] {
          try {
            finished = server_.serve();
          } catch (const std::runtime_error& error) {
            failure = error.what();
          }
        }) {}
  ~Child() { join(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  std::uint16_t port() const { return server_.control_port(); }
  hes::Store& store() { return store_; }

  bool finished = false;
  std::string failure;

 private:
  hes::Inventory inventory_;
  std::vector<hes::TypeTemplate> types_;
  hes::Store store_;
  SilentLog log_;
  hes::LockstepServer server_;
  std::thread thread_;
};

inline std::vector<std::string> rows_of(hes::Store& store, std::size_t meters) {
  std::vector<std::string> lines;
  for (const hes::Obis& obis : {hes::kLoadProfile, hes::kDailyClosing, hes::kMonthlyClosing}) {
    for (hes::MeterIndex meter = 0; meter < meters; ++meter) {
      store.for_each_row(meter, store.profile(obis), [&](const hes::Row& row, unsigned ordinal) {
        lines.push_back(std::to_string(meter) + hes::to_string(obis) + " " +
                        std::to_string(row.stamp_utc_s) + " " + std::to_string(ordinal) + " " +
                        std::to_string(row.status) + " " + std::to_string(row.values[0]) + " " +
                        std::to_string(row.arrival_utc_s) + " " + std::to_string(row.deliveries));
      });
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace hes_test
