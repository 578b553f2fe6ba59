// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hdlc/scanner.hpp"

#include <algorithm>
#include <cstring>

namespace protocol::hdlc {

Scanner::Verdict Scanner::examine(Bytes from_format, std::size_t& length, Frame& frame) const {
  const Result<Header> header = decode_header(from_format);
  if (!header) return header.error() == Error::truncated ? Verdict::incomplete : Verdict::noise;
  length = header->length;
  if (length > max_length_) return Verdict::noise;
  if (from_format.size() <= length) return Verdict::incomplete;  // the closing flag belongs to it
  if (from_format[length] != kFlag) return Verdict::noise;
  const Result<Frame> decoded = decode(from_format.first(length));
  // Also with a wrong FCS only, a whole frame may hide behind the opening flag: the start of one
  // that was cut off, and by chance the right number of octets behind it.
  if (!decoded) return Verdict::noise;
  frame = *decoded;
  return Verdict::good;
}

void Scanner::give_up_octet() {
  if (!in_noise_) ++damaged_;
  in_noise_ = true;
  ++at_;
}

std::optional<Frame> Scanner::next() {
  while (at_ < octets_.size()) {
    if (octets_[at_] != kFlag) {
      give_up_octet();
      const auto rest = octets_.begin() + static_cast<std::ptrdiff_t>(at_);
      at_ = static_cast<std::size_t>(std::find(rest, octets_.end(), kFlag) - octets_.begin());
      continue;
    }
    const Bytes from_format = octets_.subspan(at_ + 1);
    if (from_format.empty()) return std::nullopt;  // the end of a frame, or the start of the next
    if (from_format[0] == kFlag) {                 // fill, or end and start of two frames
      ++at_;
      continue;
    }
    std::size_t length = 0;
    Frame frame;
    Verdict verdict = examine(from_format, length, frame);
    if (verdict == Verdict::incomplete) {
      if (end_ == End::open) return std::nullopt;
      verdict = Verdict::noise;
    }
    if (verdict == Verdict::noise) {
      give_up_octet();
      continue;
    }
    at_ += 1 + length;  // onto the closing flag: it may open the next frame as well
    in_noise_ = false;
    return frame;
  }
  return std::nullopt;
}

Splitter::Splitter(MutableBytes buffer) : buffer_(buffer) {
  PROTOCOL_ASSERT(buffer.size() >= kMinLength + 2);
}

std::size_t Splitter::take(Bytes chunk) {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const std::size_t n = std::min(chunk.size(), buffer_.size() - end_);
  if (n > 0) std::memcpy(buffer_.data() + end_, chunk.data(), n);
  end_ += n;
  return n;
}

std::optional<Frame> Splitter::next() {
  // A frame longer than the buffer could never complete, so its length is as good as damaged.
  Scanner scanner(Bytes(buffer_).subspan(begin_, end_ - begin_), Scanner::End::open,
                  std::min(kMaxLength, buffer_.size() - 2));
  scanner.in_noise_ = in_noise_;
  const std::optional<Frame> frame = scanner.next();
  in_noise_ = scanner.in_noise_;
  damaged_ += scanner.damaged();
  begin_ += scanner.incomplete_from();
  return frame;
}

void Splitter::on_silence() {
  const Bytes left = Bytes(buffer_).subspan(begin_, end_ - begin_);
  // A single flag is the end of the frame before, not the start of a lost one.
  if (left.size() > 1) ++damaged_;
  begin_ = end_ = 0;
  in_noise_ = false;
}

}  // namespace protocol::hdlc
