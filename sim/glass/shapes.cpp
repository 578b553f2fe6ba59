// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstring>
#include <string_view>

#include "sim/glass/picture.hpp"

namespace sim::glass {
namespace {

// A drawing is strokes of digits, x and y in turn on a grid of ten, strokes between commas; what is
// in brackets is a filled area.
using Drawing = std::string_view;

// Letters are four wide and six high.
struct Letter {
  char c;
  Drawing strokes;
};
constexpr Letter kLetters[] = {
    {'1', "112026"},
    {'2', "004043030646"},
    {'3', "00404606,0343"},
    {'4', "000343,4046"},
    {'5', "400003434606"},
    {'6', "400006464303"},
    {'A', "0602204246,0444"},
    {'C', "40000646"},
    {'E', "40000646,0333"},
    {'H', "0006,4046,0343"},
    {'I', "2026"},
    {'L', "000646"},
    {'M', "0600234046"},
    {'R', "0600404303,2346"},
    {'S', "400003434606"},
    {'T', "0040,2026"},
    {'V', "002640"},
    {'W', "0016223640"},
    {'X', "0046,4006"},
    {'D', "00304145360600"},
    {'h', "0006,03334446"},
    {'k', "0006,4204,2346"},
    {'r', "0206,042242"},
    {'z', "02420646"},
    {'%', "4006,0010110100,3545463635"},
    {'#', "0242,0444,3115"},
};

constexpr double kLetterWidth = 4;
constexpr double kLetterHeight = 6;
constexpr double kLetterStep = 6;

class Pen {
 public:
  Pen(Spot origin, double unit, double width, std::vector<Polygon>& out)
      : origin_(origin), unit_(unit), half_(width / 2), out_(out) {}

  void draw(Drawing drawing) const {
    Polygon points;
    bool filled = false;
    const auto end = [&] {
      if (filled) {
        out_.push_back(points);
      } else {
        stroke(points);
      }
      points.clear();
      filled = false;
    };
    for (std::size_t k = 0; k < drawing.size(); ++k) {
      if (drawing[k] == ',') {
        end();
      } else if (drawing[k] == '(') {
        filled = true;
      } else {
        points.push_back(
            {origin_.x + unit_ * (drawing[k] - '0'), origin_.y + unit_ * (drawing[k + 1] - '0')});
        ++k;
      }
    }
    end();
  }

 private:
  // A line of some width, a little longer at both ends so that corners close.
  void stroke(const Polygon& points) const {
    for (std::size_t k = 1; k < points.size(); ++k) {
      const Spot a = points[k - 1];
      const Spot b = points[k];
      const double length = std::sqrt((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y));
      if (length == 0) continue;
      const double ux = (b.x - a.x) / length * half_;
      const double uy = (b.y - a.y) / length * half_;
      const double ex = ux * 0.7;
      const double ey = uy * 0.7;
      out_.push_back({{a.x - ex - uy, a.y - ey + ux},
                      {b.x + ex - uy, b.y + ey + ux},
                      {b.x + ex + uy, b.y + ey - ux},
                      {a.x - ex + uy, a.y - ey - ux}});
    }
  }

  Spot origin_;
  double unit_;
  double half_;
  std::vector<Polygon>& out_;
};

void write(std::string_view word, Spot at, double height, std::vector<Polygon>& out) {
  const double unit = height / kLetterHeight;
  for (const char c : word) {
    for (const Letter& letter : kLetters) {
      if (letter.c != c) continue;
      Pen(at, unit, std::fmax(1.6, height / 7), out).draw(letter.strokes);
    }
    at.x += kLetterStep * unit * (c == 'I' ? 0.8 : 1);
  }
}

// A digit: segments as bars with pointed ends, leaning a little.
void add_digit(std::uint8_t line, bool point, Spot at, double width, double height,
               std::vector<Shape>& out) {
  const double t = height / 9;     // of a bar
  const double gap = height / 50;  // between bars
  const double middle = height / 2;
  const auto lean = [&](double x, double y) {
    return Spot{at.x + x + (height - y) * 0.08, at.y + y};
  };
  const auto across = [&](double y) {
    const double l = gap;
    const double r = width - gap;
    return Polygon{lean(l, y), lean(l + t / 2, y - t / 2), lean(r - t / 2, y - t / 2),
                   lean(r, y), lean(r - t / 2, y + t / 2), lean(l + t / 2, y + t / 2)};
  };
  const auto down = [&](double x, double from, double to) {
    const double u = from + gap;
    const double d = to - gap;
    return Polygon{lean(x, u), lean(x + t / 2, u + t / 2), lean(x + t / 2, d - t / 2),
                   lean(x, d), lean(x - t / 2, d - t / 2), lean(x - t / 2, u + t / 2)};
  };
  const std::array<Polygon, 7> bars{
      across(0),      down(width, 0, middle),  down(width, middle, height),
      across(height), down(0, middle, height), down(0, 0, middle),
      across(middle)};
  for (std::size_t k = 0; k < bars.size(); ++k) {
    out.push_back({{line, kCommonOfSegment[k]}, {bars[k]}});
  }
  if (!point) return;
  const double x = width + t * 1.3;
  const double y = height - t * 0.35;
  const double r = t * 0.55;
  out.push_back(
      {{line, kCommonOfPoint},
       {{lean(x - r, y - r), lean(x + r, y - r), lean(x + r, y + r), lean(x - r, y + r)}}});
}

// Where each mark stands, in their order: a word, or a drawing on a grid of ten.
struct Sign {
  double x;
  double y;
  double height;
  const char* word;
  const char* drawing;
};
constexpr double kTop = 14;
constexpr double kFoot = 204;
constexpr double kUnitX = 472;
constexpr Sign kSigns[] = {
    {kUnitX, 150, 26, "k", ""},
    {kUnitX + 24, 150, 26, "W", ""},
    {kUnitX, 114, 26, "V", ""},
    {kUnitX + 24, 114, 26, "A", ""},
    {kUnitX + 48, 114, 26, "r", ""},
    {kUnitX + 48, 150, 26, "h", ""},
    {kUnitX, 86, 16, "Hz", ""},
    {kUnitX + 34, 86, 16, "%", ""},
    {402, 52, 13, "THD", ""},
    {402, 76, 13, "MAX", ""},
    {20, kTop, 13, "L1", ""},
    {50, kTop, 13, "L2", ""},
    {80, kTop, 13, "L3", ""},
    {120, kTop - 2, 17, "", "0494,6194,6794"},
    {146, kTop - 2, 17, "", "9404,3104,3704"},
    {189, kTop - 3, 9, "", "(00909909"},
    {178, kTop - 3, 9, "", "(00909909"},
    {178, kTop + 8, 9, "", "(00909909"},
    {189, kTop + 8, 9, "", "(00909909"},
    {222, kTop, 13, "T1", ""},
    {256, kTop, 13, "T2", ""},
    {290, kTop, 13, "T3", ""},
    {324, kTop, 13, "T4", ""},
    {358, kTop, 13, "T5", ""},
    {392, kTop, 13, "T6", ""},
    {20, kFoot, 20, "", "0525,2575,7595,2327,7377"},
    {56, kFoot, 20, "", "0525,2581,7595,2327,7377"},
    {92, kFoot, 20, "", "4044,2244,6244,2666,2629,6669,0999"},
    {134, kFoot, 20, "", "0272780802,74949676,(13232717,(33535737"},
    {174, kFoot, 20, "", "0509999505,0581"},
    {210, kFoot, 20, "", "0090940400,0489"},
    {246, kFoot, 20, "", "0006396996906066363000,0333,6393"},
    {282, kFoot + 3, 14, "I1#I2", ""},
    {356, kFoot, 20, "", "306093966939060330,424575"},
    {446, kTop - 2, 18, "", "0070790900,1353,1555,1737"},
    {474, kTop - 2, 18, "", "0009,0999,2826,4843,6865,8881"},
    {396, kFoot, 20, "", "04316194673704,(43535545"},
    {432, kFoot, 20, "", "4942,004280,2969"},
    {468, kFoot, 20, "", "0333360603,349497,7477"},
    {530, kTop - 2, 18, "", "40990940,4346,4748"},
    {502, kTop - 2, 18, "", "0292980802,024592"},
    {448, 52, 13, "SERVICE", ""},
};
static_assert(std::size(kSigns) == kMarks);

std::vector<Shape> all_shapes() {
  std::vector<Shape> all;
  for (std::uint8_t k = 0; k < kCodeDigits; ++k) {
    add_digit(code_line(k), code_has_point(k), {24.0 + 30.0 * k, 50}, 17, 36, all);
  }
  for (std::uint8_t k = 0; k < kValueDigits; ++k) {
    add_digit(value_line(k), value_has_point(k), {24.0 + 55.0 * k, 106}, 35, 74, all);
  }
  for (std::size_t k = 0; k < kMarks; ++k) {
    const Sign& sign = kSigns[k];
    Shape shape{mark_place(k), {}};
    if (std::strlen(sign.word) > 0) write(sign.word, {sign.x, sign.y}, sign.height, shape.polygons);
    if (std::strlen(sign.drawing) > 0) {
      Pen({sign.x, sign.y}, sign.height / 9, 1.9, shape.polygons).draw(sign.drawing);
    }
    all.push_back(std::move(shape));
  }
  return all;
}

}  // namespace

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all = all_shapes();
  return all;
}

}  // namespace sim::glass
