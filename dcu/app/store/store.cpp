// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/store/store.hpp"

#include <algorithm>

#include "dcu/app/ports/event_code.hpp"
#include "dcu/app/store/blob.hpp"

namespace dcu::app {
namespace {

// Numbers of messages are written ahead of their use, so many at a time.
constexpr std::uint64_t kReservedSeqs = 1000;
constexpr std::uint64_t kEventsKept = 1000;
constexpr std::size_t kReceivedKept = 1024;
constexpr unsigned kNumberBits = 56;
constexpr unsigned kChunkBits = 28;  // of a profile; chunk numbers stay below
constexpr std::uint64_t kNumberMask = (std::uint64_t{1} << kNumberBits) - 1;

std::uint64_t chunk_number(MeterIndex meter, Profile profile, std::uint32_t chunk) {
  const std::uint64_t series = std::uint64_t{meter} * 8 + static_cast<unsigned>(profile);
  return series << kChunkBits | chunk;
}

}  // namespace

// The order of the kinds is the order in which records are found on the disk; numbers stay.
enum class Store::Kind : std::uint8_t {
  meter_state = 4,
  chunk = 5,
  report = 6,
  order = 7,
  event = 8,
  value = 10,
  request = 11,
  received = 12,
  restarts = 13,
  seq = 14,
};

PageStore::Key Store::key(Kind kind, std::uint64_t number) {
  return std::uint64_t{static_cast<std::uint8_t>(kind)} << kNumberBits | (number & kNumberMask);
}

Store::Store(Disk& disk, const Clock& clock, Observer& observer)
    : pages_(disk), clock_(clock), observer_(observer) {}

void Store::put(Kind kind, std::uint64_t number, Octets value) {
  batch_.put(key(kind, number), std::move(value));
}
void Store::erase(Kind kind, std::uint64_t number) { batch_.erase(key(kind, number)); }
const Octets* Store::find(Kind kind, std::uint64_t number) const {
  return pages_.find(key(kind, number));
}

bool Store::open() {
  if (!pages_.open() || !load_config()) return false;
  load_meters();
  if (const Octets* value = find(Kind::restarts, 0)) {
    restarts_ = BlobReader(*value).u32() + 1;
  }
  put(Kind::restarts, 0, BlobWriter().u32(restarts_).take());
  if (const Octets* value = find(Kind::seq, 0)) next_seq_ = BlobReader(*value).u64();
  seq_reserved_ = next_seq_;
  oldest_event_ = 0;
  pages_.each(key(Kind::event, 0), key(Kind::event, kNumberMask),
              [&](PageStore::Key at, const Octets&) {
                if (oldest_event_ == 0) oldest_event_ = at & kNumberMask;
                next_event_ = (at & kNumberMask) + 1;
              });
  if (oldest_event_ == 0) oldest_event_ = next_event_;
  note(EventGroup::standard, event_code::kStarted, "");
  if (pages_.counters().torn_pages > 0) note(EventGroup::standard, event_code::kTornWrite, "");
  if (pages_.counters().damaged_batches > 0) {
    note(EventGroup::standard, event_code::kStoreDamaged, "");
  }
  return commit();
}

bool Store::commit() {
  if (failed()) return false;
  if (batch_.empty()) return true;
  make_room(batch_.octets());
  const PageStore::Counters before = pages_.counters();
  const bool ok = pages_.commit(batch_);
  batch_ = {};
  failed_ = !ok;
  if (!ok) return false;
  observer_.store_written(
      clock_.now(),
      static_cast<std::uint32_t>(pages_.counters().pages_written - before.pages_written),
      static_cast<std::uint32_t>(pages_.counters().octets_written - before.octets_written));
  return true;
}

// The oldest rows that are in reports go first; those reports are stored themselves until the
// head-end has them. Then rows in no report yet: that is a loss, and an event says so.
void Store::make_room(std::size_t octets) {
  const std::size_t capacity = pages_.capacity_octets();
  if (pages_.live_octets() + octets <= capacity) return;
  const std::size_t wanted = pages_.live_octets() + octets - capacity + capacity / 10;
  if (drop_oldest_chunks(wanted)) return;
  note(EventGroup::standard, event_code::kDataLost, "");
  std::size_t gained = 0;
  for (const std::uint64_t seq : reports()) {
    const Octets* value = find(Kind::report, seq);
    if (gained >= wanted || value == nullptr) break;
    gained += value->size();
    erase(Kind::report, seq);
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
        const Octets* value = find(Kind::chunk, chunk_number(meter, profile, cursor.oldest));
        const std::int64_t read_s = value == nullptr ? 0 : BlobReader(*value).i64();
        if (!oldest || read_s < oldest->read_s) oldest = Oldest{read_s, meter, profile};
      }
    }
    if (!oldest) return false;
    if (!noted) note(EventGroup::standard, event_code::kStoreFull, "");
    noted = true;
    ProfileCursor& cursor =
        meters_[oldest->meter].profiles[static_cast<std::size_t>(oldest->profile)];
    const std::uint64_t number = chunk_number(oldest->meter, oldest->profile, cursor.oldest);
    if (const Octets* value = find(Kind::chunk, number)) gained += value->size();
    erase(Kind::chunk, number);
    ++cursor.oldest;
    save_state(oldest->meter);
  }
  return true;
}

// ---- Rows ----

void Store::add_chunk(MeterIndex meter, Profile profile, const Chunk& chunk) {
  ProfileCursor& cursor = meters_[meter].profiles[static_cast<std::size_t>(profile)];
  put(Kind::chunk, chunk_number(meter, profile, cursor.next), encode(chunk));
  ++cursor.next;
  save_state(meter);
}

std::optional<Chunk> Store::chunk(MeterIndex meter, Profile profile, std::uint32_t number) const {
  const Octets* value = find(Kind::chunk, chunk_number(meter, profile, number));
  return value == nullptr ? std::nullopt : decode_chunk(*value);
}

// ---- Messages ----

std::uint64_t Store::next_seq() {
  if (next_seq_ >= seq_reserved_) {
    seq_reserved_ = next_seq_ + kReservedSeqs;
    put(Kind::seq, 0, BlobWriter().u64(seq_reserved_).take());
  }
  return next_seq_++;
}

void Store::add_report(std::uint64_t seq, WaitingReport report) {
  put(Kind::report, seq,
      BlobWriter()
          .i64(report.created)
          .u8(static_cast<std::uint8_t>(report.kind))
          .text(report.xml)
          .take());
}
void Store::drop_report(std::uint64_t seq) { erase(Kind::report, seq); }

std::vector<std::uint64_t> Store::reports() const {
  std::vector<std::uint64_t> seqs;
  pages_.each(key(Kind::report, 0), key(Kind::report, kNumberMask),
              [&](PageStore::Key at, const Octets&) { seqs.push_back(at & kNumberMask); });
  return seqs;
}

std::optional<WaitingReport> Store::report(std::uint64_t seq) const {
  const Octets* value = find(Kind::report, seq);
  if (value == nullptr) return std::nullopt;
  BlobReader in(*value);
  WaitingReport report;
  report.created = in.i64();
  report.kind = static_cast<protocol::p32::ReportKind>(in.u8() % protocol::p32::kReportKinds);
  report.xml = in.text();
  return in.at_end() ? std::optional(std::move(report)) : std::nullopt;
}

bool Store::received(std::uint64_t seq) const { return find(Kind::received, seq) != nullptr; }

void Store::note_received(std::uint64_t seq) {
  put(Kind::received, seq, {1});
  std::vector<std::uint64_t> known;
  pages_.each(key(Kind::received, 0), key(Kind::received, kNumberMask),
              [&](PageStore::Key at, const Octets&) { known.push_back(at & kNumberMask); });
  if (known.size() > kReceivedKept) erase(Kind::received, known.front());
}

std::optional<std::uint64_t> Store::last_received() const {
  std::optional<std::uint64_t> last;
  pages_.each(key(Kind::received, 0), key(Kind::received, kNumberMask),
              [&](PageStore::Key at, const Octets&) { last = at & kNumberMask; });
  return last;
}

// ---- Orders and requests ----

void Store::save_work(Work kind, std::uint64_t number, Octets value) {
  put(kind == Work::order ? Kind::order : Kind::request, number, std::move(value));
}
void Store::drop_work(Work kind, std::uint64_t number) {
  erase(kind == Work::order ? Kind::order : Kind::request, number);
}
std::vector<std::pair<std::uint64_t, Octets>> Store::work(Work kind) const {
  const Kind stored = kind == Work::order ? Kind::order : Kind::request;
  std::vector<std::pair<std::uint64_t, Octets>> result;
  pages_.each(key(stored, 0), key(stored, kNumberMask),
              [&](PageStore::Key at, const Octets& value) {
                result.emplace_back(at & kNumberMask, value);
              });
  return result;
}

// ---- Events ----

void Store::note(EventGroup group, std::uint16_t code, std::string_view subject) {
  put(Kind::event, next_event_,
      BlobWriter()
          .i64(clock_.now() / (kNsPerSecond / 1000))
          .u8(static_cast<std::uint8_t>(group))
          .u16(code)
          .text(subject)
          .take());
  ++next_event_;
  for (; next_event_ - oldest_event_ > kEventsKept; ++oldest_event_) {
    erase(Kind::event, oldest_event_);
  }
}

std::vector<protocol::p32::ConcentratorEvent> Store::events(std::uint64_t from_number) const {
  std::vector<protocol::p32::ConcentratorEvent> events;
  pages_.each(key(Kind::event, from_number), key(Kind::event, kNumberMask),
              [&](PageStore::Key at, const Octets& value) {
                BlobReader in(value);
                protocol::p32::ConcentratorEvent event;
                event.number = at & kNumberMask;
                event.at = in.i64();
                event.group = static_cast<EventGroup>(in.u8() % 5);
                event.code = in.u16();
                event.subject = in.text();
                if (in.at_end()) events.push_back(std::move(event));
              });
  return events;
}

void Store::set_value(std::uint32_t name, std::int64_t value) {
  put(Kind::value, name, BlobWriter().i64(value).take());
}
std::int64_t Store::value(std::uint32_t name, std::int64_t otherwise) const {
  const Octets* value = find(Kind::value, name);
  return value == nullptr ? otherwise : BlobReader(*value).i64();
}

}  // namespace dcu::app
