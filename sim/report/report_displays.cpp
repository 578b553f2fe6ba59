// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sim/glass/picture.hpp"
#include "sim/report/report.hpp"
#include "sim/report/text.hpp"

namespace sim::result {
namespace {

constexpr std::size_t kMaxDrawn = 24;

std::string verdict_text(const ReportData::DisplayLine& look) {
  if (look.verdict == look_verdict::kOpen) return "<span class=\"note\">not judged</span>";
  return look.verdict == look_verdict::kRight ? "<span class=\"good\">\u2713 as expected</span>"
                                              : "<span class=\"bad\">\u2717 wrong</span>";
}

std::string figure(const ReportData& data, const ReportData::DisplayLine& look) {
  const std::int64_t at_s = data.start_utc_s + static_cast<std::int64_t>(look.t_s);
  const std::int64_t second = ((at_s % 60) + 60) % 60;
  const std::string when =
      date_time_text(at_s) + ":" + (second < 10 ? "0" : "") + std::to_string(second) + " UTC";
  const glass::Segments segments = glass::segments_of(look.segments);
  return "<figure><figcaption><h3>Meter " + std::to_string(look.meter) + ", " + when + "</h3>" +
         verdict_text(look) + "</figcaption>" +
         glass::svg(segments, look.backlit, escape_markup("Display: " + look.text)) +
         "<p class=\"note\">Expected: " + escape_markup(look.expected) + "</p></figure>\n";
}

}  // namespace

std::string display_figures(const ReportData& data) {
  if (data.happened.displays.empty()) return "";
  std::vector<const ReportData::DisplayLine*> looks;
  for (const auto& look : data.happened.displays) looks.push_back(&look);
  // Of more than the page has room for, those that are wrong come first.
  if (looks.size() > kMaxDrawn) {
    std::ranges::stable_sort(
        looks, {}, [](const auto* look) { return look->verdict == look_verdict::kWrong ? 0 : 1; });
  }
  std::string figures;
  for (std::size_t k = 0; k < std::min(looks.size(), kMaxDrawn); ++k) {
    figures += figure(data, *looks[k]);
  }
  if (looks.size() > kMaxDrawn) {
    figures += "<p class=\"note\">" + std::to_string(looks.size() - kMaxDrawn) +
               " more looks are not drawn; the table displays has them.</p>";
  }
  return "<h2>Displays</h2><div class=\"charts\">" + figures + "</div>\n";
}

}  // namespace sim::result
