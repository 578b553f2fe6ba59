// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/orders/image_depot.hpp"

#include <algorithm>

#include "dcu/app/ports/event_code.hpp"
#include "protocol/hosted/signed_image/signed_image.hpp"

namespace dcu::app {
namespace {

namespace p32 = protocol::p32;
using p32::ErrorCategory;
using p32::Failure;
using Group = Store::EventGroup;

// Answers that are none, in a row; a broken connection is none of them.
constexpr std::uint32_t kFailuresMost = 5;
constexpr std::int64_t kAgainS = 60;

std::uint32_t parts_of(std::uint32_t octets) {
  return (octets + p32::kImagePartOctets - 1) / p32::kImagePartOctets;
}

}  // namespace

void ImageDepot::start() {
  for (StoredImage& stored : core_.store.mailbox().images().all()) {
    auto entry = std::make_unique<Entry>();
    entry->number = stored.number;
    entry->sha256 = std::move(stored.sha256);
    entry->octets = stored.octets;
    entry->begin = std::move(stored.begin);
    entry->begin.resize(std::min<std::size_t>(entry->begin.size(), entry->octets));
    entries_.push_back(std::move(entry));
  }
}

ImageDepot::Entry* ImageDepot::find(const Octets& sha256) {
  const auto at =
      std::ranges::find_if(entries_, [&](const auto& entry) { return entry->sha256 == sha256; });
  return at == entries_.end() ? nullptr : at->get();
}

void ImageDepot::want(const p32::FirmwareImage& image, Ready ready) {
  // From our own head-end, on our own connection: an order makes us call nobody.
  if (image.source != p32::image_path(image.sha256)) {
    return ready(nullptr, Failure{ErrorCategory::resource, p32::error_code::kNotSupported});
  }
  if (image.size_octets > core_.store.mailbox().images().room_octets()) {
    return ready(nullptr, Failure{ErrorCategory::message, p32::error_code::kTooLarge});
  }
  Entry* entry = find(image.sha256);
  if (entry == nullptr) {
    entry = entries_.emplace_back(std::make_unique<Entry>()).get();
    entry->sha256 = image.sha256;
    entry->octets = image.size_octets;
  }
  if (entry->octets != image.size_octets) {
    return ready(nullptr, Failure{ErrorCategory::message, p32::error_code::kBadValue});
  }
  if (entry->image != nullptr) return ready(entry->image, std::nullopt);
  entry->waiting.push_back(std::move(ready));
  if (entry->begin.size() == entry->octets) complete(*entry);
}

void ImageDepot::keep_only(const std::vector<Octets>& wanted) {
  std::erase_if(entries_, [&](const auto& entry) {
    if (std::ranges::find(wanted, entry->sha256) != wanted.end()) return false;
    drop(*entry);
    return true;
  });
}

void ImageDepot::drop(const Entry& entry) {
  if (entry.number != 0) core_.store.mailbox().images().drop(entry.number, parts_of(entry.octets));
}

// The first that is not whole and has room beside those in front of it.
ImageDepot::Entry* ImageDepot::due() {
  std::size_t room = core_.store.mailbox().images().room_octets();
  for (const auto& entry : entries_) {
    if (entry->octets > room) continue;
    room -= entry->octets;
    const bool idle = entry->image != nullptr || entry->waiting.empty();
    if (!idle) return entry.get();
  }
  return nullptr;
}

std::optional<ImageDepot::Ask> ImageDepot::next() {
  Entry* const entry = due();
  if (entry == nullptr || core_.now() < not_before_) return std::nullopt;
  const auto first = static_cast<std::uint32_t>(entry->begin.size());
  const std::uint32_t size = std::min(entry->octets - first, p32::kImagePartOctets);
  asked_ = entry->sha256;
  asked_range_ = {first, first + size - 1};
  return Ask{p32::image_path(asked_), asked_range_};
}

bool ImageDepot::is_asked(const Entry& entry, const p32::HttpResponse& response) const {
  constexpr unsigned kPartialContent = 206;
  return response.status == kPartialContent &&
         response.part == p32::ContentRange{asked_range_, entry.octets} &&
         response.body.size() == asked_range_.size() && entry.image == nullptr &&
         entry.begin.size() == asked_range_.first;
}

bool ImageDepot::take(const p32::HttpResponse& response) {
  Entry* const entry = find(asked_);
  if (entry == nullptr) return true;  // its order was cancelled
  if (!is_asked(*entry, response)) {
    constexpr unsigned kRefusals = 400;
    ++core_.counters.image_parts_refused;
    failed(*entry);
    return response.status >= kRefusals;
  }
  ++core_.counters.image_parts;
  entry->failures = 0;
  Images& images = core_.store.mailbox().images();
  if (entry->number == 0) entry->number = images.add(entry->sha256, entry->octets);
  const Bytes octets = protocol::bytes_of(response.body);
  images.put_part(entry->number, asked_range_.first / p32::kImagePartOctets, octets);
  entry->begin.insert(entry->begin.end(), octets.begin(), octets.end());
  if (entry->begin.size() == entry->octets) complete(*entry);
  return true;
}

void ImageDepot::failed(Entry& entry) {
  not_before_ = core_.in_s(kAgainS);
  core_.agenda.at(not_before_, [] {});  // the link asks for what is next
  if (++entry.failures < kFailuresMost) return;
  end(entry, Failure{ErrorCategory::communication, p32::error_code::kNotFetched});
}

// No block of it goes to a meter before its digest is known to be right.
void ImageDepot::complete(Entry& entry) {
  const bool right = std::ranges::equal(protocol::image::sha256(entry.begin), entry.sha256);
  const auto head = protocol::image::decode(entry.begin);
  if (right && head.ok()) {
    entry.image = std::make_shared<FetchedImage>(FetchedImage{std::move(entry.begin), *head});
    entry.begin = {};
    return end(entry, std::nullopt);
  }
  ++core_.counters.images_refused;
  core_.store.note(Group::communication, event_code::kImageRefused,
                   p32::image_path(entry.sha256).substr(sizeof p32::kImagePath - 1));
  end(entry, Failure{ErrorCategory::data, p32::error_code::kOtherImage});
}

// Those who are told may want others, or none any more.
void ImageDepot::end(Entry& entry, const std::optional<Failure>& failure) {
  const Image image = entry.image;
  const std::vector<Ready> waiting = std::move(entry.waiting);
  entry.waiting.clear();
  if (failure) {
    drop(entry);
    std::erase_if(entries_, [&](const auto& other) { return other.get() == &entry; });
  }
  for (const Ready& ready : waiting) ready(image, failure);
}

}  // namespace dcu::app
