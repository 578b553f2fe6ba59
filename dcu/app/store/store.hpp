// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dcu/app/ports/commission.hpp"
#include "dcu/app/ports/observer.hpp"
#include "dcu/app/store/event_log.hpp"
#include "dcu/app/store/mailbox.hpp"
#include "dcu/app/store/rows.hpp"

namespace dcu::app {

// How far a profile of a meter is read. Chunks oldest .. next-1 are stored, those below `reported`
// are in a report that was stored too.
struct ProfileCursor {
  std::int64_t settled_s = 0;  // everything up to it was asked for and stored; 0: nothing yet
  std::uint32_t oldest = 0;
  std::uint32_t reported = 0;
  std::uint32_t next = 0;
  // Capture counter of the newest row read; 0: none yet, or the meter does not number its rows.
  std::uint32_t newest = 0;
};

// Invocation counters are written to the store ahead of their use, so many at a time.
inline constexpr std::uint32_t kReservedCounters = 1000;

struct MeterEntry {
  CommissionedMeter given;
  std::optional<protocol::dlms::Keys> next_keys;  // sent to the meter, perhaps taken by it
  bool removed = false;                           // by order; its place stays empty
  std::array<ProfileCursor, kProfiles> profiles;
  // Invocation counters of client 3 below it may be used up; 0: not known, the meter is asked.
  std::uint32_t counter_reserved = 0;
  std::uint32_t notification_counter = 0;  // of the last spontaneous event
  std::uint32_t capture_period_s = 0;      // 0: not read yet
  std::int64_t last_contact_s = 0;
  std::string device_name;
  std::string firmware;
};

// Everything that outlives a restart. Changes gather until commit() makes them durable, all of
// them or none; what leaves the concentrator leaves after that.
class Store {
 public:
  Store(Disk& disk, const Clock& clock, Observer& observer);

  bool create(const Commission& commission);
  bool open();
  // False: the disk failed. Nothing more may be done then.
  bool commit();
  bool failed() const { return failed_ || records_.pages.failed(); }
  const PageStore& pages() const { return records_.pages; }

  // ---- What was commissioned, and may be changed by order ----
  const Commission& config() const { return config_; }
  const Parameters& parameters() const { return config_.parameters; }
  void set_parameters(const Parameters& parameters);
  const std::vector<Task>& tasks() const { return config_.tasks; }
  void set_tasks(std::vector<Task> tasks);
  std::uint32_t restarts() const { return restarts_; }

  // ---- Meters ----
  std::vector<MeterEntry>& meters() { return meters_; }
  const std::vector<MeterEntry>& meters() const { return meters_; }
  MeterIndex meter_of(std::string_view serial) const;  // kNoMeter
  void save_state(MeterIndex meter);
  void save_identity(MeterIndex meter);  // keys

  // ---- Rows ----
  void add_chunk(MeterIndex meter, Profile profile, const Chunk& chunk);
  std::optional<Chunk> chunk(MeterIndex meter, Profile profile, std::uint32_t number) const;

  // ---- Messages, orders, requests; events of the concentrator ----
  Mailbox& mailbox() { return mailbox_; }
  const Mailbox& mailbox() const { return mailbox_; }
  using EventGroup = protocol::p32::EventGroup;
  void note(EventGroup group, std::uint16_t code, std::string_view subject) {
    events_.note(group, code, subject);
  }
  const EventLog& events() const { return events_; }

  // ---- Counters and moments of others, by a number of their own ----
  void set_value(std::uint32_t name, std::int64_t value);
  std::int64_t value(std::uint32_t name, std::int64_t otherwise = 0) const;

 private:
  void skip_lost_counters();
  void make_room(std::size_t octets);
  bool drop_oldest_chunks(std::size_t octets);
  bool load_config();
  void load_meters();
  void load_meter(MeterIndex meter, const Octets* identity, const Octets* state);

  const Clock& clock_;
  Observer& observer_;
  Records records_;
  Mailbox mailbox_;
  EventLog events_;
  bool failed_ = false;  // changes were lost: memory is ahead of the disk
  Commission config_;
  std::vector<MeterEntry> meters_;
  std::vector<std::pair<std::string, MeterIndex>> by_serial_;  // sorted
  std::uint32_t restarts_ = 0;
};

}  // namespace dcu::app
