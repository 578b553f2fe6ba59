// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/displays.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "protocol/calendar.hpp"
#include "sim/referee/balance.hpp"
#include "sim/referee/display_items.hpp"
#include "sim/referee/display_scroll.hpp"
#include "sim/referee/judge.hpp"
#include "sim/scenario/climate.hpp"

namespace sim::run {
namespace {

constexpr kernel::TimeNs kLookSlack = 100 * kernel::kNsPerMs;  // supply, contacts, debouncing
constexpr double kSurelyFlows_w = 20;

bool holds(const Event& event, kernel::TimeNs at) {
  return event.at <= at && at < event.at + kernel::to_ns(event.duration_s);
}

// A mark that must be lit, or dark.
struct MarkRule {
  std::string mark;
  bool lit;
};

class LookJudge {
 public:
  LookJudge(const Scenario& scenario, const Home& home, const Look& look,
            const std::vector<PoweredSpan>& powered)
      : scenario_(scenario),
        home_(home),
        look_(look),
        powered_(powered),
        reading_(glass::read(look.segments)) {}

  result::DisplayRow row() {
    result::DisplayRow row;
    row.meter = look_.meter;
    row.t_s = 1e-9 * static_cast<double>(look_.at);
    row.value = result::Text<16>(reading_.value);
    row.code = result::Text<16>(reading_.code);
    row.unit = result::Text<8>(reading_.unit);
    row.marks = result::Text<128>(
        reading_.full ? "all" : fmt::format("{}", fmt::join(reading_.marks, " ")));
    row.backlight = look_.backlit ? 1 : 0;
    row.segments = result::Text<64>(glass::hex_of(look_.segments));
    row.verdict = judge();
    row.expected = result::Text<128>(expected_);
    return row;
  }

 private:
  std::uint8_t judge();
  bool judge_page(const Scroll& scroll);
  bool judge_marks(const Scroll& scroll);
  std::vector<MarkRule> mark_rules(const Scroll& scroll) const;
  void add_contacts(std::vector<MarkRule>& rules) const;
  void add_flow(std::vector<MarkRule>& rules) const;
  void add_balance(std::vector<MarkRule>& rules) const;
  bool changes_now() const;

  const Scenario& scenario_;
  const Home& home_;
  const Look& look_;
  const std::vector<PoweredSpan>& powered_;
  glass::Reading reading_;
  bool asleep_ = false;
  std::string expected_;
};

// An edge of the supply, of a contact or of a sag, so near that either side may show.
bool LookJudge::changes_now() const {
  const auto near = [this](kernel::TimeNs at) {
    return at != kernel::kNever && look_.at > at - kLookSlack && look_.at < at + kLookSlack;
  };
  for (const PoweredSpan& span : powered_) {
    if (near(span.on) || near(span.off)) return true;
  }
  return std::ranges::any_of(scenario_.events, [&](const Event& event) {
    if (!event.meters.contains(look_.meter) || event.type == EventType::look ||
        event.type == EventType::watch) {
      return false;
    }
    const double seconds = event.duration_s + event.duration_ms / 1000;
    const kernel::TimeNs end = event.at + kernel::to_ns(seconds);
    if (event.type == EventType::sag && look_.at >= event.at && look_.at < end + kLookSlack)
      return true;
    return event.type != EventType::relay && (near(event.at) || near(end));
  });
}

std::uint8_t LookJudge::judge() {
  if (changes_now()) {
    expected_ = "changing";
    return result::look_verdict::kOpen;
  }
  const bool sleeps = home_.settings.model == MeterModel::ad11a;
  auto span = powered_.end();
  for (auto each = powered_.begin(); each != powered_.end() && each->on <= look_.at; ++each) {
    if (sleeps || look_.at < each->off) span = each;
  }
  asleep_ = span != powered_.end() && look_.at >= span->off;
  const bool dead = asleep_ && is_battery_dead(scenario_, look_.meter, span->off, look_.at);
  bool right = false;
  if (span == powered_.end() || dead) {
    expected_ = "dark";
    right = reading_.dark;
  } else {
    const Scroll scroll = scroll_at(scenario_, look_.meter, *span, look_.at, look_.uptime_us);
    if (scroll.open) {
      expected_ = "changing";
      return result::look_verdict::kOpen;
    }
    if (scroll.dark) {
      expected_ = "dark, asleep";
      right = reading_.dark;
    } else if (scroll.full) {
      expected_ = "all segments";
      right = reading_.full;
    } else {
      const bool page = judge_page(scroll);
      right = judge_marks(scroll) && page;
    }
  }
  return right ? result::look_verdict::kRight : result::look_verdict::kWrong;
}

bool LookJudge::judge_page(const Scroll& scroll) {
  const auto items = display_items(scroll.service, home_.settings.model);
  const ShownContext context{scenario_, home_, powered_, look_};
  std::string wanted;
  bool right = false;
  for (const std::int64_t turn : {scroll.first, scroll.last}) {
    const ShownItem& item = items[static_cast<std::size_t>(turn) % items.size()];
    if (!wanted.empty() && scroll.first == scroll.last) break;
    const Shown shown = shown_of(item, context);
    wanted += (wanted.empty() ? "" : " or ") + std::string(item.code) + " " + shown.text +
              (item.unit[0] == 0 ? "" : " ") + item.unit;
    right = right || (reading_.code == item.code && reading_.unit == item.unit &&
                      reading_.has("max") == item.maximum && shown.holds(reading_.value));
  }
  expected_ = wanted;
  return right;
}

void LookJudge::add_contacts(std::vector<MarkRule>& rules) const {
  const auto any = [&](std::initializer_list<EventType> types) {
    return std::ranges::any_of(scenario_.events, [&](const Event& event) {
      return event.meters.contains(look_.meter) && holds(event, look_.at) &&
             std::ranges::find(types, event.type) != types.end();
    });
  };
  rules.push_back({"cover", any({EventType::cover, EventType::seal})});
  rules.push_back({"terminals", any({EventType::terminal_cover, EventType::seal})});
  rules.push_back({"magnet", any({EventType::magnet})});
}

void LookJudge::add_flow(std::vector<MarkRule>& rules) const {
  const int phases = home_.settings.model == MeterModel::ad13a ? 3 : 1;
  for (int k = 0; k < 3; ++k) rules.push_back({fmt::format("L{}", k + 1), !asleep_ && k < phases});
  if (asleep_) return rules.push_back({"line", false});
  const auto flows = flows_before(home_, look_);
  const auto all = [&](double sign) {
    return std::ranges::all_of(
        flows, [&](const Flow& flow) { return sign * flow.active_w > kSurelyFlows_w; });
  };
  if (all(1) || all(-1)) {
    rules.push_back({"import", all(1)});
    rules.push_back({"export", all(-1)});
  }
}

// As the last interval of the load profile left it.
void LookJudge::add_balance(std::vector<MarkRule>& rules) const {
  BalanceVerdict last;
  const BalanceStory story = balance_story(scenario_, home_, powered_, look_.at);
  for (const BalanceVerdict& verdict : story.verdicts) {
    if (verdict.at > look_.at - kLookSlack) return;
    last = verdict;
  }
  if (last.may_differ != last.may_agree) rules.push_back({"I1<>I2", last.may_differ});
}

// docs/display.md: below 3 V, of a cell whose last tenth goes from 3.6 V to 2 V.
bool battery_is_low(const Scenario& scenario, const Look& look) {
  constexpr double kLow_percent = 6.25;
  return charge_percent_at(scenario, look.meter, look.at) < kLow_percent;
}

std::vector<MarkRule> LookJudge::mark_rules(const Scroll& scroll) const {
  std::vector<MarkRule> rules{{"closed", look_.contact_closed},
                              {"open", !look_.contact_closed},
                              {"service", scroll.service},
                              {"clock", true},
                              {"battery", battery_is_low(scenario_, look_)},
                              {"key", true}};
  add_contacts(rules);
  add_flow(rules);
  add_balance(rules);
  // A plan that changes the rate at this instant may have done so or not.
  const std::size_t before =
      tariff_truth(scenario_, home_, powered_, look_.at - 2 * kernel::kNsPerSecond).rate;
  const std::size_t now =
      tariff_truth(scenario_, home_, powered_, look_.at + 2 * kernel::kNsPerSecond).rate;
  for (std::size_t k = 0; before == now && k < kRates; ++k) {
    rules.push_back({fmt::format("T{}", k + 1), k == now});
  }
  return rules;
}

bool LookJudge::judge_marks(const Scroll& scroll) {
  bool right = true;
  std::string lit;
  for (const MarkRule& rule : mark_rules(scroll)) {
    const bool as_it_is = reading_.has(rule.mark) == rule.lit;
    right = right && as_it_is;
    if (rule.lit) lit += " " + rule.mark;
    if (!rule.lit && !as_it_is) lit += " no " + rule.mark;
  }
  expected_ += lit;
  return right;
}

}  // namespace

void judge_displays(const Scenario& scenario, World& world, std::span<const Look> looks,
                    result::ResultWriter& writer, result::RunFigures& figures) {
  for (const Look& look : looks) {
    const Home& home = *world.homes()[look.meter - 1];
    const std::vector<PoweredSpan> powered = powered_spans(scenario, look.meter);
    const result::DisplayRow row = LookJudge(scenario, home, look, powered).row();
    writer.append(row);
    if (row.verdict == result::look_verdict::kOpen) continue;
    ++figures.looks.judged;
    figures.looks.mismatches += row.verdict == result::look_verdict::kWrong ? 1 : 0;
  }
}

}  // namespace sim::run
