// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hes-stub/inventory/inventory.hpp"
#include "hes-stub/ports/order.hpp"
#include "hes-stub/store/report_tables.hpp"
#include "protocol/hosted/p32/report.hpp"

namespace hes {

// Which messages of a sender we had, by its numbers. They come nearly in order and repeat, so runs
// of numbers say it all; a hole stays where a message that nobody repeats was lost.
class SeqSet {
 public:
  // Beyond it the two oldest runs become one: holes that old are not waited for.
  static constexpr std::size_t kMaxRuns = 1024;

  bool contains(std::uint64_t seq) const;
  bool insert(std::uint64_t seq);  // false: was there
  void clear() { runs_.clear(); }
  std::size_t runs() const { return runs_.size(); }
  // Everything from 1 up to here was there; nothing when 1 was not.
  std::optional<std::uint64_t> contiguous() const;

  // Pairs of first and last, 8 octets each; read() returns false for anything else.
  std::vector<std::uint8_t> write() const;
  bool read(std::span<const std::uint8_t> octets);

 private:
  std::map<std::uint64_t, std::uint64_t> runs_;  // first -> last
};

struct ConcentratorRecord {
  SeqSet seen;                     // its messages that we took over
  std::uint64_t seq_reserved = 0;  // our numbers towards it may be used up to here
  std::uint64_t order_seq = 0;     // of the last order to it
  std::uint32_t restarts = 0;      // as it said last
};

// Something that a concentrator is to do, until it is done or given up.
struct StoredItem {
  ConcentratorIndex concentrator = kNoConcentrator;
  std::uint64_t seq = 0;
  std::string xml;     // the message: Request or SignedOrder
  bool acked = false;  // the concentrator has it
  std::optional<OrderResult> order;
};

// An entry of a meter's event log, read from it, or told by the meter itself.
struct StoredEvent {
  bool alarm = false;
  std::uint8_t group = 0;  // E of the log's name
  std::uint8_t code = 0;
  protocol::cosem::DateTime at;
  std::uint32_t number = 0;        // capture counter; 0: the meter's entries have none
  std::uint32_t magnitude_dv = 0;  // of a variation of the voltage that is over
  std::uint32_t duration_ms = 0;
  UtcNs arrival = 0;
};

// What the store keeps of concentrators, in the same file and the same transactions as the rows:
// which messages were seen, what waits for them, and what their reports said beside profile rows.
class ConcentratorStore {
 public:
  explicit ConcentratorStore(Database& database);

  void set_inventory(const Inventory& inventory);
  // Changing calls touch() after it.
  ConcentratorRecord& record(ConcentratorIndex concentrator) { return records_[concentrator]; }
  void touch(ConcentratorIndex concentrator);

  std::vector<StoredItem> load_items();  // by concentrator and number
  void put_item(const StoredItem& item);
  void erase_item(ConcentratorIndex concentrator, std::uint64_t seq);
  bool items_dirty() const { return !items_.empty(); }

  // Written with the next commit. Meters must be in the inventory.
  void add_report(ConcentratorIndex concentrator, UtcNs arrival, protocol::p32::Report report);

  // The same for what a meter behind a module told or was asked for.
  void add_events(const std::string& serial, UtcNs arrival, std::span<const StoredEvent> events);

  // What is in the file of one meter's events, in the order of their numbers; meters by their id.
  std::vector<StoredEvent> load_events(std::int64_t meter);

  bool dirty() const;
  void write();  // inside of a transaction

 private:
  struct Waiting {  // to be written with the next commit
    ConcentratorIndex concentrator;
    UtcNs arrival;
    protocol::p32::Report report;
  };

  using Container = std::shared_ptr<const std::vector<std::uint8_t>>;
  Container load_image(std::span<const std::uint8_t> sha256);
  std::vector<std::uint8_t> write_image(const Container& container);

  Database& database_;
  Statement put_record_;
  Statement put_item_;
  Statement erase_item_;
  ReportTables report_tables_;
  std::vector<std::int64_t> ids_;
  std::vector<ConcentratorRecord> records_;
  std::vector<ConcentratorIndex> dirty_records_;
  using Key = std::pair<ConcentratorIndex, std::uint64_t>;
  std::map<Key, std::optional<StoredItem>> items_;  // empty: erased
  std::vector<Waiting> reports_;
  ReportTables::MeterIds meter_ids_;  // of all meters ever
  std::vector<std::string> serials_;  // of the inventory
  // Images of orders that are in the file, by their SHA-256: many orders share one.
  std::map<std::vector<std::uint8_t>, Container> images_;
};

}  // namespace hes
