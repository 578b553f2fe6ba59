// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "dcu/app/ports/ports.hpp"

namespace sim::run {

// The concentrator's flash disk: pages by need, and a power cut inside a chosen write.
class ModelDisk final : public dcu::app::Disk {
 public:
  explicit ModelDisk(std::uint32_t pages) : pages_(pages) {}

  std::uint32_t pages() const override { return static_cast<std::uint32_t>(pages_.size()); }
  void read(std::uint64_t offset, protocol::MutableBytes out) override;
  bool write(std::uint64_t offset, protocol::Bytes data) override;

  // The supply fails within the n-th write from now on (1: the next), when `octets` of it are
  // written; `on_cut` is told at once.
  void cut_at_write(std::uint64_t n, std::size_t octets, std::function<void()> on_cut);
  // Supplied again.
  void restore() { dead_ = false; }
  std::uint64_t writes() const { return writes_; }
  std::uint64_t octets_written() const { return octets_written_; }
  std::uint32_t torn() const { return torn_; }

 private:
  using Page = std::unique_ptr<std::uint8_t[]>;
  std::vector<Page> pages_;  // none: reads zero
  std::uint64_t writes_ = 0;
  std::uint64_t octets_written_ = 0;
  std::uint64_t cut_in_ = 0;  // 0: no cut is planned
  std::size_t cut_octets_ = 0;
  std::function<void()> on_cut_;
  std::uint32_t torn_ = 0;
  bool dead_ = false;
};

}  // namespace sim::run
