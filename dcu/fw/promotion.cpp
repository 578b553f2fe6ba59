// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/promotion.hpp"

#include <algorithm>

namespace dcu::fw {

template <typename Predicate>
void PromotionBoard::drop_if(Predicate&& matches) {
  const auto begin = requests_.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(size_);
  size_ = static_cast<std::size_t>(std::remove_if(begin, end, matches) - begin);
}

void PromotionBoard::note(const PromotionRequest& request) {
  drop_if([&](const PromotionRequest& old) {
    return old.candidate == request.candidate && old.needing == request.needing;
  });
  if (size_ == requests_.size()) {
    std::move(requests_.begin() + 1, requests_.end(), requests_.begin());
    --size_;
  }
  requests_[size_++] = request;
}

void PromotionBoard::drop_candidate(std::uint16_t candidate) {
  drop_if([&](const PromotionRequest& old) { return old.candidate == candidate; });
}

void PromotionBoard::drop_needing(const Eui48& needing) {
  drop_if([&](const PromotionRequest& old) { return old.needing == needing; });
}

void PromotionBoard::expire(std::int64_t before_us) {
  drop_if([&](const PromotionRequest& old) { return old.at_us < before_us; });
}

bool PromotionBoard::wants(std::uint16_t candidate) const {
  return request_of(candidate) != nullptr;
}

const PromotionRequest* PromotionBoard::request_of(std::uint16_t candidate) const {
  for (std::size_t i = 0; i < size_; ++i) {
    if (requests_[i].candidate == candidate) return &requests_[i];
  }
  return nullptr;
}

void PromotionBoard::take(std::size_t index) {
  const auto at = requests_.begin() + static_cast<std::ptrdiff_t>(index);
  std::move(at + 1, requests_.begin() + static_cast<std::ptrdiff_t>(size_), at);
  --size_;
}

PromotionBoard::Score PromotionBoard::score_of(std::uint16_t candidate) const {
  Score score;
  for (std::size_t i = 0; i < size_; ++i) {
    if (requests_[i].candidate != candidate) continue;
    ++score.needing;
    score.quality += requests_[i].quality;
  }
  return score;
}

}  // namespace dcu::fw
