// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/store/page_store.hpp"

#include <algorithm>
#include <array>

#include "protocol/crc32.hpp"

namespace dcu::app {
namespace {

using protocol::Reader;
using protocol::Writer;

constexpr std::uint32_t kMagic = 0x41'44'43'32;  // "ADC2": chunks with capture counters
constexpr std::size_t kHeadOctets = 40;
constexpr std::size_t kRoom = Disk::kPageOctets - kHeadOctets;
constexpr std::uint8_t kLastOfBatch = 0x01;
constexpr std::size_t kRecordHead = 1 + 8 + 4;  // kind, key, length
enum class Record : std::uint8_t { put = 1, erase = 2 };
// Pages kept free, so that the live part of old batches always has a place to go to.
constexpr std::uint32_t kFreeShare = 8;
constexpr std::uint32_t kMinPages = 16;

void put_record(Record record, PageStore::Key key, Bytes value, Octets& out) {
  out = FieldWriter(std::move(out))(record, key, value).take();
}

std::uint32_t pages_for(std::size_t octets) {
  return static_cast<std::uint32_t>(std::max<std::size_t>(1, (octets + kRoom - 1) / kRoom));
}

}  // namespace

struct PageStore::Head {
  bool valid = false;
  bool blank = false;  // reads as zeros
  PageNumber number = 0;
  PageNumber batch = 0;
  PageNumber tail = 0;
  bool last = false;
  std::uint16_t octets = 0;
  std::uint32_t crc = 0;  // of the payload
};

std::size_t PageStore::Batch::octets() const {
  std::size_t sum = 0;
  for (const auto& [key, change] : changes_) sum += kRecordHead + change.value.size();
  return sum;
}

std::size_t PageStore::capacity_octets() const {
  // Half of it: the other half lets batches die before they have to be written again.
  return static_cast<std::size_t>(disk_.pages()) / 2 * kRoom;
}

bool PageStore::format() {
  values_.clear();
  log_.clear();
  live_octets_ = 0;
  failed_ = disk_.pages() < kMinPages;
  if (failed_) return false;
  // Numbers go on from what the disk held, so that none of it passes for newer.
  PageNumber newest = 0;
  for (std::uint32_t position = 0; position < disk_.pages(); ++position) {
    Head head;
    if (read_head(position, head)) newest = std::max(newest, head.number);
  }
  next_ = tail_ = newest + 1;
  return true;
}

bool PageStore::read_head(std::uint32_t position, Head& head) const {
  std::array<std::uint8_t, kHeadOctets> octets{};
  disk_.read(std::uint64_t{position} * Disk::kPageOctets, octets);
  head.blank = std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
  Reader in(octets);
  const bool magic = in.u32() == kMagic;
  head.number = in.u64();
  head.batch = in.u64();
  head.tail = in.u64();
  head.last = (in.u8() & kLastOfBatch) != 0;
  in.skip(1);
  head.octets = in.u16();
  head.crc = in.u32();
  const bool whole = in.u32() == protocol::crc32(Bytes(octets).first(kHeadOctets - 4));
  head.valid = magic && whole && head.number % disk_.pages() == position && head.octets <= kRoom &&
               head.tail <= head.batch && head.batch <= head.number &&
               head.number - head.tail < disk_.pages() && head.number < UINT64_MAX / 2;
  return head.valid;
}

// The whole of a batch, or false.
bool PageStore::read_batch(const std::vector<Head>& heads, PageNumber first, PageNumber last,
                           Octets& out) {
  out.clear();
  for (PageNumber number = first; number <= last; ++number) {
    const auto position = static_cast<std::size_t>(number % disk_.pages());
    const Head& head = heads[position];
    const bool fits =
        head.valid && head.number == number && head.batch == first && head.last == (number == last);
    if (!fits) return false;
    const std::size_t at = out.size();
    out.resize(at + head.octets);
    const protocol::MutableBytes payload = protocol::MutableBytes(out).subspan(at);
    disk_.read(position * std::uint64_t{Disk::kPageOctets} + kHeadOctets, payload);
    if (protocol::crc32(payload) != head.crc) return false;
  }
  return true;
}

bool PageStore::open() {
  values_.clear();
  log_.clear();
  live_octets_ = 0;
  failed_ = disk_.pages() < kMinPages;
  if (failed_) return false;
  std::vector<Head> heads(disk_.pages());
  std::vector<PageNumber> ends;
  PageNumber newest = 0;
  std::uint32_t blank = 0;
  for (std::uint32_t position = 0; position < disk_.pages(); ++position) {
    if (!read_head(position, heads[position])) {
      heads[position].blank ? ++blank : ++counters_.strange_pages;
      continue;
    }
    newest = std::max(newest, heads[position].number);
    if (heads[position].last) ends.push_back(heads[position].number);
  }
  // Once around, every page was written: one that reads as zeros is lost.
  if (newest >= disk_.pages()) counters_.strange_pages += blank;
  std::sort(ends.rbegin(), ends.rend());
  Octets stream;
  for (const PageNumber end : ends) {
    const Head& last = heads[end % disk_.pages()];
    if (!read_batch(heads, last.batch, end, stream)) continue;
    counters_.torn_pages = static_cast<std::uint32_t>(newest - end);
    replay(heads, end);
    return true;
  }
  failed_ = true;
  return false;
}

void PageStore::replay(const std::vector<Head>& heads, PageNumber head) {
  tail_ = heads[head % disk_.pages()].tail;
  next_ = head + 1;
  Octets stream;
  PageNumber first = tail_;
  for (PageNumber number = tail_; number <= head; ++number) {
    const Head& page = heads[number % disk_.pages()];
    const bool end = page.valid && page.number == number && page.last;
    if (!end) continue;
    // Pages in front of the batch that do not read back belong to one that is lost.
    if (page.batch > first) {
      ++counters_.damaged_batches;
      log_.push_back({first, static_cast<std::uint32_t>(page.batch - first), {}});
    }
    const PageNumber begin = std::max(first, page.batch);
    log_.push_back({begin, static_cast<std::uint32_t>(number - begin + 1), {}});
    if (read_batch(heads, page.batch, number, stream)) {
      apply(stream, log_.back());
    } else {
      ++counters_.damaged_batches;
    }
    first = number + 1;
  }
}

void PageStore::apply(Bytes stream, const Written& written) {
  std::vector<Key>& keys = log_.back().keys;
  Reader in(stream);
  while (in.remaining() > 0) {
    const auto record = static_cast<Record>(in.u8());
    const Key key = in.u64();
    const Bytes value = in.take(in.u32());
    if (!in.ok()) {  // whole by its CRC: only a writer of another make does this
      ++counters_.damaged_batches;
      return;
    }
    keys.push_back(key);
    if (record == Record::put) set(key, value, written.first);
    if (record == Record::erase) remove(key);
  }
}

void PageStore::set(Key key, Bytes value, PageNumber batch) {
  Entry& entry = values_[key];
  live_octets_ -= entry.batch == 0 ? 0 : kRecordHead + entry.value.size();
  entry.value.assign(value.begin(), value.end());
  entry.batch = batch;
  live_octets_ += kRecordHead + entry.value.size();
}

void PageStore::remove(Key key) {
  const auto at = values_.find(key);
  if (at == values_.end()) return;
  live_octets_ -= kRecordHead + at->second.value.size();
  values_.erase(at);
}

const Octets* PageStore::find(Key key) const {
  const auto at = values_.find(key);
  return at == values_.end() ? nullptr : &at->second.value;
}

// What lives of an old batch and is not about to change goes along with the new one. An erasure
// has nothing left to hide once the batches before it are gone.
void PageStore::append_live(const Written& old, const Batch& batch, Octets& stream,
                            std::vector<Key>& keys) const {
  for (const Key key : old.keys) {
    const auto at = values_.find(key);
    if (at == values_.end() || at->second.batch != old.first) continue;
    if (batch.changes_.contains(key)) continue;
    put_record(Record::put, key, at->second.value, stream);
    keys.push_back(key);
  }
}

bool PageStore::commit(const Batch& batch) {
  if (failed_) return false;
  if (batch.empty()) return true;
  Octets stream;
  stream.reserve(batch.octets());
  std::vector<Key> moved;
  for (const auto& [key, change] : batch.changes_) {
    put_record(change.erased ? Record::erase : Record::put, key, change.value, stream);
  }
  // Old batches give way from the oldest on, until enough pages would be free behind this one.
  const std::uint64_t wanted = disk_.pages() / kFreeShare;
  std::size_t gone = 0;
  PageNumber tail = tail_;
  while (gone < log_.size()) {
    const std::uint64_t used = next_ + pages_for(stream.size()) - tail;
    if (used + wanted <= disk_.pages()) break;
    const std::size_t before = stream.size();
    const std::size_t moved_before = moved.size();
    append_live(log_[gone], batch, stream, moved);
    if (pages_for(stream.size()) > free_pages()) {
      stream.resize(before);
      moved.resize(moved_before);
      break;
    }
    tail = log_[gone].first + log_[gone].pages;
    ++gone;
  }
  if (pages_for(stream.size()) > free_pages()) return false;
  const PageNumber first = next_;
  if (!write_pages(stream, tail)) {
    failed_ = true;
    return false;
  }
  log_.erase(log_.begin(), log_.begin() + static_cast<std::ptrdiff_t>(gone));
  tail_ = tail;
  Written written{first, static_cast<std::uint32_t>(next_ - first), std::move(moved)};
  for (const Key key : written.keys) values_.at(key).batch = first;
  for (const auto& [key, change] : batch.changes_) {
    written.keys.push_back(key);
    change.erased ? remove(key) : set(key, change.value, first);
  }
  log_.push_back(std::move(written));
  ++counters_.batches;
  return true;
}

bool PageStore::write_pages(Bytes stream, PageNumber tail) {
  const std::uint32_t n = pages_for(stream.size());
  const PageNumber first = next_;
  std::array<std::uint8_t, Disk::kPageOctets> page;
  for (std::uint32_t k = 0; k < n; ++k) {
    const Bytes payload = stream.subspan(k * kRoom, std::min(kRoom, stream.size() - k * kRoom));
    Writer out(page);
    out.u32(kMagic);
    out.u64(first + k);
    out.u64(first);
    out.u64(tail);
    out.u8(k + 1 == n ? kLastOfBatch : 0);
    out.u8(0);
    out.u16(static_cast<std::uint16_t>(payload.size()));
    out.u32(protocol::crc32(payload));
    out.u32(protocol::crc32(out.written()));
    out.bytes(payload);
    PROTOCOL_ASSERT(out.ok());
    const std::uint64_t at = (first + k) % disk_.pages() * Disk::kPageOctets;
    if (!disk_.write(at, out.written())) return false;
    ++counters_.pages_written;
    counters_.octets_written += out.size();
  }
  next_ = first + n;
  return true;
}

}  // namespace dcu::app
