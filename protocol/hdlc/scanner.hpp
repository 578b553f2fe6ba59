// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "protocol/hdlc/frame.hpp"

namespace protocol::hdlc {

// Finds the undamaged frames in a run of octets without copying: several in a row, with own or
// shared flags, noise before, between and behind them. Resynchronises at the next flag.
//   Scanner scanner(chunk);
//   while (const std::optional<Frame> frame = scanner.next()) handle(*frame);
class Scanner {
 public:
  enum class End : std::uint8_t {
    cut,   // nothing belongs to these octets any more: an unfinished frame is damaged
    open,  // the rest of the last frame may still come
  };
  explicit Scanner(Bytes octets, End end = End::cut, std::size_t max_length = kMaxLength)
      : octets_(octets), max_length_(max_length), end_(end) {}

  // The next good frame; nothing when no further one is complete. Views into the octets given.
  std::optional<Frame> next();

  // End::open, after next() has returned nothing: octets from here on may be the start of a frame.
  std::size_t incomplete_from() const { return at_; }
  // Stretches of octets given up between good frames: one or more damaged frames, or noise.
  std::uint32_t damaged() const { return damaged_; }

 private:
  friend class Splitter;
  enum class Verdict : std::uint8_t { good, incomplete, noise };
  Verdict examine(Bytes from_format, std::size_t& length, Frame& frame) const;
  void give_up_octet();

  Bytes octets_;
  std::size_t max_length_;
  End end_;
  std::size_t at_ = 0;
  std::uint32_t damaged_ = 0;
  bool in_noise_ = false;  // the stretch being skipped is already counted
};

// For lines that cut the octets anywhere (TCP, a UART without idle-line detection): keeps the start
// of an incomplete frame in the caller's buffer. Frames that do not fit it are dropped and counted.
//   for (Bytes rest = chunk; !rest.empty();) {
//     rest = rest.subspan(splitter.take(rest));
//     while (const std::optional<Frame> frame = splitter.next()) handle(*frame);
//   }
class Splitter {
 public:
  // A good size is kMaxFrameOctets; the least is that of an empty frame.
  explicit Splitter(MutableBytes buffer);

  // Copies as much as there is room for and says how much. After next() has returned nothing there
  // is room for one octet at least, so the loop above ends.
  std::size_t take(Bytes chunk);
  // Valid until the next take().
  std::optional<Frame> next();
  // The line was silent for the inter-octet timeout: what is incomplete stays so.
  void on_silence();
  std::uint32_t damaged() const { return damaged_; }

 private:
  MutableBytes buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint32_t damaged_ = 0;
  bool in_noise_ = false;
};

}  // namespace protocol::hdlc
