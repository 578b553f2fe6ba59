// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/store/store.hpp"

#include <algorithm>

#include "dcu/app/ports/event_code.hpp"

namespace dcu::app {
namespace {

using Kind = Records::Kind;

constexpr unsigned kChunkBits = 28;  // of a profile; chunk numbers stay below
constexpr std::uint64_t kSeriesAMeter = 16;
static_assert(kProfiles <= kSeriesAMeter);

std::uint64_t chunk_number(MeterIndex meter, Profile profile, std::uint32_t chunk) {
  const auto in_meter = static_cast<unsigned>(profile);
  const std::uint64_t series = std::uint64_t{meter} * kSeriesAMeter + in_meter;
  return series << kChunkBits | chunk;
}

}  // namespace

Store::Store(Disk& disk, const Clock& clock, Observer& observer)
    : clock_(clock),
      observer_(observer),
      records_(disk),
      mailbox_(records_),
      events_(records_, clock) {}

bool Store::open() {
  if (!records_.pages.open() || !load_config()) return false;
  load_meters();
  if (const Octets* value = records_.find(Kind::restarts, 0)) {
    restarts_ = FieldReader(*value).u32() + 1;
  }
  records_.put(Kind::restarts, 0, FieldWriter()(restarts_).take());
  mailbox_.open(clock_.now() / (kNsPerSecond / 1000));
  skip_lost_counters();
  events_.open();
  note(EventGroup::standard, event_code::kStarted, "");
  if (records_.pages.counters().torn_pages > 0)
    note(EventGroup::standard, event_code::kTornWrite, "");
  if (records_.pages.counters().damaged_batches > 0) {
    note(EventGroup::standard, event_code::kStoreDamaged, "");
  }
  return commit();
}

// A reservation may have been on a page that is lost. After a torn write one or two more are passed
// over; where anything may be missing the meter is asked.
void Store::skip_lost_counters() {
  const PageStore::Counters& found = records_.pages.counters();
  for (MeterEntry& meter : meters_) {
    const std::uint64_t next = std::uint64_t{meter.counter_reserved} +
                               std::uint64_t{found.unseen_batches()} * kReservedCounters;
    const bool unknown = found.damaged_batches > 0 || meter.counter_reserved == 0;
    meter.counter_reserved =
        unknown ? 0 : static_cast<std::uint32_t>(std::min<std::uint64_t>(next, UINT32_MAX));
  }
}

bool Store::commit() {
  if (failed()) return false;
  if (records_.changes.empty()) return true;
  make_room(records_.changes.octets());
  const PageStore::Counters before = records_.pages.counters();
  const bool ok = records_.pages.commit(records_.changes);
  records_.changes = {};
  failed_ = !ok;
  if (!ok) return false;
  observer_.store_written(
      clock_.now(),
      static_cast<std::uint32_t>(records_.pages.counters().pages_written - before.pages_written),
      static_cast<std::uint32_t>(records_.pages.counters().octets_written - before.octets_written));
  return true;
}

// The oldest rows that are in reports go first; those reports are stored themselves until the
// head-end has them. Then rows in no report yet: that is a loss, and an event says so.
void Store::make_room(std::size_t octets) {
  const std::size_t capacity = records_.pages.capacity_octets();
  if (records_.pages.live_octets() + octets <= capacity) return;
  const std::size_t wanted = records_.pages.live_octets() + octets - capacity + capacity / 10;
  if (drop_oldest_chunks(wanted)) return;
  note(EventGroup::standard, event_code::kDataLost, "");
  std::size_t gained = 0;
  for (const std::uint64_t seq : mailbox_.reports()) {
    const Octets* value = records_.find(Kind::report, seq);
    if (gained >= wanted || value == nullptr) break;
    gained += value->size();
    records_.erase(Kind::report, seq);
  }
}

bool Store::drop_oldest_chunks(std::size_t octets) {
  struct Oldest {
    std::int64_t read_s;
    MeterIndex meter;
    Profile profile;
  };
  std::size_t gained = 0;
  bool noted = false;
  while (gained < octets) {
    std::optional<Oldest> oldest;
    for (MeterIndex meter = 0; meter < meters_.size(); ++meter) {
      for (std::size_t p = 0; p < kProfiles; ++p) {
        const ProfileCursor& cursor = meters_[meter].profiles[p];
        if (cursor.oldest >= cursor.reported) continue;
        const auto profile = static_cast<Profile>(p);
        const Octets* value =
            records_.find(Kind::chunk, chunk_number(meter, profile, cursor.oldest));
        const std::int64_t read_s = value == nullptr ? 0 : FieldReader(*value).next<std::int64_t>();
        if (!oldest || read_s < oldest->read_s) oldest = Oldest{read_s, meter, profile};
      }
    }
    if (!oldest) return false;
    if (!noted) note(EventGroup::standard, event_code::kStoreFull, "");
    noted = true;
    ProfileCursor& cursor =
        meters_[oldest->meter].profiles[static_cast<std::size_t>(oldest->profile)];
    const std::uint64_t number = chunk_number(oldest->meter, oldest->profile, cursor.oldest);
    if (const Octets* value = records_.find(Kind::chunk, number)) gained += value->size();
    records_.erase(Kind::chunk, number);
    ++cursor.oldest;
    save_state(oldest->meter);
  }
  return true;
}

// ---- Rows ----

void Store::add_chunk(MeterIndex meter, Profile profile, const Chunk& chunk) {
  ProfileCursor& cursor = meters_[meter].profiles[static_cast<std::size_t>(profile)];
  records_.put(Kind::chunk, chunk_number(meter, profile, cursor.next), encode(chunk));
  ++cursor.next;
  save_state(meter);
}

std::optional<Chunk> Store::chunk(MeterIndex meter, Profile profile, std::uint32_t number) const {
  const Octets* value = records_.find(Kind::chunk, chunk_number(meter, profile, number));
  return value == nullptr ? std::nullopt : decode_chunk(*value);
}

void Store::set_value(std::uint32_t name, std::int64_t value) {
  records_.put(Kind::value, name, FieldWriter()(value).take());
}
std::int64_t Store::value(std::uint32_t name, std::int64_t otherwise) const {
  const Octets* value = records_.find(Kind::value, name);
  return value == nullptr ? otherwise : FieldReader(*value).next<std::int64_t>();
}

}  // namespace dcu::app
