// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/store/images.hpp"

#include <algorithm>

namespace dcu::app {
namespace {

using Kind = Records::Kind;

// Behind the number of an image: 0 for what it is, then its parts from 1.
constexpr unsigned kPartBits = 16;
constexpr std::uint64_t kPartMask = (std::uint64_t{1} << kPartBits) - 1;

}  // namespace

std::uint64_t Images::add(const Octets& sha256, std::uint32_t octets) {
  records_.each(Kind::image, 0, [this](std::uint64_t key, const Octets&) {
    last_ = std::max(last_, key >> kPartBits);
  });
  ++last_;
  records_.put(Kind::image, last_ << kPartBits, FieldWriter()(sha256, octets).take());
  return last_;
}

void Images::put_part(std::uint64_t number, std::uint32_t part, Bytes octets) {
  records_.put(Kind::image, number << kPartBits | (part + 1), Octets(octets.begin(), octets.end()));
}

// By name: what was put and is not on the disk yet goes as well.
void Images::drop(std::uint64_t number, std::uint32_t parts) {
  for (std::uint64_t k = 0; k <= parts; ++k) records_.erase(Kind::image, number << kPartBits | k);
}

std::vector<StoredImage> Images::all() const {
  std::vector<StoredImage> images;
  std::uint64_t next = 0;  // part of the last one
  records_.each(Kind::image, 0, [&](std::uint64_t key, const Octets& value) {
    const std::uint64_t part = key & kPartMask;
    if (part == 0) {
      StoredImage& image = images.emplace_back();
      FieldReader in(value);
      in(image.sha256, image.octets);
      image.number = key >> kPartBits;
      if (!in.at_end()) images.pop_back();
      next = 1;
      return;
    }
    const bool goes_on =
        !images.empty() && images.back().number == key >> kPartBits && part == next;
    if (!goes_on) return;  // behind a part that a damaged page has lost
    images.back().begin.insert(images.back().begin.end(), value.begin(), value.end());
    ++next;
  });
  return images;
}

}  // namespace dcu::app
