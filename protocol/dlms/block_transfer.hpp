// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "protocol/dlms/block.hpp"

namespace protocol::dlms {

// A client's long value, going out in blocks or coming in, in memory of its owner. One at a time:
// the first block that comes in ends what went out.
class BlockTransfer {
 public:
  enum class Fault : std::uint8_t {
    none,
    block_number,  // a block came twice, or one is missing
    too_long,      // the value outgrows the memory
    endless,       // a block without octets, or more blocks than allowed
  };

  explicit BlockTransfer(MutableBytes memory) : memory_(memory) {}

  void clear() {
    stored_ = sent_ = 0;
    number_ = 0;
    joining_ = false;
  }

  // ---- Going out ----
  bool keep(Bytes value) {
    clear();
    if (value.size() + kAnswerOctets > memory_.size()) return false;
    std::copy(value.begin(), value.end(), memory_.begin());
    stored_ = value.size();
    return true;
  }
  // For an APDU with room for `space` octets of which `head` stand around the raw data.
  DataBlock next(std::size_t space, std::size_t head) {
    const Bytes left = joined().subspan(sent_);
    const std::size_t octets = std::min(left.size(), max_raw_octets(space, head));
    sent_ += octets;
    return {octets == left.size(), ++number_, left.first(octets)};
  }
  bool begun() const { return number_ > 0; }
  // The other end has this block and waits for one more.
  bool may_go_on(std::uint32_t acknowledged) const {
    return !joining_ && acknowledged == number_ && sent_ < stored_;
  }

  // ---- Coming in ----
  Fault take(const DataBlock& block, std::uint32_t max_blocks) {
    if (!joining_) clear();
    joining_ = true;
    if (block.number != number_ + 1) return Fault::block_number;
    if (block.number > max_blocks || (block.raw.empty() && !block.last)) return Fault::endless;
    if (!append(block.raw)) return Fault::too_long;
    number_ = block.number;
    return Fault::none;
  }
  bool joining() const { return joining_; }
  std::uint32_t number() const { return number_; }  // of the last block, either way
  // `raw` may lie in free(), where it was deciphered.
  bool append(Bytes raw) {
    const MutableBytes room = free();
    if (raw.size() > room.size()) return false;
    if (!raw.empty()) std::memmove(room.data(), raw.data(), raw.size());
    stored_ += raw.size();
    return true;
  }
  Bytes joined() const { return Bytes(memory_).first(stored_); }
  MutableBytes free() const { return memory_.subspan(stored_); }

 private:
  // Room kept behind a long value being sent, for the acknowledgements.
  static constexpr std::size_t kAnswerOctets = 64;

  MutableBytes memory_;
  std::size_t stored_ = 0;    // octets of the value
  std::size_t sent_ = 0;      // octets of it that went out
  std::uint32_t number_ = 0;  // last block received, or sent
  bool joining_ = false;      // blocks are coming in
};

}  // namespace protocol::dlms
