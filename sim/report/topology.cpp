// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/report/report.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/report/text.hpp"

namespace sim::result {
namespace {

constexpr double kWidth = 1120;
constexpr double kMostHeight = 720;
constexpr double kMargin = 30;
constexpr double kFoot = 30;            // the scale bar
constexpr std::size_t kNumbered = 400;  // beyond that only switches have room for their number
constexpr std::uint32_t kLevelColours = 4;

// Mean SNR from which a scheme carries whole packets, PRIME modem vendors' switching points, dB.
constexpr std::array<double, 4> kClassFrom = {3.5, 5.75, 9.5, 19.5};
constexpr std::array<const char*, 5> kClassNames = {
    "below 3.5\u00a0dB: no scheme", "DBPSK_F, from 3.5\u00a0dB", "DQPSK_F, from 5.75\u00a0dB",
    "D8PSK_F, from 9.5\u00a0dB", "D8PSK_F, 10\u00a0dB to spare"};

std::string db(double value) { return std::isnan(value) ? "unknown" : px(value) + "\u00a0dB"; }

struct Box {
  double x0, y0, x1, y1;
  bool meets(const Box& other) const {
    return x0 < other.x1 && other.x0 < x1 && y0 < other.y1 && other.y0 < y1;
  }
};

struct Spot {
  double x, y;
};

class Map {
 public:
  Map(std::uint32_t concentrator, const LineData::Place& place);
  bool empty() const { return nodes_.empty(); }
  std::string figure();

 private:
  Spot at(double x_m, double y_m) const {
    return {left_ + (x_m - low_.x) * scale_, top_ + (high_.y - y_m) * scale_};  // north is up
  }
  Spot at(const NodeRow& node) const { return at(node.x_m, node.y_m); }
  const NodeRow* parent_of(const NodeRow& node) const;
  std::string words(const NodeRow& node) const;
  void include(double x_m, double y_m);
  void fit();
  void cables();
  void links();
  void node(const NodeRow& node);
  void numbers();
  void scale_bar();
  std::string legend() const;

  std::uint32_t concentrator_;
  const LineData::Place& place_;
  std::vector<const NodeRow*> nodes_;  // with a place; the concentrator last, so on top
  std::map<std::uint32_t, const NodeRow*> by_meter_;
  Spot low_{1e300, 1e300};
  Spot high_{-1e300, -1e300};
  double scale_ = 1;
  double left_ = 0;
  double top_ = 0;
  double height_ = 0;
  double radius_ = 5.5;
  std::string out_;
};

Map::Map(std::uint32_t concentrator, const LineData::Place& place)
    : concentrator_(concentrator), place_(place) {
  for (const NodeRow& node : place.nodes) {
    if (!std::isfinite(node.x_m) || !std::isfinite(node.y_m)) continue;
    if (!by_meter_.emplace(node.meter, &node).second) continue;
    if (node.meter != 0) nodes_.push_back(&node);
    include(node.x_m, node.y_m);
  }
  if (const auto base = by_meter_.find(0); base != by_meter_.end()) nodes_.push_back(base->second);
  if (!nodes_.empty()) fit();
}

void Map::include(double x_m, double y_m) {
  low_ = {std::min(low_.x, x_m), std::min(low_.y, y_m)};
  high_ = {std::max(high_.x, x_m), std::max(high_.y, y_m)};
}

void Map::fit() {
  for (const CableRow& cable : place_.cables) {
    if (!std::isfinite(cable.x0_m + cable.y0_m + cable.x1_m + cable.y1_m)) continue;
    include(cable.x0_m, cable.y0_m);
    include(cable.x1_m, cable.y1_m);
  }
  const double wide_m = std::max(high_.x - low_.x, 1.0);
  const double high_m = std::max(high_.y - low_.y, 1.0);
  scale_ = std::min((kWidth - 2 * kMargin) / wide_m, (kMostHeight - 2 * kMargin - kFoot) / high_m);
  height_ = std::max(120.0, high_m * scale_ + 2 * kMargin) + kFoot;
  left_ = (kWidth - (high_.x - low_.x) * scale_) / 2;
  top_ = (height_ - kFoot - (high_.y - low_.y) * scale_) / 2;
  radius_ = nodes_.size() > 600 ? 2.5 : nodes_.size() > 150 ? 4 : 5.5;
}

const NodeRow* Map::parent_of(const NodeRow& node) const {
  if (node.meter == 0 || !node.registered || node.parent == node.meter) return nullptr;
  const auto found = by_meter_.find(node.parent);
  return found == by_meter_.end() ? nullptr : found->second;
}

std::string share_of(double part, double whole) {
  return whole > 0 ? " (" + shown(part / whole, Quantity::percent) + ")" : "";
}

std::string Map::words(const NodeRow& node) const {
  const auto n_lost = static_cast<double>(node.traffic.frames_lost);
  const double frames = static_cast<double>(node.traffic.frames_received) + n_lost;
  const std::string lost =
      "frames lost: " + shown(n_lost) + " of " + shown(frames) + share_of(n_lost, frames);
  if (node.meter == 0) return "Concentrator " + std::to_string(concentrator_) + "\n" + lost;
  std::string text = "Meter " + std::to_string(node.meter);
  if (node.registered) {
    text += ", level " + std::to_string(node.level) + ", under ";
    text += node.parent == 0 ? "the concentrator" : "meter " + std::to_string(node.parent);
    text += node.is_switch ? ", a switch" : "";
    text += "\nSNR down " + db(node.snr_down_db) + ", up " + db(node.snr_up_db);
  } else {
    text += ", not registered at the end";
  }
  text += "\nregistered " + shown(node.membership.registered_share, Quantity::percent) +
          " of the time, " + shown(node.membership.registrations) +
          (node.membership.registrations == 1 ? " time" : " times");
  if (!std::isnan(node.membership.first_registered_s)) {
    text += ", first after " + shown(node.membership.first_registered_s, Quantity::seconds);
  }
  const auto missed = static_cast<double>(node.traffic.beacons_missed);
  const double beacons = static_cast<double>(node.traffic.beacons_received) + missed;
  text += "\n" + lost + "\nbeacons missed: " + shown(missed) + " of " + shown(beacons) +
          share_of(missed, beacons);
  if (!std::isnan(node.distance_m)) {
    text += "\n" + shown(std::round(node.distance_m)) + "\u00a0m of cable to the busbar";
  }
  return text;
}

void Map::cables() {
  std::string drawn;
  for (const CableRow& cable : place_.cables) {
    if (!std::isfinite(cable.x0_m + cable.y0_m + cable.x1_m + cable.y1_m)) continue;
    const Spot from = at(cable.x0_m, cable.y0_m);
    const Spot to = at(cable.x1_m, cable.y1_m);
    drawn += "M" + px(from.x) + " " + px(from.y) + "L" + px(to.x) + " " + px(to.y);
  }
  out_ += "<path class=\"cable\" d=\"" + drawn + "\"/>";
}

void Map::links() {
  for (const NodeRow* const node : nodes_) {
    const NodeRow* const parent = parent_of(*node);
    if (parent == nullptr) continue;
    const int quality = link_class(node->snr_down_db, node->snr_up_db);
    const Spot from = at(*node);
    const Spot to = at(*parent);
    out_ += "<line x1=\"" + px(from.x) + "\" y1=\"" + px(from.y) + "\" x2=\"" + px(to.x) +
            "\" y2=\"" + px(to.y) + "\" class=\"link " +
            (quality < 0 ? std::string("unknown") : "q" + std::to_string(quality)) + "\"><title>" +
            escape_markup(words(*node)) + "</title></line>";
  }
}

void Map::node(const NodeRow& node) {
  const Spot spot = at(node);
  const bool base = node.meter == 0;
  const bool square = base || node.is_switch;
  const double size = base ? 9 : square ? radius_ + 1.5 : radius_;
  const std::string style =
      base               ? "base"
      : !node.registered ? "lost"
                         : "n" + std::to_string(std::min<unsigned>(node.level, kLevelColours - 1));
  out_ += "<g class=\"node " + style + "\"><title>" + escape_markup(words(node)) + "</title>";
  if (square) {
    out_ += "<rect x=\"" + px(spot.x - size) + "\" y=\"" + px(spot.y - size) + "\" width=\"" +
            px(2 * size) + "\" height=\"" + px(2 * size) + "\"/>";
  } else {
    out_ += "<circle cx=\"" + px(spot.x) + "\" cy=\"" + px(spot.y) + "\" r=\"" + px(size) + "\"/>";
  }
  out_ += "</g>";
}

// Each number where it covers no modem and no other number; without such a place there is the
// hover text.
void Map::numbers() {
  std::vector<Box> taken;
  for (const NodeRow* const each : nodes_) {
    const Spot spot = at(*each);
    const double size = each->meter == 0 ? 10 : radius_ + 2;
    taken.push_back({spot.x - size, spot.y - size, spot.x + size, spot.y + size});
  }
  auto order = nodes_;
  std::stable_partition(order.begin(), order.end(),
                        [](const NodeRow* each) { return each->is_switch; });
  for (const NodeRow* const each : order) {
    if (each->meter == 0 || (nodes_.size() > kNumbered && !each->is_switch)) continue;
    const std::string number = std::to_string(each->meter);
    const double wide = 6.4 * static_cast<double>(number.size());
    const double off = radius_ + 3;
    const Spot spot = at(*each);
    const std::array<Spot, 8> corners = {{{spot.x + off, spot.y - 5},
                                          {spot.x - off - wide, spot.y - 5},
                                          {spot.x - wide / 2, spot.y - off - 10},
                                          {spot.x - wide / 2, spot.y + off},
                                          {spot.x + off - 2, spot.y - off - 7},
                                          {spot.x - off - wide + 2, spot.y - off - 7},
                                          {spot.x + off - 2, spot.y + off - 3},
                                          {spot.x - off - wide + 2, spot.y + off - 3}}};
    for (const Spot& corner : corners) {
      const Box box{corner.x, corner.y, corner.x + wide, corner.y + 10};
      if (box.x0 < 1 || box.y0 < 1 || box.x1 > kWidth - 1 || box.y1 > height_ - kFoot) continue;
      if (std::ranges::any_of(taken, [&](const Box& b) { return b.meets(box); })) {
        continue;
      }
      taken.push_back(box);
      out_ += "<text x=\"" + px(box.x0) + "\" y=\"" + px(box.y1 - 1) + "\" class=\"number\">" +
              number + "</text>";
      break;
    }
  }
}

void Map::scale_bar() {
  double length_m = 1;
  for (int i = 0; length_m * scale_ < 90 && i < 60; ++i) length_m *= i % 3 == 1 ? 2.5 : 2;
  const double y = height_ - 10;
  const double end = 12 + length_m * scale_;
  out_ += "<path class=\"scale\" d=\"M12.0 " + px(y - 5) + "V" + px(y) + "H" + px(end) + "V" +
          px(y - 5) + "\"/><text x=\"" + px(end + 8) + "\" y=\"" + px(y) +
          "\" class=\"scalelab\">" + shown(length_m) + "\u00a0m</text>";
}

std::string Map::legend() const {
  std::array<std::size_t, kClassNames.size()> links{};
  std::map<std::uint32_t, std::size_t> levels;
  std::size_t switches = 0;
  std::size_t lost = 0;
  for (const NodeRow* const each : nodes_) {
    if (each->meter == 0) continue;
    if (!each->registered) {
      ++lost;
      continue;
    }
    switches += each->is_switch;
    ++levels[std::min<unsigned>(each->level, kLevelColours - 1)];
    const int quality = link_class(each->snr_down_db, each->snr_up_db);
    if (parent_of(*each) != nullptr && quality >= 0) ++links[static_cast<std::size_t>(quality)];
  }
  const auto entry = [](const std::string& style, const std::string& name) {
    return "<span><i class=\"" + style + "\"></i>" + escape_markup(name) + "</span>";
  };
  std::string text = "<div class=\"legend\">" + entry("mark base", "concentrator");
  for (const auto& [level, count] : levels) {
    text += entry("mark dot n" + std::to_string(level),
                  "level " + std::to_string(level) +
                      (level == kLevelColours - 1 ? " and more: " : ": ") + std::to_string(count));
  }
  if (switches > 0) text += entry("mark n0", "switch: " + std::to_string(switches));
  if (lost > 0) text += entry("mark dot lost", "not registered: " + std::to_string(lost));
  text += "</div><div class=\"legend\">";
  for (std::size_t i = links.size(); i-- > 0;) {
    text += entry("dash q" + std::to_string(i),
                  std::string(kClassNames[i]) + ": " + std::to_string(links[i]));
  }
  return text + "</div>";
}

std::string Map::figure() {
  out_ = "<svg viewBox=\"0 0 " + px(kWidth) + " " + px(height_) +
         "\" role=\"img\" aria-label=\"Topology of concentrator " + std::to_string(concentrator_) +
         "\">";
  cables();
  links();
  for (const NodeRow* const each : nodes_) node(*each);
  numbers();
  scale_bar();
  out_ += "</svg>";
  return "<figure class=\"wide map\"><figcaption><h3>Topology of concentrator " +
         std::to_string(concentrator_) + "</h3>" + legend() + "</figcaption>" + out_ +
         "<p class=\"note\">The cables to scale. Each meter is joined to the switch or "
         "concentrator it is registered under, in the colour of the fastest coded scheme that "
         "the worse direction of this link carries. As the run ended.</p></figure>\n";
}

}  // namespace

int link_class(double snr_down_db, double snr_up_db) {
  if (std::isnan(snr_down_db) || std::isnan(snr_up_db)) return -1;
  const double worse_db = std::min(snr_down_db, snr_up_db);
  return static_cast<int>(std::ranges::upper_bound(kClassFrom, worse_db) - kClassFrom.begin());
}

std::string topology_figure(std::uint32_t concentrator, const LineData::Place& place) {
  Map map(concentrator, place);
  return map.empty() ? "" : map.figure();
}

}  // namespace sim::result
