// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/glass/picture.hpp"

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace sim::glass {
namespace {

// A length of the picture, one decimal.
std::string number(double value) {
  const auto tenths = static_cast<long>(std::lround(value * 10));
  std::string text = std::to_string(tenths / 10);
  if (tenths % 10 != 0) text += "." + std::to_string(std::labs(tenths % 10));
  return text;
}

std::string colour(unsigned rgb) {
  std::string text = "#";
  for (int shift = 20; shift >= 0; shift -= 4) text += "0123456789abcdef"[rgb >> shift & 15];
  return text;
}

std::string path_of(const Segments& segments, bool lit) {
  std::string path;
  for (const Shape& shape : shapes()) {
    if (is_lit(segments, shape.place) != lit) continue;
    for (const Polygon& polygon : shape.polygons) {
      char verb = 'M';
      for (const Spot& spot : polygon) {
        path += verb + number(spot.x) + " " + number(spot.y);
        verb = 'L';
      }
      path += 'Z';
    }
  }
  return path;
}

// ---- Raster ----

bool inside(const Polygon& polygon, double x, double y) {
  bool in = false;
  for (std::size_t k = 0, before = polygon.size() - 1; k < polygon.size(); before = k++) {
    const Spot& a = polygon[k];
    const Spot& b = polygon[before];
    if ((a.y > y) != (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x) in = !in;
  }
  return in;
}

constexpr unsigned kFiner = 4;  // samples a pixel, each way

// Samples of one frame: 0 glass, 1 an unlit segment, 2 a lit one.
class Raster {
 public:
  explicit Raster(unsigned scale)
      : finer_(scale * kFiner),
        width_(static_cast<std::size_t>(kWidth) * finer_),
        samples_(width_ * static_cast<std::size_t>(kHeight) * finer_) {}

  void fill(const Polygon& polygon, std::uint8_t value) {
    const auto [left, right] = std::ranges::minmax(polygon, {}, &Spot::x);
    const auto [top, bottom] = std::ranges::minmax(polygon, {}, &Spot::y);
    for (std::size_t y = from(top.y); y < to(bottom.y, kHeight); ++y) {
      for (std::size_t x = from(left.x); x < to(right.x, kWidth); ++x) {
        if (inside(polygon, at(x), at(y))) samples_[y * width_ + x] = value;
      }
    }
  }
  // A pixel of the frame, from its samples.
  std::array<std::uint8_t, 3> pixel(std::size_t x, std::size_t y, const Colours& colours) const {
    const unsigned of[3] = {colours.glass, colours.unlit, colours.lit};
    std::array<unsigned, 3> sums{};
    for (std::size_t j = 0; j < kFiner; ++j) {
      for (std::size_t i = 0; i < kFiner; ++i) {
        const unsigned rgb = of[samples_[(y * kFiner + j) * width_ + x * kFiner + i]];
        for (std::size_t c = 0; c < 3; ++c) sums[c] += rgb >> (16 - 8 * c) & 0xFF;
      }
    }
    std::array<std::uint8_t, 3> pixel{};
    for (std::size_t c = 0; c < 3; ++c) {
      pixel[c] = static_cast<std::uint8_t>(sums[c] / (kFiner * kFiner));
    }
    return pixel;
  }

 private:
  double at(std::size_t sample) const {
    return (static_cast<double>(sample) + 0.5) / static_cast<double>(finer_);
  }
  std::size_t from(double length) const {
    return static_cast<std::size_t>(std::fmax(0, std::floor(length * finer_)));
  }
  std::size_t to(double length, double most) const {
    return static_cast<std::size_t>(std::fmin(most, length + 1) * finer_);
  }

  unsigned finer_;
  std::size_t width_;
  std::vector<std::uint8_t> samples_;
};

void put_u32(std::size_t value, std::vector<std::uint8_t>& out) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

// Length, type, content, CRC over type and content (ISO/IEC 15948, 5.3).
void put_chunk(const char* type, std::span<const std::uint8_t> content,
               std::vector<std::uint8_t>& out) {
  put_u32(content.size(), out);
  const std::size_t begin = out.size();
  out.insert(out.end(), type, type + 4);
  out.insert(out.end(), content.begin(), content.end());
  put_u32(::crc32(0, out.data() + begin, static_cast<uInt>(out.size() - begin)), out);
}

}  // namespace

std::string svg(const Segments& segments, bool backlit, const std::string& label) {
  const Colours of = colours(backlit);
  const std::string box = number(kWidth) + " " + number(kHeight);
  const auto path = [&](bool lit) {
    return "<path fill=\"" + colour(lit ? of.lit : of.unlit) + "\" d=\"" + path_of(segments, lit) +
           "\"/>";
  };
  return "<svg class=\"lcd\" viewBox=\"0 0 " + box + "\" role=\"img\" aria-label=\"" + label +
         "\"><rect width=\"" + number(kWidth) + "\" height=\"" + number(kHeight) +
         "\" rx=\"8\" fill=\"" + colour(of.glass) + "\"/>" + path(false) + path(true) + "</svg>";
}

std::vector<std::uint8_t> png(const std::vector<Exposure>& frames, unsigned scale) {
  const std::size_t width = static_cast<std::size_t>(kWidth) * scale;
  const std::size_t height = static_cast<std::size_t>(kHeight) * scale;
  std::vector<std::uint8_t> rows;
  for (const Exposure& frame : frames) {
    Raster raster(scale);
    for (const bool lit : {false, true}) {
      for (const Shape& shape : shapes()) {
        if (is_lit(frame.segments, shape.place) != lit) continue;
        for (const Polygon& polygon : shape.polygons) {
          raster.fill(polygon, lit ? std::uint8_t{2} : std::uint8_t{1});
        }
      }
    }
    for (std::size_t y = 0; y < height; ++y) {
      rows.push_back(0);  // filter: none
      for (std::size_t x = 0; x < width; ++x) {
        const auto pixel = raster.pixel(x, y, colours(frame.backlit));
        rows.insert(rows.end(), pixel.begin(), pixel.end());
      }
    }
  }
  uLongf packed = ::compressBound(static_cast<uLong>(rows.size()));
  std::vector<std::uint8_t> data(packed);
  if (::compress(data.data(), &packed, rows.data(), static_cast<uLong>(rows.size())) != Z_OK) {
    return {};
  }
  data.resize(packed);
  std::vector<std::uint8_t> head;
  put_u32(width, head);
  put_u32(height * frames.size(), head);
  head.insert(head.end(), {8, 2, 0, 0, 0});  // 8 bits a colour, RGB, not interlaced
  std::vector<std::uint8_t> file{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  put_chunk("IHDR", head, file);
  put_chunk("IDAT", data, file);
  put_chunk("IEND", {}, file);
  return file;
}

}  // namespace sim::glass
