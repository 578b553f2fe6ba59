// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace models {

// PDU buffers of a whole fleet. A meter holds one only while an exchange is open, so thousands of
// meters share tens of buffers. Buffers come zeroed: nobody sees another meter's octets.
class BufferPool {
 public:
  explicit BufferPool(std::size_t buffer_bytes) : buffer_bytes_(buffer_bytes) {}

  std::uint8_t* take();
  void give(std::uint8_t* buffer);
  std::size_t buffer_bytes() const { return buffer_bytes_; }
  std::size_t made() const { return made_.size(); }
  std::size_t in_use() const { return made_.size() - free_.size(); }

 private:
  std::size_t buffer_bytes_;
  std::vector<std::unique_ptr<std::uint8_t[]>> made_;
  std::vector<std::uint8_t*> free_;
};

// What one meter has taken. Its own RAM bounds it, whatever the fleet has left.
class BufferAccount {
 public:
  static constexpr std::size_t kLimit = 4;

  explicit BufferAccount(BufferPool& pool) : pool_(pool) {}
  ~BufferAccount() { give_all(); }
  BufferAccount(const BufferAccount&) = delete;
  BufferAccount& operator=(const BufferAccount&) = delete;

  std::uint8_t* take();
  // A pointer that was not taken here is ignored and counted.
  void give(std::uint8_t* buffer);
  void give_all();
  std::size_t taken() const { return taken_; }
  std::uint32_t bad_gives() const { return bad_gives_; }

 private:
  BufferPool& pool_;
  std::array<std::uint8_t*, kLimit> held_{};
  std::uint32_t taken_ = 0;
  std::uint32_t bad_gives_ = 0;
};

}  // namespace models
