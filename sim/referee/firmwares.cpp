// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/firmwares.hpp"

#include <algorithm>

#include "sim/referee/events/image_times.hpp"

namespace sim::run {
namespace {

// The largest image takes so long of a power line, which carries those of all its meters.
constexpr kernel::TimeNs kOfTheLine = 200 * kernel::kNsPerSecond;

kernel::TimeNs transfer_time(const Scenario& scenario, std::uint32_t meter) {
  for (const ConcentratorRow& row : scenario.concentrators) {
    if (!row.meters.contains(meter)) continue;
    const auto meters = row.meters.list(static_cast<std::uint32_t>(scenario.meters.count));
    const auto n = std::ranges::count_if(
        meters, [&](std::uint32_t other) { return is_given_an_image(scenario, other); });
    return kImageTransfer + n * kOfTheLine;
  }
  return kImageTransfer;
}

const ImageRow* image_of(const Scenario& scenario, const Event& event) {
  const auto found = std::ranges::find(scenario.hes.images, event.file, &ImageRow::name);
  return found == scenario.hes.images.end() ? nullptr : &*found;
}

bool is_taken(const ImageRow& image, MeterModel model) {
  return image.flaw == ImageFlaw::none && image.variant == model && image.kept;
}

// The last that the head-end read at this meter; empty: it did not.
std::string read_back(const result::RunFigures& figures, std::uint32_t meter) {
  std::string revision;
  for (const auto& [of, read] : figures.images.revisions_read) {
    if (of == meter) revision = read;
  }
  return revision;
}

}  // namespace

bool is_given_an_image(const Scenario& scenario, std::uint32_t meter) {
  return std::ranges::any_of(scenario.events, [meter](const Event& event) {
    return event.type == EventType::image && event.meters.contains(meter);
  });
}

std::string expected_revision(const Scenario& scenario, const Home& home, kernel::TimeNs end) {
  std::string expected = home.first_revision;
  for (const Event& event : scenario.events) {
    if (event.type != EventType::image || !event.meters.contains(home.identity.number)) continue;
    const kernel::TimeNs time = transfer_time(scenario, home.identity.number);
    if (std::max(event.at, event.activate_at) + time > end) return {};
    const ImageRow* const image = image_of(scenario, event);
    if (image != nullptr && is_taken(*image, home.settings.model)) expected = image->version;
  }
  return expected;
}

void judge_firmware(const Scenario& scenario, const Home& home, const std::string& says,
                    kernel::TimeNs end, result::ResultWriter& writer, result::RunFigures& figures) {
  if (!is_given_an_image(scenario, home.identity.number)) return;
  const std::string expected = expected_revision(scenario, home, end);
  const std::string runs = home.meter->firmware().revision;
  const std::string head_end = read_back(figures, home.identity.number);
  const bool judged = !expected.empty();
  const bool right =
      runs == expected && says == expected && (head_end.empty() || head_end == expected);
  if (judged) ++figures.images.judged;
  if (judged && !right) ++figures.images.mismatches;
  result::FirmwareRow row;
  row.meter = home.identity.number;
  row.before = result::Text<16>(home.first_revision);
  row.expected = result::Text<16>(expected);
  row.runs = result::Text<16>(runs);
  row.says = result::Text<16>(says);
  row.head_end = result::Text<16>(head_end);
  row.right = judged && !right ? 0 : 1;
  writer.append(row);
}

}  // namespace sim::run
