// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/report/chart.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/report/text.hpp"

namespace sim::result {
namespace {

constexpr double kHeight = 250;
constexpr double kLeft = 58;
constexpr double kRight = 14;
constexpr double kTop = 22;
constexpr double kBottom = 38;
constexpr int kYTicks = 6;

class Canvas {
 public:
  explicit Canvas(const Chart& chart)
      : chart_(chart),
        width_(chart.wide ? 1120 : 548),
        y_range_(rounded(chart.y, chart.y_quantity, kYTicks)) {}
  std::string svg();

 private:
  double x_of(double x) const {
    const double share = (x - chart_.x.low) / (chart_.x.high - chart_.x.low);
    return kLeft + std::clamp(share, 0.0, 1.0) * (width_ - kLeft - kRight);
  }
  double y_of(double y) const {
    const double share = (y - y_range_.low) / (y_range_.high - y_range_.low);
    return kHeight - kBottom - std::clamp(share, -0.02, 1.02) * (kHeight - kTop - kBottom);
  }
  void text(double x, double y, const char* style, const std::string& content);
  void line(double x1, double y1, double x2, double y2, const char* style);
  void rect(double x, double y, double w, double h, const std::string& style,
            const std::string& title = "");
  void axes();
  void bands();
  void markers();
  void path(const Chart::Series& series);
  void bars(const Chart::Series& series);
  void dots(const Chart::Series& series);
  void hovers();

  const Chart& chart_;
  double width_;
  Range y_range_;
  std::string out_;
  std::map<double, double> stacked_;  // x -> height of the bars so far
};

void Canvas::text(double x, double y, const char* style, const std::string& content) {
  out_ += "<text x=\"" + px(x) + "\" y=\"" + px(y) + "\" class=\"" + style + "\">" +
          escape_markup(content) + "</text>";
}

void Canvas::line(double x1, double y1, double x2, double y2, const char* style) {
  out_ += "<line x1=\"" + px(x1) + "\" y1=\"" + px(y1) + "\" x2=\"" + px(x2) + "\" y2=\"" + px(y2) +
          "\" class=\"" + style + "\"/>";
}

void Canvas::rect(double x, double y, double w, double h, const std::string& style,
                  const std::string& title) {
  out_ += "<rect x=\"" + px(x) + "\" y=\"" + px(y) + "\" width=\"" + px(std::max(w, 0.4)) +
          "\" height=\"" + px(std::max(h, 0.0)) + "\" class=\"" + style + "\"";
  out_ += title.empty() ? "/>" : "><title>" + escape_markup(title) + "</title></rect>";
}

void Canvas::axes() {
  for (const Tick& tick : ticks(y_range_, chart_.y_quantity, kYTicks)) {
    const double y = y_of(tick.at);
    line(kLeft, y, width_ - kRight, y, std::abs(tick.at) < 1e-12 ? "axis" : "grid");
    text(kLeft - 7, y + 4, "ylab", tick.label);
  }
  const int wanted = chart_.wide ? 14 : 7;
  for (const Tick& tick : ticks(chart_.x, chart_.x_quantity, wanted)) {
    const double x = x_of(tick.at);
    line(x, kHeight - kBottom, x, kHeight - kBottom + 4, "axis");
    const bool at_edge = x > width_ - kRight - 16;  // a label in the middle would be cut
    text(at_edge ? width_ - 2 : x, kHeight - kBottom + 16, at_edge ? "xlab end" : "xlab",
         tick.label);
  }
  line(kLeft, kHeight - kBottom, width_ - kRight, kHeight - kBottom, "axis");
  text(kLeft - 7, kTop - 9, "unit", chart_.y_label);
  text((kLeft + width_ - kRight) / 2, kHeight - 4, "name", chart_.x_label);
}

void Canvas::bands() {
  for (const Chart::Band& band : chart_.bands) {
    const double from = x_of(band.from);
    const double to = x_of(band.to);
    rect(from, kTop, std::max(to - from, 2.0), kHeight - kTop - kBottom, "band", band.label);
    text((from + to) / 2, kTop - 5, "bandlab", band.label);
  }
}

void Canvas::markers() {
  double y = kTop + 10;
  for (const Chart::Marker& marker : chart_.markers) {
    const double x = x_of(marker.at);
    line(x, kTop, x, kHeight - kBottom, "marker");
    const bool near_end = x > width_ - 130;
    text(near_end ? x - 4 : x + 4, y, near_end ? "marklab end" : "marklab", marker.label);
    y += 14;  // neighbours do not cover each other
  }
}

void Canvas::path(const Chart::Series& series) {
  const bool step = series.kind != Chart::Kind::line;
  std::string drawn;
  std::string filled;
  bool pen_down = false;
  const std::string base = px(y_of(std::max(0.0, y_range_.low)));
  const auto lift = [&] {
    if (pen_down) filled += "V" + base + "Z";
    pen_down = false;
  };
  for (const Chart::Point& point : series.points) {
    if (std::isnan(point.y)) {
      if (pen_down && step) {
        drawn += "H" + px(x_of(point.x));
        filled += "H" + px(x_of(point.x));
      }
      lift();
      continue;
    }
    const std::string x = px(x_of(point.x));
    const std::string y = px(y_of(point.y));
    if (!pen_down) {
      drawn += "M" + x + " " + y;
      filled += "M" + x + " " + base + "V" + y;
    } else {
      const std::string stroke = step ? "H" + x + "V" + y : "L" + x + " " + y;
      drawn += stroke;
      filled += stroke;
    }
    pen_down = true;
  }
  lift();
  const std::string colour = " s" + std::to_string(series.colour);
  if (series.kind == Chart::Kind::area) {
    out_ += "<path class=\"fill" + colour + "\" d=\"" + filled + "\"/>";
  }
  out_ += "<path class=\"line" + colour + "\" d=\"" + drawn + "\"/>";
}

void Canvas::bars(const Chart::Series& series) {
  for (const Chart::Point& point : series.points) {
    if (!(point.y > 0)) continue;
    double& below = stacked_[point.x];
    const double top = y_of(below + point.y);
    const double left = x_of(point.x);
    const double wide = x_of(point.x + series.width) - left;
    const double gap = std::min(1.5, wide / 6);
    rect(left + gap / 2, top, wide - gap, y_of(below) - top,
         "bar s" + std::to_string(series.colour));
    below += point.y;
  }
}

void Canvas::dots(const Chart::Series& series) {
  for (const Chart::Point& point : series.points) {
    if (std::isnan(point.y)) continue;
    out_ += "<circle cx=\"" + px(x_of(point.x)) + "\" cy=\"" + px(y_of(point.y)) +
            "\" r=\"2\" class=\"bar s" + std::to_string(series.colour) + "\"/>";
  }
}

void Canvas::hovers() {
  for (const Chart::Hover& hover : chart_.hovers) {
    const double from = x_of(hover.from);
    rect(from, kTop, x_of(hover.to) - from, kHeight - kTop - kBottom, "hover", hover.text);
  }
}

std::string Canvas::svg() {
  out_ = "<svg viewBox=\"0 0 " + px(width_) + " " + px(kHeight) + "\" role=\"img\" aria-label=\"" +
         escape_markup(chart_.title) + "\">";
  bands();
  axes();
  for (const Chart::Series& series : chart_.series) {
    if (series.kind == Chart::Kind::bar) {
      bars(series);
    } else if (series.kind == Chart::Kind::dots) {
      dots(series);
    } else {
      path(series);
    }
  }
  markers();
  hovers();
  return out_ + "</svg>";
}

std::string legend(const Chart& chart) {
  if (chart.series.size() < 2) return "";
  std::string text = "<div class=\"legend\">";
  for (const Chart::Series& series : chart.series) {
    const bool block = series.kind == Chart::Kind::bar || series.kind == Chart::Kind::area;
    text += "<span><i class=\"" + std::string(block ? "block" : "dash") + " s" +
            std::to_string(series.colour) + "\"></i>" + escape_markup(series.name) + "</span>";
  }
  return text + "</div>";
}

}  // namespace

std::string chart_figure(const Chart& chart) {
  std::string text = "<figure class=\"" + std::string(chart.wide ? "wide" : "half") +
                     "\"><figcaption><h3>" + escape_markup(chart.title) + "</h3>" + legend(chart) +
                     "</figcaption>";
  const bool empty =
      std::ranges::all_of(chart.series, &std::vector<Chart::Point>::empty, &Chart::Series::points);
  text += empty || chart.x.high <= chart.x.low ? "<p class=\"none\">No data in this run.</p>"
                                               : Canvas(chart).svg();
  if (!chart.note.empty()) text += "<p class=\"note\">" + escape_markup(chart.note) + "</p>";
  return text + "</figure>\n";
}

}  // namespace sim::result
