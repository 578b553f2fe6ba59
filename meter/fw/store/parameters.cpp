// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/store/parameters.hpp"

#include <algorithm>

namespace meter::fw {

void BlockLog::open(const Hal& hal) {
  log_.open(hal, place(), 0);
  page_lost_ = log_.next_slot() != 0 && log_.slots_to_erase() == 0;
  // What is copied below stands behind records that do not read back, and hides them.
  const bool copies =
      log_.slots_to_erase() < kRoomSlots || log_.next_slot() % log_.rows_per_page() < kBlockKinds;
  const std::uint32_t page = newest_page();
  const std::uint32_t before = page - std::min(page, log_.rows_per_page());
  for (std::uint32_t slot = log_.next_slot(); copies && slot-- > before;) {
    RowHead head;
    page_lost_ |= !log_.read(hal, slot, head, {});
  }
  complete_page(hal);
  make_room(hal);
}

bool BlockLog::find(const Hal& hal, BlockKind kind, std::uint32_t from, Values& values) const {
  for (std::uint32_t slot = log_.next_slot(); slot-- > from;) {
    RowHead head;
    if (log_.read(hal, slot, head, values) && head.code == static_cast<std::uint8_t>(kind)) {
      return true;
    }
  }
  return false;
}

std::uint32_t BlockLog::lost_since(const Hal& hal, BlockKind kind) const {
  std::uint32_t lost = page_lost_ ? log_.rows_per_page() : 0;
  const std::uint32_t page = newest_page();
  const std::uint32_t before = page - std::min(page, log_.rows_per_page());
  for (std::uint32_t slot = log_.next_slot(); slot-- > before;) {
    RowHead head;
    if (!log_.read(hal, slot, head, {})) {
      ++lost;
    } else if (head.code == static_cast<std::uint8_t>(kind)) {
      break;
    }
  }
  return lost;
}

std::uint32_t BlockLog::oldest_slot() const {
  const std::uint32_t all = place().pages * log_.rows_per_page();
  return log_.next_slot() > all ? log_.next_slot() - all : 0;
}

bool BlockLog::load(const Hal& hal, BlockKind kind, MutableBytes out) const {
  Values values;
  if (!find(hal, kind, oldest_slot(), values)) return false;
  std::copy_n(values.begin(), out.size(), out.begin());
  return true;
}

bool BlockLog::append(const Hal& hal, BlockKind kind, const Values& values) {
  if (log_.slots_to_erase() == 0 && !is_complete(hal)) return false;
  RowHead head;
  head.code = static_cast<std::uint8_t>(kind);
  return log_.append(hal, head, values);
}

bool BlockLog::store(const Hal& hal, BlockKind kind, Bytes octets) {
  Values values;
  values.fill(0);
  std::copy(octets.begin(), octets.end(), values.begin());
  complete_ = complete_ && log_.slots_to_erase() != 0;
  const bool stored = append(hal, kind, values);
  if (!complete_) complete_page(hal);
  return stored;
}

// The slots of the newest page begin here.
std::uint32_t BlockLog::newest_page() const {
  const std::uint32_t rows = log_.rows_per_page();
  return log_.next_slot() == 0 ? 0 : (log_.next_slot() - 1) / rows * rows;
}

bool BlockLog::is_complete(const Hal& hal) const {
  for (std::uint8_t k = 0; k < kBlockKinds; ++k) {
    const auto kind = static_cast<BlockKind>(k);
    if (is_checkpoint(kind) != checkpoints_) continue;
    Values values;
    if (!find(hal, kind, newest_page(), values) && find(hal, kind, oldest_slot(), values)) {
      return false;
    }
  }
  return true;
}

// Kinds that the newest page lacks are copied from the page before it.
void BlockLog::complete_page(const Hal& hal) {
  const std::uint32_t page = newest_page();
  const std::uint32_t rows = log_.rows_per_page();
  const std::uint32_t before = page >= rows ? page - rows : 0;
  complete_ = true;
  for (std::uint8_t k = 0; k < kBlockKinds; ++k) {
    const auto kind = static_cast<BlockKind>(k);
    if (is_checkpoint(kind) != checkpoints_) continue;
    Values values;
    if (find(hal, kind, page, values) || !find(hal, kind, before, values)) continue;
    complete_ &= log_.slots_to_erase() != 0 && append(hal, kind, values);
  }
}

void BlockLog::make_room(const Hal& hal) {
  if (log_.next_slot() == 0 || log_.slots_to_erase() >= kRoomSlots || !complete_) return;
  // Writing the rest of this page again costs nothing and turns to the next one.
  Values values;
  BlockKind kind = BlockKind::identity;
  for (std::uint8_t k = 0; k < kBlockKinds; ++k) {
    kind = static_cast<BlockKind>(k);
    if (is_checkpoint(kind) != checkpoints_) continue;
    if (find(hal, kind, oldest_slot(), values)) break;
  }
  while (log_.slots_to_erase() != 0) {
    if (!append(hal, kind, values)) return;
  }
  complete_ = false;
  if (append(hal, kind, values)) complete_page(hal);
}

}  // namespace meter::fw
