// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "hes-stub/ports/ports.hpp"

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

}  // namespace hes
