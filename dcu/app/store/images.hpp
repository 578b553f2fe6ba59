// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "dcu/app/store/records.hpp"

namespace dcu::app {

// An image of an order as far as it was fetched.
struct StoredImage {
  std::uint64_t number = 0;
  Octets sha256;
  std::uint32_t octets = 0;  // when it is whole
  Octets begin;              // in whole parts
};

// Images that orders bring to meters, a record a part, in the order in which they come.
class Images {
 public:
  explicit Images(Records& records) : records_(records) {}

  std::uint64_t add(const Octets& sha256, std::uint32_t octets);
  void put_part(std::uint64_t number, std::uint32_t part, Bytes octets);
  void drop(std::uint64_t number, std::uint32_t parts);
  std::vector<StoredImage> all() const;
  // Together they take no more than this of the store.
  std::size_t room_octets() const { return records_.pages.capacity_octets() / 4; }

 private:
  Records& records_;
  std::uint64_t last_ = 0;
};

}  // namespace dcu::app
