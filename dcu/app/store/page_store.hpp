// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <vector>

#include "dcu/app/ports/ports.hpp"
#include "protocol/hosted/fields/fields.hpp"

namespace dcu::app {

using protocol::Bytes;
using protocol::FieldReader;
using protocol::FieldWriter;
using Octets = std::vector<std::uint8_t>;

// Keyed values on a Disk that survive a power cut at any instant, inside a write too.
//
// Log-structured: a batch of changes is written to the pages behind the last ones, the page of
// sequence number s at s mod pages, so all pages wear alike. Each page carries its number, the
// first page of its batch, the oldest page still needed and CRCs; the last page of a batch says so.
// A batch counts when all of its pages are whole: what was being written when the power went never
// was. The oldest batches make room: what lives of them is written again with the next batch.
class PageStore {
 public:
  using Key = std::uint64_t;

  // Changes that happen together or not at all; the last one of a key counts.
  class Batch {
   public:
    void put(Key key, Octets value) { changes_[key] = {std::move(value), false}; }
    void erase(Key key) { changes_[key] = {{}, true}; }
    bool empty() const { return changes_.empty(); }
    std::size_t octets() const;

   private:
    friend class PageStore;
    struct Change {
      Octets value;
      bool erased = false;
    };
    std::map<Key, Change> changes_;
  };

  struct Counters {
    std::uint64_t batches = 0;
    std::uint64_t pages_written = 0;
    std::uint64_t octets_written = 0;
    std::uint32_t torn_pages = 0;       // found by open(): a batch that was never completed
    std::uint32_t damaged_batches = 0;  // found by open(): older pages that do not read back
    std::uint32_t strange_pages = 0;    // found by open(): written, and nothing of this store
    // Batches that open() may not have seen, at most.
    std::uint32_t unseen_batches() const { return torn_pages + strange_pages; }
  };

  explicit PageStore(Disk& disk) : disk_(disk) {}

  // An empty store; nothing of before is found again once the first batch is written.
  bool format();
  // Reads the disk. False: there is no store on it.
  bool open();
  // Durable when it returns true. False: the disk failed, and the store takes nothing more until
  // it is opened anew; or the batch does not fit (nothing happened then).
  bool commit(const Batch& batch);

  const Octets* find(Key key) const;
  // Keys from..to, both included, in order: visit(key, value).
  template <typename Visit>
  void each(Key from, Key to, Visit&& visit) const {
    for (auto at = values_.lower_bound(from); at != values_.end() && at->first <= to; ++at) {
      visit(at->first, at->second.value);
    }
  }

  bool failed() const { return failed_; }
  std::size_t live_octets() const { return live_octets_; }
  // What values may take in all; beyond it, cleaning would cost more than it gains.
  std::size_t capacity_octets() const;
  const Counters& counters() const { return counters_; }

 private:
  using PageNumber = std::uint64_t;
  struct Entry {
    Octets value;
    PageNumber batch = 0;  // its first page
  };
  struct Written {
    PageNumber first = 0;
    std::uint32_t pages = 0;
    std::vector<Key> keys;
  };
  struct Head;

  bool read_head(std::uint32_t position, Head& head) const;
  bool read_batch(const std::vector<Head>& heads, PageNumber first, PageNumber last, Octets& out);
  void apply(Bytes stream, const Written& written);
  void replay(const std::vector<Head>& heads, PageNumber head);
  void set(Key key, Bytes value, PageNumber batch);
  void remove(Key key);
  void append_live(const Written& old, const Batch& batch, Octets& stream,
                   std::vector<Key>& keys) const;
  bool write_pages(Bytes stream, PageNumber tail);
  std::uint64_t free_pages() const { return disk_.pages() - (next_ - tail_); }

  Disk& disk_;
  std::map<Key, Entry> values_;
  std::deque<Written> log_;  // oldest first; without gaps
  PageNumber next_ = 0;      // the page to be written next
  PageNumber tail_ = 0;      // the oldest one that counts
  std::size_t live_octets_ = 0;
  bool failed_ = false;
  Counters counters_;
};

}  // namespace dcu::app
