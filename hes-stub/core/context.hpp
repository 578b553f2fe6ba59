// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "hes-stub/core/counters.hpp"
#include "hes-stub/core/meter_keys.hpp"
#include "hes-stub/inventory/config.hpp"
#include "hes-stub/inventory/inventory.hpp"
#include "hes-stub/ports/observer.hpp"
#include "hes-stub/ports/ports.hpp"
#include "hes-stub/store/store.hpp"
#include "protocol/crypto/engine.hpp"

namespace hes {

// What the engine waits for. Simultaneous ones come in the order in which they were set. Nothing
// is removed early: whoever changed its mind counts up its generation, and the old entry is
// recognised when it comes.
struct Deadline {
  enum class Kind : std::uint8_t {
    commit,
    check,
    supervise,
    session,
    claim,  // connection that claims a meter, by the number of its session
    retry,
    order_from,
    order_until,
    // Concentrators.
    p32_commit,
    p32_silence,  // connection
    p32_check,    // and the others: concentrator
    p32_dial,
    p32_client
  };
  UtcNs at = 0;
  std::uint64_t sequence = 0;
  std::uint64_t index = 0;  // meter, connection, session, order, concentrator
  std::uint32_t generation = 0;
  Kind kind = Kind::commit;
};

class Deadlines {
 public:
  void add(UtcNs at, Deadline::Kind kind, std::uint64_t index, std::uint32_t generation = 0) {
    heap_.push_back({at, ++sequence_, index, generation, kind});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  UtcNs next() const { return heap_.empty() ? kNever : heap_.front().at; }
  Deadline pop() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const Deadline deadline = heap_.back();
    heap_.pop_back();
    return deadline;
  }
  std::size_t size() const { return heap_.size(); }

 private:
  static bool later(const Deadline& a, const Deadline& b) {
    return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
  }
  std::vector<Deadline> heap_;
  std::uint64_t sequence_ = 0;
};

struct Ports {
  StreamPort& stream;
  ClockPort& clock;
  TimerPort& timer;
  RandomPort& random;
  LogPort& log;
  protocol::crypto::Engine& crypto;
  KeyVault& vault;
};

// What every part of the engine works with: one of each, made before the parts and gone after them.
struct Context {
  Context(const EngineConfig& config_given, const Inventory& inventory_given,
          const Ports& ports_given, Store& store_given, Observer& observer_given);

  UtcNs now() const { return ports.clock.now(); }
  std::int64_t now_s() const { return now() / kNsPerSecond; }
  // Sets a deadline so long from now.
  void wait_s(std::int64_t seconds, Deadline::Kind kind, std::uint64_t index,
              std::uint32_t generation = 0);
  std::int64_t draw_below(std::int64_t n);  // 0..n-1
  void log(std::string_view text) { ports.log.line(now(), text); }
  void note_event(MeterIndex meter, std::string_view kind, std::string_view detail = {});
  // The meter answered under these keys, or sealed a push with them.
  void keys_proved(MeterIndex meter, KeyNumber number);
  // The meter's clock minus ours, for the store and whoever hears us.
  void note_clock(MeterIndex meter, UtcNs deviation);
  // Rows of a meter that cannot be kept, and why.
  void note_left_out(MeterIndex meter, std::uint32_t without_time, std::uint32_t refused);
  // Rows that are not of the columns known for the meter's type: refused, as they would be taken
  // for others.
  void note_columns_changed(MeterIndex meter, const Obis& profile);
  // Rows of one delivery, in the order of the meter's buffer: to the store, and the new ones to the
  // observer.
  AddResult take_rows(MeterIndex meter, const Obis& profile, std::span<Row> rows, Delivery how,
                      UtcNs arrival);

  const EngineConfig config;
  const Inventory& inventory;
  const Ports ports;
  Store& store;
  Observer& observer;
  MeterKeys keys;
  Deadlines deadlines;
  EngineCounters counters;
};

// Writes the store now; what waited for it is told.
class Committer {
 public:
  virtual void commit_now() = 0;

 protected:
  ~Committer() = default;
};

}  // namespace hes
